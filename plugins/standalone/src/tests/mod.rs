//! The rules of presence with simulated time, and the whole plug-in under a recording host.

mod host;
mod presence;
pub(crate) mod web_server;
