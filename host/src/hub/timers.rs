//! What the hub waits for. Nothing is ever cancelled: who is woken looks whether there is still something to do.

use crate::{agent_link::LinkId, clock::Moment, web::arrival::PageId};
use std::collections::BTreeSet;
use uc_plugin_api::UserHandle;

/// Why the hub wakes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A worker asked to step again.
    Worker(UserHandle),
    /// A preview may have timed out.
    Preview(u64),
    /// What a worker was asked of calls and previews may be late.
    Outcomes(UserHandle),
    /// A worker may have been without a page for too long.
    PageGrace(UserHandle),
    /// Nobody may have touched a worker's pages for the announced time.
    Idle(UserHandle),
    /// Commands that a plug-in's queue had no room for.
    Commands,
    /// Requests that a T-Server link's queue had no room for.
    Requests(LinkId),
    /// Ends of states that a T-Server has not answered, or could not take.
    Reports(LinkId),
    /// Logins of a T-Server link that wait for their turn.
    Logins(LinkId),
    /// A switch that was lost again and again may be back for good.
    Switch(LinkId),
    /// Those whom a page has found may be otherwise now.
    Search(PageId),
    /// Statistics that nobody looks at may be closed.
    Statistics,
    /// Faults that came again are to be told with a count.
    Complaints,
    /// What workers wish is to be written down.
    Keep,
    /// Who is kept and not in the directory may not come back any more.
    LeftBehind,
}

/// All timers, soonest first. A set: what is asked for again with every report of a peer is kept once.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Moment, Timer)>);

impl Timers {
    /// Wakes `timer` at `at`.
    pub(super) fn set(&mut self, at: Moment, timer: Timer) {
        self.0.insert((at, timer));
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Moment> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes one that is due.
    pub(super) fn due(&mut self, now: Moment) -> Option<Timer> {
        self.next().filter(|at| *at <= now)?;
        self.0.pop_first().map(|(_, timer)| timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_soonest_comes_first_and_what_is_set_twice_comes_once() {
        let (mut timers, at) = (Timers::default(), Moment::default());
        timers.set(at + Duration::from_secs(1), Timer::Preview(1));
        (0..3).for_each(|_| timers.set(at, Timer::Worker(UserHandle(7))));
        assert_eq!(timers.due(at), Some(Timer::Worker(UserHandle(7))));
        assert_eq!((timers.due(at), timers.next()), (None, Some(at + Duration::from_secs(1))));
    }
}
