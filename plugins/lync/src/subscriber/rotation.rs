//! Dialogs with single persons. There may be thousands, too many to ask each of them every few seconds; but a server
//! that forgets one without a word forgets all. So one after the other is asked for all, and each that turns out to be
//! lost has two more asked: if all are lost, that is known a few answers later. One that does not answer has one more
//! asked, and none while others do: whoever is merely slow is not asked ever more.

use super::{
    HOME, Subscriber,
    pool::{ANSWER, QUIET},
};
use crate::coverage::PoolNumber;
use std::time::Instant;

/// How many others are asked when one is lost.
const OTHERS: usize = 2;

/// Whose turn it is.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    last: PoolNumber,
    /// When the next one is asked; none: there are no such dialogs.
    pub(super) at: Option<Instant>,
    /// When one of them answered last.
    answered: Option<Instant>,
    /// None of them could be asked when one was looked for, and none has said anything since.
    exhausted: bool,
}

impl Subscriber {
    /// A dialog stands: it has answered.
    pub(super) fn rotate_from(&mut self, at: PoolNumber, now: Instant) {
        self.may_be_asked(at);
        if self.pools[at].single {
            self.rotation.answered = Some(now);
            self.rotation.at = self.rotation.at.or(Some(now + QUIET));
        }
    }

    /// A dialog said something, and may be asked for others.
    pub(super) fn may_be_asked(&mut self, at: PoolNumber) {
        self.rotation.exhausted &= !self.pools[at].single;
    }

    /// Has the next dialog asked, if its turn has come.
    pub(super) fn rotate(&mut self, now: Instant) {
        if self.rotation.at.take_if(|at| *at <= now).is_some() && self.suspect_next() {
            self.rotation.at = Some(now + QUIET);
        }
    }

    /// A dialog is lost: others may be as well.
    pub(super) fn suspect_others(&mut self, at: PoolNumber) {
        if self.speaks_for_others(at) {
            for _ in 0..OTHERS {
                self.suspect_next();
            }
        }
    }

    /// A dialog does not answer: perhaps none does.
    pub(super) fn suspect_another(&mut self, at: PoolNumber, now: Instant) {
        let answers = self.rotation.answered.is_some_and(|last| now.saturating_duration_since(last) <= ANSWER);
        if self.speaks_for_others(at) && !answers {
            self.suspect_next();
        }
    }

    fn speaks_for_others(&self, at: PoolNumber) -> bool {
        at == HOME || self.pools[at].single
    }

    /// Whether there was one to suspect.
    fn suspect_next(&mut self) -> bool {
        if self.rotation.exhausted {
            return false;
        }
        let count = self.pools.len();
        let in_turn = (1..=count).map(|step| (self.rotation.last + step) % count);
        let next = in_turn.into_iter().find(|at| self.pools[*at].may_be_asked_for_others());
        self.rotation.exhausted = next.is_none();
        let Some(next) = next else { return false };
        self.rotation.last = next;
        self.pools[next].suspect = true;
        self.stir(next);
        true
    }
}
