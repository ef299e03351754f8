//! Waiting longer after every failure, and never all at once.
//!
//! A crate of its own, because SIP, the SDK and the host all wait so, and none of them may import another.

use std::time::{Duration, Instant};

/// So long without a failure, counted from the end of its pause, and the next one is a first one again. Longer than a
/// request waits for its answer: trouble that shows late is the same trouble.
pub const CALM: Duration = Duration::from_secs(60);

/// The pause after so many failures in a row: doubles from `first` to `longest`, and is shortened by up to half at
/// random, so that ten thousand endpoints do not come back in the same second.
pub fn pause((first, longest): (Duration, Duration), failures: u32) -> Duration {
    let whole = first.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(longest);
    whole.mul_f64(rand::random_range(0.5..=1.0))
}

/// The pauses of one who tries again. Only time without a failure makes them short again, so nothing that a server
/// grants in between, and nothing that lives on meanwhile, turns them into a storm.
#[derive(Clone, Debug)]
pub struct Backoff {
    bounds: (Duration, Duration),
    failures: u32,
    /// A failure from then on is a first one.
    calm_at: Option<Instant>,
}

impl Backoff {
    /// `first` after one failure, `longest` at most.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { bounds: (first, longest), failures: 0, calm_at: None }
    }

    /// How long to wait after one more failure.
    pub fn fail(&mut self, now: Instant) -> Duration {
        self.fail_asked(Duration::ZERO, now)
    }

    /// The same, at least as long as the server asks.
    pub fn fail_asked(&mut self, asked: Duration, now: Instant) -> Duration {
        if self.calm_at.is_some_and(|at| at <= now) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        let wait = pause(self.bounds, self.failures).max(asked);
        self.calm_at = now.checked_add(wait + CALM);
        wait
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Begins anew: what was asked for has been granted for good.
    pub fn succeed(&mut self) {
        (self.failures, self.calm_at) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    fn is_of(wait: Duration, whole: u32) -> bool {
        (f64::from(whole) / 2.0..=f64::from(whole)).contains(&wait.as_secs_f64())
    }

    #[test]
    fn waits_grow_to_a_bound_and_begin_anew() {
        let (mut backoff, now) = (Backoff::new(BOUNDS.0, BOUNDS.1), Instant::now());
        for whole in [1, 2, 4, 8, 16, 32, 60, 60] {
            let wait = backoff.fail(now);
            assert!(is_of(wait, whole), "{wait:?} of {whole}");
        }
        backoff.succeed();
        assert!(is_of(backoff.fail(now), 1));
    }

    #[test]
    fn only_time_without_a_failure_begins_anew_and_pauses_do_not_count() {
        let (mut backoff, mut now) = (Backoff::new(BOUNDS.0, BOUNDS.1), Instant::now());
        for whole in [1, 2, 4, 8, 16, 32, 60, 60] {
            let wait = backoff.fail_asked(Duration::from_secs(50), now);
            assert!(wait >= Duration::from_secs(50) && backoff.failures() <= 8, "{wait:?} of {whole}");
            // Whatever lived meanwhile, it failed again within a minute.
            now += wait + CALM - Duration::from_millis(1);
        }
        assert_eq!(backoff.failures(), 8);
        now += Duration::from_millis(1);
        assert!(is_of(backoff.fail(now), 1), "the minute was over");
    }

    #[test]
    fn a_pause_is_that_of_its_failure_whatever_came_before() {
        for (failures, whole) in [(0, 1), (1, 1), (2, 2), (6, 32), (7, 60), (u32::MAX, 60)] {
            assert!(is_of(pause(BOUNDS, failures), whole), "{failures}");
        }
    }
}
