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

/// One moment by two clocks: the one here, and that of whoever wrote moments down, which may be hours apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SameMoment {
    /// As it is here.
    pub here: Moment,
    /// As it was written down, or would have been.
    pub there: Moment,
}

impl SameMoment {
    /// When here was what was written down as this.
    fn here(self, there: Moment) -> Moment {
        self.here + there.since(self.there) - self.there.since(there)
    }

    /// Since when something is so: never later than now.
    pub fn since(self, there: Moment, now: Moment) -> Moment {
        self.here(there).min(now)
    }

    /// Until when something goes on that lasts so long at most: never longer from now on.
    pub fn until(self, there: Moment, most: Duration, now: Moment) -> Moment {
        self.here(there).min(now + most)
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
    fn what_was_written_down_by_another_clock_is_as_long_ago_as_it_was_there() {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let now = Moment::since_1970(1000 * hour);
        for there in [now, now + hour, now - hour] {
            let clocks = SameMoment { here: now - minute, there };
            assert_eq!(clocks.since(there - 9 * minute, now), now - 10 * minute);
            assert_eq!(clocks.since(there + hour, now), now, "nothing has begun only later");
            assert_eq!(clocks.until(there + 3 * minute, hour, now), now + 2 * minute);
            assert_eq!(clocks.until(there + 9 * hour, hour, now), now + hour, "nothing lasts longer than it may");
        }
        assert_eq!(SameMoment::default().since(now - hour, now), now - hour, "the same clock");
    }

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
