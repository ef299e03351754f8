//! One line: a DN at a T-Server link, its registration and the agent on it. At most one question is under way; every
//! question ends answered, refused or given up, and what follows from it is found by [`Line::reconcile`]. Pure.
//! Long, because a question, its answers and what is asked next are one state.

use super::{
    agent::Agent,
    call_rules::Situation,
    calls::{Calls, LiveCall},
    choice::Choice,
    given_up::Leaving,
    kept::KeptLine,
    lost_requests::LostRequests,
    old_login::OldLogin,
    pace::{Pace, Step},
    place::{LineId, Login, Place, Question},
    registration::{Reading, Registration},
    under_way::UnderWay,
};
use crate::{
    agent_link::{AgentFacts, CallKind, CallKinds, LinkId, Password, RegisterMode, Request},
    clock::Moment,
    policy::{Target, Want, presence_unknown},
    remark::{Remark, Why},
};
use std::sync::Arc;

/// The question under way.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) number: u32,
    pub(super) step: Step,
    pub(super) wish: Want,
    pub(super) sent: Moment,
    /// Acknowledged without a state: the event that tells it has until then.
    pub(super) acknowledged: Option<Moment>,
}

/// The question that an event without reference was taken to answer. Its own answer shows that it was not.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    pub(super) asked: Asked,
    /// The event was the first behind a login, which many T-Servers send by themselves: that no answer comes shows
    /// it, too.
    pub(super) behind_login: bool,
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(super) id: LineId,
    pub(super) place: Place,
    pub(super) login: Login,
    pub(super) registration: Registration,
    pub(super) agent: Agent,
    /// The calls at the DN.
    pub(super) calls: Calls,
    /// What workers asked of them.
    pub(super) under_way: UnderWay,
    /// What the T-Server has refused as not offered since its link came up.
    pub(super) lacking: CallKinds,
    pub(super) asked: Option<Asked>,
    /// Boxed: few have one.
    pub(super) guessed: Option<Box<Guess>>,
    /// The last that was said of the agent is the answer to a login.
    pub(super) just_logged_in: bool,
    pub(super) old_login: OldLogin,
    pub(super) lost: LostRequests,
    /// The wish whose answer is read back by a registration.
    pub(super) read_for: Option<Want>,
    pub(super) numbers: u32,
    pub(super) registering: Pace,
    pub(super) asking: Pace,
    /// The wish that was asked for last, at the pace of `asking`.
    tried: Option<Want>,
    pub(super) problem: Option<Remark>,
    pub(super) choice: Choice,
    /// The link's queue had no room for the last request.
    pub(super) waits_for_room: bool,
    /// A login waits for its turn.
    pub(super) login_waits: bool,
    /// Somebody else still has the DN.
    pub(super) waits_for_dn: bool,
    /// It is being given up.
    pub(super) leaving: Option<Leaving>,
    /// Something that pages show changed since [`Line::take_changed`].
    pub(super) changed: bool,
}

impl Line {
    /// A line of whose T-Server nothing is known yet.
    pub(crate) fn new(id: LineId, place: Place, login: Login, wish: Want) -> Self {
        let mut agent = Agent::new(login.agent_id.clone());
        agent.set_wish(wish);
        let (registering, asking) = (Pace::new(id.0), Pace::new(id.0));
        let (asked, numbers, problem, leaving) = (None, 0, None, None);
        let registration = Registration::default();
        Self {
            id,
            place,
            login,
            registration,
            agent,
            calls: Calls::default(),
            under_way: UnderWay::default(),
            lacking: CallKinds::default(),
            asked,
            guessed: None,
            just_logged_in: false,
            old_login: OldLogin::default(),
            lost: LostRequests::default(),
            read_for: None,
            numbers,
            registering,
            asking,
            tried: None,
            problem,
            choice: Choice::default(),
            waits_for_room: false,
            login_waits: false,
            waits_for_dn: false,
            leaving,
            changed: true,
        }
    }

