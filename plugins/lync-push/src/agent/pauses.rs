//! How long an agent waits that was refused. What passes by itself is tried again soon however long it has lasted: the
//! platform shows something wrong of a person until then. What only somebody can repair is asked ever more slowly.

use std::time::{Duration, Instant};
use uc_backoff::Backoff;

/// First and longest pause after what passes by itself.
const PASSING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// The same after what does not.
const LASTING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));

/// The pauses of one agent.
#[derive(Debug)]
pub(super) struct Pauses {
    passing: Backoff,
    lasting: Backoff,
}

impl Pauses {
    pub(super) fn new() -> Self {
        Self { passing: Backoff::new(PASSING.0, PASSING.1), lasting: Backoff::new(LASTING.0, LASTING.1) }
    }

    /// How long to wait after one more failure, which `passes` by itself or not.
    pub(super) fn fail(&mut self, passes: bool, now: Instant) -> Duration {
        self.fail_asked(Duration::ZERO, passes, now)
    }

    /// The same, at least as long as the server asks.
    pub(super) fn fail_asked(&mut self, asked: Duration, passes: bool, now: Instant) -> Duration {
        let pauses = if passes { &mut self.passing } else { &mut self.lasting };
        pauses.fail_asked(asked, now)
    }

    /// Failures in a row, of either kind.
    pub(super) fn failures(&self) -> u32 {
        self.passing.failures().saturating_add(self.lasting.failures())
    }

    /// Begins anew.
    pub(super) fn succeed(&mut self) {
        self.passing.succeed();
        self.lasting.succeed();
    }
}
