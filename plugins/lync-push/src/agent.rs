//! One agent's endpoint: registers as the agent, learns what stands, publishes what is wanted, and says how it goes. No
//! I/O and no clock; its [`Crowd`](crate::crowd::Crowd) decides when it is its turn.

use crate::{
    body::{PUBLISH, publish},
    choice::Choice,
    fault,
    key::Instances,
    pace::Pace,
    publisher::{Conflicted, Publisher},
    refusal::{Again, Refusal, SLOWLY},
    roaming::Own,
    show::Style,
};
use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, UserHandle};
use uc_sip::{
    auth::SignInError,
    backoff::Backoff,
    message::{Message, Response},
    registration::{Deregistration, Event as Registration},
    site::{self, Trouble},
    subscription::{self, Body, Event as Subscription},
    transaction::TransactionId,
    user_agent::{Event, Settings, UserAgent},
};

/// First and longest wait of an agent that was refused.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));
/// A subscription is refreshed that long before its end.
const MARGIN: Duration = Duration::from_secs(120);
const ROAMING: &str = "application/vnd-microsoft-roaming-self+xml";

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

    fn events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            match event {
                Event::Registration(event) => self.registration(&event, now),
                Event::SignIn(error) => {
                    let trouble = Trouble::from(&error);
                    let all = matches!(error, SignInError::NotTrusted);
                    let news = if all { News::NotTrusted } else { News::Trouble };
                    self.news.push(news(trouble.clone()));
                    self.sign_in_failed(&trouble, now);
                }
                Event::Subscription(_, event) => self.subscription(event, now),
                Event::Response(id, response) if self.service == Some(id) => self.answered(&response, now),
                Event::NoResponse(id) if self.service == Some(id) => self.unanswered(now),
                Event::Request(request) => self.request(&request, now),
                Event::Drop(distrust) => {
                    self.news.push(News::Trouble(Trouble::soon(format!("connection dropped: {distrust}"))));
                }
                Event::Response(..) | Event::NoResponse(_) | Event::Silent(_) => {}
            }
        }
    }

    fn registration(&mut self, event: &Registration, now: Instant) {
        match event {
            Registration::Registered(_) => {
                if self.phase == Phase::Registering {
                    self.phase = Phase::Open;
                }
                if !std::mem::replace(&mut self.subscribed, true) {
                    self.agent.subscribe(roaming_self(self.agent.user()), Some(wish()), now);
                }
            }
            Registration::Left => self.close(if self.parting { Phase::Left } else { Phase::Idle }),
            _ if self.phase == Phase::Leaving => self.close(Phase::Left),
            other => {
                if let Some(trouble) = Trouble::of_registration(other) {
                    let why = words(other, &trouble);
                    self.news.push(News::Trouble(trouble.clone()));
                    self.sign_in_failed(&Trouble { why, ..trouble }, now);
                }
            }
        }
    }

    fn sign_in_failed(&mut self, trouble: &Trouble, now: Instant) {
        let own = self.backoff.fail();
        let wait = match &trouble.again {
            site::Again::Soon => own,
            site::Again::After(wait) => (*wait).max(own),
            site::Again::At(_) | site::Again::Slowly | site::Again::Never => {
                SLOWLY.mul_f64(rand::random_range(0.5..=1.0))
            }
        };
        self.tell(trouble.why.clone());
        self.rest(wait, now);
    }

    fn subscription(&mut self, event: Subscription, now: Instant) {
        match event {
            Subscription::Notify(notify) => self.notified(&notify),
            Subscription::Ended(subscription::Ended::Refused { status, reason, diagnostics }) => {
                self.subscribed = false;
                let why = diagnostics.map_or(String::new(), |diagnostics| format!(": {diagnostics}"));
                let why = format!("the server does not tell what the user publishes: {status} {reason}{why}");
                let wait = self.backoff.fail();
                self.tell(why);
                self.rest(wait, now);
            }
            Subscription::Active { .. } | Subscription::Lost { .. } | Subscription::Stale { .. } => {}
            Subscription::Ended(subscription::Ended::ByUs) => self.subscribed = false,
        }
    }

    fn notified(&mut self, notify: &Message) {
        match Own::read(notify.body()) {
            Ok(own) => {
                let chosen = self.publisher.heard(&own);
                self.news.extend(chosen.map(News::Chosen));
            }
            Err(error) => tracing::warn!(user = self.agent.user(), %error, "the user's own data cannot be read"),
        }
    }

    fn answered(&mut self, response: &Message, now: Instant) {
        self.service = None;
        match response.status() {
            Some(200..300) => {
                // Without a readable body the versions are counted.
                self.publisher.published(&Own::read(response.body()).unwrap_or_default());
                self.backoff.succeed();
                self.news.push(News::Published);
                self.tell(String::new());
            }
            Some(409) => self.conflicted(response, now),
            _ => {
                self.publisher.refused();
                let Refusal { why, again } = Refusal::of(response);
                self.fail(why, again, now);
            }
        }
    }

    fn conflicted(&mut self, response: &Message, now: Instant) {
        self.news.push(News::Conflict);
        let conflicts = fault::conflicts(response.body()).unwrap_or_default();
        if self.publisher.conflicted(&conflicts) == Conflicted::GiveUp {
            let why = "another endpoint of the user changes the same publications all the time (409): \
                       look for a second connector with the same settings";
            self.fail(why.to_owned(), Again::Soon, now);
        }
    }

    /// The connection still stands, or there would be no endpoint any more: what became of the request is not known.
    fn unanswered(&mut self, now: Instant) {
        self.service = None;
        self.publisher.lost();
        if self.phase == Phase::Open {
            self.fail("the server does not answer".to_owned(), Again::Anew, now);
        }
    }

    fn fail(&mut self, why: String, again: Again, now: Instant) {
        self.news.push(News::Refused);
        self.tell(why);
        if self.parting {
            return self.leave(now);
        }
        let own = self.backoff.fail();
        match again {
            Again::Soon => self.not_before = Some(now + own),
            Again::After(wait) => self.not_before = Some(now + wait),
            Again::Anew => self.rest(own, now),
        }
    }

    fn tell(&mut self, why: String) {
        if self.told.as_ref() != Some(&why) {
            self.told = Some(why.clone());
            self.news.push(News::Outcome(why));
        }
    }

    /// People may write to the agent; this endpoint is not where he reads.
    fn request(&mut self, request: &Message, now: Instant) {
        let (status, reason) = match request.method() {
            "ACK" | "CANCEL" => return,
            "INVITE" => (480, "Temporarily Unavailable"),
            _ => (200, "OK"),
        };
        if let Err(error) = self.agent.reply(&Response::to(request, status, reason).tag("connector"), now) {
            tracing::debug!(%error, "a request could not be answered");
        }
    }
}