    /// Its number.
    pub(crate) fn id(&self) -> LineId {
        self.id
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Its switch is called this from now on. False: it was.
    pub(crate) fn name_switch(&mut self, switch: &Arc<str>) -> bool {
        let news = self.place.switch != *switch;
        if news {
            self.place.switch = switch.clone();
        }
        news
    }

    /// The same agent logs in with this password from now on: what was refused before is worth another try.
    pub(super) fn set_password(&mut self, password: Option<&Password>) {
        if self.login.password.as_ref() != password {
            self.login.password = password.cloned();
            self.start_over();
        }
    }

    /// What the T-Server confirmed last; the truth only while [`Line::in_service`].
    pub(crate) fn confirmed(&self) -> &AgentFacts {
        self.agent.confirmed()
    }

    /// The agent there, wish and all.
    pub(crate) fn agent(&self) -> &Agent {
        &self.agent
    }

    /// The link is up, the DN registered and in service, nothing in doubt: `confirmed` is the truth.
    pub(crate) fn in_service(&self) -> bool {
        self.registration.in_service()
    }

    /// Another agent sits there, as far as is known: their state and calls are not the worker's.
    pub(crate) fn is_anothers(&self) -> bool {
        self.agent.is_foreign()
    }

    /// Calls to the DN come to the worker: nobody else has it still, or sits there.
    pub(crate) fn reaches_worker(&self) -> bool {
        !self.waits_for_dn && !self.is_anothers()
    }

    /// In service, and nobody else sits there: `confirmed` is the worker's own state.
    pub(crate) fn is_own(&self) -> bool {
        self.in_service() && !self.is_anothers()
    }

    /// Something comes of what they ask for of a call there: it is their own, and not only listened to. That the DN is
    /// read again changes nothing of its calls.
    pub(crate) fn takes_call_requests(&self) -> bool {
        self.registration.is_served_so_far() && !self.is_anothers() && self.login.mode == RegisterMode::Share
    }

    /// A call there as it is, by which it is decided what can be asked of it.
    pub(crate) fn situation(&self, live: &LiveCall) -> Situation {
        let (step, muted, lacking) = (live.step, live.muted, self.lacking);
        Situation { step, beside: self.calls.beside(live), muted, takes_requests: self.takes_call_requests(), lacking }
    }

    /// Calls can be made from there.
    pub(crate) fn can_dial(&self) -> bool {
        self.takes_call_requests() && !self.lacking.contains(CallKind::MakeCall)
    }

    /// The calls at the DN, whosever they are.
    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }

    /// What is wrong, in words for the worker and the operator.
    pub(crate) fn problem(&self) -> Option<Remark> {
        match self.agent.foreign() {
            Some(other) if self.in_service() => Some(Remark::with(Why::LineAgent, other.clone())),
            _ => self.problem.clone(),
        }
    }

    /// Registered with a link that is up, yet not in service, or its agent not where they are to be, for a reason that an
    /// operator should know.
    pub(crate) fn fault(&self) -> Option<&Remark> {
        let in_vain = self.registers_in_vain() || (self.agent.next().is_some() && self.asking.is_in_vain());
        self.problem.as_ref().filter(|_| self.registration.is_unanswered() || in_vain)
    }

    /// Why nothing has come of what is asked now once more. A refusal for good is told by itself.
    pub(crate) fn asks_in_vain(&self) -> Option<&Remark> {
        let (in_vain, pace) = match self.asked.as_ref()?.step {
            Step::Register => (self.registers_in_vain(), &self.registering),
            _ => (self.asking.is_in_vain(), &self.asking),
        };
        self.problem.as_ref().filter(|_| in_vain && !pace.is_refused_for_good())
    }

    /// A DN that is answered whenever it is read is no fault, however often that is needed.
    fn registers_in_vain(&self) -> bool {
        let serves = self.registering.is_answered() && self.registration.is_served_so_far();
        self.registering.is_in_vain() && !serves
    }

    /// Sets what is wished; a new wish starts over. One that was asked for last, with nothing wished in between, goes
    /// on: what the T-Server says may make a wish come and go, and must not make requests come faster.
    pub(crate) fn set_wish(&mut self, wish: Want) {
        if self.agent.set_wish(wish) {
            self.choice = Choice::default();
            self.wish_changed();
            self.note_reached();
        }
    }

