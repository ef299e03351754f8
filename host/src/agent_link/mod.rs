//! What the hub and any T-Server protocol say to each other: requests down, reports up, in T-Library's terms. No wire
//! format: [`tlib`](crate::tlib) is one protocol behind it, others come beside it.

mod event;
mod report;
mod request;
mod work_mode;

pub use crate::wire::{ConnId, KvList, Value};
pub use event::{AgentFacts, AgentStatus, Call, CallStep, CallType, Event, EventKind, REASON_CODE, Seen};
pub use report::{Behaviour, Cause, LinkId, Outgoing, Refusal, Report, Ticket};
pub use request::{CallAction, Dn, Password, RegisterMode, Request, UserDataChange};
pub use work_mode::WorkMode;
