//! What a T-Server does wrong, in the log: each distinct fault at once, then once a minute with a count, over all its
//! connections.

use crate::wire::Throttle;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// The complaints about one T-Server; clones are the same.
#[derive(Clone)]
pub(super) struct Complaints {
    link: Arc<str>,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    faults: Throttle,
    /// What is nobody's fault, yet worth a look by whoever looks closely.
    oddities: Throttle,
}

impl Complaints {
    /// About the T-Server of this name in the configuration.
    pub(super) fn new(link: &str) -> Self {
        Self { link: link.into(), told: Arc::default() }
    }

    /// A fault: a warning. The words are fit to be shown.
    pub(super) fn fault(&self, words: &str, now: Instant) {
        if let Some(fault) = self.lock().faults.note(words, now) {
            tracing::warn!(link = &*self.link, "{fault}");
        }
    }

    /// Something odd: for debugging.
    pub(super) fn oddity(&self, words: &str, now: Instant) {
        if let Some(oddity) = self.lock().oddities.note(words, now) {
            tracing::debug!(link = &*self.link, "{oddity}");
        }
    }

    /// Tells what was kept back and is due.
    pub(super) fn tick(&self, now: Instant) {
        let mut told = self.lock();
        for again in told.faults.due(now) {
            tracing::warn!(link = &*self.link, count = again.count, "again since it was told last: {}", again.fault);
        }
        for again in told.oddities.due(now) {
            tracing::debug!(link = &*self.link, count = again.count, "again since it was told last: {}", again.fault);
        }
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let told = self.lock();
        [told.faults.deadline(), told.oddities.deadline()].into_iter().flatten().min()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
