//! Who has which DN. A DN changes hands only when whoever had it before has left: until then the next line waits.

use super::{Hub, user::place};
use crate::{
    agent_link::{Dn, LinkId},
    clock::Moment,
    directory,
    worker::{Input, LineId},
};
use foldhash::fast::RandomState as Quick;
use std::collections::HashMap;
use uc_plugin_api::UserHandle;

/// A line and whose it is.
pub(super) type Home = (UserHandle, LineId);

/// All lines by DN and by number. Everything a T-Server says is looked up here, and only the directory puts anything
/// in: no peer chooses keys that fall together.
#[derive(Debug, Default)]
pub(super) struct Dns {
    /// The line that has each DN now.
    by_dn: HashMap<LinkId, HashMap<Dn, Home, Quick>, Quick>,
    /// The line that has it next.
    next: HashMap<(LinkId, Dn), Home, Quick>,
    /// Whose each line is, by its number less one. One that is gone leaves its place empty, for numbers are given in
    /// order and once: it takes eight bytes for each line there ever was.
    owners: Vec<Option<UserHandle>>,
}

impl Dns {
    /// Who has this DN of this link now.
    pub(super) fn at(&self, link: LinkId, dn: &str) -> Option<Home> {
        self.by_dn.get(&link).and_then(|dns| dns.get(dn)).copied()
    }

    /// Whose the line of this number is.
    pub(super) fn owner(&self, line: LineId) -> Option<UserHandle> {
        place_of(line).and_then(|at| self.owners.get(at)).copied().flatten()
    }

    fn own(&mut self, line: LineId, user: Option<UserHandle>) {
        let owner = place_of(line).and_then(|at| self.owners.get_mut(at));
        owner.into_iter().for_each(|owner| *owner = user);
    }

    /// Everybody with a line at this link, each once, in order.
    pub(super) fn holders(&self, link: LinkId) -> Vec<UserHandle> {
        let mut holders: Vec<_> = self.by_dn.get(&link).into_iter().flatten().map(|(_, (user, _))| *user).collect();
        holders.sort_unstable();
        holders.dedup();
        holders
    }

    /// A new line of this user for this DN. False: it has to wait for the DN.
    fn add(&mut self, user: UserHandle, link: LinkId, dn: &Dn) -> (LineId, bool) {
        self.owners.push(Some(user));
        let line = LineId(u32::try_from(self.owners.len()).expect("fewer than 2^32 lines in the life of a process"));
        let free = self.at(link, dn).is_none();
        if free {
            self.by_dn.entry(link).or_default().insert(dn.clone(), (user, line));
        } else {
            self.next.insert((link, dn.clone()), (user, line));
        }
        (line, free)
    }

    /// Who has this DN now, and who has it next.
    pub(super) fn now_and_next(&self, link: LinkId, dn: &Dn) -> impl Iterator<Item = Home> + use<> {
        self.at(link, dn).into_iter().chain(self.next.get(&(link, dn.clone())).copied())
    }

    /// A line goes on as another user's; one that waits for its DN waits on.
    pub(super) fn move_to(&mut self, user: UserHandle, line: LineId, link: LinkId, dn: &Dn) {
        self.own(line, Some(user));
        if self.at(link, dn).is_some_and(|(_, have)| have != line) {
            self.next.insert((link, dn.clone()), (user, line));
        } else {
            self.by_dn.entry(link).or_default().insert(dn.clone(), (user, line));
        }
    }

    /// A line is gone; who has the DN next.
    fn remove(&mut self, line: LineId, link: LinkId, dn: &Dn) -> Option<Home> {
        self.own(line, None);
        let at = (link, dn.clone());
        if self.next.get(&at).is_some_and(|(_, next)| *next == line) {
            self.next.remove(&at);
        }
        let dns = self.by_dn.entry(link).or_default();
        if dns.get(dn).is_some_and(|(_, have)| *have == line) {
            dns.remove(dn);
            let next = self.next.remove(&at)?;
            dns.insert(dn.clone(), next);
            return Some(next);
        }
        None
    }
}

/// Where among the owners a line stands.
fn place_of(line: LineId) -> Option<usize> {
    line.0.checked_sub(1).map(|at| at as usize)
}

impl Hub {
    /// Gives a user or a free seat a line. Its first step is the caller's to ask for.
    pub(super) fn add_line(&mut self, handle: UserHandle, line: &directory::Line, now: Moment) {
        let (id, free) = self.dns.add(handle, line.link, &line.dn);
        let link_up = self.links_up.contains(&line.link);
        let Some(worker) = self.roster.worker_mut(handle) else { return };
        worker.add_line(id, place(line), &self.settings.worker, free.then_some(link_up));
        worker.learn_lacking(line.link, self.lacking.get(&line.link).copied().unwrap_or_default());
        self.tell_switch(handle, line.link, now);
    }

    /// A new line takes its switch for connected.
    fn tell_switch(&mut self, handle: UserHandle, link: LinkId, now: Moment) {
        if self.faults.is_without_switch(link) {
            self.step(handle, Input::Switch(link, false), now);
        }
    }

    /// A line is gone from here: whoever waits for its DN has it now.
    pub(super) fn forget_line(&mut self, line: LineId, link: LinkId, dn: &Dn, now: Moment) {
        self.forget_fault(link, line);
        if let Some((next, line)) = self.dns.remove(line, link, dn) {
            let link_up = self.links_up.contains(&link);
            self.step(next, Input::DnFree(line, link_up), now);
            let lacking = self.lacking.get(&link).copied().unwrap_or_default();
            self.roster.worker_mut(next).into_iter().for_each(|worker| worker.learn_lacking(link, lacking));
            self.tell_switch(next, link, now);
        }
    }

    /// A line has left: whoever waits for its DN has it now, else it is a free seat if the directory says so.
    pub(super) fn line_left(&mut self, handle: UserHandle, line: LineId, link: LinkId, dn: &Dn, now: Moment) {
        self.forget_line(line, link, dn, now);
        if self.dns.at(link, dn).is_none() {
            self.take_seat(link, dn, now);
        }
        self.empty_slot(handle);
    }

    /// A line where this agent was logged in has left: whoever has the agent ID now was perhaps refused for it.
    pub(super) fn agent_is_free(&mut self, agent_id: &str, now: Moment) {
        let worker = self.directory.login(agent_id).and_then(|worker| self.by_worker.get(&worker.id));
        if let Some(handle) = worker.copied() {
            self.step(handle, Input::AgentFree, now);
        }
    }

    /// Forgets whoever has left, be it a user who is in the directory no longer or a free seat, once their last line
    /// has.
    pub(super) fn empty_slot(&mut self, handle: UserHandle) {
        if self.roster.worker(handle).is_none_or(|worker| !worker.all_lines().is_empty()) {
            return;
        }
        match self.user_mut(handle) {
            Some(user) if user.retired => {
                user.worker.forget_publication();
                self.roster.remove(handle);
            }
            Some(_) => {}
            None => drop(self.roster.take_seat(handle)),
        }
    }
}
