//! A configuration file's text, and where in it something stands.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Largest file that is read: a directory of 100,000 workers takes about 30 MiB.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// One file as it was read.
#[derive(PartialEq, Eq, Default)]
pub struct Source {
    /// Its path, as messages show it.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: String,
}

/// Without the text: a directory has megabytes.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("path", &self.path).field("bytes", &self.text.len()).finish()
    }
}

impl Source {
    /// Reads the configuration, UTF-8 text that may come through a pipe: whoever starts the service writes to it.
    ///
    /// # Errors
    /// What to tell the operator: it does not exist, cannot be read, is too large or is not UTF-8.
    pub fn read(path: &Path) -> Result<Arc<Self>, String> {
        Self::whole(path, File::open)
    }

    /// Reads any other file of UTF-8 text.
    ///
    /// # Errors
    /// As [`Source::read`], or it is no regular file: nobody waits for a pipe.
    pub fn read_file(path: &Path) -> Result<Arc<Self>, String> {
        Self::whole(path, uc_files::open)
    }

    fn whole<'p>(path: &'p Path, open: impl FnOnce(&'p Path) -> io::Result<File>) -> Result<Arc<Self>, String> {
        let explain = |error: io::Error| format!("cannot read this file: {error}");
        let file = open(path).map_err(explain)?;
        // A pipe or a device says no size and may never end.
        let size = file.metadata().map_or(0, |there| there.len()).min(MAX_BYTES);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(explain)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(format!("this file has more than the {MAX_BYTES} bytes that are read"));
        }
        Ok(Arc::new(Self { path: path.to_owned(), text: text(bytes)? }))
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
        (memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The word that begins at a line and column counted from 1, as a span; column 0: the whole line. None: there is
    /// no such line.
    pub fn word_at(&self, line: usize, column: usize) -> Option<Range<usize>> {
        let whole = self.text.split_inclusive('\n').nth(line.checked_sub(1)?)?;
        let start: usize = self.text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let skipped = whole.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>();
        let rest = whole[skipped..].trim_end();
        let length = if column == 0 { rest.len() } else { rest.find([' ', '=', ',']).unwrap_or(rest.len()) };
        Some(start + skipped..start + skipped + length)
    }

    /// A path in this file, absolute, so that it means the same wherever it is read again: relative ones start at the
    /// file's directory.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        let here = self.path.parent().map_or_else(|| path.to_owned(), |directory| directory.join(path));
        // Fails only without a working directory; then no relative path leads anywhere.
        std::path::absolute(&here).unwrap_or(here)
    }
}

/// UTF-8, without the mark that some editors put before it.
pub(super) fn text(mut bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => drop(bytes.drain(..3)),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err("this file is UTF-16: save it as UTF-8".to_owned()),
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("this file is not UTF-8: byte {at} cannot be read; save it as UTF-8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_before_the_text_is_no_part_of_it() {
        assert_eq!(text(b"\xEF\xBB\xBFkey = 1".to_vec()).unwrap(), "key = 1");
        assert!(text(b"\xFF\xFEk\0".to_vec()).unwrap_err().contains("UTF-16"));
        assert!(text(b"key = \xFF".to_vec()).unwrap_err().contains("byte 6"));
    }

    #[test]
    fn places_are_counted_in_characters_and_found_again() {
        let source = Source { path: "f".into(), text: "ä = 1\nkey = \"é\"  # x\n".into() };
        let at = source.text.find("key").unwrap();
        assert_eq!(source.line_column(&(at..at + 3)), (2, 1));
        assert_eq!(source.word_at(2, 1), Some(at..at + 3));
        assert_eq!(&source.text[source.word_at(1, 5).unwrap()], "1");
        assert_eq!(&source.text[source.word_at(2, 0).unwrap()], "key = \"é\"  # x");
        assert_eq!((source.word_at(0, 1), source.word_at(9, 1)), (None, None));
        assert!(source.word_at(2, 99).unwrap().is_empty());
        assert_eq!(source.line_column(&(10_000..10_001)), (3, 1));
    }
}
