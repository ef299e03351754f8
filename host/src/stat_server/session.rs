//! One connection to a Stat Server, without the connection: lines and what is wanted in, bytes and reports out, `now` as
//! an argument. States: greeting → up. A backup is never up: its connection is given up, and the other server is tried.

use super::{
    Config, PROTOCOL, VERSION,
    book::{Book, Taken},
    counters::Counters,
    decode::Incoming,
    encode, trace,
};
use crate::stat_server::message::{Report, Wanted};
use crate::wire::{Acks, Beat, Heartbeat, Hello, LinkMessage, Password, Record, Role, Shown, Throttle};
use bytes::BytesMut;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A link that was up so long works: the next attempt to connect may come soon again.
const SETTLED: Duration = Duration::from_secs(30);

/// Between two reports of values: whoever looks cannot read faster.
const PACE: Duration = Duration::from_millis(100);

/// Unwritten bytes above which no heartbeat is answered: whoever does not read needs no answer.
const MAX_UNREAD: usize = 64 * 1024;

/// Letters shown of what a Stat Server calls itself, or a message.
const MAX_NAME: usize = 60;

/// Why a connection must be closed, in words for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing(pub(super) Arc<str>);

/// What became of a session.
pub(super) struct Ended {
    /// Why it ended.
    pub(super) cause: Arc<str>,
    /// The link was up at some time.
    pub(super) was_up: bool,
    /// It was up for [`SETTLED`].
    pub(super) settled: bool,
    /// What was complained about, for the next session.
    pub(super) complaints: Throttle,
}

/// The state of one connection.
pub(super) struct Session {
    counters: Counters,
    complaints: Throttle,
    wanted: Wanted,
    greeting_until: Option<Instant>,
    up_since: Option<Instant>,
    book: Book,
    heartbeat: Heartbeat,
    beats: i64,
    acks: Acks,
    tell_at: Option<Instant>,
    /// Bytes to write.
    pub(super) output: BytesMut,
    /// Reports to deliver.
    pub(super) reports: Vec<Report>,
}

