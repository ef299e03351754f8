//! What a line is known by: its number, its place, who logs in there, and the questions it asks.

use crate::agent_link::{CallKind, Dn, LinkId, Password, RegisterMode, Ticket};
use std::sync::Arc;

/// Number of a line, never used twice while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LineId(pub(crate) u32);

impl LineId {
    /// No line's: that of reports, which the hub sends itself.
    pub(crate) const OF_REPORTS: Self = Self(u32::MAX);
    /// No line's either: that of what workers say of calls and previews that are over.
    pub(crate) const OF_OUTCOMES: Self = Self(u32::MAX - 1);
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
    /// So many of the last requests that a worker made of calls at a line, or to make one, are told apart.
    const MOST_OF_CALLS: u32 = 1 << 10;
    const KINDS: u32 = 1 << 6;
    /// From here on: their numbers. Their refusal is told, nothing waits for their answer.
    const OF_CALLS: u32 = u32::MAX - Self::MOST_OF_CALLS * Self::KINDS;
    /// So many numbers before those are for chats: each request has its own, used again when all were.
    pub(crate) const MOST_OF_CHATS: u32 = 1 << 20;
    const OF_CHATS: u32 = Self::OF_CALLS - Self::MOST_OF_CHATS;
    /// The highest number of a question that a line asks for itself.
    pub(crate) const HIGHEST: u32 = Self::OF_CHATS - 1;
    /// Number of a last request: whatever is answered, nobody waits for it.
    pub(crate) const NOBODY_WAITS: u32 = u32::MAX;

    /// A worker's request of this kind; `serial` tells it from others.
    pub(crate) fn of_call(line: LineId, kind: CallKind, serial: u32) -> Self {
        Self { line, number: Self::OF_CALLS + serial % Self::MOST_OF_CALLS * Self::KINDS + kind as u32 }
    }

    /// A worker's request of this number for a chat.
    pub(crate) fn of_chat(line: LineId, number: u32) -> Self {
        Self { line, number: Self::OF_CHATS + number % Self::MOST_OF_CHATS }
    }

    /// Which request for a chat it is, if it is one.
    pub(crate) fn chat_number(self) -> Option<u32> {
        (Self::OF_CHATS..Self::OF_CALLS).contains(&self.number).then(|| self.number - Self::OF_CHATS)
    }

    /// Which kind of request for a call it is, if it is one.
    pub(crate) fn call_kind(self) -> Option<CallKind> {
        let of_calls = self.number.checked_sub(Self::OF_CALLS).filter(|_| self.number != Self::NOBODY_WAITS)?;
        CallKind::ALL.into_iter().find(|kind| of_calls % Self::KINDS == *kind as u32)
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
