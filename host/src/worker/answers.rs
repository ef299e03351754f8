//! What a T-Server says of a line's DN, and what it is taken for: answers, refusals, decisions, doubt.
//! Long, because each of these is judged by what is asked at the line, and by nothing else.

use super::{
    agent::{Doing, Verdict, may_be_in},
    calls::Change,
    line::{Asked, Guess, Line},
    old_login::OldLogin,
    pace::Step,
    place::Question,
    refused,
    registration::Reading,
    under_way::ACKNOWLEDGED,
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Behaviour, Call, CallStep, Cause, EventKind, Refusal},
    clock::Moment,
    policy::Want,
    remark::{Remark, Why},
};
use std::sync::Arc;

impl Line {
    /// Everything that comes for the DN. An answer to our question ends it, whatever it says.
    pub(crate) fn event(&mut self, kind: EventKind, cause: Cause, now: Moment) -> Change {
        let answers = self.answers(cause);
        // A registration is answered by the T-Server itself, whatever its switch has still to carry out.
        if answers && self.asked.as_ref().is_some_and(|asked| asked.step != Step::Register) {
            self.lost.are_over();
        }
        let mut calls = Change::Nothing;
        self.shows_what_was_asked(&kind, cause, now);
        match kind {
            EventKind::Registered { agent, out_of_service, calls: snapshot } => {
                calls = self.snapshot_of_calls(snapshot, now);
                self.registered(agent, out_of_service, answers, cause, now);
            }
            EventKind::RegisteredAlone => calls = self.registered_alone(now),
            EventKind::QueueLogin(facts) if cause == Cause::Elsewhere && self.agent.is_there(&facts) => {
                self.read_again(Reading::AfterDoubt);
            }
            EventKind::Agent(facts) | EventKind::QueueLogin(facts) => self.agent_event(facts, answers, cause, now),
            EventKind::Call(call, step) if !self.is_leaving() => calls = self.calls.step(call, step, now),
            EventKind::CallChanged(call) if !self.is_leaving() => calls = self.calls.change(call),
            EventKind::Party(call, change) if !self.is_leaving() => {
                calls = self.calls.party(call, change);
                if calls == Change::Doubtful {
                    self.read_again(Reading::ForCalls);
                }
            }
            EventKind::Muted(conn_id, muted) if !self.is_leaving() => calls = self.calls.mute(conn_id, muted),
            EventKind::OutOfService(out) => self.service(out),
            EventKind::Unreadable(words) => self.doubt(&words),
            EventKind::ReadAgain => self.read_again(Reading::ForWish),
            // What was taken for its answer was somebody else's doing, and what came of ours nobody told.
            EventKind::Acknowledged if self.was_guessed(cause) => self.read_again(Reading::AfterDoubt),
            // Not by us: nothing more is heard of the DN until it is registered again.
            EventKind::Unregistered if cause == Cause::Elsewhere => {
                self.registration.unregistered();
                self.doubt(&"EventUnregistered".into());
            }
            _ => {}
        }
        if answers && self.answers(cause) {
            self.acknowledged(now);
        }
        calls
    }

    /// Where they are not told, those that are known stay, but after a time in which nothing was heard of any.
    fn snapshot_of_calls(&mut self, told: Option<Vec<(Call, CallStep)>>, now: Moment) -> Change {
        let afresh = self.registration.is_read_afresh();
        match told.or_else(|| afresh.then(Vec::new)) {
            Some(calls) if !self.is_leaving() => self.calls.replace(calls, afresh, now),
            _ => Change::Nothing,
        }
    }

    /// What workers asked of calls is under way until an event says anything of that call, or for a while after one has
    /// answered that does not; new business data says nothing of another request.
    fn shows_what_was_asked(&mut self, kind: &EventKind, cause: Cause, now: Moment) {
        if let Cause::Request(ticket) = cause
            && let question = Question::from(ticket)
            && question.line == self.id
        {
            self.under_way.acknowledged(question.number, matches!(kind, EventKind::Acknowledged), now);
        }
        match kind {
            EventKind::CallChanged(call) => self.under_way.shows_user_data(call.conn_id),
            EventKind::Registered { .. } => self.under_way.clear(),
            EventKind::Call(call, _) | EventKind::Party(call, _) => self.under_way.shows(call.conn_id),
            EventKind::Muted(conn_id, _) => self.under_way.shows(*conn_id),
            _ => {}
        }
    }