    /// The agent may be as wished already. While a question is under way its answer may still move them.
    fn note_reached(&mut self) {
        if self.in_service() && self.asked.is_none() && self.guessed.is_none() {
            self.agent.note_reached();
        }
    }

    /// Sets whether the platform's word is in doubt: what follows from it is a wish like any other.
    pub(crate) fn set_doubt(&mut self, doubt: bool) {
        if self.agent.set_doubt(doubt && !self.is_leaving()) {
            self.wish_changed();
        }
    }

    fn wish_changed(&mut self) {
        self.registration.wish_is_new();
        let wish = self.agent.wish();
        let goes_on = *wish == Want::Observe || self.tried.as_ref() == Some(wish);
        if goes_on { self.go_on() } else { self.start_over() }
    }

    /// The platform that decided here knows the agent no longer: the doubt about its last word is nobody's to end, so
    /// it ends with what others decide from now on.
    pub(crate) fn leave_platform(&mut self) {
        let drives = matches!(self.agent.wish(), Want::State(_) | Want::WhileLoggedIn(_));
        self.set_doubt(false);
        self.set_wish(if drives { presence_unknown().clone() } else { Want::Observe });
    }

    /// Somebody wishes the same once more: worth another try now.
    pub(crate) fn insist(&mut self) {
        self.start_over();
    }

    pub(super) fn start_over(&mut self) {
        self.tried = None;
        self.asking.start_over();
        self.registering.start_over_if_answered();
        self.nothing_is_decided();
    }

    fn go_on(&mut self) {
        self.asking.go_on();
        self.nothing_is_decided();
    }

    fn nothing_is_decided(&mut self) {
        self.agent.undecide();
        self.clear_wish_problem();
    }

    /// Nothing is wrong with the wish. What keeps the DN from being served is no matter of it.
    pub(super) fn clear_wish_problem(&mut self) {
        if !self.registration.is_unanswered() {
            self.set_problem(None);
        }
    }

    /// It has this DN now: nobody else has it still.
    pub(crate) fn has_dn(&self, link: LinkId, dn: &str) -> bool {
        !self.waits_for_dn && self.place.link == link && *self.place.dn == *dn
    }

    /// Somebody else still has the DN: nothing is asked of it yet.
    pub(crate) fn wait_for_dn(&mut self) {
        self.waits_for_dn = true;
    }

    /// Nobody else has the DN any more.
    pub(crate) fn dn_free(&mut self, link_up: bool) {
        self.waits_for_dn = false;
        if link_up {
            self.link_up();
        }
    }

    /// A login is what the agent waits for, and the T-Server has not decided otherwise.
    pub(super) fn wants_to_log_in(&self) -> bool {
        self.agent.next() == Some(Step::Login) && !self.agent.is_decided()
    }

    /// The link to the T-Server came up: everything known of the DN is old.
    pub(crate) fn link_up(&mut self) {
        if self.waits_for_dn {
            return;
        }
        self.registration.link_up();
        self.old_login.connection_is_new();
        self.lacking = CallKinds::default();
        self.connection_is_gone();
        self.registering.start_over();
        self.start_over();
        self.changed = true;
    }

    /// The link went down. The last confirmed state stays known, and is not to be trusted.
    pub(crate) fn link_down(&mut self) {
        self.under_way.clear();
        self.registration.link_down();
        self.connection_is_gone();
        self.lost.connection_is_gone();
        self.start_over();
        self.changed = true;
    }

    /// Nobody answers any more what was asked over it.
    fn connection_is_gone(&mut self) {
        if let Some(asked) = self.asked.take() {
            self.answer_is_lost(asked);
        }
        (self.waits_for_room, self.login_waits) = (false, false);
        self.agent.lost();
    }

    /// The T-Server lost or found its switch: without it states are stale, and are read again afterwards.
    pub(crate) fn switch(&mut self, connected: bool) {
        self.changed |= self.registration.switch(connected);
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Moment) {
        (self.waits_for_room, self.login_waits) = (false, false);
        let late = |asked: &mut Asked| asked.acknowledged.is_some_and(|until| until <= now);
        if let Some(asked) = self.asked.take_if(late) {
            self.read_for = Some(asked.wish);
            self.read_again(Reading::AfterAnswer(asked.step));
        }
        if self.under_way.runs_out(now) {
            self.read_again(Reading::ForCalls);
        }
    }

