//! A simulated T-Server: registrations, emulated agents, calls with attached data, user events, and moods on demand.
//! Speaks the link protocol of `host/src/tlib/PROTOCOL.md`.
//!
//! [`switch`] is the pure model: requests and happenings in, messages for clients out. [`server`] gives it sockets,
//! [`mood`] makes it a T-Server that is not ours, [`mod@log`] remembers what passed, [`control`] lets strangers play
//! with it.

mod agents;
mod answers;
mod calls;
mod chats;
pub mod config;
mod consult;
pub mod control;
mod handle;
mod liveness;
pub mod log;
pub mod mood;
mod server;
mod shared;
pub mod standby;
mod switch;
pub mod user_data;
mod wording;

pub use calls::Step;
pub use chats::Said;
pub use config::{Config, InitialState, SwitchFile};
pub use handle::TServer;
pub use liveness::Liveness;
pub use log::{Direction, Entry};
pub use mood::{Mood, MoodRule};
pub use standby::Standby;
pub use switch::Refused;