    /// An event of another DN, or of none, has answered this question.
    pub(crate) fn answered_elsewhere(&mut self, number: u32, now: Moment) {
        if self.asked.as_ref().is_some_and(|asked| asked.number == number) {
            self.acknowledged(now);
        }
    }

    pub(super) fn answers(&self, cause: Cause) -> bool {
        self.asked.as_ref().is_some_and(|asked| self.is_about(cause, asked.number))
    }

    fn was_guessed(&mut self, cause: Cause) -> bool {
        let guessed = self.guessed.as_ref().is_some_and(|guess| self.is_about(cause, guess.asked.number));
        guessed && self.guessed.take().is_some()
    }

    fn is_about(&self, cause: Cause, number: u32) -> bool {
        let Cause::Request(ticket) = cause else { return false };
        Question::from(ticket) == Question { line: self.id, number }
    }

    fn registered(&mut self, facts: AgentFacts, out_of_service: bool, answers: bool, cause: Cause, now: Moment) {
        let ended = self.asked.take_if(|asked| answers || asked.step == Step::Register);
        let before = self.registration;
        self.lost.have_come_about(&facts);
        if ended.as_ref().is_some_and(|asked| asked.step == Step::Register) {
            self.registering.answered(now);
        }
        match (self.registration.registered(out_of_service), ended) {
            // A snapshot in answer to another request tells what came of that.
            (_, Some(asked)) if asked.step != Step::Register => self.read_back(facts, asked.step, asked.wish, now),
            (Some(Reading::Afresh), _) => {
                self.snapshot_of_agent(facts, now);
                self.agent.login_is_over();
                self.old_login.snapshot(self.agent.is_logged_in_here(), now);
            }
            (Some(Reading::ForWish), _) => self.snapshot_of_agent(self.agent.still(facts), now),
            // It stands for what could not be read, whoever brought that about.
            (Some(Reading::AfterDoubt), _) => self.reads(facts, &Doing::Elsewhere, now),
            (None | Some(Reading::ForCalls), _) => self.reads(facts, &self.doing(cause), now),
            (Some(Reading::AfterAnswer(step)), _) => {
                let wish = self.read_for.take().unwrap_or_default();
                self.read_back(facts, step, wish, now);
            }
        }
        let moved = self.agent.take_changed();
        self.changed |= moved || self.registration != before;
        if self.in_service() && self.agent.next().is_none() {
            self.set_problem(None);
        }
    }

    fn snapshot_of_agent(&mut self, facts: AgentFacts, now: Moment) {
        if self.agent.snapshot(facts) {
            self.judge(Verdict::RanOut, now);
        }
    }

    /// What a snapshot tells beside an answer opens nothing that a refusal has closed, but what a work mode kept closed.
    fn reads(&mut self, facts: AgentFacts, doing: &Doing, now: Moment) {
        if self.agent.event(self.agent.still(facts), doing) == Verdict::RanOut {
            self.judge(Verdict::RanOut, now);
        }
    }

    /// The DN is registered, and the T-Server tells nothing of its state. After a time in which nothing was heard nothing
    /// is known; otherwise what was known stays, and what an answer said was done is taken to be so.
    fn registered_alone(&mut self, now: Moment) -> Change {
        if self.asked.take_if(|asked| asked.step == Step::Register).is_some() {
            self.registering.answered(now);
        }
        let (before, calls) = (self.registration, self.snapshot_of_calls(None, now));
        match self.registration.taken() {
            Some(Reading::Afresh) => {
                self.snapshot_of_agent(AgentFacts::default(), now);
                self.old_login.snapshot(false, now);
            }
            Some(Reading::AfterAnswer(step)) => {
                let wish = self.read_for.take().unwrap_or_default();
                let verdict = self.agent.take_for_done(step, wish);
                self.judge(verdict, now);
            }
            Some(Reading::ForWish | Reading::AfterDoubt | Reading::ForCalls) | None => {}
        }
        self.changed |= self.agent.take_changed() || self.registration != before;
        self.set_problem(Some(Why::LineNoState.into()));
        calls
    }

    /// The state read again after an answer that did not tell it.
    fn read_back(&mut self, facts: AgentFacts, step: Step, wish: Want, now: Moment) {
        let verdict = self.agent.event(facts, &Doing::Answer(step, wish));
        self.judge(verdict, now);
    }

