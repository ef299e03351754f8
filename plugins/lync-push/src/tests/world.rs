//! A publisher, its server, its disk, its user and its host, one step after the other.

use super::model::{Model, START};
use crate::{
    choice::Choice,
    key::{Category, Instances},
    publisher::{Conflicted, Operation, Publisher},
    record::{Recalled, Record},
    roaming::Own,
    show::{Device, Style},
    value::State,
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, Standing};
use uc_sip::ms::Epid;

pub(super) const STYLE: Style = Style { device: Device::WhilePublished, language: 1033 };

/// The choices of a user.
pub(super) fn own(number: usize) -> Option<Choice> {
    match number {
        0 => None,
        1 => Some(Choice::of(State::plain(3500))),
        2 => Some(Choice::of(State::active(15_500, "off-work"))),
        _ => Some(Choice::of(State::plain(9500))),
    }
}

pub(super) enum Message {
    Notify(Own),
    Published(Own),
    Refused,
    Failed,
    Conflict(Vec<crate::fault::Conflict>),
}

/// How the server takes a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Taken,
    /// Without the body that tells the versions.
    TakenBarely,
    /// Any 4xx, and 503: nothing is applied.
    Refused,
    /// 500, silence: applied or not, nobody says.
    Failed {
        applied: bool,
    },
}

/// A publisher, its server, its disk, what is on the way between them, and what should come of it.
pub(super) struct World {
    pub(super) publisher: Publisher,
    pub(super) server: Model,
    pub(super) disk: Option<Record>,
    pub(super) writing: Option<Option<Record>>,
    pub(super) to_server: Option<Vec<Operation>>,
    pub(super) to_client: VecDeque<Message>,
    pub(super) start: Instant,
    pub(super) now: Instant,
    pub(super) wanted: Option<Publication>,
    /// What the user has chosen, and what was told of it.
    pub(super) chosen: Option<Choice>,
    pub(super) told: Option<Option<Choice>>,
    /// Whether the user has chosen since the last wish.
    pub(super) overruled: bool,
    pub(super) gave_up: usize,
    /// A choice of the user's was lost on the way together with the answer to the request that went over it: nobody can
    /// know any more what the user wanted.
    pub(super) unknowable: bool,
    /// The user has clicked on what stands there, and it is on its way; the version of ours has not been told.
    pub(super) clicked: bool,
    pub(super) untold: bool,
}

