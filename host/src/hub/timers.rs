//! What the hub waits for. Nothing is ever cancelled: who is woken looks whether there is still something to do.

use std::{collections::BTreeSet, time::Instant};
use uc_plugin_api::UserHandle;

/// Why the hub wakes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A line may try again.
    Retry(UserHandle, u8),
    /// A preview may have timed out.
    Preview(u64),
    /// A stale presence may have become unknown.
    PresenceGrace(UserHandle),
    /// A worker may have been without a page for too long.
    PageGrace(UserHandle),
    /// The publication of a stale agent state may have stood long enough.
    Publication(UserHandle),
    /// A hold may be over, or an echo of ours too late.
    Hold(UserHandle),
    /// Commands that a plug-in's queue had no room for.
    Commands,
}

/// All timers, soonest first. A set: what is asked for again with every report of a peer is kept once.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Instant, Timer)>);

impl Timers {
    /// Wakes `timer` at `at`.
    pub(super) fn set(&mut self, at: Instant, timer: Timer) {
        self.0.insert((at, timer));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes one that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        self.next().filter(|at| *at <= now)?;
        self.0.pop_first().map(|(_, timer)| timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soonest_comes_first_and_what_is_set_twice_comes_once() {
        let (mut timers, at) = (Timers::default(), Instant::now());
        timers.set(at + std::time::Duration::from_secs(1), Timer::Preview(1));
        (0..3).for_each(|_| timers.set(at, Timer::PresenceGrace(UserHandle(7))));
        assert_eq!(timers.due(at), Some(Timer::PresenceGrace(UserHandle(7))));
        assert_eq!((timers.due(at), timers.next()), (None, Some(at + std::time::Duration::from_secs(1))));
    }
}
