//! A T-Server that is primary and of whose switch nothing good was said: whether an operator is to be told. Each fault is
//! told once until the link is up. Pure.

use std::time::{Duration, Instant};

/// What was told of it, and what is still waited for.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Then it is silent for too long.
    until: Option<Instant>,
    told: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Silent,
    NoSwitch,
}

impl Waiting {
    /// It is to say something by then. Never news.
    pub(super) fn begins(&mut self, until: Instant) -> bool {
        if self.told.is_none() {
            self.until.get_or_insert(until);
        }
        false
    }

    /// It is not primary, or the link is up: nothing is waited for. Never news.
    pub(super) fn pauses(&mut self) -> bool {
        self.until = None;
        false
    }

    /// It has so much more time.
    pub(super) fn put_off(&mut self, pause: Duration) {
        self.until = self.until.map(|until| until + pause);
    }

    /// It says that it has no switch. True: that is news.
    pub(super) fn has_no_switch(&mut self) -> bool {
        self.until = None;
        self.told.replace(Fault::NoSwitch) != Some(Fault::NoSwitch)
    }

    /// True, once: it has said nothing in time.
    pub(super) fn is_silent(&mut self, now: Instant) -> bool {
        let silent = self.until.take_if(|until| *until <= now).is_some();
        if silent {
            self.told = Some(Fault::Silent);
        }
        silent
    }

    /// Something was told of it.
    pub(super) fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// When to call [`Self::is_silent`].
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.until
    }
}
