//! The web edge over real sockets: bad input at every door, and the way a good page takes.

mod admin;
mod http;
mod pages;
mod served;
mod sign_in;
mod tls;
