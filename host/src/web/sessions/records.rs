//! What the store says of each session, and since when it has said nothing else. Nodes' wall clocks differ: a record that
//! says something else than before is of a session that was used since, whatever it says.

use super::Key;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// The records of the sessions that several nodes have.
#[derive(Default)]
pub(super) struct Records(HashMap<Key, Record>);

struct Record {
    /// What stood there when it was read last.
    stands: Option<u64>,
    /// What this node has said last, which may not stand there yet.
    said: Option<u64>,
    /// Since when, by this node's clock, it has been the same.
    same_since: Instant,
}

/// What a record says that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It was not known here.
    Unknown,
    /// The session was used since.
    Used,
    /// Nothing else than before.
    Same,
}

impl Records {
    /// This stands there.
    pub(super) fn say(&mut self, key: Key, seen: Option<u64>, now: Instant) -> News {
        let Some(record) = self.0.get_mut(&key) else {
            self.0.insert(key, Record { stands: seen, said: None, same_since: now });
            return News::Unknown;
        };
        let before = std::mem::replace(&mut record.stands, seen);
        if [before, record.said].contains(&seen) {
            return News::Same;
        }
        record.same_since = now;
        News::Used
    }

    /// What is to stand there from now on: it differs from whatever did, whoever wrote that by whichever clock.
    pub(super) fn next(&mut self, key: Key, unix: u64, now: Instant) -> u64 {
        let record = self.0.entry(key).or_insert(Record { stands: None, said: None, same_since: now });
        let last = record.stands.max(record.said);
        let next = last.map_or(unix, |last| unix.max(last.saturating_add(1)));
        (record.said, record.same_since) = (Some(next), now);
        next
    }

    /// Nobody can write anything now: that none changes says nothing.
    pub(super) fn say_nothing(&mut self, now: Instant) {
        self.0.values_mut().for_each(|record| record.same_since = now);
    }

    /// Those that have been the same for so long.
    pub(super) fn same_for(&self, long: Duration, now: Instant) -> Vec<Key> {
        let is_old = |record: &Record| now.saturating_duration_since(record.same_since) >= long;
        self.0.iter().filter(|(_, record)| is_old(record)).map(|(key, _)| *key).collect()
    }

    pub(super) fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }
}
