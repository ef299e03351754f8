//! One process's part among the nodes.

mod answers;
mod hands;

use super::{
    Partition, Partitions, Refusal, View,
    record::{self, Cluster, Life, Node},
    table::{Known, Table},
};
use crate::{
    Change, Error, Fence, Revision,
    asking::{Answered, Ask, What},
    lease::Timing,
};
use std::{collections::BTreeMap, time::Duration};

/// Changes of hands that are written at once: with the rest of a transaction they are fewer than any engine takes.
const AT_ONCE: usize = 100;

/// Who takes part.
#[derive(Clone, Debug)]
pub struct Me {
    /// Its name: no other node has it.
    pub name: String,
    /// A number that no other process has or had.
    pub life: u64,
    /// The newest form in which this program keeps and says anything between nodes; it reads and writes the one
    /// before, too.
    pub form: u32,
    /// Its version, for whoever reads what is refused.
    pub version: String,
    /// Where other nodes reach it; empty: nowhere.
    pub address: String,
    /// Where browsers reach it; empty: nowhere in particular.
    pub url: String,
    /// What the clock by which it writes down moments showed at the beginning of its `now`, since 1970 UTC. No two nodes'
    /// need agree.
    pub clock: Duration,
}

/// A partition that this node owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What every write of state for it carries.
    pub fence: Fence,
    /// For how long nobody worked for it before this node did; none: that is not known.
    pub away: Option<Duration>,
    /// Another node is to have it: it is worked for until [`Member::let_go`]. It may be taken back before.
    pub leaving: bool,
    /// The clock of the node before, where that was seen to work: what it wrote down goes by it. None: not known, or
    /// this node went on.
    pub clocks: Option<Clocks>,
}

/// One moment by the clocks of two nodes, each since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// By this node's.
    pub here: Duration,
    /// By the other's.
    pub there: Duration,
}

/// One process's part among the nodes. `now` is always its own monotonic clock, from any beginning.
#[derive(Debug)]
pub struct Member {
    me: Me,
    life: Life,
    partitions: Partitions,
    timing: Timing,
    drains: bool,
    leaves: bool,
    /// What was read last; none: nothing yet.
    table: Option<Table>,
    /// The table is the answer to a question that was asked since the last doubt.
    sure: bool,
    /// The next renewal comes before the next read.
    renews: bool,
    /// Until when what is owned is held.
    until: Duration,
    owned: BTreeMap<Partition, Owned>,
    /// When each partition was last known to be worked for.
    worked: BTreeMap<Partition, Worked>,
    /// When anything was read first, and when the record was renewed last.
    first_read: Option<Duration>,
    renewed: Option<Duration>,
    asked: Option<Asked>,
    number: u64,
    /// The next renewal is not asked for before.
    next: Duration,
    /// Nothing at all is asked for before.
    pause: Duration,
}

/// A partition was worked for.
#[derive(Clone, Copy, Debug)]
struct Worked {
    /// By this node's `now`.
    at: Duration,
    clocks: Option<Clocks>,
}

#[derive(Debug)]
struct Owned {
    revision: Revision,
    away: Option<Duration>,
    clocks: Option<Clocks>,
    going: Going,
}

/// How far a partition is on its way to another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    Stays,
    Leaving,
    LetGo,
}

#[derive(Debug)]
struct Asked {
    number: u64,
    sent: Duration,
    kind: Kind,
}

/// What a question is for.
#[derive(Clone, Debug)]
enum Kind {
    Read,
    /// The record of this node.
    Renewal(Node),
    /// Whose these are from then on.
    Hands(Vec<(Partition, Option<Life>)>),
    /// Something that the next read shows.
    Other,
}

impl Member {
    /// Somebody who wants to take part.
    ///
    /// # Errors
    /// [`Error::Refused`]: the name is none.
    pub fn new(me: Me, partitions: Partitions, timing: Timing) -> Result<Self, Error> {
        record::node(&me.name)?;
        let life = Life { life: me.life, turn: 0 };
        Ok(Self {
            me,
            life,
            partitions,
            timing,
            drains: false,
            leaves: false,
            table: None,
            sure: false,
            renews: true,
            until: Duration::ZERO,
            owned: BTreeMap::new(),
            worked: BTreeMap::new(),
            first_read: None,
            renewed: None,
            asked: None,
            number: 0,
            next: Duration::ZERO,
            pause: Duration::ZERO,
        })
    }

    /// What this node owns now, and nobody else works for.
    pub fn held(&self, now: Duration) -> BTreeMap<Partition, Held> {
        let holds = now < self.until;
        let held = self.owned.iter().filter(|(_, owned)| holds && owned.going != Going::LetGo);
        held.filter_map(|(partition, owned)| Some((*partition, owned.held(*partition)?))).collect()
    }

    /// Until when it owns that, if nothing else happens.
    pub fn until(&self) -> Duration {
        self.until
    }

    /// When the store took its sign of life last; none: never.
    pub fn renewed_at(&self) -> Option<Duration> {
        self.renewed
    }

    /// No answer for so long is doubt.
    pub fn deadline(&self) -> Duration {
        self.timing.deadline
    }

    /// For how long what is owned is held after a renewal.
    pub fn holds(&self) -> Duration {
        self.timing.holds
    }

    /// Nothing is done for a partition any more: another node may have it.
    pub fn let_go(&mut self, partition: Partition) {
        self.owned.get_mut(&partition).into_iter().for_each(|owned| owned.going = Going::LetGo);
    }

    /// Whether it is to own nothing from now on.
    pub fn drain(&mut self, drains: bool) {
        self.drains = drains;
    }

