//! Waiting longer after every failure, and never all at once.

use std::time::Duration;

/// Doubles from `first` to `longest`; every wait is shortened by up to half at random, so that ten thousand
/// endpoints do not come back in the same second.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// `first` after one failure, `longest` at most.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// How long to wait after one more failure.
    pub fn fail(&mut self) -> Duration {
        let whole = self.first.saturating_mul(1 << self.failures.min(16)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        whole.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// Failures since the last success.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Begins anew.
    pub fn succeed(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for whole in [1, 2, 4, 8, 16, 32, 60, 60] {
            let wait = backoff.fail().as_secs_f64();
            assert!((f64::from(whole) / 2.0..=f64::from(whole)).contains(&wait), "{wait} of {whole}");
        }
        backoff.succeed();
        assert!(backoff.fail() <= Duration::from_secs(1));
    }
}
