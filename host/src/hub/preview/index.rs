//! Which of the open previews are whose.

use super::PreviewId;
use std::{
    borrow::Borrow,
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

/// Numbers of open previews by what they are looked up by.
#[derive(Debug)]
pub(super) struct Index<K>(HashMap<K, Vec<PreviewId>>);

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Index<K> {
    pub(super) fn add(&mut self, key: K, id: PreviewId) {
        self.0.entry(key).or_default().push(id);
    }

    /// Oldest first.
    pub(super) fn of<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> &[PreviewId]
    where
        K: Borrow<Q>,
    {
        self.0.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    pub(super) fn remove(&mut self, key: K, id: PreviewId) {
        if let Entry::Occupied(mut ids) = self.0.entry(key) {
            ids.get_mut().retain(|have| *have != id);
            if ids.get().is_empty() {
                ids.remove();
            }
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
