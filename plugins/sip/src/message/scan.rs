//! One pass over the head of a message: where its lines, names and values lie.
//!
//! Works on bytes and is written for speed: every message goes through here. UTF-8 is checked afterwards, once.

use super::view::{Field, Fields, Span, Start};
use super::{Limits, Malformed, Name};

/// Indexes the head at the start of `bytes` into `fields`. Returns the start line and the offset of the body.
pub(super) fn head(bytes: &[u8], limits: &Limits, fields: &mut Fields) -> Result<(Start, usize), Malformed> {
    let mut lines = Lines { bytes, next: 0 };
    let first = lines.take()?;
    let start = start_line(bytes, first)?;
    loop {
        let line = lines.take()?;
        if line.start == line.end {
            return Ok((start, lines.next));
        }
        if (line.end - line.start) as usize > limits.line {
            return Err(Malformed::LineTooLong(limits.line));
        }
        if fields.len() == limits.fields {
            return Err(Malformed::TooManyFields(limits.fields));
        }
        fields.push(field(bytes, line).ok_or(Malformed::FieldName(fields.len() + 1))?);
    }
}

/// Lines with their continuations (RFC 3261, section 7.3.1).
struct Lines<'a> {
    bytes: &'a [u8],
    next: usize,
}

impl Lines<'_> {
    fn take(&mut self) -> Result<Span, Malformed> {
        let start = self.next;
        let mut from = start;
        loop {
            let at = from + memchr::memchr2(b'\r', b'\n', &self.bytes[from..]).ok_or(Malformed::Unfinished)?;
            match (self.bytes[at], self.bytes.get(at + 1)) {
                (b'\r', Some(b'\n')) => {}
                (b'\r', None) => return Err(Malformed::Unfinished),
                _ => return Err(Malformed::LineBreak),
            }
            from = at + 2;
            let folded = at > start && matches!(self.bytes.get(from), Some(b' ' | b'\t'));
            // The start line never continues; what looks like it is a field that begins with a blank.
            if !(folded && start > 0) {
                self.next = from;
                return Ok(Span::new(start, at));
            }
        }
    }
}

fn start_line(bytes: &[u8], line: Span) -> Result<Start, Malformed> {
    let (start, end) = (line.start as usize, line.end as usize);
    let text = &bytes[start..end];
    let first = memchr::memchr(b' ', text).ok_or(Malformed::StartLine)?;
    if first > 4 && text[..4].eq_ignore_ascii_case(b"SIP/") {
        return status_line(text, first);
    }
    // Blanks too many are kept in the URI or the version, where `admission` finds and answers them.
    let version = memchr::memmem::rfind(text, b" SIP/").ok_or(Malformed::StartLine)? + 1;
    if !is_token(&text[..first]) || version <= first + 1 {
        return Err(Malformed::StartLine);
    }
    Ok(Start::Request {
        method: Span::new(0, first),
        uri: Span::new(first + 1, version - 1),
        version: Span::new(version, end),
    })
}

fn status_line(text: &[u8], first: usize) -> Result<Start, Malformed> {
    let code = text.get(first + 1..first + 4).ok_or(Malformed::StatusCode)?;
    let ends = matches!(text.get(first + 4), None | Some(b' '));
    let plain = code.iter().all(u8::is_ascii_digit);
    let status = code.iter().fold(0, |number, digit| number * 10 + u16::from(digit.wrapping_sub(b'0')));
    if !ends || !plain || !(100..700).contains(&status) {
        return Err(Malformed::StatusCode);
    }
    let reason = Span::new((first + 5).min(text.len()), text.len());
    Ok(Start::Response { status, reason, version: Span::new(0, first) })
}

/// None if no valid name stands before a colon.
fn field(bytes: &[u8], line: Span) -> Option<Field> {
    let (start, mut end) = (line.start as usize, line.end as usize);
    let text = &bytes[start..end];
    let length = text.iter().position(|byte| !TOKEN[*byte as usize]).filter(|length| *length > 0)?;
    let blanks = text[length..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    if text[length + blanks] != b':' {
        return None;
    }
    let mut value = start + length + blanks + 1;
    while value < end && is_blank(bytes[value]) {
        value += 1;
    }
    while end > value && is_blank(bytes[end - 1]) {
        end -= 1;
    }
    let name = Name::of_bytes(&text[..length]);
    Some(Field { name, text: Span::new(start, start + length), value: Span::new(value, end) })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// RFC 3261, section 25.1: `token`.
pub(super) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| TOKEN[*byte as usize])
}

static TOKEN: [bool; 256] = token_table();

const fn token_table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        byte += 1;
    }
    table
}
