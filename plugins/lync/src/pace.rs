//! How often one person may be named in SUBSCRIBEs, whatever servers answer: below ten times in any minute, and after
//! each refusal after a longer pause. Pure.

use std::time::{Duration, Instant};
use uc_backoff::pause;

/// A person is named so often for long…
const EVERY: Duration = Duration::from_secs(9);
/// …and so often more than that at once: in any minute 60 s / 9 s + 2 = 8 times, and once more when a refresh of the
/// dialog, which waits for nobody, names the person.
const MORE: u32 = 1;
/// First and longest pause after refusals of a person alone.
const PAUSE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// One person's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// When the next request would have been due had they come evenly.
    even: Option<Instant>,
    /// With how many others at most the person may be named; none: as many as there may be.
    company: Option<u16>,
    /// Refusals of the person alone, in a row.
    refusals: u8,
}

impl Pace {
    /// When the person may be named next; none: at once.
    pub(crate) fn ready_at(&self) -> Option<Instant> {
        self.even.and_then(|even| even.checked_sub(EVERY * MORE))
    }

    /// A SUBSCRIBE names the person.
    pub(crate) fn named(&mut self, now: Instant) {
        self.even = Some(self.even.map_or(now, |even| even.max(now)) + EVERY);
    }

    /// A SUBSCRIBE that named the person was accepted.
    pub(crate) fn accepted(&mut self) {
        self.company = None;
    }

    /// One that named so many people was refused, whoever of them is the cause: next time they are half as many, so
    /// that one whom the server refuses is alone soon and costs nobody else.
    pub(crate) fn refused(&mut self, people: usize) {
        self.company = Some(u16::try_from(people / 2).unwrap_or(u16::MAX).saturating_sub(1));
        self.refusals = self.refusals.saturating_add(u8::from(people < 2));
    }

    /// The person alone was refused, though the SUBSCRIBE was accepted: nobody else suffers, so company does no harm.
    pub(crate) fn denied(&mut self) {
        self.refusals = self.refusals.saturating_add(1);
    }

    /// The server has said how the person is.
    pub(crate) fn heard(&mut self) {
        self.refusals = 0;
    }

    /// How many people may be named together.
    pub(crate) fn share(&self, batch: usize) -> usize {
        self.company.map_or(batch, |others| batch.min(usize::from(others) + 1))
    }

    /// The pause after a refusal, for all who were named: short while the cause is looked for, growing for one alone.
    pub(crate) fn pause(&self) -> Duration {
        pause(PAUSE, self.refusals.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However often somebody is to be named, it is below ten times in any minute.
        #[test]
        fn nobody_is_named_ten_times_in_a_minute(waits in proptest::collection::vec(0_u64..20_000, 1..200)) {
            let (mut pace, mut now, mut named) = (Pace::default(), Instant::now(), Vec::new());
            for wait in waits {
                now += Duration::from_millis(wait);
                now = pace.ready_at().map_or(now, |at| at.max(now));
                pace.named(now);
                named.push(now);
            }
            for (at, begin) in named.iter().enumerate() {
                let minute = named[at..].iter().take_while(|at| **at < *begin + Duration::from_secs(60)).count();
                prop_assert!(minute < 10, "{minute}");
            }
        }
    }

    #[test]
    fn who_is_refused_in_company_is_alone_soon_and_then_waits_longer() {
        let mut pace = Pace::default();
        for share in [100, 50, 25, 12, 6, 3, 1, 1] {
            assert_eq!(pace.share(100), share);
            pace.refused(share);
        }
        for whole in [4, 8, 16, 30, 30] {
            let wait = pace.pause().as_secs_f64();
            assert!((f64::from(whole) / 2.0..=f64::from(whole)).contains(&wait), "{wait} of {whole}");
            pace.refused(1);
        }
        pace.accepted();
        assert_eq!(pace.share(100), 100);
        pace.heard();
        assert!(pace.pause() <= Duration::from_secs(2));
    }
}
