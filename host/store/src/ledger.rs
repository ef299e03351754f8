//! The rules of a store on values in memory: what a transaction compares and changes. Pure.

use crate::{Change, Changed, Entry, Error, Fence, Key, Revision, Snapshot, Span, When, bounds};
use bytes::Bytes;
use std::collections::BTreeMap;

/// Everything that a store holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    revision: Revision,
    entries: BTreeMap<Key, Entry>,
    bytes: usize,
}

/// Transactions upon a ledger that are not made yet.
#[derive(Debug)]
pub(crate) struct Staged<'l> {
    ledger: &'l Ledger,
    revision: Revision,
    changed: BTreeMap<Key, Changed>,
    /// How the whole will have grown.
    bytes: isize,
    keys: isize,
}

/// The same, apart from the ledger.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) revision: Revision,
    /// The last of each key.
    pub(crate) changed: Vec<Changed>,
}

impl Ledger {
    pub(crate) fn of(revision: Revision, entries: BTreeMap<Key, Entry>) -> Self {
        let bytes = entries.iter().map(|(key, entry)| size(key, &entry.value)).sum();
        Self { revision, entries, bytes }
    }

    pub(crate) fn read(&self, span: &Span) -> Snapshot {
        let one = |(key, entry): (&Key, &Entry)| (key.clone(), entry.clone());
        let entries = match span {
            Span::One(key) => self.entries.get_key_value(key).map(one).into_iter().collect(),
            Span::Below(_) => self.entries.iter().filter(|(key, _)| span.covers(key)).map(one).collect(),
        };
        Snapshot { revision: self.revision, entries }
    }

    pub(crate) fn stage(&self) -> Staged<'_> {
        Staged { ledger: self, revision: self.revision, changed: BTreeMap::new(), bytes: 0, keys: 0 }
    }

    pub(crate) fn make(&mut self, batch: &Batch) {
        self.revision = batch.revision;
        for Changed { key, revision, value } in &batch.changed {
            let before = match value.clone() {
                Some(value) => {
                    self.bytes += size(key, &value);
                    self.entries.insert(key.clone(), Entry { value, revision: *revision })
                }
                None => self.entries.remove(key),
            };
            self.bytes -= before.map_or(0, |before| size(key, &before.value));
        }
    }

    #[cfg(test)]
    pub(crate) fn revision(&self) -> Revision {
        self.revision
    }
}

impl Staged<'_> {
    /// Adds a transaction to what is to be made, whole or not at all.
    pub(crate) fn add(&mut self, changes: Vec<Change>, fence: Option<&Fence>) -> Result<Revision, Error> {
        if let Some(Fence { key, revision }) = fence {
            self.expect(key, *revision)?;
        }
        for change in &changes {
            if let When::At(revision) = change.when {
                self.expect(&change.key, revision)?;
            }
        }
        let (bytes, keys) = self.growth(&changes);
        let over = |now: usize, more: isize, most: usize| more > 0 && now.saturating_add_signed(more) > most;
        if over(self.ledger.bytes, self.bytes + bytes, bounds::WHOLE)
            || over(self.ledger.entries.len(), self.keys + keys, bounds::KEYS)
        {
            let (most, most_keys) = (bounds::WHOLE, bounds::KEYS);
            return Err(Error::Full(format!("{most} bytes in {most_keys} keys are the most that it keeps").into()));
        }
        (self.bytes, self.keys) = (self.bytes + bytes, self.keys + keys);
        let changes = changes.into_iter().filter(|change| change.value.is_some() || self.value(&change.key).is_some());
        let changes: Vec<_> = changes.collect();
        if !changes.is_empty() {
            self.revision.0 += 1;
        }
        for Change { key, value, .. } in changes {
            self.changed.insert(key.clone(), Changed { key, revision: self.revision, value });
        }
        Ok(self.revision)
    }

    pub(crate) fn batch(self) -> Batch {
        Batch { revision: self.revision, changed: self.changed.into_values().collect() }
    }

    fn expect(&self, key: &Key, revision: Revision) -> Result<(), Error> {
        let found = match self.changed.get(key) {
            Some(changed) => changed.value.as_ref().map(|_| changed.revision),
            None => self.ledger.entries.get(key).map(|entry| entry.revision),
        };
        let found = found.unwrap_or(Revision::ABSENT);
        if found == revision { Ok(()) } else { Err(Error::Conflict { key: key.clone(), found }) }
    }

    fn value(&self, key: &Key) -> Option<&Bytes> {
        match self.changed.get(key) {
            Some(changed) => changed.value.as_ref(),
            None => self.ledger.entries.get(key).map(|entry| &entry.value),
        }
    }

    /// In bytes and in keys.
    fn growth(&self, changes: &[Change]) -> (isize, isize) {
        let of =
            |key: &Key, value: Option<&Bytes>| value.map_or((0, 0), |value| (size(key, value).cast_signed(), 1_isize));
        changes.iter().fold((0, 0), |(bytes, keys), change| {
            let (before, after) = (of(&change.key, self.value(&change.key)), of(&change.key, change.value.as_ref()));
            (bytes + after.0 - before.0, keys + after.1 - before.1)
        })
    }
}

fn size(key: &Key, value: &Bytes) -> usize {
    key.text().len() + value.len()
}
