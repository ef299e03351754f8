//! What stands where the user's own choice stands: two publications, of which one kind at a time is there (MS-PRES:
//! `userState`). Ours looks the same as the user's; only its value tells.

use crate::{
    key::{AGGREGATED, Key, LASTING, Lifetime, TIMED},
    value::State,
};
use uc_plugin_api::{Availability, Presence};

/// Seconds that Busy and Do Not Disturb stay, as clients publish them.
pub(crate) const DAY: u32 = 86_400;
/// What the workgroup is shown for Do Not Disturb.
const URGENT: (u32, &str) = (6900, "urgent-interruptions-only");

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Choice {
    /// Whether it is of the kind that ends by itself.
    pub(crate) timed: bool,
    /// In container 2, by which it is known.
    pub(crate) most: State,
    /// In container 3.
    pub(crate) workgroup: State,
}

impl Choice {
    /// The choice that shows this state, as a client would publish it.
    pub(crate) fn of(state: State) -> Self {
        let busy = (6000..9000).contains(&state.availability);
        let undisturbed = (9000..12_000).contains(&state.availability);
        let workgroup = if undisturbed { State::active(URGENT.0, URGENT.1) } else { state.clone() };
        Self { timed: busy || undisturbed, most: state, workgroup }
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
