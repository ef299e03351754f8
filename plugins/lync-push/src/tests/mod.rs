//! Unit tests that need more than one module.

mod config;
mod conformance;
mod crowd;
mod documents;
mod model;
mod publisher;
mod roster;
mod server;
