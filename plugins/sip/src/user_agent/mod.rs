//! A client endpoint as one state machine without input, output and clock: registration, authentication,
//! transactions and subscriptions over one connection at a time.
//!
//! The owner connects, calls [`UserAgent::connected`], feeds every message to [`UserAgent::receive`], sends what
//! [`UserAgent::poll_transmit`] gives, and calls [`UserAgent::handle_timeout`] when [`UserAgent::poll_timeout`]
//! says so; [`UserAgent::poll_event`] tells what happened. After each call ask both polls until they are dry.
//! Subscriptions survive a lost connection and begin afresh on the next.

mod incoming;
mod inviting;
mod outgoing;
mod settings;
mod timeouts;
pub mod verdict;

use crate::auth::Authenticator;
use crate::message::{BadPart, Message, Request};
use crate::registration::Registration;
use crate::silence::Silence;
use crate::subscription::{self, Body, Subscription};
use crate::timers::Timers;
use crate::transaction::{ClientTransactions, InviteTransactions, TooMany, TransactionId};
use bytes::{Bytes, BytesMut};
pub use settings::{Event, Settings};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime};
use thiserror::Error;

/// Names a subscription of one user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(u64);

/// A request could not be sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CannotSend {
    /// There is no connection, or the endpoint is not registered yet.
    #[error("the endpoint is not signed in")]
    NotSignedIn,
    /// Too many requests wait for answers.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The request would be no message: our own fault.
    #[error(transparent)]
    BadPart(#[from] BadPart),
    /// The security association ended.
    #[error(transparent)]
    CannotSign(#[from] crate::auth::CannotSign),
}

/// What a client transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Registration,
    Subscription(SubscriptionId),
    /// Asks a silent server for a sign of life; any answer will do.
    Probe,
    /// The owner's request.
    Other,
    /// An INVITE of the owner's that is to be cancelled once it rings, and one that was.
    Cancelling,
    Cancelled,
    /// Nobody waits for the answer.
    Unheard,
}

/// The connection under us.
#[derive(Debug)]
struct Link {
    /// `host:port` of our end.
    address: String,
    transport: &'static str,
    /// Whether requests besides REGISTER may be sent.
    open: bool,
    renew_association: Option<Instant>,
    /// How long nothing may be sent, and when an empty line is due.
    keep_alive: Option<(Duration, Instant)>,
    silence: Option<Silence>,
}

/// One endpoint.
#[derive(Debug)]
pub struct UserAgent {
    settings: Settings,
    /// A pair of clocks read once, so that proofs can be dated without reading one.
    epoch: (Instant, SystemTime),
    link: Option<Link>,
    authenticator: Authenticator,
    registration: Registration,
    /// Contact URI: the GRUU once the registrar has given one.
    contact: String,
    transactions: ClientTransactions,
    purposes: HashMap<TransactionId, (Purpose, Box<BranchedRequest>)>,
    /// The peer's tag of the first 2xx to each INVITE, as long as more of them may come.
    accepted: HashMap<TransactionId, String>,
    invites: InviteTransactions,
    /// Boxed, because a table keeps room for some that are not there.
    subscriptions: HashMap<SubscriptionId, Box<Subscription>>,
    /// When each subscription has something to send. Right for those that are not stirred.
    timers: Timers<SubscriptionId>,
    /// Subscription of each Call-ID.
    dialogs: HashMap<String, SubscriptionId>,
    next_subscription: u64,
    /// Subscriptions that may have a SUBSCRIBE to send.
    stirred: VecDeque<SubscriptionId>,
    out: BytesMut,
    /// Answers to a message of [`UserAgent::receive_aside`].
    aside: Option<BytesMut>,
    events: VecDeque<Event>,
}

/// What an ACK or a repetition after a challenge needs of a request under way.
#[derive(Clone, Debug)]
struct BranchedRequest {
    request: Request,
    branch: String,
}

impl UserAgent {
    /// An endpoint without connection. `wall` is the time of day at `now`.
    pub fn new(settings: Settings, now: Instant, wall: SystemTime) -> Self {
        Self {
            authenticator: Authenticator::new(settings.credentials.clone()),
            registration: Registration::new(settings.registration.clone()),
            contact: settings.contact.clone().unwrap_or_else(|| settings.registration.user.clone()),
            settings,
            epoch: (now, wall),
            link: None,
            transactions: ClientTransactions::default(),
            purposes: HashMap::new(),
            accepted: HashMap::new(),
            invites: InviteTransactions::default(),
            subscriptions: HashMap::new(),
            timers: Timers::default(),
            dialogs: HashMap::new(),
            next_subscription: 1,
            stirred: VecDeque::new(),
            out: BytesMut::new(),
            aside: None,
            events: VecDeque::new(),
        }
    }

