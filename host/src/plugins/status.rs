//! How each plug-in is, for those who ask: the readiness page, `/metrics`, an operator.

use super::id::PluginId;
use arc_swap::ArcSwap;
use serde::Serialize;
use std::sync::Arc;
use uc_plugin_api::PluginInfo;

/// Where in its life a plug-in is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    /// Its first instance, or the next after a failure, is being started; or the next after a reload waits until the one
    /// before has left the platform.
    Starting,
    /// An instance runs.
    Running,
    /// The last instance failed; the next is started after a wait.
    Failed {
        /// Why, and what to do.
        why: String,
    },
    /// Taken out of the configuration, or the host ends.
    Stopped,
}

/// How one plug-in is.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The operator's name.
    pub plugin: PluginId,
    /// Name of the library's plug-in.
    pub library: String,
    /// Its version.
    pub version: String,
    /// Where in its life it is.
    #[serde(flatten)]
    pub state: State,
    /// The instance in its own words, such as the state of its link; empty while none runs.
    pub health: String,
}

impl Status {
    pub(super) fn of(plugin: &PluginId, info: &PluginInfo, state: State, health: Option<String>) -> Self {
        Self {
            plugin: plugin.clone(),
            library: info.name.to_string(),
            version: info.version.to_string(),
            state,
            health: health.unwrap_or_default(),
        }
    }
}

/// Written by the supervisor, read by anybody.
#[derive(Clone)]
pub(super) struct StatusCell(Arc<ArcSwap<State>>);

impl StatusCell {
    pub(super) fn new() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(State::Starting)))
    }

    pub(super) fn set(&self, state: State) {
        self.0.store(Arc::new(state));
    }

    pub(super) fn get(&self) -> State {
        State::clone(&self.0.load())
    }
}
