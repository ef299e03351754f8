//! The contract between UC Connector and its plug-ins, and the SDK for plug-in authors.
#![allow(unsafe_code, reason = "abi_stable's derive macros")]

mod agent;
mod message;
mod presence;

pub use agent::{AgentReport, AgentState, AgentStatus, CallType, Reason, Wanted, Wish, WorkMode};
pub use message::{
    Action, Command, Event, Invitation, Invited, LinkStatus, Published, Role, StateDefinition, StateMenu, Text,
    UserAction, WatchedUser,
};
pub use presence::{Availability, Presence, PresenceUpdate, UserHandle};
