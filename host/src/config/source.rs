//! A configuration file's text, and where in it something stands.

use std::{ops::Range, path::Path, path::PathBuf, sync::Arc};

/// Largest file that is read: a directory of 100,000 workers takes about 30 MiB.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// One file as it was read.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Source {
    /// Its path, as messages show it.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
}

impl Source {
    /// Reads a file of UTF-8 text.
    ///
    /// # Errors
    /// What to tell the operator: it does not exist, cannot be read, is too large or is not UTF-8.
    pub fn read(path: &Path) -> Result<Arc<Self>, String> {
        let explain = |error: std::io::Error| format!("cannot read this file: {error}");
        let size = std::fs::metadata(path).map_err(explain)?.len();
        if size > MAX_BYTES {
            return Err(format!("this file has {size} bytes, more than the {MAX_BYTES} that are read"));
        }
        let text = std::fs::read_to_string(path).map_err(explain)?;
        Ok(Arc::new(Self { path: path.to_owned(), text }))
    }

    /// A stand-in for a file that could not be read, so that a problem can name it.
    pub fn unreadable(path: &Path) -> Arc<Self> {
        Arc::new(Self { path: path.to_owned(), text: String::new() })
    }

    /// Line and column, both from 1, the column in characters.
    pub fn line_column(&self, span: &Range<usize>) -> (usize, usize) {
        let start = self.text.floor_char_boundary(span.start.min(self.text.len()));
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// A path in this file: relative ones start at the file's directory.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| path.to_owned(), |directory| directory.join(path))
    }
}
