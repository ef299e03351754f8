//! What became of publishing: what is told of it, and what is done about a failure. Whatever fails is told, and tried
//! again with a growing pause, until exactly what is wanted stands.

use super::{Agent, News, Phase};
use crate::{
    fault,
    publisher::Conflicted,
    refusal::{Again, Refusal},
    roaming::Own,
};
use std::time::{Duration, Instant};
use uc_sip::{message::Message, ms::Diagnostics};

/// Where a connection that is lost leaves what was not finished.
const LOST: &str =
    "the connection was lost before the platform had taken the last change; it is made when there is one";
/// What is to be taken back and is refused for longer than that goes with its endpoint.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two attempts of an agent that signs out when all do.
const HURRY: Duration = Duration::from_secs(1);

impl Agent {
    pub(super) fn answered(&mut self, response: &Message, now: Instant) {
        self.service = None;
        match response.status() {
            Some(200..300) => {
                // Without a readable body the versions are counted.
                self.publisher.published(&Own::read(response.body()).unwrap_or_default());
                self.publishing.succeed();
                self.news.push(News::Published);
            }
            Some(409) => self.conflicted(response, now),
            _ => self.not_taken(Refusal::of(response), now),
        }
    }

    /// What guards is published again with everything else; a refusal is told all the same, because without it the
    /// endpoint counts as a device. A state of this device that stands already will do.
    pub(super) fn guard_answered(&mut self, response: &Message) {
        self.guarded = None;
        if matches!(response.status(), Some(200..300)) {
            return self.stands();
        }
        let unregistered = Diagnostics::of(response).is_some_and(|known| known.id == 4010);
        if !matches!(response.status(), Some(401 | 407 | 409)) && !unregistered {
            self.news.push(News::Refused);
            self.tell(Refusal::of(response).why);
        }
    }

    fn not_taken(&mut self, Refusal { why, again, definite, passes }: Refusal, now: Instant) {
        match definite {
            true => {
                self.publisher.refused();
                self.ask_if_in_doubt(now);
            }
            // It may have been applied: only a new document tells.
            false => self.publisher.lost(),
        }
        self.fail(why, if definite { again } else { Again::Anew }, passes, now);
    }

    fn conflicted(&mut self, response: &Message, now: Instant) {
        self.news.push(News::Conflict);
        let conflicts = fault::conflicts(response.body()).unwrap_or_default();
        let conflicted = self.publisher.conflicted(&conflicts);
        self.ask_if_in_doubt(now);
        match conflicted {
            Conflicted::Again => {}
            Conflicted::GiveUp => {
                let why = "another endpoint of the user changes the same publications all the time (409): \
                           look for a second connector with the same settings";
                self.fail(why.to_owned(), Again::Soon, true, now);
            }
            Conflicted::Blind => {
                let why = "another endpoint of the user changes the same publications all the time, or the server does \
                           not say what stands (409 without versions): look for a second connector with the same settings";
                self.fail(why.to_owned(), Again::Anew, true, now);
            }
        }
    }

    fn ask_if_in_doubt(&mut self, now: Instant) {
        if self.publisher.doubts() {
            self.ask_for_all(now);
        }
    }

    /// The connection still stands, or there would be no endpoint any more: what became of the request is not known.
    pub(super) fn unanswered(&mut self, now: Instant) {
        self.service = None;
        self.publisher.lost();
        if self.phase == Phase::Open {
            self.fail("the server does not answer".to_owned(), Again::Anew, true, now);
        }
    }

    /// The server took the subscription and says nothing of what is published.
    pub(super) fn without_document(&mut self, now: Instant) {
        self.fail("the server does not tell what the user publishes".to_owned(), Again::Anew, true, now);
    }

    /// Refused, with a growing pause before the next attempt.
    pub(super) fn refused(&mut self, why: String, now: Instant) {
        self.fail(why, Again::Soon, true, now);
    }

    fn fail(&mut self, why: String, again: Again, passes: bool, now: Instant) {
        self.news.push(News::Refused);
        self.tell(why);
        let wait = match again {
            Again::Soon => self.publishing.fail(passes, now),
            Again::After(asked) => self.publishing.fail_asked(asked, passes, now),
            Again::Anew => self.entering.fail(passes, now),
        };
        if self.parting && self.user.is_some() {
            // Everybody leaves, and there is little time: once more, then the endpoint goes. What outlives it is on
            // disk.
            return match self.publishing.failures() {
                ..=1 if again != Again::Anew => self.refused_until = Some((now + HURRY, false)),
                _ => self.leave(now),
            };
        }
        // Whoever parts does so when it is time.
        if wait > PATIENCE && self.publisher.has_remains() && self.phase == Phase::Open && !self.parting {
            // Until then people would see what is over, and the platform's word of it would count as the user's own.
            return self.leave(now);
        }
        match again {
            Again::Soon => self.refused_until = Some((now + wait, false)),
            Again::After(_) => self.refused_until = Some((now + wait, true)),
            Again::Anew => self.rest(wait, now),
        }
    }

    pub(super) fn tell(&mut self, why: String) {
        if self.told.as_ref() != Some(&why) {
            self.told = Some(why.clone());
            self.news.push(News::Outcome(why));
        }
    }

    /// All is well once exactly what is wanted stands, or nothing is wanted and nothing can stand.
    pub(crate) fn tell_if_well(&mut self) {
        if self.phase == Phase::Open && self.service.is_none() && self.publisher.is_settled() {
            self.unfinished = false;
            self.stands();
        }
        if self.told.as_ref().is_some_and(String::is_empty) {
            return;
        }
        let nothing = matches!(self.phase, Phase::Idle | Phase::Left) && !self.is_needed();
        let well = match self.phase {
            Phase::Open => self.service.is_none() && self.publisher.is_settled(),
            _ => nothing && self.told.is_some(),
        };
        if well {
            self.tell(String::new());
        }
    }

    /// Something that was not finished when the connection was lost does not stand.
    pub(super) fn tell_of_loss(&mut self) {
        if self.service.is_some() || self.told.is_some() && !self.publisher.is_settled() {
            self.tell(LOST.to_owned());
        }
    }

    /// A wish that came while there is no connection is not fulfilled, though the one before was.
    pub(crate) fn tell_of_waiting(&mut self) {
        if self.told.as_ref().is_some_and(String::is_empty) && self.is_needed() {
            self.tell("there is no connection to the platform; it is shown when there is one".to_owned());
        }
    }
}
