//! Writing messages. Start lines are ours, because rsip replaces reason phrases and knows no method of
//! Microsoft; header fields are rsip's or, where something is echoed, the bytes as they came.

use super::{Message, Name, StartLine};
use bytes::{BufMut, Bytes, BytesMut};
use std::borrow::Cow;
use std::fmt::Write;
use thiserror::Error;

/// A message was to be written that would be no message. Our own fault or that of who gave the value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadPart {
    /// A line break or NUL in a value would let it add header fields of its own.
    #[error("the value of {0} contains a line break")]
    LineBreak(String),
    /// A header name, method or URI that cannot stand in a message.
    #[error("`{0}` cannot stand where it was put")]
    Token(String),
}

/// A request to be written.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method, any token.
    pub method: Cow<'static, str>,
    /// Request-URI, written as it is.
    pub uri: String,
    headers: rsip::Headers,
    body: Bytes,
}

impl Request {
    /// A request without header fields.
    pub fn new(method: impl Into<Cow<'static, str>>, uri: impl Into<String>) -> Self {
        Self { method: method.into(), uri: uri.into(), headers: rsip::Headers::default(), body: Bytes::new() }
    }

    /// Adds one of rsip's header fields.
    #[must_use]
    pub fn with(mut self, header: impl Into<rsip::Header>) -> Self {
        self.headers.push(header.into());
        self
    }

    /// Adds a field that rsip has no type for, or whose value must stay byte for byte.
    #[must_use]
    pub fn field(self, name: &str, value: impl Into<String>) -> Self {
        self.with(rsip::Header::Other(name.to_owned(), value.into()))
    }

    /// Sets the body and its Content-Type. Content-Length follows by itself.
    #[must_use]
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut request = self.with(rsip::headers::ContentType::from(content_type));
        request.body = body.into();
        request
    }

    /// The CANCEL of this INVITE: the same but for its method, and without what it says (RFC 3261, section 9.1).
    pub(crate) fn cancel(&self) -> Self {
        let mut cancel = Self::new("CANCEL", self.uri.clone());
        for header in self.headers.iter() {
            let rsip::Header::Other(name, value) = header else { continue };
            match &**name {
                "CSeq" => cancel = cancel.field(name, value.replace("INVITE", "CANCEL")),
                "Route" | "From" | "To" | "Call-ID" => cancel = cancel.field(name, value.clone()),
                _ => {}
            }
        }
        cancel
    }

    /// Appends the request to `out`. `last` is called with the head so far and may add fields: a signature.
    ///
    /// # Errors
    /// [`BadPart`], and `out` is as it was.
    pub fn write_with(&self, out: &mut BytesMut, last: impl FnOnce(&str, &mut BytesMut)) -> Result<(), BadPart> {
        let mut head = String::with_capacity(1024);
        if !super::scan::is_token(self.method.as_bytes()) {
            return Err(BadPart::Token(self.method.clone().into_owned()));
        }
        if super::address::check_uri(&self.uri).is_err() {
            return Err(BadPart::Token(self.uri.clone()));
        }
        let _ = write!(head, "{} {} SIP/2.0\r\n", self.method, self.uri);
        for header in self.headers.iter() {
            let start = head.len();
            let _ = write!(head, "{header}");
            check_field(&head[start..])?;
            head.push_str("\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        out.put_slice(head.as_bytes());
        last(&head, out);
        out.put_slice(b"\r\n");
        out.put_slice(&self.body);
        Ok(())
    }

    /// Appends the request to `out`.
    ///
    /// # Errors
    /// [`BadPart`], and `out` is as it was.
    pub fn write(&self, out: &mut BytesMut) -> Result<(), BadPart> {
        self.write_with(out, |_, _| {})
    }

    /// The request as bytes of its own.
    ///
    /// # Errors
    /// [`BadPart`].
    pub fn to_bytes(&self) -> Result<Bytes, BadPart> {
        let mut out = BytesMut::new();
        self.write(&mut out)?;
        Ok(out.freeze())
    }
}

fn check_field(line: &str) -> Result<(), BadPart> {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    if !super::scan::is_token(name.as_bytes()) {
        return Err(BadPart::Token(name.to_owned()));
    }
    check_value(name, value)
}

fn check_value(name: &str, value: &str) -> Result<(), BadPart> {
    match memchr::memchr3(b'\r', b'\n', 0, value.as_bytes()) {
        Some(_) => Err(BadPart::LineBreak(name.to_owned())),
        None => Ok(()),
    }
}

/// An answer to a request: Via, From, To, Call-ID, CSeq and Record-Route are echoed as they came
/// (RFC 3261, section 8.2.6).
#[derive(Clone, Debug)]
pub struct Response<'a> {
    request: &'a Message,
    status: u16,
    reason: &'a str,
    to_tag: &'a str,
    fields: Vec<(&'a str, Cow<'a, str>)>,
    body: Cow<'a, [u8]>,
}

