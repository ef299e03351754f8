//! Whether the server is there, and would have these agents: a silent one is asked, and one over whose connection
//! nobody registers yet.

use super::{Crowd, Id};
use crate::agent::{Agent, Phase};
use std::time::Instant;
use uc_sip::{silence::Due, site::Trouble};

impl Crowd {
    /// Nobody is registered for whom nothing is shown: whether the server would have them is asked once for all by one.
    pub(super) fn probe_once(&mut self, now: Instant) {
        if self.link.as_ref().is_some_and(|link| !link.probed && !link.opened) && self.to_register.is_empty() {
            self.probe(now);
        }
    }

    fn probe(&mut self, now: Instant) {
        let Some(link) = &mut self.link else { return };
        let idle = self.agents.iter_mut().find(|(_, agent)| agent.phase() == Phase::Idle);
        let Some((id, agent)) = idle else { return };
        (link.probed, link.probing) = (true, true);
        agent.probe(&link.address, link.transport, now);
        let id = *id;
        self.settle(id, now);
    }

    /// Whether the server has nothing to object to, as far as it was asked, and nobody waits to be registered.
    pub(crate) fn is_at_rest(&self) -> bool {
        let rests = |agent: &Agent| matches!(agent.phase(), Phase::Idle | Phase::Left);
        self.link.as_ref().is_some_and(|link| !link.probing) && self.agents.values().all(|agent| rests(agent))
    }

    pub(super) fn silence(&mut self, now: Instant) {
        match self.link.as_mut().and_then(|link| link.silence.handle_timeout(now)) {
            Some(Due::Ask) => self.ask(now),
            Some(Due::Gone) => {
                let all = self.manners.patience.all().as_secs();
                self.end(Trouble::soon(format!("the server has said nothing for {all} s")));
            }
            None => {}
        }
    }

    /// Asks for a sign of life as somebody who is registered, or as anybody. Where somebody registers, their REGISTER
    /// is the question; where nobody is, the server has nothing to say.
    fn ask(&mut self, now: Instant) {
        let of = |phase| move |(_, agent): &(&Id, &mut Box<Agent>)| agent.phase() == phase;
        if let Some((id, agent)) = self.agents.iter_mut().find(of(Phase::Open)) {
            agent.ask(now);
            let id = *id;
            self.settle(id, now);
        } else if self.agents.iter_mut().any(|entry| of(Phase::Registering)(&entry)) {
            // Its answer will do.
        } else if self.agents.iter_mut().any(|entry| of(Phase::Idle)(&entry)) {
            self.probe(now);
        } else {
            self.heard(now);
        }
    }
}