    /// Leaves for good. From now on it owns nothing; the next question lets others have it at once.
    pub fn leave(&mut self) {
        (self.leaves, self.until, self.pause) = (true, Duration::ZERO, Duration::ZERO);
        self.owned.clear();
    }

    /// It has left, and the store has been told.
    pub fn has_left(&self) -> bool {
        let gone = |table: &Table| self.sure && self.mine(table).is_none();
        self.leaves && self.asked.is_none() && self.table.as_ref().is_some_and(gone)
    }

    /// Who takes part and owns what, as it was read last.
    pub fn view(&self) -> View {
        self.table.as_ref().map_or_else(View::default, View::of)
    }

    /// Why it may not take part; none: it may, as far as it knows.
    pub fn refusal(&self) -> Option<Refusal> {
        let table = self.table.as_ref()?;
        if let Some(cluster) = &table.cluster.1
            && let Some(refusal) = Refusal::of(cluster, &self.me, self.partitions)
        {
            return Some(refusal);
        }
        let known = table.nodes.get(&self.me.name)?;
        let is_other = known.living().is_some_and(|node| node.lives.life != self.me.life);
        // A record that was there before may be one's own, of the life before.
        let is_renewed = self.first_read.is_some_and(|first| known.since > first);
        (is_other && is_renewed).then(|| Refusal::Name { node: self.me.name.clone() })
    }

    /// When [`Member::ask`] is called again at the latest.
    pub fn wake(&self, now: Duration) -> Duration {
        let asks = self.asked.as_ref().map_or(self.pause, |asked| asked.sent + self.timing.deadline);
        if self.until > now { self.until.min(asks) } else { asks }
    }

    /// The next question, once it is due.
    pub fn ask(&mut self, now: Duration) -> Option<Ask> {
        if self.asked.take_if(|asked| now >= asked.sent + self.timing.deadline).is_some() {
            self.doubt(now);
        }
        if self.asked.is_some()
            || now < self.pause
            || self.has_left()
            || self.refusal().is_some_and(|why| why.is_final())
        {
            return None;
        }
        let (what, kind) = self.what(now)?;
        self.number += 1;
        self.asked = Some(Asked { number: self.number, sent: now, kind });
        Some(Ask { number: self.number, what })
    }

    /// None: nothing before the next renewal.
    fn what(&mut self, now: Duration) -> Option<(What, Kind)> {
        let read = || Some((What::Read(record::everything()), Kind::Read));
        let Some(table) = self.table.as_ref().filter(|_| self.sure) else { return read() };
        let Some((revision, node)) = self.mine(table) else { return self.joins(table, now).or_else(read) };
        let after = node.after;
        if self.leaves {
            let gone = Node { gone: true, ..self.node(after, now) };
            return self.record(revision, &gone).map(|what| (what, Kind::Other));
        }
        if std::mem::take(&mut self.renews) {
            self.next = now + self.timing.every;
            return self.renewal(revision, self.node(after, now));
        }
        let table = self.table.as_ref()?;
        if let Some(changes) = self.changes(table, now) {
            return Some(changes);
        }
        (self.pause, self.renews) = (self.next, true);
        if now < self.next { None } else { self.what(now) }
    }

    /// The first record of this node, where it may be laid down.
    fn joins(&self, table: &Table, now: Duration) -> Option<(What, Kind)> {
        if self.leaves {
            return None;
        }
        if table.cluster.1.is_none() {
            let cluster = self.cluster();
            let change = Change::set(record::cluster().ok()?, record::written(&cluster)).at(table.cluster.0);
            return Some((What::Write(vec![change], None), Kind::Other));
        }
        let before = table.nodes.get(&self.me.name);
        let revision = before.map_or(Revision::ABSENT, |known| known.revision);
        let after = before.and_then(|known| known.node.as_ref()).map(|node| node.lives);
        self.may_join(before, now).then(|| self.renewal(revision, self.node(after, now)))?
    }

    /// Nobody of this name lives.
    fn may_join(&self, before: Option<&Known>, now: Duration) -> bool {
        before.is_none_or(|known| known.living().is_none() || known.is_stale(self.timing.takes, now))
    }

    fn renewal(&self, revision: Revision, node: Node) -> Option<(What, Kind)> {
        self.record(revision, &node).map(|what| (what, Kind::Renewal(node)))
    }

    fn record(&self, revision: Revision, node: &Node) -> Option<What> {
        let change = Change::set(record::node(&self.me.name).ok()?, record::written(node)).at(revision);
        Some(What::Write(vec![change], None))
    }

    fn cluster(&self) -> Cluster {
        let Me { form, version, .. } = self.me.clone();
        Cluster { partitions: self.partitions.count(), form, version }
    }

    fn node(&self, after: Option<Life>, now: Duration) -> Node {
        let Me { form, version, address, url, clock, .. } = self.me.clone();
        let clock = u64::try_from((clock + now).as_millis()).ok();
        Node { lives: self.life, gone: false, after, form, version, drains: self.drains, address, url, clock }
    }

    fn mine<'t>(&self, table: &'t Table) -> Option<(Revision, &'t Node)> {
        let known = table.nodes.get(&self.me.name)?;
        known.living().filter(|node| node.lives == self.life).map(|node| (known.revision, node))
    }
}

impl Owned {
    fn held(&self, partition: Partition) -> Option<Held> {
        let fence = Fence { key: record::partition(partition).ok()?, revision: self.revision };
        Some(Held { fence, away: self.away, leaving: self.going == Going::Leaving, clocks: self.clocks })
    }
}
