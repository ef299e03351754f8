//! Requests that a T-Server link's queue had no room for: they wait here in their order, and are no refusals. A line has
//! one question at a time, so that there are never more than lines and calls.

use super::{Hub, effect::Effect, timers::Timer};
use crate::{
    agent_link::{Behaviour, LinkId, Outgoing, Refusal},
    clock::Moment,
    worker::Question,
};
use std::{collections::HashMap, time::Duration};

/// Pause before they are sent again.
const AGAIN: Duration = Duration::from_millis(20);

/// What waits, by link.
#[derive(Debug, Default)]
pub(super) struct HeldBack(HashMap<LinkId, Vec<Outgoing>>);

impl HeldBack {
    /// Requests wait for this link: the next one has to wait behind them.
    pub(super) fn behind(&self, link: LinkId) -> bool {
        self.0.contains_key(&link)
    }
}

impl Hub {
    /// Keeps a request for later, in its order.
    pub(super) fn hold_back(&mut self, link: LinkId, outgoing: Outgoing, now: Moment) {
        let waiting = self.held_back.0.entry(link).or_default();
        waiting.push(outgoing);
        if waiting.len() == 1 {
            metrics::counter!("uc_hub_requests_deferred_total").increment(1);
            self.timers.set(now + AGAIN, Timer::Requests(link));
        }
    }

    /// What was held back goes before what this turn adds.
    pub(super) fn send_held_back(&mut self, link: LinkId) {
        let waiting = self.held_back.0.remove(&link).unwrap_or_default();
        self.effects.splice(0..0, waiting.into_iter().map(|outgoing| Effect::Request(link, outgoing)));
    }

    /// The link changed: what was asked of it before is void. A worker's own request for a call they are told.
    pub(super) fn drop_held_back(&mut self, link: LinkId, now: Moment) {
        let waiting = self.held_back.0.remove(&link).unwrap_or_default();
        let of_calls = waiting.iter().filter(|outgoing| Question::from(outgoing.ticket).number == Question::OF_A_CALL);
        for outgoing in of_calls {
            let message = "the T-Server link was lost before it was sent".into();
            self.refused(outgoing.ticket, &Refusal { code: None, message, behaviour: Behaviour::Retry }, now);
        }
    }
}
