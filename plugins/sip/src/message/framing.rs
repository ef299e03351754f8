//! Cutting a byte stream into messages by Content-Length (RFC 3261, section 18.3).

use super::{Limits, Malformed, Message, Name, last_word, lost_notify};
use bytes::{Buf, Bytes, BytesMut};

/// What stood next in the stream.
// A box would cost the allocation that the inline index of a message saves.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Frame {
    /// A message. It is well-formed; whether it is acceptable says [`super::admission::check`].
    Message(Message),
    /// Bytes that are no message but say where they end: the stream goes on behind them.
    Skipped(Malformed),
    /// An empty line between messages: a keep-alive (RFC 5626, section 3.5.1).
    KeepAlive,
}

/// Collects what arrives and hands out whole messages.
#[derive(Debug)]
pub struct Framer {
    limits: Limits,
    buffer: BytesMut,
    /// Up to here the buffer holds no end of a head.
    searched: usize,
    /// Length of the message at the start of the buffer, once its head has come.
    total: Option<usize>,
    /// Bytes of the last frame that was no message.
    skipped: Bytes,
}

impl Framer {
    /// A framer for a fresh connection.
    pub fn new(limits: Limits) -> Self {
        Self { limits, buffer: BytesMut::with_capacity(16 * 1024), searched: 0, total: None, skipped: Bytes::new() }
    }

    /// Where the next bytes of the stream go. Read a bounded amount, then call [`Self::take`] until it is dry:
    /// the buffer then never holds more than one message and one read.
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Whether a message has begun and is not complete: a peer that leaves it so holds a connection for nothing.
    pub fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next frame, none if more bytes are needed.
    ///
    /// # Errors
    /// The peer's fault, and the stream is lost, because nobody knows where the next message begins: answer
    /// [`Self::unreadable`] if it is a request, and close the connection.
    pub fn take(&mut self) -> Result<Option<Frame>, Malformed> {
        self.skipped.clear();
        let total = match self.total {
            Some(total) => total,
            None if self.buffer.starts_with(b"\r\n") => {
                self.buffer.advance(2);
                self.searched = 0;
                return Ok(Some(Frame::KeepAlive));
            }
            None => match self.head_end()? {
                Some(end) => self.measure(end)?,
                None => return Ok(None),
            },
        };
        if self.buffer.len() < total {
            return Ok(None);
        }
        let raw = self.cut(total);
        Ok(Some(match Message::parse(raw.clone(), &self.limits) {
            Ok(message) => Frame::Message(message),
            Err(fault) => {
                self.skipped = raw;
                Frame::Skipped(fault)
            }
        }))
    }

    /// The answer to what the last [`Frame::Skipped`] was, or to what broke the stream, if it was a request.
    pub fn last_word(&self, fault: Malformed) -> Option<Bytes> {
        last_word(if self.skipped.is_empty() { &self.buffer } else { &self.skipped }, fault)
    }

    /// What is left of the notify that the last [`Frame::Skipped`] was; none inside: nobody can tell whose it was.
    pub fn lost_notify(&self) -> Option<Option<Message>> {
        lost_notify(&self.skipped)
    }

    /// The head of the message that broke the stream, for an answer, if it can be read that far.
    pub fn unreadable(&self) -> Option<Message> {
        let raw = Bytes::copy_from_slice(&self.buffer[..self.buffer.len().min(self.limits.head)]);
        Message::parse_head(raw, &self.limits).ok()
    }

    fn head_end(&mut self) -> Result<Option<usize>, Malformed> {
        // Three bytes back: a read may have cut the empty line.
        let from = self.searched.saturating_sub(3);
        let found = memchr::memmem::find(&self.buffer[from..], b"\r\n\r\n").map(|at| from + at + 4);
        self.searched = self.buffer.len();
        match found {
            Some(end) if end <= self.limits.head => Ok(Some(end)),
            None if self.buffer.len() <= self.limits.head => Ok(None),
            _ => Err(Malformed::HeadTooLong(self.limits.head)),
        }
    }

    fn measure(&mut self, end: usize) -> Result<usize, Malformed> {
        let length = content_length(&self.buffer[..end])?;
        let total = end.checked_add(length).filter(|total| *total <= self.limits.message);
        let total = total.ok_or(Malformed::MessageTooLong(self.limits.message))?;
        // One growth for the whole body instead of one a read.
        self.buffer.reserve(total.saturating_sub(self.buffer.len()));
        self.total = Some(total);
        Ok(total)
    }

    fn cut(&mut self, total: usize) -> Bytes {
        self.searched = 0;
        self.total = None;
        self.buffer.split_to(total).freeze()
    }
}

/// Content-Length of a head whose other fields nobody has looked at yet.
fn content_length(head: &[u8]) -> Result<usize, Malformed> {
    let mut found = None;
    for end in memchr::memchr_iter(b'\n', head) {
        let Some(length) = field_at(&head[end + 1..])? else { continue };
        if found.is_some_and(|first| first != length) {
            return Err(Malformed::ContentLength);
        }
        found = Some(length);
    }
    found.ok_or(Malformed::NoContentLength)
}

fn field_at(line: &[u8]) -> Result<Option<usize>, Malformed> {
    if !matches!(line.first(), Some(b'c' | b'C' | b'l' | b'L')) {
        return Ok(None);
    }
    let Some(colon) = line.iter().take(24).position(|byte| *byte == b':') else { return Ok(None) };
    let name = std::str::from_utf8(line[..colon].trim_ascii_end()).unwrap_or_default();
    if Name::of(name) != Name::ContentLength {
        return Ok(None);
    }
    let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
    // A value on a continuation line would be legal; nobody writes that, and refusing it is safe.
    let digits = line.get(colon + 1..end).unwrap_or_default().trim_ascii();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).map(Some).ok_or(Malformed::ContentLength)
}
