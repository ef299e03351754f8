//! The web edge: static client, sign-in, sessions, WebSocket. Knows nothing of the host.

pub mod arrival;
pub mod message;
