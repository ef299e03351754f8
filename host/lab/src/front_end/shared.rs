//! The pool as its tasks and handles share it.

use super::{config::Config, faults::Mood, pool::Pool};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// One pool, who waits for its changes, and how connections behave.
pub(super) struct Shared {
    pool: Mutex<Pool>,
    /// Rises with every change.
    changes: watch::Sender<u64>,
    pub(super) mood: watch::Sender<Mood>,
    pub(super) config: Config,
}

impl Shared {
    pub(super) fn new(pool: Pool, config: Config) -> Arc<Self> {
        let (changes, mood) = (watch::Sender::new(0), watch::Sender::new(Mood::default()));
        Arc::new(Self { pool: Mutex::new(pool), changes, mood, config })
    }

    /// Looks at the pool.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Pool) -> T) -> T {
        look(&self.pool.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the pool and tells those who wait.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Pool) -> T) -> T {
        let result = change(&mut self.pool.lock().unwrap_or_else(PoisonError::into_inner));
        self.changes.send_modify(|count| *count += 1);
        result
    }

    /// Follows changes.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
