//! One preview link, without the connection: lines and outcomes in, bytes and steps out, `now` as an argument.
//! States: greeting → up. A link's previews live no longer than the link.

use super::{
    cancel::Cancel,
    fields::{DecodeError, Unreadable},
    message::Outcome,
    preview_error::{Fault, PreviewError},
    preview_request::PreviewRequest,
    preview_result::PreviewResult,
    wire_message::{Echo, WireMessage},
};
use crate::wire::{Acks, Beat, Heartbeat, Hello, LinkMessage, Record, Role, Shown};
use bytes::{BufMut, BytesMut};
use serde_json::Value as Json;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

/// `protocol` of the link's hello.
pub const PROTOCOL: &str = "preview";
/// Highest version spoken.
pub const VERSION: i64 = 1;
/// How long URS may take for its hello.
pub(super) const GREETING: Duration = Duration::from_secs(10);
/// Shortest silence after which the host polls, whatever the other side asks for.
const SHORTEST_BEAT: Duration = Duration::from_millis(100);

/// Letters shown of what the other side calls itself.
const MAX_NAME: usize = 60;

/// What the session wants done.
#[derive(Debug)]
pub(super) enum Step {
    /// Ask the hub, and bring the outcome back under this number.
    Ask(u64, PreviewRequest),
    /// Tell the hub, and bring back under this number whether it was told, if there is one.
    Withdraw(Option<u64>, Cancel),
}

/// Why the link must be closed, in words for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing(pub(super) String);

/// Bounds of one link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_targets: usize,
    pub(super) max_open: usize,
    pub(super) addp_timeout: Duration,
}

/// The state of one link.
#[derive(Debug)]
pub(super) struct Session {
    limits: Limits,
    /// Why nobody is served; none: everybody is.
    refuses: Option<&'static str>,
    /// None once the hello has come.
    greeting: Option<Instant>,
    heartbeat: Heartbeat,
    beats: i64,
    acks: Acks,
    numbers: u64,
    /// What the answers of requests that wait for their outcome repeat.
    open: HashMap<u64, Echo>,
    /// `referenceID`s of those that have one.
    references: HashSet<u64>,
    /// The application at the other end, as it calls itself.
    pub(super) peer: String,
    /// Bytes to write.
    pub(super) output: BytesMut,
    /// What could not be read of the last line, and was done without.
    pub(super) unread: Unreadable,
}

impl Session {
    /// `refuses`: what a hello is answered instead; none: it is taken.
    pub(super) fn new(limits: Limits, refuses: Option<&'static str>, now: Instant) -> Self {
        Self {
            limits,
            refuses,
            greeting: Some(now + GREETING),
            heartbeat: Heartbeat::new(limits.addp_timeout, now),
            beats: 0,
            acks: Acks::new(now),
            numbers: 0,
            open: HashMap::new(),
            references: HashSet::new(),
            peer: String::new(),
            output: BytesMut::new(),
            unread: Unreadable::default(),
        }
    }

    /// Takes a line of URS.
    pub(super) fn line(&mut self, line: &[u8], now: Instant) -> Result<Option<Step>, Closing> {
        self.heartbeat.heard(now);
        let text = String::from_utf8_lossy(line);
        if let Cow::Owned(_) = text {
            // One letter of an older character set takes nothing with it.
            metrics::counter!("uc_routing_lines_not_utf8_total").increment(1);
            tracing::debug!(peer = self.peer, "a line of the preview link is not UTF-8; what is not was replaced");
        }
        let record = match Record::parse_str(&text) {
            Ok(record) => record,
            Err(_) if self.greeting.is_some() => return Err(self.refuse("LinkHello expected")),
            Err(cause) => {
                self.fault(None, Fault::Malformed, &cause.to_string());
                return Ok(None);
            }
        };
        match LinkMessage::read(&record) {
            Ok(Some(message)) => self.link_message(message, now).map(|()| None),
            Ok(None) if self.greeting.is_some() => Err(self.refuse("LinkHello expected")),
            Ok(None) => Ok(self.preview_message(&record)),
            Err(cause) => Err(self.refuse(&cause.to_string())),
        }
    }

    fn link_message(&mut self, message: LinkMessage, now: Instant) -> Result<(), Closing> {
        match message {
            LinkMessage::Hello(hello) => return self.hello(&hello, now),
            _ if self.greeting.is_some() => return Err(self.refuse("LinkHello expected")),
            LinkMessage::Heartbeat { number } if self.acks.take(now) => {
                LinkMessage::HeartbeatAck { number }.write(&mut self.output);
            }
            LinkMessage::Heartbeat { .. } => count_refusal("heartbeats"),
            LinkMessage::HeartbeatAck { .. } | LinkMessage::Role(_) => {}
            LinkMessage::Refused { reason } => {
                return Err(Closing(format!("the other side refused us: {}", Shown::new(&reason))));
            }
        }
        Ok(())
    }

