//! The contract between UC Connector and its plug-ins, and the SDK for plug-in authors.
//!
//! A plug-in is a dynamic library that exports one type implementing [`Backend`]. Its life: the host reads what the
//! library says of itself, lets it check its settings, starts an instance with a [`Host`] to talk to, sends it
//! [`Command`]s, takes its [`Event`]s, and stops it with a deadline. A panic ends the instance, not the host.
//!
//! Everything an author may use is re-exported here. [`abi`] is the binary edge below; only the host reads it.
#![allow(unsafe_code, reason = "abi_stable's derive macros and the exported symbol")]

pub mod abi;
mod agent;
mod backend;
mod config;
#[cfg(feature = "test-host")]
pub mod conformance;
#[doc(hidden)]
pub mod export;
#[cfg(test)]
mod layout;
mod message;
pub mod metric_descriptions;
pub mod own_endpoints;
mod presence;
mod sdk;
#[cfg(feature = "test-host")]
pub mod test_host;

pub use abi::{API_VERSION, PluginError, PluginInfo};
pub use abi_stable::std_types::{RNone, ROption, RSome, RString, RVec};
pub use agent::{AgentReport, AgentState, AgentStatus, CallType, Reason, Wanted, Wish, WorkMode};
pub use backend::{Backend, CallError, END_INVITATIONS, SUCCEEDED_BY, ended_invitations};
pub use config::{Complaint, PluginConfig, Problem};
pub use message::{
    Action, Command, Event, Invitation, Invited, LinkStatus, Published, Role, StateDefinition, StateMenu, Text,
    UserAction, WatchedUser,
};
pub use presence::{Availability, Presence, PresenceUpdate, Publication, Standing, UserHandle};
pub use sdk::{Host, Links};
