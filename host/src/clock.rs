//! The time an event happened, read once per turn of the loop and handed to everything pure.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For deadlines.
    pub mono: Instant,
    /// For pages: milliseconds since 1970 UTC.
    pub unix_ms: u64,
}

impl Now {
    /// Reads both clocks. Only the run loop calls this.
    pub fn read() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mono = tokio::time::Instant::now().into_std();
        Self { mono, unix_ms: u64::try_from(unix.as_millis()).unwrap_or(u64::MAX) }
    }

    /// The wall clock `later`.
    pub fn unix_ms_in(&self, later: Duration) -> u64 {
        self.unix_ms.saturating_add(u64::try_from(later.as_millis()).unwrap_or(u64::MAX))
    }
}
