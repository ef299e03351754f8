//! How often requests for one and the same wish are repeated. The first of each step goes out at once; each further
//! one waits for a growing pause, whatever the T-Server answered in between. Pure.
//!
//! | After | The next request waits |
//! |---|---|
//! | a request of the same step | 1, 3, 9, 27, then 30 s, with up to a quarter less |
//! | a registration that was answered, and those before it too | 1, 3, 9, then 25 s |
//! | three answers that are not what was asked | a quarter of an hour, doubling up to an hour, unless something changes |
//! | a refusal for good | a minute, doubling up to a quarter of an hour, unless something changes |

use crate::clock::Moment;
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// A DN that is read whenever that is asked for keeps nobody waiting for longer, however often it must be read again.
const LONGEST_ANSWERED: Duration = Duration::from_secs(25);
/// So long after the last pause nothing was repeated.
const CALM: Duration = Duration::from_secs(5 * 60);
/// Answers other than what was asked, before they are taken for the T-Server's decision.
const CONTRADICTIONS: u8 = 3;
const DECIDED: Duration = Duration::from_secs(15 * 60);
const LONGEST_DECIDED: Duration = Duration::from_secs(60 * 60);
const FOR_GOOD: Duration = Duration::from_secs(60);
const LONGEST_FOR_GOOD: Duration = Duration::from_secs(15 * 60);

/// One step of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Register = 1,
    Login = 2,
    Logout = 4,
    State = 8,
}

/// The pace of one wish.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// Spreads the lines: the same for a line as long as it lives.
    salt: u32,
    /// Steps that were sent, a bit each.
    sent: u8,
    repeated: u8,
    /// So many in a row were answered.
    answered: u8,
    contradictions: u8,
    for_good: u8,
    /// Before this, no step is sent a second time.
    not_again_before: Option<Moment>,
    /// Before this, no step is sent at all.
    closed_until: Option<Moment>,
    /// Before this, what a step waits for is not cut short.
    not_cut_before: Option<Moment>,
}

impl Pace {
    /// The pace of a new wish; `salt` spreads those who begin in one moment.
    pub(crate) fn new(salt: u32) -> Self {
        Self { salt, ..Self::default() }
    }

    /// A new wish: nothing was tried for it.
    pub(crate) fn start_over(&mut self) {
        *self = Self::new(self.salt);
    }

    /// The wish is another for a reason that is no new word of its owner's: the DN went to somebody else, or a hold came
    /// between. Nothing is decided about it yet, and requests come no faster than before.
    pub(crate) fn go_on(&mut self) {
        (self.contradictions, self.for_good, self.closed_until) = (0, 0, None);
    }

    /// The wish is fulfilled: what was answered before counts no more.
    pub(crate) fn fulfilled(&mut self) {
        (self.contradictions, self.for_good) = (0, 0);
    }

    /// When this step may be sent; none: now.
    pub(crate) fn waits(&self, step: Step, now: Moment) -> Option<Moment> {
        let again = self.not_again_before.filter(|_| self.was_sent(step));
        again.max(self.closed_until).filter(|at| now < *at)
    }

    /// This step is sent. After a calm time it is a first try again.
    pub(crate) fn sent(&mut self, step: Step, now: Moment) {
        if self.not_again_before.is_some_and(|before| before + CALM < now) {
            (self.sent, self.repeated, self.answered) = (0, 0, 0);
        }
        self.repeated += u8::from(self.was_sent(step) && self.repeated < u8::MAX);
        self.sent |= step as u8;
        self.not_again_before = Some(now + self.jittered(growing(FIRST, 3, self.repeated, LONGEST), now));
    }

    /// It was not sent after all: it counts as never tried.
    pub(crate) fn unsent(&mut self, step: Step) {
        self.sent &= !(step as u8);
    }

    /// What was sent has come to what it was sent for: should it be needed again, that is no failed try.
    pub(crate) fn answered(&mut self, now: Moment) {
        (self.repeated, self.for_good) = (self.repeated.min(1), 0);
        self.not_again_before = Some(now + growing(FIRST, 3, self.answered, LONGEST_ANSWERED));
        self.answered = self.answered.saturating_add(1);
    }

    /// It has come to nothing.
    pub(crate) fn failed(&mut self) {
        self.answered = 0;
    }

    /// Something new is wished that waits for this: what was answered before holds it up no longer.
    pub(crate) fn start_over_if_answered(&mut self) {
        if self.is_answered() {
            self.start_over();
        }
    }

