//! One connection to a T-Server, without the connection: lines and requests in, bytes and reports out, `now` as an
//! argument. States: greeting → waiting (for the primary role and its CTI link) → up.

use super::{
    Config, Message, PROTOCOL, VERSION,
    counters::Counters,
    decode::{Content, Incoming},
    encode,
    pending::{Asker, Pending},
};
use crate::agent_link::{Behaviour, Cause, Event, EventKind, Outgoing, Refusal, Report, Ticket};
use crate::wire::{Beat, Heartbeat, Hello, LinkMessage, Password, Record, RecordError, Role, Sequence};
use bytes::BytesMut;
use std::{sync::Arc, time::Instant};

/// Why a connection must be closed, in words for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing(pub(super) Arc<str>);

/// The state of one connection.
pub(super) struct Session {
    config: Arc<Config>,
    counters: Counters,
    stage: Stage,
    server: Arc<str>,
    role: Role,
    /// The T-Server's own link to the switch works.
    cti_link: bool,
    pending: Pending,
    sequence: Sequence,
    heartbeat: Heartbeat,
    beats: i64,
    /// The first unreadable line is told at once, the others are only counted.
    complained: bool,
    /// Bytes to write.
    pub(super) output: BytesMut,
    /// Reports to deliver.
    pub(super) reports: Vec<Report>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Greeting { until: Instant },
    Waiting,
    Up,
}

impl Session {
    /// Begins with our hello in the output.
    pub(super) fn new(config: Arc<Config>, password: Option<Password>, counters: Counters, now: Instant) -> Self {
        let hello = Hello {
            protocol: PROTOCOL.to_owned(),
            version: VERSION,
            name: config.client_name.clone(),
            password,
            role: None,
            addp_timeout: Some(config.addp_timeout),
            addp_remote_timeout: Some(config.addp_remote_timeout),
        };
        let mut output = BytesMut::new();
        LinkMessage::Hello(hello).write(&mut output);
        Self {
            stage: Stage::Greeting { until: now + config.connect_timeout },
            heartbeat: Heartbeat::new(config.addp_timeout, now),
            config,
            counters,
            server: "".into(),
            role: Role::Backup,
            cti_link: false,
            pending: Pending::default(),
            sequence: Sequence::default(),
            beats: 0,
            complained: false,
            output,
            reports: Vec::new(),
        }
    }

    /// True while requests are taken.
    pub(super) fn is_up(&self) -> bool {
        self.stage == Stage::Up
    }

    /// Writes a request, or refuses it at once.
    pub(super) fn send(&mut self, outgoing: &Outgoing, now: Instant) {
        if !self.is_up() {
            return self.refuse(outgoing.ticket, "the T-Server link is not up");
        }
        if self.pending.len() >= self.config.max_open {
            return self.refuse(outgoing.ticket, "too many requests wait for the T-Server's answer (`max-open`)");
        }
        let reference_id = self.pending.add(outgoing.ticket, now + self.config.request_timeout);
        let start = self.output.len();
        encode::request(&mut self.output, &outgoing.request, reference_id);
        self.counters.requests.increment(1);
        if traced() {
            // Written by ourselves a moment ago: it can be read.
            let _ = Record::parse(&self.output[start..]).map(|record| trace(&self.config.name, "sent", &record));
        }
    }

