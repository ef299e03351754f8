//! Heartbeats with ADDP's semantics (host/docs/t-library.md, "ADDP"): after `timeout` of silence one side asks, and
//! when the same time passes again without a byte the connection is lost. Any traffic counts as a sign of life. Reads
//! no clock.

use std::time::{Duration, Instant};

/// Watches the silence of one peer.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    timeout: Duration,
    heard: Instant,
    asked: bool,
}

/// What [`Heartbeat::poll`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Nothing to do before [`Heartbeat::deadline`].
    Quiet,
    /// Send a heartbeat.
    Ask,
    /// The peer is gone: close the connection.
    Lost,
}

impl Heartbeat {
    /// `timeout` of zero turns the heartbeat off, as in ADDP.
    pub fn new(timeout: Duration, now: Instant) -> Self {
        Self { timeout, heard: now, asked: false }
    }

    /// Something arrived.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = false;
    }

    /// When to call [`Self::poll`] next; none when turned off.
    pub fn deadline(&self) -> Option<Instant> {
        let periods = if self.asked { 2 } else { 1 };
        (!self.timeout.is_zero()).then(|| self.heard + self.timeout * periods)
    }

    /// Says what is due at `now`. [`Beat::Ask`] is answered once per silence.
    pub fn poll(&mut self, now: Instant) -> Beat {
        match self.deadline() {
            Some(deadline) if now >= deadline && self.asked => Beat::Lost,
            Some(deadline) if now >= deadline => {
                // A late call must not shorten the second wait.
                self.heard = now - self.timeout;
                self.asked = true;
                Beat::Ask
            }
            _ => Beat::Quiet,
        }
    }
}

/// Heartbeats answered in a second: a sound peer asks after some silence.
const MAX_ACKS: u32 = 10;

/// Answers given to heartbeats in this second.
#[derive(Clone, Copy, Debug)]
pub struct Acks {
    second: Instant,
    given: u32,
}

impl Acks {
    /// None given yet.
    pub fn new(now: Instant) -> Self {
        Self { second: now, given: 0 }
    }

    /// True when one more may be given, at most ten a second.
    pub fn take(&mut self, now: Instant) -> bool {
        if now >= self.second + Duration::from_secs(1) {
            *self = Self::new(now);
        }
        self.given = self.given.saturating_add(1);
        self.given <= MAX_ACKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn asks_once_then_loses() {
        let start = Instant::now() + 100 * SECOND;
        let mut beat = Heartbeat::new(10 * SECOND, start);
        assert_eq!(beat.poll(start + 9 * SECOND), Beat::Quiet);
        assert_eq!(beat.poll(start + 10 * SECOND), Beat::Ask);
        assert_eq!(beat.poll(start + 11 * SECOND), Beat::Quiet);
        assert_eq!(beat.deadline(), Some(start + 20 * SECOND));
        assert_eq!(beat.poll(start + 20 * SECOND), Beat::Lost);
    }

    #[test]
    fn any_traffic_is_a_sign_of_life() {
        let start = Instant::now() + 100 * SECOND;
        let mut beat = Heartbeat::new(10 * SECOND, start);
        assert_eq!(beat.poll(start + 10 * SECOND), Beat::Ask);
        beat.heard(start + 19 * SECOND);
        assert_eq!(beat.poll(start + 28 * SECOND), Beat::Quiet);
        assert_eq!(beat.poll(start + 29 * SECOND), Beat::Ask);
    }

    #[test]
    fn a_late_poll_still_waits_the_full_time_for_the_answer() {
        let start = Instant::now() + 100 * SECOND;
        let mut beat = Heartbeat::new(10 * SECOND, start);
        assert_eq!(beat.poll(start + 60 * SECOND), Beat::Ask);
        assert_eq!(beat.poll(start + 69 * SECOND), Beat::Quiet);
        assert_eq!(beat.poll(start + 70 * SECOND), Beat::Lost);
    }

    #[test]
    fn ten_heartbeats_a_second_are_answered() {
        let start = Instant::now();
        let mut acks = Acks::new(start);
        for second in 0..3 {
            let given = (0..100_000).filter(|_| acks.take(start + SECOND * second)).count();
            assert_eq!(given, 10, "in second {second}");
        }
    }

    #[test]
    fn zero_turns_it_off() {
        let start = Instant::now();
        let mut beat = Heartbeat::new(Duration::ZERO, start);
        assert_eq!(beat.deadline(), None);
        assert_eq!(beat.poll(start + 9999 * SECOND), Beat::Quiet);
    }
}
