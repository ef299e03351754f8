//! How long to wait before a plug-in is started again. Pure: chance and run time are arguments.

use std::time::Duration;

/// Bounds of the wait; it doubles from the first to the longest, each time up to a quarter shorter or longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// However often it fails.
    pub longest: Duration,
    /// An instance that ran for so long starts again at the first.
    pub settled: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(60), settled: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// The wait after `failures` failures in a row (from 1), with `chance` in 0..1.
    pub(super) fn wait(&self, failures: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(16));
        doubled.min(self.longest).mul_f64(0.75 + chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_longest() {
        let backoff = Backoff::default();
        let waits = [1, 2, 3, 7, 4000].map(|failures| backoff.wait(failures, 0.5).as_secs());
        assert_eq!(waits, [1, 2, 4, 60, 60]);
    }

    #[test]
    fn chance_moves_it_by_a_quarter() {
        let backoff = Backoff::default();
        assert_eq!(backoff.wait(1, 0.0), Duration::from_millis(750));
        assert!(backoff.wait(1, 1.0) <= Duration::from_millis(1250));
    }
}
