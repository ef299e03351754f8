//! Transactions (RFC 3261, section 17) over TCP and TLS. No input or output, no clock.

mod client;
mod server;

pub use client::{Answer, ClientTransactions, MAX_PENDING, RINGING, TIMEOUT, TooMany, TransactionId};
pub use server::{ACK_TIMEOUT, InviteKey, InviteTransactions, MAX_INVITES, Received};
