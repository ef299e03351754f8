//! The way to a plug-in for those who send: always the instance that is in use now.

use super::{id::PluginId, instance::Live};
use crate::tasks::contained;
use arc_swap::ArcSwapOption;
use metrics::{Counter, counter};
use std::sync::{Arc, Mutex, PoisonError};
use uc_plugin_api::{Command, END_INVITATIONS, PluginError};

/// More invitations than this wait for no word to a plug-in that is slow: the others ring until they are answered.
const MOST_ENDED: usize = 4096;

/// Sends to one plug-in, whichever instance of it runs. Cheap to clone; never waits.
#[derive(Clone)]
pub struct PluginHandle(Arc<Current>);

/// What the supervisor swaps and handles read.
pub(super) struct Current {
    id: PluginId,
    live: ArcSwapOption<Live>,
    refused: Counter,
    ended: Mutex<Ended>,
}

/// Invitations that are to be taken back.
#[derive(Default)]
struct Ended {
    waiting: Vec<u64>,
    under_way: bool,
}

impl Current {
    /// What is to be told next; none: nothing, and nobody tells any more.
    fn next_ended(&self) -> Option<String> {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.under_way = !ended.waiting.is_empty();
        let numbers: Vec<_> = ended.waiting.drain(..).map(|number| number.to_string()).collect();
        ended.under_way.then(|| numbers.join(" "))
    }
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
    /// [`PluginArrival::Started`](super::PluginArrival::Started) asks for everything anew.
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

    /// These invitations are needed no more. One call is under way at a time, whatever comes meanwhile goes with the next;
    /// while no instance runs there is nothing to take back. Within a runtime.
    pub fn end_invitations(&self, invitations: &[u64]) {
        let mut ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_ENDED - ended.waiting.len().min(MOST_ENDED);
        self.0.refused.increment(invitations.len().saturating_sub(room) as u64);
        ended.waiting.extend(invitations.iter().take(room));
        if !std::mem::replace(&mut ended.under_way, true) {
            let handle = self.clone();
            tokio::spawn(async move {
                let of_them = handle.clone();
                if contained("end of invitations", async move { of_them.tell_ended().await }).await.is_none() {
                    // The next one begins anew.
                    handle.0.ended.lock().unwrap_or_else(PoisonError::into_inner).under_way = false;
                }
            });
        }
    }

    async fn tell_ended(&self) {
        while let Some(body) = self.0.next_ended() {
            // One built before there was such a word lets them ring until they are answered.
            let _ = self.call(END_INVITATIONS, body.into_bytes()).await;
        }
    }

    pub(super) fn new(id: PluginId) -> Self {
        let refused = counter!("uc_plugin_commands_refused_total", "plugin" => id.to_string());
        Self(Arc::new(Current { id, live: ArcSwapOption::empty(), refused, ended: Mutex::default() }))
    }

    /// From now on this instance is used; the one before.
    pub(super) fn swap(&self, live: Option<Arc<Live>>) -> Option<Arc<Live>> {
        self.0.live.swap(live)
    }
}
