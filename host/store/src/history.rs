//! What a process knows of the engine that several nodes share, for the one that follows it.

use std::{fmt, str::FromStr};

/// Which etcd a process has used, and how far its history had come. A process that begins anew without it would take an etcd
/// that was made anew, or restored, for the one that all nodes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub(crate) etcd: u64,
    pub(crate) revision: i64,
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x} {}", self.etcd, self.revision)
    }
}

impl FromStr for History {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (etcd, revision) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Self { etcd: u64::from_str_radix(etcd, 16)?, revision: revision.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_on_is_read_and_nothing_else() {
        for history in [History { etcd: 0x1f, revision: 18 }, History { etcd: u64::MAX, revision: i64::MAX }] {
            assert_eq!(history.to_string().parse(), Ok(history));
        }
        for text in ["", "1f", "1f x", "x 18", " 18"] {
            assert!(text.parse::<History>().is_err(), "{text}");
        }
    }
}
