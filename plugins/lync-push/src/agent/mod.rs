//! One agent's endpoint: registers as the agent, learns what stands, publishes what is wanted, and says how it goes. No
//! I/O and no clock; its [`Crowd`](crate::crowd::Crowd) decides when it is its turn.

mod events;
mod own_data;

use crate::{
    body::{PUBLISH, publish},
    choice::Choice,
    key::Instances,
    pace::Pace,
    publisher::Publisher,
    refusal::Again,
    show::Style,
};
use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, UserHandle};
use uc_sip::{
    backoff::Backoff,
    message::Message,
    site::Trouble,
    transaction::TransactionId,
    user_agent::{Settings, UserAgent},
};

/// First and longest wait of an agent that was refused.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));

/// Where an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Waits for a connection.
    Idle,
    /// Waits for its turn to register.
    Queued,
    /// REGISTER is under way.
    Registering,
    /// Registered.
    Open,
    /// Refused; tried again then.
    Resting(Instant),
    /// Signs out.
    Leaving,
    /// Signed out.
    Left,
}

/// What an agent tells its crowd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// How publishing goes changed: what is wrong and what to do, empty when it works.
    Outcome(String),
    /// The agent himself chose this on the platform; none: he took his choice back.
    Chosen(Option<Choice>),
    /// A request was taken, met other versions, or was refused.
    Published,
    Conflict,
    Refused,
    /// The endpoint was refused, which may be the connection's fault.
    Trouble(Trouble),
    /// The server does not trust this machine: nobody can be published over the connection.
    NotTrusted(Trouble),
}

/// One agent.
#[derive(Debug)]
pub(crate) struct Agent {
    /// Key of the SIP address.
    address: Arc<str>,
    /// The host's number; none while it signs out for good.
    user: Option<UserHandle>,
    agent: UserAgent,
    publisher: Publisher,
    phase: Phase,
    subscribed: bool,
    service: Option<TransactionId>,
    /// No publication before: the agent's own rate, and the wait after a refusal.
    pace: Pace,
    not_before: Option<Instant>,
    backoff: Backoff,
    /// What was told last of how publishing goes.
    told: Option<String>,
    /// Signs out as soon as nothing of ours outlives it.
    parting: bool,
    /// Whether it waits in line to publish.
    pub(crate) waits: bool,
    /// As what the crowd has counted it: registered, failing.
    pub(crate) counted: Option<(bool, bool)>,
    news: Vec<News>,
}

