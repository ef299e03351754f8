//! The plug-ins' edge: what comes from them to their owner.

mod arrival;
mod id;

pub use arrival::Arrival;
pub use id::PluginId;
