//! One running instance of a plug-in: its commands, its events, its start and its end. Calls that may take time run
//! on threads of their own and with a deadline, so that a plug-in that hangs costs a thread and nothing else.

use super::{
    config::Spec,
    edge::{Ends, edge},
    loader::Library,
    words::fit,
};
use crate::tasks::{self, contained};
use metrics::counter;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;
use uc_plugin_api::{Command, PluginError, PluginInfo, abi::PluginBox};

/// Longest an instance may take to start: what the SDK allows itself, and a little.
const START: Duration = Duration::from_secs(12);
/// Longest a call may take, likewise.
const CALL: Duration = Duration::from_secs(6);
/// Added to the plug-in's own deadline before it is given up.
const GRACE: Duration = Duration::from_millis(500);

/// The part of an instance that many may hold.
pub(super) struct Live {
    plugin: PluginBox,
    /// Commands it took.
    accepted: AtomicU64,
    /// What its library says of itself.
    pub(super) info: PluginInfo,
}

/// A running instance.
pub(super) struct Instance {
    /// For commands.
    pub(super) live: Arc<Live>,
    /// What it says, and its failure.
    pub(super) ends: Ends,
}

impl Instance {
    /// Starts an instance.
    ///
    /// # Errors
    /// Why not, in the plug-in's words.
    pub(super) async fn start(library: Library, spec: Spec) -> Result<Self, String> {
        let (host, ends) = edge(&spec.id);
        let Library { info, module, .. } = library;
        let starting = aside("plugin-start", move || Result::from(module.start()(spec.settings, host)));
        match timeout(START, starting).await {
            Ok(Ok(Ok(plugin))) => Ok(Self { live: Arc::new(Live { plugin, accepted: AtomicU64::new(0), info }), ends }),
            Ok(Ok(Err(why))) => Err(fit(&why.to_string())),
            Ok(Err(lost)) => Err(format!("its start was lost: {lost}")),
            Err(_) => Err(format!("its start did not return within {} s; that thread is given up", START.as_secs())),
        }
    }
}

impl Live {
    /// Queues a command without waiting; hands it back when the plug-in has no room.
    pub(super) fn submit(&self, command: Command) -> Result<(), Command> {
        let sent: Result<(), Command> = self.plugin.submit(command).into();
        if sent.is_ok() {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }

    /// How many commands it took so far.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Asks for an operation outside the frozen vocabulary.
    pub(super) async fn call(self: Arc<Self>, op: String, body: Vec<u8>) -> Result<Vec<u8>, PluginError> {
        let calling =
            aside("plugin-call", move || Result::from(self.plugin.call(op.as_str().into(), body.as_slice().into())));
        match timeout(CALL, calling).await {
            Ok(Ok(answer)) => answer.map(Into::into),
            Ok(Err(lost)) => Err(PluginError::Failed(format!("the call was lost: {lost}").into())),
            Err(_) => Err(PluginError::Deadline("the call did not return; that thread is given up".into())),
        }
    }

    /// Ends it, within the deadline or a little later.
    ///
    /// # Errors
    /// What had to be aborted or given up. It is gone all the same.
    pub(super) async fn stop(self: Arc<Self>, deadline: Duration) -> Result<(), String> {
        let milliseconds = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        let stopping = aside("plugin-stop", move || Result::from(self.plugin.stop(milliseconds)));
        let outcome = match timeout(deadline + GRACE, stopping).await {
            Ok(Ok(outcome)) => outcome.map_err(|why| fit(&why.to_string())),
            Ok(Err(lost)) => Err(format!("its stop was lost: {lost}")),
            Err(_) => Err("its stop did not return; that thread is given up".to_owned()),
        };
        if outcome.is_err() {
            counter!("uc_plugin_stops_late_total").increment(1);
        }
        outcome
    }
}

/// A call into the plug-in, on a thread of its own. Its panics are caught on its side; one that is not is contained.
async fn aside<T: Send + 'static>(name: &'static str, call: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    match contained(name, tasks::aside(name, call)).await {
        Some(outcome) => outcome.map_err(|error| error.to_string()),
        None => Err("it ended in a panic".to_owned()),
    }
}
