//! Why a server ends a registration.

use std::str::FromStr;

/// What a deregistration notice says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deregistration {
    /// The user has too many endpoints, or another one took its place.
    Unregistered,
    /// The user is disabled.
    Rejected,
    /// The user was moved to another server: register again.
    Deactivated,
}

impl Deregistration {
    /// As it stands in the notice.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unregistered => "unregistered",
            Self::Rejected => "rejected",
            Self::Deactivated => "deactivated",
        }
    }

    pub(super) fn diagnostics(self) -> Option<(u32, &'static str)> {
        (self == Self::Rejected).then_some((4141, "User disabled"))
    }
}

impl FromStr for Deregistration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Unregistered, Self::Rejected, Self::Deactivated];
        let found = all.into_iter().find(|event| event.name() == text);
        found.ok_or_else(|| format!("`{text}` is none of unregistered, rejected, deactivated"))
    }
}
