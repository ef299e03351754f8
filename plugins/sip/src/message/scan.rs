//! One pass over the head of a message: where its lines, names and values lie.

use super::view::{Field, Span, Start};
use super::{Limits, Malformed, Name};
use smallvec::SmallVec;

type Head = (Start, SmallVec<[Field; 20]>, usize);

/// Indexes `head`, which may go on past the empty line. Returns the offset of the body as well.
pub(super) fn head(head: &str, limits: &Limits) -> Result<Head, Malformed> {
    let mut lines = Lines { bytes: head.as_bytes(), next: 0 };
    let first = lines.take()?;
    let start = start_line(head, first)?;
    let mut fields = SmallVec::new();
    loop {
        let line = lines.take()?;
        if line.start == line.end {
            return Ok((start, fields, lines.next));
        }
        if (line.end - line.start) as usize > limits.line {
            return Err(Malformed::LineTooLong(limits.line));
        }
        if fields.len() == limits.fields {
            return Err(Malformed::TooManyFields(limits.fields));
        }
        fields.push(field(head, line, fields.len() + 1)?);
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
            let rest = &self.bytes[from..];
            let at = from + memchr::memchr2(b'\r', b'\n', rest).ok_or(Malformed::Unfinished)?;
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

fn start_line(head: &str, line: Span) -> Result<Start, Malformed> {
    let text = &head[line.start as usize..line.end as usize];
    let at = |part: &str| {
        let start = part.as_ptr() as usize - head.as_ptr() as usize;
        Span::new(start, start + part.len())
    };
    let (first, rest) = text.split_once(' ').ok_or(Malformed::StartLine)?;
    if first.len() > 4 && first.as_bytes()[..4].eq_ignore_ascii_case(b"SIP/") {
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let plain = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
        let status = code.parse().ok().filter(|code| plain && (100..700).contains(code));
        let status = status.ok_or(Malformed::StatusCode)?;
        return Ok(Start::Response { status, reason: at(reason), version: at(first) });
    }
    // Blanks too many are kept in the URI or the version, where `admission` finds and answers them.
    let version = rest.rfind("SIP/").ok_or(Malformed::StartLine)?;
    let uri = rest[..version].strip_suffix(' ').ok_or(Malformed::StartLine)?;
    if !is_token(first) {
        return Err(Malformed::StartLine);
    }
    Ok(Start::Request { method: at(first), uri: at(uri), version: at(&rest[version..]) })
}

fn field(head: &str, line: Span, number: usize) -> Result<Field, Malformed> {
    let text = &head[line.start as usize..line.end as usize];
    let colon = memchr::memchr(b':', text.as_bytes()).ok_or(Malformed::FieldName(number))?;
    let name = text[..colon].trim_end_matches([' ', '\t']);
    if !is_token(name) {
        return Err(Malformed::FieldName(number));
    }
    let value = text[colon + 1..].trim_matches([' ', '\t', '\r', '\n']);
    let value_start = value.as_ptr() as usize - head.as_ptr() as usize;
    let start = line.start as usize;
    Ok(Field {
        name: Name::of(name),
        text: Span::new(start, start + name.len()),
        value: Span::new(value_start, value_start + value.len()),
    })
}

/// RFC 3261, section 25.1: `token`.
pub(super) fn is_token(text: &str) -> bool {
    const TOKEN: [bool; 256] = token_table();
    !text.is_empty() && text.bytes().all(|byte| TOKEN[byte as usize])
}

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
