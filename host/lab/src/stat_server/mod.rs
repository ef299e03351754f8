//! A simulated Stat Server: statistics that follow the lab's own calls or a script, and moods on demand. Speaks the link
//! protocol of `host/src/stat_server/PROTOCOL.md`.
//!
//! [`Model`] is pure: which statistics there are, what is open, what is to be told. The server gives it sockets.

mod control;
mod follow;
mod handle;
mod log;
mod model;
mod mood;
mod server;

pub use control::serve as control;
pub use follow::follow;
pub use handle::{Config, StatServer};
pub use log::Heard;
pub use model::{Model, Value};
pub use mood::Mood;
