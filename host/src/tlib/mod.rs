//! T-Library: message model, JSON-lines codec, client. Knows nothing of the host.
//!
//! Requests go down: [`ClientHandle::send`] → [`session`] (ReferenceID, [`encode`]) → [`connection`] → T-Server.
//! Messages come up: [`connection`] → [`session`] ([`decode`], [`pending`]) → [`Report`](crate::agent_link::Report)s in batches → owner.
//! [`session`] is pure: it neither reads a clock nor a socket. The protocol is in `PROTOCOL.md`.

pub mod attribute;
pub mod chat;
mod client;
mod complaints;
pub mod config;
mod connection;
mod counters;
pub mod decode;
pub mod encode;
mod ended;
pub mod errors;
pub mod message;
pub mod names;
mod pair;
mod pauses;
mod pending;
mod print;
mod queue;
mod reader;
mod session;
mod snapshot;
mod trace;

pub use client::{Client, StartError};
pub use config::Config;
pub use message::Message;
pub use pair::Pair;
pub use queue::ClientHandle;

/// Name of this protocol in the link's hello.
pub const PROTOCOL: &str = "tlib";
/// Version of PROTOCOL.md that this code speaks.
pub const VERSION: i64 = 1;
