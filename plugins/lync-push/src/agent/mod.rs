//! One agent's endpoint: registers as the agent, learns what stands, publishes what is wanted, and says how it goes. No
//! I/O and no clock; its [`Crowd`](crate::crowd::Crowd) decides when it is its turn.

mod events;
mod outcome;
mod own_data;
mod pauses;
mod turn;

use crate::{
    choice::Choice,
    key::Instances,
    pace::Pace,
    publisher::Publisher,
    record::{Recalled, Record},
    show::{Style, guard},
};
use pauses::Pauses;
use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, UserHandle, own_endpoints::OwnEndpoint};
use uc_sip::{
    auth::Credentials,
    message::Message,
    site::Trouble,
    transaction::TransactionId,
    user_agent::{Settings, SubscriptionId, UserAgent},
};

/// Who was refused lets the others go first over the next connection, for no longer than that: it may be to a server that
/// would have them.
const BEHIND: Duration = Duration::from_secs(10);

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
    /// The endpoint may be taken for a device of the user's, or no longer.
    Endpoint(OwnEndpoint),
    /// How publishing goes changed: what is wrong and what to do, empty when it works.
    Outcome(String),
    /// The agent chose this on the platform; none: the choice was taken back.
    Chosen(Option<Choice>),
    /// A request was taken, met other versions, or was refused.
    Published,
    Conflict,
    Refused,
    /// What the server tells of the agent's own data may be wrong, and is asked for again; why.
    Doubted(String),
    /// The endpoint was refused, which may be the connection's fault.
    Trouble(Trouble),
    /// The server challenges what comes from this machine: nobody can be published over the connection if it has taken
    /// nobody in.
    NotTrusted(Trouble),
}

