//! How often a T-Server is asked for one thing of one chat, whatever it answers and however often it gives a reason to
//! ask: two times at once, then after a pause that grows. Pure.

use super::Place;
use crate::clock::Moment;
use std::time::Duration;

/// The pause after each try; after further ones the last.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(9),
    Duration::from_secs(27),
    Duration::from_secs(30),
];
/// Tries after which nothing is expected of another.
const ENOUGH: usize = 5;
/// So long after the last pause nothing was asked: the next try is a first one.
const CALM: Duration = Duration::from_secs(5 * 60);
/// Most chats of others that are remembered of one worker; of still others nothing is asked.
const MOST_OTHERS: usize = 256;

/// The tries for one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tries {
    count: usize,
    again_at: Option<Moment>,
}

impl Tries {
    /// When the next one may be; none: at any time.
    pub(super) fn again_at(&self) -> Option<Moment> {
        self.again_at
    }

    /// Another one may be made now.
    pub(super) fn may(&self, now: Moment) -> bool {
        self.again_at.is_none_or(|at| at <= now)
    }

    /// One is made.
    pub(super) fn tried(&mut self, now: Moment) {
        if self.is_calm(now) {
            self.count = 0;
        }
        self.again_at = Some(now + PAUSES[self.count.min(PAUSES.len() - 1)]);
        self.count += 1;
    }

    /// Nothing is expected of another.
    pub(super) fn are_enough(&self) -> bool {
        self.count >= ENOUGH
    }

    fn is_calm(&self, now: Moment) -> bool {
        self.again_at.is_none_or(|at| at + CALM <= now)
    }
}

/// The tries for chats that are none of the worker's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Others(Vec<(Place, Tries)>);

impl Others {
    /// Something may be asked of this chat now, and is.
    pub(super) fn ask(&mut self, place: &Place, now: Moment) -> bool {
        if self.0.len() >= MOST_OTHERS {
            self.0.retain(|(_, tries)| !tries.is_calm(now));
        }
        let at = self.0.iter().position(|(of, _)| of == place);
        if at.is_none() && self.0.len() >= MOST_OTHERS {
            metrics::counter!("uc_chats_given_up_total").increment(1);
            return false;
        }
        let at = at.unwrap_or_else(|| {
            self.0.push((place.clone(), Tries::default()));
            self.0.len() - 1
        });
        let tries = &mut self.0[at].1;
        let may = tries.may(now) && (!tries.are_enough() || tries.is_calm(now));
        if may {
            tries.tried(now);
            metrics::counter!("uc_chats_given_up_total").increment(tries.are_enough().into());
        }
        may
    }
}
