//! Misbehaviour on demand.

use std::{collections::VecDeque, time::Duration};

/// How connections behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As they should.
    #[default]
    Serving,
    /// Nothing is read and nothing written; connections stay open. New ones are accepted and stall as well.
    Stalled,
    /// What is written comes so many bytes at a time, with so long a pause between.
    Slow {
        /// Bytes at a time, at least 1.
        bytes: usize,
        /// Pause between.
        pause: Duration,
    },
}

/// One misbehaviour, used up when it has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next requests of a method are answered so instead of being served.
    Answer {
        /// Method, `*` for any.
        method: String,
        /// Status of the answer.
        status: u16,
        /// Value of Retry-After, in seconds.
        retry_after: Option<u32>,
        /// Value of ms-diagnostics: number and reason.
        diagnostics: Option<(u32, String)>,
        /// How many.
        count: u32,
    },
    /// The next requests of a method get no answer.
    Ignore {
        /// Method, `*` for any.
        method: String,
        /// How many.
        count: u32,
    },
    /// The next answers to a method are never written, though what was asked is done.
    LoseAnswer {
        /// Method, `*` for any.
        method: String,
        /// How many.
        count: u32,
    },
    /// The next answers to a method are written behind the notify that follows over the same connection.
    HoldAnswer {
        /// Method, `*` for any.
        method: String,
        /// How many.
        count: u32,
    },
    /// The next challenges are those with which a sign-in begins, whatever the client has sent.
    BareChallenge {
        /// How many.
        count: u32,
    },
    /// The next endpoints that ask for their user's own data are told nothing of it first, and then all.
    UnlistedFirst {
        /// How many.
        count: u32,
    },
    /// The next subscriptions that name a user are refused whole, with everybody else in them.
    RefuseNaming {
        /// Key of the user's address, `kim@example.com`.
        user: String,
        /// Status of the answer.
        status: u16,
        /// How many.
        count: u32,
    },
    /// The next SUBSCRIBEs are granted so many seconds, whatever the site grants.
    Grant {
        /// Seconds, 0 too.
        seconds: u32,
        /// How many.
        count: u32,
    },
    /// The next SUBSCRIBEs that name a user send the user to one of two pools, and each of them to the other.
    Bounce {
        /// Key of the user's address.
        user: String,
        /// How many.
        count: u32,
    },
    /// The next notifies begin to be numbered from 1 again.
    Renumber {
        /// How many.
        count: u32,
    },
    /// The next notifies bear the number of the one before.
    SameNumber {
        /// How many.
        count: u32,
    },
    /// The next answers inside a dialog say `ms-piggyback-cseq: 1`, and notifies are counted from there.
    LowPiggyback {
        /// How many.
        count: u32,
    },
    /// The next requests of a method are served after a while.
    Delay {
        /// Method, `*` for any.
        method: String,
        /// How much later.
        time: Duration,
        /// How many.
        count: u32,
    },
    /// The next notifies to a watcher are written after a while.
    Late {
        /// Key of the watcher's address.
        user: String,
        /// How much later.
        time: Duration,
        /// How many.
        count: u32,
    },
    /// The next signed messages carry a signature that does not fit.
    WrongSignature {
        /// How many.
        count: u32,
    },
    /// The next request to publish meets another version: 409.
    Conflict {
        /// Which publication of the request, from 1; the last one if there are fewer.
        index: usize,
        /// The version that another endpoint has published meanwhile; the next one if the client knows it already.
        version: u32,
        /// How many.
        count: u32,
    },
    /// The next notifies come twice, with the same CSeq, each signed.
    Duplicate {
        /// How many.
        count: u32,
    },
    /// The next notifies come twice, byte for byte: a replay.
    Replay {
        /// How many.
        count: u32,
    },
    /// The next notifies change places with the one behind each.
    Swap {
        /// How many pairs.
        count: u32,
    },
    /// The next notifies are never written, though they are numbered.
    Lose {
        /// How many.
        count: u32,
    },
    /// The next write on any connection ends in its middle, and the connection with it.
    CloseMidMessage,
}

