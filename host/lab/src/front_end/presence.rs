//! What watchers see of a user.

use std::sync::Arc;

/// Offline, the number of nobody there.
pub const OFFLINE: u32 = 18_500;

/// A user's aggregated presence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Availability number (MS-PRES; 3500 available, 6500 busy, 9500 do not disturb, 12500 be right back, 15500 away).
    pub availability: u32,
    /// What the user does, if they say so.
    pub activity: Option<Activity>,
    /// Personal note.
    pub note: Option<Arc<str>>,
    /// Out-of-office note of the mailbox.
    pub out_of_office: Option<Arc<str>>,
    /// Kind of the most active device.
    pub device: Option<Arc<str>>,
}

/// An activity: a token, or a text of the user's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// `on-the-phone`, `in-a-meeting`…
    pub token: Option<Arc<str>>,
    /// Texts by language (LCID); they override the token.
    pub custom: Vec<(u32, Arc<str>)>,
    /// Lowest availability with which it counts.
    pub min: Option<u32>,
    /// Highest availability with which it counts.
    pub max: Option<u32>,
}

impl Presence {
    /// An availability without activity and note.
    pub fn new(availability: u32) -> Self {
        Self { availability, activity: None, note: None, out_of_office: None, device: Some("computer".into()) }
    }

    /// Nobody there.
    pub fn offline() -> Self {
        Self { device: None, ..Self::new(OFFLINE) }
    }

    /// With an activity token and the range it has in real clients.
    #[must_use]
    pub fn activity(mut self, token: &str) -> Self {
        self.activity = Some(Activity::token(token));
        self
    }

    /// With an activity in the user's own words.
    #[must_use]
    pub fn custom_activity(mut self, lcid: u32, text: &str) -> Self {
        self.activity.get_or_insert_default().custom.push((lcid, text.into()));
        self
    }

    /// With a personal note.
    #[must_use]
    pub fn note(mut self, text: &str) -> Self {
        self.note = Some(text.into());
        self
    }
}

impl Activity {
    /// A token with the range it has in real clients.
    pub fn token(token: &str) -> Self {
        let (min, max) = match token {
            "on-the-phone" | "in-a-meeting" => (Some(6500), Some(8999)),
            "in-a-conference" => (Some(7000), Some(8999)),
            "urgent-interruptions-only" => (Some(6900), Some(8999)),
            "in-presentation" => (Some(9000), Some(11_999)),
            "out-of-office" => (Some(12_000), None),
            "off-work" => (Some(15_000), Some(17_999)),
            _ => (None, None),
        };
        Self { token: Some(token.into()), custom: Vec::new(), min, max }
    }

    /// Whether it counts with that availability.
    pub(super) fn holds(&self, availability: u32) -> bool {
        self.min.is_none_or(|min| min <= availability) && self.max.is_none_or(|max| availability <= max)
    }
}