    /// What was sent last came to what it was sent for.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered > 0
    }

    /// The answer is not what was asked. True: so often that it is the T-Server's decision.
    pub(crate) fn contradicted(&mut self, now: Moment) -> bool {
        self.contradictions = self.contradictions.saturating_add(1);
        let beyond = self.contradictions.checked_sub(CONTRADICTIONS);
        if let Some(beyond) = beyond {
            self.closed_until = Some(now + growing(DECIDED, 2, beyond, LONGEST_DECIDED));
        }
        beyond.is_some()
    }

    /// Refused in a way that will not change by itself.
    pub(crate) fn refused_for_good(&mut self, now: Moment) {
        self.closed_until = Some(now + self.jittered(growing(FOR_GOOD, 2, self.for_good, LONGEST_FOR_GOOD), now));
        self.for_good = self.for_good.saturating_add(1);
    }

    /// Refused in a way that may be over the next time.
    pub(crate) fn refused_for_now(&mut self) {
        self.for_good = 0;
    }

    /// Something changed at the T-Server: one more try is worth it, though not at once.
    pub(crate) fn reopen(&mut self, now: Moment) {
        let soon = now + self.jittered(LONGEST, now);
        self.closed_until = self.closed_until.map(|closed| closed.min(soon));
    }

    /// What the T-Server decided or refused, and for whose sake, has ended: another try is worth it now. Where that
    /// happens again soon, as soon as the last try allows.
    pub(crate) fn reopen_at_once(&mut self, now: Moment) {
        self.go_on();
        if self.not_cut_before.is_none_or(|before| before <= now) {
            (self.not_again_before, self.not_cut_before) = (None, Some(now + LONGEST));
        }
    }

    /// It was asked twice, to no end, and is asked once more.
    pub(crate) fn is_in_vain(&self) -> bool {
        self.repeated >= 2
    }

    /// The last refusal will not change by itself.
    pub(crate) fn is_refused_for_good(&self) -> bool {
        self.for_good > 0
    }

    /// How many requests were repetitions.
    pub(crate) fn repeated(&self) -> u8 {
        self.repeated
    }

    /// Up to a quarter less, so that thousands of lines do not try again in one moment; the same for the same line and
    /// moment, so that a simulation can be repeated.
    fn jittered(&self, whole: Duration, now: Moment) -> Duration {
        let mut mixed = u64::from(self.salt).wrapping_add(now.unix_ms()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        whole - whole.mul_f64((mixed >> 40) as f64 / f64::from(1 << 24) / 4.0)
    }

    fn was_sent(&self, step: Step) -> bool {
        self.sent & step as u8 != 0
    }
}

fn growing(first: Duration, factor: u32, times: u8, longest: Duration) -> Duration {
    first.saturating_mul(factor.saturating_pow(times.min(20).into())).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends_in(minutes: u64, mut each: impl FnMut(&mut Pace, Moment)) -> usize {
        let (start, mut pace) = (Moment::default(), Pace::default());
        let mut sends = 0;
        for tenth in 0..minutes * 600 {
            let now = start + Duration::from_millis(100 * tenth);
            if pace.waits(Step::State, now).is_none() {
                pace.sent(Step::State, now);
                each(&mut pace, now);
                sends += 1;
            }
        }
        sends
    }

    #[test]
    fn a_step_is_repeated_six_times_a_minute_at_the_most_and_never_given_up() {
        assert!((5..=6).contains(&sends_in(1, |_, _| ())));
        assert!((22..=30).contains(&sends_in(11, |_, _| ())));
    }

    #[test]
    fn what_is_answered_is_asked_again_soon_and_less_than_seven_times_a_minute() {
        let (mut longest, mut last) = (Duration::ZERO, Moment::default());
        let sends = sends_in(10, |pace, now| {
            (longest, last) = (longest.max(now.since(last)), now);
            pace.answered(now);
        });
        assert!((24..=29).contains(&sends) && longest == LONGEST_ANSWERED, "{sends} {longest:?}");
        assert!((5..7).contains(&sends_in(1, |pace, now| pace.answered(now))));
    }

    #[test]
    fn a_new_wish_waits_for_no_pause_but_one_that_a_failure_has_made() {
        for (fails, waits) in [(false, false), (true, true)] {
            let (mut pace, now) = (Pace::default(), Moment::default());
            for _ in 0..5 {
                pace.sent(Step::Register, now);
                pace.answered(now);
            }
            if fails {
                pace.failed();
            }
            pace.start_over_if_answered();
            assert_eq!(pace.waits(Step::Register, now).is_some(), waits);
        }
    }

    #[test]
    fn three_contradictions_are_a_decision() {
        assert_eq!(
            sends_in(14, |pace, now| {
                pace.contradicted(now);
            }),
            3
        );
        assert!((4..=5).contains(&sends_in(60, |pace, now| {
            pace.contradicted(now);
        })));
    }

    #[test]
    fn a_refusal_for_good_is_tried_again_in_minutes() {
        assert!((4..=6).contains(&sends_in(16, |pace, now| pace.refused_for_good(now))));
    }

    #[test]
    fn the_next_step_need_not_wait() {
        let (mut pace, now) = (Pace::default(), Moment::default());
        pace.sent(Step::Login, now);
        assert_eq!(pace.waits(Step::State, now), None);
        assert!(pace.waits(Step::Login, now).is_some());
    }
}