/// What is left to happen.
#[derive(Debug, Default)]
pub(super) struct Faults {
    waiting: VecDeque<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.waiting.push_back(fault);
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Takes one piece of the first fault that `pick` finds fitting. `pick` gives its counter, and what to do.
    pub(super) fn take<T>(&mut self, pick: impl Fn(&mut Fault) -> Option<(&mut u32, T)>) -> Option<T> {
        // Nearly always empty, and asked for every message.
        if self.waiting.is_empty() {
            return None;
        }
        for at in 0..self.waiting.len() {
            let Some((count, wanted)) = pick(&mut self.waiting[at]) else { continue };
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.waiting.remove(at);
            }
            return Some(wanted);
        }
        None
    }

    /// The number of the notify after that one.
    pub(super) fn notify_number(&mut self, last: u32) -> u32 {
        let wrong = self.take(|fault| match fault {
            Fault::Renumber { count } => Some((count, 1)),
            Fault::SameNumber { count } => Some((count, last)),
            _ => None,
        });
        wrong.unwrap_or(last + 1)
    }

    /// Whether the answer to a request of this method is lost.
    pub(super) fn loses_answer(&mut self, method: &str) -> bool {
        let lost = self.take(|fault| match fault {
            Fault::LoseAnswer { method: wanted, count } if of_method(wanted, method) => Some((count, ())),
            _ => None,
        });
        lost.is_some()
    }

    /// Whether the answer to a request of this method waits for the next notify.
    pub(super) fn holds_answer(&mut self, method: &str) -> bool {
        let held = self.take(|fault| match fault {
            Fault::HoldAnswer { method: wanted, count } if of_method(wanted, method) => Some((count, ())),
            _ => None,
        });
        held.is_some()
    }

    /// Whether a challenge is that of the beginning.
    pub(super) fn challenges_barely(&mut self) -> bool {
        let bare = self.take(|fault| match fault {
            Fault::BareChallenge { count } => Some((count, ())),
            _ => None,
        });
        bare.is_some()
    }

    /// Whether an endpoint is told nothing of its user's own data first.
    pub(super) fn lists_later(&mut self) -> bool {
        let later = self.take(|fault| match fault {
            Fault::UnlistedFirst { count } => Some((count, ())),
            _ => None,
        });
        later.is_some()
    }

    /// How a SUBSCRIBE with this body is refused, if it is.
    pub(super) fn refuses(&mut self, body: &str) -> Option<u16> {
        self.take(|fault| match fault {
            Fault::RefuseNaming { user, status, count } if body.contains(&format!("sip:{user}\"")) => {
                Some((count, *status))
            }
            _ => None,
        })
    }

    /// The seconds that a SUBSCRIBE is granted in the place of what the site grants.
    pub(super) fn grants(&mut self) -> Option<u32> {
        self.take(|fault| match fault {
            Fault::Grant { seconds, count } => Some((count, *seconds)),
            _ => None,
        })
    }

    /// Whether a user is sent to another pool again.
    pub(super) fn bounces(&mut self, who: &str) -> bool {
        let bounced = self.take(|fault| match fault {
            Fault::Bounce { user, count } if *user == who => Some((count, ())),
            _ => None,
        });
        bounced.is_some()
    }

    /// How much later a notify to a watcher is written.
    pub(super) fn makes_late(&mut self, watcher: &str) -> Option<Duration> {
        self.take(|fault| match fault {
            Fault::Late { user, time, count } if *user == watcher => Some((count, *time)),
            _ => None,
        })
    }

    /// Whether an answer inside a dialog counts notifies anew.
    pub(super) fn low_piggyback(&mut self) -> bool {
        let low = self.take(|fault| match fault {
            Fault::LowPiggyback { count } => Some((count, ())),
            _ => None,
        });
        low.is_some()
    }

    /// Whether the next write is to be cut.
    pub(super) fn take_cut(&mut self) -> bool {
        let at = self.waiting.iter().position(|fault| *fault == Fault::CloseMidMessage);
        at.and_then(|at| self.waiting.remove(at)).is_some()
    }
}

pub(super) fn of_method(wanted: &str, method: &str) -> bool {
    wanted == "*" || wanted.eq_ignore_ascii_case(method)
}
