//! Whether a server still talks. A machine that is gone is the transport's to notice; this finds the one that keeps
//! the connection and says nothing: after some silence it is asked (OPTIONS), and without a byte it is given up.

use std::time::{Duration, Instant};

/// How long silence is borne. Together they bound how late a dead server is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Silence after which the server is asked.
    pub ask_after: Duration,
    /// How long it may then stay silent.
    pub answer_within: Duration,
}

impl Patience {
    /// Bears silence for that time in all. Asking takes the smaller part: a server that has just started answers late.
    pub fn of(all: Duration) -> Self {
        let ask_after = all * 2 / 5;
        Self { ask_after, answer_within: all - ask_after }
    }

    /// How long in all.
    pub fn all(&self) -> Duration {
        self.ask_after + self.answer_within
    }
}

/// 16 s: of the 30 s in which everybody must be right again the rest is for signing in and subscribing anew.
impl Default for Patience {
    fn default() -> Self {
        Self::of(Duration::from_secs(16))
    }
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Ask for a sign of life.
    Ask,
    /// The server is gone.
    Gone,
}

/// The silence on one connection.
#[derive(Debug)]
pub struct Silence {
    patience: Patience,
    heard: Instant,
    asked: Option<Instant>,
    over: bool,
}

impl Silence {
    /// The connection stands.
    pub fn new(patience: Patience, now: Instant) -> Self {
        Self { patience, heard: now, asked: None, over: false }
    }

    /// Something came, whatever it was.
    pub fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let at = match self.asked {
            Some(asked) => asked + self.patience.answer_within,
            None => self.heard + self.patience.ask_after,
        };
        (!self.over).then_some(at)
    }

    /// What is due now. After [`Due::Gone`] nothing is due any more.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Due> {
        self.poll_timeout().filter(|at| *at <= now)?;
        if self.asked.is_some() {
            self.over = true;
            return Some(Due::Gone);
        }
        self.asked = Some(now);
        Some(Due::Ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_about_once_and_then_given_up() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut silence = Silence::new(Patience::of(Duration::from_secs(25)), start);
        assert_eq!((silence.handle_timeout(at(9)), silence.handle_timeout(at(10))), (None, Some(Due::Ask)));
        silence.heard(at(24));
        assert_eq!((silence.handle_timeout(at(33)), silence.handle_timeout(at(34))), (None, Some(Due::Ask)));
        assert_eq!((silence.handle_timeout(at(48)), silence.handle_timeout(at(49))), (None, Some(Due::Gone)));
        assert_eq!((silence.handle_timeout(at(500)), silence.poll_timeout()), (None, None));
    }
}
