//! A chat as pages see it, and what they do in one (requirements F5). Part of the [frames](super::message).

use super::message::Pair;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A chat, without what was said: pages ask for that from the revision on that they lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// ConnID, 16 hexadecimal digits.
    pub conn_id: Arc<str>,
    /// The worker's DN.
    pub dn: Arc<str>,
    /// When it began here, milliseconds since 1970 UTC: another time is another transcript.
    pub since: u64,
    /// What it is about; may be empty.
    pub subject: Arc<str>,
    /// Who else takes part.
    pub parties: Vec<Arc<str>>,
    /// Where it stands.
    pub state: ChatState,
    /// Words for the end of a chat that is over; may be empty.
    pub words: Arc<str>,
    /// When the transcript of a chat that is over goes, milliseconds since 1970 UTC; 0: it is not over.
    pub until: u64,
    /// ConnID of the call during which it was begun; empty: none is known.
    pub call: Arc<str>,
    /// Its business data.
    pub data: Vec<Pair>,
    /// Lines of others that the worker has not read.
    pub unread: u64,
    /// Revision of the entry that came last; 0: none came.
    pub revision: u64,
    /// Entries that have left because there were too many.
    pub dropped: u64,
    /// Entries that got lost and that nobody can tell again.
    pub missing: u64,
    /// Number up to which lines are at somebody's page.
    pub delivered: u64,
    /// Number up to which somebody has read.
    pub read: u64,
    /// What the worker wrote and is not there yet, in order.
    pub outbox: Vec<ChatOwn>,
    /// How it stands with the worker's wish to talk to the customer; none: they have none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub escalation: Option<ChatEscalation>,
}

/// Where a chat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChatState {
    /// Lines are written and read.
    Open,
    /// Being left.
    Closing,
    /// Over: the worker left it.
    Left,
    /// Over: the other side ended it.
    Closed,
    /// Over: the T-Server does not know it any more.
    Lost,
    /// Over: the DN is no longer the worker's.
    DnGone,
}

/// A line that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatOwn {
    /// The page's number for it.
    pub id: Arc<str>,
    /// What they wrote.
    pub text: Arc<str>,
    /// It was refused for good, and waits for the worker.
    pub refused: bool,
    /// Why it is not there yet; may be empty.
    pub words: Arc<str>,
}

/// How it stands with a worker's wish to talk to the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatEscalation {
    /// Where.
    pub state: ChatAsked,
    /// The other side's words; may be empty.
    pub words: Arc<str>,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChatAsked {
    /// The other side was asked.
    Asked,
    /// It agrees.
    Accepted,
    /// It does not.
    Refused,
}

/// Entries of a chat, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntries {
    /// ConnID.
    pub conn_id: Arc<str>,
    /// The worker's DN.
    pub dn: Arc<str>,
    /// When the chat began here.
    pub since: u64,
    /// What follows continues this revision.
    pub after: u64,
    /// A page that takes them has everything up to this revision.
    pub up_to: u64,
    /// Entries.
    pub entries: Vec<ChatEntry>,
}

/// A line, or a party's coming or going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntry {
    /// Its place among the entries; of two with the same the lower revision comes first.
    pub order: u64,
    /// Each entry's own.
    pub revision: u64,
    /// When it was, milliseconds since 1970 UTC.
    pub time: u64,
    /// Who.
    pub party: Arc<str>,
    /// The worker themselves.
    pub own: bool,
    /// What.
    pub kind: ChatEntryKind,
    /// The page's number for a line of the worker's own; empty: it is none.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub id: Arc<str>,
    /// What they wrote, as it came: it is text and nothing else.
    pub text: Arc<str>,
    /// Letters that were left out.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub cut: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChatEntryKind {
    /// A line.
    Line,
    /// Somebody takes part.
    Joined,
    /// Somebody does no longer.
    Left,
}

/// What a worker does in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum ChatDeed {
    /// Writes a line.
    Write {
        /// The page's number for it, new for every line: the same twice is the same line.
        id: Arc<str>,
        /// What.
        text: Arc<str>,
    },
    /// Gives a refused line up.
    Drop {
        /// Which.
        id: Arc<str>,
    },
    /// Is writing.
    Typing {},
    /// Has the entries up to this revision on the page.
    Seen {
        /// Which.
        revision: u64,
        /// And before their eyes.
        read: bool,
    },
    /// Wants the entries after this revision.
    Entries {
        /// Which; 0: all.
        after: u64,
    },
    /// Leaves it; of one that is over: is done with it.
    Leave {},
    /// Wishes to talk to the customer.
    Escalate {},
}
