//! One agent on one DN: the state that is *wanted* against the state the T-Server has *confirmed*.
//!
//! The T-Server's events are the truth. Whatever goes wrong in between (not yet logged in, a reconnect, a switchover,
//! a repeated or late request, a refusal) leaves wanted and confirmed apart, and [`AgentLine::reconcile`] finds the
//! next request that brings them together. Pure: `now` is an argument, requests are returned, nothing is sent.

use crate::{
    agent_link::{AgentFacts, AgentStatus, Behaviour, Dn, Password, Refusal, RegisterMode, Request, WorkMode},
    policy::{Target, Want},
    wire::KvList,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The first pause after a refusal worth another try; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What keeps a state that somebody else, at the T-Server, brought about.
fn adopted(facts: &AgentFacts) -> Want {
    match facts.status {
        AgentStatus::LoggedOut => Want::LoggedOut,
        status => Want::State(Arc::new(Target {
            ready: status == AgentStatus::Ready,
            work_mode: facts.work_mode,
            reasons: facts.reasons.clone(),
            extensions: KvList::default(),
        })),
    }
}

/// Who logs in, and where: fixed for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The DN.
    pub dn: Dn,
    /// AgentID.
    pub agent_id: Arc<str>,
    /// Password of the agent login.
    pub password: Option<Password>,
    /// `login-queue` (requirements F13).
    pub queue: Option<Dn>,
    /// Share, or Monitor when no request may ever be sent (presence connector mode).
    pub mode: RegisterMode,
}

/// Where the registration of the DN stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    LinkDown,
    Needed,
    Asked,
    Done,
}

/// What the request under way is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    /// Registering, logging in or out.
    Step,
    /// This want's own request.
    State(Want),
}

/// One agent on one DN.
#[derive(Clone, Debug)]
pub struct AgentLine {
    want: Want,
    confirmed: AgentFacts,
    registration: Registration,
    out_of_service: bool,
    /// The want whose request the T-Server has answered: reasons need not be echoed (genesys.md 4.3).
    fulfilled: bool,
    asked: Option<Asked>,
    tries: u8,
    not_before: Option<Instant>,
    problem: Option<Arc<str>>,
    given_up: bool,
}

impl Default for AgentLine {
    fn default() -> Self {
        Self {
            want: Want::Observe,
            confirmed: AgentFacts::default(),
            registration: Registration::LinkDown,
            out_of_service: false,
            fulfilled: false,
            asked: None,
            tries: 0,
            not_before: None,
            problem: None,
            given_up: false,
        }
    }
}

impl AgentLine {
    /// What the T-Server confirmed last; meaningless unless [`AgentLine::in_service`].
    pub fn confirmed(&self) -> &AgentFacts {
        &self.confirmed
    }

    /// The link is up, the DN registered and in service: `confirmed` is the truth.
    pub fn in_service(&self) -> bool {
        self.registration == Registration::Done && !self.out_of_service
    }

    /// Why the last request failed for good, in words for the worker and the operator.
    pub fn problem(&self) -> Option<&Arc<str>> {
        self.problem.as_ref()
    }

    /// When to call [`AgentLine::reconcile`] again without any event.
    pub fn deadline(&self) -> Option<Instant> {
        self.not_before
    }

    /// Sets what is wanted. A new want clears an old failure; the same want again changes nothing.
    pub fn want(&mut self, want: Want) {
        if self.want != want {
            self.want = want;
            self.fulfilled = false;
            self.start_over();
        }
    }

    /// What is wanted now.
    pub fn wanted(&self) -> &Want {
        &self.want
    }

    /// The link to the T-Server came up: everything known of the DN is old.
    pub fn link_up(&mut self) {
        self.registration = Registration::Needed;
        self.asked = None;
        self.start_over();
    }

    /// The link went down. The last confirmed state stays known, but [`AgentLine::in_service`] says not to trust it.
    pub fn link_down(&mut self) {
        self.registration = Registration::LinkDown;
        self.asked = None;
        self.fulfilled = false;
        self.start_over();
    }

    /// The line as its next holder gets it: what the T-Server said stays true, what was asked concerns him no longer.
    pub fn handed_over(mut self, want: Want) -> Self {
        self.want = want;
        self.fulfilled = false;
        self.asked = self.asked.filter(|_| self.registration == Registration::Asked);
        self.start_over();
        self
    }

    /// EventRegistered: the T-Server's snapshot is the truth, wanted or not.
    pub fn registered(&mut self, facts: AgentFacts, out_of_service: bool) {
        self.registration = Registration::Done;
        self.out_of_service = out_of_service;
        self.asked = None;
        self.fulfilled = false;
        self.confirmed = facts;
        self.not_before = None;
    }

    /// The DN went out of service, or came back.
    pub fn service(&mut self, out_of_service: bool) {
        self.out_of_service = out_of_service;
        self.start_over();
    }

    /// An agent event. `answer`: it answers our own request.
    ///
    /// A change that nobody here asked for, while wanted and confirmed agreed, was made on the Genesys side: it
    /// becomes what is wanted. While they disagree it is only a step on the way (EventAgentLogin is followed by
    /// EventAgentNotReady), and the next request follows.
    pub fn event(&mut self, facts: AgentFacts, answer: bool) {
        let settled = self.satisfied() && !matches!(self.want, Want::Observe | Want::Held(_));
        let same_place = facts.status == self.confirmed.status && facts.work_mode == self.confirmed.work_mode;
        let same = same_place && facts.reasons == self.confirmed.reasons;
        let under_way = self.asked.is_some();
        let asked = if answer { self.asked.take() } else { None };
        if answer {
            self.start_over();
        }
        self.confirmed = facts;
        if asked == Some(Asked::State(self.want.clone())) {
            self.fulfilled = self.matches_status();
        } else if !answer && !same && settled && !under_way {
            self.want = adopted(&self.confirmed);
            self.fulfilled = true;
        } else if !answer && !same_place {
            self.fulfilled = false;
        }
    }

