//! What was read of nodes and partitions, and since when each node's record is as it is, by the reader's own clock.

use super::{
    Partition, Partitions,
    record::{self, Cluster, Life, Node, Owner},
    shares::Owners,
};
use crate::{Entry, Revision, Snapshot};
use std::{collections::BTreeMap, time::Duration};

/// Everything that was read.
#[derive(Debug)]
pub(super) struct Table {
    /// Revision and record; none: it is not there, or it is no record.
    pub(super) cluster: (Revision, Option<Cluster>),
    /// By name.
    pub(super) nodes: BTreeMap<String, Known>,
    owners: BTreeMap<Partition, (Revision, Option<Life>)>,
    /// Lives that own something and have no record, which nobody has said to be gone, and since when that was seen.
    missing: BTreeMap<Life, Duration>,
}

/// A node's record.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) revision: Revision,
    /// None: it is no record of ours.
    pub(super) node: Option<Node>,
    /// When this revision was seen first.
    pub(super) since: Duration,
}

impl Known {
    /// The node that lives; none: nobody does.
    pub(super) fn living(&self) -> Option<&Node> {
        self.node.as_ref().filter(|node| !node.gone)
    }

    pub(super) fn is_stale(&self, takes: Duration, now: Duration) -> bool {
        now >= self.since + takes
    }
}

impl Table {
    /// What an answer shows, after what was known before.
    pub(super) fn read(snapshot: &Snapshot, partitions: Partitions, before: Option<&Self>, now: Duration) -> Self {
        let mut table = Self {
            cluster: (Revision::ABSENT, None),
            nodes: BTreeMap::new(),
            owners: partitions.all().map(|partition| (partition, (Revision::ABSENT, None))).collect(),
            missing: BTreeMap::new(),
        };
        for (key, Entry { value, revision }) in &snapshot.entries {
            if let Some(name) = record::node_of(key) {
                let known = before.and_then(|before| before.nodes.get(name));
                let since = known.filter(|known| known.revision == *revision).map_or(now, |known| known.since);
                let known = Known { revision: *revision, node: record::read(value), since };
                table.nodes.insert(name.to_owned(), known);
            } else if let Some(partition) = record::partition_of(key) {
                let owner = match record::read(value) {
                    Some(Owner::Of(life)) => Some(life),
                    Some(Owner::Nobody) | None => None,
                };
                table.owners.entry(partition).and_modify(|had| *had = (*revision, owner));
            } else if record::cluster().is_ok_and(|cluster| cluster == *key) {
                table.cluster = (*revision, record::read(value));
            }
        }
        table.missing = table.missing(before, now);
        table
    }

    fn missing(&self, before: Option<&Self>, now: Duration) -> BTreeMap<Life, Duration> {
        let since = |life| before.and_then(|before| before.missing.get(life)).copied().unwrap_or(now);
        let lives = self.owners.values().filter_map(|(_, life)| life.as_ref());
        lives.filter(|life| !self.is_told(**life)).map(|life| (*life, since(life))).collect()
    }

    /// A record says of this life that it lives, or that it does not.
    fn is_told(&self, life: Life) -> bool {
        let mut nodes = self.nodes.values().filter_map(|known| known.node.as_ref());
        nodes.any(|node| node.lives == life || node.after == Some(life))
    }

    /// Whether a partition may be taken: its owner has given it away, is gone, or was not there for as long as
    /// somebody holds what they own. That a record is not there alone says nothing: somebody may have removed it.
    pub(super) fn is_free(&self, partition: Partition, takes: Duration, now: Duration) -> bool {
        match self.owners.get(&partition).and_then(|(_, life)| *life) {
            Some(life) if self.name_of(life).is_some() => false,
            Some(life) => self.missing.get(&life).is_none_or(|since| now >= *since + takes),
            None => true,
        }
    }

    /// Whose each partition is: the node whose life owns it, as long as its record is there.
    pub(super) fn owners(&self) -> Owners<'_> {
        self.owners
            .iter()
            .map(|(partition, (_, life))| (*partition, life.and_then(|life| self.name_of(life))))
            .collect()
    }

    /// At which revision a partition's record is.
    pub(super) fn revision(&self, partition: Partition) -> Revision {
        self.owners.get(&partition).map_or(Revision::ABSENT, |(revision, _)| *revision)
    }

    /// A partition has changed hands by a write of ours.
    pub(super) fn set(&mut self, partition: Partition, revision: Revision, owner: Option<Life>) {
        self.owners.insert(partition, (revision, owner));
    }

    /// Every partition of this life, with the revision of its record.
    pub(super) fn of(&self, life: Life) -> impl Iterator<Item = (Partition, Revision)> {
        let own = move |(partition, (revision, owner)): (&Partition, &(Revision, Option<Life>))| {
            (*owner == Some(life)).then_some((*partition, *revision))
        };
        self.owners.iter().filter_map(own)
    }

    fn name_of(&self, life: Life) -> Option<&str> {
        let is_it = |known: &Known| known.living().is_some_and(|node| node.lives == life);
        self.nodes.iter().find(|(_, known)| is_it(known)).map(|(name, _)| name.as_str())
    }
}
