//! What workers say of calls and previews that are over: a code of the site's and a note, attached to the call's
//! data, and told to ICON where previews are reported.
//!
//! The T-Server's word decides: the worker is asked until it has said that it is kept, or until the time for it is
//! over. Of a call that the T-Server does not know any more the report alone is left, which is told without that call, and
//! that counts too.

mod list;

use super::{
    Hub,
    effect::Effect,
    inputs::routing::{delivery_place, main_place},
    preview::{PreviewId, Step},
    timers::Timer,
};
use crate::{
    agent_link::{
        CallAction, CallStep, ConnId, Dn, EventKind, KvList, LinkId, NO_SUCH_CALL, Outgoing, Refusal, Request, Ticket,
        UNSUPPORTED, UserDataChange, Value,
    },
    clock::Moment,
    desk,
    directory::WorkerId,
    policy::OutcomeOf,
    remark::{Remark, Why},
    routing::message::VOICE,
    web::{
        arrival::{PageId, PageKind},
        message::{OutcomeEnd, PreviewEnd, ServerFrame},
    },
    worker::{LineId, Question, refused},
};
pub(super) use list::Outcome;
use list::{About, Change, Outcomes, Standing, Talked};
use std::collections::{HashMap, HashSet};
use uc_plugin_api::UserHandle;

/// What workers are asked, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Given {
    of: HashMap<UserHandle, Outcomes>,
    /// What pages show of previews, as it would be asked of.
    previews: HashMap<(PreviewId, WorkerId), About>,
    asked: HashMap<u32, Asked>,
    /// Whose calls changed in this turn, with those that go on as others.
    listed: HashMap<UserHandle, Vec<(Dn, ConnId)>>,
    /// Whose previews ended in this turn.
    ended: Vec<(UserHandle, About)>,
    last: u64,
    tickets: u32,
}

/// What a T-Server was asked to keep.
#[derive(Clone, Debug)]
struct Asked {
    user: UserHandle,
    id: u64,
    pairs: KvList,
    way: Way,
}

/// As what a T-Server is told an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As data of its call.
    Data,
    /// As a report alone, of its call.
    Report,
    /// As a report that names the call in its data alone: the T-Server does not know it any more.
    ReportOfNoCall,
}

impl Way {
    /// The next one, after a refusal with this code.
    fn after(self, code: Option<i64>) -> Option<Self> {
        match (self, code?) {
            (Self::Data | Self::Report, NO_SUCH_CALL) => Some(Self::ReportOfNoCall),
            (Self::Data, UNSUPPORTED) => Some(Self::Report),
            _ => None,
        }
    }
}

/// What a T-Server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is so.
    So,
    /// Something else is.
    Otherwise,
}

impl Hub {
    /// A call of theirs changed; `merged`: it goes on as another.
    pub(super) fn list_outcomes(&mut self, handle: UserHandle, merged: Option<(Dn, ConnId)>) {
        if self.settings.outcome.is_used() {
            self.given.listed.entry(handle).or_default().extend(merged);
        }
    }

    /// A preview machine's step begins or ends what a worker sees.
    pub(super) fn outcome_step(&mut self, step: &Step) {
        if !self.settings.outcome.is_used() {
            return;
        }
        match step {
            Step::Show(id, worker) | Step::Found(id, worker) => self.outcome_of_preview(*id, worker),
            Step::Close(id, worker, end, _) => {
                let of = match end {
                    PreviewEnd::Rejected => Some(OutcomeOf::Declined),
                    PreviewEnd::TimedOut => Some(OutcomeOf::Missed),
                    _ => None,
                };
                let about = self.given.previews.remove(&(*id, worker.clone()));
                let user = self.by_worker.get(worker).copied();
                if let (Some(user), Some(about), Some(of)) = (user, about, of) {
                    self.given.ended.push((user, About { of, ..about }));
                }
            }
            Step::Away(id, worker) => drop(self.given.previews.remove(&(*id, worker.clone()))),
            Step::Invite(..) | Step::TakeBack(..) | Step::Over(..) | Step::Outcome(..) => {}
        }
    }

