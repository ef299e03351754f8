//! One line: a DN at a T-Server link, its registration and the agent on it. At most one question is under way; every
//! question ends answered, refused or given up, and what follows from it is found by [`Line::reconcile`]. Pure.

use super::{
    agent::{Agent, Doing, Verdict},
    pace::{Pace, Step},
    registration::{Reading, Registration},
};
use crate::{
    agent_link::{
        AgentFacts, AgentStatus, Behaviour, Cause, Dn, EventKind, LinkId, Password, Refusal, RegisterMode, Request,
        Ticket,
    },
    clock::Moment,
    policy::{Target, Want},
};
use std::{sync::Arc, time::Duration};

/// How long an acknowledged request waits for the event that tells the state.
const ACKNOWLEDGED: Duration = Duration::from_secs(10);
/// How long a line that is given up may take to log its agent out.
const LEAVING: Duration = Duration::from_secs(10);

/// Number of a line, never used twice while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LineId(pub(crate) u32);

/// Where a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The T-Server link that owns the switch.
    pub(crate) link: LinkId,
    /// The DN.
    pub(crate) dn: Dn,
    /// Name of its switch.
    pub(crate) switch: Arc<str>,
}

/// Who logs in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    /// AgentID; empty: nobody ever.
    pub(crate) agent_id: Arc<str>,
    /// Password of the agent login.
    pub(crate) password: Option<Password>,
    /// `login-queue` (requirements F13).
    pub(crate) queue: Option<Dn>,
    /// Share, or Monitor when no request may ever be sent (presence connector mode).
    pub(crate) mode: RegisterMode,
}

/// A question of a line: what its answer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Whose.
    pub(crate) line: LineId,
    /// Which.
    pub(crate) number: u32,
}

impl Question {
    /// Number of a request that a worker made of a call: its refusal is told, nothing waits for its answer.
    pub(crate) const OF_A_CALL: u32 = 0;
    /// Number of a last request: whatever is answered, nobody waits for it.
    pub(crate) const NOBODY_WAITS: u32 = u32::MAX;
}

/// The question under way.
#[derive(Clone, Debug)]
struct Asked {
    number: u32,
    step: Step,
    wish: Want,
    /// Acknowledged without a state: the event that tells it has until then.
    acknowledged: Option<Moment>,
}

impl Asked {
    /// Whether an agent's state can be the answer.
    fn fits(&self, status: AgentStatus) -> bool {
        match (self.step, &self.wish) {
            (Step::Login, _) => status != AgentStatus::LoggedOut,
            (Step::Logout, _) => status == AgentStatus::LoggedOut,
            (Step::State, Want::State(target) | Want::WhileLoggedIn(target)) if target.ready => {
                status == AgentStatus::Ready
            }
            (Step::State, _) => status == AgentStatus::NotReady,
            (Step::Register, _) => false,
        }
    }
}

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    id: LineId,
    place: Place,
    login: Login,
    registration: Registration,
    agent: Agent,
    asked: Option<Asked>,
    numbers: u32,
    registering: Pace,
    asking: Pace,
    problem: Option<Arc<str>>,
    /// The link's queue had no room for the last request.
    waits_for_room: bool,
    /// Somebody else still has the DN.
    waits_for_dn: bool,
    /// It is given up, and gone by then.
    leaves_by: Option<Moment>,
    /// Something that pages show changed since [`Line::take_changed`].
    changed: bool,
}

