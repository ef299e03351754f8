//! What is remembered of agents beyond the life of this process: see `journal`.

use super::{Crowd, Endpoint};
use crate::{
    journal::Change,
    record::{Recalled, Record},
};
use std::{sync::Arc, time::Instant};

impl Crowd {
    /// Puts back what an earlier life left of somebody who is no agent any more, and forgets them.
    pub(crate) fn recover(&mut self, endpoint: &Endpoint, recalled: Recalled, now: Instant) {
        let id = self.find_or_add(endpoint, Some(recalled), now);
        if let Some(agent) = self.agents.get_mut(&id).filter(|agent| agent.user().is_none()) {
            agent.unwatch();
        }
        self.settle(id, now);
        self.pump(now);
    }

    /// What is to be remembered and forgotten on disk.
    pub(crate) fn take_memory(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.memory)
    }

    /// What became of something that was to be remembered.
    pub(crate) fn remembered(&mut self, address: &str, written: Result<Record, Arc<str>>, now: Instant) {
        let Some(id) = self.by_address.get(address).copied() else { return };
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.remembered(written, now);
            self.settle(id, now);
            self.pump(now);
        }
    }
}