    fn outcome_of_preview(&mut self, id: PreviewId, worker: &WorkerId) {
        let user = self.by_worker.get(worker).and_then(|handle| self.user(*handle));
        let (Some(user), Some(preview)) = (user, self.previews.get(id)) else { return };
        let place = preview.candidate(worker).and_then(|candidate| delivery_place(user, candidate));
        let Some(place) = place else { return };
        let about = About {
            link: place.link,
            dn: place.dn.clone(),
            conn_id: preview.conn_id,
            of: OutcomeOf::Missed,
            media_type: preview.shown.media_type.clone(),
            caller: preview.shown.caller.clone(),
        };
        self.given.previews.insert((id, worker.clone()), about);
    }

    /// The turn ends: what calls and previews have come to is asked of, and pages are told.
    pub(super) fn settle_outcomes(&mut self, now: Moment) {
        for (handle, about) in std::mem::take(&mut self.given.ended) {
            if self.settings.outcome.asks(about.of, &about.media_type) {
                let (id, until) = (self.next_outcome(), now + self.settings.outcome.offered_for);
                self.change_outcomes(handle, |outcomes, changes| outcomes.open(id, about, Some(until), changes));
            }
        }
        for (handle, merged) in std::mem::take(&mut self.given.listed) {
            let until = now + self.settings.outcome.offered_for;
            let Some(calls) = self.calls_to_ask_of(handle) else {
                self.given.of.remove(&handle);
                continue;
            };
            let mut last = self.given.last;
            let number = || {
                last += 1;
                last
            };
            self.change_outcomes(handle, |outcomes, changes| outcomes.follow(&calls, &merged, until, number, changes));
            self.given.last = last;
        }
    }

    /// None: they have left.
    fn calls_to_ask_of(&self, handle: UserHandle) -> Option<Vec<Talked>> {
        let worker = &self.roster.present(handle)?.worker;
        let asks = self.settings.outcome.asks(OutcomeOf::Call, VOICE);
        let talked = worker.calls().into_iter().filter(|(line, live)| {
            let talks = matches!(live.step, CallStep::Established | CallStep::Held);
            asks && talks && line.calls().original(live).is_none()
        });
        let talked = talked.map(|(line, live)| Talked {
            fresh: line.takes_call_requests(),
            about: About {
                link: line.place().link,
                dn: line.place().dn.clone(),
                conn_id: live.call.conn_id,
                of: OutcomeOf::Call,
                media_type: VOICE.into(),
                caller: desk::caller(live, &line.place().dn),
            },
        });
        Some(talked.collect())
    }

    /// These are another node's, which does not ask what came of calls that began here.
    pub(super) fn let_outcomes_go(&mut self, handles: &[UserHandle]) {
        let gone: HashSet<_> = handles.iter().collect();
        self.given.of.retain(|handle, _| !gone.contains(handle));
        self.given.asked.retain(|_, asked| !gone.contains(&asked.user));
    }

    /// Their time is over.
    pub(super) fn outcomes_expire(&mut self, handle: UserHandle, now: Moment) {
        self.change_outcomes(handle, |outcomes, changes| outcomes.expire(now, changes));
    }

    fn next_outcome(&mut self) -> u64 {
        self.given.last += 1;
        self.given.last
    }

    fn change_outcomes(&mut self, handle: UserHandle, change: impl FnOnce(&mut Outcomes, &mut Vec<Change>)) {
        let mut changes = Vec::new();
        let outcomes = self.given.of.entry(handle).or_default();
        change(outcomes, &mut changes);
        let deadline = outcomes.deadline();
        if outcomes.is_empty() {
            self.given.of.remove(&handle);
        }
        deadline.into_iter().for_each(|at| self.timers.set(at, Timer::Outcomes(handle)));
        for change in changes {
            match change {
                Change::Shown(id) => self.tell_outcome(handle, id),
                Change::Late(id) => {
                    self.frame_to_all(handle, &ServerFrame::OutcomeGone { id, end: OutcomeEnd::Late });
                }
            }
        }
    }

    /// What a page shows of them; the window in a UC client has no room for it.
    pub(super) fn outcomes_at(&self, handle: UserHandle, kind: PageKind) -> impl Iterator<Item = &Outcome> {
        let outcomes = self.given.of.get(&handle).filter(|_| kind == PageKind::Browser);
        outcomes.into_iter().flat_map(Outcomes::shown)
    }

