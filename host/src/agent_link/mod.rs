//! What the hub and any T-Server protocol say to each other: requests down, reports up, in T-Library's terms. No wire
//! format: [`tlib`](crate::tlib) is one protocol behind it, others come beside it.

mod call;
mod call_request;
mod chat;
mod event;
mod permit;
mod report;
mod request;
mod typed_number;
mod work_mode;

pub use crate::wire::{ConnId, KvList, Value};
pub use call::{Call, CallStep, CallType, Ending, PartyChange};
pub use call_request::{CallAction, CallKind, CallKinds, Digits, LONGEST_NUMBER, MOST_DIGITS, UserDataChange, number};
pub use chat::{CHAT_OF_CALL, ChatAction, ChatEvent, ChatNews, ChatOpened, Escalation};
pub use event::{AgentFacts, AgentStatus, Event, EventKind, REASON_CODE, Seen};
pub use permit::Permit;
pub use report::{Behaviour, Cause, LinkId, NO_CODE, NO_SUCH_CALL, Outgoing, Refusal, Report, Ticket, UNSUPPORTED};
pub use request::{Dn, Password, RegisterMode, Request};
pub use typed_number::{TypedNumber, is_nowhere, zero_belongs};
pub use work_mode::WorkMode;

/// Most letters that count of numbers, names, IDs and reasons. Whatever is longer is none that is configured here, and
/// would travel to every page.
const MAX_WORDS: usize = 256;

/// Its first 256 letters.
pub(crate) fn short(text: &str) -> &str {
    first_letters(text, MAX_WORDS)
}

/// No more than so many letters of it.
pub(crate) fn first_letters(text: &str, letters: usize) -> &str {
    text.char_indices().nth(letters).map_or(text, |(end, _)| &text[..end])
}