    /// Our request was refused, or not answered.
    pub fn refused(&mut self, registering: bool, refusal: &Refusal, now: Instant) {
        if registering && self.registration == Registration::Asked {
            self.registration = Registration::Needed;
        }
        self.asked = None;
        match refusal.behaviour {
            Behaviour::Retry | Behaviour::NoRoom => {}
            // The T-Server knows better: its snapshot tells what the state is.
            Behaviour::AlreadySo if !registering => self.registration = Registration::Needed,
            Behaviour::AlreadySo | Behaviour::Permanent => self.given_up = true,
        }
        self.problem = (refusal.behaviour != Behaviour::AlreadySo).then(|| refusal.message.clone());
        self.tries = self.tries.saturating_add(1);
        self.not_before = (!self.given_up).then(|| now + pause(self.tries));
    }

    /// The next request, if any, that brings confirmed closer to wanted. At most one is under way at a time.
    pub fn reconcile(&mut self, login: &Login, now: Instant) -> Option<Request> {
        if self.asked.is_some() || self.given_up || self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        self.not_before = None;
        let request = match self.registration {
            Registration::LinkDown | Registration::Asked => None,
            Registration::Needed => Some(self.register(login)),
            Registration::Done if self.out_of_service || login.mode == RegisterMode::Monitor => None,
            Registration::Done => self.next_agent_request(login),
        };
        self.asked = request.as_ref().map(|request| match request {
            Request::AgentReady { .. } | Request::AgentNotReady { .. } => Asked::State(self.want.clone()),
            _ => Asked::Step,
        });
        request
    }

    fn register(&mut self, login: &Login) -> Request {
        self.registration = Registration::Asked;
        Request::RegisterAddress { this_dn: login.dn.clone(), mode: login.mode }
    }

    fn next_agent_request(&mut self, login: &Login) -> Option<Request> {
        if self.satisfied() || self.foreign(login) {
            return None;
        }
        let (this_dn, this_queue) = (login.dn.clone(), login.queue.clone());
        match &self.want {
            Want::LoggedOut => Some(Request::AgentLogout { this_dn, this_queue }),
            _ if self.confirmed.status == AgentStatus::LoggedOut => Some(Request::AgentLogin {
                this_dn,
                this_queue,
                agent_id: login.agent_id.clone(),
                password: login.password.clone(),
            }),
            Want::State(target) | Want::Held(target) => Some(state_request(this_dn, this_queue, target)),
            Want::Observe | Want::LoggedIn => None,
        }
    }

    /// Somebody else sits at this DN: his state is not ours to change (one device carries one AgentID).
    fn foreign(&mut self, login: &Login) -> bool {
        let other = self.confirmed.agent_id.as_ref().filter(|id| **id != login.agent_id);
        let other = other.filter(|_| self.confirmed.status != AgentStatus::LoggedOut).cloned();
        if let Some(other) = &other {
            self.problem = Some(format!("agent {other} is logged in at {}", login.dn).into());
        }
        other.is_some()
    }

    fn satisfied(&self) -> bool {
        let logged_out = self.confirmed.status == AgentStatus::LoggedOut;
        match &self.want {
            Want::Observe => true,
            Want::LoggedIn => !logged_out,
            Want::LoggedOut => logged_out,
            Want::Held(_) if logged_out => true,
            Want::State(target) | Want::Held(target) => {
                self.matches_status() && (self.fulfilled || self.carries(target))
            }
        }
    }

    fn matches_status(&self) -> bool {
        match &self.want {
            Want::State(target) | Want::Held(target) => {
                let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
                let mode = target.work_mode == WorkMode::Unknown || target.work_mode == self.confirmed.work_mode;
                self.confirmed.status == status && mode
            }
            _ => true,
        }
    }

    fn carries(&self, target: &Target) -> bool {
        let within = |wanted: &KvList, have: &KvList| wanted.0.iter().all(|pair| have.0.contains(pair));
        self.confirmed.reasons == target.reasons && within(&target.extensions, &self.confirmed.extensions)
    }

    fn start_over(&mut self) {
        self.tries = 0;
        self.not_before = None;
        self.problem = None;
        self.given_up = false;
    }
}

fn state_request(this_dn: Dn, this_queue: Option<Dn>, target: &Target) -> Request {
    let (work_mode, reasons, extensions) = (target.work_mode, target.reasons.clone(), target.extensions.clone());
    if target.ready {
        Request::AgentReady { this_dn, this_queue, work_mode, reasons, extensions }
    } else {
        Request::AgentNotReady { this_dn, this_queue, work_mode, reasons, extensions }
    }
}

/// Exponential, with up to a quarter of jitter so that thousands of lines do not try again in one moment.
fn pause(tries: u8) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << u32::from(tries.saturating_sub(1).min(7))).min(LONGEST_PAUSE);
    whole.mul_f64(rand::random_range(0.75..=1.0))
}

#[cfg(test)]
mod tests;