    fn tell_outcome(&mut self, handle: UserHandle, id: u64) {
        let Some(pages) = self.user(handle).map(|user| user.pages.clone()) else { return };
        for page in pages {
            let Some((_, language)) = self.pages.who(page) else { continue };
            let outcome = self.outcomes_at(handle, self.pages.kind(page)).find(|outcome| outcome.id == id);
            let shown = outcome.map(|outcome| desk::outcome(&outcome.view(), &self.settings.outcome, language));
            shown.into_iter().for_each(|shown| self.frame_to(page, &ServerFrame::Outcome(shown)));
        }
    }

    /// A page says what came of a call or preview.
    pub(super) fn outcome_given(
        &mut self,
        page: PageId,
        user: UserHandle,
        (id, conn_id): (u64, &str),
        (code, note): (Option<&str>, Option<&str>),
    ) {
        match self.outcome_request(user, (id, conn_id), (code, note)) {
            Ok((about, pairs)) => {
                let change = CallAction::UserData(UserDataChange::Update(pairs.clone()));
                let (conn_id, this_dn) = (about.conn_id, about.dn.clone());
                let request = Request::Call { this_dn, conn_id, action: change };
                self.ask_to_keep(about.link, Asked { user, id, pairs, way: Way::Data }, request);
            }
            Err(why) => self.problem_to(page, "outcome-refused", why),
        }
    }

    fn outcome_request(
        &self,
        user: UserHandle,
        (id, conn_id): (u64, &str),
        (code, note): (Option<&str>, Option<&str>),
    ) -> Result<(About, KvList), Why> {
        let outcome = self.given.of.get(&user).and_then(|outcomes| outcomes.get(id));
        let outcome = outcome.filter(|outcome| outcome.is_of(conn_id)).ok_or(Why::OutcomeClosed)?;
        if outcome.standing != Standing::Open {
            return Err(Why::OutcomeWaits);
        }
        let pairs = desk::outcome_pairs(&outcome.view(), &self.settings.outcome, code, note)?;
        if !self.links_up.contains(&outcome.about.link) {
            return Err(Why::OutcomeUnreachable);
        }
        Ok((outcome.about.clone(), pairs))
    }

    fn ask_to_keep(&mut self, link: LinkId, asked: Asked, request: Request) {
        let (user, id) = (asked.user, asked.id);
        self.given.tickets = self.given.tickets.wrapping_add(1);
        let number = self.given.tickets;
        self.given.asked.insert(number, asked);
        let ticket = Question { line: LineId::OF_OUTCOMES, number }.into();
        let permit = self.user(user).map(|user| user.permit.clone()).unwrap_or_default();
        self.effects.push(Effect::Request(link, Outgoing { ticket, request, permit }));
        self.outcome_stands(user, id, Standing::Asked);
        self.tell_outcome(user, id);
    }

    fn outcome_stands(&mut self, user: UserHandle, id: u64, standing: Standing) {
        let Some(outcomes) = self.given.of.get_mut(&user) else { return };
        outcomes.set(id, standing);
        let deadline = outcomes.deadline();
        if outcomes.is_empty() {
            self.given.of.remove(&user);
        }
        deadline.into_iter().for_each(|at| self.timers.set(at, Timer::Outcomes(user)));
    }

    /// The worker has nothing to say.
    pub(super) fn outcome_skipped(&mut self, page: PageId, user: UserHandle, (id, conn_id): (u64, &str)) {
        let outcomes = self.given.of.get_mut(&user);
        let there = outcomes.filter(|outcomes| outcomes.get(id).is_some_and(|one| one.is_of(conn_id)));
        match there.map(|outcomes| outcomes.skip(id)) {
            None => self.problem_to(page, "outcome-refused", Why::OutcomeClosed),
            Some(false) => self.problem_to(page, "outcome-refused", Why::OutcomeWaits),
            Some(true) => self.frame_to_all(user, &ServerFrame::OutcomeGone { id, end: OutcomeEnd::Skipped }),
        }
    }

