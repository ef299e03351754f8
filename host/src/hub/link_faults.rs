//! Lines whose T-Server is there and does not serve them: what an operator sees of them in the readiness of the link.

use super::{Hub, effect::Effect};
use crate::{agent_link::LinkId, worker::LineId};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use uc_plugin_api::UserHandle;

/// The faulty lines of every link.
#[derive(Debug, Default)]
pub(super) struct LinkFaults {
    by_link: HashMap<LinkId, BTreeMap<LineId, Arc<str>>>,
    /// Links without a connection to their switch.
    without_switch: HashSet<LinkId>,
    /// What keeps the backup of a pair from taking over.
    without_backup: HashMap<LinkId, Arc<str>>,
    /// Links whose readiness is to be told when the turn ends.
    listed: HashSet<LinkId>,
}

impl LinkFaults {
    fn set(&mut self, link: LinkId, line: LineId, fault: Option<Arc<str>>) {
        let news = match fault {
            Some(fault) => self.add(link, line, fault),
            None => !self.by_link.is_empty() && self.remove(link, line),
        };
        if news {
            self.listed.insert(link);
        }
    }

    fn add(&mut self, link: LinkId, line: LineId, fault: Arc<str>) -> bool {
        let faults = self.by_link.entry(link).or_default();
        let news = faults.get(&line) != Some(&fault);
        if news {
            faults.insert(line, fault);
        }
        news
    }

    fn remove(&mut self, link: LinkId, line: LineId) -> bool {
        let Some(faults) = self.by_link.get_mut(&link) else { return false };
        let was_there = faults.remove(&line).is_some();
        if faults.is_empty() {
            self.by_link.remove(&link);
        }
        was_there
    }

    /// The link went up or down: nothing of before counts.
    pub(super) fn clear(&mut self, link: LinkId) {
        self.by_link.remove(&link);
        self.without_switch.remove(&link);
        self.without_backup.remove(&link);
        self.listed.remove(&link);
    }

    /// The T-Server lost its switch, or found it. False: that was known.
    pub(super) fn switch(&mut self, link: LinkId, connected: bool) -> bool {
        let news = if connected { self.without_switch.remove(&link) } else { self.without_switch.insert(link) };
        if news {
            self.listed.insert(link);
        }
        news
    }

    /// What keeps the backup from taking over, if anything does.
    pub(super) fn backup(&mut self, link: LinkId, missing: Option<Arc<str>>) {
        match missing {
            Some(missing) => self.without_backup.insert(link, missing),
            None => self.without_backup.remove(&link),
        };
        self.listed.insert(link);
    }

    /// The T-Server has lost its switch.
    pub(super) fn is_without_switch(&self, link: LinkId) -> bool {
        self.without_switch.contains(&link)
    }

    fn words(&self, link: LinkId) -> Option<Arc<str>> {
        if self.without_switch.contains(&link) {
            return Some("the T-Server has lost its switch: states are stale until it is back".into());
        }
        let of_lines = self.by_link.get(&link).and_then(|faults| Some((faults.len(), faults.first_key_value()?.1)));
        let of_lines =
            of_lines.map(|(count, first)| format!("{count} DNs are not served as asked; the first: {first}").into());
        of_lines.or_else(|| self.without_backup.get(&link).cloned())
    }
}

impl Hub {
    /// Looks which lines of a worker are faulty now.
    pub(super) fn note_faults(&mut self, handle: UserHandle) {
        for line in self.roster.worker(handle).into_iter().flat_map(|worker| worker.all_lines()) {
            self.faults.set(line.place().link, line.id(), line.fault().map(|fault| fault.to_string().into()));
        }
    }

    /// A line is gone, and its fault with it.
    pub(super) fn forget_fault(&mut self, link: LinkId, line: LineId) {
        self.faults.set(link, line, None);
    }

    /// Tells the readiness of links whose faults changed in this turn.
    pub(super) fn tell_faults(&mut self) {
        for link in std::mem::take(&mut self.faults.listed) {
            if self.links_up.contains(&link) {
                self.effects.push(match self.faults.words(link) {
                    Some(words) => Effect::LinkDegraded(link, words),
                    None => Effect::LinkReadiness(link, None),
                });
            }
        }
    }
}