impl<'a> Response<'a> {
    /// An answer with nothing but what is echoed.
    pub fn to(request: &'a Message, status: u16, reason: &'a str) -> Self {
        Self { request, status, reason, to_tag: "", fields: Vec::new(), body: Cow::Borrowed(&[]) }
    }

    /// The tag that To gets if the request had none: required in every answer but 100.
    #[must_use]
    pub fn tag(mut self, tag: &'a str) -> Self {
        self.to_tag = tag;
        self
    }

    /// Adds a header field.
    #[must_use]
    pub fn field(mut self, name: &'a str, value: impl Into<Cow<'a, str>>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// Sets the body and its Content-Type. Content-Length follows by itself.
    #[must_use]
    pub fn body(self, content_type: &'a str, body: impl Into<Cow<'a, [u8]>>) -> Self {
        let mut response = self.field("Content-Type", content_type);
        response.body = body.into();
        response
    }

    /// Response code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The request that is answered.
    pub fn request(&self) -> &'a Message {
        self.request
    }

    /// The To tag of the answer: the request's, or the one given.
    pub fn to_tag(&self) -> &'a str {
        self.request.to().and_then(|to| to.tag()).unwrap_or(self.to_tag)
    }

    /// Value of the Expires field of the answer, empty without one; a signature covers it.
    pub fn expires(&self) -> &str {
        self.fields.iter().find(|(name, _)| Name::of(name) == Name::Expires).map_or("", |(_, value)| value)
    }

    /// Appends the answer to `out`. `last` may add fields: a signature.
    ///
    /// # Errors
    /// [`BadPart`], and `out` is as it was.
    pub fn write_with(&self, out: &mut BytesMut, last: impl FnOnce(&mut BytesMut)) -> Result<(), BadPart> {
        check_value("the reason phrase", self.reason)?;
        check_value("the To tag", self.to_tag)?;
        for (name, value) in &self.fields {
            check_value(name, value)?;
        }
        out.reserve(512 + self.body.len());
        let _ = write!(out, "SIP/2.0 {} {}\r\n", self.status, self.reason);
        self.echo(out);
        for (name, value) in &self.fields {
            put_field(out, name, value.as_bytes());
        }
        let _ = write!(out, "Content-Length: {}\r\n", self.body.len());
        last(out);
        out.put_slice(b"\r\n");
        out.put_slice(&self.body);
        Ok(())
    }

    /// Appends the answer to `out`.
    ///
    /// # Errors
    /// [`BadPart`], and `out` is as it was.
    pub fn write(&self, out: &mut BytesMut) -> Result<(), BadPart> {
        self.write_with(out, |_| {})
    }

    fn echo(&self, out: &mut BytesMut) {
        let forms_dialog = (101..300).contains(&self.status);
        for (name, value) in self.request.raw_fields() {
            match name {
                Name::Via => put_field(out, "Via", value),
                Name::From => put_field(out, "From", value),
                Name::CallId => put_field(out, "Call-ID", value),
                Name::CSeq => put_field(out, "CSeq", value),
                Name::RecordRoute if forms_dialog => put_field(out, "Record-Route", value),
                Name::To => self.echo_to(out, value),
                _ => {}
            }
        }
    }

    fn echo_to(&self, out: &mut BytesMut, value: &[u8]) {
        let tagged = self.to_tag.is_empty() || self.request.to().is_none_or(|to| to.tag().is_some());
        out.put_slice(b"To: ");
        out.put_slice(value);
        if !tagged {
            out.put_slice(b";tag=");
            out.put_slice(self.to_tag.as_bytes());
        }
        out.put_slice(b"\r\n");
    }
}

fn put_field(out: &mut BytesMut, name: &str, value: &[u8]) {
    out.reserve(name.len() + value.len() + 4);
    out.put_slice(name.as_bytes());
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_slice(b"\r\n");
}

impl Message {
    /// The first line as text, for logs.
    pub fn summary(&self) -> String {
        match self.start_line() {
            StartLine::Request { method, uri } => format!("{method} {uri}"),
            StartLine::Response { status, reason } => format!("{status} {reason} ({})", self.method()),
        }
    }
}
