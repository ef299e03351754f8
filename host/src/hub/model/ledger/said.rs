//! What each worker and their platform said, and what follows for who owns the state of an agent.

use super::{At, Ledger, Owner};
use crate::{agent_link::WorkMode, clock::Moment, directory::WorkerId, hub::model::wishes::owner, policy};
use std::time::Duration;
use uc_plugin_api::{AgentState, Availability, UserHandle, Wanted, Wish};

/// As [`bench::settings`](crate::hub::tests::bench::settings) has it.
const GRACE: Duration = Duration::from_secs(30);
/// As long as a word of before a choice may be under way.
const LATE: Duration = Duration::from_secs(10);

/// As [`scene::settings`](super::scene::settings) has it.
const TOO_MANY: u32 = 2;

/// How fresh a platform's word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doubt {
    #[default]
    None,
    Since(Moment),
    /// Nobody knows any more: anything but ready.
    Unknown,
    /// The worker chose meanwhile.
    Chosen,
}

/// What one worker and their platform said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    platform: Option<Availability>,
    doubt: Doubt,
    now: Option<Owner>,
    /// What they chose over a publication of ours, and when.
    chose: Option<(Owner, Moment)>,
    /// A word that may be of before that.
    deferred: Option<Availability>,
    /// Previews missed in a row, and whether it were too many.
    missed: u32,
    away: bool,
}

impl Said {
    fn may_be_ready(&self) -> bool {
        matches!(self.now, None | Some(Owner::Ready | Owner::LoggedIn))
    }
}

impl Ledger {
    /// Nothing fresh is known of a worker: they may be anything but ready.
    pub(in crate::hub::model) fn is_unknown(&self, id: &WorkerId) -> bool {
        !self.held.contains(id) && self.said.get(id).is_some_and(|said| said.doubt == Doubt::Unknown)
    }

    /// What the owner of a DN wants there.
    pub(in crate::hub::model) fn owner(&self, id: &WorkerId, at: &At) -> Option<Owner> {
        if self.stays_out.contains(at) {
            return Some(Owner::LoggedOut);
        }
        if self.sat_down.contains(at) {
            return None;
        }
        let said = self.said.get(id).copied().unwrap_or_default();
        if said.away && said.may_be_ready() { Some(Owner::NotReady(WorkMode::Unknown)) } else { said.now }
    }

    /// Nothing was wished but what being away asks for.
    pub(in crate::hub::model) fn is_only_kept_from_ready(&self, id: &WorkerId) -> bool {
        self.said.get(id).is_some_and(|said| said.away && said.now.is_none())
    }

    /// A preview timed out at a worker, or they answered it.
    pub(in crate::hub::model) fn previewed(&mut self, id: &WorkerId, answered: bool, now: Moment) {
        if answered {
            return self.acts(id, now);
        }
        let said = self.said.entry(id.clone()).or_default();
        said.missed += 1;
        if said.missed >= TOO_MANY && !said.away {
            said.away = true;
            self.away_is_news(id, now);
        }
    }

    /// They are there.
    fn acts(&mut self, id: &WorkerId, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        said.missed = 0;
        if std::mem::take(&mut said.away) {
            self.away_is_news(id, now);
        }
    }

    fn away_is_news(&mut self, id: &WorkerId, now: Moment) {
        let counts = self.said.get(id).copied().unwrap_or_default().may_be_ready();
        if counts && !self.held.contains(id) {
            self.wish_is_news(id, now);
        }
    }

    /// They say that they are back: where nobody wished a state, that they want to be ready.
    pub(in crate::hub::model) fn returns(&mut self, id: &WorkerId, user: UserHandle, now: Moment) {
        let said = self.said.get(id).copied().unwrap_or_default();
        if !said.away {
            return;
        }
        self.acts(id, now);
        if matches!(said.now, None | Some(Owner::LoggedIn)) && !self.held.contains(id) {
            let state = AgentState { status: uc_plugin_api::AgentStatus::Ready, ..AgentState::default() };
            self.wished(id, &Wanted { user, wish: Wish::State(state), explicit: true }, now);
        }
        self.dns_of(id).iter().for_each(|at| self.reset(at, now));
    }

    pub(in crate::hub::model) fn platform_said(&mut self, id: &WorkerId, availability: Availability, now: Moment) {
        let Some(owner) = owner(availability) else { return self.stale(id, now) };
        let said = self.said.entry(id.clone()).or_default();
        let restrained = matches!(said.chose, Some((Owner::NotReady(_) | Owner::LoggedOut, _)));
        said.deferred = Some(availability).filter(|_| restrained && matches!(owner, Owner::Ready | Owner::LoggedIn));
        if said.deferred.is_some() {
            return;
        }
        // Different words that mean not ready are different wishes.
        let news = said.doubt == Doubt::Chosen || said.platform != Some(availability);
        let (current, doubt) = (if news { Some(owner) } else { said.now }, said.doubt);
        *said = Said { platform: Some(availability), now: current, doubt: Doubt::None, ..*said };
        if doubt == Doubt::Unknown {
            self.doubt_ends(id, now);
        }
        if news {
            self.wish_is_news(id, now);
        }
    }

