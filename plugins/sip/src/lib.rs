//! SIP with the extensions of Lync and Skype for Business. No business logic.

// The recorded conversations are read by unit tests and by tests/ through the same file.
#[cfg(test)]
extern crate self as uc_sip;

pub mod auth;
pub mod backoff;
pub mod dialog;
pub mod message;
pub mod ms;
pub mod registration;
pub mod subscription;
pub mod transaction;
pub mod transport;
pub mod user_agent;
