//! What stands in the store below a shelf's prefix, as far as this process knows: so that nothing is written that
//! stands there already, and no write that was given up and arrives late is made over a newer one. Pure.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
};
use uc_store::{Entry, Revision};

/// What is known of each name.
#[derive(Debug, Default)]
pub(super) struct Stands {
    /// Everything was read: of a name that is not here, nothing stands there.
    whole: bool,
    /// None: it may be one or the other.
    by_name: HashMap<String, Option<Known>>,
    prints: RandomState,
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    revision: Revision,
    /// None: nothing is there.
    print: Option<u64>,
}

const NOTHING: Known = Known { revision: Revision::ABSENT, print: None };

impl Stands {
    /// This is all there is of these names.
    pub(super) fn found<'a>(&mut self, these: impl Fn(&str) -> bool, all: impl Iterator<Item = (&'a str, &'a Entry)>) {
        self.by_name.retain(|name, _| !these(name));
        for (name, entry) in all {
            self.read(name, Some(entry));
        }
    }

    /// Everything was read.
    pub(super) fn complete(&mut self) {
        self.whole = true;
    }

    /// This is there of one name.
    pub(super) fn read(&mut self, name: &str, entry: Option<&Entry>) {
        let (value, revision) = (entry.map(|entry| &*entry.value), entry.map(|entry| entry.revision));
        self.written(name, value, revision.unwrap_or(Revision::ABSENT));
    }

    /// This was written of one name; no value: nothing is there.
    pub(super) fn written(&mut self, name: &str, value: Option<&[u8]>, revision: Revision) {
        match value {
            Some(value) => {
                let print = Some(self.prints.hash_one(value));
                self.by_name.insert(name.to_owned(), Some(Known { revision, print }));
            }
            None if self.whole => drop(self.by_name.remove(name)),
            None => drop(self.by_name.insert(name.to_owned(), Some(NOTHING))),
        }
    }

    /// What is there of one name may be another thing.
    pub(super) fn doubt(&mut self, name: &str) {
        // Of a name that nobody has met nothing is known as it is.
        if self.whole || self.has_met(name) {
            self.by_name.insert(name.to_owned(), None);
        }
    }

    /// This process has read or written it before.
    pub(super) fn has_met(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// At which revision a name is; none: it has to be read.
    pub(super) fn revision(&self, name: &str) -> Option<Revision> {
        self.known(name).map(|known| known.revision)
    }

    /// This is there.
    pub(super) fn is(&self, name: &str, value: Option<&[u8]>) -> bool {
        let print = value.map(|value| self.prints.hash_one(value));
        self.known(name).is_some_and(|known| known.print == print)
    }

    fn known(&self, name: &str) -> Option<Known> {
        match self.by_name.get(name) {
            Some(known) => *known,
            None => self.whole.then_some(NOTHING),
        }
    }
}