    /// What is to be kept of it.
    pub(super) fn kept(&self) -> KeptLine {
        self.agent.kept(&self.place)
    }

    /// Takes over what was kept of it.
    pub(super) fn resume(&mut self, kept: &KeptLine) {
        self.agent.resume(kept);
        self.start_over();
    }

    /// The line as its next holder gets it: what the T-Server said stays true, what was asked concerns them no longer.
    /// Calls of somebody before them are not theirs; those at a free seat are whose agent sits down there. The pace
    /// is the DN's: it goes on.
    pub(crate) fn handed_over(mut self, login: Login, wish: Want) -> Self {
        if !self.login.is_nobodys() {
            self.calls.forget();
        }
        self.asked = self.asked.filter(|asked| asked.step == Step::Register);
        self.agent.handed_over(login.agent_id.clone(), wish);
        self.login = login;
        self.leaving = None;
        self.read_for = None;
        self.choice = Choice::default();
        self.registration.asker_is_gone();
        self.go_on();
        self.changed = true;
        self
    }

    /// The next request, if any, that brings confirmed closer to what is wished.
    pub(crate) fn reconcile(&mut self, now: Moment) -> Option<(Question, Request)> {
        let step = self.next_step()?;
        if self.pace(step).waits(step, now).is_some() {
            return None;
        }
        self.pace(step).sent(step, now);
        self.numbers = self.numbers % Question::HIGHEST + 1;
        let (number, wish) = (self.numbers, self.agent.wish().clone());
        let request = self.request(step);
        if step != Step::Register {
            self.tried = Some(wish.clone());
            self.agent.asks();
        }
        self.asked = Some(Asked { number, step, wish, sent: now, acknowledged: None });
        Some((Question { line: self.id, number }, request))
    }

    /// When [`Line::reconcile`] or [`Line::tick`] has something to do without any input.
    pub(crate) fn deadline(&mut self, now: Moment) -> Option<Moment> {
        let acknowledged = self.asked.as_ref().and_then(|asked| asked.acknowledged);
        let of_calls = self.under_way.deadline();
        let step = self.next_step();
        let waits = step.and_then(|step| self.pace(step).waits(step, now));
        [acknowledged, of_calls, waits, self.leaves_by()].into_iter().flatten().min()
    }

    pub(super) fn next_step(&self) -> Option<Step> {
        if self.asked.is_some() || self.waits_for_room {
            None
        } else if self.registration.is_needed() {
            Some(Step::Register)
        } else if self.in_service() && self.login.mode == RegisterMode::Share {
            self.agent.next().filter(|step| *step != Step::Login || !self.login_waits)
        } else {
            None
        }
    }

    pub(super) fn pace(&mut self, step: Step) -> &mut Pace {
        if step == Step::Register { &mut self.registering } else { &mut self.asking }
    }

    fn request(&self, step: Step) -> Request {
        let (this_dn, this_queue) = (self.place.dn.clone(), self.login.queue.clone());
        match step {
            Step::Register => Request::RegisterAddress { this_dn, mode: self.login.mode },
            Step::Login => Request::AgentLogin {
                this_dn,
                this_queue,
                agent_id: self.login.agent_id.clone(),
                password: self.login.password.clone(),
            },
            Step::Logout => Request::AgentLogout { this_dn, this_queue },
            Step::State => {
                let target = self.agent.target().cloned().unwrap_or_default();
                let Target { ready, work_mode, reasons, extensions } = (*target).clone();
                if ready {
                    Request::AgentReady { this_dn, this_queue, work_mode, reasons, extensions }
                } else {
                    Request::AgentNotReady { this_dn, this_queue, work_mode, reasons, extensions }
                }
            }
        }
    }

    pub(super) fn set_problem(&mut self, problem: Option<Remark>) {
        self.changed |= self.problem != problem;
        self.problem = problem;
    }

    /// Whether something that pages show changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod looked_at;
#[cfg(test)]
mod tests;
