//! What a line is known by: its number, its place, who logs in there, and the questions it asks.

use crate::agent_link::{Dn, LinkId, Password, RegisterMode, Ticket};
use std::sync::Arc;

/// Number of a line, never used twice while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LineId(pub(crate) u32);

impl LineId {
    /// No line's: that of reports, which the hub sends itself.
    pub(crate) const OF_REPORTS: Self = Self(u32::MAX);
}

/// Where a line is. It is known by link and DN; the switch has a name for people and strategies, which may change.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The T-Server link that owns the switch.
    pub(crate) link: LinkId,
    /// The DN.
    pub(crate) dn: Dn,
    /// Name of its switch.
    pub(crate) switch: Arc<str>,
}

impl Place {
    /// The same DN, whatever its switch is called.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.link, &self.dn) == (other.link, &other.dn)
    }
}

/// Who logs in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Login {
    /// AgentID; empty: nobody ever.
    pub(crate) agent_id: Arc<str>,
    /// Password of the agent login.
    pub(crate) password: Option<Password>,
    /// `login-queue` (requirements F13).
    pub(crate) queue: Option<Dn>,
    /// Share, or Monitor when no request may ever be sent (presence connector mode).
    pub(crate) mode: RegisterMode,
}

impl Login {
    /// Nobody ever logs in there: a free seat.
    pub(crate) fn is_nobodys(&self) -> bool {
        self.agent_id.is_empty()
    }
}

/// A question of a line: what its answer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// Whose.
    pub(crate) line: LineId,
    /// Which.
    pub(crate) number: u32,
}

impl Question {
    /// Number of a request that a worker made of a call: its refusal is told, nothing waits for its answer.
    pub(crate) const OF_A_CALL: u32 = 0;
    /// Number of a request to change a call's attached data: as above, in other words.
    pub(crate) const OF_USER_DATA: u32 = u32::MAX - 1;
    /// Number of a last request: whatever is answered, nobody waits for it.
    pub(crate) const NOBODY_WAITS: u32 = u32::MAX;
}

impl Question {
    /// Whether a worker asked it of a call: no line waits for its answer.
    pub(crate) fn is_of_a_call(self) -> bool {
        matches!(self.number, Self::OF_A_CALL | Self::OF_USER_DATA)
    }
}

impl From<Question> for Ticket {
    fn from(question: Question) -> Self {
        Self(u64::from(question.line.0) << 32 | u64::from(question.number))
    }
}

impl From<Ticket> for Question {
    fn from(Ticket(packed): Ticket) -> Self {
        Self { line: LineId((packed >> 32) as u32), number: packed as u32 }
    }
}
