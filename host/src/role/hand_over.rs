//! When a primary that has lost every T-Server lets another node work that has one. Pure.
//!
//! One that has given its turn up for this stands by, and works again when the other one goes. Where nodes lose their
//! T-Servers by turns, a growing pause lies between two hand-overs. Nobody compares clocks for it: each node counts
//! from the beginning of its own turn, and the store keeps how many there were.

use std::time::Duration;

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// A turn of this length is the end of a series of hand-overs: the pauses begin anew.
pub const LONG_TURN: Duration = Duration::from_secs(60 * 60);

/// What a primary knows.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// For how long no link to a T-Server has been up.
    pub without: Duration,
    /// For how long this node has worked.
    pub worked: Duration,
    /// Hand-overs before this turn, each soon after the one before.
    pub before: u32,
    /// What is known of other nodes.
    pub others: Others,
}

/// What is known of other nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// An arbiter outside decides, and the nodes know nothing of each other.
    Unknown,
    /// None that stands by says that it has a link.
    Without,
    /// One that stands by says that it has a link.
    With,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Stays,
    /// It is for the arbiter to say.
    Arbiters,
    /// It goes on: no other node would serve anybody.
    NobodyElse,
    /// The last hand-over was a short while ago: it goes on for so long.
    Waits(Duration),
    /// The other node is to work.
    HandsOver,
}

impl Situation {
    /// `after`: without a link for so long, another node is to work.
    pub fn verdict(self, after: Duration) -> Verdict {
        if self.without < after {
            return Verdict::Stays;
        }
        let pause = pause(after, self.before);
        match self.others {
            Others::Unknown => Verdict::Arbiters,
            Others::Without => Verdict::NobodyElse,
            Others::With if self.worked < pause => Verdict::Waits(pause - self.worked),
            Others::With => Verdict::HandsOver,
        }
    }

    /// Hand-overs, with the one at the end of this turn.
    pub fn count(self) -> u32 {
        if self.worked < LONG_TURN { self.before.saturating_add(1) } else { 1 }
    }
}

/// A turn lasts at least so long after so many hand-overs.
fn pause(after: Duration, before: u32) -> Duration {
    match before {
        0 => Duration::ZERO,
        _ => after.saturating_mul(2_u32.saturating_pow(before)).min(LONGEST.max(after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_secs(30);

    #[test]
    fn who_serves_nobody_hands_over_to_who_can_and_ever_more_rarely() {
        use Others::{Unknown, With, Without};
        use Verdict::{Arbiters, HandsOver, NobodyElse, Stays};
        let waits = |seconds| Verdict::Waits(Duration::from_secs(seconds));
        for (without, worked, before, others, verdict) in [
            (29, 29, 0, With, Stays),
            (30, 30, 0, With, HandsOver),
            (30, 30, 0, Without, NobodyElse),
            (30, 30, 0, Unknown, Arbiters),
            // It had none while it stood by, either.
            (500, 1, 0, With, HandsOver),
            // The other one has handed over to this one.
            (30, 30, 1, With, waits(30)),
            (60, 60, 1, With, HandsOver),
            (60, 60, 2, With, waits(60)),
            (60, 60, 2, Without, NobodyElse),
            (120, 120, 2, With, HandsOver),
            (30, 899, 40, With, waits(1)),
            (30, 900, u32::MAX, With, HandsOver),
        ] {
            let [without, worked] = [without, worked].map(Duration::from_secs);
            let situation = Situation { without, worked, before, others };
            assert_eq!(situation.verdict(AFTER), verdict, "{situation:?}");
        }
    }

    #[test]
    fn a_long_turn_begins_the_pauses_anew() {
        let count = |worked, before| {
            Situation { without: AFTER, worked: Duration::from_secs(worked), before, others: Others::With }.count()
        };
        assert_eq!((count(60, 0), count(60, 4), count(3600, 4), count(60, u32::MAX)), (1, 5, 1, u32::MAX));
    }

    #[test]
    fn no_pause_is_shorter_than_the_one_before_or_than_what_is_configured() {
        for after in [1, 30, 3600].map(Duration::from_secs) {
            let pauses: Vec<_> = (1..40).map(|before| pause(after, before)).collect();
            assert!(pauses.is_sorted() && pauses[0] >= after && *pauses.last().unwrap() <= LONGEST.max(after));
        }
    }
}
