//! What a chat's transcript lacks: when the T-Server is asked to tell it again, and when it is taken for lost. Pure.

use super::Chat;
use crate::clock::Moment;
use std::time::Duration;

/// How often the T-Server is asked for what is missing before it is taken for lost.
const MOST_RESUMES: u32 = 3;
/// How long the T-Server has to tell what it was asked to tell again.
const RESUMES: Duration = Duration::from_secs(3);
/// How often in a row it may refuse that before what is missing is taken for lost.
const MOST_REFUSALS: u32 = 5;
/// How far the transcript is known to be the T-Server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::worker::chat) enum Known {
    /// Nobody has asked since the connection came.
    NotAsked,
    /// The T-Server is asked to tell the rest: it has until then, where it has answered.
    Asked(Option<Moment>),
    /// It is asked again at this time.
    AskAt(Moment),
    /// It is.
    Whole,
}

impl Chat {
    /// Numbers that are missing are asked for, or waited for where they were.
    pub(super) fn look_for_gap(&mut self, now: Moment) {
        match (self.transcript.gap(), self.known) {
            (None, Known::NotAsked | Known::Asked(Some(_))) => self.whole(),
            (Some(_), Known::NotAsked | Known::Whole) => self.known = Known::AskAt(now),
            _ => {}
        }
    }

    fn whole(&mut self) {
        (self.known, self.resumes) = (Known::Whole, 0);
    }

    /// From which number on the T-Server is to tell it again now, if so.
    pub(in crate::worker::chat) fn resume(&mut self, now: Moment) -> Option<u64> {
        let due = match self.known {
            Known::NotAsked => true,
            Known::AskAt(at) => at <= now,
            Known::Asked(Some(until)) if until <= now => {
                if self.resumes >= MOST_RESUMES {
                    self.give_up();
                    return None;
                }
                true
            }
            Known::Asked(_) | Known::Whole => false,
        };
        if due && self.transcript.is_unnumbered() {
            // All of it would come again, and nothing tells what is there.
            self.whole();
            return None;
        }
        (due && self.asks.may(now)).then(|| {
            self.asks.tried(now);
            self.resumes += 1;
            self.known = Known::Asked(None);
            self.transcript.next()
        })
    }

    /// What is missing stays so.
    pub(in crate::worker::chat) fn give_up(&mut self) {
        metrics::counter!("uc_chats_given_up_total").increment(1);
        self.transcript.give_up();
        self.changed = true;
        self.whole();
    }

    /// The T-Server has answered: it tells the rest now.
    pub(in crate::worker::chat) fn resumes(&mut self, now: Moment) {
        self.refusals = 0;
        if self.known == Known::Asked(None) {
            self.known = Known::Asked(Some(now + RESUMES));
            self.look_for_gap(now);
        }
    }

    /// The T-Server could not tell it now, or was not even asked.
    pub(in crate::worker::chat) fn resumes_later(&mut self, unsent: bool, now: Moment) {
        self.refusals += u32::from(!unsent);
        if self.refusals >= MOST_REFUSALS {
            return self.give_up();
        }
        self.resumes = self.resumes.saturating_sub(1);
        self.known = Known::AskAt(now + RESUMES);
    }

    /// When it is to be asked at the latest.
    pub(super) fn resume_at(&self) -> Option<Moment> {
        let again_at = self.asks.again_at();
        match self.known {
            Known::AskAt(at) => Some(at).max(again_at),
            Known::Asked(until) => until.map(|until| again_at.map_or(until, |at| at.max(until))),
            Known::NotAsked => again_at,
            Known::Whole => None,
        }
    }
}
