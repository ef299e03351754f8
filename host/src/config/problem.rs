//! One thing wrong with a configuration file, always the operator's to repair.

use super::{render::shown, source::Source};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use std::{fmt, ops::Range, path::Path, sync::Arc};

/// What is wrong, where, what is allowed, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub source: Arc<Source>,
    /// Where in the file, in bytes; none: the file as a whole.
    pub span: Option<Range<usize>>,
    /// The key with its tables, such as `t-server[0].address`; empty: the file as a whole.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What is allowed.
    pub allowed: Option<String>,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn with_file(source: &Arc<Source>, message: impl Into<String>) -> Self {
        Self {
            source: source.clone(),
            span: None,
            key: String::new(),
            message: shown::words(message.into()),
            allowed: None,
            suggestion: None,
        }
    }

    /// A problem with one key.
    pub fn with_key(
        source: &Arc<Source>,
        span: Option<Range<usize>>,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { span, key: key.into(), ..Self::with_file(source, message) }
    }

    /// A problem that a plug-in found in its settings in this file, or in a file that they name.
    pub fn from_plugin(source: &Arc<Source>, problem: uc_plugin_api::Problem) -> Self {
        let uc_plugin_api::Problem { file, line, column, key, message } = problem;
        let path = Path::new(file.as_str());
        let named = (path != source.path).then(|| Source::read_file(path).unwrap_or_else(|_| Source::unreadable(path)));
        let source = named.as_ref().unwrap_or(source);
        let span = source.word_at(line as usize, column as usize);
        Self::with_key(source, span, key, message)
    }

    /// Says what is allowed.
    #[must_use]
    pub fn allowing(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// Says what was probably meant, if anything is close.
    #[must_use]
    pub fn suggesting(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// Line and column from 1, when the problem has a place.
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.span.as_ref().map(|span| self.source.line_column(span))
    }
}

/// One line, for logs: `file:line:column: key: message (allowed: …; did you mean …?)`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source.path.display())?;
        if let Some((line, column)) = self.line_column() {
            write!(f, ":{line}:{column}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(allowed) = &self.allowed {
            write!(f, " (allowed: {allowed})")?;
        }
        self.suggestion.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = self.line_column();
        let mut fields = serializer.serialize_struct("Problem", 7)?;
        fields.serialize_field("file", &self.source.path)?;
        fields.serialize_field("line", &place.map(|(line, _)| line))?;
        fields.serialize_field("column", &place.map(|(_, column)| column))?;
        fields.serialize_field("key", &self.key)?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("allowed", &self.allowed)?;
        fields.serialize_field("suggestion", &self.suggestion)?;
        fields.end()
    }
}