impl World {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let mut world = Self {
            publisher: born_at(now),
            server: Model::default(),
            disk: None,
            writing: None,
            to_server: None,
            to_client: VecDeque::new(),
            start: now,
            now,
            wanted: None,
            chosen: None,
            told: None,
            overruled: false,
            gave_up: 0,
            unknowable: false,
            clicked: false,
            untold: false,
        };
        world.recall();
        world.hear();
        world
    }

    /// A new life reads its file.
    pub(super) fn recall(&mut self) {
        let recalled = self.disk.clone().map(|record| Recalled { record, expired: false });
        self.publisher.recall(recalled, self.now + Duration::from_secs(5));
    }

    pub(super) fn hear(&mut self) {
        self.to_client.push_back(Message::Notify(self.server.own()));
    }

    pub(super) fn want(&mut self, publication: Option<Publication>) {
        match &publication {
            Some(publication) => self.publisher.publish(publication),
            None => self.publisher.withdraw(),
        }
        self.wanted = publication;
        self.overruled = false;
    }

    pub(super) fn choose(&mut self, choice: Option<Choice>) {
        let same = match (&choice, self.server.choice()) {
            (None, None) => true,
            (Some(choice), Some(there)) => choice.says_as(&there),
            _ => false,
        };
        self.server.choose(choice.as_ref());
        self.overruled |= !same;
        self.chosen = choice;
        self.hear();
    }

    /// The user chooses once more what stands there, whoever put it there.
    pub(super) fn click(&mut self) {
        if !self.server.click() {
            return;
        }
        // By its version alone it can be told from ours.
        self.unknowable |= self.untold || self.to_client.iter().any(|message| matches!(message, Message::Failed));
        self.clicked = true;
        self.overruled = true;
        self.chosen = self.server.choice();
        self.hear();
    }

    pub(super) fn send(&mut self) {
        if self.to_server.is_none() {
            self.to_server = self.publisher.request(self.now);
            self.remember();
            self.check_memory();
        }
    }

    /// What is to be written is on its way to the disk.
    pub(super) fn remember(&mut self) {
        if let Some(change) = self.publisher.take_memory() {
            assert!(self.writing.is_none() || change.is_some(), "one write at a time");
            self.write(true);
            self.writing = Some(change);
        }
    }

    /// The disk is done with it.
    pub(super) fn write(&mut self, works: bool) {
        let Some(change) = self.writing.take() else { return };
        let remembers = change.clone();
        if works || remembers.is_none() {
            self.disk = change;
        }
        if remembers.is_some() {
            self.publisher.remembered(remembers.filter(|_| works));
        }
    }

    /// What would be ours in the place of the user's choice is on disk before it is sent.
    pub(super) fn check_memory(&self) {
        let asked = self.to_server.iter().flatten().filter(|operation| operation.key.is_choice());
        let puts = asked.filter(|operation| operation.value.is_some()).count() > 0;
        let wish = self.wanted.as_ref().is_some_and(|wanted| wanted.standing == Standing::Manual);
        if puts && wish && !self.overruled {
            assert!(self.disk.is_some(), "ours is sent before it is remembered");
        }
    }

    pub(super) fn serve(&mut self) {
        self.serve_so(Outcome::Taken);
    }

    pub(super) fn serve_so(&mut self, outcome: Outcome) {
        let Some(operations) = self.to_server.take() else { return };
        let answer = match outcome {
            Outcome::Refused => Message::Refused,
            Outcome::Failed { applied: false } => Message::Failed,
            Outcome::Failed { applied: true } => {
                // A conflict applies nothing either.
                let _ = self.server.publish(&operations);
                Message::Failed
            }
            Outcome::Taken | Outcome::TakenBarely => match self.server.publish(&operations) {
                Ok(()) if matches!(outcome, Outcome::TakenBarely) => {
                    self.untold = true;
                    Message::Published(Own::default())
                }
                Ok(()) => Message::Published(self.server.own()),
                Err(conflicts) => Message::Conflict(conflicts),
            },
        };
        self.to_client.push_back(answer);
    }

    /// The server tells of the user's containers alone, or of nothing, before what it has told already arrives.
    pub(super) fn hush(&mut self) {
        assert_eq!(self.publisher.heard(&Own::default(), true, self.now), None);
    }

    pub(super) fn receive(&mut self) {
        match self.to_client.pop_front() {
            Some(Message::Notify(own)) => {
                let told = self.publisher.heard(&own, false, self.now);
                if let Some(told) = told {
                    self.told = Some(told);
                }
                self.clicked &= self.to_client.iter().any(|message| matches!(message, Message::Notify(_)));
                self.untold = false;
            }
            Some(Message::Published(own)) => self.publisher.published(&own),
            Some(Message::Refused) => {
                self.publisher.refused();
                if self.publisher.doubts() {
                    self.hear();
                }
            }
            Some(Message::Failed) => {
                self.publisher.lost();
                self.hear();
            }
            Some(Message::Conflict(conflicts)) => {
                self.gave_up += usize::from(self.publisher.conflicted(&conflicts) == Conflicted::GiveUp);
                if self.publisher.doubts() {
                    self.hear();
                }
            }
            None => {}
        }
        self.remember();
    }

    /// The process ends without a word and starts again from its disk; what was on its way to there or to the server
    /// arrives or not. While it was dead the host's wish may have ended.
    pub(super) fn crash(&mut self, arrives: bool, wish_ends: bool) {
        if arrives {
            self.serve();
            self.disk = self.writing.take().unwrap_or(self.disk.take());
        }
        let lost = |wanted: fn(&Message) -> bool| self.to_client.iter().any(wanted);
        self.unknowable |= lost(|message| matches!(message, Message::Notify(_)))
            && lost(|message| matches!(message, Message::Published(_)));
        let same = |ours: &Choice| ours.version.is_none() && self.chosen.as_ref().is_some_and(|own| own.says_as(ours));
        self.unknowable |= self.disk.as_ref().is_some_and(|record| record.ours.iter().any(same));
        (self.to_server, self.writing) = (None, None);
        self.to_client.clear();
        self.server.endpoint_gone();
        self.publisher = born_at(self.start);
        self.recall();
        self.hear();
        let wanted = self.wanted.take().filter(|_| !wish_ends);
        if wanted.is_some() {
            self.want(wanted);
        }
    }

    /// The connection is lost with everything on the way, and the endpoint with it or not.
    pub(super) fn lose(&mut self, endpoint_too: bool) {
        let lost = |wanted: fn(&Message) -> bool| self.to_client.iter().any(wanted);
        self.unknowable |= lost(|message| matches!(message, Message::Notify(_)))
            && lost(|message| matches!(message, Message::Published(_)));
        self.unknowable |= self.clicked && self.to_server.is_some();
        self.to_server = None;
        self.to_client.clear();
        self.publisher.lost();
        if endpoint_too {
            self.server.endpoint_gone();
        }
        self.hear();
    }

    pub(super) fn settle(&mut self) {
        for _ in 0..50 {
            self.now += Duration::from_secs(1);
            self.send();
            self.write(true);
            self.publisher.retry_memory();
            self.serve();
            while !self.to_client.is_empty() {
                self.receive();
            }
        }
    }

    /// What stands where the user's choice stands, in words that can be compared.
    pub(super) fn there(&self) -> Option<u32> {
        self.server.choice().map(|choice| choice.most.availability)
    }

    pub(super) fn of_instance(&self, category: Category, block: u32) -> usize {
        let all = self.server.all.keys();
        all.filter(|key| key.category == category && key.instance >> 28 == block).count()
    }
}

/// One without a file to rely on.
pub(super) fn born() -> Publisher {
    born_at(Instant::now())
}

/// The same, with the day beginning at that moment.
fn born_at(start: Instant) -> Publisher {
    let epoch = (start, SystemTime::UNIX_EPOCH + Duration::from_secs(START));
    Publisher::new(Instances::of(&Epid::new("46b45a2a3940").unwrap()), STYLE, epoch)
}
