//! The plug-in's side of the edge, the same for every plug-in: an own runtime, a guard around every call, a
//! supervisor for tasks, and bridges for logs, metrics and settings.

mod alive;
mod guard;
mod host;
mod instance;
mod known_keys;
mod links;
mod log;
mod meters;
mod outbox;
mod panic_log;
mod settings;
mod wakes;

pub use host::Host;
pub use links::Links;

pub(crate) use guard::guard;
pub(crate) use instance::{problems, start};
pub(crate) use known_keys::known_keys;
