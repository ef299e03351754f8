//! What the hub and any T-Server protocol say to each other: requests down, reports up, in T-Library's terms. No wire
//! format: [`tlib`](crate::tlib) is one protocol behind it, others come beside it.

mod call;
mod call_request;
mod chat;
mod event;
mod permit;
mod report;
mod request;
mod work_mode;

pub use crate::wire::{ConnId, KvList, Value};
pub use call::{Call, CallStep, CallType, Ending, PartyChange};
pub use call_request::{CallAction, CallKind, CallKinds, Digits, LONGEST_NUMBER, MOST_DIGITS, UserDataChange, number};
pub use chat::{CHAT_OF_CALL, ChatAction, ChatEvent, ChatNews, ChatOpened, Escalation};
pub use event::{AgentFacts, AgentStatus, Event, EventKind, REASON_CODE, Seen};
pub use permit::Permit;
pub use report::{Behaviour, Cause, LinkId, NO_CODE, NO_SUCH_CALL, Outgoing, Refusal, Report, Ticket, UNSUPPORTED};
pub use request::{Dn, Password, RegisterMode, Request};
pub use work_mode::WorkMode;
