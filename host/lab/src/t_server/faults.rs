//! Faults on demand: how the simulated T-Server misbehaves.

use std::time::Duration;
use uc_connector::tlib::Message;

/// What happens to some requests instead of being carried out at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next `count` requests of this name are answered with EventError.
    Error {
        /// Message name.
        request: String,
        /// AttributeErrorCode.
        code: i64,
        /// How many.
        count: u32,
    },
    /// The next `count` requests of this name are neither carried out nor answered.
    Ignore {
        /// Message name.
        request: String,
        /// How many.
        count: u32,
    },
    /// Every request of this name, and what the client sends after it, waits this long.
    Delay {
        /// Message name.
        request: String,
        /// How long; zero ends the fault.
        time: Duration,
    },
}

/// How the server treats its connections as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Liveness {
    /// Serves.
    #[default]
    Serving,
    /// Reads nothing and writes nothing, as a process that hangs.
    Stalled,
    /// Reads and throws away, writes nothing, as a host behind a dead firewall entry.
    HalfOpen,
}

/// What to do with one request.
pub(super) enum Verdict {
    CarryOut,
    Error(i64),
    Ignore,
}

/// The faults in force.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault; an older delay for the same request gives way.
    pub(super) fn add(&mut self, fault: Fault) {
        if let Fault::Delay { request, .. } = &fault {
            self.0.retain(|old| !matches!(old, Fault::Delay { request: known, .. } if known == request));
        }
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How long this request waits.
    pub(super) fn delay(&self, message: &Message) -> Duration {
        let delay = |fault: &Fault| match fault {
            Fault::Delay { request, time } if *request == message.name => Some(*time),
            _ => None,
        };
        self.0.iter().find_map(delay).unwrap_or_default()
    }

    /// What becomes of this request; uses up one count.
    pub(super) fn judge(&mut self, message: &Message) -> Verdict {
        for fault in &mut self.0 {
            match fault {
                Fault::Error { request, code, count } if *request == message.name && *count > 0 => {
                    *count -= 1;
                    return Verdict::Error(*code);
                }
                Fault::Ignore { request, count } if *request == message.name && *count > 0 => {
                    *count -= 1;
                    return Verdict::Ignore;
                }
                _ => {}
            }
        }
        Verdict::CarryOut
    }
}
