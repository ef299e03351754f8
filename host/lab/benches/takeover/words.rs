//! What workers say of themselves, and when: what the T-Server is to show, and what it may never show.

use rand::Rng;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use uc_connector::agent_link::AgentStatus;
use uc_lab::t_server::TServer;

/// A state that workers choose: by its name on the page, by its number on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) state: &'static str,
    pub(super) availability: u32,
    pub(super) is_ready: bool,
}

pub(super) const WORDS: [Word; 3] = [
    Word { state: "open", availability: 3500, is_ready: true },
    Word { state: "busy", availability: 6500, is_ready: false },
    Word { state: "lunch", availability: 15_500, is_ready: false },
];

impl Word {
    /// What somebody says next: half of the workers are available.
    pub(super) fn after(last: Option<Self>) -> Self {
        match last {
            Some(word) if word.is_ready => WORDS[rand::rng().random_range(1..WORDS.len())],
            _ => WORDS[0],
        }
    }
}

/// What has just been said is on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(250);

/// What each worker said, oldest first; nothing yet: they are to be logged in and not ready.
pub(super) struct Said(Mutex<Vec<Vec<(SystemTime, Word)>>>);

impl Said {
    pub(super) fn nothing_yet(workers: usize) -> Self {
        Self(Mutex::new(vec![Vec::new(); workers]))
    }

    /// The worker says something else now: what the caller is to tell.
    pub(super) fn says_more(&self, worker: usize) -> Word {
        let said = &mut self.all()[worker];
        let word = Word::after(said.last().map(|(_, word)| *word));
        said.push((SystemTime::now(), word));
        word
    }

    pub(super) fn last(&self, worker: usize) -> Option<Word> {
        self.all()[worker].last().map(|(_, word)| *word)
    }

    /// Only the last words count from now on.
    pub(super) fn forget(&self) {
        self.all().iter_mut().for_each(|said| drop(said.drain(..said.len().saturating_sub(1))));
    }

    /// For how long the worker had not been ready by their own words at that time.
    pub(super) fn not_ready_for(&self, worker: usize, at: SystemTime) -> Duration {
        let all = self.all();
        if all[worker].is_empty() {
            return Duration::MAX;
        }
        let before = all[worker].iter().rev().skip_while(|(since, _)| *since > at);
        let since = before.take_while(|(_, word)| !word.is_ready).last().map_or(at, |(since, _)| *since);
        at.duration_since(since).unwrap_or_default()
    }

    /// The first worker, from this one on, whose agent is not as they said; what has just been said is waited for.
    pub(super) fn first_wrong(&self, t_server: &TServer, from: usize) -> Option<usize> {
        let all = self.all();
        let settled = SystemTime::now() - ON_ITS_WAY;
        let wrong = |worker: &usize| match all[*worker].last() {
            Some((since, _)) if *since > settled => false,
            Some((_, word)) => is(t_server, *worker) != Some(word.is_ready),
            None => is(t_server, *worker) != Some(false),
        };
        (from..all.len()).chain(0..from).find(wrong)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Vec<(SystemTime, Word)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the worker's agent is ready; none: nobody is logged in.
fn is(t_server: &TServer, worker: usize) -> Option<bool> {
    match t_server.agent(&dn(worker))?.1 {
        AgentStatus::LoggedOut => None,
        status => Some(status == AgentStatus::Ready),
    }
}

/// By which the lab's sites know them.
pub(super) fn user(worker: usize) -> String {
    format!("worker{worker}")
}

/// The worker's DN.
pub(super) fn dn(worker: usize) -> String {
    format!("5{worker:03}")
}

/// Whose DN it is.
pub(super) fn worker_at(dn: &str) -> Option<usize> {
    dn.strip_prefix('5')?.parse().ok()
}