impl Agent {
    /// An endpoint that does nothing yet.
    pub(crate) fn new(
        address: Arc<str>,
        settings: Settings,
        style: Style,
        pace: Pace,
        now: Instant,
        wall: SystemTime,
    ) -> Self {
        let instances = Instances::of(&settings.registration.epid);
        Self {
            address,
            user: None,
            agent: UserAgent::new(settings, now, wall),
            publisher: Publisher::new(instances, style),
            phase: Phase::Idle,
            subscribed: false,
            service: None,
            pace,
            not_before: None,
            backoff: Backoff::new(BACKOFF.0, BACKOFF.1),
            told: None,
            parting: false,
            waits: false,
            counted: None,
            news: Vec::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn user(&self) -> Option<UserHandle> {
        self.user
    }

    /// Whether it may be forgotten: nobody needs it, and nothing of it is at the server that would stay there.
    pub(crate) fn is_over(&self) -> bool {
        let here = matches!(self.phase, Phase::Registering | Phase::Open | Phase::Leaving);
        self.user.is_none() && !here && !self.publisher.outlives()
    }

    /// Whether what was told last is that publishing fails.
    pub(crate) fn is_failing(&self) -> bool {
        self.told.as_ref().is_some_and(|why| !why.is_empty())
    }

    pub(crate) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    pub(crate) fn publish(&mut self, publication: &Publication) {
        self.publisher.publish(publication);
    }

    pub(crate) fn withdraw(&mut self) {
        self.publisher.withdraw();
    }

    /// Withdraws everything and signs out.
    pub(crate) fn part(&mut self) {
        self.parting = true;
        self.withdraw();
    }

    /// The same, for good.
    pub(crate) fn unwatch(&mut self) {
        self.user = None;
        self.part();
    }

    /// Is published for from now on, under this number.
    pub(crate) fn stay(&mut self, user: UserHandle) {
        if self.user.replace(user) != Some(user) {
            self.told = None;
        }
        self.parting = false;
        if self.phase == Phase::Left {
            self.phase = Phase::Idle;
        }
    }

    /// Whether it is to wait for its turn to register: those who part do so only to put back what outlives them.
    pub(crate) fn wants_to_register(&self) -> bool {
        self.phase == Phase::Idle && (!self.parting || self.publisher.outlives())
    }

    /// Asks a silent server for a sign of life; any answer will do.
    pub(crate) fn ask(&mut self, now: Instant) {
        let user = self.agent.user();
        let domain = user.split_once('@').map_or_else(|| user.to_owned(), |(_, domain)| format!("sip:{domain}"));
        if let Err(error) = self.agent.request(self.agent.own_request("OPTIONS", &domain), now) {
            tracing::debug!(%error, "a silent server could not be asked");
        }
    }

    /// There is a connection: it waits for its turn.
    pub(crate) fn queue(&mut self) {
        self.phase = Phase::Queued;
    }

    /// Its turn to register has come.
    pub(crate) fn register(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.phase = Phase::Registering;
        self.agent.connected(address, transport, now);
        self.events(now);
    }

    /// The connection is gone.
    pub(crate) fn disconnected(&mut self, now: Instant) {
        self.close(Phase::Idle);
        self.events(now);
    }

    fn close(&mut self, phase: Phase) {
        self.phase = phase;
        self.service = None;
        self.agent.disconnected();
        self.publisher.lost();
    }

    /// Registers anew after that time, when its turn comes.
    fn rest(&mut self, wait: Duration, now: Instant) {
        self.close(Phase::Resting(now + wait));
    }

    /// Signs out. What is bound to the endpoint goes with it; what is not is put back first, by [`Self::pump`].
    fn leave(&mut self, now: Instant) {
        self.phase = Phase::Leaving;
        self.agent.leave(now);
    }

    pub(crate) fn receive(&mut self, message: Message, now: Instant) {
        self.agent.receive(message, now);
        self.events(now);
    }

    /// Takes a request that came over another connection; what is to be sent back over that one.
    pub(crate) fn receive_aside(&mut self, message: Message, now: Instant) -> bytes::Bytes {
        self.agent.receive_aside(message, now);
        self.events(now);
        self.agent.take_aside(now)
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Resting(until) if until <= now) {
            self.phase = Phase::Idle;
        }
        self.not_before = self.not_before.filter(|at| *at > now);
        self.agent.handle_timeout(now);
        self.events(now);
    }

    /// When it wants to be called again.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self.phase {
            Phase::Resting(until) => Some(until),
            Phase::Idle | Phase::Queued | Phase::Left => None,
            Phase::Registering | Phase::Leaving => self.agent.poll_timeout(),
            Phase::Open => {
                let publisher = self.publisher.poll_timeout().filter(|_| self.not_before.is_none());
                [self.agent.poll_timeout(), self.not_before, publisher].into_iter().flatten().min()
            }
        }
    }

    /// What is to be sent now. When there is nothing more, memory that only activity needs is given back.
    pub(crate) fn poll_transmit(&mut self) -> Option<bytes::Bytes> {
        let bytes = self.agent.poll_transmit();
        if bytes.is_none() {
            self.agent.release_memory();
        }
        bytes
    }

    /// Whether a publication is due that its own rate allows; if only the rate forbids it, it asks to be called again.
    pub(crate) fn wants_to_publish(&mut self, now: Instant) -> bool {
        if self.phase != Phase::Open || self.service.is_some() {
            return false;
        }
        if self.parting {
            if !self.publisher.outlives() {
                self.leave(now);
            }
            return self.publisher.outlives();
        }
        if self.not_before.is_some() || !self.publisher.is_due(now) {
            return false;
        }
        self.not_before = self.pace.next().filter(|next| *next > now);
        self.not_before.is_none()
    }

    /// Its turn to publish has come.
    pub(crate) fn publish_now(&mut self, now: Instant) {
        let Some(operations) = self.publisher.request(now).filter(|_| self.phase == Phase::Open) else { return };
        // Whether it may is asked before; here it is only counted.
        let _ = self.pace.take(now);
        let user = self.agent.user().to_owned();
        let request = self.agent.own_request("SERVICE", &user).body(PUBLISH, publish(&user, &operations));
        match self.agent.request(request, now) {
            Ok(id) => self.service = Some(id),
            Err(error) => {
                self.publisher.refused();
                self.fail(error.to_string(), Again::Soon, now);
            }
        }
        self.events(now);
    }
}
