//! What there is to tell the host: of each agent the latest, so that a host without room costs no more than that.

use std::collections::BTreeMap;
use uc_plugin_api::{Event, Host, Presence, PresenceUpdate, Published, UserHandle, own_endpoints::OwnEndpoint};

/// Since the host was told last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) published: u64,
    pub(crate) conflicts: u64,
    pub(crate) refused: u64,
    pub(crate) chosen: u64,
    pub(crate) strangers: u64,
    /// Subscriptions whose word may be wrong.
    pub(crate) doubted: u64,
}

/// What waits to be told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What is wrong with an agent, empty when their publications work.
    pub(crate) outcomes: BTreeMap<UserHandle, String>,
    pub(crate) chosen: BTreeMap<UserHandle, Presence>,
    /// Of endpoints that sign in: told before anything of theirs is sent.
    pub(crate) endpoints: BTreeMap<UserHandle, OwnEndpoint>,
    pub(crate) counts: Counts,
}

impl Told {
    /// Tells the host. False if it has no room for something: call again soon.
    #[must_use]
    pub(crate) fn send(&mut self, host: &Host) -> bool {
        if !self.endpoints.is_empty() {
            host.own_endpoints(std::mem::take(&mut self.endpoints));
        }
        self.count(host);
        self.outcomes(host) && self.chosen(host)
    }

    fn outcomes(&mut self, host: &Host) -> bool {
        if self.outcomes.is_empty() {
            return true;
        }
        let all = std::mem::take(&mut self.outcomes).into_iter();
        let results = all.map(|(user, error)| Published { user, error: error.into() }).collect();
        if let Err(Event::Published(back)) = host.try_send(Event::Published(results)) {
            self.outcomes.extend(back.into_iter().map(|result| (result.user, result.error.into())));
        }
        self.outcomes.is_empty()
    }

    fn chosen(&mut self, host: &Host) -> bool {
        if self.chosen.is_empty() {
            return true;
        }
        let all = std::mem::take(&mut self.chosen).into_iter();
        let updates = all.map(|(user, presence)| PresenceUpdate { user, presence }).collect();
        if let Err(Event::Chosen(back)) = host.try_send(Event::Chosen(updates)) {
            self.chosen.extend(back.into_iter().map(|update| (update.user, update.presence)));
        }
        self.chosen.is_empty()
    }

    fn count(&mut self, host: &Host) {
        let Counts { published, conflicts, refused, chosen, strangers, doubted } = std::mem::take(&mut self.counts);
        let counted = [
            ("lync_push_published_total", published),
            ("lync_push_conflicts_total", conflicts),
            ("lync_push_refused_total", refused),
            ("lync_push_chosen_total", chosen),
            ("lync_push_messages_for_strangers_total", strangers),
            ("lync_push_subscriptions_lost_total", doubted),
        ];
        for (name, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            host.count(name, count);
        }
    }
}
