//! The pool: everything a Front End knows, and what it does with each message. No sockets and no clock.

use super::{
    config::SiteFile,
    connection::{Connection, ConnectionId},
    counts::Counts,
    endpoint::{EndpointId, Endpoints},
    faults::{Fault, Faults, of_method},
    log::{Direction, Log},
    relay::Relay,
    subscription::Subscriptions,
    users::{UserId, Users},
};
use bytes::BytesMut;
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::SystemTime,
};
use tokio::sync::Notify;
use uc_sip::{
    auth::{Acceptor, Judgement, Policy},
    message::{Message, Name, Response, admission},
};

/// State of a Front End.
pub(super) struct Pool {
    pub(super) site: SiteFile,
    policy: Policy,
    /// Where the server listens, for Via.
    pub(super) address_text: String,
    pub(super) users: Users,
    pub(super) endpoints: Endpoints,
    pub(super) subscriptions: Subscriptions,
    pub(super) connections: HashMap<ConnectionId, Connection>,
    next_connection: u64,
    pub(super) relay: Relay,
    pub(super) faults: Faults,
    pub(super) counts: Counts,
    pub(super) log: Log,
    /// Requests that are served later, and when.
    delayed: VecDeque<(SystemTime, ConnectionId, Message)>,
    /// Rings when there is one more of them.
    pub(super) delays_more: Arc<Notify>,
    /// Memory for heads of notifies.
    pub(super) scratch: BytesMut,
}

/// Who sent a request, once that is known.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) connection: ConnectionId,
    /// Handle of the association to sign with; none on trusted connections.
    pub(super) opaque: Option<Box<str>>,
    pub(super) user: UserId,
}

/// ms-diagnostics of a refusal: number and reason.
pub(super) type Diagnostics<'a> = Option<(u32, &'a str)>;

impl Pool {
    pub(super) fn new(site: SiteFile, address: SocketAddr, log: Log) -> Self {
        Self {
            policy: site.policy(),
            users: Users::new(&site),
            site,
            address_text: address.to_string(),
            endpoints: Endpoints::default(),
            subscriptions: Subscriptions::default(),
            connections: HashMap::new(),
            next_connection: 0,
            relay: Relay::default(),
            faults: Faults::default(),
            counts: Counts::default(),
            log,
            delayed: VecDeque::new(),
            delays_more: Arc::default(),
            scratch: BytesMut::new(),
        }
    }

    /// A client has connected.
    pub(super) fn connected(&mut self, trusted: bool, transport: &'static str) -> ConnectionId {
        self.next_connection += 1;
        self.counts.accepted += 1;
        let id = ConnectionId(self.next_connection);
        self.connections.insert(id, Connection::new(Acceptor::new(self.policy.clone()), trusted, transport));
        id
    }

    /// A connection is gone, and with it the endpoints and subscriptions that lived on it.
    pub(super) fn disconnected(&mut self, id: ConnectionId, now: SystemTime) {
        self.connections.remove(&id);
        let lost: Vec<_> = self.endpoints.find(|endpoint| endpoint.connection == id).collect();
        lost.into_iter().for_each(|endpoint| self.remove_endpoint(endpoint, now));
        let dead = self.subscriptions.find(|subscription| subscription.connection == id);
        dead.into_iter().for_each(|subscription| self.end_subscription(subscription));
    }

    /// A message has come.
    pub(super) fn receive(&mut self, id: ConnectionId, message: &Message, now: SystemTime) {
        self.log.add(Direction::Received, message.as_bytes());
        if !message.is_request() {
            return self.response(id, message, now);
        }
        match admission::check(message) {
            Ok(()) => self.request(id, message, now),
            Err(refusal) => {
                self.counts.malformed += 1;
                tracing::debug!(detail = refusal.detail, "a request is not acceptable");
                if message.method() != "ACK" {
                    self.reply(id, None, &Response::to(message, refusal.status, refusal.reason).tag(&new_tag()));
                }
            }
        }
    }

    fn request(&mut self, id: ConnectionId, message: &Message, now: SystemTime) {
        match message.method() {
            "SUBSCRIBE" => self.counts.subscribes += 1,
            "SERVICE" => self.counts.services += 1,
            _ => {}
        }
        if self.delays(id, message, now) || self.misbehaves(id, message) {
            return;
        }
        self.dispatch(id, message, now);
    }

