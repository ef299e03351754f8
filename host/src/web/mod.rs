//! The web edge: static client, sign-in, sessions, WebSocket. Knows nothing of the host.

pub mod arrival;
#[cfg(test)]
mod golden;
pub mod message;
