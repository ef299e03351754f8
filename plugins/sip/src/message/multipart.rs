//! multipart/related and multipart/mixed bodies (RFC 2046, section 5.1; RFC 2387), as presence servers send
//! them for many users at once.

use super::values::{unquote, with_params};
use thiserror::Error;

/// Parts in one body; a batch subscription of a thousand users still fits.
pub const MAX_PARTS: usize = 4096;

/// The body is no multipart body. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadMultipart {
    /// Content-Type is not multipart, or names no usable boundary.
    #[error("Content-Type is not multipart with a boundary of 1 to 70 characters")]
    NoBoundary,
    /// The boundary does not stand in the body, or the body ends before the closing one.
    #[error("the boundary that Content-Type names does not stand around the parts")]
    Boundary,
    /// More than [`MAX_PARTS`].
    #[error("more than {MAX_PARTS} parts")]
    TooManyParts,
}

/// One part, borrowed from the body. Whatever is wrong in it is its own affair: the parts behind it are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Content-Type as written, empty if missing.
    pub content_type: &'a str,
    /// Content-ID without its angle brackets, empty if missing.
    pub id: &'a str,
    /// The bytes between the part's empty line and the line break before the next boundary; none without an empty line.
    pub body: &'a [u8],
}

/// Whether a Content-Type announces a multipart body.
pub fn is_multipart(content_type: &str) -> bool {
    content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
}

/// Splits a body into its parts. Servers end a part's text with CR LF CR LF; only the last line break belongs
/// to the boundary, and XML readers do not mind the other.
///
/// # Errors
/// The peer's fault: see [`BadMultipart`].
pub fn parts<'a>(content_type: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, BadMultipart> {
    let mut parts = Vec::new();
    parts_into(&mut parts, content_type, body).map(|()| parts)
}

/// The same; what stands before a fault is in `parts` all the same.
///
/// # Errors
/// The peer's fault: see [`BadMultipart`].
pub fn parts_into<'a>(parts: &mut Vec<Part<'a>>, content_type: &str, body: &'a [u8]) -> Result<(), BadMultipart> {
    let boundary = boundary(content_type)?;
    let mut rest = first(body, boundary.as_bytes())?;
    let delimiter = format!("\r\n--{boundary}");
    // `rest` begins right behind a delimiter: `--` ends the body, anything but a line break breaks it.
    while !rest.starts_with(b"--") {
        if parts.len() == MAX_PARTS {
            return Err(BadMultipart::TooManyParts);
        }
        let line = memchr::memmem::find(rest, b"\r\n").ok_or(BadMultipart::Boundary)?;
        if !rest[..line].trim_ascii().is_empty() {
            return Err(BadMultipart::Boundary);
        }
        // The line break stays, so that a part without header fields begins with its empty line.
        let text = &rest[line..];
        let end = memchr::memmem::find(text, delimiter.as_bytes()).ok_or(BadMultipart::Boundary)?;
        parts.push(part(&text[..end]));
        rest = &text[end + delimiter.len()..];
    }
    Ok(())
}

fn boundary(content_type: &str) -> Result<String, BadMultipart> {
    let (_, params) = with_params(content_type);
    let boundary = params.get("boundary").map(unquote).unwrap_or_default();
    let usable = is_multipart(content_type) && (1..=70).contains(&boundary.len());
    if usable { Ok(boundary.into_owned()) } else { Err(BadMultipart::NoBoundary) }
}

fn first<'a>(body: &'a [u8], boundary: &[u8]) -> Result<&'a [u8], BadMultipart> {
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&body[from..], b"--").map(|at| from + at) {
        let line_start = at == 0 || body[..at].ends_with(b"\n");
        if line_start && body[at + 2..].starts_with(boundary) {
            return Ok(&body[at + 2 + boundary.len()..]);
        }
        from = at + 1;
    }
    Err(BadMultipart::Boundary)
}

fn part(text: &[u8]) -> Part<'_> {
    let split = memchr::memmem::find(text, b"\r\n\r\n");
    let (head, body) = split.map_or((text, &b""[..]), |split| (&text[..split], &text[split + 4..]));
    let mut part = Part { content_type: "", id: "", body };
    let mut rest = head;
    while !rest.is_empty() {
        let line;
        (line, rest) = rest.split_at(line_end(rest));
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = (line[..colon].trim_ascii(), &line[colon + 1..]);
        if name.eq_ignore_ascii_case(b"Content-Type") {
            part.content_type = readable(value).trim();
        } else if name.eq_ignore_ascii_case(b"Content-ID") {
            // A name that is cut might be another's.
            let value = std::str::from_utf8(value).unwrap_or_default().trim();
            part.id = value.strip_prefix('<').and_then(|value| value.strip_suffix('>')).unwrap_or(value);
        }
    }
    part
}

/// Where a header field ends, with all lines that it is folded into.
fn line_end(text: &[u8]) -> usize {
    let ends = memchr::memmem::find_iter(text, b"\r\n").map(|at| at + 2);
    ends.into_iter()
        .find(|end| !text[*end..].starts_with(b" ") && !text[*end..].starts_with(b"\t"))
        .unwrap_or(text.len())
}

/// The value up to the first byte that is no UTF-8.
fn readable(value: &[u8]) -> &str {
    value.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}
