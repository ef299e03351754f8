//! CSeq: the request's number and method (RFC 3261, section 20.16).

use super::values::BLANK;

/// A CSeq, borrowed from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq<'a> {
    /// Below 2³¹ (RFC 3261, section 8.1.1.5).
    pub number: u32,
    /// The number as written; a signature covers this text.
    pub digits: &'a str,
    /// Method, case-sensitive.
    pub method: &'a str,
}

impl<'a> CSeq<'a> {
    /// Reads a CSeq value. None if it is not a number below 2³¹ and a method.
    pub fn parse(value: &'a str) -> Option<Self> {
        let (digits, method) = value.split_once(BLANK)?;
        let method = method.trim_start_matches(BLANK);
        let number = number(digits).filter(|number| *number < 1 << 31)?;
        super::scan::is_token(method.as_bytes()).then_some(Self { number, digits, method })
    }
}

/// A plain decimal number that fits: no sign, no blanks.
pub(crate) fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}
