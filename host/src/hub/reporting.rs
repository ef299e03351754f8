//! What all clients of a worker's main DN are told of previews: one user event when a worker sees one, and one when
//! that ends (requirements F12, F40; host/docs/requirements.md, "Reporting of previews"). ICON pairs them.
//!
//! An event that never left waits for its link. What begins a state and may have arrived is not sent twice; what ends one
//! is sent until the T-Server has answered it ([`rests`]), for a state that never ends stands in every statistic. Until then
//! nothing else is told of that call at that DN: what is told again would end the next state.
//! With a journal ([`kept`](crate::kept)) the next start ends what a killed process has left open.

mod event;
mod journal;
mod rests;
mod states;
mod under_way;

use super::{
    Hub,
    effect::Effect,
    inputs::routing::main_place,
    preview::{PreviewId, Step},
    timers::Timer,
};
use crate::{
    agent_link::{Behaviour, LinkId, NO_SUCH_CALL, Outgoing, Permit, Refusal, Request, Ticket},
    clock::Moment,
    directory::WorkerId,
    kept::{Note, OpenReport},
    worker::{LineId, Question},
};
use event::{CONN_ID, Place, Report, flat, reason};
use journal::Journal;
use rests::Rests;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use under_way::UnderWay;

/// Most events that wait for a link. Beyond, what begins is not reported at all, so that each start has its end.
const MOST: usize = 20_000;

/// What is on its way, and what has begun.
#[derive(Debug, Default)]
pub(super) struct Reporting {
    /// Key of the state; none: nothing is reported.
    state: Option<Arc<str>>,
    /// With the number of the begin.
    begun: HashMap<(PreviewId, WorkerId), (u32, Place)>,
    /// In the order of their numbers, which is that of the events. While a link is up only those wait that are held.
    waiting: HashMap<LinkId, BTreeMap<u32, Report>>,
    rests: Rests,
    under_way: UnderWay,
    last: u32,
    /// None: what a killed process leaves open stays so.
    journal: Option<Journal>,
}

/// Whose state it is, and the number of the event that begins it: a worker whose page closes and opens again sees the same
/// preview twice, and what becomes of the first state says nothing of the second.
type Of = (PreviewId, WorkerId, u32);

impl Reporting {
    /// Of the state with this key; none: nothing is reported. `journal`: what begins is noted before.
    pub(super) fn of(state: Option<Arc<str>>, journal: bool) -> Self {
        Self { state, journal: journal.then(Journal::default), ..Self::default() }
    }

    /// An earlier life has left these open: they end as soon as their link is up.
    fn take_up(&mut self, left_open: &[OpenReport]) {
        for left in left_open {
            let (number, place) = (self.next(), Place::of(left));
            let reason = left.reason.as_deref().unwrap_or("Interrupted");
            let report = Report::ends(&place, (left.preview, left.worker.clone(), left.begin), reason);
            self.waits(place.link, number, report);
        }
    }

    /// What these workers were shown is another node's to report: it finds in the journal what has begun.
    fn let_go(&mut self, workers: &HashSet<WorkerId>) {
        let stays = |worker: &WorkerId| !workers.contains(worker);
        self.begun.retain(|(_, worker), _| stays(worker));
        self.waiting.values_mut().for_each(|waiting| waiting.retain(|_, report| stays(&report.worker)));
        self.under_way.retain(|report| stays(&report.worker));
        if let Some(journal) = &mut self.journal {
            journal.unnoted.retain(|_, (.., report)| stays(&report.worker));
        }
    }

    /// What waits for its note, or behind what does.
    fn unnoted(&self) -> impl Iterator<Item = &Report> {
        self.journal.iter().flat_map(|journal| journal.unnoted.values().map(|(.., report)| report))
    }

    fn take_unnoted(&mut self) -> BTreeMap<u32, (u64, LinkId, Report)> {
        self.journal.as_mut().map(|journal| std::mem::take(&mut journal.unnoted)).unwrap_or_default()
    }

    /// The T-Server has not answered yet that a state has ended.
    pub(super) fn awaits_ends(&self) -> bool {
        self.under_way.has_ends()
    }

