//! Why a number cannot be used.

use std::{fmt, sync::Arc};

/// Why a number cannot be used; by the fault of whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Nothing is written there.
    Empty,
    /// It has something in it that no number has.
    NoNumber,
    /// It has fewer digits than this.
    TooShort(u32),
    /// It has more digits than this.
    TooLong(u32),
    /// The plan allows no number like it.
    NotAllowed(Arc<str>),
    /// The plan forbids numbers that begin so.
    Forbidden(Arc<str>),
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no number"),
            Self::NoNumber => f.write_str("this is no telephone number: use digits, with + before the country code"),
            Self::TooShort(least) => write!(f, "this number is too short: it needs at least {least} digits"),
            Self::TooLong(most) => write!(f, "this number is too long: it may have at most {most} digits"),
            Self::NotAllowed(number) => write!(f, "{number} is none of the numbers that calls may be sent to"),
            Self::Forbidden(prefix) => write!(f, "calls may not be sent to numbers that begin with {prefix}"),
        }
    }
}

impl std::error::Error for Outside {}
