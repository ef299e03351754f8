//! One connection to a T-Server, without the connection: lines and requests in, bytes and reports out, `now` as an
//! argument. States: greeting → waiting (for the primary role and its CTI link) → up. One of a redundant pair has one
//! more: beside, a backup that takes registrations and tells what happens.
//!
//! [`link`] has the link's own messages, [`answers`] those of T-Library.

mod answers;
pub(super) mod link;
mod of_no_dn;
mod waiting;

use super::{Config, PROTOCOL, VERSION, complaints::Complaints, counters::Counters, encode, pending::Pending, trace};
use crate::agent_link::{Behaviour, Outgoing, Refusal, Report, Request, Ticket};
use crate::wire::{Acks, Beat, Heartbeat, Hello, LinkMessage, Password, Record, RecordError, Role, Sequence, Shown};
use bytes::BytesMut;
use of_no_dn::OfNoDn;
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};
use waiting::Waiting;

/// A link that was up so long works: the next attempt to connect may come soon again.
pub(super) const SETTLED: Duration = Duration::from_secs(30);

/// This part of the longest line stays free of what is sent: an answer repeats it, and says more. One who writes other letters
/// as `\u00e9` needs up to three times as much: what workers and plug-ins write has bounds of its own.
const ECHO: usize = 4;

/// Why a request counts as refused whose connection ended, or whose T-Server became backup, before the answer came.
pub(super) const LOST: &str = "the T-Server link was lost before the answer came";

/// Letters shown of a message's name.
const MAX_NAME: usize = 60;

/// Letters shown of what is wrong with a line.
const MAX_FAULT: usize = 200;

/// Why a connection must be closed, in words for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing(pub(super) Arc<str>);

/// What became of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Why it ended.
    pub(super) cause: Arc<str>,
    /// The link was up at some time.
    pub(super) was_up: bool,
    /// It was up for [`SETTLED`].
    pub(super) settled: bool,
    /// The T-Server has answered a request.
    pub(super) answered: bool,
    /// It was told that the T-Server takes no requests for want of its switch.
    pub(super) waited: bool,
}

/// The state of one connection.
pub(super) struct Session {
    config: Arc<Config>,
    counters: Counters,
    complaints: Complaints,
    /// Events that name no DN that can be read: what is known of any may be over.
    of_no_dn: OfNoDn,
    /// When the complaints have a count to tell; kept here so that asking costs nothing.
    complain_at: Option<Instant>,
    stage: Stage,
    /// It is one of a redundant pair.
    of_pair: bool,
    server: Arc<str>,
    role: Role,
    /// Whether the T-Server's own link to the switch works, as it said last.
    cti_link: Option<bool>,
    was_up: bool,
    answered: bool,
    settled: bool,
    /// It is primary, and the link is not up.
    waiting: Waiting,
    /// Demotions that came before the link had settled.
    flaps: u32,
    pending: Pending,
    sequence: Sequence,
    heartbeat: Heartbeat,
    beats: i64,
    acks: Acks,
    /// Bytes to write.
    pub(super) output: BytesMut,
    /// Reports to deliver.
    pub(super) reports: Vec<Report>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Greeting {
        until: Instant,
    },
    Waiting,
    Up {
        since: Instant,
    },
    /// Of a pair: the T-Server is backup, and has its CTI link. It takes registrations, and nothing else.
    Beside {
        since: Instant,
    },
}

impl Session {
    /// Begins with our hello in the output.
    pub(super) fn new(
        config: Arc<Config>,
        password: Option<Password>,
        counters: Counters,
        complaints: Complaints,
        now: Instant,
    ) -> Self {
        let hello = Hello {
            protocol: PROTOCOL.to_owned(),
            version: VERSION,
            name: config.client_name.clone(),
            password,
            role: None,
            addp_timeout: Some(config.addp_timeout),
            addp_remote_timeout: Some(config.addp_remote_timeout),
        };
        let mut session = Self {
            stage: Stage::Greeting { until: now + config.connect_timeout },
            of_pair: false,
            heartbeat: Heartbeat::new(config.addp_timeout, now),
            config,
            counters,
            complain_at: complaints.deadline(),
            complaints,
            of_no_dn: OfNoDn::default(),
            server: "".into(),
            role: Role::Backup,
            cti_link: None,
            was_up: false,
            answered: false,
            settled: false,
            waiting: Waiting::default(),
            flaps: 0,
            pending: Pending::default(),
            sequence: Sequence::default(),
            beats: 0,
            acks: Acks::new(now),
            output: BytesMut::new(),
            reports: Vec::new(),
        };
        session.say(&LinkMessage::Hello(hello));
        session
    }

