//! What a node makes of the store's answers.

use super::{Answered, Clocks, Going, Kind, Member, Owned, Worked};
use crate::{
    Error, Revision, Snapshot,
    nodes::{
        Partition,
        record::{Life, Node},
        table::{Known, Table},
    },
};
use std::{collections::BTreeMap, time::Duration};

impl Member {
    /// Takes an answer.
    pub fn answer(&mut self, number: u64, answer: Result<Answered, Error>, now: Duration) {
        let Some(asked) = self.asked.take_if(|asked| asked.number == number) else { return };
        self.pause = now;
        match (answer, asked.kind) {
            (Ok(Answered::Read(snapshot)), _) => self.read(&snapshot, now),
            (Ok(Answered::Written(revision)), Kind::Renewal(node)) => self.renewed(node, asked.sent, revision, now),
            (Ok(Answered::Written(revision)), Kind::Hands(hands)) => self.changed_hands(&hands, revision, now),
            (Ok(Answered::Written(_)), Kind::Read | Kind::Other) => self.sure = false,
            (Err(Error::Conflict { .. }), Kind::Renewal(_)) => {
                // Somebody else's, or an earlier one of ours that came late: not to be told apart.
                self.until = Duration::ZERO;
                self.doubt(now);
            }
            (Err(Error::Conflict { .. }), _) => self.doubt(now),
            (Err(_), _) => self.doubt(now + self.timing.every),
        }
    }

    fn read(&mut self, snapshot: &Snapshot, now: Duration) {
        let table = Table::read(snapshot, self.partitions, self.table.as_ref(), now);
        self.sure = true;
        self.note_worked(&table, now);
        if self.mine(&table).is_none() {
            let had_begun = self.table.as_ref().is_some_and(|before| self.mine(before).is_some());
            // Others count this life as dead, and it never begins again.
            self.life.turn += u32::from(had_begun);
            (self.until, self.renews) = (Duration::ZERO, false);
            self.pause = now + self.timing.every;
            if self.may_join(table.nodes.get(&self.me.name), now) {
                self.pause = now;
            }
        }
        self.table = Some(table);
        self.follow(now);
    }

    fn renewed(&mut self, written: Node, sent: Duration, revision: Revision, now: Duration) {
        if let Some(table) = &mut self.table {
            let node = Known { revision, node: Some(written), since: now };
            table.nodes.insert(self.me.name.clone(), node);
        }
        if now >= self.until {
            // It went on owning what nobody worked for meanwhile.
            let away = self.renewed.map(|renewed| now.saturating_sub(renewed));
            self.owned.values_mut().for_each(|owned| (owned.away, owned.clocks) = (away, None));
        }
        self.until = if self.leaves { Duration::ZERO } else { sent + self.timing.holds };
        self.renewed = Some(now);
        // What others did meanwhile is read before anything is changed.
        self.sure = false;
    }

    fn changed_hands(&mut self, hands: &[(Partition, Option<Life>)], revision: Revision, now: Duration) {
        let Some(table) = &mut self.table else { return };
        hands.iter().for_each(|(partition, owner)| table.set(*partition, revision, *owner));
        self.follow(now);
    }

    /// Owns what the table says is its own.
    fn follow(&mut self, now: Duration) {
        let Some(table) = self.table.as_ref().filter(|_| !self.leaves) else { return };
        let own: BTreeMap<_, _> = table.of(self.life).collect();
        self.owned.retain(|partition, owned| own.get(partition) == Some(&owned.revision));
        for (partition, revision) in own {
            let worked = self.worked.get(&partition);
            let away = worked.map(|worked| now.saturating_sub(worked.at));
            let clocks = worked.and_then(|worked| worked.clocks);
            self.owned.entry(partition).or_insert(Owned { revision, away, clocks, going: Going::Stays });
        }
        let owners = table.owners();
        let wanted = self.wanted(table, &owners);
        let name = self.me.name.as_str();
        let stays = |partition: &Partition| wanted.get(partition).copied().flatten() == Some(name);
        for (partition, owned) in self.owned.iter_mut().filter(|(_, owned)| owned.going != Going::LetGo) {
            // Whoever was to have it may be gone before it went.
            owned.going = if stays(partition) { Going::Stays } else { Going::Leaving };
        }
    }

    /// A node that was seen to renew its record has worked for what it owns.
    fn note_worked(&mut self, table: &Table, now: Duration) {
        // What was there at the first read may be long dead.
        let first = *self.first_read.get_or_insert(now);
        for (partition, owner) in table.owners() {
            let owner = owner.and_then(|owner| table.nodes.get(owner)).filter(|known| known.since > first);
            if let Some(Known { since: at, node, .. }) = owner {
                let there = node.as_ref().and_then(Node::clock);
                let clocks = there.map(|there| Clocks { here: self.me.clock + *at, there });
                self.worked.insert(partition, Worked { at: *at, clocks });
            }
        }
    }

    /// What was read may not be so any more: it is read again, from this moment on. Since when it is so still counts.
    pub(super) fn doubt(&mut self, from: Duration) {
        (self.sure, self.renews, self.pause) = (false, true, from);
    }
}
