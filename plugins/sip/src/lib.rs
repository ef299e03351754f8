//! SIP with the extensions of Lync and Skype for Business. No business logic.

pub mod message;
