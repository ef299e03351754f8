//! Unit tests that need more than one module.

mod config;
mod conformance;
mod crowd;
mod documents;
mod editions;
mod front_end;
mod model;
mod outcomes;
mod publisher;
mod requests;
mod roster;
mod server;
mod settings_change;
mod wishes;
mod world;
