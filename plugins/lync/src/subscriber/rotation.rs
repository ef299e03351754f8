//! Dialogs with single persons. There may be thousands, too many to ask each of them every few seconds; but a server
//! that forgets one without a word forgets all. So one after the other is asked for all, and each that turns out to be
//! lost has two more asked: if all are lost, that is known a few answers later.

use super::{HOME, Subscriber, pool::QUIET};
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
}

impl Subscriber {
    /// A dialog stands.
    pub(super) fn rotate_from(&mut self, at: PoolNumber, now: Instant) {
        if self.pools[at].single && self.rotation.at.is_none() {
            self.rotation.at = Some(now + QUIET);
        }
    }

    /// Has the next dialog asked, if its turn has come.
    pub(super) fn rotate(&mut self, now: Instant) {
        if self.rotation.at.take_if(|at| *at <= now).is_some() && self.suspect_next() {
            self.rotation.at = Some(now + QUIET);
        }
    }

    /// A dialog is lost, or does not answer: others may be as well.
    pub(super) fn suspect_others(&mut self, at: PoolNumber) {
        if at == HOME || self.pools[at].single {
            for _ in 0..OTHERS {
                self.suspect_next();
            }
        }
    }

    /// Whether there was one to suspect.
    fn suspect_next(&mut self) -> bool {
        let count = self.pools.len();
        let in_turn = (1..=count).map(|step| (self.rotation.last + step) % count);
        let Some(next) = in_turn.into_iter().find(|at| self.pools[*at].may_be_asked_for_others()) else { return false };
        self.rotation.last = next;
        self.pools[next].suspect = true;
        self.stir(next);
        true
    }
}
