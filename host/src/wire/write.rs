//! Writes one JSON line straight into a byte buffer.

use super::{ConnId, KvList, kv_json};
use bytes::{BufMut, BytesMut};
use std::fmt::Write;

/// A flat JSON object under construction. [`Self::end`] completes the line; without it the line is taken back.
#[derive(Debug)]
pub struct LineWriter<'b> {
    output: &'b mut BytesMut,
    start: usize,
    ended: bool,
}

impl<'b> LineWriter<'b> {
    /// Begins a line with its `messageName`.
    pub fn new(output: &'b mut BytesMut, message_name: &str) -> Self {
        let start = output.len();
        output.put_slice(b"{\"messageName\":");
        string(output, message_name);
        Self { output, start, ended: false }
    }

    /// A string attribute.
    pub fn str(mut self, name: &str, value: &str) -> Self {
        string(self.name(name), value);
        self
    }

    /// A string attribute, left out when there is none.
    pub fn opt_str(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.str(name, value),
            None => self,
        }
    }

    /// An integer attribute.
    pub fn int(mut self, name: &str, value: i64) -> Self {
        integer(self.name(name), value);
        self
    }

    /// A connection ID.
    pub fn conn_id(mut self, name: &str, value: ConnId) -> Self {
        // Writing to a buffer in memory cannot fail.
        let _ = write!(self.name(name), "\"{value}\"");
        self
    }

    /// A key-value list.
    pub fn kv_list(mut self, name: &str, list: &KvList) -> Self {
        kv_json::write(self.name(name), list);
        self
    }

    /// A key-value list, left out when empty.
    pub fn opt_kv_list(self, name: &str, list: &KvList) -> Self {
        if list.is_empty() { self } else { self.kv_list(name, list) }
    }

    /// A value that is JSON already, on one line.
    pub fn raw(mut self, name: &str, json: &str) -> Self {
        self.name(name).put_slice(json.as_bytes());
        self
    }

    /// Completes the line.
    pub fn end(mut self) {
        self.output.put_slice(b"}\n");
        self.ended = true;
    }

    fn name(&mut self, name: &str) -> &mut BytesMut {
        self.output.put_u8(b',');
        string(self.output, name);
        self.output.put_u8(b':');
        self.output
    }
}

impl Drop for LineWriter<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.output.truncate(self.start);
        }
    }
}

/// A JSON string with its quotes.
pub(super) fn string(output: &mut BytesMut, text: &str) {
    output.put_u8(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        output.put_slice(&text.as_bytes()[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => output.put_slice(b"\\\""),
            b'\\' => output.put_slice(b"\\\\"),
            b'\n' => output.put_slice(b"\\n"),
            b'\r' => output.put_slice(b"\\r"),
            b'\t' => output.put_slice(b"\\t"),
            control => {
                let _ = write!(output, "\\u{control:04x}");
            }
        }
    }
    output.put_slice(&text.as_bytes()[plain..]);
    output.put_u8(b'"');
}

/// A JSON integer.
pub(super) fn integer(output: &mut BytesMut, number: i64) {
    let _ = write!(output, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_line_with_attributes_in_order() {
        let mut out = BytesMut::new();
        LineWriter::new(&mut out, "X").str("a", "b").opt_str("no", None).int("n", -7).conn_id("c", ConnId(0xab)).end();
        assert_eq!(&out[..], b"{\"messageName\":\"X\",\"a\":\"b\",\"n\":-7,\"c\":\"00000000000000ab\"}\n");
    }

    #[test]
    fn an_unfinished_line_is_taken_back() {
        let mut out = BytesMut::from(&b"before\n"[..]);
        drop(LineWriter::new(&mut out, "X").str("a", "b"));
        assert_eq!(&out[..], b"before\n");
    }

    proptest! {
        #[test]
        fn strings_are_what_serde_json_reads(text in any::<String>()) {
            let mut out = BytesMut::new();
            string(&mut out, &text);
            prop_assert!(!out.contains(&b'\n'));
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
