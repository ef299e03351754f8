//! A simulated T-Server: registrations, emulated agents, calls with attached data, user events, errors, faults and
//! delays on demand. Speaks the link protocol of `host/src/tlib/PROTOCOL.md`.
//!
//! [`switch`] is the pure model: requests and happenings in, messages for clients out. [`server`] gives it sockets,
//! [`faults`] spoils the answers, [`mod@log`] remembers what passed, [`control`] lets strangers play with it.

mod agents;
mod calls;
pub mod config;
pub mod control;
mod faults;
mod handle;
pub mod log;
mod server;
mod shared;
mod switch;
pub mod user_data;

pub use calls::Step;
pub use config::{Config, InitialState, SwitchFile};
pub use faults::{Fault, Mood};
pub use handle::TServer;
pub use log::{Direction, Entry};
pub use switch::Refused;