    fn hello(&mut self, hello: &Hello, now: Instant) -> Result<(), Closing> {
        if self.greeting.is_none() {
            return Err(self.refuse("a second LinkHello"));
        }
        if hello.protocol != PROTOCOL || hello.version < 1 {
            let spoken = format!("this side speaks `{PROTOCOL}` version {VERSION}");
            return Err(self.refuse(&spoken));
        }
        if let Some(why) = self.refuses {
            return Err(self.refuse(why));
        }
        self.greeting = None;
        self.peer = Shown::up_to(&hello.name, MAX_NAME).to_string();
        if let Some(timeout) = hello.addp_remote_timeout {
            let timeout = if timeout.is_zero() { timeout } else { timeout.max(SHORTEST_BEAT) };
            self.heartbeat = Heartbeat::new(timeout, now);
        }
        let answer = Hello {
            protocol: PROTOCOL.into(),
            version: hello.version.min(VERSION),
            name: "uc-connector".into(),
            password: None,
            role: Some(Role::Primary),
            addp_timeout: Some(hello.addp_remote_timeout.unwrap_or(self.limits.addp_timeout)),
            addp_remote_timeout: None,
        };
        LinkMessage::Hello(answer).write(&mut self.output);
        Ok(())
    }

    fn preview_message(&mut self, message: &Record<'_>) -> Option<Step> {
        let echo = Echo::of(message.members(), &mut self.unread);
        if echo.reference.is_some_and(|reference| self.references.contains(&reference)) {
            let message = "this `referenceID` belongs to a request that is still open";
            return self.fault(echo.reference, Fault::DuplicateReference, message);
        }
        match WireMessage::decode(message, self.limits.max_targets, &mut self.unread) {
            Ok(WireMessage::Preview(request)) => self.preview(echo, request),
            Ok(WireMessage::Cancel(cancel)) => Some(self.cancel(echo, cancel)),
            Err(cause @ DecodeError::UnknownMessage(_)) => {
                self.fault(echo.reference, Fault::UnknownMessage, &cause.to_string())
            }
            Err(cause) => self.invalid(echo, WireMessage::is_cancel(message), &cause),
        }
    }

    /// A result without a reference goes by its ConnID: that of a cancel would be taken for the preview's own.
    fn invalid(&mut self, echo: Echo, is_cancel: bool, cause: &DecodeError) -> Option<Step> {
        count_refusal("invalid");
        if is_cancel && echo.reference.is_none() {
            tracing::debug!(peer = self.peer, why = %cause, "a cancel on the preview link cannot be read: nothing is withdrawn");
        } else {
            self.result(echo, Outcome::Error(cause.to_string().into()));
        }
        None
    }

    fn preview(&mut self, echo: Echo, request: PreviewRequest) -> Option<Step> {
        if self.open.len() >= self.limits.max_open {
            count_refusal("busy");
            let text = format!("{} previews of this link are open (`[routing] max-open-per-link`)", self.open.len());
            self.result(echo, Outcome::Error(text.into()));
            return None;
        }
        Some(Step::Ask(self.wait(echo), request))
    }

    /// A cancel is answered when it has a reference: whoever calls us like a database wants a row for each request.
    fn cancel(&mut self, echo: Echo, cancel: Cancel) -> Step {
        let answered = echo.reference.map(|_| self.wait(echo));
        Step::Withdraw(answered, cancel)
    }

    fn wait(&mut self, echo: Echo) -> u64 {
        self.numbers += 1;
        self.references.extend(echo.reference);
        self.open.insert(self.numbers, echo);
        self.numbers
    }

    /// Writes the outcome of a request.
    pub(super) fn answer(&mut self, number: u64, outcome: Outcome) {
        if let Some(echo) = self.open.remove(&number) {
            if let Some(reference) = echo.reference {
                self.references.remove(&reference);
            }
            self.result(echo, outcome);
        }
    }

    fn result(&mut self, echo: Echo, outcome: Outcome) {
        metrics::counter!("uc_routing_outcomes_total", "way" => "link", "outcome" => outcome.word()).increment(1);
        let result = PreviewResult { reference: echo.reference, conn_id: echo.conn_id, outcome };
        self.write(&result.encode());
    }

    fn fault(&mut self, reference: Option<u64>, fault: Fault, message: &str) -> Option<Step> {
        count_refusal(fault.word());
        tracing::debug!(peer = self.peer, fault = fault.word(), why = message, "line of the preview link not taken");
        self.write(&PreviewError { reference, error: fault.word().into(), message: message.into() }.encode());
        None
    }

    fn write(&mut self, message: &Json) {
        self.output.put_slice(message.to_string().as_bytes());
        self.output.put_u8(b'\n');
    }

    /// A line over the limit came; nothing after it can be trusted.
    pub(super) fn too_long(&mut self, max: usize) -> Closing {
        let message = format!("a line of more than {max} bytes (`[routing] max-message-bytes`)");
        self.fault(None, Fault::TooLong, &message);
        Closing(message)
    }

    fn refuse(&mut self, reason: &str) -> Closing {
        LinkMessage::Refused { reason: reason.into() }.write(&mut self.output);
        count_refusal("hello");
        Closing(reason.into())
    }

    /// Does what is due at `now`.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), Closing> {
        if self.greeting.is_some_and(|until| until <= now) {
            return Err(self.refuse("no LinkHello in time"));
        }
        match self.heartbeat.poll(now) {
            Beat::Quiet => {}
            Beat::Ask => {
                self.beats += 1;
                LinkMessage::Heartbeat { number: self.beats }.write(&mut self.output);
            }
            Beat::Lost => return Err(Closing("silent for too long (`addp-timeout`)".into())),
        }
        Ok(())
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        [self.greeting, self.heartbeat.deadline()].into_iter().flatten().min()
    }
}

fn count_refusal(reason: &'static str) {
    metrics::counter!("uc_routing_refused_total", "way" => "link", "reason" => reason).increment(1);
}
