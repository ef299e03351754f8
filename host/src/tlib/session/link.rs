//! The link's own messages: hello, role, heartbeats.

use super::{Closing, Session, Stage, Waiting, closing};
use crate::agent_link::Report;
use crate::tlib::{PROTOCOL, VERSION};
use crate::wire::{Hello, LinkMessage, Role, Shown};
use std::{sync::Arc, time::Instant};

/// Unwritten bytes above which no heartbeat is answered: whoever does not read needs no answer.
const MAX_UNREAD: usize = 64 * 1024;

/// Demotions of a link that has not settled, after which the connection is given up.
const MAX_FLAPS: u32 = 5;

/// Why a link is down whose T-Server was primary and is backup.
const DEMOTED: &str = "the T-Server is backup now";

/// Letters shown of what a T-Server calls itself.
const MAX_NAME: usize = 100;

impl Session {
    fn hello(&mut self, hello: &Hello, now: Instant) -> Result<(), Closing> {
        if !matches!(self.stage, Stage::Greeting { .. }) {
            return Err(closing("the T-Server sent a second LinkHello"));
        }
        if hello.protocol != PROTOCOL || !(1..=VERSION).contains(&hello.version) {
            let (protocol, version) = (Shown::up_to(&hello.protocol, MAX_NAME), hello.version);
            return Err(closing(format_args!(
                "the other side speaks `{protocol}` version {version}, this side `{PROTOCOL}` version {VERSION}"
            )));
        }
        self.server = Shown::up_to(&hello.name, MAX_NAME).to_string().into();
        self.role = hello.role.unwrap_or(Role::Primary);
        self.stage = Stage::Waiting;
        self.reports.extend((self.role == Role::Backup).then_some(Report::Standby));
        self.settle(now);
        Ok(())
    }

    pub(super) fn link_message(&mut self, message: LinkMessage, now: Instant) -> Result<(), Closing> {
        match message {
            LinkMessage::Hello(hello) => self.hello(&hello, now),
            LinkMessage::Refused { reason } => {
                Err(closing(format_args!("the T-Server refused us: {}", Shown::new(&reason))))
            }
            LinkMessage::Heartbeat { number } => {
                self.answer_heartbeat(number, now);
                Ok(())
            }
            LinkMessage::HeartbeatAck { .. } => Ok(()),
            LinkMessage::Role(role) => self.role_changed(role, now),
        }
    }

    fn answer_heartbeat(&mut self, number: i64, now: Instant) {
        if self.acks.take(now) && self.output.len() < MAX_UNREAD {
            return self.say(&LinkMessage::HeartbeatAck { number });
        }
        self.counters.unanswered_heartbeats.increment(1);
        self.complain("the T-Server sends more heartbeats than are answered, 10 a second", now);
    }

    fn role_changed(&mut self, role: Role, now: Instant) -> Result<(), Closing> {
        let before = std::mem::replace(&mut self.role, role);
        if role == Role::Backup && before != role {
            self.demote(now);
        }
        if self.flaps >= MAX_FLAPS {
            return Err(closing("the T-Server's role changes again and again"));
        }
        self.settle(now);
        Ok(())
    }

    /// Said whether the link was up or not: what it lacked as primary is no news of a backup.
    fn demote(&mut self, now: Instant) {
        if let Stage::Up { .. } = self.stage {
            self.go_down(now);
            self.reports.extend((!self.of_pair).then(|| Report::Down { cause: DEMOTED.into() }));
            if self.of_pair {
                self.stage = Stage::Beside { since: now };
            }
        }
        self.waiting = Waiting::default();
        self.reports.push(Report::Standby);
        self.flaps = if self.settled { 0 } else { self.flaps + 1 };
    }

    /// Goes up when the T-Server is primary and has told that its CTI link works (host/docs/t-library.md, "Session").
    /// One that was registered with beside the primary goes up with whatever link to its switch it has.
    pub(super) fn settle(&mut self, now: Instant) {
        let switch = self.cti_link == Some(true);
        if self.stage == Stage::Waiting && self.role == Role::Backup && self.of_pair && switch {
            (self.stage, self.was_up) = (Stage::Beside { since: now }, true);
            self.of_no_dn.mark_read();
            return;
        }
        let ready = self.stage == Stage::Waiting && switch || matches!(self.stage, Stage::Beside { .. });
        if ready && self.role == Role::Primary {
            (self.stage, self.was_up) = (Stage::Up { since: now }, true);
            self.of_no_dn.mark_read();
            self.counters.connected.increment(1);
            self.waiting = Waiting::default();
            self.reports.push(Report::Up { server: Arc::clone(&self.server) });
        }
        self.look_for_switch(now);
    }

    /// A primary is to tell soon that it has its switch.
    fn look_for_switch(&mut self, now: Instant) {
        let waits = self.stage == Stage::Waiting && self.role == Role::Primary;
        let news = match self.cti_link {
            _ if !waits => self.waiting.pauses(),
            Some(_) => self.waiting.has_no_switch(),
            None => self.waiting.begins(now + self.config.connect_timeout),
        };
        self.waits_for_switch(news);
    }

    /// Tells, if there is news, why nothing comes of the connection.
    pub(super) fn waits_for_switch(&mut self, news: bool) {
        if !news {
            return;
        }
        let why = match self.cti_link {
            Some(_) => "which has no connection to its switch: no requests are made until it has".to_owned(),
            None => {
                let seconds = self.config.connect_timeout.as_secs_f64();
                format!(
                    "which did not say within {seconds} s that it has its switch (EventLinkConnected): no requests \
                    are made until it does"
                )
            }
        };
        self.reports.push(Report::Waiting { why: format!("connected to T-Server `{}`, {why}", self.server).into() });
    }
}
