//! Sessions that have ended for good, and may stand in the store for another moment.

use super::Key;
use std::collections::{HashSet, VecDeque};

/// So many are remembered, so that an old record does not bring them back.
const MOST: usize = 100_000;

/// The latest of them.
#[derive(Default)]
pub(super) struct Over {
    keys: HashSet<Key>,
    order: VecDeque<Key>,
}

impl Over {
    pub(super) fn insert(&mut self, key: Key) {
        if self.keys.insert(key) {
            self.order.push_back(key);
        }
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.keys.contains(key)
    }
}