impl Line {
    /// A line of whose T-Server nothing is known yet.
    pub(crate) fn new(id: LineId, place: Place, login: Login, wish: Want) -> Self {
        let mut agent = Agent::new(login.agent_id.clone());
        agent.set_wish(wish);
        let (registering, asking) = (Pace::new(id.0), Pace::new(id.0));
        let (asked, numbers, problem, leaves_by) = (None, 0, None, None);
        let registration = Registration::default();
        Self {
            id,
            place,
            login,
            registration,
            agent,
            asked,
            numbers,
            registering,
            asking,
            problem,
            waits_for_room: false,
            waits_for_dn: false,
            leaves_by,
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

    /// In service, and nobody else sits there: `confirmed` is the worker's own state.
    pub(crate) fn is_own(&self) -> bool {
        self.in_service() && self.agent.foreign().is_none()
    }

    /// What is wrong, in words for the worker and the operator.
    pub(crate) fn problem(&self) -> Option<Arc<str>> {
        match self.agent.foreign() {
            Some(other) if self.in_service() => Some(format!("agent {other} is logged in at {}", self.place.dn).into()),
            _ => self.problem.clone(),
        }
    }

    /// Registered with a link that is up, yet not in service for a reason that an operator should know.
    pub(crate) fn fault(&self) -> Option<&Arc<str>> {
        self.problem.as_ref().filter(|_| self.registration.is_unanswered())
    }

    /// Sets what is wished; a new wish starts over.
    pub(crate) fn set_wish(&mut self, wish: Want) {
        if self.agent.set_wish(wish) {
            self.start_over();
        }
    }

    /// Somebody wishes the same once more: worth another try now.
    pub(crate) fn insist(&mut self) {
        self.start_over();
    }

    fn start_over(&mut self) {
        self.asking.start_over();
        self.set_problem(None);
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

    /// The link to the T-Server came up: everything known of the DN is old.
    pub(crate) fn link_up(&mut self) {
        if self.waits_for_dn {
            return;
        }
        self.registration.link_up();
        (self.asked, self.waits_for_room) = (None, false);
        self.agent.lost();
        self.registering.start_over();
        self.start_over();
        self.changed = true;
    }

    /// The link went down. The last confirmed state stays known, and is not to be trusted.
    pub(crate) fn link_down(&mut self) {
        self.registration.link_down();
        (self.asked, self.waits_for_room) = (None, false);
        self.agent.lost();
        self.start_over();
        self.changed = true;
    }

    /// The T-Server lost or found its switch: without it states are stale, and are read again afterwards.
    pub(crate) fn switch(&mut self, connected: bool) {
        self.changed |= self.registration.switch(connected);
    }

    /// Everything that comes for the DN but calls. An answer to our question ends it, whatever it says.
    pub(crate) fn event(&mut self, kind: EventKind, cause: Cause, now: Moment) {
        let answers = self.answers(cause);
        match kind {
            EventKind::Registered { agent, out_of_service, .. } => {
                self.registered(agent, out_of_service, answers, now);
            }
            EventKind::Agent(facts) => self.agent_event(facts, answers, cause, now),
            EventKind::OutOfService(out) => self.service(out),
            EventKind::Unreadable(words) => self.doubt(&words),
            _ => {}
        }
        if answers && self.answers(cause) {
            self.acknowledged(now);
        }
    }

    /// An event of another DN, or of none, has answered this question.
    pub(crate) fn answered_elsewhere(&mut self, number: u32, now: Moment) {
        if self.asked.as_ref().is_some_and(|asked| asked.number == number) {
            self.acknowledged(now);
        }
    }

    fn answers(&self, cause: Cause) -> bool {
        let Cause::Request(ticket) = cause else { return false };
        let question = Question::from(ticket);
        question.line == self.id && self.asked.as_ref().is_some_and(|asked| asked.number == question.number)
    }

    fn registered(&mut self, facts: AgentFacts, out_of_service: bool, answers: bool, now: Moment) {
        let registering = self.asked.as_ref().is_some_and(|asked| asked.step == Step::Register);
        if answers || registering {
            self.asked = None;
        }
        self.changed = true;
        match self.registration.registered(out_of_service) {
            Reading::Afresh => self.agent.snapshot(facts),
            // It stands for what could not be read, whoever brought that about.
            Reading::AfterDoubt => drop(self.agent.event(facts, &Doing::Elsewhere)),
            Reading::AfterAnswer(step) => self.read_back(facts, step, now),
        }
        if self.in_service() && self.agent.next().is_none() {
            self.set_problem(None);
        }
    }

    /// The state read again after an answer that did not tell it.
    fn read_back(&mut self, facts: AgentFacts, step: Step, now: Moment) {
        let wish = self.agent.wish().clone();
        let verdict = self.agent.event(facts, &Doing::Answer(step, wish));
        self.judge(verdict, now);
    }

    fn agent_event(&mut self, facts: AgentFacts, answers: bool, cause: Cause, now: Moment) {
        // A T-Server may answer without ReferenceID: what fits our question is its answer.
        let fits = |asked: &Asked| asked.fits(facts.status);
        let waiting = self.asked.take_if(|asked| answers || asked.acknowledged.is_some() || fits(asked));
        let doing = match waiting {
            Some(Asked { step: Step::Register, .. }) => {
                self.read_again(Reading::AfterDoubt);
                self.doing(cause)
            }
            Some(asked) => Doing::Answer(asked.step, asked.wish),
            None => self.doing(cause),
        };
        let before = self.agent.confirmed().clone();
        let verdict = self.agent.event(facts, &doing);
        self.changed |= before != *self.agent.confirmed();
        self.judge(verdict, now);
    }

    /// Before anything is known of the DN nothing can be a decision against the wish.
    fn doing(&self, cause: Cause) -> Doing {
        match cause {
            Cause::Elsewhere if self.registration.was_read() => Doing::Elsewhere,
            _ => Doing::Ours,
        }
    }

    fn judge(&mut self, verdict: Verdict, now: Moment) {
        match verdict {
            Verdict::AsAsked => self.set_problem(None),
            Verdict::Moved | Verdict::Nothing if self.agent.next().is_none() => self.set_problem(None),
            Verdict::Moved => self.asking.reopen(now),
            Verdict::Nothing => {}
            Verdict::Contradicts => {
                let confirmed = self.agent.confirmed();
                let said = format!("{:?} {}", confirmed.status, confirmed.work_mode.name());
                let decided = self.asking.contradicted(now);
                let then = if decided { "its decision stands" } else { "it is asked again" };
                let said = said.trim_end_matches(" Unknown");
                self.set_problem(Some(
                    format!("the T-Server answered {said}, which is not what was asked for: {then}").into(),
                ));
            }
        }
    }

    fn service(&mut self, out_of_service: bool) {
        if self.registration.service(out_of_service) {
            self.start_over();
            self.changed = true;
        }
    }

    /// What came for the DN cannot be read: what is known of it may be over.
    fn doubt(&mut self, words: &Arc<str>) {
        self.set_problem(Some(words.clone()));
        self.read_again(Reading::AfterDoubt);
    }

    fn read_again(&mut self, why: Reading) {
        self.changed |= self.registration.read_again(why);
    }

    /// The request was taken, and its answer tells no state: the event that does may still come.
    fn acknowledged(&mut self, now: Moment) {
        let Some(asked) = &mut self.asked else { return };
        if asked.step == Step::Register {
            self.asked = None;
            self.registration.unanswered();
            let dn = &self.place.dn;
            self.set_problem(Some(
                format!("the T-Server answered the registration of {dn} without its state (EventRegistered)").into(),
            ));
        } else {
            asked.acknowledged.get_or_insert(now + ACKNOWLEDGED);
        }
    }

    /// Our request was not sent: the line waits until it may ask again.
    pub(crate) fn unsent(&mut self, number: u32) {
        if let Some(asked) = self.asked.take_if(|asked| asked.number == number) {
            self.pace(asked.step).unsent(asked.step);
            self.waits_for_room = true;
        }
    }

    /// Our request was refused, or not answered.
    pub(crate) fn refused(&mut self, number: u32, refusal: &Refusal, now: Moment) {
        let Some(asked) = self.asked.take_if(|asked| asked.number == number) else { return };
        let pace = if asked.step == Step::Register { &mut self.registering } else { &mut self.asking };
        match refusal.behaviour {
            Behaviour::Retry => {}
            Behaviour::Permanent => pace.refused_for_good(now),
            Behaviour::AlreadySo => return self.already(&asked),
        }
        self.set_problem(Some(refusal.message.clone()));
        if asked.step == Step::Register {
            self.registration.unanswered();
        } else if self.asking.repeated() % 4 == 1 {
            // What we believe of the state may be why it is refused.
            self.read_again(Reading::Afresh);
        }
    }

    fn already(&mut self, asked: &Asked) {
        if asked.step == Step::Register {
            return self.registration.unanswered();
        }
        if self.agent.already(asked.step, &asked.wish) {
            self.set_problem(None);
        } else {
            self.read_again(Reading::AfterAnswer(asked.step));
        }
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Moment) {
        self.waits_for_room = false;
        let late = |asked: &mut Asked| asked.acknowledged.is_some_and(|until| until <= now);
        if let Some(asked) = self.asked.take_if(late) {
            self.read_again(Reading::AfterAnswer(asked.step));
        }
    }

    /// The line is given up: its agent is logged out if we brought them there, then the DN is unregistered.
    pub(crate) fn leave(&mut self, now: Moment) {
        let wish = if self.agent.is_driven() { Want::LoggedOut } else { Want::Observe };
        self.set_wish(wish);
        self.leaves_by = Some(now + LEAVING);
    }

    /// It is being given up.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaves_by.is_some()
    }

    /// It is given up, and nothing is left to do there.
    pub(crate) fn has_left(&self, now: Moment) -> bool {
        let Some(by) = self.leaves_by else { return false };
        let pending = self.asked.is_some() || (self.agent.next().is_some() && self.problem.is_none());
        by <= now || !self.in_service() || self.login.mode == RegisterMode::Monitor || !pending
    }

    /// What ends the registration, when there is one to end.
    pub(crate) fn farewell(&self) -> Option<Request> {
        self.registration.link_is_up().then(|| Request::UnregisterAddress { this_dn: self.place.dn.clone() })
    }

    /// The line as its next holder gets it: what the T-Server said stays true, what was asked concerns them no longer.
    pub(crate) fn handed_over(mut self, login: Login, wish: Want) -> Self {
        self.asked = self.asked.filter(|asked| asked.step == Step::Register);
        self.agent.handed_over(login.agent_id.clone(), wish);
        self.login = login;
        self.leaves_by = None;
        self.start_over();
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
        self.numbers = self.numbers % (Question::NOBODY_WAITS - 1) + 1;
        let (number, wish) = (self.numbers, self.agent.wish().clone());
        let request = self.request(step);
        self.asked = Some(Asked { number, step, wish, acknowledged: None });
        Some((Question { line: self.id, number }, request))
    }

    /// When [`Line::reconcile`] or [`Line::tick`] has something to do without any input.
    pub(crate) fn deadline(&mut self, now: Moment) -> Option<Moment> {
        let acknowledged = self.asked.as_ref().and_then(|asked| asked.acknowledged);
        let step = self.next_step();
        let waits = step.and_then(|step| self.pace(step).waits(step, now));
        [acknowledged, waits, self.leaves_by].into_iter().flatten().min()
    }

    fn next_step(&self) -> Option<Step> {
        if self.asked.is_some() || self.waits_for_room {
            None
        } else if self.registration.is_needed() {
            Some(Step::Register)
        } else if self.in_service() && self.login.mode == RegisterMode::Share {
            self.agent.next()
        } else {
            None
        }
    }

    fn pace(&mut self, step: Step) -> &mut Pace {
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

    fn set_problem(&mut self, problem: Option<Arc<str>>) {
        self.changed |= self.problem != problem;
        self.problem = problem;
    }

    /// Whether something that pages show changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

impl From<Question> for Ticket {
    fn from(question: Question) -> Self {
        Self(u64::from(question.line.0) << 32 | u64::from(question.number))
    }
}

impl From<Ticket> for Question {
    fn from(Ticket(packed): Ticket) -> Self {
        Self { line: LineId((packed >> 32) as u32), number: packed as u32 }
    }
}

/// What a model of everything around a line looks at.
#[cfg(test)]
impl Line {
    /// The agent is as wished, or nobody wishes anything, and the T-Server is heard.
    pub(crate) fn is_settled(&self) -> bool {
        let asked = self.asked.as_ref().is_some_and(|asked| asked.step != Step::Register);
        self.registration.was_read() && !asked && self.agent.foreign().is_none() && self.agent.next().is_none()
    }

    /// It should ask now and does not, or cannot be in service and does nothing about it.
    pub(crate) fn is_mute(&self, now: Moment) -> bool {
        if self.asked.is_some() || self.waits_for_room || self.waits_for_dn || !self.registration.is_served() {
            return false;
        }
        let pace = |step| if step == Step::Register { &self.registering } else { &self.asking };
        match self.next_step() {
            Some(step) => pace(step).waits(step, now).is_none(),
            None => !self.in_service(),
        }
    }
}

#[cfg(test)]
mod tests;