    /// What an event says that answers the request with this ticket; none: it is about no outcome.
    pub(super) fn outcome_judged(&self, ticket: Ticket, kind: &EventKind) -> Option<Kept> {
        let Question { line, number } = ticket.into();
        let asked = self.given.asked.get(&number).filter(|_| line == LineId::OF_OUTCOMES)?;
        let says = |data: &KvList| asked.pairs.0.iter().all(|(key, value)| data.first(key) == Some(value));
        // One that tells no data at all has taken the request nevertheless.
        let differs = |data: &KvList| !data.0.is_empty() && !says(data);
        Some(match kind {
            EventKind::CallChanged(call) if call.user_data.as_ref().is_some_and(differs) => Kept::Otherwise,
            _ => Kept::So,
        })
    }

    /// A T-Server has answered.
    pub(super) fn outcome_answered(&mut self, ticket: Ticket, kept: Kept) {
        let number = Question::from(ticket).number;
        let Some(asked) = self.given.asked.remove(&number) else { return };
        let Asked { user, id, pairs, way } = asked;
        if kept == Kept::Otherwise {
            return self.outcome_is_open_again(user, id, Why::OutcomeOtherwise.into());
        }
        let Some(about) = self.outcome_about(user, id) else { return };
        if way == Way::Data
            && let Some((link, report)) = self.outcome_report(user, &about, &pairs, Way::Report)
        {
            let worker = self.user(user).map(|user| user.entry.id.clone()).unwrap_or_default();
            self.report_outcome(link, worker, report);
        }
        metrics::counter!("uc_outcomes_given_total").increment(1);
        self.outcome_stands(user, id, Standing::Given);
        let end = if way == Way::Data { OutcomeEnd::Saved } else { OutcomeEnd::Reported };
        self.frame_to_all(user, &ServerFrame::OutcomeGone { id, end });
    }

    /// A request was refused, or never sent; true: it was for an outcome.
    pub(super) fn outcome_refused(&mut self, ticket: Ticket, refusal: &Refusal) -> bool {
        let Question { line, number } = ticket.into();
        if line != LineId::OF_OUTCOMES {
            return false;
        }
        let Some(asked) = self.given.asked.remove(&number) else { return true };
        let Some(about) = self.outcome_about(asked.user, asked.id) else { return true };
        let way = asked.way.after(refusal.code);
        let report = way.and_then(|way| Some((way, self.outcome_report(asked.user, &about, &asked.pairs, way)?)));
        match report {
            Some((way, (link, request))) => self.ask_to_keep(link, Asked { way, ..asked }, request),
            None => self.outcome_is_open_again(asked.user, asked.id, refused(refusal, Why::OutcomeRefused)),
        }
        true
    }

    fn outcome_is_open_again(&mut self, user: UserHandle, id: u64, remark: Remark) {
        metrics::counter!("uc_outcomes_refused_total").increment(1);
        self.outcome_stands(user, id, Standing::Open);
        self.tell_outcome(user, id);
        self.tell_problem(user, "outcome-refused", remark);
    }

    fn outcome_about(&self, user: UserHandle, id: u64) -> Option<About> {
        self.given.of.get(&user).and_then(|outcomes| outcomes.get(id)).map(|one| one.about.clone())
    }

    /// To all clients of the worker's main DN, as a preview is; none: nothing is reported.
    fn outcome_report(&self, user: UserHandle, about: &About, pairs: &KvList, way: Way) -> Option<(LinkId, Request)> {
        self.settings.preview_state.as_ref()?;
        let user = self.user(user)?;
        let (entry, main) = (&user.entry, main_place(user)?);
        let said = [("UCC_ConnID", about.conn_id.to_string()), ("UCC_UserId", entry.id.to_string())];
        let said = said.into_iter().chain([("UCC_AgentId", entry.agent_id.to_string())]);
        let said = said.map(|(key, value)| (key.to_owned(), Value::Str(value)));
        let event = Request::DistributeUserEvent {
            this_dn: main.dn.clone(),
            conn_id: (way == Way::Report).then_some(about.conn_id),
            agent_id: Some(entry.agent_id.clone()),
            user_data: KvList(said.chain(pairs.0.clone()).collect()),
        };
        Some((main.link, event))
    }
}
