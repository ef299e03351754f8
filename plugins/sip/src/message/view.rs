//! The message as it stood on the wire: one shared buffer and an index of its header fields.
//!
//! Nothing is copied and nothing is normalised, because signatures cover the values byte for byte. Any method
//! is a method. What a value means is the business of [`super::address`], [`super::via`] and the like; whether
//! the message is acceptable is the business of [`super::admission`].

use super::{Limits, Malformed, Name, scan};
use bytes::Bytes;
use smallvec::SmallVec;

/// A range inside the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        // Lengths are bounded by `Limits`, which `parse` holds below 4 GiB.
        Self { start: start as u32, end: end as u32 }
    }
}

/// Twenty fields without an allocation: more than a Front End's notifies have.
pub(super) type Fields = SmallVec<[Field; 20]>;

#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: Name,
    pub(super) text: Span,
    pub(super) value: Span,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    Request { method: Span, uri: Span, version: Span },
    Response { status: u16, reason: Span, version: Span },
}

/// First line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// A request.
    Request {
        /// Method, case-sensitive, any token.
        method: &'a str,
        /// Request-URI as written.
        uri: &'a str,
    },
    /// A response.
    Response {
        /// 100 to 699.
        status: u16,
        /// Reason phrase, possibly empty.
        reason: &'a str,
    },
}

/// One header field as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderField<'a> {
    /// Recognised name.
    pub name: Name,
    /// Name as written.
    pub text: &'a str,
    /// Value without the white space around it; continuation lines still contain their line break.
    pub value: &'a str,
}

/// A SIP message. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) raw: Bytes,
    pub(super) start: Start,
    pub(super) fields: Fields,
    pub(super) body: Span,
}

impl Message {
    /// Reads one whole message, as a datagram holds it: bytes after the body are left out, and without
    /// Content-Length the body reaches to the end (RFC 3261, section 18.3).
    ///
    /// # Errors
    /// The peer's fault: see [`Malformed`].
    pub fn parse(raw: Bytes, limits: &Limits) -> Result<Self, Malformed> {
        let mut message = Self::parse_head(raw, limits)?;
        let length = match message.content_length()? {
            Some(length) => length,
            None => message.raw.len() - message.body.start as usize,
        };
        message.set_body(length, limits)?;
        Ok(message)
    }

    /// Reads start line and header fields; the body is empty until [`Self::set_body`].
    pub(crate) fn parse_head(raw: Bytes, limits: &Limits) -> Result<Self, Malformed> {
        let window = raw.len().min(limits.head).min(u32::MAX as usize);
        let start = Start::Response { status: 0, reason: Span::default(), version: Span::default() };
        let mut message = Self { raw, start, fields: Fields::new(), body: Span::default() };
        let (start, end) = match scan::head(&message.raw[..window], limits, &mut message.fields) {
            Err(Malformed::Unfinished) if window < message.raw.len() => {
                return Err(Malformed::HeadTooLong(limits.head));
            }
            other => other?,
        };
        // The body may be binary; the head must be text.
        std::str::from_utf8(&message.raw[..end]).map_err(|_| Malformed::NotUtf8)?;
        message.start = start;
        message.body = Span::new(end, end);
        Ok(message)
    }

    pub(super) fn set_body(&mut self, length: usize, limits: &Limits) -> Result<(), Malformed> {
        let start = self.body.start as usize;
        if length > limits.message.saturating_sub(start) {
            return Err(Malformed::MessageTooLong(limits.message));
        }
        if length > self.raw.len() - start {
            return Err(Malformed::BodyCut);
        }
        self.body = Span::new(start, start + length);
        Ok(())
    }

    /// Content-Length, if the field stands there.
    ///
    /// # Errors
    /// [`Malformed::ContentLength`] if it is no number or stands there twice with different values.
    pub(super) fn content_length(&self) -> Result<Option<usize>, Malformed> {
        let mut found = None;
        for value in self.all(Name::ContentLength) {
            let plain = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
            let length: usize = value.parse().ok().filter(|_| plain).ok_or(Malformed::ContentLength)?;
            if found.is_some_and(|first| first != length) {
                return Err(Malformed::ContentLength);
            }
            found = Some(length);
        }
        Ok(found)
    }

    fn text(&self, span: Span) -> &str {
        // The whole head was checked once in `parse_head`; this cannot fail and costs a few nanoseconds.
        std::str::from_utf8(&self.raw[span.start as usize..span.end as usize]).unwrap_or_default()
    }

    /// First line.
    pub fn start_line(&self) -> StartLine<'_> {
        match self.start {
            Start::Request { method, uri, .. } => StartLine::Request { method: self.text(method), uri: self.text(uri) },
            Start::Response { status, reason, .. } => StartLine::Response { status, reason: self.text(reason) },
        }
    }

    /// Protocol version as written, `SIP/2.0` in everything acceptable.
    pub fn version(&self) -> &str {
        match self.start {
            Start::Request { version, .. } | Start::Response { version, .. } => self.text(version),
        }
    }

    /// Method of a request; of a response, the method in its CSeq.
    pub fn method(&self) -> &str {
        match self.start {
            Start::Request { method, .. } => self.text(method),
            Start::Response { .. } => self.cseq().map_or("", |cseq| cseq.method),
        }
    }

    /// Request-URI, none in a response.
    pub fn request_uri(&self) -> Option<&str> {
        match self.start {
            Start::Request { uri, .. } => Some(self.text(uri)),
            Start::Response { .. } => None,
        }
    }

    /// Response code, none in a request.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => Some(status),
        }
    }

    /// Whether this is a request.
    pub fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// Value of the first field of that name.
    pub fn get(&self, name: Name) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| self.text(field.value))
    }

    /// Values of all fields of that name, in order. A value may be a list: see [`super::values::split`].
    pub fn all(&self, name: Name) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |field| field.name == name).map(|field| self.text(field.value))
    }

    /// Value of the first field whose name is written `text`, in any case; for fields without a [`Name`].
    pub fn named(&self, text: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| self.text(field.text).eq_ignore_ascii_case(text))
            .map(|field| self.text(field.value))
    }

    /// All header fields in order.
    pub fn headers(&self) -> impl Iterator<Item = HeaderField<'_>> {
        self.fields.iter().map(|field| HeaderField {
            name: field.name,
            text: self.text(field.text),
            value: self.text(field.value),
        })
    }

    /// Names and values as bytes, for what echoes or counts them.
    pub(super) fn raw_fields(&self) -> impl Iterator<Item = (Name, &[u8])> {
        self.fields.iter().map(|field| (field.name, &self.raw[field.value.start as usize..field.value.end as usize]))
    }

    /// The body, empty if there is none.
    pub fn body(&self) -> &[u8] {
        &self.raw[self.body.start as usize..self.body.end as usize]
    }

    /// The body as a buffer that shares this message's memory.
    pub fn body_bytes(&self) -> Bytes {
        self.raw.slice(self.body.start as usize..self.body.end as usize)
    }

    /// The whole message as it stood on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw[..self.body.end as usize]
    }
}
