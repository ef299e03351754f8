//! Unit tests that need more than one module.

mod config;
mod conformance;
mod crowd;
mod documents;
mod front_end;
mod model;
mod outcomes;
mod publisher;
mod requests;
mod roster;
mod server;
mod wishes;
mod world;
