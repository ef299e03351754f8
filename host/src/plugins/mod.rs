//! The plug-in host: loads libraries, runs and supervises instances, exchanges them while the host serves on.
//!
//! * [`Config`] is put together from `[plugins]` and `[[plugin]]`; [`check`] loads and asks without starting.
//! * [`Plugins::start`] runs one supervisor task for each plug-in. What plug-ins say goes from their threads
//!   straight into the owner's [`Arrivals`], a bounded lane for each instance; what they are told goes through a
//!   [`PluginHandle`], which never waits.
//! * An instance that panics, fails or does not start is dropped and started again with back-off; the owner reads
//!   [`PluginArrival::Failed`], then [`PluginArrival::Started`], and tells the new instance everything anew.
//! * Libraries are never unloaded: an update is loaded beside the old one from a private copy.
//!
//! Knows nothing of agents, T-Servers and pages; never imports the hub or another edge.
#![allow(unsafe_code, reason = "the dynamic linker")]

mod announcement;
mod arrival;
mod arrivals;
mod check;
mod config;
mod digest;
mod discover;
mod edge;
mod elf;
mod execution;
mod handle;
mod hanging;
mod host;
mod id;
mod instance;
mod link_reports;
mod loader;
mod log;
mod meters;
mod own_endpoints;
mod private_copy;
mod refusal;
mod supervisor;
mod words;

pub use announcement::Announcer;
pub use arrival::PluginArrival;
pub use arrivals::{Arrivals, arrivals};
pub use config::{Config, Entry, Section, Spec};
pub use digest::Digest;
pub use discover::{Found, Outcome, discover, role_word};
pub use elf::NotALibrary;
pub use handle::PluginHandle;
pub use hanging::Hanging;
pub use host::{Change, Checked, Libraries, Loaded, Plugins, check};
pub use id::PluginId;
pub use loader::{Directory, Library, load};
pub use refusal::Refusal;