    /// The same as one of a redundant pair: registrations outlive a change of role, and a backup is registered with
    /// too.
    pub(super) fn of_pair(self) -> Self {
        Self { of_pair: true, ..self }
    }

    /// True while requests are taken.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Up { .. })
    }

    /// True while what happens is told.
    fn tells(&self) -> bool {
        matches!(self.stage, Stage::Up { .. } | Stage::Beside { .. })
    }

    /// True while this request is taken.
    fn takes(&self, request: &Request) -> bool {
        self.is_up() || (self.tells() && request.is_of_registration())
    }

    /// How many requests more may wait for their answer (`max-open`).
    pub(super) fn room(&self) -> usize {
        self.config.max_open.saturating_sub(self.pending.len())
    }

    /// Writes a request, or refuses it at once: one that is longer than a line may be would end the connection, and would
    /// again on the next one.
    pub(super) fn send(&mut self, outgoing: &Outgoing, now: Instant) {
        if !self.takes(&outgoing.request) {
            self.reports.push(unsent(outgoing.ticket, "the T-Server link is not up"));
            return;
        }
        let reference_id = self.pending.add(outgoing.ticket, &outgoing.request, now + self.config.request_timeout);
        let start = self.output.len();
        encode::request(&mut self.output, &outgoing.request, reference_id);
        // The line end does not count.
        if self.output.len() - start - 1 > self.config.max_line - self.config.max_line / ECHO {
            self.output.truncate(start);
            self.pending.take_back();
            self.counters.oversized_requests.increment(1);
            return self.reports.push(too_long(outgoing.ticket));
        }
        self.counters.requests.increment(1);
        trace::line(&self.config.name, "sent", &self.output[start..]);
    }

    /// Takes a line of the T-Server.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn line(&mut self, line: &[u8], now: Instant) -> Result<(), Closing> {
        self.heartbeat.heard(now);
        let text = match std::str::from_utf8(line) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                // One letter of an older character set takes nothing with it.
                self.misread("the T-Server sent a line that is not UTF-8; what is not was replaced", now);
                String::from_utf8_lossy(line)
            }
        };
        match Record::parse_str(&text) {
            Ok(record) => self.record(&record, now),
            Err(error) => {
                trace::line(&self.config.name, "received", line);
                self.unreadable(&error, now);
                Ok(())
            }
        }
    }

    fn record(&mut self, record: &Record<'_>, now: Instant) -> Result<(), Closing> {
        if trace::wanted() {
            trace::message(&self.config.name, "received", record);
        }
        let greeting = matches!(self.stage, Stage::Greeting { .. });
        match LinkMessage::read(record) {
            Ok(message) if greeting && !message.as_ref().is_some_and(LinkMessage::opens) => Err(closing(format_args!(
                "{} came before the T-Server's LinkHello",
                Shown::up_to(record.name(), MAX_NAME)
            ))),
            Ok(Some(message)) => self.link_message(message, now),
            Ok(None) => self.message(record, now),
            // Neither a hello nor a role can be done without.
            Err(error) => Err(closing(error)),
        }
    }

    /// Does what is due at `now`.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), Closing> {
        if self.complain_at.is_some_and(|due| due <= now) {
            self.complaints.tick(now);
            self.complain_at = self.complaints.deadline();
        }
        if matches!(self.stage, Stage::Greeting { until } if until <= now) {
            return Err(closing("the T-Server accepted the connection but sent no LinkHello (`connect-timeout`)"));
        }
        if self.of_no_dn.is_due(now) {
            self.doubt_every_dn("the T-Server sent an event that names no DN that can be read");
        }
        let silent = self.waiting.is_silent(now);
        self.waits_for_switch(silent);
        while let Some(ticket) = self.pending.expired(now) {
            self.counters.unanswered.increment(1);
            self.refuse(ticket, "the T-Server did not answer in time (`request-timeout`)");
        }
        match self.heartbeat.poll(now) {
            Beat::Quiet => {}
            Beat::Ask => {
                self.beats += 1;
                self.say(&LinkMessage::Heartbeat { number: self.beats });
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
        let doubt = self.of_no_dn.deadline();
        let waiting = self.waiting.deadline();
        let deadlines =
            [greeting, self.pending.deadline(), self.heartbeat.deadline(), self.complain_at, doubt, waiting];
        deadlines.into_iter().flatten().min()
    }

    /// Reading had to pause for our own owner, so long: what the T-Server said meanwhile is still to be read, and its
    /// silence is not its fault.
    pub(super) fn paused(&mut self, pause: Duration, now: Instant) {
        self.heartbeat.heard(now);
        self.pending.put_off(pause);
        if let Stage::Greeting { until } = &mut self.stage {
            *until += pause;
        }
        self.waiting.put_off(pause);
    }

    /// Ends the session: refuses what waits. Saying why it is down is left to whoever knows what was said before.
    pub(super) fn close(&mut self, closing: Closing, now: Instant) -> Ended {
        self.go_down(now);
        self.counters.lost.increment(1);
        let (was_up, settled, answered) = (self.was_up, self.settled, self.answered);
        Ended { cause: closing.0, was_up, settled, answered, waited: self.waiting.is_told() }
    }

    /// Takes no requests any more, and refuses those that wait.
    fn go_down(&mut self, now: Instant) {
        while let Some(ticket) = self.pending.pop(now) {
            self.refuse(ticket, LOST);
        }
        if let Stage::Up { since } | Stage::Beside { since } = self.stage {
            self.settled |= now >= since + SETTLED;
        }
        self.stage = Stage::Waiting;
    }

    fn say(&mut self, message: &LinkMessage) {
        let start = self.output.len();
        message.write(&mut self.output);
        trace::line(&self.config.name, "sent", &self.output[start..]);
    }

    /// The line is no message. Framing still holds, so nothing else is disturbed; but what it was to tell is not known, of
    /// whichever DN: all are read again, if not lately.
    fn unreadable(&mut self, error: &RecordError, now: Instant) {
        self.counters.unreadable.increment(1);
        let error = error.to_string();
        // Where in the line it is would make each a fault of its own.
        let fault = error.split(" at line 1").next().unwrap_or_default();
        self.complain(
            &format!("the T-Server sent a line that cannot be read: {}", Shown::up_to(fault, MAX_FAULT)),
            now,
        );
        if self.tells() && self.of_no_dn.came(now) {
            self.doubt_every_dn("the T-Server sent a line that cannot be read");
        }
    }

    /// A part of a message cannot be read.
    fn misread(&mut self, words: &str, now: Instant) {
        self.counters.misread.increment(1);
        self.complain(words, now);
    }

    fn complain(&mut self, words: &str, now: Instant) {
        self.complaints.fault(words, now);
        self.complain_at = self.complaints.deadline();
    }

    fn refuse(&mut self, ticket: Ticket, message: &str) {
        self.reports.push(unanswered(ticket, message));
    }
}

/// The refusal of a request that was never sent.
pub(super) fn unsent(ticket: Ticket, message: &str) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: message.into(), behaviour: Behaviour::Unsent })
}

/// The refusal of a request that no T-Server would take, on any connection.
fn too_long(ticket: Ticket) -> Report {
    let message =
        "not sent, for it is longer than three quarters of `max-line`: shorten the note, the reasons or the data in it"
            .into();
    Report::Refused(ticket, Refusal { code: None, message, behaviour: Behaviour::Permanent })
}

/// The refusal of a request that the T-Server did not answer.
fn unanswered(ticket: Ticket, message: &str) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: message.into(), behaviour: Behaviour::Retry })
}

fn closing(cause: impl std::fmt::Display) -> Closing {
    Closing(cause.to_string().into())
}

#[cfg(test)]
mod bad_peers;
#[cfg(test)]
mod half;
#[cfg(test)]
mod log_tests;
#[cfg(test)]
mod protocol_example;
#[cfg(test)]
mod tests;
