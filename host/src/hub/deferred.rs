//! Requests that a T-Server link's queue had no room for. They are no refusals: each line asks again when there is
//! room, for what is wished by then. What a worker asked of a call is kept as it is.

use super::{Hub, effect::Effect, timers::Timer};
use crate::{
    agent_link::{Behaviour, LinkId, Outgoing, Refusal, Ticket},
    clock::Moment,
    worker::{Input, LineId, Question},
};
use std::{collections::HashMap, time::Duration};
use uc_plugin_api::UserHandle;

/// First pause before they are sent again; it doubles up to [`LONGEST`] while there is no room.
const FIRST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);

/// What waits, by link.
#[derive(Debug, Default)]
pub(super) struct Deferred {
    waiting: HashMap<LinkId, Waiting>,
    /// The last pause of each link whose queue was full a moment ago.
    pauses: HashMap<LinkId, Duration>,
}

/// What waits for one link, each in order: who has to ask, and what is sent as it is.
#[derive(Debug, Default)]
struct Waiting {
    workers: Vec<UserHandle>,
    of_calls: Vec<Outgoing>,
    reports: Vec<Outgoing>,
}

impl Deferred {
    /// Somebody waits for this link: whoever comes next has to wait behind them.
    pub(super) fn behind(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// How many reports wait.
    pub(super) fn reports(&self) -> u64 {
        self.waiting.values().map(|waiting| waiting.reports.len() as u64).sum()
    }

    /// Their tickets.
    pub(super) fn reports_waiting(&self) -> Vec<Ticket> {
        self.waiting.values().flat_map(|waiting| &waiting.reports).map(|outgoing| outgoing.ticket).collect()
    }

    fn pause(&mut self, link: LinkId) -> Duration {
        let pause = self.pauses.get(&link).map_or(FIRST, |last| (*last * 2).min(LONGEST));
        self.pauses.insert(link, pause);
        pause
    }

    /// A request found room.
    pub(super) fn note_room(&mut self, link: LinkId) {
        if !self.pauses.is_empty() {
            self.pauses.remove(&link);
        }
    }
}

/// What a model of everything around the hub looks at.
#[cfg(test)]
impl Deferred {
    /// What was asked of calls and waits; of one link in order.
    pub(super) fn of_calls(&self) -> Vec<(LinkId, Ticket)> {
        let of_link = |(link, waiting): (&LinkId, &Waiting)| {
            waiting.of_calls.iter().map(|outgoing| (*link, outgoing.ticket)).collect::<Vec<_>>()
        };
        self.waiting.iter().flat_map(of_link).collect()
    }
}

impl Hub {
    /// A request found no room: its line, or the call's request itself, waits.
    pub(super) fn defer(&mut self, link: LinkId, outgoing: Outgoing, now: Moment) {
        if !self.deferred.behind(link) {
            metrics::counter!("uc_hub_requests_deferred_total").increment(1);
            let pause = self.deferred.pause(link);
            self.timers.set(now + pause, Timer::Requests(link));
        }
        let waiting = self.deferred.waiting.entry(link).or_default();
        let question = Question::from(outgoing.ticket);
        if question.line == LineId::OF_REPORTS {
            waiting.reports.push(outgoing);
        } else if question.call_kind().is_some()
            || question.chat_number().is_some()
            || question.number == Question::NOBODY_WAITS
            || question.line == LineId::OF_OUTCOMES
        {
            waiting.of_calls.push(outgoing);
        } else if let Some(owner) = self.dns.owner(question.line) {
            waiting.workers.push(owner);
            self.step(owner, Input::Unsent(question), now);
        }
    }

    /// There may be room again. Calls come first, then whoever has to ask, then reports; all of it before what this
    /// turn adds, so that nothing is overtaken by what came after it.
    pub(super) fn send_deferred(&mut self, link: LinkId, now: Moment) {
        let Waiting { workers, of_calls, reports } = self.deferred.waiting.remove(&link).unwrap_or_default();
        let request = |outgoing| Effect::Request(link, outgoing);
        let added = std::mem::replace(&mut self.effects, of_calls.into_iter().map(request).collect());
        workers.into_iter().for_each(|worker| self.step(worker, Input::Time, now));
        self.effects.extend(reports.into_iter().map(request).chain(added));
    }

    /// The link changed: what was asked of it before is void. Of a request for a call its worker is told.
    pub(super) fn drop_deferred(&mut self, link: LinkId, now: Moment) {
        let Waiting { of_calls, reports, .. } = self.deferred.waiting.remove(&link).unwrap_or_default();
        for outgoing in of_calls.into_iter().chain(reports) {
            let message = "the T-Server link was lost before it was sent".into();
            self.refused(outgoing.ticket, &Refusal { code: None, message, behaviour: Behaviour::Unsent }, now);
        }
    }
}
