//! Stat Server: message model, JSON-lines codec, client. Knows nothing of the host.
//!
//! What is wanted goes down as a whole: [`Wanted`] → [`client`] → [`session`] ([`book`]: what to open and to close,
//! [`encode`]) → Stat Server. What is measured comes up: [`session`] ([`decode`]) → [`Report`]s → owner. [`session`] and
//! [`book`] are pure: they read neither a clock nor a socket. The protocol is in `PROTOCOL.md`.

mod book;
pub mod client;
pub mod config;
mod connection;
mod counters;
pub mod decode;
pub mod encode;
pub mod message;
mod session;
mod trace;

pub use client::{Client, StartError};
pub use config::Config;
pub use message::{Notify, ObjectType, Reading, Report, Statistic, Wanted};

/// Name of this protocol in the link's hello.
pub const PROTOCOL: &str = "stat";
/// Version of PROTOCOL.md that this code speaks.
pub const VERSION: i64 = 1;