    fn agent_event(&mut self, facts: AgentFacts, answers: bool, cause: Cause, now: Moment) {
        // A T-Server may answer without ReferenceID: what fits our question is its answer. Behind an acknowledgement the
        // state has none either, or that of the question, which has ended by then.
        let elsewhere = cause == Cause::Elsewhere;
        let ends = |asked: &Asked| asked.acknowledged.is_some() || (elsewhere && asked.fits(facts.status));
        let of_another_dn = matches!(cause, Cause::Request(_));
        let waiting = self.asked.take_if(|asked| answers || (!of_another_dn && ends(asked)));
        let guessed = waiting.as_ref().filter(|asked| !answers && asked.acknowledged.is_none());
        let behind_login = std::mem::take(&mut self.just_logged_in);
        if let Some(guessed) = guessed {
            self.guessed = Some(Guess { asked: guessed.clone(), behind_login }.into());
        }
        // What an earlier request brought about is over, whoever it is told as.
        let lost = waiting.is_none() && !of_another_dn && self.lost.end_by(&facts, now);
        let doing = match waiting {
            Some(Asked { step: Step::Register, .. }) => {
                self.registering.failed();
                self.read_again(Reading::AfterDoubt);
                self.doing(cause)
            }
            Some(asked) => Doing::Answer(asked.step, asked.wish),
            None if elsewhere && facts.status == AgentStatus::LoggedOut && self.old_login.ends(now) => Doing::Ours,
            None if lost => Doing::Ours,
            None => self.doing(cause),
        };
        self.just_logged_in = matches!(doing, Doing::Answer(Step::Login, _));
        if self.just_logged_in {
            self.old_login = OldLogin::default();
        }
        let verdict = self.agent.event(facts, &doing);
        self.changed |= self.agent.take_changed();
        self.judge(verdict, now);
    }

    /// Before anything is known of the DN, and while a request of ours is under way, nothing can be told to be a
    /// decision against the wish. What answers a request for another DN is none that was asked for here.
    fn doing(&self, cause: Cause) -> Doing {
        let asking = self.asked.as_ref().is_some_and(|asked| asked.step != Step::Register);
        let elsewhere = match cause {
            Cause::Elsewhere => true,
            Cause::Request(ticket) => Question::from(ticket).line != self.id,
            Cause::EarlierRequest => false,
        };
        if elsewhere && self.registration.was_read() && !asking { Doing::Elsewhere } else { Doing::Ours }
    }

    fn judge(&mut self, verdict: Verdict, now: Moment) {
        match verdict {
            Verdict::AsAsked => {
                if self.agent.next().is_none() {
                    self.asking.fulfilled();
                }
                self.clear_wish_problem();
            }
            Verdict::Moved | Verdict::Nothing if self.agent.next().is_none() => self.clear_wish_problem(),
            Verdict::Moved => self.asking.reopen(now),
            Verdict::RanOut => self.asking.reopen_at_once(now),
            Verdict::Nothing => {}
            Verdict::Contradicts => {
                let confirmed = self.agent.confirmed();
                let said = format!("{:?} {}", confirmed.status, confirmed.work_mode.name());
                let decided = self.asking.contradicted(now);
                if decided {
                    self.agent.decide();
                }
                if self.agent.waits_for_end_of_mode() {
                    return self.clear_wish_problem();
                }
                let why = if decided { Why::LineDecided } else { Why::LineAsksAgain };
                let said = said.trim_end_matches(" Unknown");
                let problem = Remark::with(why, said);
                if decided {
                    self.refuse_choice(problem.clone());
                }
                self.set_problem(Some(problem));
            }
        }
    }

    fn service(&mut self, out_of_service: bool) {
        if self.registration.service(out_of_service) {
            self.changed = true;
        }
    }

    /// What came for the DN cannot be read: what is known of it may be over.
    pub(super) fn doubt(&mut self, words: &Arc<str>) {
        self.set_problem(Some(Remark::with(Why::LineSays, words.clone())));
        self.read_again(Reading::AfterDoubt);
    }

    pub(super) fn read_again(&mut self, why: Reading) {
        self.changed |= self.registration.read_again(why);
    }

