//! Problems as far as somebody will read them.

use super::{problem::Problem, source::Source};
use std::sync::Arc;

/// More problems of a file than this are counted, not shown: with one slip in what generates it everything is wrong.
pub const SHOWN: usize = 100;

/// The first [`SHOWN`] problems, and how many there are beyond them.
#[derive(Debug, Default)]
pub(crate) struct Told {
    shown: Vec<Problem>,
    more: usize,
}

impl Told {
    /// One more. It is made only when there is room to show it: finding a place or a suggestion takes its time.
    pub(crate) fn tell(&mut self, problem: impl FnOnce() -> Problem) {
        match self.shown.len() < SHOWN {
            true => self.shown.push(problem()),
            false => self.more += 1,
        }
    }

    /// Whether another one would only be counted.
    pub(crate) fn is_full(&self) -> bool {
        self.shown.len() >= SHOWN
    }

    /// Whether nothing is wrong.
    pub(crate) fn none(&self) -> bool {
        self.shown.is_empty()
    }

    /// In the order of the file, and how many more there are.
    pub(crate) fn into_problems(mut self, source: &Arc<Source>) -> Vec<Problem> {
        self.shown.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
        if self.more > 0 {
            self.shown.push(Problem::with_file(source, format!("{} further problems are not shown", self.more)));
        }
        self.shown
    }
}

impl Extend<Problem> for Told {
    fn extend<T: IntoIterator<Item = Problem>>(&mut self, problems: T) {
        problems.into_iter().for_each(|problem| self.tell(|| problem));
    }
}