    /// A connection stands. `address` is our end as `host:port`, `transport` is `TLS` or `TCP`.
    pub fn connected(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.attach(address, transport, now);
        if self.settings.registers {
            let address = self.settings.sent_by.as_deref().unwrap_or(address);
            self.registration.begin(address, &transport.to_ascii_lowercase(), now);
        } else {
            self.begin_subscriptions(now);
        }
        self.pump(now);
    }

    /// A connection stands, and nothing is sent of its own accord: for [`Self::probe`]. [`Self::connected`] signs in.
    pub fn attach(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.disconnected();
        let silence = self.settings.patience.map(|patience| Silence::new(patience, now));
        let address = self.settings.sent_by.clone().unwrap_or_else(|| address.to_owned());
        let open = !self.settings.registers;
        self.link = Some(Link { address, transport, open, renew_association: None, keep_alive: None, silence });
    }

    /// The connection is gone. What waits for an answer gets none; subscriptions wait for the next connection.
    pub fn disconnected(&mut self) {
        self.link = None;
        self.out.clear();
        self.authenticator.reset();
        self.registration.suspend();
        self.invites = InviteTransactions::default();
        self.subscriptions.values_mut().for_each(|known| known.suspend());
        self.timers.clear();
        self.dialogs.clear();
        self.stirred.clear();
        for id in self.transactions.end_all() {
            if let Some((Purpose::Other, _)) = self.purposes.remove(&id) {
                self.events.push_back(Event::NoResponse(id));
            }
        }
        self.purposes.clear();
        self.accepted.clear();
    }

