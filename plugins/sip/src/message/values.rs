//! What header values are made of: comma lists, parameters, quoted strings.

use std::borrow::Cow;

/// White space inside a value, continuation lines included.
pub(crate) const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The parts of a comma list. Commas inside quotes and angle brackets do not count; empty parts are left out.
pub fn split(value: &str) -> impl Iterator<Item = &str> {
    Split { rest: value, at: b',' }.map(|part| part.trim_matches(BLANK)).filter(|part| !part.is_empty())
}

/// `value` in one line: every line break with the white space around it becomes one blank (RFC 3261, 7.3.1).
pub fn unfold(value: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\r', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let lines: Vec<_> = value.split("\r\n").map(|line| line.trim_matches([' ', '\t'])).collect();
    Cow::Owned(lines.join(" "))
}

/// Text of a quoted string without quotes and escapes; anything else as it is.
pub fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(value);
    };
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    Cow::Owned(text)
}

/// The parameters behind a value: `;name=value;flag`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Params<'a>(pub(crate) &'a str);

impl<'a> Params<'a> {
    /// Reads what stands behind a value, from its first semicolon on.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Names and values in order; a flag has an empty value, quotes are kept.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let text = self.0.trim_start_matches(BLANK);
        let text = text.strip_prefix(';').unwrap_or(text);
        Split { rest: text, at: b';' }.filter_map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = name.trim_matches(BLANK);
            (!name.is_empty()).then(|| (name, value.trim_matches(BLANK)))
        })
    }

    /// Value of the first parameter of that name, in any case, quotes kept; a flag gives "".
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same without quotes.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name).map(unquote)
    }
}

/// A value and the parameters behind it: `application/sdp;charset=x`.
pub fn with_params(value: &str) -> (&str, Params<'_>) {
    match value.split_once(';') {
        Some((head, rest)) => (head.trim_matches(BLANK), Params(rest)),
        None => (value.trim_matches(BLANK), Params("")),
    }
}

/// Splits at one character outside quotes and angle brackets.
pub(crate) struct Split<'a> {
    pub(crate) rest: &'a str,
    pub(crate) at: u8,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = outside(self.rest, self.at).unwrap_or(self.rest.len());
        let part = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or("");
        Some(part)
    }
}

/// Where `wanted` stands first outside quotes and angle brackets.
pub(crate) fn outside(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr::memchr3(wanted, b'"', b'<', &bytes[from..])?;
        from = match bytes[at] {
            byte if byte == wanted => return Some(at),
            b'<' => at + 1 + memchr::memchr(b'>', &bytes[at + 1..])?,
            _ => at + 2 + closing_quote(&bytes[at + 1..])?,
        };
    }
}

/// Where the quoted string that `text` is inside of ends.
pub(crate) fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', &text[from..])?;
        if text[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
        if from > text.len() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let list = r#""A, B" <sip:a@x;p="1,2">;q=1, sip:b@x ,, "c\",d" <sip:c>"#;
        let parts: Vec<_> = split(list).collect();
        assert_eq!(parts, [r#""A, B" <sip:a@x;p="1,2">;q=1"#, "sip:b@x", r#""c\",d" <sip:c>"#]);
    }

    #[test]
    fn parameters_keep_their_order_and_take_blanks_around_signs() {
        let params = Params::new(" ;\r\n tag = 98asjd8 ; flag;url=\"a;b\"");
        assert_eq!(params.iter().collect::<Vec<_>>(), [("tag", "98asjd8"), ("flag", ""), ("url", "\"a;b\"")]);
        assert_eq!(params.text("URL").as_deref(), Some("a;b"));
    }

    #[test]
    fn unquoting_takes_escapes_and_leaves_tokens() {
        assert_eq!(unquote(r#""J \"R\" \\""#), r#"J "R" \"#);
        assert_eq!(unquote("token"), "token");
        assert_eq!(unfold("a\r\n b\r\n\tc"), "a b c");
    }
}
