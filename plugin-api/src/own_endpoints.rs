//! What a sink says of endpoints that it signs in as the users themselves ([`OWN_ENDPOINTS`]): until such an endpoint
//! has told the platform that nobody works at it, an absent user may look as available as they chose to be last.
//!
//! A text of one line for each user, `HANDLE appears` or `HANDLE stands`: the host of another release may read it.

use crate::presence::UserHandle;
use std::fmt::Write;

/// The host's operation that takes it. One that does not know it takes every word of the platform for the user's.
pub const OWN_ENDPOINTS: &str = "uc.own-endpoints";

/// Where an endpoint of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnEndpoint {
    /// It signs in, and the platform may take it for a device of the user's.
    Appears,
    /// The platform knows that nobody works at it, or it is gone.
    Stands,
}

/// What the operation takes.
#[must_use]
pub fn write(endpoints: impl IntoIterator<Item = (UserHandle, OwnEndpoint)>) -> String {
    let mut text = String::new();
    for (user, endpoint) in endpoints {
        let word = match endpoint {
            OwnEndpoint::Appears => "appears",
            OwnEndpoint::Stands => "stands",
        };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{} {word}", user.0);
    }
    text
}

/// What such a text says.
///
/// # Errors
/// The line that cannot be read. The plug-in's fault.
pub fn read(text: &str) -> Result<Vec<(UserHandle, OwnEndpoint)>, String> {
    let line = |line: &str| {
        let (user, word) = line.split_once(' ')?;
        let endpoint = match word {
            "appears" => OwnEndpoint::Appears,
            "stands" => OwnEndpoint::Stands,
            _ => return None,
        };
        Some((UserHandle(user.parse().ok()?), endpoint))
    };
    text.lines().map(|text| line(text).ok_or_else(|| text.chars().take(80).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(all: Vec<(u32, bool)>) {
            let endpoint = |stands| if stands { OwnEndpoint::Stands } else { OwnEndpoint::Appears };
            let all: Vec<_> = all.into_iter().map(|(user, stands)| (UserHandle(user), endpoint(stands))).collect();
            prop_assert_eq!(read(&write(all.iter().copied())), Ok(all));
        }
    }

    #[test]
    fn a_line_that_says_something_else_is_named() {
        for wrong in ["1", "1 ", "x appears", "1 vanishes", "-1 stands", "4294967296 stands"] {
            assert_eq!(read(&format!("1 stands\n{wrong}\n")), Err(wrong.to_owned()));
        }
    }
}
