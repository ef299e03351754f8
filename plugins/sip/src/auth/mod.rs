//! Signing in and signing (MS-SIPAE): NTLM and Kerberos, client and server, versions 2, 3 and 4.
//!
//! [`Authenticator`] is a client's side of a connection, [`Acceptor`] a server's. Both end in a
//! [`SecurityAssociation`] that signs and verifies messages. Mutual TLS and trusted hosts need none of this:
//! [`Credentials::Trusted`]. TLS-DSK is not built; [`Scheme`] is where it would begin.

mod association;
#[cfg(test)]
mod captures;
mod client;
mod fields;
#[cfg(feature = "kerberos")]
mod kerberos;
mod mechanism;
mod no_ticket;
pub mod ntlm;
mod parameters;
mod replay;
mod scheme;
mod server;

pub use association::{CannotSign, Distrust, Role, SecurityAssociation};
pub use client::{Authenticator, Credentials, SignInError, Trust};
pub use fields::SignedFields;
#[cfg(feature = "kerberos")]
pub use kerberos::Identity;
pub use no_ticket::{NoTicket, Obstacle};
pub use parameters::AuthValue;
pub use replay::{ReplayWindow, WINDOW};
pub use scheme::{Scheme, Version};
pub use server::{Acceptor, Accounts, Judgement, Policy};
