//! The way to a plug-in for those who send: always the instance that is in use now.

use super::{id::PluginId, instance::Live};
use arc_swap::ArcSwapOption;
use metrics::{Counter, counter};
use std::sync::Arc;
use uc_plugin_api::{Command, PluginError};

/// Sends to one plug-in, whichever instance of it runs. Cheap to clone; never waits.
#[derive(Clone)]
pub struct PluginHandle(Arc<Current>);

/// What the supervisor swaps and handles read.
pub(super) struct Current {
    id: PluginId,
    live: ArcSwapOption<Live>,
    refused: Counter,
}

impl PluginHandle {
    /// The operator's name of the plug-in.
    pub fn id(&self) -> &PluginId {
        &self.0.id
    }

    /// Queues a command without waiting.
    ///
    /// # Errors
    /// The command itself when the plug-in's queue is full, or while no instance runs: after a restart
    /// [`Arrival::Started`](super::Arrival::Started) asks for everything anew.
    #[must_use = "a command that is handed back was not sent"]
    pub fn send(&self, command: Command) -> Result<(), Command> {
        let sent = match &*self.0.live.load() {
            Some(live) => live.submit(command),
            None => Err(command),
        };
        if sent.is_err() {
            self.0.refused.increment(1);
        }
        sent
    }

    /// Asks for an operation outside the frozen vocabulary; answers within six seconds.
    ///
    /// # Errors
    /// The plug-in's own, or that none runs.
    pub async fn call(&self, op: &str, body: Vec<u8>) -> Result<Vec<u8>, PluginError> {
        match self.0.live.load_full() {
            Some(live) => live.call(op.to_owned(), body).await,
            None => Err(PluginError::Failed(format!("plug-in {} does not run now", self.0.id).into())),
        }
    }

    pub(super) fn new(id: PluginId) -> Self {
        let refused = counter!("uc_plugin_commands_refused_total", "plugin" => id.to_string());
        Self(Arc::new(Current { id, live: ArcSwapOption::empty(), refused }))
    }

    /// The instance in use, in its own words.
    pub(super) fn health(&self) -> Option<String> {
        self.0.live.load().as_ref().map(|live| live.health())
    }

    /// From now on this instance is used; the one before.
    pub(super) fn swap(&self, live: Option<Arc<Live>>) -> Option<Arc<Live>> {
        self.0.live.swap(live)
    }
}
