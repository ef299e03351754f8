//! The time an event happened, read once per turn of the hub's loop and handed to everything pure.

use serde::{Deserialize, Serialize};
use std::{
    ops::{Add, AddAssign, Sub},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::Instant;

/// A moment on the host's steady timeline, which starts at the wall clock's time and then never jumps. Unlike an
/// `Instant` it can be written out and read back by another process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(Duration);

impl Moment {
    /// So long after 1970 UTC.
    pub const fn since_1970(time: Duration) -> Self {
        Self(time)
    }

    /// Milliseconds since 1970 UTC, as pages are told.
    pub fn unix_ms(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// How long ago `earlier` was; zero when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later))
    }
}

impl AddAssign<Duration> for Moment {
    fn add_assign(&mut self, later: Duration) {
        *self = *self + later;
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(earlier))
    }
}

/// Tells moments. The hub's loop reads it; nothing pure does.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    wall: Duration,
}

impl Clock {
    /// Reads the wall clock, this once.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: Instant::now(), wall }
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        Moment(self.wall + self.start.elapsed())
    }

    /// When a timer for this moment is due; a moment before the start is due at once.
    pub fn instant(&self, moment: Moment) -> Instant {
        self.start + moment.0.saturating_sub(self.wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_and_its_instant_are_one() {
        let clock = Clock::start();
        let now = clock.now();
        assert_eq!(
            clock.instant(now + Duration::from_secs(7)).duration_since(clock.instant(now)),
            Duration::from_secs(7)
        );
        assert_eq!((now + Duration::from_millis(3)).since(now), Duration::from_millis(3));
        assert_eq!(now.since(now + Duration::from_secs(1)), Duration::ZERO);
    }
}
