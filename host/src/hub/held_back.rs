//! Requests that a T-Server link's queue had no room for. They are no refusals: each line asks again when there is room,
//! for what is wished by then. What a worker asked of a call is kept as it is.

use super::{Hub, effect::Effect, timers::Timer};
use crate::{
    agent_link::{Behaviour, LinkId, Outgoing, Refusal},
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
pub(super) struct HeldBack {
    waiting: HashMap<LinkId, Waiting>,
    /// The last pause of each link whose queue was full a moment ago.
    pauses: HashMap<LinkId, Duration>,
}

/// Who waits for one link, in order, and what is sent as it is: requests of calls, and reports.
#[derive(Debug, Default)]
struct Waiting {
    workers: Vec<UserHandle>,
    as_they_are: Vec<Outgoing>,
}

impl HeldBack {
    /// Somebody waits for this link: whoever comes next has to wait behind them.
    pub(super) fn behind(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    fn pause(&mut self, link: LinkId) -> Duration {
        let pause = self.pauses.get(&link).map_or(FIRST, |last| (*last * 2).min(LONGEST));
        self.pauses.insert(link, pause);
        pause
    }

    /// A request found room.
    pub(super) fn has_room(&mut self, link: LinkId) {
        if !self.pauses.is_empty() {
            self.pauses.remove(&link);
        }
    }
}

impl Hub {
    /// A request found no room: its line, or the call's request itself, waits.
    pub(super) fn hold_back(&mut self, link: LinkId, outgoing: Outgoing, now: Moment) {
        if !self.held_back.behind(link) {
            metrics::counter!("uc_hub_requests_deferred_total").increment(1);
            let pause = self.held_back.pause(link);
            self.timers.set(now + pause, Timer::Requests(link));
        }
        let waiting = self.held_back.waiting.entry(link).or_default();
        let question = Question::from(outgoing.ticket);
        let once = matches!(question.number, Question::OF_A_CALL | Question::NOBODY_WAITS);
        if once || question.line == LineId::OF_REPORTS {
            waiting.as_they_are.push(outgoing);
        } else if let Some(owner) = self.dns.owner(question.line) {
            waiting.workers.push(owner);
            self.step(owner, Input::Unsent(question), now);
        }
    }

    /// There may be room again. Whoever waited longest asks first.
    pub(super) fn send_held_back(&mut self, link: LinkId, now: Moment) {
        let Waiting { workers, as_they_are } = self.held_back.waiting.remove(&link).unwrap_or_default();
        self.effects.extend(as_they_are.into_iter().map(|outgoing| Effect::Request(link, outgoing)));
        workers.into_iter().for_each(|worker| self.step(worker, Input::Time, now));
    }

    /// The link changed: what was asked of it before is void. Of a request for a call its worker is told.
    pub(super) fn drop_held_back(&mut self, link: LinkId, now: Moment) {
        for outgoing in self.held_back.waiting.remove(&link).unwrap_or_default().as_they_are {
            let message = "the T-Server link was lost before it was sent".into();
            self.refused(outgoing.ticket, &Refusal { code: None, message, behaviour: Behaviour::Unsent }, now);
        }
    }
}
