//! So many a second, with a burst: the next one's time instead of a bucket that somebody must fill. Pure.

use std::time::{Duration, Instant};

/// A rate.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    burst: u32,
    /// When the allowance is whole again.
    whole: Instant,
}

impl Pace {
    /// One each `interval`, and `burst` at once after a rest.
    pub(crate) fn new(interval: Duration, burst: u32, now: Instant) -> Self {
        Self { interval, burst: burst.max(1), whole: now }
    }

    /// When the next one may come.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.whole.checked_sub(self.interval * (self.burst - 1))
    }

    /// Takes one, if it may come now.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let free = self.next().is_none_or(|next| next <= now);
        if free {
            self.whole = self.whole.max(now) + self.interval;
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Never more than the burst and what the time allows, and never held up for longer than an interval.
        #[test]
        fn the_rate_is_kept(burst in 1_u32..5, gaps in prop::collection::vec(0_u64..300, 1..60)) {
            let start = Instant::now();
            let mut now = start;
            let mut pace = Pace::new(Duration::from_millis(100), burst, now);
            let mut taken = 0_u32;
            for gap in gaps {
                now += Duration::from_millis(gap);
                taken += u32::from(pace.take(now));
                let allowed = u128::from(burst) + (now - start).as_millis() / 100;
                prop_assert!(u128::from(taken) <= allowed);
                prop_assert!(pace.next().is_none_or(|next| next <= now + Duration::from_millis(100)));
            }
            prop_assert!(taken > 0);
        }
    }
}
