//! Chats as a T-Server's private events tell them, and what is asked of them (requirements F5, F45).

use super::Dn;
use crate::wire::{ConnId, KvList};
use std::sync::Arc;

/// What is told of one chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChatEvent {
    /// Which chat.
    pub conn_id: ConnId,
    /// Number of a line, or of a party's coming or going, in its chat, from 1; none: the T-Server does not number.
    pub sequence: Option<u64>,
    /// When it was, milliseconds since 1970 UTC, if the T-Server says so.
    pub time: Option<u64>,
    /// What.
    pub news: ChatNews,
}

/// What happened in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChatNews {
    /// It is there, with everything that is known of it; also the answer to [`ChatAction::Resume`].
    Opened(Box<ChatOpened>),
    /// Somebody wrote a line.
    Line {
        /// Who.
        party: Dn,
        /// The writer's number for it; empty: none.
        id: Arc<str>,
        /// What.
        text: Arc<str>,
    },
    /// Somebody is writing.
    Typing(Dn),
    /// What was written up to this number has arrived at somebody's.
    Delivered(Dn, u64),
    /// Somebody has read up to this number.
    Read(Dn, u64),
    /// Somebody takes part.
    Joined(Dn),
    /// Somebody does no longer.
    Left(Dn),
    /// It is over, and why; empty: nobody says.
    Closed(Arc<str>),
    /// Whose wish to talk to the customer, or which agent's answer to one; empty: nobody says. What became of it, and the
    /// words for it.
    Escalation(Dn, Escalation, Arc<str>),
}

/// A chat as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChatOpened {
    /// What it is about; none: not said, and as before.
    pub subject: Option<Arc<str>>,
    /// Who takes part; none: not said, and as before.
    pub parties: Option<Vec<Dn>>,
    /// Its business data; none: not said, and as before.
    pub user_data: Option<KvList>,
    /// The call during which it was begun.
    pub call: Option<ConnId>,
    /// The first number that can still be told again; none: all can.
    pub first: Option<u64>,
    /// The last number given; none: the T-Server does not number.
    pub last: Option<u64>,
}

/// How it stands with a worker's wish to have the customer's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Escalation {
    /// The agent was asked.
    Asked,
    /// The agent puts the call through.
    Accepted,
    /// The agent does not.
    Refused,
}

/// What is asked of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChatAction {
    /// Write a line. The same number twice is the same line.
    Send {
        /// Our number for it.
        id: Arc<str>,
        /// What.
        text: Arc<str>,
    },
    /// The worker is writing.
    Typing,
    /// What came up to this number is on the worker's page.
    Delivered(u64),
    /// The worker has read up to this number.
    Read(u64),
    /// The worker leaves it.
    Leave,
    /// Tell everything from this number on again.
    Resume(u64),
    /// The worker wishes to talk to the customer.
    Escalate,
    /// Nobody here takes it, and why.
    Refuse(Arc<str>),
}

/// UserData key of a call that belongs to a chat: its value is the chat's ConnID.
pub const CHAT_OF_CALL: &str = "UCC_CHAT_CONNID";