    /// Whether requests besides REGISTER may be sent.
    pub fn is_open(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.open)
    }

    /// Address of record of this endpoint.
    pub fn user(&self) -> &str {
        &self.settings.registration.user
    }

    /// The Contact URI of this endpoint: its GRUU if it has one.
    pub fn contact(&self) -> &str {
        &self.contact
    }

    /// Registers again at once, unless the server has confirmed the registration just now: what it said with it may be
    /// another by now.
    pub fn confirm(&mut self, now: Instant) {
        self.registration.doubt(now);
    }

    /// Removes the endpoint from the registrar; [`crate::registration::Event::Left`] says when it is done.
    pub fn leave(&mut self, now: Instant) {
        self.registration.leave(now);
        self.pump(now);
    }

    /// Begins a subscription, now or when the endpoint is signed in. Contact, watcher and epid of `settings` may
    /// be empty: this endpoint's are taken.
    pub fn subscribe(&mut self, settings: subscription::Settings, body: Option<Body>, now: Instant) -> SubscriptionId {
        let settings = self.complete(settings);
        self.begin_subscription(Subscription::new(settings, body, now), now)
    }

    /// As [`Self::subscribe`], with these identifiers for the first dialog instead of random ones: for replaying
    /// recorded traffic.
    pub fn subscribe_as(
        &mut self,
        settings: subscription::Settings,
        body: Option<Body>,
        call_id: &str,
        tag: &str,
        now: Instant,
    ) -> SubscriptionId {
        let settings = self.complete(settings);
        let mut subscription = Subscription::new(settings, body, now);
        subscription.identify(call_id, tag);
        self.begin_subscription(subscription, now)
    }

    fn complete(&self, mut settings: subscription::Settings) -> subscription::Settings {
        let own = &self.settings.registration;
        let fill = |field: &mut String, value: &str| {
            if field.is_empty() {
                value.clone_into(field);
            }
        };
        fill(&mut settings.watcher, &own.user);
        fill(&mut settings.epid, own.epid.as_str());
        fill(&mut settings.contact, &self.contact);
        settings
    }

    fn begin_subscription(&mut self, mut subscription: Subscription, now: Instant) -> SubscriptionId {
        let id = SubscriptionId(self.next_subscription);
        self.next_subscription += 1;
        if !self.is_open() {
            subscription.suspend();
        }
        self.subscriptions.insert(id, Box::new(subscription));
        self.stirred.push_back(id);
        self.pump(now);
        id
    }

    /// Adds or removes users inside a subscription: see [`Subscription::change`].
    #[must_use]
    pub fn change(&mut self, id: SubscriptionId, change: Body, whole: Body, now: Instant) -> bool {
        let done = self.subscriptions.get_mut(&id).is_some_and(|known| known.change(change, whole));
        self.stirred.push_back(id);
        self.pump(now);
        done
    }

    /// What a subscription's notifies said cannot be used: has one that renews itself ask for everything again.
    pub fn ask_for_all(&mut self, id: SubscriptionId, now: Instant) {
        // Its owner knows already what was lost.
        let _ = self.subscriptions.get_mut(&id).and_then(|known| known.miss(now));
        self.stirred.push_back(id);
        self.pump(now);
    }

    /// Ends a subscription; [`subscription::Event::Ended`] says when it is done.
    pub fn unsubscribe(&mut self, id: SubscriptionId, now: Instant) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        subscription.end(now);
        self.stirred.push_back(id);
        self.pump(now);
    }

    /// When a subscription prolongs itself: see [`Subscription::refreshes_at`].
    pub fn refreshes_at(&self, id: SubscriptionId) -> Option<Instant> {
        self.subscriptions.get(&id)?.refreshes_at()
    }

    /// Drops a subscription without a word to the server: it is replaced by another, or the server has ended it.
    pub fn forget(&mut self, id: SubscriptionId) {
        if let Some(subscription) = self.subscriptions.remove(&id) {
            self.dialogs.remove(subscription.call_id());
            self.timers.set(id, None);
        }
    }

    /// Number of subscriptions.
    pub fn subscriptions(&self) -> usize {
        self.subscriptions.len()
    }

    /// Sends a request of the owner, who has set From, To, Call-ID and CSeq ([`Self::own_request`] or a dialog
    /// does). Via, Max-Forwards and signature are added.
    ///
    /// # Errors
    /// [`CannotSend`].
    pub fn request(&mut self, request: Request, now: Instant) -> Result<TransactionId, CannotSend> {
        if !self.is_open() {
            return Err(CannotSend::NotSignedIn);
        }
        self.send(request, Purpose::Other, now)
    }

    /// As [`Self::request`], without waiting for the endpoint to be registered: what a server may read in order, right
    /// behind REGISTER. A trusted endpoint's only, because nothing is signed yet.
    ///
    /// # Errors
    /// [`CannotSend`].
    pub fn request_early(&mut self, request: Request, now: Instant) -> Result<TransactionId, CannotSend> {
        self.send(request, Purpose::Other, now)
    }

    /// Asks the server for a sign of life (OPTIONS), registered or not. Any answer will do; one that asks a trusted
    /// endpoint for a password is [`Event::SignIn`].
    ///
    /// # Errors
    /// [`CannotSend`].
    pub fn probe(&mut self, now: Instant) -> Result<(), CannotSend> {
        let probe = self.own_request("OPTIONS", &self.settings.registration.domain);
        self.send(probe, Purpose::Probe, now).map(drop)
    }

    /// What is to be sent now, messages joined.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| self.out.split().freeze())
    }

    /// Gives back the memory that only activity needs: for owners of thousands of endpoints that are quiet most of the
    /// time. Call it when both polls are dry.
    pub fn release_memory(&mut self) {
        if self.events.is_empty() {
            self.events = VecDeque::new();
        }
        if self.out.is_empty() {
            self.out = BytesMut::new();
        }
        if self.purposes.is_empty() {
            self.purposes = HashMap::new();
        }
        if self.stirred.is_empty() {
            self.stirred = VecDeque::new();
        }
        self.transactions.release_memory();
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn tell(&mut self, id: SubscriptionId, events: Vec<subscription::Event>) {
        self.events.extend(events.into_iter().map(|event| Event::Subscription(id, event)));
        self.stirred.push_back(id);
    }

    fn begin_subscriptions(&mut self, now: Instant) {
        for (id, subscription) in &mut self.subscriptions {
            subscription.begin(&self.contact, now);
            self.stirred.push_back(*id);
        }
    }

    fn wall(&self, now: Instant) -> SystemTime {
        self.epoch.1 + now.saturating_duration_since(self.epoch.0)
    }

    /// Whether receiving this message asks a KDC for a ticket, which may hold the thread for half a minute.
    pub fn needs_ticket(&self, message: &Message) -> bool {
        matches!(message.status(), Some(401 | 407)) && self.settings.credentials.are_tickets()
    }

    /// Reads one message that came over the connection.
    pub fn receive(&mut self, message: Message, now: Instant) {
        self.heard(now);
        self.incoming(message, now);
        self.pump(now);
    }
}
