//! The connection ID of a call: 64 bits, written as 16 hexadecimal digits.

use std::{fmt, str::FromStr};

/// Identifies one call at the T-Server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId(pub u64);

/// The text is no connection ID: 1 to 16 hexadecimal digits are. The sender's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no ConnID: 1 to 16 hexadecimal digits expected")]
pub struct BadConnId(pub String);

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ConnId {
    type Err = BadConnId;

    fn from_str(text: &str) -> Result<Self, BadConnId> {
        let hex = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| BadConnId(text.chars().take(40).collect()))
    }
}
