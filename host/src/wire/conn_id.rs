//! The connection ID of a call: 64 bits, written as 16 hexadecimal digits.

use super::Shown;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Identifies one call at the T-Server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnId(pub u64);

/// The text is no connection ID: 1 to 16 hexadecimal digits are. The sender's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no ConnID: 1 to 16 hexadecimal digits expected")]
pub struct BadConnId(pub String);

impl ConnId {
    /// Zero is no call's: it stands where a T-Server has none to tell.
    pub fn is_of_a_call(&self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<ConnId> for String {
    fn from(conn_id: ConnId) -> Self {
        conn_id.to_string()
    }
}

impl TryFrom<String> for ConnId {
    type Error = BadConnId;

    fn try_from(text: String) -> Result<Self, BadConnId> {
        text.parse()
    }
}

impl FromStr for ConnId {
    type Err = BadConnId;

    fn from_str(text: &str) -> Result<Self, BadConnId> {
        let hex = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| BadConnId(Shown::up_to(text, 40).to_string()))
    }
}
