//! The web edge over real sockets: bad input at every door, and the way a good page takes.
#![allow(clippy::unwrap_used, reason = "a step of a test that fails is the test's failure")]

mod admin;
mod http;
mod invitations;
mod pages;
mod served;
mod sign_in;
mod tls;
