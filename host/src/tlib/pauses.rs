//! How long a client waits before it connects again. Pure.

use super::Config;
use std::time::{Duration, Instant};
use uc_backoff::Backoff;

/// Longest wait for a T-Server whose links come up and end before it has answered anything. Each of them registers every DN anew, so it is left alone
/// for longer than one that cannot be reached.
const LONGEST_UNSETTLED: Duration = Duration::from_secs(60);

/// How far an attempt to serve came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The link never came up, or not for long enough to be trusted again.
    Brief,
    /// It came up, and the T-Server ended it without an answer.
    Unsettled,
    /// It was up for that long.
    Settled,
}

/// The pauses of one client.
#[derive(Debug)]
pub(super) struct Pauses {
    brief: Backoff,
    unsettled: Backoff,
}

impl Pauses {
    /// Between the bounds that the operator sets.
    pub(super) fn new(config: &Config) -> Self {
        let (first, longest) = (config.reconnect_min, config.reconnect_max);
        Self { brief: Backoff::new(first, longest), unsettled: Backoff::new(first, longest.max(LONGEST_UNSETTLED)) }
    }

    /// How long to wait after this attempt.
    pub(super) fn after(&mut self, attempt: Attempt, now: Instant) -> Duration {
        match attempt {
            Attempt::Unsettled => return self.unsettled.fail(now),
            Attempt::Brief => {}
            Attempt::Settled => {
                self.brief.succeed();
                self.unsettled.succeed();
            }
        }
        self.brief.fail(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Attempts in each of so many minutes, all of which end so at once, at the defaults.
    fn attempts(attempt: Attempt, minutes: u32) -> Vec<usize> {
        let (mut pauses, begun) = (Pauses::new(&Config::new("hq", "a:1")), Instant::now());
        let (mut now, mut counts) = (begun, vec![0; minutes as usize]);
        while now < begun + MINUTE * minutes {
            counts[(now - begun).as_secs() as usize / 60] += 1;
            now += pauses.after(attempt, now);
        }
        counts
    }

    #[test]
    fn a_t_server_whose_links_end_soon_is_left_alone_ever_longer() {
        let counts = attempts(Attempt::Unsettled, 30);
        assert!(counts[0] <= 11 && counts[1] <= 3 && counts[2..].iter().all(|count| *count <= 2), "{counts:?}");
    }

    #[test]
    fn one_that_cannot_be_reached_is_found_within_seconds_of_its_return() {
        let counts = attempts(Attempt::Brief, 30);
        assert!(counts.iter().all(|count| *count >= 20), "{counts:?}");
    }

    #[test]
    fn a_link_that_was_up_for_long_is_tried_again_at_once() {
        let (mut pauses, now) = (Pauses::new(&Config::new("hq", "a:1")), Instant::now());
        for _ in 0..20 {
            pauses.after(Attempt::Unsettled, now);
        }
        for attempt in [Attempt::Settled, Attempt::Unsettled] {
            assert!(pauses.after(attempt, now) <= Duration::from_millis(200), "{attempt:?}");
        }
    }
}
