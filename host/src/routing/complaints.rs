//! What is wrong with those who ask for previews, over the link and over HTTP: each distinct fault is logged at once, then
//! once a minute with a count, however often somebody connects.

use super::fields::Unreadable;
use crate::wire::{Throttle, throttle::PERIOD};
use std::{
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::time::{Instant, interval, sleep, sleep_until};

/// How late a count may be told.
const LOOK: Duration = Duration::from_secs(5);

/// Logs what was kept back whenever it is due, for as long as somebody complains there.
pub(super) async fn repeat(complaints: Weak<Complaints>) {
    let mut every = interval(LOOK);
    loop {
        every.tick().await;
        let Some(complaints) = complaints.upgrade() else { return };
        complaints.repeat();
    }
}

/// What was logged lately. Locked for a moment at a time, never across an await.
#[derive(Debug, Default)]
pub(super) struct Complaints(Mutex<Throttle<Instant>>);

impl Complaints {
    /// Logs a fault of this peer, unless it was logged within the last minute. As a field, the text is escaped: it may
    /// hold a stranger's words.
    pub(super) fn warn(&self, peer: SocketAddr, name: &str, fault: &str) {
        if let Some(fault) = self.throttle().note(fault, Instant::now()) {
            tracing::warn!(%peer, name, fault, "preview link");
        }
    }

    /// A link of this application ended in order: as often as not its own restart, and no fault unless it repeats.
    pub(super) fn ended(&self, peer: SocketAddr, name: &str) {
        let ended = format!("closed by {}", if name.is_empty() { "somebody who said nothing" } else { name });
        if let Some(ended) = self.throttle().note(&ended, Instant::now()) {
            tracing::info!(%peer, ended, "preview link");
        }
    }

    /// Logs what could not be read of a message by the one of this name, and was done without.
    pub(super) fn unreadable(&self, way: &'static str, name: &str, unread: &Unreadable) {
        for fault in &unread.0 {
            metrics::counter!("uc_routing_unreadable_attributes_total", "way" => way).increment(1);
            if let Some(fault) = self.throttle().note(&fault.to_string(), Instant::now()) {
                tracing::warn!(
                    way,
                    name,
                    fault,
                    "an attribute of a preview message cannot be read: gone on without it"
                );
            }
        }
    }

    /// Waits until [`Complaints::repeat`] may have something to say.
    pub(super) async fn due(&self) {
        match self.deadline() {
            Some(at) => sleep_until(at).await,
            // What complains next wakes nobody up, and is counted from its own minute on.
            None => sleep(PERIOD).await,
        }
    }

    /// When a count is due; none: nothing was kept back.
    fn deadline(&self) -> Option<Instant> {
        self.throttle().deadline()
    }

    /// Logs what was kept back and is due.
    pub(super) fn repeat(&self) {
        for again in self.throttle().due(Instant::now()) {
            tracing::warn!(fault = &*again.fault, times = again.count, "preview link: again and again");
        }
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fields::DecodeError, *};
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_count_is_told_though_nobody_asks_any_more() {
        let complaints = Arc::new(Complaints::default());
        let repeating = tokio::spawn(repeat(Arc::downgrade(&complaints)));
        let unread =
            Unreadable(vec![DecodeError::wrong("timeout", "a number"), DecodeError::wrong("timeout", "a number")]);
        complaints.unreadable("http", "", &unread);
        assert!(complaints.deadline().is_some(), "one was kept back");
        sleep(PERIOD + LOOK).await;
        assert_eq!(complaints.deadline(), None, "it was told");
        drop(complaints);
        repeating.await.unwrap();
    }
}
