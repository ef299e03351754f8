//! As much SIP as a measure needs: whole messages, fields.

use memchr::memmem;

/// The first whole message from there on: head, body, end.
pub(super) fn frame(input: &[u8], from: usize) -> Option<(&str, &[u8], usize)> {
    let rest = &input[from..];
    let end = memmem::find(rest, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&rest[..end + 2]).unwrap();
    let length: usize = field(head, "Content-Length").unwrap().parse().unwrap();
    let whole = end + 4 + length;
    (rest.len() >= whole).then(|| (head, &rest[end + 4..whole], from + whole))
}

/// The first value of a header field.
pub(super) fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let of = |line: &'h str| line.strip_prefix(name)?.strip_prefix(':').map(str::trim);
    head.split("\r\n").find_map(of)
}
