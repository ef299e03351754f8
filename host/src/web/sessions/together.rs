//! Sessions of several nodes: what each tells the others, and what it makes of what they tell. How long nobody has used
//! one is judged by each node's own clock.

use super::{Entry, KeptSession, Key, Now, Session, Sessions, SignedOutWhy, Table, mark_of, records::News};
use crate::web::accounts::Accounts;
use std::time::{Duration, Instant};

impl Sessions {
    /// Other nodes know them, too.
    pub(in crate::web) fn is_shared(&self) -> bool {
        self.shared
    }

    /// Of those that other nodes know, too: which have ended here for good since this was asked last. None: no other
    /// node does.
    pub(in crate::web) fn ended(&self) -> Option<Vec<Key>> {
        let ended = std::mem::take(&mut self.lock().ended);
        self.shared.then_some(ended)
    }

    /// These have ended at another node.
    pub(in crate::web) fn end_with_others(&self, gone: &[Key]) {
        let mut table = self.lock();
        for key in gone {
            table.end(*key);
            if let Some(entry) = table.by_key.remove(key) {
                entry.session.finish(SignedOutWhy::Expired);
            }
        }
    }

    /// Takes up what an earlier run of the service left, or other nodes have written: the sessions that are not too old,
    /// of accounts that are as they were. The time while the service was away does not count as idle.
    pub(in crate::web) fn restore(&self, kept: Vec<KeptSession>, accounts: &Accounts, now: Now) {
        let mut table = self.lock();
        kept.into_iter().for_each(|kept| self.take_up(&mut table, kept, accounts, now));
    }

    fn take_up(&self, table: &mut Table, kept: KeptSession, accounts: &Accounts, now: Now) {
        let KeptSession { key, user, account: then, since, seen } = kept;
        // By the clock of another node, or by one that went back since, it may begin only later: nobody is signed out
        // for that, and it is not longer than others from now on.
        let age = Duration::from_secs(now.unix.saturating_sub(since));
        let since = now.instant.checked_sub(age).filter(|_| age < self.life);
        let Some(since) = since.filter(|_| !table.over.contains(&key)) else {
            // Another node, which did not know yet that it is over, may have said that it is in use.
            table.end_and_tell(key);
            return self.changed.notify_one();
        };
        let Some(account) = accounts.get(&user).filter(|account| mark_of(account) == then) else { return };
        let (now, told) = (now.instant, now.instant + self.often());
        let news = if self.shared { table.records.say(key, seen, now) } else { News::Unknown };
        match (table.by_key.get_mut(&key), news) {
            // One that is here already has its pages.
            (Some(entry), News::Used) => (entry.seen, entry.untold) = (now, told),
            (Some(_), News::Unknown | News::Same) => {}
            // It was idle here for too long, and nobody has used it since.
            (None, News::Same) => {}
            (None, News::Unknown | News::Used) => {
                // To others it may be idle by now: they are to know as soon as it is used.
                let untold = if news == News::Used { told } else { now };
                let session = Session::new(key, user, account.clone(), since);
                table.by_key.insert(key, Entry { session, seen: now, pages: 0, untold });
            }
        }
    }

    /// Those in use here of which other nodes do not know that any more.
    pub(in crate::web) fn in_use(&self, now: Now) -> Vec<KeptSession> {
        if !self.shared {
            return Vec::new();
        }
        let mut table = self.lock();
        let Table { by_key, records, .. } = &mut *table;
        let tell = |entry: &mut Entry| {
            let used = if entry.pages > 0 { now.instant } else { entry.seen };
            (used > entry.untold).then(|| {
                entry.untold = used + self.often();
                let seen = records.next(entry.session.key, now.unix, now.instant);
                KeptSession { seen: Some(seen), ..entry.session.kept(now) }
            })
        };
        by_key.values_mut().filter_map(tell).collect()
    }

    /// Ends those that no node has used for longer than a session may be idle at the one that uses it, and has not said
    /// so yet. `speaks`: nodes can say that they do.
    pub(in crate::web) fn end_unused(&self, speaks: bool, now: Instant) {
        let mut table = self.lock();
        if !speaks {
            return table.records.say_nothing(now);
        }
        for key in table.records.same_for(self.idle + self.often(), now) {
            if !table.by_key.contains_key(&key) {
                table.end_and_tell(key);
                self.changed.notify_one();
            }
        }
    }

    /// Other nodes are told so often that a session is in use.
    pub(super) fn often(&self) -> Duration {
        self.idle / 4
    }
}

#[cfg(test)]
mod tests;