    /// Takes a line of the T-Server.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn line(&mut self, line: &[u8], now: Instant) -> Result<(), Closing> {
        self.heartbeat.heard(now);
        let record = match Record::parse(line) {
            Ok(record) => record,
            Err(error) => return self.unreadable(&error),
        };
        match LinkMessage::read(&record) {
            Ok(Some(message)) => self.link_message(message),
            Ok(None) if matches!(self.stage, Stage::Greeting { .. }) => {
                Err(closing(format_args!("{} came before the T-Server's LinkHello", record.name())))
            }
            Ok(None) => self.message(&record),
            Err(error) if record.name() == "LinkHello" => Err(closing(&error)),
            Err(error) => self.unreadable(&error),
        }
    }

    /// Does what is due at `now`.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), Closing> {
        if matches!(self.stage, Stage::Greeting { until } if until <= now) {
            return Err(closing("the T-Server accepted the connection but sent no LinkHello (`connect-timeout`)"));
        }
        while let Some(ticket) = self.pending.expired(now) {
            self.counters.unanswered.increment(1);
            self.refuse(ticket, "the T-Server did not answer in time (`request-timeout`)");
        }
        match self.heartbeat.poll(now) {
            Beat::Quiet => {}
            Beat::Ask => {
                self.beats += 1;
                LinkMessage::Heartbeat { number: self.beats }.write(&mut self.output);
            }
            Beat::Lost => return Err(closing("the T-Server is silent (`addp-timeout`)")),
        }
        Ok(())
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let greeting = match self.stage {
            Stage::Greeting { until } => Some(until),
            _ => None,
        };
        [greeting, self.pending.deadline(), self.heartbeat.deadline()].into_iter().flatten().min()
    }

    /// Reading had to pause for our own owner: the T-Server's silence since then is not its fault.
    pub(super) fn paused(&mut self, now: Instant) {
        self.heartbeat.heard(now);
    }

    /// Ends the session: refuses what waits, then says why it is down.
    pub(super) fn close(&mut self, closing: Closing) {
        while let Some(ticket) = self.pending.pop() {
            self.refuse(ticket, "the T-Server link was lost before the answer came");
        }
        self.stage = Stage::Waiting;
        self.counters.lost.increment(1);
        self.reports.push(Report::Down { cause: closing.0 });
    }

    fn link_message(&mut self, message: LinkMessage) -> Result<(), Closing> {
        match message {
            LinkMessage::Hello(hello) => return self.hello(hello),
            LinkMessage::Refused { reason } => return Err(closing(format_args!("the T-Server refused us: {reason}"))),
            LinkMessage::Heartbeat { number } => LinkMessage::HeartbeatAck { number }.write(&mut self.output),
            LinkMessage::HeartbeatAck { .. } => {}
            LinkMessage::Role(role) => {
                self.role = role;
                if role == Role::Backup && self.is_up() {
                    self.close(closing("the T-Server is backup now"));
                }
                self.settle();
            }
        }
        Ok(())
    }

    fn hello(&mut self, hello: Hello) -> Result<(), Closing> {
        if !matches!(self.stage, Stage::Greeting { .. }) {
            return Err(closing("the T-Server sent a second LinkHello"));
        }
        if hello.protocol != PROTOCOL || !(1..=VERSION).contains(&hello.version) {
            let (protocol, version) = (hello.protocol.escape_debug(), hello.version);
            return Err(closing(format_args!(
                "the other side speaks `{protocol}` version {version}, this side `{PROTOCOL}` version {VERSION}"
            )));
        }
        self.server = hello.name.into();
        self.role = hello.role.unwrap_or(Role::Primary);
        self.stage = Stage::Waiting;
        Ok(())
    }

    fn message(&mut self, record: &Record<'_>) -> Result<(), Closing> {
        self.counters.events.increment(1);
        if traced() {
            trace(&self.config.name, "received", record);
        }
        match Incoming::read(record) {
            Ok(incoming) => {
                self.sequence.check(incoming.sequence).map_err(closing)?;
                self.incoming(incoming);
                Ok(())
            }
            Err(error) => self.unusable(record, &error),
        }
    }

    fn incoming(&mut self, incoming: Incoming) {
        let asker = incoming.reference_id.map(|id| self.pending.answer(id));
        if asker == Some(Asker::Nobody) {
            self.counters.unexpected_ids.increment(1);
            tracing::debug!(link = self.config.name, id = incoming.reference_id, "a ReferenceID nobody waits for");
        }
        match (incoming.content, asker) {
            (Content::Error { code, message }, Some(Asker::Waiting(ticket))) => {
                self.counters.refused.increment(1);
                self.reports.push(Report::Refused(ticket, self.config.errors.refusal(code, message)));
            }
            (Content::Error { code, message }, _) => {
                tracing::warn!(link = self.config.name, code, message = &*message, "EventError for no open request");
            }
            (Content::Event(event), asker) => {
                let cause = match asker {
                    Some(Asker::Waiting(ticket)) => Cause::Request(ticket),
                    Some(Asker::Earlier) => Cause::EarlierRequest,
                    Some(Asker::Nobody) | None => Cause::Elsewhere,
                };
                self.event(event, cause);
            }
        }
    }

    fn event(&mut self, event: Event, cause: Cause) {
        match &event.kind {
            EventKind::CtiLink(connected) => {
                self.cti_link = *connected;
                self.settle();
            }
            EventKind::Other(_) => self.counters.unknown.increment(1),
            _ => {}
        }
        if self.is_up() {
            self.reports.push(Report::Event(event, cause));
        }
    }

    /// Goes up when the T-Server is primary and has told that its CTI link works (genesys.md 4.1, steps 3 and 4).
    fn settle(&mut self) {
        if self.stage == Stage::Waiting && self.role == Role::Primary && self.cti_link {
            self.stage = Stage::Up;
            self.counters.connected.increment(1);
            self.reports.push(Report::Up { server: Arc::clone(&self.server) });
        }
    }

    /// The line is no message. Framing still holds, so nothing else is disturbed; a numbered message that got lost
    /// this way shows at the next one.
    fn unreadable(&mut self, error: &RecordError) -> Result<(), Closing> {
        self.counters.unreadable.increment(1);
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(link = self.config.name, %error, "unreadable line from the T-Server; later ones are counted");
        }
        Ok(())
    }

    /// The message is readable but an attribute is wrong: it is dropped, and whoever waits for it is told.
    fn unusable(&mut self, record: &Record<'_>, error: &RecordError) -> Result<(), Closing> {
        let number = record.int("eventSequenceNumber").ok().flatten();
        self.sequence.check(number.and_then(|number| u64::try_from(number).ok())).map_err(closing)?;
        let answered = record.int("referenceID").ok().flatten().map(|id| self.pending.answer(id));
        if let Some(Asker::Waiting(ticket)) = answered {
            self.refuse(ticket, &format!("the T-Server's answer is unusable: {error}"));
        }
        self.unreadable(error)
    }

    fn refuse(&mut self, ticket: Ticket, message: &str) {
        self.reports.push(unanswered(ticket, message));
    }
}

/// The refusal of a request that the T-Server did not answer.
pub(super) fn unanswered(ticket: Ticket, message: &str) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: message.into(), behaviour: Behaviour::Retry })
}

fn closing(cause: impl std::fmt::Display) -> Closing {
    Closing(cause.to_string().into())
}

fn traced() -> bool {
    tracing::enabled!(target: "tlib", tracing::Level::DEBUG)
}

fn trace(link: &str, direction: &str, record: &Record<'_>) {
    if let Ok(message) = Message::read(record) {
        tracing::debug!(target: "tlib", link, "{direction}\n{message}");
    }
}

#[cfg(test)]
mod protocol_example;
#[cfg(test)]
mod tests;
