//! What is believed to stand at the server under each key, and what is missing there.

use super::{Operation, Publisher};
use crate::{
    key::{Category, Key, LASTING, Lifetime, TIMED},
    roaming::Own,
    show::Item,
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What is believed of one publication at the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stood {
    pub(super) key: Key,
    /// 0: nothing is there.
    pub(super) version: u32,
    /// When it was published, if that is known.
    pub(super) published: Option<u64>,
    /// Fingerprint of what is there, if that is known.
    pub(super) print: Option<u64>,
}

impl Publisher {
    /// Takes a category as a document tells it: whole.
    pub(super) fn learn(&mut self, category: Category, own: &Own, first: bool) {
        for known in self.stood.iter_mut().filter(|known| known.key.category == category) {
            let version = own.version(known.key);
            if first || version != known.version {
                (known.version, known.print) = (version, None);
            }
            known.published = own.published_at(known.key);
        }
        let ours = |key: Key| key.category == category && (self.instances.own(key) || key.is_choice());
        for (key, version) in own.versions.iter().filter(|(key, _)| ours(*key)) {
            if !self.stood.iter().any(|known| known.key == *key) {
                let published = own.published_at(*key);
                self.stood.push(Stood { key: *key, version: *version, published, print: None });
            }
        }
    }

    /// The version that is believed to stand; 0: nothing.
    pub(super) fn version(&self, key: Key) -> u32 {
        self.stood.iter().find(|known| known.key == key).map_or(0, |known| known.version)
    }

    /// When that was published; none: nobody has said.
    pub(super) fn published_at(&self, key: Key) -> Option<u64> {
        self.stood.iter().find(|known| known.key == key)?.published
    }

    pub(super) fn stand(&mut self, stood: Stood) {
        match self.stood.iter_mut().find(|known| known.key == stood.key) {
            Some(known) => *known = stood,
            None => self.stood.push(stood),
        }
    }

    /// What must be published and removed so that, among the keys that `covers`, exactly these items stand. `all`:
    /// those that stand already are published anew.
    pub(super) fn differences(
        &self,
        items: Vec<Item>,
        covers: impl Fn(&Self, Key) -> bool,
        all: bool,
    ) -> Vec<Operation> {
        let known = |key: Key| self.stood.iter().find(|known| known.key == key);
        let surplus = |known: &&Stood| {
            known.version > 0 && covers(self, known.key) && !items.iter().any(|item| item.key == known.key)
        };
        let removed = self.stood.iter().filter(surplus).map(|known| Operation {
            key: known.key,
            version: known.version,
            lifetime: match known.key.instance {
                LASTING => Lifetime::Lasting,
                TIMED => Lifetime::Seconds(0),
                _ => Lifetime::Endpoint,
            },
            value: None,
        });
        let mut operations: Vec<_> = removed.collect();
        for item in items {
            let version = known(item.key).map_or(0, |known| known.version);
            if all || version == 0 || known(item.key).and_then(|known| known.print) != Some(print(&item)) {
                let Item { key, lifetime, value } = item;
                operations.push(Operation { key, version, lifetime, value: Some(value) });
            }
        }
        operations
    }
}

pub(super) fn print(item: &Item) -> u64 {
    print_of(item.lifetime, &item.value)
}

/// How much time is left is no difference, or what is put back would never stand as it should.
pub(super) fn print_of(lifetime: Lifetime, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let lifetime = if matches!(lifetime, Lifetime::Seconds(_)) { Lifetime::Seconds(0) } else { lifetime };
    (lifetime, value).hash(&mut hasher);
    hasher.finish()
}