    fn dispatch(&mut self, id: ConnectionId, message: &Message, now: SystemTime) {
        let Some(sender) = self.authenticate(id, message, now) else { return };
        match message.method() {
            "REGISTER" => self.register(&sender, message, now),
            "SUBSCRIBE" => self.subscribe(&sender, message, now),
            "SERVICE" => self.service(&sender, message, now),
            "OPTIONS" if self.is_ours(message.request_uri().unwrap_or_default()) => self.options(&sender, message),
            "NOTIFY" | "BENOTIFY" | "PUBLISH" => self.refuse(&sender, message, 405, None),
            _ => self.relay_request(&sender, message, now),
        }
    }

    fn response(&mut self, id: ConnectionId, message: &Message, now: SystemTime) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if !connection.trusted {
            match connection.acceptor.judge(message, &self.users, now) {
                Judgement::Trusted { .. } => self.counts.verified += 1,
                Judgement::Drop(_) => return self.bad_signature(id),
                // Unsigned provisional answers are normal; unsigned final ones are not believed.
                Judgement::Challenge { .. } if message.status().is_some_and(|status| status < 200) => {}
                Judgement::Challenge { .. } => return,
            }
        }
        match message.method() {
            "NOTIFY" => self.notify_answered(message),
            _ => self.relay_response(message),
        }
    }

    /// Whether the request is served later.
    fn delays(&mut self, id: ConnectionId, message: &Message, now: SystemTime) -> bool {
        let time = self.faults.take(|fault| match fault {
            Fault::Delay { method, time, count } if of_method(method, message.method()) => Some((count, *time)),
            _ => None,
        });
        self.delayed.extend(time.map(|time| (now + time, id, message.clone())));
        if time.is_some() {
            self.delays_more.notify_one();
        }
        time.is_some()
    }

    /// When the first of the delayed requests and late notifies is due.
    pub(super) fn next_due(&self) -> Option<SystemTime> {
        let late = self.connections.values().filter_map(|connection| connection.late.front());
        self.delayed.iter().map(|(at, ..)| *at).chain(late.map(|(at, _)| *at)).min()
    }

    /// Serves what was delayed long enough, in the order in which it came.
    pub(super) fn serve_delayed(&mut self, now: SystemTime) {
        self.connections.values_mut().for_each(|connection| connection.write_late(now));
        let (due, rest): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.delayed).into_iter().partition(|(at, ..)| *at <= now);
        self.delayed = rest;
        for (_, id, message) in due {
            if !self.misbehaves(id, &message) {
                self.dispatch(id, &message, now);
            }
        }
    }

    /// Whether a fault takes the place of service.
    fn misbehaves(&mut self, id: ConnectionId, message: &Message) -> bool {
        let method = message.method();
        let ignored = self.faults.take(|fault| match fault {
            Fault::Ignore { method: wanted, count } if of_method(wanted, method) => Some((count, ())),
            _ => None,
        });
        let answer = self.faults.take(|fault| match fault {
            Fault::Answer { method: wanted, status, retry_after, diagnostics, count } if of_method(wanted, method) => {
                Some((count, (*status, *retry_after, diagnostics.clone())))
            }
            _ => None,
        });
        let Some((status, retry_after, diagnostics)) = answer else { return ignored.is_some() };
        let tag = new_tag();
        let mut response = Response::to(message, status, reason(status)).tag(&tag);
        if let Some(seconds) = retry_after {
            response = response.field("Retry-After", seconds.to_string());
        }
        if let Some((number, reason)) = &diagnostics {
            response = response.field("ms-diagnostics", self.diagnostics(*number, reason));
        }
        let opaque = self.association_of(id, message);
        self.reply(id, opaque.as_deref(), &response);
        true
    }

    /// The handle a request names, so that answers made before anything is verified can be signed as well.
    fn association_of(&self, id: ConnectionId, message: &Message) -> Option<Box<str>> {
        let trusted = self.connections.get(&id).is_none_or(|connection| connection.trusted);
        let value = message.get(Name::Authorization).map(uc_sip::auth::AuthValue::parse)?;
        let complete = value.get("gssapi-data").is_none();
        value.get("opaque").filter(|_| complete && !trusted).map(|opaque| opaque.to_uppercase().into())
    }

    fn is_ours(&self, uri: &str) -> bool {
        let host = uri.strip_prefix("sip:").unwrap_or(uri).split([';', ':']).next().unwrap_or_default();
        host.eq_ignore_ascii_case(&self.site.domain) || host.eq_ignore_ascii_case(&self.site.host)
    }

    fn options(&mut self, sender: &Sender, message: &Message) {
        let tag = new_tag();
        let methods = "REGISTER, SUBSCRIBE, SERVICE, INVITE, ACK, CANCEL, BYE, MESSAGE, INFO, OPTIONS";
        let response = Response::to(message, 200, "OK").tag(&tag).field("Allow", methods);
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    /// Refuses a request.
    pub(super) fn refuse(&mut self, sender: &Sender, message: &Message, status: u16, why: Diagnostics<'_>) {
        if message.method() == "ACK" {
            return;
        }
        let tag = new_tag();
        let mut response = Response::to(message, status, reason(status)).tag(&tag);
        if let Some((number, words)) = why {
            response = response.field("ms-diagnostics", self.diagnostics(number, words));
        }
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    pub(super) fn diagnostics(&self, number: u32, reason: &str) -> String {
        let reason = reason.replace(['"', '\\', '\r', '\n'], " ");
        format!("{number};reason=\"{reason}\";source=\"{}\"", self.site.host)
    }

    pub(super) fn reply(&mut self, id: ConnectionId, opaque: Option<&str>, response: &Response<'_>) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.answer(opaque, response, &mut self.faults);
        }
    }

    /// An endpoint is gone: deregistered, expired or cut off.
    pub(super) fn remove_endpoint(&mut self, id: EndpointId, now: SystemTime) {
        let Some(endpoint) = self.endpoints.remove(id) else { return };
        let last = self.endpoints.of_user(endpoint.user).is_empty();
        let fits = |known: &super::subscription::Subscription| {
            known.epid == endpoint.epid && known.connection == endpoint.connection
        };
        let dead = self.subscriptions.of_watcher(endpoint.user, fits);
        dead.into_iter().for_each(|subscription| self.end_subscription(subscription));
        let account = self.users.get_mut(endpoint.user).account.as_mut();
        let changed = account.is_some_and(|account| account.publications.endpoint_gone(id, last));
        if changed || last {
            self.aggregate(endpoint.user, now);
        }
    }

    /// Ends what has run out. To be called about once a second.
    pub(super) fn expire(&mut self, now: SystemTime) {
        let over: Vec<_> = self.endpoints.find(|endpoint| endpoint.ends <= now).collect();
        over.into_iter().for_each(|endpoint| self.remove_endpoint(endpoint, now));
        let over = self.subscriptions.find(|subscription| subscription.ends <= now);
        over.into_iter().for_each(|subscription| self.terminate(subscription, "", now));
        let accounts = self.users.accounts();
        let changed: Vec<_> =
            accounts.filter_map(|(id, account)| account.publications.expire(now).then_some(id)).collect();
        changed.into_iter().for_each(|user| self.aggregate(user, now));
        self.relay.expire(now);
    }

    /// Bytes that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.connections.values().map(|connection| connection.out.len()).sum()
    }

    /// The counters, with those that say "now" filled in.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = self.counts.clone();
        counts.connections = self.connections.len();
        counts.endpoints = self.endpoints.len();
        counts.waiting = self.waiting();
        for subscription in self.subscriptions.iter() {
            counts.subscriptions += 1;
            counts.watched += subscription.watched.len();
        }
        counts
    }
}

/// A tag nobody has used.
pub(super) fn new_tag() -> String {
    format!("{:08X}", rand::random::<u32>())
}

/// Reason phrase of a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        420 => "Bad Extension",
        423 => "Interval Too Brief",
        430 => "Flow Failed",
        480 => "Temporarily Unavailable",
        481 => "Call Leg/Transaction Does Not Exist",
        483 => "Too Many Hops",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        _ => "Refused",
    }
}
