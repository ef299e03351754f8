//! The store as whoever keeps something sees it: what is written is written as the primary.

use crate::role::Primacy;
use uc_store::{Change, Error, Revision, Snapshot, Span, Store};

/// A store, and whether this node may change it. Clones are the same.
#[derive(Clone, Debug)]
pub struct Keeper {
    store: Store,
    primacy: Primacy,
}

impl Keeper {
    /// Of a node that may be standby.
    pub fn new(store: Store, primacy: Primacy) -> Self {
        Self { store, primacy }
    }

    /// Reads a span.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn read(&self, span: &Span) -> Result<Snapshot, Error> {
        self.store.get(span).await
    }

    /// Changes what is kept.
    ///
    /// # Errors
    /// As [`Primacy::write`].
    pub async fn write(&self, changes: Vec<Change>) -> Result<Revision, Error> {
        self.primacy.write(&self.store, changes).await
    }

    /// There is no other node.
    pub fn is_alone(&self) -> bool {
        self.primacy.is_alone()
    }

    /// Whether this node may change anything now.
    pub fn is_primary(&self) -> bool {
        self.primacy.holds()
    }
}

/// Of the only node.
impl From<Store> for Keeper {
    fn from(store: Store) -> Self {
        Self::new(store, Primacy::alone())
    }
}