impl Session {
    /// Begins with our hello in the output.
    pub(super) fn new(
        config: &Config,
        password: Option<Password>,
        wanted: Wanted,
        (counters, complaints): (Counters, Throttle),
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
            greeting_until: Some(now + config.connect_timeout),
            up_since: None,
            book: Book::new(config.request_timeout, config.max_open),
            heartbeat: Heartbeat::new(config.addp_timeout, now),
            beats: 0,
            acks: Acks::new(now),
            tell_at: None,
            output: BytesMut::new(),
            reports: Vec::new(),
            counters,
            complaints,
            wanted,
        };
        session.say(&LinkMessage::Hello(hello));
        session
    }

    /// Exactly these statistics are to be open from now on.
    pub(super) fn want(&mut self, wanted: Wanted, now: Instant) {
        self.wanted = wanted;
        if self.up_since.is_some() {
            self.book.want(&self.wanted, now);
            self.after(now);
        }
    }

    /// Takes a line of the Stat Server.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn line(&mut self, line: &[u8], now: Instant) -> Result<(), Closing> {
        self.heartbeat.heard(now);
        trace::line("received", line);
        let text = String::from_utf8_lossy(line);
        let record = match Record::parse_str(&text) {
            Ok(record) => record,
            Err(error) => {
                self.counters.unreadable.increment(1);
                let error = error.to_string();
                let fault = error.split(" at line 1").next().unwrap_or_default();
                self.complain(&format!("the Stat Server sent a line that cannot be read: {fault}"), now);
                return Ok(());
            }
        };
        match LinkMessage::read(&record) {
            Ok(message) if self.greeting_until.is_some() && !message.as_ref().is_some_and(LinkMessage::opens) => {
                let name = Shown::up_to(record.name(), MAX_NAME);
                Err(closing(format_args!("{name} came before the Stat Server's LinkHello")))
            }
            Ok(Some(message)) => self.link_message(message, now),
            Ok(None) => {
                self.message(&record, now);
                Ok(())
            }
            Err(error) => Err(closing(error)),
        }
    }

    fn link_message(&mut self, message: LinkMessage, now: Instant) -> Result<(), Closing> {
        match message {
            LinkMessage::Hello(hello) => self.hello(&hello, now),
            LinkMessage::Refused { reason } => {
                Err(closing(format_args!("the Stat Server refused us: {}", Shown::new(&reason))))
            }
            LinkMessage::Heartbeat { number } => {
                if self.acks.take(now) && self.output.len() < MAX_UNREAD {
                    self.say(&LinkMessage::HeartbeatAck { number });
                } else {
                    self.counters.unanswered_heartbeats.increment(1);
                    self.complain("the Stat Server sends more heartbeats than are answered, 10 a second", now);
                }
                Ok(())
            }
            LinkMessage::Role(Role::Backup) => Err(closing("the Stat Server is backup now")),
            LinkMessage::Role(Role::Primary) | LinkMessage::HeartbeatAck { .. } => Ok(()),
        }
    }

    fn hello(&mut self, hello: &Hello, now: Instant) -> Result<(), Closing> {
        if self.greeting_until.is_none() {
            return Err(closing("the Stat Server sent a second LinkHello"));
        }
        if hello.protocol != PROTOCOL || !(1..=VERSION).contains(&hello.version) {
            let (protocol, version) = (Shown::up_to(&hello.protocol, MAX_NAME), hello.version);
            return Err(closing(format_args!(
                "the other side speaks `{protocol}` version {version}, this side `{PROTOCOL}` version {VERSION}"
            )));
        }
        if hello.role == Some(Role::Backup) {
            return Err(closing("the Stat Server is a backup that does not serve"));
        }
        (self.greeting_until, self.up_since) = (None, Some(now));
        self.counters.connected.increment(1);
        self.reports.push(Report::Up { server: Shown::up_to(&hello.name, MAX_NAME).to_string().into() });
        self.book.want(&self.wanted, now);
        self.after(now);
        Ok(())
    }

    fn message(&mut self, record: &Record<'_>, now: Instant) {
        let taken = match Incoming::read(record) {
            Incoming::Opened(id, value) => self.book.opened(id, value, now),
            Incoming::Info(id, value) => {
                self.counters.notifications.increment(1);
                self.book.info(id, Ok(value))
            }
            Incoming::Unreadable(id, why) => {
                self.counters.misread.increment(1);
                self.complain(&why, now);
                self.book.info(id, Err(why))
            }
            Incoming::Closed(id) => self.book.closed(id, now),
            Incoming::Error(id, error, words) => {
                self.counters.refused.increment(1);
                self.book.refused(id, error, &words, now)
            }
            Incoming::OfNone(why) => {
                self.counters.misread.increment(1);
                return self.complain(&why, now);
            }
            Incoming::Unknown => return self.counters.unknown.increment(1),
        };
        match taken {
            Taken::News | Taken::Late => {}
            Taken::Known => self.counters.equal.increment(1),
            Taken::Unexpected => {
                self.counters.unexpected_ids.increment(1);
                self.complain("the Stat Server speaks of a statistic that was never asked for", now);
            }
        }
        self.after(now);
    }

    /// Does what is due at `now`.
    ///
    /// # Errors
    /// The connection must be closed.
    pub(super) fn tick(&mut self, now: Instant) -> Result<(), Closing> {
        for again in self.complaints.due(now) {
            tracing::warn!(count = again.count, "again since it was told last: {}", again.fault);
        }
        if self.greeting_until.is_some_and(|until| until <= now) {
            return Err(closing("the Stat Server accepted the connection but sent no LinkHello (`connect-timeout`)"));
        }
        if self.up_since.is_some() {
            self.counters.unanswered.increment(self.book.tick(now));
            self.after(now);
        }
        match self.heartbeat.poll(now) {
            Beat::Quiet => {}
            Beat::Ask => {
                self.beats += 1;
                self.say(&LinkMessage::Heartbeat { number: self.beats });
            }
            Beat::Lost => return Err(closing("the Stat Server is silent (`addp-timeout`)")),
        }
        Ok(())
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let book = self.up_since.and(self.book.deadline());
        let tell = self.tell_at.filter(|_| !self.book.news.is_empty());
        let deadlines = [self.greeting_until, book, tell, self.heartbeat.deadline(), self.complaints.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Ends the session. Saying why it is down is left to whoever knows what was said before.
    pub(super) fn close(self, closing: Closing, now: Instant) -> Ended {
        self.counters.lost.increment(1);
        let settled = self.up_since.is_some_and(|since| now >= since + SETTLED);
        Ended { cause: closing.0, was_up: self.up_since.is_some(), settled, complaints: self.complaints }
    }

    /// Sends what is to be asked, and tells what is known now, not too often.
    fn after(&mut self, now: Instant) {
        for request in self.book.requests.drain(..) {
            let start = self.output.len();
            encode::request(&mut self.output, &request);
            self.counters.requests.increment(1);
            trace::line("sent", &self.output[start..]);
        }
        if self.book.news.is_empty() {
            return;
        }
        if self.tell_at.is_some_and(|at| at > now) {
            return;
        }
        self.tell_at = Some(now + PACE);
        for (statistic, reading) in &self.book.news {
            if let super::Reading::Failed(why) = reading
                && let Some(words) = self.complaints.note(&format!("{:?}: {why}", statistic.name), now)
            {
                tracing::warn!("{words}");
            }
        }
        self.reports.push(Report::Readings(std::mem::take(&mut self.book.news).into_iter().collect()));
    }

    fn say(&mut self, message: &LinkMessage) {
        let start = self.output.len();
        message.write(&mut self.output);
        trace::line("sent", &self.output[start..]);
    }

    fn complain(&mut self, words: &str, now: Instant) {
        if let Some(words) = self.complaints.note(words, now) {
            tracing::warn!("{words}");
        }
    }
}

pub(super) fn closing(cause: impl std::fmt::Display) -> Closing {
    Closing(cause.to_string().into())
}

#[cfg(test)]
mod tests;
