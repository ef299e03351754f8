//! Who wants to know what changes. The truth is the full read; changes between two of them only come sooner.

use crate::{Error, Key, Revision, Snapshot, Span, Store};
use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
    time::{Instant, sleep_until, timeout_at},
};

/// Batches of changes that a watch may be behind; further behind, it reads everything.
const BEHIND: usize = 1024;

/// Pause after a read that failed.
const AGAIN: Duration = Duration::from_secs(1);

/// What a watch has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Everything, as it is now: the first, after any gap, and at the interval. What is not in it is not there.
    All(Snapshot),
    /// What has changed since the last that was seen, in the order of revisions; never nothing.
    Changed(Vec<Changed>),
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Of what.
    pub key: Key,
    /// When.
    pub revision: Revision,
    /// What is there since; none: nothing.
    pub value: Option<Bytes>,
}

/// A watch. It never ends; whoever has enough drops it.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    span: Span,
    every: Duration,
    changes: Receiver<Arc<[Changed]>>,
    /// Older changes are in what was seen.
    seen: Revision,
    read_at: Instant,
    /// The last read did.
    fails: bool,
}

/// Where an engine tells what it has changed.
#[derive(Debug)]
pub(crate) struct Feed(Sender<Arc<[Changed]>>);

impl Watch {
    pub(crate) fn new(store: Store, span: Span, every: Duration, changes: Receiver<Arc<[Changed]>>) -> Self {
        Self { store, span, every, changes, seen: Revision::ABSENT, read_at: Instant::now(), fails: false }
    }

    /// Waits for the next. Cancelling it loses nothing.
    ///
    /// # Errors
    /// [`Error::OutOfReach`]: what was seen may be out of date. The next call waits a moment and reads again.
    pub async fn next(&mut self) -> Result<Seen, Error> {
        loop {
            // Before any change: the first that is seen is everything, and a busy store is read all the same.
            if self.read_at <= Instant::now() {
                return self.read().await;
            }
            let Ok(came) = timeout_at(self.read_at, self.changes.recv()).await else { continue };
            match came {
                // One that has just failed is not read sooner for it.
                Ok(changes) if changes.is_empty() && self.fails => {}
                Ok(changes) if changes.is_empty() => self.read_at = Instant::now(),
                Ok(changes) => {
                    let news = |changed: &&Changed| changed.revision > self.seen && self.span.covers(&changed.key);
                    let mut changes: Vec<_> = changes.iter().filter(news).cloned().collect();
                    changes.sort_by_key(|changed| changed.revision);
                    if let Some(last) = changes.last() {
                        self.seen = last.revision;
                        return Ok(Seen::Changed(changes));
                    }
                }
                Err(RecvError::Lagged(_)) => self.read_at = Instant::now(),
                Err(RecvError::Closed) => sleep_until(self.read_at).await,
            }
        }
    }

    async fn read(&mut self) -> Result<Seen, Error> {
        let read = self.store.get(&self.span).await;
        self.fails = read.is_err();
        self.read_at = Instant::now() + if self.fails { AGAIN } else { self.every };
        let snapshot = read?;
        self.seen = snapshot.revision;
        Ok(Seen::All(snapshot))
    }
}

impl Feed {
    pub(crate) fn tell(&self, changes: Vec<Changed>) {
        if !changes.is_empty() {
            // Nobody may be watching.
            let _ = self.0.send(changes.into());
        }
    }

    /// Something may have changed, and nobody knows what.
    #[cfg(feature = "etcd")]
    pub(crate) fn gap(&self) {
        let _ = self.0.send(Arc::default());
    }

    pub(crate) fn subscribe(&self) -> Receiver<Arc<[Changed]>> {
        self.0.subscribe()
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::channel(BEHIND).0)
    }
}
