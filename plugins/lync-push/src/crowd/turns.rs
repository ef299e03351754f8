//! Who is next, and what follows from what happened to an agent.

use super::{Crowd, Id};
use crate::agent::{News, Phase};
use std::time::Instant;
use uc_plugin_api::UserHandle;
use uc_sip::site;

impl Crowd {
    /// Lets those whose turn it is register and publish.
    pub(super) fn pump(&mut self, now: Instant) {
        while !self.to_register.is_empty() && self.registrations.take(now) {
            self.register_next(now);
        }
        while !self.to_publish.is_empty() && self.publications.take(now) {
            let Some(id) = self.to_publish.pop_front() else { break };
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.waits = false;
                agent.publish_now(now);
                self.settle(id, now);
            }
        }
    }

    fn register_next(&mut self, now: Instant) {
        let (Some(id), Some(link)) = (self.to_register.pop_front(), &self.link) else { return };
        if let Some(agent) = self.agents.get_mut(&id).filter(|agent| agent.phase() == Phase::Queued) {
            agent.register(&link.address, link.transport, now);
            self.settle(id, now);
        }
    }

    /// Lets everything that happened to an agent have its effects.
    pub(super) fn settle(&mut self, id: Id, now: Instant) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if self.link.is_some() && agent.wants_to_register() {
            agent.queue();
            self.to_register.push_back(id);
        }
        if !agent.waits && agent.wants_to_publish(now) {
            agent.waits = true;
            self.to_publish.push_back(id);
        }
        if let Some(change) = agent.take_memory() {
            self.memory.push((agent.address().clone(), change));
        }
        agent.tell_if_well();
        while let Some(bytes) = agent.poll_transmit() {
            self.out.extend_from_slice(&bytes);
        }
        self.timers.set(id, agent.poll_timeout());
        let (user, news) = (agent.user(), agent.take_news());
        self.count(id);
        news.into_iter().for_each(|news| self.tell(user, news));
        if self.agents.get(&id).is_some_and(|agent| agent.is_over()) {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: Id) {
        self.timers.set(id, None);
        if let Some(mut agent) = self.agents.remove(&id) {
            self.census.leave(&mut agent);
            self.by_address.remove(&**agent.address());
        }
    }

    fn count(&mut self, id: Id) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.phase() == Phase::Open
            && let Some(link) = &mut self.link
        {
            link.opened = true;
        }
        self.census.take(agent);
    }

    fn tell(&mut self, user: Option<UserHandle>, news: News) {
        let counts = &mut self.told.counts;
        match (news, user) {
            (News::Outcome(why), Some(user)) => drop(self.told.outcomes.insert(user, why)),
            (News::Chosen(choice), Some(user)) => {
                counts.chosen += 1;
                self.told.chosen.insert(user, choice.map(|choice| choice.presence()).unwrap_or_default());
            }
            (News::Endpoint(endpoint), Some(user)) => drop(self.told.endpoints.insert(user, endpoint)),
            (News::Outcome(_) | News::Chosen(_) | News::Endpoint(_), None) => {}
            (News::Published, _) => counts.published += 1,
            (News::Conflict, _) => counts.conflicts += 1,
            (News::Refused, _) => counts.refused += 1,
            (News::Doubted(why), _) => {
                counts.doubted += 1;
                if !std::mem::replace(&mut self.doubt_told, true) {
                    tracing::warn!(
                        why,
                        "what the server tells of an agent's own data may be wrong, and is asked for again: nothing is \
                         published over it before. Further times are only counted (lync_push_subscriptions_lost_total)"
                    );
                }
            }
            // Somebody has registered over it: then it is that agent whom the server does not have.
            (News::NotTrusted(_), _) if self.has_opened() && !self.manners.alone => {}
            (News::NotTrusted(trouble), _) => self.end(trouble),
            (News::Trouble(trouble), _) => {
                let unopened = self.link.as_ref().is_some_and(|link| !link.opened);
                let passing = matches!(trouble.again, site::Again::Soon | site::Again::After(_));
                if self.manners.alone || (unopened && passing && self.manners.has_choice) {
                    self.end(trouble);
                }
            }
        }
    }
}