    /// The number of the next event.
    fn next(&mut self) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.last
    }

    /// The next request goes out with this ticket.
    fn leaves(&mut self, link: LinkId, number: u32, report: Report, permit: Permit) -> Effect {
        let request = report.request.clone();
        self.under_way.add(number, link, report);
        let ticket = Question { line: LineId::OF_REPORTS, number }.into();
        Effect::Request(link, Outgoing { ticket, request, permit })
    }

    fn waits(&mut self, link: LinkId, number: u32, report: Report) {
        self.waiting.entry(link).or_default().insert(number, report);
    }

    /// This report has to wait for the end of another state of the same call.
    fn holds(&self, link: LinkId, report: &Report) -> bool {
        self.rests.holds(link, report) || self.under_way.holds(link, report)
    }

    /// Takes what waits for this link and is not held.
    fn take_rested(&mut self, link: LinkId) -> BTreeMap<u32, Report> {
        let waiting = self.waiting.remove(&link).unwrap_or_default();
        let (rest, rested): (BTreeMap<_, _>, _) = waiting.into_iter().partition(|(_, report)| self.holds(link, report));
        if !rest.is_empty() {
            self.waiting.insert(link, rest);
        }
        rested
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
        self.report_rested_everywhere();
    }

    /// What these workers were shown is another node's to report.
    pub(super) fn let_reports_go(&mut self, workers: &HashSet<WorkerId>) {
        self.reporting.let_go(workers);
        self.report_rested_everywhere();
    }

    fn report_rested_everywhere(&mut self) {
        self.links_up.iter().copied().collect::<Vec<_>>().into_iter().for_each(|link| self.report_rested(link));
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
            Step::Invite(..) | Step::TakeBack(..) | Step::Over(..) | Step::Outcome(..) => {}
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
        let about = [(CONN_ID, &*conn_id), ("UCC_UserId", worker), ("UCC_AgentId", &place.agent_id)];
        let request = place.event(flat(&place.state, "+", about));
        let (link, number) = (place.link, self.reporting.next());
        let report = Report::begins(&place, (id, worker.clone(), number), request);
        self.reporting.begun.insert((id, worker.clone()), (number, place));
        self.report_leaves(link, number, report);
    }

    fn report_end(&mut self, id: PreviewId, worker: &WorkerId, reason: &str) {
        let Some((begin, place)) = self.reporting.begun.remove(&(id, worker.clone())) else { return };
        let of = (id, worker.clone(), begin);
        let noted = self.reporting.note_why(&place, &of, reason);
        self.effects.extend(noted);
        self.report(place.link, Report::ends(&place, of, reason));
    }

    /// What a worker said of a call or preview, which no state depends on.
    pub(super) fn report_outcome(&mut self, link: LinkId, worker: WorkerId, request: Request) {
        if self.reporting.waiting_for(link) < MOST {
            self.report(link, Report::of_nothing(worker, request));
        } else {
            lost(1);
        }
    }

    fn report(&mut self, link: LinkId, report: Report) {
        let number = self.reporting.next();
        self.report_leaves(link, number, report);
    }

    /// What begins is noted first, and goes out when that is on the disk; what comes after it waits behind.
    fn report_leaves(&mut self, link: LinkId, number: u32, report: Report) {
        let reporting = &mut self.reporting;
        if !self.links_up.contains(&link) || reporting.holds(link, &report) {
            return reporting.waits(link, number, report);
        }
        match &mut reporting.journal {
            Some(journal) if report.opens().is_some() || !journal.unnoted.is_empty() => {
                let opens = report.opens().cloned();
                self.effects.extend(opens.map(|open| journal.note(Note::Begun(open))));
                journal.unnoted.insert(number, (journal.last, link, report));
            }
            _ => self.report_goes(link, number, report),
        }
    }

    fn report_goes(&mut self, link: LinkId, number: u32, report: Report) {
        let permit = self.here.permit(&report.worker);
        let effect = self.reporting.leaves(link, number, report, permit);
        self.effects.push(effect);
    }

    /// Everything up to this note is on the disk, or not waited for: the disk hangs.
    pub(super) fn reports_noted(&mut self, note: u64) {
        while let Some((number, link, report)) = self.reporting.journal.as_mut().and_then(|journal| journal.noted(note))
        {
            if self.links_up.contains(&link) && !self.reporting.holds(link, &report) {
                self.report_goes(link, number, report);
            } else {
                self.reporting.waits(link, number, report);
            }
        }
    }

    /// The process stops: what waits for its note never begins, and what waited behind it leaves at once.
    pub(super) fn reports_wait_for_no_note(&mut self) {
        let reporting = &mut self.reporting;
        let forgotten: Vec<_> = reporting.unnoted().filter_map(Report::begun).cloned().collect();
        self.effects.extend(forgotten.into_iter().filter_map(|of| reporting.never_began(of)));
        for (number, (_, link, report)) in
            reporting.take_unnoted().into_iter().filter(|(_, (.., report))| report.begun().is_none())
        {
            self.report_leaves(link, number, report);
        }
    }

    /// A link is up: what waited for it goes out.
    pub(super) fn report_what_waited(&mut self, link: LinkId) {
        self.reporting.rests.end_all(link);
        self.report_rested(link);
    }

    /// What rested for long enough is told again, and what waited behind it is told.
    pub(super) fn tell_reports_again(&mut self, link: LinkId, now: Moment) {
        self.reporting.rests.end(link, now);
        self.report_rested(link);
    }

    fn report_rested(&mut self, link: LinkId) {
        if self.links_up.contains(&link) {
            for (number, report) in self.reporting.take_rested(link) {
                self.report_leaves(link, number, report);
            }
        }
    }

    /// An event answers the request with this ticket; true: it was a report.
    pub(super) fn report_answered(&mut self, ticket: Ticket) -> bool {
        let Question { line, number } = ticket.into();
        if line == LineId::OF_REPORTS
            && let Some((link, report)) = self.reporting.under_way.take(number)
        {
            let noted = self.reporting.over(&report);
            self.effects.extend(noted);
            self.end_is_told(link, &report);
        }
        line == LineId::OF_REPORTS
    }

    /// A report was refused, not answered, or never sent; true: it was one.
    pub(super) fn report_refused(&mut self, ticket: Ticket, refusal: &Refusal, now: Moment) -> bool {
        let Question { line, number } = ticket.into();
        if line != LineId::OF_REPORTS {
            return false;
        }
        // Where there is none, it is another node's to report.
        let Some((link, mut report)) = self.reporting.under_way.take(number) else { return true };
        // A state whose call is over is open all the same.
        let goes_without_call = refusal.code == Some(NO_SUCH_CALL) && report.leave_call_out();
        let again_at = match refusal.behaviour {
            // It ends nothing, and has not been told.
            Behaviour::Unsent if report.is_end() && report.ended().is_none() => None,
            // What begins a state that has ended since would never end.
            _ if report.begun().is_some_and(|of| !self.reporting.stands(of)) => None,
            // Of a pair the other one may be up already.
            Behaviour::Unsent => Some(now),
            _ if goes_without_call => Some(now),
            // Without a code what begins may have arrived.
            Behaviour::Retry if report.begun().is_some() && refusal.code.is_none() => None,
            Behaviour::Retry => self.reporting.rests.begin(link, &mut report, now),
            Behaviour::Permanent | Behaviour::AlreadySo => None,
        };
        match again_at {
            Some(at) => self.report_waits_until(at, link, number, report, now),
            None => self.report_is_lost(link, &report, refusal, now),
        }
        true
    }

    fn report_waits_until(&mut self, at: Moment, link: LinkId, number: u32, report: Report, now: Moment) {
        self.reporting.waits(link, number, report);
        if at > now {
            self.timers.set(at, Timer::Reports(link));
        } else {
            self.report_rested(link);
        }
    }

    fn report_is_lost(&mut self, link: LinkId, report: &Report, refusal: &Refusal, now: Moment) {
        lost(1);
        let Refusal { code, message, behaviour } = refusal;
        tracing::debug!(code, words = %message, "the T-Server did not pass on the report of a preview");
        let refused = if report.begun().is_some() { code.is_some() } else { *behaviour == Behaviour::Permanent };
        if refused && (report.begun().is_some() || report.ended().is_some()) {
            let what = if report.begun().is_some() { "begun" } else { "ended" };
            self.preview_report_refused(link, report.request.this_dn(), what, refusal, now);
        }
        let noted = match report.begun() {
            Some(of) if code.is_some() || *behaviour == Behaviour::Unsent => self.reporting.never_began(of.clone()),
            // Without a code it may have arrived.
            _ => self.reporting.over(report),
        };
        self.effects.extend(noted);
        self.end_is_told(link, report);
    }

    /// What waited behind an end may go; what waits behind a begin does so until that is told again, at most.
    fn end_is_told(&mut self, link: LinkId, report: &Report) {
        if report.is_end() {
            lost(report.ended().map_or(0, |of| self.reporting.drop_begins(link, of)));
            self.report_rested(link);
        }
    }

    /// A report found no room while the process stops.
    pub(super) fn report_is_unsent(&mut self, ticket: Ticket) {
        let number = Question::from(ticket).number;
        if self.reporting.journal.is_some()
            && let Some((link, report)) = self.reporting.under_way.take(number)
        {
            self.reporting.waits(link, number, report);
        }
    }

    /// The process stops: what began and never left is forgotten. What has begun, and whose end the T-Server has not
    /// answered, is left to the next start: told twice it does no harm, and what was handed to a link may never arrive.
    pub(super) fn close_journal(&mut self) -> Vec<Effect> {
        for ticket in self.deferred.reports_waiting() {
            self.report_is_unsent(ticket);
        }
        let reporting = &mut self.reporting;
        let Some(journal) = &mut reporting.journal else { return Vec::new() };
        let unnoted = journal.unnoted.values().map(|(.., report)| report);
        let unsent = reporting.waiting.values().flat_map(BTreeMap::values).chain(unnoted);
        let forgotten: Vec<_> = unsent.filter_map(Report::begun).cloned().collect();
        let notes = forgotten.into_iter().map(|(preview, worker, begin)| Note::Ended { preview, worker, begin });
        notes.map(|note| journal.note(note)).collect()
    }

    /// The process stops, and `unsent` reports have found no room any more.
    pub(super) fn reports_are_lost(&self, unsent: u64) {
        let waiting = self.reporting.waiting.values().map(|waiting| waiting.len() as u64).sum::<u64>();
        let count = unsent + waiting + self.deferred.reports();
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

fn lost(count: u64) {
    metrics::counter!("uc_preview_reports_lost_total").increment(count);
}
