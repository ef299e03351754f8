//! The store as whoever keeps something sees it: what is written is written as the primary.

use crate::role::Primacy;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use uc_store::{Change, Error, Revision, Snapshot, Span, Store, Watch, nodes::Partition};

/// A store, and whether this node may change it. Clones are the same.
#[derive(Clone, Debug)]
pub struct Keeper {
    store: Store,
    primacy: Primacy,
    /// Why the last that was to be read or written was not; none: it was.
    failing: Arc<watch::Sender<Option<Arc<str>>>>,
}

impl Keeper {
    /// Of a node that may be standby.
    pub fn new(store: Store, primacy: Primacy) -> Self {
        Self { store, primacy, failing: watch::channel(None).0.into() }
    }

    /// Why the store takes nothing, whenever that changes; none: it does.
    pub fn failing(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.failing.subscribe()
    }

    /// Reads a span.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn read(&self, span: &Span) -> Result<Snapshot, Error> {
        self.store.get(span).await
    }

    /// Reads what a change stands on: one that cannot be read cannot be written either.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn read_to_write(&self, span: &Span) -> Result<Snapshot, Error> {
        self.read(span).await.inspect_err(|error| self.fails(error))
    }

    /// Follows a span, with a full read at least this often. Within a runtime.
    pub fn watch(&self, span: Span, every: Duration) -> Watch {
        self.store.watch(span, every)
    }

    /// Changes what is kept, of workers of this partition alone, if there are any.
    ///
    /// # Errors
    /// As [`Primacy::write`].
    pub async fn write(&self, partition: Option<Partition>, changes: Vec<Change>) -> Result<Revision, Error> {
        let written = self.primacy.write(&self.store, partition, changes).await;
        match &written {
            Ok(_) => self.works(),
            // What only another node may write says nothing of the store.
            Err(error) if self.primacy.may_write(partition) => self.fails(error),
            Err(_) => {}
        }
        if matches!(written, Err(Error::Conflict { .. })) {
            metrics::counter!("uc_kept_writes_refused_total").increment(1);
        }
        written
    }

    /// Notes something on which nothing rests, whatever this node is.
    ///
    /// # Errors
    /// As [`Store::compare_and_set`].
    pub async fn note(&self, note: Change) -> Result<(), Error> {
        self.store.compare_and_set(vec![note], None).await?;
        self.works();
        Ok(())
    }

    /// A disk that takes little may still be read: only what is written says that all is well.
    fn works(&self) {
        self.failing.send_if_modified(|failing| failing.take().is_some());
    }

    fn fails(&self, error: &Error) {
        if error.may_pass() {
            let why: Arc<str> = error.to_string().into();
            self.failing.send_if_modified(|failing| failing.replace(why.clone()).is_none_or(|before| before != why));
        }
    }

    /// Whether what is kept of this partition may be changed now.
    pub fn may_write(&self, partition: Option<Partition>) -> bool {
        self.primacy.may_write(partition)
    }

    /// Which partition a worker is in; none: there are none, or it is nobody's.
    pub fn partition_of(&self, worker: Option<&str>) -> Option<Partition> {
        worker.and_then(|worker| self.primacy.partition_of(worker))
    }

    /// There is no other node.
    pub fn is_alone(&self) -> bool {
        self.primacy.is_alone()
    }

    /// What is kept stands in a store that several nodes have, not in a folder of this one.
    pub fn is_of_several(&self) -> bool {
        self.primacy.is_of_several()
    }

    /// Other nodes work beside this one.
    pub fn is_shared(&self) -> bool {
        self.primacy.is_shared()
    }

    /// This node works for somebody now: the store takes what it writes.
    pub fn is_at_work(&self) -> bool {
        self.primacy.is_at_work()
    }

    /// Whether this node may change anything now.
    pub fn is_primary(&self) -> bool {
        self.primacy.may_write(None)
    }
}

/// Of the only node.
impl From<Store> for Keeper {
    fn from(store: Store) -> Self {
        Self::new(store, Primacy::alone())
    }
}
