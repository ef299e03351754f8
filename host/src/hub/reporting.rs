//! What all clients of a worker's main DN are told of previews: one user event when a worker sees one, and one when that
//! ends (requirements F12, F40; host/docs/requirements.md, "Reporting of previews"). ICON pairs them.
//!
//! An event that never left waits for its link; one that may have arrived is not sent twice.

use super::{
    Hub,
    effect::Effect,
    inputs::routing::main_place,
    preview::{PreviewId, Step},
};
use crate::{
    agent_link::{Behaviour, ConnId, Dn, KvList, LinkId, Outgoing, Refusal, Request, Ticket},
    directory::WorkerId,
    web::message::PreviewEnd,
    worker::{LineId, Question},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Most events that wait for a link. Beyond, what begins is not reported at all, so that each start has its end.
const MOST: usize = 20_000;

/// What is on its way, and what has begun.
#[derive(Debug, Default)]
pub(super) struct Reporting {
    /// Key of the state; none: nothing is reported.
    state: Option<Arc<str>>,
    begun: HashMap<(PreviewId, WorkerId), Place>,
    /// In the order of their numbers, which is that of the events.
    waiting: HashMap<LinkId, BTreeMap<u32, Request>>,
    under_way: HashMap<u32, (LinkId, Request)>,
    last: u32,
}

/// Where a start was sent: its end goes there too, whatever has become of the worker's DNs.
#[derive(Debug)]
struct Place {
    link: LinkId,
    dn: Dn,
    conn_id: ConnId,
    agent_id: Arc<str>,
}

impl Place {
    fn event(&self, user_data: KvList) -> Request {
        Request::DistributeUserEvent {
            this_dn: self.dn.clone(),
            conn_id: Some(self.conn_id),
            agent_id: Some(self.agent_id.clone()),
            user_data,
        }
    }
}

impl Reporting {
    /// Of the state with this key; none: nothing is reported.
    pub(super) fn of(state: Option<Arc<str>>) -> Self {
        Self { state, ..Self::default() }
    }

    fn flat<const N: usize>(&self, sign: &str, rest: [(&str, &str); N]) -> KvList {
        let mut data = KvList::default();
        data.push_str(self.state.as_deref().unwrap_or_default(), sign);
        rest.into_iter().for_each(|(key, value)| data.push_str(key, value));
        data
    }

    /// The next request goes out with this ticket.
    fn leaves(&mut self, link: LinkId, number: u32, request: Request) -> Effect {
        self.under_way.insert(number, (link, request.clone()));
        let ticket = Question { line: LineId::OF_REPORTS, number }.into();
        Effect::Request(link, Outgoing { ticket, request })
    }

    /// It was answered or refused. What never left waits again.
    fn ends(&mut self, number: u32, unsent: bool) {
        if let Some((link, request)) = self.under_way.remove(&number).filter(|_| unsent) {
            self.waiting.entry(link).or_default().insert(number, request);
        }
    }

    /// How many wait for this link.
    fn waiting_for(&self, link: LinkId) -> usize {
        self.waiting.get(&link).map_or(0, BTreeMap::len)
    }
}

impl Hub {
    /// A preview machine's step begins or ends what a worker sees.
    pub(super) fn report_step(&mut self, step: &Step) {
        if self.reporting.state.is_none() {
            return;
        }
        match step {
            Step::Show(id, worker) | Step::Found(id, worker) => self.report_start(*id, worker),
            Step::Close(id, worker, end, _) => self.report_end(*id, worker, reason(*end)),
            Step::Away(id, worker) => self.report_end(*id, worker, "NoClient"),
            Step::Invite(..) | Step::Outcome(..) => {}
        }
    }

    fn report_start(&mut self, id: PreviewId, worker: &WorkerId) {
        let user = self.by_worker.get(worker).and_then(|handle| self.user(*handle));
        let (Some(user), Some(preview)) = (user, self.previews.get(id)) else { return };
        let conn_id = preview.conn_id;
        let main = main_place(user).filter(|main| self.reporting.waiting_for(main.link) < MOST);
        let Some(main) = main else { return lost(1) };
        let agent_id = user.entry.agent_id.clone();
        let place = Place { link: main.link, dn: main.dn.clone(), conn_id, agent_id };
        let conn_id = conn_id.to_string();
        let about = [("UCC_ConnID", &*conn_id), ("UCC_UserId", worker), ("UCC_AgentId", &place.agent_id)];
        let event = place.event(self.reporting.flat("+", about));
        let link = place.link;
        self.reporting.begun.insert((id, worker.clone()), place);
        self.report(link, event);
    }

    fn report_end(&mut self, id: PreviewId, worker: &WorkerId, reason: &str) {
        let Some(place) = self.reporting.begun.remove(&(id, worker.clone())) else { return };
        let event = place.event(self.reporting.flat("-", [("UCC_Reason", reason)]));
        self.report(place.link, event);
    }

    fn report(&mut self, link: LinkId, event: Request) {
        let reporting = &mut self.reporting;
        reporting.last = reporting.last.wrapping_add(1);
        let number = reporting.last;
        if self.links_up.contains(&link) && reporting.waiting_for(link) == 0 {
            let effect = reporting.leaves(link, number, event);
            self.effects.push(effect);
        } else {
            reporting.waiting.entry(link).or_default().insert(number, event);
        }
    }

    /// A link is up: what waited for it goes out.
    pub(super) fn report_what_waited(&mut self, link: LinkId) {
        for (number, request) in self.reporting.waiting.remove(&link).unwrap_or_default() {
            let effect = self.reporting.leaves(link, number, request);
            self.effects.push(effect);
        }
    }

    /// An event answers the request with this ticket; true: it was a report.
    pub(super) fn report_answered(&mut self, ticket: Ticket) -> bool {
        let Question { line, number } = ticket.into();
        if line == LineId::OF_REPORTS {
            self.reporting.ends(number, false);
        }
        line == LineId::OF_REPORTS
    }

    /// A report was refused, or never sent; true: it was one.
    pub(super) fn report_refused(&mut self, ticket: Ticket, refusal: &Refusal) -> bool {
        let Question { line, number } = ticket.into();
        if line != LineId::OF_REPORTS {
            return false;
        }
        let unsent = refusal.behaviour == Behaviour::Unsent;
        if !unsent {
            lost(1);
            let Refusal { code, message, .. } = refusal;
            tracing::debug!(code, words = %message, "the T-Server did not pass on the report of a preview");
        }
        self.reporting.ends(number, unsent);
        true
    }

    /// The process stops, and `unsent` reports have found no room any more.
    pub(super) fn reports_are_lost(&self, unsent: u64) {
        let waiting = self.reporting.waiting.values().map(|waiting| waiting.len() as u64).sum::<u64>();
        let count = unsent + waiting + self.held_back.reports();
        if count > 0 {
            lost(count);
            tracing::warn!(
                count,
                "reports of previews are lost with the stop: no T-Server link took them, and ICON may see \
                states that do not end"
            );
        }
    }
}

fn lost(count: u64) {
    metrics::counter!("uc_preview_reports_lost_total").increment(count);
}

/// `UCC_Reason`. The first two are the product's; it names no others.
fn reason(end: PreviewEnd) -> &'static str {
    match end {
        PreviewEnd::Accepted => "Accepted",
        PreviewEnd::Rejected => "Rejected",
        PreviewEnd::TimedOut => "Timeout",
        PreviewEnd::Cancelled => "Cancelled",
        PreviewEnd::CallerGone => "CallerGone",
        PreviewEnd::TakenByAnother => "TakenByAnother",
    }
}
