//! Sees a plug-in that hangs in a command: commands it took wait, and for too long none was finished. Nothing is done
//! to it; who answers again is no longer shown.

use super::{id::PluginId, instance::Live};
use metrics::gauge;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};
use uc_plugin_api::{PluginError, abi::COMMANDS_FINISHED};

/// The plug-ins that hang now, with what is known of it.
pub type Hanging = BTreeMap<PluginId, Arc<str>>;

/// Written by supervisors, read by whoever shows it.
#[derive(Clone, Debug)]
pub(super) struct Board(watch::Sender<Hanging>);

impl Board {
    pub(super) fn new() -> Self {
        Self(watch::Sender::default())
    }

    pub(super) fn read(&self) -> watch::Receiver<Hanging> {
        self.0.subscribe()
    }

    /// Stands until it is dropped.
    fn put(&self, plugin: &PluginId, why: String) -> Entry {
        self.0.send_modify(|hanging| drop(hanging.insert(plugin.clone(), why.into())));
        gauge!("uc_plugin_hanging", "plugin" => plugin.to_string()).set(1.0);
        Entry { board: self.clone(), plugin: plugin.clone() }
    }
}

/// One plug-in on the board. An instance that is exchanged or fails hangs no longer.
struct Entry {
    board: Board,
    plugin: PluginId,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.board.0.send_modify(|hanging| drop(hanging.remove(&self.plugin)));
        gauge!("uc_plugin_hanging", "plugin" => self.plugin.to_string()).set(0.0);
    }
}

/// Watches one instance until it is aborted. `bound` is how long it may finish no command while some wait.
pub(super) async fn attend(plugin: PluginId, live: Arc<Live>, bound: Duration, board: Board) {
    let mut progress = Progress::new(Instant::now());
    let mut entry = None;
    loop {
        sleep(bound / 4).await;
        let accepted = live.accepted();
        if progress.finished < accepted {
            progress.seen(finished(&live, accepted).await, Instant::now());
        } else {
            progress.seen(Some(accepted), Instant::now());
        }
        match progress.hangs(accepted, bound, Instant::now()) {
            Some(since) if entry.is_none() => {
                let why = format!(
                    "hangs in a command: none was finished for {} s, {} wait; see what its platform or its disk does, \
                     and its log",
                    since.as_secs(),
                    accepted - progress.finished
                );
                tracing::error!(%plugin, reason = why, "plug-in hangs; the others go on");
                entry = Some(board.put(&plugin, why));
            }
            None if entry.take().is_some() => {
                tracing::info!(%plugin, "plug-in that hung finishes commands again");
            }
            _ => {}
        }
    }
}

/// How many commands the instance says it has finished; none without an answer. One built with an SDK that cannot
/// tell passes the question on behind the commands, so its answer says that those before are finished.
async fn finished(live: &Arc<Live>, accepted: u64) -> Option<u64> {
    match live.clone().call(COMMANDS_FINISHED.to_owned(), Vec::new()).await {
        Ok(count) => std::str::from_utf8(&count).ok()?.parse().ok(),
        Err(PluginError::Unsupported(_)) => Some(accepted),
        Err(_) => None,
    }
}

/// What is known of one instance's commands. Pure: the time is an argument.
struct Progress {
    finished: u64,
    /// When one was finished, or none waited.
    since: Instant,
}

impl Progress {
    fn new(now: Instant) -> Self {
        Self { finished: 0, since: now }
    }

    /// So many were finished, if that is known.
    fn seen(&mut self, finished: Option<u64>, now: Instant) {
        if let Some(finished) = finished.filter(|finished| *finished > self.finished) {
            (self.finished, self.since) = (finished, now);
        }
    }

    /// How long it has hung, if it does.
    fn hangs(&mut self, accepted: u64, bound: Duration, now: Instant) -> Option<Duration> {
        if self.finished >= accepted {
            self.since = now;
        }
        let since = now.saturating_duration_since(self.since);
        (since >= bound).then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(10);

    #[test]
    fn only_who_finishes_nothing_for_the_bound_hangs() {
        let start = Instant::now();
        let mut progress = Progress::new(start);
        let mut at = |seconds: u64, accepted, finished| {
            let now = start + Duration::from_secs(seconds);
            progress.seen(finished, now);
            progress.hangs(accepted, BOUND, now).map(|since| since.as_secs())
        };
        // Nothing to do is no reason.
        assert_eq!(at(100, 0, Some(0)), None);
        assert_eq!(at(200, 5, Some(5)), None);
        // Slow is not hanging.
        for slow in 1..10 {
            assert_eq!(at(200 + slow * 9, 50, Some(5 + slow)), None);
        }
        assert_eq!(at(281 + 9, 50, None), None);
        assert_eq!(at(281 + 10, 50, None), Some(10));
        assert_eq!(at(281 + 60, 70, Some(14)), Some(60));
        assert_eq!(at(281 + 61, 70, Some(15)), None);
        assert_eq!(at(281 + 62, 70, Some(70)), None);
    }
}
