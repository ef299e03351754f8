//! Sees a plug-in that hangs: commands it took wait, and for too long none was finished; or none waits, and for too long its
//! own task has not answered whether it has its turns. It is left running, and shown until it answers again. Of one whose
//! thread is blocked the owner is told as well: what it reported may be over.

use super::{id::PluginId, instance::Live};
use metrics::gauge;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep};
use uc_plugin_api::{
    PluginError,
    abi::{ALIVE, COMMANDS_FINISHED},
};

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

/// Watches one instance until it is aborted. `bound` is how long it may finish no command while some wait, and answer nothing
/// while none does. `without_turns` is told whether its thread is blocked.
pub(super) async fn attend(
    plugin: PluginId,
    live: Arc<Live>,
    bound: Duration,
    board: Board,
    without_turns: watch::Sender<bool>,
) {
    let mut progress = Progress::new(Instant::now());
    let mut entry = None;
    loop {
        let accepted = live.accepted();
        if let Some(says_so) = is_alive(&live).await {
            progress.has_turns(says_so, Instant::now());
        }
        if progress.finished < accepted {
            progress.seen(finished(&live, accepted).await, Instant::now());
        } else {
            progress.idle();
        }
        let now = Instant::now();
        let without = progress.lacks_turns(bound, now);
        without_turns.send_if_modified(|before| std::mem::replace(before, without) != without);
        match progress.hangs(bound, now) {
            Some(since) if entry.is_none() => {
                let why = reason(since, accepted - progress.finished);
                tracing::error!(%plugin, reason = why, "plug-in hangs; the others go on");
                entry = Some(board.put(&plugin, why));
            }
            None if entry.take().is_some() => {
                tracing::info!(%plugin, "plug-in that hung answers again");
            }
            _ => {}
        }
        sleep(bound / 4).await;
    }
}

fn reason(since: Duration, waiting: u64) -> String {
    let seconds = since.as_secs();
    let what = match waiting {
        0 => format!(
            "hangs outside of commands: something blocks its thread, and it has answered nothing for {seconds} s"
        ),
        _ => format!("hangs in a command: none was finished for {seconds} s, {waiting} wait"),
    };
    format!("{what}; see what its platform or its disk does, and its log")
}

/// Its own task answers; false: it was built with an SDK that does not know the question, and passes it on behind the
/// commands. None: no answer.
async fn is_alive(live: &Arc<Live>) -> Option<bool> {
    match live.clone().call(ALIVE.to_owned(), Vec::new()).await {
        Ok(_) => Some(true),
        Err(PluginError::Unsupported(_)) => Some(false),
        Err(_) => None,
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

/// What is known of one instance's turns. Pure: the time is an argument.
struct Progress {
    finished: u64,
    /// When one was finished, or the instance had a turn while none waited.
    since: Instant,
    /// When it had one last, whatever waited.
    turn: Instant,
    /// It can say so whatever waits.
    says_so: bool,
}

impl Progress {
    fn new(now: Instant) -> Self {
        Self { finished: 0, since: now, turn: now, says_so: false }
    }

    /// So many were finished, if that is known.
    fn seen(&mut self, finished: Option<u64>, now: Instant) {
        if let Some(finished) = finished.filter(|finished| *finished > self.finished) {
            (self.finished, self.since) = (finished, now);
        }
    }

    /// It answers. `says_so`: to the question itself.
    fn has_turns(&mut self, says_so: bool, now: Instant) {
        (self.turn, self.says_so) = (now, says_so);
    }

    /// Nothing waits.
    fn idle(&mut self) {
        self.since = self.turn;
    }

    /// How long it has hung, if it does.
    fn hangs(&self, bound: Duration, now: Instant) -> Option<Duration> {
        let since = now.saturating_duration_since(self.since);
        (since >= bound).then_some(since)
    }

    /// Its thread is blocked, which a command that only waits does not do.
    fn lacks_turns(&self, bound: Duration, now: Instant) -> bool {
        self.says_so && now.saturating_duration_since(self.turn) >= bound
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
        let mut at = |seconds: u64, finished| {
            let now = start + Duration::from_secs(seconds);
            progress.seen(finished, now);
            progress.hangs(BOUND, now).map(|since| since.as_secs())
        };
        assert_eq!(at(9, Some(5)), None);
        // Slow is not hanging.
        for slow in 1..10 {
            assert_eq!(at(9 + slow * 9, Some(5 + slow)), None);
        }
        assert_eq!(at(90 + 9, None), None);
        assert_eq!(at(90 + 10, None), Some(10));
        assert_eq!(at(90 + 60, Some(14)), Some(60));
        assert_eq!(at(90 + 61, Some(15)), None);
    }

    #[test]
    fn who_has_nothing_to_do_hangs_only_without_an_answer() {
        let start = Instant::now();
        let mut progress = Progress::new(start);
        let seconds = |seconds| start + Duration::from_secs(seconds);
        progress.has_turns(true, seconds(100));
        progress.idle();
        assert_eq!(progress.hangs(BOUND, seconds(109)), None);
        assert_eq!(progress.hangs(BOUND, seconds(115)), Some(Duration::from_secs(15)));
        progress.has_turns(true, seconds(116));
        progress.idle();
        assert_eq!(progress.hangs(BOUND, seconds(117)), None);
        assert!(reason(BOUND, 0).contains("outside of commands") && reason(BOUND, 3).contains("3 wait"));
    }

    #[test]
    fn whose_thread_is_blocked_lacks_turns_whether_a_command_waits_or_not() {
        let start = Instant::now();
        let seconds = |seconds| start + Duration::from_secs(seconds);
        for waits in [false, true] {
            let mut progress = Progress::new(start);
            assert!(!progress.lacks_turns(BOUND, seconds(10)), "perhaps it cannot say so");
            progress.has_turns(true, seconds(0));
            assert!(!progress.lacks_turns(BOUND, seconds(9)) && progress.lacks_turns(BOUND, seconds(10)));
            progress.has_turns(true, seconds(11));
            if !waits {
                progress.idle();
            }
            assert!(!progress.lacks_turns(BOUND, seconds(20)), "a command that only waits blocks nothing");
            assert_eq!(progress.hangs(BOUND, seconds(20)).is_some(), waits);
        }
    }

    /// What is asked for the first time counts from the last answer, not from the last command.
    #[test]
    fn a_command_after_a_long_rest_has_its_time() {
        let start = Instant::now();
        let mut progress = Progress::new(start);
        progress.has_turns(true, start + Duration::from_secs(1000));
        progress.idle();
        progress.seen(Some(0), start + Duration::from_secs(1005));
        assert_eq!(progress.hangs(BOUND, start + Duration::from_secs(1009)), None);
    }
}
