//! Values of the categories `state` and `note` as they are published (MS-PRES, section 2.2.2).

use quick_xml::escape::escape;
use std::fmt::Write;

/// Longest custom activity, in characters: clients show no more.
const MAX_ACTIVITY: usize = 64;
/// Longest note, in characters: clients allow no more.
const MAX_NOTE: usize = 500;

/// What kind of state it is (`xsi:type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Machine,
    Phone,
}

/// A state.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    pub(crate) availability: u32,
    /// Activity token; empty: none.
    pub(crate) token: String,
    /// Lowest and highest availability with which the activity counts.
    pub(crate) range: Option<(u32, u32)>,
    /// The activity in own words: language (LCID) and text.
    pub(crate) custom: Vec<(u32, String)>,
    /// What else the user's own has, which is put back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rest: Option<Box<Rest>>,
}

/// What nothing of ours has.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Rest {
    /// Further activities.
    pub(crate) activities: Vec<Activity>,
    /// Where the endpoint is, as it says itself.
    pub(crate) location: Option<String>,
}

/// An activity: see [`State`].
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Activity {
    pub(crate) token: String,
    pub(crate) range: Option<(u32, u32)>,
    pub(crate) custom: Vec<(u32, String)>,
}

impl State {
    /// An availability and nothing else.
    pub(crate) fn plain(availability: u32) -> Self {
        Self { availability, ..Self::default() }
    }

    /// An availability with an activity token.
    pub(crate) fn active(availability: u32, token: &str) -> Self {
        let token = line(token);
        let range = (!token.is_empty()).then(|| range(&token, availability));
        Self { availability, token, range, ..Self::default() }
    }

    /// With the activity in own words.
    #[must_use]
    pub(crate) fn in_words(mut self, language: u32, text: &str) -> Self {
        let text = line(text);
        if !text.is_empty() {
            self.custom.push((language, text));
            self.range.get_or_insert_with(|| class(self.availability));
        }
        self
    }

    /// Whether both say the same to a watcher; ranges and languages may have been rewritten on the way.
    pub(crate) fn says_as(&self, other: &Self) -> bool {
        let texts = |state: &Self| state.custom.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
        self.availability == other.availability && self.token == other.token && texts(self) == texts(other)
    }

    /// The element.
    pub(crate) fn element(&self, kind: Kind) -> String {
        let (kind, manual) = match kind {
            Kind::User => ("userState", true),
            Kind::Machine => ("machineState", false),
            Kind::Phone => ("phoneState", false),
        };
        let mut out = format!(
            "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\" manual=\"{manual}\">\
             <availability>{}</availability>",
            self.availability
        );
        if !self.token.is_empty() || !self.custom.is_empty() {
            put_activity(&mut out, &self.token, self.range, &self.custom);
        }
        if let Some(rest) = &self.rest {
            for Activity { token, range, custom } in &rest.activities {
                put_activity(&mut out, token, *range, custom);
            }
            if let Some(location) = &rest.location {
                let _ = write!(out, "<endpointLocation>{}</endpointLocation>", escape(location));
            }
        }
        out.push_str("</state>");
        out
    }
}

fn put_activity(out: &mut String, token: &str, range: Option<(u32, u32)>, custom: &[(u32, String)]) {
    out.push_str("<activity");
    if !token.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(out, " token=\"{}\"", escape(token));
    }
    if let Some((lowest, highest)) = range {
        let _ = write!(out, " minAvailability=\"{lowest}\" maxAvailability=\"{highest}\"");
    }
    out.push('>');
    for (language, text) in custom {
        let _ = write!(out, "<custom LCID=\"{language}\">{}</custom>", escape(text));
    }
    out.push_str("</activity>");
}

/// A personal note.
pub(crate) fn note(text: &str) -> String {
    format!(
        "<note xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"personal\" uri=\"\">{}</body></note>",
        escape(plain(text, MAX_NOTE))
    )
}

/// An activity as it comes back from the server: one line, nothing that XML cannot carry, cut to what clients show.
pub(crate) fn line(text: &str) -> String {
    let text = plain(text, usize::MAX);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(MAX_ACTIVITY).collect::<String>().trim_end().to_owned()
}

/// Text that XML can carry.
fn plain(text: &str, limit: usize) -> String {
    let allowed = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    text.chars().filter(allowed).filter(|letter| !matches!(letter, '\u{fffe}' | '\u{ffff}')).take(limit).collect()
}

/// Within which availabilities a token counts, as real clients publish it; others count within their class.
fn range(token: &str, availability: u32) -> (u32, u32) {
    match token {
        "on-the-phone" | "in-a-meeting" => (6500, 8999),
        "in-a-conference" => (7000, 8999),
        "urgent-interruptions-only" => (6900, 8999),
        "in-presentation" => (9000, 11_999),
        "off-work" => (15_000, 17_999),
        "out-of-office" => (12_000, 17_999),
        _ => class(availability),
    }
}

fn class(availability: u32) -> (u32, u32) {
    match availability {
        0..3000 => (0, 2999),
        3000..6000 => (3000, 5999),
        6000..9000 => (6000, 8999),
        9000..12_000 => (9000, 11_999),
        12_000..15_000 => (12_000, 14_999),
        15_000..18_000 => (15_000, 17_999),
        _ => (18_000, 18_999),
    }
}