    /// The request was taken, and its answer tells no state: the event that does may still come.
    fn acknowledged(&mut self, now: Moment) {
        let Some(asked) = &mut self.asked else { return };
        if asked.step == Step::Register {
            self.asked = None;
            self.unanswered();
            self.set_problem(Some(Why::LineNoState.into()));
        } else {
            asked.acknowledged.get_or_insert(now + ACKNOWLEDGED);
        }
    }

    /// Our request was not sent: the line waits until it may ask again.
    pub(crate) fn unsent(&mut self, number: u32) {
        self.waits_for_room |= self.take_back(number);
    }

    /// Our login was not sent: the line waits with it alone until it may ask again.
    pub(crate) fn login_waits(&mut self, number: u32) {
        self.login_waits |= self.take_back(number);
    }

    fn take_back(&mut self, number: u32) -> bool {
        let unsent = self.asked.take_if(|asked| asked.number == number);
        if let Some(asked) = &unsent {
            self.pace(asked.step).unsent(asked.step);
        }
        unsent.is_some()
    }

    /// Our request was refused, or not answered.
    pub(crate) fn refused(&mut self, number: u32, refusal: &Refusal, now: Moment) {
        let waiting = self.asked.take_if(|asked| asked.number == number);
        let Some(asked) = waiting.or_else(|| self.guessed_wrongly(number, refusal)) else { return };
        if refusal.behaviour == Behaviour::Retry {
            self.pace(asked.step).refused_for_now();
        }
        match refusal.behaviour {
            Behaviour::Retry if refusal.code.is_none() => self.answer_is_lost(asked.clone()),
            Behaviour::Retry | Behaviour::Unsent => {}
            Behaviour::Permanent => {
                self.pace(asked.step).refused_for_good(now);
                // What an older wish asked for is no answer to their choice.
                if asked.step != Step::Register && asked.wish == *self.agent.wish() {
                    let words = format!("{}: {}", self.place.dn, refusal.message);
                    self.refuse_choice(Remark::with(Why::StateRefused, words));
                }
            }
            Behaviour::AlreadySo => return self.already(&asked),
        }
        self.set_problem(Some(refused(refusal, Why::LineSays)));
        if asked.step == Step::Register {
            self.unanswered();
        } else if self.asking.repeated() % 4 == 1 {
            // What we believe of the state may be why it is refused.
            self.read_again(Reading::ForWish);
        }
    }

    /// The T-Server refuses what an event without reference was taken to answer: nothing came of it, and the wish
    /// counts on unless it is there all the same. Who is not answered may have been answered so, but for the state
    /// behind a login: it comes by itself at many a T-Server, and is the answer only with the reasons that were asked
    /// for.
    fn guessed_wrongly(&mut self, number: u32, refusal: &Refusal) -> Option<Asked> {
        let answered = refusal.code.is_some();
        let tells = |guess: &mut Box<Guess>| guess.asked.number == number && (answered || guess.behind_login);
        let guessed = self.guessed.take_if(tells)?.asked;
        if !answered && self.agent.carries(&guessed.wish) {
            return None;
        }
        let counts = guessed.wish == *self.agent.wish();
        self.agent.unfulfil(guessed.step, counts);
        (counts && self.agent.next() == Some(guessed.step)).then_some(guessed)
    }

    /// Nobody will say what came of this.
    pub(super) fn answer_is_lost(&mut self, asked: Asked) {
        if asked.step == Step::Login {
            self.agent.login_is_lost();
        }
        self.lost.note(asked);
    }

    fn already(&mut self, asked: &Asked) {
        if asked.step == Step::Register {
            self.unanswered();
            return self.set_problem(Some(Why::LineNoState.into()));
        }
        if self.agent.already(asked.step, &asked.wish) {
            self.clear_wish_problem();
        } else {
            self.read_for = Some(asked.wish.clone());
            self.read_again(Reading::AfterAnswer(asked.step));
        }
    }

    pub(super) fn unanswered(&mut self) {
        self.registration.unanswered();
        self.registering.failed();
        self.changed = true;
    }
}

impl Asked {
    /// The agent would be so by it, as far as is told why they are.
    pub(super) fn may_bring_about(&self, facts: &AgentFacts) -> bool {
        match (self.step, &self.wish) {
            (Step::State, Want::State(target) | Want::WhileLoggedIn(target)) => may_be_in(target, facts),
            _ => self.fits(facts.status),
        }
    }

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
