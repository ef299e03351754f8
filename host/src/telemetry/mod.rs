//! What the process tells: its log, its metrics, and its state to systemd.

#[cfg(test)]
pub(crate) mod captured;
pub mod config;
mod described;
mod levels;
pub mod log;
pub mod metrics;
mod open_files;
pub mod service;
pub mod terminal;
mod writer;

pub use config::{Config, Format, Level, Part};
pub use levels::{Levels, NoLevel};
pub use log::{LastRecords, Log, LogError};
pub use open_files::raise_limit;
pub use writer::Faults;
