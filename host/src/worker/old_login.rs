//! A login that was made over another connection. A T-Server may log an agent out when it notices that the client
//! that has logged them in is gone, and it may notice late: the next connection, or the next node, has found the
//! agent logged in by then. Such a logout is nobody's decision: the wish counts on. Pure.

use crate::clock::Moment;
use std::time::Duration;

/// Whoever is gone is noticed within this time, by ADDP or TCP: a logout that comes later is somebody's.
const NOTICED: Duration = Duration::from_secs(2 * 60);

/// The login at one DN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OldLogin {
    /// There is none, or whoever made it has been gone for long.
    #[default]
    None,
    /// The connection is new: who is logged in by its first snapshot was so before.
    Looked,
    /// The T-Server may end it until then.
    Until(Moment),
}

impl OldLogin {
    /// The connection is another from now on.
    pub(super) fn connection_is_new(&mut self) {
        *self = Self::Looked;
    }

    /// The first snapshot tells. `ours`: we have logged in whoever it shows.
    pub(super) fn snapshot(&mut self, ours: bool, now: Moment) {
        if *self == Self::Looked {
            *self = if ours { Self::Until(now + NOTICED) } else { Self::None };
        }
    }

    /// The agent is logged out, and nobody has asked for it here. True: because the client before is gone.
    pub(super) fn ends(&mut self, now: Moment) -> bool {
        let ends = self.may_end(now);
        *self = Self::None;
        ends
    }

    /// A logout now would be for the sake of the client before.
    pub(super) fn may_end(&self, now: Moment) -> bool {
        matches!(self, Self::Until(until) if now < *until)
    }
}