/// What a registration's end means for one agent of many.
fn words(event: &Registration, trouble: &Trouble) -> String {
    match event {
        Registration::Redirected { target } => {
            format!("the user is homed in another pool ({target}): give `servers` that pool in a plug-in of its own")
        }
        Registration::Deregistered { reason: Deregistration::Quota, .. } => {
            "the server removed this endpoint: the user is signed in at too many places (MaxEndpointsPerUser)"
                .to_owned()
        }
        _ => trouble.why.clone(),
    }
}

fn roaming_self(user: &str) -> subscription::Settings {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    subscription::Settings {
        target: user.to_owned(),
        watcher: String::new(),
        epid: String::new(),
        contact: String::new(),
        event: "vnd-microsoft-roaming-self".to_owned(),
        fields: vec![
            field("Supported", "ms-piggyback-first-notify"),
            field("Supported", "ms-benotify"),
            field("Proxy-Require", "ms-benotify"),
            field("Accept", ROAMING),
        ],
        expires: None,
        margin: MARGIN,
    }
}

fn wish() -> Body {
    let text = "<roamingList xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\">\
                <roaming type=\"categories\"/></roamingList>";
    Body { content_type: ROAMING.to_owned(), bytes: bytes::Bytes::from_static(text.as_bytes()) }
}
