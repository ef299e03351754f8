//! How long to wait before connecting again. Reads no clock and no random source.

use std::time::Duration;

/// Doubles from `min` to `max`. The wait is drawn between half and all of that, so that many clients of one failed
/// T-Server do not come back at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    min: Duration,
    max: Duration,
    doublings: u32,
}

impl Backoff {
    pub(super) fn new(min: Duration, max: Duration) -> Self {
        Self { min, max, doublings: 0 }
    }

    /// The link worked: the next wait is the shortest again.
    pub(super) fn reset(&mut self) {
        self.doublings = 0;
    }

    /// The next wait; `random` from 0 to 1.
    pub(super) fn wait(&mut self, random: f64) -> Duration {
        let full = self.min.saturating_mul(1 << self.doublings.min(20)).min(self.max);
        self.doublings += 1;
        full.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_bound_and_starts_again() {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(1));
        let waits: Vec<_> = (0..4).map(|_| backoff.wait(1.0).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1000]);
        assert_eq!(backoff.wait(0.0).as_millis(), 500);
        backoff.reset();
        assert_eq!(backoff.wait(1.0).as_millis(), 200);
    }

    #[test]
    fn never_overflows() {
        let mut backoff = Backoff::new(Duration::from_secs(3600), Duration::from_secs(3600));
        for _ in 0..100 {
            assert!(backoff.wait(1.0) <= Duration::from_secs(3600));
        }
    }
}
