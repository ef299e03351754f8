//! Watches whether a peer takes what is written to it: one that sends and never reads is not lost by its silence, yet
//! whatever waits for its answers waits for ever. Reads no clock.

use std::time::{Duration, Instant};

/// How long the bytes that wait at one moment may take to be gone. The links keep some 400 KiB at most unwritten: a
/// peer that takes less than 40 KiB a second could not be served anyway.
pub const UNREAD: Duration = Duration::from_secs(10);

/// The bytes that waited when we looked first, and since when.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unread {
    /// So many bytes in all are taken once they are gone.
    mark: u64,
    since: Option<Instant>,
}

impl Unread {
    /// Notes that `taken` bytes went out since the connection began, and that `waiting` more are to follow.
    pub fn note(&mut self, taken: u64, waiting: u64, now: Instant) {
        if waiting == 0 {
            self.since = None;
        } else if self.since.is_none() || taken >= self.mark {
            *self = Self { mark: taken + waiting, since: Some(now) };
        }
    }

    /// Nothing could be written for so long, and not for the peer's sake.
    pub fn put_off(&mut self, pause: Duration) {
        self.since = self.since.map(|since| since + pause);
    }

    /// When the peer counts as one that does not read; none while nothing waits.
    pub fn deadline(&self) -> Option<Instant> {
        self.since.map(|since| since + UNREAD)
    }

    /// True when what waited first has waited too long at `now`.
    pub fn too_long(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_waits_must_be_taken_in_time_whatever_comes_after_it() {
        let start = Instant::now();
        let mut unread = Unread::default();
        unread.note(0, 100, start);
        // More is written all the time, and a byte now and then is taken: the first hundred still wait.
        for second in 1..10 {
            unread.note(second, 100 * second, start + SECOND * second as u32);
            assert!(!unread.too_long(start + SECOND * second as u32));
        }
        assert!(unread.too_long(start + UNREAD));
    }

    #[test]
    fn whoever_takes_it_has_the_whole_time_for_the_next() {
        let start = Instant::now();
        let mut unread = Unread::default();
        unread.note(0, 100, start);
        unread.note(100, 50, start + 9 * SECOND);
        assert_eq!(unread.deadline(), Some(start + 9 * SECOND + UNREAD));
        unread.note(150, 0, start + 12 * SECOND);
        assert_eq!((unread.deadline(), unread.too_long(start + 100 * SECOND)), (None, false));
        unread.note(150, 1, start + 100 * SECOND);
        assert_eq!(unread.deadline(), Some(start + 100 * SECOND + UNREAD));
    }
}
