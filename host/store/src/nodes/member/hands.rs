//! What a node changes by what it has read: who is gone, who owns what, what all may write.

use super::{AT_ONCE, Going, Kind, Member, What};
use crate::{
    Change, Fence, Key,
    nodes::{
        Partition,
        record::{self, Cluster, Life, Node, Owner},
        shares::{Owners, shares},
        table::{Known, Table},
    },
};
use std::time::Duration;

impl Member {
    /// What else is to change by what was read: the dead are buried first, since whose they were depends on it.
    pub(super) fn changes(&self, table: &Table, now: Duration) -> Option<(What, Kind)> {
        let fence = Fence { key: record::node(&self.me.name).ok()?, revision: self.mine(table)?.0 };
        let write = |changes, kind| Some((What::Write(changes, Some(fence)), kind));
        let dead = table.nodes.iter().filter(|(name, known)| {
            **name != self.me.name && known.living().is_some() && known.is_stale(self.timing.takes, now)
        });
        let buried: Vec<_> = dead.filter_map(|(name, known)| bury(name, known)).take(AT_ONCE).collect();
        if !buried.is_empty() {
            return write(buried, Kind::Other);
        }
        if let Some(raised) = self.raised(table) {
            return write(vec![raised], Kind::Other);
        }
        let hands = self.hands(table, now);
        let change = |(partition, owner): &(Partition, Option<Life>)| hand(table, *partition, *owner);
        let changes: Vec<_> = hands.iter().filter_map(change).collect();
        if changes.is_empty() { None } else { write(changes, Kind::Hands(hands)) }
    }

    /// What this node gives away and takes now.
    fn hands(&self, table: &Table, now: Duration) -> Vec<(Partition, Option<Life>)> {
        let owners = table.owners();
        let wanted = self.wanted(table, &owners);
        let takes = |partition: &Partition| {
            let mine = wanted.get(partition).copied().flatten() == Some(self.me.name.as_str());
            mine && table.is_free(*partition, self.timing.takes, now)
        };
        let gives = |partition: &Partition| self.owned.get(partition).is_some_and(|owned| owned.going == Going::LetGo);
        let hand = |partition: Partition| match (gives(&partition), takes(&partition)) {
            (true, _) => Some((partition, None)),
            (false, true) => Some((partition, Some(self.life))),
            (false, false) => None,
        };
        self.partitions.all().filter_map(hand).take(AT_ONCE).collect()
    }

    pub(super) fn wanted<'t>(&self, table: &'t Table, owners: &Owners<'t>) -> Owners<'t> {
        let works = |(name, known): (&'t String, &Known)| {
            known.living().is_some_and(|node| !node.drains).then_some(name.as_str())
        };
        shares(owners, &table.nodes.iter().filter_map(works).collect::<Vec<_>>())
    }

    /// The form that every node knows by now, where it is newer than the one that is written.
    fn raised(&self, table: &Table) -> Option<Change> {
        let cluster = table.cluster.1.as_ref().filter(|cluster| cluster.form < self.me.form)?;
        let knows = |known: &Known| known.node.as_ref().is_some_and(|node| node.gone || node.form >= self.me.form);
        let raised = Cluster { form: self.me.form, version: self.me.version.clone(), ..cluster.clone() };
        let all_know = table.nodes.values().all(knows);
        all_know.then(|| Some(Change::set(record::cluster().ok()?, record::written(&raised)).at(table.cluster.0)))?
    }
}

fn bury(name: &str, known: &Known) -> Option<Change> {
    let gone = Node { gone: true, ..known.living()?.clone() };
    Some(Change::set(record::node(name).ok()?, record::written(&gone)).at(known.revision))
}

fn hand(table: &Table, partition: Partition, owner: Option<Life>) -> Option<Change> {
    let key: Key = record::partition(partition).ok()?;
    let record = owner.map_or(Owner::Nobody, Owner::Of);
    Some(Change::set(key, record::written(&record)).at(table.revision(partition)))
}