/// How an endpoint behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    pub(crate) style: Style,
    /// Whether it registers as soon as it can, and not first when something is to be shown.
    pub(crate) at_start: bool,
    /// Whether nobody else is on its connection, which goes where the agent is sent to.
    pub(crate) alone: bool,
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
    instances: Instances,
    /// Whether the server knows it by its connection, and takes requests before it is registered.
    trusted: bool,
    at_start: bool,
    alone: bool,
    phase: Phase,
    /// The subscription to the user's own data.
    subscription: Option<SubscriptionId>,
    service: Option<TransactionId>,
    guarded: Option<TransactionId>,
    /// No publication before: the agent's own rate.
    pace: Pace,
    not_before: Option<Instant>,
    /// No publication before, after a refusal; whether the server asked for that.
    refused_until: Option<(Instant, bool)>,
    /// The first document of the user's own data is missing since then.
    document_due: Option<Instant>,
    /// Of registering and learning what stands, and of publishing: only the latter's pauses end with a success.
    entering: Pauses,
    publishing: Pauses,
    /// What was told last of how publishing goes.
    told: Option<String>,
    /// Signs out as soon as nothing of ours outlives it.
    parting: bool,
    /// When signing out is tried again, and when the registration ends by itself.
    leave_again: Option<Instant>,
    registered_until: Option<Instant>,
    /// Something of ours may stand at the server under a registration that was given up while the connection stands.
    unfinished: bool,
    /// The platform may take the endpoint for a device at which somebody works.
    appears: bool,
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
        habits: Habits,
        pace: Pace,
        now: Instant,
        wall: SystemTime,
    ) -> Self {
        let instances = Instances::of(&settings.registration.epid);
        Self {
            address,
            user: None,
            trusted: matches!(settings.credentials, Credentials::Trusted),
            agent: UserAgent::new(settings, now, wall),
            publisher: Publisher::new(instances, habits.style, (now, wall)),
            instances,
            at_start: habits.at_start,
            alone: habits.alone,
            phase: Phase::Idle,
            subscription: None,
            service: None,
            guarded: None,
            pace,
            not_before: None,
            refused_until: None,
            document_due: None,
            entering: Pauses::new(),
            publishing: Pauses::new(),
            told: None,
            parting: false,
            leave_again: None,
            registered_until: None,
            unfinished: false,
            appears: false,
            waits: false,
            counted: None,
            news: Vec::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    pub(crate) fn address(&self) -> &Arc<str> {
        &self.address
    }

    pub(crate) fn user(&self) -> Option<UserHandle> {
        self.user
    }

    /// What an earlier life left of this agent: see [`Publisher::recall`].
    pub(crate) fn recall(&mut self, recalled: Option<Recalled>, wait: Instant) {
        self.publisher.recall(recalled, wait);
    }

    /// What is to be remembered, or forgotten, on disk.
    pub(crate) fn take_memory(&mut self) -> Option<Option<Record>> {
        self.publisher.take_memory()
    }

    /// What was to be remembered is on disk, as it stands there, or why not.
    pub(crate) fn remembered(&mut self, written: Result<Record, Arc<str>>, now: Instant) {
        let (record, why) = (written.as_ref().ok().cloned(), written.err());
        self.publisher.remembered(record);
        // Where ours stands already, what is known of it does without its version.
        if let Some(why) = why.filter(|_| !self.publisher.is_settled()) {
            self.refused(why.as_ref().to_owned(), now);
        }
    }

    /// Whether it may be forgotten: nobody needs it, and nothing of it is at the server that would stay there.
    pub(crate) fn is_over(&self) -> bool {
        let here = matches!(self.phase, Phase::Registering | Phase::Open | Phase::Leaving);
        self.user.is_none() && !here && !self.unfinished && !self.publisher.outlives()
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
        self.wish_changed();
    }

    pub(crate) fn withdraw(&mut self) {
        self.publisher.withdraw();
        self.wish_changed();
    }

    /// A new wish is no repetition: it does not wait for the end of a refusal that was for the old one.
    fn wish_changed(&mut self) {
        self.refused_until = self.refused_until.filter(|(_, asked)| *asked);
        self.publisher.retry_memory();
    }

    /// Waits no longer after a refusal; a publication that the server wants later is made no earlier.
    pub(crate) fn try_now(&mut self) {
        self.entering.succeed();
        if matches!(self.phase, Phase::Resting(_)) {
            self.phase = Phase::Idle;
        }
        self.publishing.succeed();
        self.wish_changed();
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
            self.news.extend(self.appears.then_some(News::Endpoint(OwnEndpoint::Appears)));
        }
        self.parting = false;
        if self.phase == Phase::Left {
            self.phase = Phase::Idle;
        }
    }

    /// Asks a silent server for a sign of life; any answer will do.
    pub(crate) fn ask(&mut self, now: Instant) {
        if let Err(error) = self.agent.probe(now) {
            tracing::debug!(%error, "a silent server could not be asked");
        }
    }

    /// Asks whether the server trusts this connection, without signing in.
    pub(crate) fn probe(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.agent.attach(address, transport, now);
        self.ask(now);
    }

    /// The connection is gone.
    pub(crate) fn disconnected(&mut self, now: Instant) {
        if self.phase == Phase::Open {
            self.tell_of_loss();
        }
        self.close(match self.phase {
            // Or it would be the first each time, and each connection would end before anybody else's turn.
            Phase::Resting(until) if !self.alone => Phase::Resting(until.min(now + BEHIND)),
            _ => Phase::Idle,
        });
        // The endpoint goes with its connection.
        self.unfinished = false;
        self.stands();
        self.events(now);
    }

    fn close(&mut self, phase: Phase) {
        self.phase = phase;
        (self.service, self.guarded) = (None, None);
        self.document_due = None;
        (self.leave_again, self.registered_until) = (None, None);
        self.agent.disconnected();
        self.publisher.lost();
    }

    /// From here on the platform may take the endpoint for a device at which somebody works.
    fn appears(&mut self) {
        self.appears = true;
        self.news.push(News::Endpoint(OwnEndpoint::Appears));
    }

    /// The platform knows that nobody works at the endpoint, or it is gone.
    fn stands(&mut self) {
        if std::mem::take(&mut self.appears) {
            self.news.push(News::Endpoint(OwnEndpoint::Stands));
        }
    }

    /// Registers anew after that time, when its turn comes.
    fn rest(&mut self, wait: Duration, now: Instant) {
        self.unfinished |= self.phase == Phase::Open;
        self.close(Phase::Resting(now + wait));
    }

    /// Signs out. What is bound to the endpoint goes with it; what is not is put back first, by
    /// [`Self::wants_to_publish`].
    fn leave(&mut self, now: Instant) {
        self.phase = Phase::Leaving;
        self.leave_again = None;
        self.agent.leave(now);
    }

    /// Whether taking this message asks a KDC for a ticket.
    pub(crate) fn needs_ticket(&self, message: &Message) -> bool {
        self.agent.needs_ticket(message)
    }

    /// Whether its subscription has the dialog with that Call-ID.
    pub(crate) fn has_dialog(&self, call_id: &str) -> bool {
        self.agent.has_dialog(call_id)
    }

    pub(crate) fn receive(&mut self, message: Message, now: Instant) {
        self.agent.receive(message, now);
        self.events(now);
    }

    /// Takes a request that came over another connection and may not be acted upon.
    pub(crate) fn receive_refused(&mut self, message: &Message, now: Instant) {
        self.agent.receive_refused(message, now);
        self.events(now);
    }

    /// Takes a request that came over another connection; what is to be sent back over that one.
    pub(crate) fn receive_aside(&mut self, message: Message, now: Instant) -> bytes::Bytes {
        self.agent.receive_aside(message, now);
        self.events(now);
        self.agent.take_aside(now)
    }
}
