//! The engine that keeps nothing beyond the process: where nobody has said where to keep it, and in tests.

use crate::{Change, Error, Fence, Revision, Snapshot, Span, ledger::Ledger, watch::Feed};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Memory {
    ledger: Mutex<Ledger>,
    pub(crate) feed: Feed,
}

impl Memory {
    pub(crate) fn get(&self, span: &Span) -> Snapshot {
        self.lock().read(span)
    }

    pub(crate) fn compare_and_set(&self, changes: Vec<Change>, fence: Option<&Fence>) -> Result<Revision, Error> {
        let mut ledger = self.lock();
        let mut staged = ledger.stage();
        let revision = staged.add(changes, fence)?;
        let batch = staged.batch();
        ledger.make(&batch);
        // Under the lock: changes are told in their order.
        self.feed.tell(batch.changed);
        Ok(revision)
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
