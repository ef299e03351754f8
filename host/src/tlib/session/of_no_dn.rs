//! Events that name no DN that can be read: every DN is read again for them, at once and then at most once a minute.
//! Pure.

use std::time::{Duration, Instant};

/// So long at the least between two times at which every DN is read again.
const PAUSE: Duration = Duration::from_secs(60);

/// When every DN was, and is to be, read again.
#[derive(Debug, Default)]
pub(super) struct OfNoDn {
    /// None may be asked for before.
    free_at: Option<Instant>,
    /// One came since.
    waits: bool,
}

impl OfNoDn {
    /// One came. True: every DN is to be read again now.
    pub(super) fn came(&mut self, now: Instant) -> bool {
        self.waits = true;
        self.is_due(now)
    }

    /// True, once: every DN is to be read again now.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.waits && self.free_at.is_none_or(|at| at <= now);
        if due {
            *self = Self { free_at: Some(now + PAUSE), waits: false };
        }
        due
    }

    /// Every DN is read anew for another reason.
    pub(super) fn mark_read(&mut self) {
        self.waits = false;
    }

    /// When to call [`Self::is_due`].
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.free_at.filter(|_| self.waits)
    }
}
