//! What the hub waits for. Nothing is ever cancelled: who is woken looks whether there is still something to do.

use std::{cmp::Reverse, collections::BinaryHeap, time::Instant};
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
    /// Commands that a plug-in's queue had no room for.
    Commands,
}

/// All timers, soonest first.
#[derive(Debug, Default)]
pub(super) struct Timers(BinaryHeap<Reverse<(Instant, Timer)>>);

impl Timers {
    /// Wakes `timer` at `at`.
    pub(super) fn set(&mut self, at: Instant, timer: Timer) {
        self.0.push(Reverse((at, timer)));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        self.next().filter(|at| *at <= now)?;
        self.0.pop().map(|Reverse((_, timer))| timer)
    }
}
