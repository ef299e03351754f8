//! What stands where the user's own choice stands: two publications, of which one kind at a time is there (MS-PRES:
//! `userState`). Ours looks the same as the user's; only its value tells, its version, and when it was
//! published.

use crate::{
    key::{AGGREGATED, Key, LASTING, Lifetime, TIMED},
    value::State,
};
use uc_plugin_api::{Availability, Presence};

/// Seconds that Busy and Do Not Disturb stay, as clients publish them.
pub(crate) const DAY: u32 = 86_400;
/// What the workgroup is shown for Do Not Disturb.
const URGENT: (u32, &str) = (6900, "urgent-interruptions-only");
/// Times are one and the same that lie no further apart, in milliseconds: a server may tell more digits in one document
/// than in another.
const DIGITS: u64 = 1000;

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Choice {
    /// Whether it is of the kind that ends by itself.
    pub(crate) timed: bool,
    /// In container 2, by which it is known.
    pub(crate) most: State,
    /// In container 3.
    pub(crate) workgroup: State,
    /// When one that ends by itself does, in seconds of Unix time; none: nobody has said, and it gets a day of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<u64>,
    /// Version of its publication in container 2, as the server has told it; none: nobody has told it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<u32>,
    /// When that publication was made, as the server has told it, in milliseconds of Unix time. Versions begin anew where
    /// a publication was removed, so that a version alone is told again of another choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) published: Option<u64>,
}

impl Choice {
    /// The choice that shows this state, as a client would publish it.
    pub(crate) fn of(state: State) -> Self {
        let busy = (6000..9000).contains(&state.availability);
        let undisturbed = (9000..12_000).contains(&state.availability);
        let workgroup = if undisturbed { State::active(URGENT.0, URGENT.1) } else { state.clone() };
        Self { timed: busy || undisturbed, most: state, workgroup, until: None, version: None, published: None }
    }

    /// Whether it has ended by then.
    pub(crate) fn is_over(&self, now: u64) -> bool {
        self.timed && self.until.is_some_and(|until| until <= now)
    }

    /// How long it stays that is put back then: no longer than it would have stood.
    pub(crate) fn left(&self, now: u64) -> Lifetime {
        match (self.kind().1, self.until) {
            (Lifetime::Seconds(whole), Some(until)) => {
                Lifetime::Seconds(until.saturating_sub(now).try_into().unwrap_or(whole).min(whole))
            }
            (whole, _) => whole,
        }
    }

    /// Instance and lifetime of its publications.
    pub(crate) fn kind(&self) -> (u32, Lifetime) {
        if self.timed { (TIMED, Lifetime::Seconds(DAY)) } else { (LASTING, Lifetime::Lasting) }
    }

    /// Its publications.
    pub(crate) fn states(&self) -> [(Key, Lifetime, &State); 2] {
        let (instance, lifetime) = self.kind();
        let [most, workgroup] = AGGREGATED.map(|container| Key::state(instance, container));
        [(most, lifetime, &self.most), (workgroup, lifetime, &self.workgroup)]
    }

    /// Whether a watcher could not tell both apart.
    pub(crate) fn says_as(&self, other: &Self) -> bool {
        self.most.says_as(&other.most)
    }

    /// Whether both may be one and the same: who published anew what stands there, or the same of the other kind, has
    /// chosen, though a watcher could not tell.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let versions = self.version.zip(other.version).is_none_or(|(own, other)| own == other);
        let times = self.published.zip(other.published).is_none_or(|(own, other)| is_same_time(own, other));
        self.says_as(other) && self.timed == other.timed && versions && times
    }

    /// What it tells of its user.
    pub(crate) fn presence(&self) -> Presence {
        let text = self.most.custom.first().map_or("", |(_, text)| text);
        Presence {
            availability: Availability::from_number(self.most.availability),
            number: self.most.availability,
            activity: self.most.token.as_str().into(),
            custom_activity: text.into(),
            ..Presence::default()
        }
    }
}

/// Whether what was published then and then may be one publication.
pub(crate) fn is_same_time(one: u64, other: u64) -> bool {
    one.abs_diff(other) < DIGITS
}