    /// What ended a hold, or was chosen soon after that: a doubt stays.
    pub(in crate::hub::model) fn chose(&mut self, id: &WorkerId, availability: Availability, now: Moment) {
        self.acts(id, now);
        let held = self.held.contains(id);
        let said = self.said.entry(id.clone()).or_default();
        let Some(owner) = owner(availability).filter(|_| held || said.chose.is_some()) else { return };
        said.chose = Some((owner, now));
        if held || owner != Owner::Ready {
            (said.platform, said.now) = (Some(availability), Some(owner));
            if !held {
                self.wish_is_news(id, now);
            }
        } else if let Some(word) = said.deferred.take() {
            self.platform_said(id, word, now);
        }
    }

    fn doubt_ends(&mut self, id: &WorkerId, now: Moment) {
        for at in self.dns_of(id) {
            if self.taken_away.remove(&at) {
                self.left_alone.remove(&at);
            }
            self.reset(&at, now);
        }
    }

    /// What the platform said last of the user themselves.
    pub(in crate::hub::model) fn own_word(&self, id: &WorkerId) -> Availability {
        self.said.get(id).and_then(|said| said.platform).unwrap_or(Availability::Unknown)
    }

    /// The platform shows our own publication: its link works.
    pub(in crate::hub::model) fn echoed(&mut self, id: &WorkerId) {
        let said = self.said.entry(id.clone()).or_default();
        said.deferred = None;
        if matches!(said.doubt, Doubt::Since(_)) {
            said.doubt = Doubt::None;
        }
    }

    pub(super) fn stale(&mut self, id: &WorkerId, now: Moment) {
        let said = self.said.entry(id.clone()).or_default();
        said.deferred = None;
        if said.doubt == Doubt::None && self.follows_platforms {
            said.doubt = Doubt::Since(now);
        }
    }

    pub(in crate::hub::model) fn platform_is_gone(&mut self, now: Moment) {
        let ids: Vec<_> = self.dns.keys().cloned().collect();
        ids.iter().for_each(|id| self.stale(id, now));
    }

    pub(in crate::hub::model) fn wished(&mut self, id: &WorkerId, wanted: &Wanted, now: Moment) {
        if wanted.explicit {
            self.acts(id, now);
        }
        let said = self.said.entry(id.clone()).or_default();
        let registration = !wanted.explicit && wanted.wish == Wish::LogIn;
        let refused = said.platform.is_some()
            && match said.doubt {
                Doubt::None => true,
                Doubt::Since(_) | Doubt::Unknown => !wanted.explicit,
                Doubt::Chosen => false,
            };
        if (registration && (said.now.is_some() || said.away)) || refused {
            return;
        }
        let doubt = said.doubt;
        if doubt != Doubt::None && wanted.explicit {
            said.doubt = Doubt::Chosen;
        }
        said.now = Some(match &wanted.wish {
            Wish::LogIn => Owner::LoggedIn,
            Wish::State(state) => match state.status {
                uc_plugin_api::AgentStatus::LoggedOut => Owner::LoggedOut,
                uc_plugin_api::AgentStatus::Ready => Owner::Ready,
                uc_plugin_api::AgentStatus::NotReady => Owner::NotReady(policy::work_mode(state.work_mode)),
            },
        });
        if doubt == Doubt::Unknown && wanted.explicit {
            self.doubt_ends(id, now);
        }
        self.wish_is_news(id, now);
    }

    /// Grace times end.
    pub(in crate::hub::model) fn time(&mut self, now: Moment) {
        let over = |said: &Said| matches!(said.doubt, Doubt::Since(since) if since + GRACE <= now);
        let over: Vec<_> = self.said.iter().filter(|(_, said)| over(said)).map(|(id, _)| id.clone()).collect();
        for id in over {
            self.said.entry(id.clone()).or_default().doubt = Doubt::Unknown;
            self.dns_of(&id).iter().for_each(|at| self.reset(at, now));
        }
        let late = |said: &Said| said.chose.is_some_and(|(_, at)| at + LATE <= now);
        let late: Vec<_> = self.said.iter().filter(|(_, said)| late(said)).map(|(id, _)| id.clone()).collect();
        for id in late {
            let said = self.said.entry(id.clone()).or_default();
            said.chose = None;
            if let Some(word) = said.deferred.take() {
                self.platform_said(&id, word, now);
            }
        }
    }
}
