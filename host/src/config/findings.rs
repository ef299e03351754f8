//! What is found wrong with a document that has the right shape: values that contradict each other, files that are
//! not there.

use super::{problem::Problem, section, source::Source};
use std::{ops::Range, sync::Arc};
use toml::{Spanned, de::DeValue};

/// Collects problems and finds each key's place in the document.
#[derive(Debug)]
pub(super) struct Findings<'d> {
    source: &'d Arc<Source>,
    root: &'d Spanned<DeValue<'d>>,
    problems: Vec<Problem>,
}

impl<'d> Findings<'d> {
    /// Nothing found yet in this document.
    pub(super) fn new(source: &'d Arc<Source>, root: &'d Spanned<DeValue<'d>>) -> Self {
        Self { source, root, problems: Vec::new() }
    }

    /// The value of `key` is wrong.
    pub(super) fn wrong(&mut self, key: &str, message: impl Into<String>, allowed: impl Into<String>) {
        let problem = Problem::with_key(self.source, Some(section::locate(self.root, key)), key, message);
        self.problems.push(problem.allowing(allowed));
    }

    /// The value of `key` is wrong, and the message says all there is to say.
    pub(super) fn say(&mut self, key: &str, span: Option<Range<usize>>, message: impl Into<String>) {
        let span = span.unwrap_or_else(|| section::locate(self.root, key));
        self.problems.push(Problem::with_key(self.source, Some(span), key, message));
    }

    /// Takes over what a plug-in, or the plug-in host, found wrong with its part of the file.
    pub(super) fn adopt(&mut self, problems: Vec<uc_plugin_api::Problem>) {
        self.problems.extend(problems.into_iter().map(|problem| Problem::from_plugin(self.source, problem)));
    }

    /// Whether nothing was found so far.
    pub(super) fn none(&self) -> bool {
        self.problems.is_empty()
    }

    /// Everything found.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
