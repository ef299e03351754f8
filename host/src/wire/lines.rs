//! Lines of bytes with a bound: the framing of both links.

use bytes::BytesMut;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Room asked for before each read.
const CHUNK: usize = 16 * 1024;

/// Reads lines that end with LF or CR LF; empty lines are skipped. Holds at most one line over the limit plus one chunk.
#[derive(Debug)]
pub struct LineReader<R> {
    input: R,
    buffer: BytesMut,
    scanned: usize,
    max: usize,
}

/// Reading lines came to an end other than an orderly one. The connection is of no further use.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The peer's fault.
    #[error("the peer sent a line of more than {0} bytes; raise `max-line` if such lines are meant")]
    TooLong(usize),
    /// The peer closed in the middle of a line.
    #[error("the peer closed the connection in the middle of a line")]
    Cut,
    /// The connection failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    /// Reads lines of up to `max` bytes, line end not counted.
    pub fn new(input: R, max: usize) -> Self {
        Self { input, buffer: BytesMut::new(), scanned: 0, max }
    }

    /// The next line that is already here, without its end; none: call [`Self::fill`].
    ///
    /// # Errors
    /// [`LineError::TooLong`].
    pub fn buffered(&mut self) -> Result<Option<BytesMut>, LineError> {
        while let Some(at) = memchr::memchr(b'\n', &self.buffer[self.scanned..]) {
            let mut line = self.buffer.split_to(self.scanned + at + 1);
            self.scanned = 0;
            line.truncate(line.len() - if line.ends_with(b"\r\n") { 2 } else { 1 });
            if line.len() > self.max {
                return Err(LineError::TooLong(self.max));
            }
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
        self.scanned = self.buffer.len();
        // One byte more: a CR whose LF has not arrived.
        if self.scanned > self.max + 1 { Err(LineError::TooLong(self.max)) } else { Ok(None) }
    }

    /// Waits for more bytes; false when the peer closed between two lines. Cancel safe.
    ///
    /// # Errors
    /// [`LineError::Cut`] and [`LineError::Io`].
    pub async fn fill(&mut self) -> Result<bool, LineError> {
        self.buffer.reserve(CHUNK);
        match self.input.read_buf(&mut self.buffer).await? {
            0 if self.buffer.is_empty() => Ok(false),
            0 => Err(LineError::Cut),
            _ => Ok(true),
        }
    }

    /// Waits for the next line; none when the peer closed between two lines. Cancel safe.
    ///
    /// # Errors
    /// Any [`LineError`].
    pub async fn next(&mut self) -> Result<Option<BytesMut>, LineError> {
        loop {
            if let Some(line) = self.buffered()? {
                return Ok(Some(line));
            }
            if !self.fill().await? {
                return Ok(None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(input: &[u8], max: usize, chunk: usize) -> (Vec<Vec<u8>>, Result<(), LineError>) {
        let pieces: Vec<_> = input.chunks(chunk.max(1)).map(<[u8]>::to_vec).collect();
        let mut script = tokio_test_io(pieces);
        let mut lines = Vec::new();
        let mut reader = LineReader::new(&mut script, max);
        let end = futures_util::FutureExt::now_or_never(async {
            while let Some(line) = reader.next().await? {
                lines.push(line.to_vec());
            }
            Ok(())
        });
        (lines, end.expect("the script never waits"))
    }

    fn tokio_test_io(pieces: Vec<Vec<u8>>) -> Box<dyn AsyncRead + Unpin> {
        pieces.into_iter().fold(Box::new(tokio::io::empty()) as _, |before: Box<dyn AsyncRead + Unpin>, piece| {
            Box::new(before.chain(io::Cursor::new(piece))) as _
        })
    }

    #[test]
    fn both_line_ends_and_empty_lines() {
        let (lines, end) = read_all(b"a\r\n\n\r\nbc\n", 10, 3);
        assert_eq!(lines, [b"a".to_vec(), b"bc".to_vec()]);
        assert!(end.is_ok());
    }

    #[test]
    fn a_line_of_the_limit_passes_and_one_more_byte_does_not() {
        assert!(read_all(b"12345\r\n", 5, 1).1.is_ok());
        assert!(matches!(read_all(b"123456\n", 5, 100).1, Err(LineError::TooLong(5))));
        assert!(matches!(read_all(b"12345678", 5, 1).1, Err(LineError::TooLong(5))));
    }

    #[test]
    fn a_cut_line_is_told_from_an_orderly_end() {
        let (lines, end) = read_all(b"a\nb", 5, 2);
        assert_eq!(lines, [b"a".to_vec()]);
        assert!(matches!(end, Err(LineError::Cut)));
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(texts in prop::collection::vec("[a-z\r]{1,20}x", 0..8), chunk in 1usize..50) {
            let input = texts.iter().flat_map(|text| [text.as_bytes(), b"\n"].concat()).collect::<Vec<_>>();
            let (lines, end) = read_all(&input, 64, chunk);
            prop_assert!(end.is_ok());
            prop_assert_eq!(lines, texts.into_iter().map(String::into_bytes).collect::<Vec<_>>());
        }
    }
}
