//! What all clients of a worker's main DN are told of previews: one user event when a worker sees one, and one when
//! that ends (requirements F12, F40; host/docs/requirements.md, "Reporting of previews"). ICON pairs them.
//!
//! An event that never left waits for its link; one that may have arrived is not sent twice while the process lives.
//! With a journal ([`kept`](crate::kept)) the next start ends what a killed process has left open.

use super::{
    Hub,
    effect::Effect,
    inputs::routing::main_place,
    preview::{PreviewId, Step},
};
use crate::{
    agent_link::{Behaviour, ConnId, Dn, KvList, LinkId, Outgoing, Permit, Refusal, Request, Ticket},
    directory::WorkerId,
    kept::{Note, OpenReport},
    web::message::PreviewEnd,
    worker::{LineId, Question},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// Most events that wait for a link. Beyond, what begins is not reported at all, so that each start has its end.
const MOST: usize = 20_000;

/// What is on its way, and what has begun.
#[derive(Debug, Default)]
pub(super) struct Reporting {
    /// Key of the state; none: nothing is reported.
    state: Option<Arc<str>>,
    begun: HashMap<Of, Place>,
    /// In the order of their numbers, which is that of the events.
    waiting: HashMap<LinkId, BTreeMap<u32, Report>>,
    under_way: HashMap<u32, (LinkId, Report)>,
    last: u32,
    /// None: what a killed process leaves open stays so.
    journal: Option<Journal>,
}

/// Whose state it is.
type Of = (PreviewId, WorkerId);

/// One event.
#[derive(Clone, Debug)]
struct Report {
    request: Request,
    /// Whom it is about.
    worker: WorkerId,
    /// None: it begins and ends no state.
    preview: Option<PreviewId>,
    /// It begins a state: what is to be noted before.
    begins: Option<OpenReport>,
}

/// What was given to the journal, and what waits for it.
#[derive(Debug, Default)]
struct Journal {
    last: u64,
    /// By the number of the event: what begins waits for its note, and whatever comes after it behind. One that came
    /// back from a link that was lost takes its old place.
    unnoted: BTreeMap<u32, (u64, LinkId, Report)>,
}

impl Journal {
    fn note(&mut self, note: Note) -> Effect {
        self.last += 1;
        Effect::Note(self.last, note)
    }
}

/// Where a start was sent: its end goes there too, whatever has become of the worker's DNs.
#[derive(Debug)]
struct Place {
    link: LinkId,
    dn: Dn,
    conn_id: ConnId,
    agent_id: Arc<str>,
    state: Arc<str>,
}

impl Place {
    fn open(&self, (preview, worker): &Of) -> OpenReport {
        OpenReport {
            preview: *preview,
            worker: worker.clone(),
            link: self.link.0,
            dn: self.dn.clone(),
            conn_id: self.conn_id.0,
            agent_id: self.agent_id.clone(),
            state: self.state.clone(),
        }
    }

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
    /// Of the state with this key; none: nothing is reported. `journal`: what begins is noted before.
    pub(super) fn of(state: Option<Arc<str>>, journal: bool) -> Self {
        Self { state, journal: journal.then(Journal::default), ..Self::default() }
    }

    /// An earlier life has left these open: they end as soon as their link is up.
    fn take_up(&mut self, left_open: &[OpenReport]) {
        for left in left_open {
            let place = Place {
                link: LinkId(left.link),
                dn: left.dn.clone(),
                conn_id: ConnId(left.conn_id),
                agent_id: left.agent_id.clone(),
                state: left.state.clone(),
            };
            self.last += 1;
            let request = place.event(flat(&place.state, "-", [("UCC_Reason", "Interrupted")]));
            let report = Report { request, worker: left.worker.clone(), preview: Some(left.preview), begins: None };
            self.waiting.entry(place.link).or_default().insert(self.last, report);
        }
    }

    /// What these workers were shown is another node's to report: it finds in the journal what has begun.
    pub(super) fn let_go(&mut self, workers: &HashSet<WorkerId>) {
        let stays = |worker: &WorkerId| !workers.contains(worker);
        self.begun.retain(|(_, worker), _| stays(worker));
        self.waiting.values_mut().for_each(|waiting| waiting.retain(|_, report| stays(&report.worker)));
        self.under_way.retain(|_, (_, report)| stays(&report.worker));
        if let Some(journal) = &mut self.journal {
            journal.unnoted.retain(|_, (.., report)| stays(&report.worker));
        }
    }

    /// The next request goes out with this ticket.
    fn leaves(&mut self, link: LinkId, number: u32, report: Report, permit: Permit) -> Effect {
        let request = report.request.clone();
        self.under_way.insert(number, (link, report));
        let ticket = Question { line: LineId::OF_REPORTS, number }.into();
        Effect::Request(link, Outgoing { ticket, request, permit })
    }

    /// It was answered or refused. What never left waits again.
    fn ends(&mut self, number: u32, unsent: bool) -> Option<Effect> {
        let (link, report) = self.under_way.remove(&number)?;
        if unsent {
            self.waiting.entry(link).or_default().insert(number, report);
            return None;
        }
        let ended =
            report.preview.filter(|_| report.begins.is_none()).map(|preview| Note::Ended(preview, report.worker))?;
        self.journal.as_mut().map(|journal| journal.note(ended))
    }

    /// The T-Server has refused what begins a state: without it nothing ends, for ICON pairs them. An end that is on its
    /// way already is the T-Server's to judge.
    fn never_began(&mut self, of: Of) -> Option<Effect> {
        self.begun.remove(&of);
        let (preview, worker) = of;
        let ends =
            |report: &Report| report.preview == Some(preview) && report.worker == worker && report.begins.is_none();
        self.waiting.values_mut().for_each(|waiting| waiting.retain(|_, report| !ends(report)));
        let journal = self.journal.as_mut()?;
        journal.unnoted.retain(|_, (.., report)| !ends(report));
        Some(journal.note(Note::Ended(preview, worker)))
    }

    /// How many wait for this link.
    fn waiting_for(&self, link: LinkId) -> usize {
        self.waiting.get(&link).map_or(0, BTreeMap::len)
    }
}

impl Hub {
    /// An earlier life has left these states open: they end now.
    pub(super) fn take_up_reports(&mut self, left_open: &[OpenReport]) {
        self.reporting.take_up(left_open);
        self.links_up.iter().copied().collect::<Vec<_>>().into_iter().for_each(|link| self.report_what_waited(link));
    }

    /// A preview machine's step begins or ends what a worker sees.
    pub(super) fn report_step(&mut self, step: &Step) {
        if self.reporting.state.is_none() {
            return;
        }
        match step {
            Step::Show(id, worker) | Step::Found(id, worker) => self.report_start(*id, worker),
            Step::Close(id, worker, end, _) => self.report_end(*id, worker, reason(*end)),
            Step::Away(id, worker) => self.report_end(*id, worker, "NoClient"),
            Step::Invite(..) | Step::Over(..) | Step::Outcome(..) => {}
        }
    }

    fn report_start(&mut self, id: PreviewId, worker: &WorkerId) {
        let user = self.by_worker.get(worker).and_then(|handle| self.user(*handle));
        let (Some(user), Some(preview)) = (user, self.previews.get(id)) else { return };
        let conn_id = preview.conn_id;
        let main = main_place(user).filter(|main| self.reporting.waiting_for(main.link) < MOST);
        let Some(main) = main else { return lost(1) };
        let agent_id = user.entry.agent_id.clone();
        let state = self.reporting.state.clone().unwrap_or_default();
        let place = Place { link: main.link, dn: main.dn.clone(), conn_id, agent_id, state };
        let conn_id = conn_id.to_string();
        let about = [("UCC_ConnID", &*conn_id), ("UCC_UserId", worker), ("UCC_AgentId", &place.agent_id)];
        let request = place.event(flat(&place.state, "+", about));
        let (link, of) = (place.link, (id, worker.clone()));
        let begins = Some(place.open(&of));
        self.reporting.begun.insert(of.clone(), place);
        self.report(link, Report { request, worker: of.1, preview: Some(of.0), begins });
    }

    fn report_end(&mut self, id: PreviewId, worker: &WorkerId, reason: &str) {
        let of = (id, worker.clone());
        let Some(place) = self.reporting.begun.remove(&of) else { return };
        let request = place.event(flat(&place.state, "-", [("UCC_Reason", reason)]));
        self.report(place.link, Report { request, worker: of.1, preview: Some(of.0), begins: None });
    }

    /// What a worker said of a call or preview, which no state depends on.
    pub(super) fn report_outcome(&mut self, link: LinkId, worker: WorkerId, request: Request) {
        if self.reporting.waiting_for(link) < MOST {
            self.report(link, Report { request, worker, preview: None, begins: None });
        } else {
            lost(1);
        }
    }

    fn report(&mut self, link: LinkId, report: Report) {
        let reporting = &mut self.reporting;
        reporting.last = reporting.last.wrapping_add(1);
        let number = reporting.last;
        if self.links_up.contains(&link) && reporting.waiting_for(link) == 0 {
            self.report_leaves(link, number, report);
        } else {
            reporting.waiting.entry(link).or_default().insert(number, report);
        }
    }

    /// What begins is noted first, and goes out when that is on the disk; what comes after it waits behind.
    fn report_leaves(&mut self, link: LinkId, number: u32, report: Report) {
        let reporting = &mut self.reporting;
        match &mut reporting.journal {
            Some(journal) if report.begins.is_some() || !journal.unnoted.is_empty() => {
                let begins = report.begins.clone();
                self.effects.extend(begins.map(|open| journal.note(Note::Begun(open))));
                journal.unnoted.insert(number, (journal.last, link, report));
            }
            _ => {
                let permit = self.here.permit(&report.worker);
                let effect = reporting.leaves(link, number, report, permit);
                self.effects.push(effect);
            }
        }
    }

    /// Everything up to this note is on the disk, or not waited for: the disk hangs.
    pub(super) fn reports_noted(&mut self, note: u64) {
        let journal = |hub: &mut Self| {
            let journal = hub.reporting.journal.as_mut()?;
            journal.unnoted.first_key_value().filter(|(_, (needed, ..))| *needed <= note)?;
            journal.unnoted.pop_first()
        };
        while let Some((number, (_, link, report))) = journal(self) {
            if self.links_up.contains(&link) {
                let permit = self.here.permit(&report.worker);
                let effect = self.reporting.leaves(link, number, report, permit);
                self.effects.push(effect);
            } else {
                self.reporting.waiting.entry(link).or_default().insert(number, report);
            }
        }
    }

    /// A link is up: what waited for it goes out.
    pub(super) fn report_what_waited(&mut self, link: LinkId) {
        for (number, report) in self.reporting.waiting.remove(&link).unwrap_or_default() {
            self.report_leaves(link, number, report);
        }
    }

    /// An event answers the request with this ticket; true: it was a report.
    pub(super) fn report_answered(&mut self, ticket: Ticket) -> bool {
        let Question { line, number } = ticket.into();
        if line == LineId::OF_REPORTS {
            let noted = self.reporting.ends(number, false);
            self.effects.extend(noted);
        }
        line == LineId::OF_REPORTS
    }

    /// A report was refused, or never sent; true: it was one.
    pub(super) fn report_refused(&mut self, ticket: Ticket, refusal: &Refusal) -> bool {
        let Question { line, number } = ticket.into();
        if line != LineId::OF_REPORTS {
            return false;
        }
        if !self.reporting.under_way.contains_key(&number) {
            // It is another node's to report.
            return true;
        }
        let unsent = refusal.behaviour == Behaviour::Unsent;
        if !unsent {
            lost(1);
            let Refusal { code, message, .. } = refusal;
            tracing::debug!(code, words = %message, "the T-Server did not pass on the report of a preview");
        }
        let of = self.reporting.under_way.get(&number).map(|(link, _)| *link);
        // Without a code it may have arrived.
        let never = refusal.code.is_some() && !unsent;
        let begins =
            |report: &Report| Some((report.preview.filter(|_| report.begins.is_some())?, report.worker.clone()));
        let never_began =
            self.reporting.under_way.get(&number).filter(|_| never).and_then(|(_, report)| begins(report));
        let noted = self.reporting.ends(number, unsent);
        self.effects.extend(noted);
        let noted = never_began.and_then(|of| self.reporting.never_began(of));
        self.effects.extend(noted);
        // Of a pair the other one may be up already.
        if let Some(link) = of.filter(|link| unsent && self.links_up.contains(link)) {
            self.report_what_waited(link);
        }
        true
    }

    /// A report found no room while the process stops.
    pub(super) fn report_is_unsent(&mut self, ticket: Ticket) {
        if self.reporting.journal.is_some() {
            self.reporting.ends(Question::from(ticket).number, true);
        }
    }

    /// The process stops: what was handed to its link has ended, what began and never left is forgotten. What has
    /// begun and not ended is left to the next start.
    pub(super) fn close_journal(&mut self) -> Vec<Effect> {
        for ticket in self.held_back.reports_waiting() {
            self.report_is_unsent(ticket);
        }
        let reporting = &mut self.reporting;
        let Some(journal) = &mut reporting.journal else { return Vec::new() };
        let handed_over =
            reporting.under_way.values().map(|(_, report)| report).filter(|report| report.begins.is_none());
        let unnoted = journal.unnoted.values().map(|(.., report)| report);
        let unsent = reporting.waiting.values().flat_map(BTreeMap::values).chain(unnoted);
        let ended = handed_over.chain(unsent.filter(|report| report.begins.is_some()));
        let ended = ended.filter_map(|report| Some((report.preview?, report.worker.clone())));
        let ended: Vec<_> = ended.map(|(preview, worker)| Note::Ended(preview, worker)).collect();
        ended.into_iter().map(|note| journal.note(note)).collect()
    }

    /// The process stops, and `unsent` reports have found no room any more.
    pub(super) fn reports_are_lost(&self, unsent: u64) {
        let waiting = self.reporting.waiting.values().map(|waiting| waiting.len() as u64).sum::<u64>();
        let count = unsent + waiting + self.held_back.reports();
        if self.reporting.journal.is_some() && count > 0 {
            tracing::info!(count, "states of previews that have begun and not ended are ended by the next start");
        } else if count > 0 {
            lost(count);
            tracing::warn!(
                count,
                "reports of previews are lost with the stop: no T-Server link took them, and ICON may see \
                states that do not end"
            );
        }
    }
}

fn flat<const N: usize>(state: &str, sign: &str, rest: [(&str, &str); N]) -> KvList {
    let mut data = KvList::default();
    data.push_str(state, sign);
    rest.into_iter().for_each(|(key, value)| data.push_str(key, value));
    data
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
        PreviewEnd::Cancelled | PreviewEnd::Undeliverable => "Cancelled",
        PreviewEnd::CallerGone => "CallerGone",
        PreviewEnd::TakenByAnother => "TakenByAnother",
    }
}
