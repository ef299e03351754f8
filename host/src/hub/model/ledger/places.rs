//! Whose the DNs are, by configuration or because somebody sits there.

use super::{At, Ledger, Owner, line_at};
use crate::{
    agent_link::{AgentStatus, EventKind, LinkId, Report},
    clock::Moment,
    directory::{self, Worker, WorkerId},
    hub::Hub,
    worker::LineId,
};
use std::collections::{HashMap, HashSet};

impl Ledger {
    pub(in crate::hub::model) fn directory_changes(
        &mut self,
        workers: &[Worker],
        free: &[directory::Line],
        now: Moment,
    ) {
        self.said.retain(|id, _| workers.iter().any(|worker| worker.id == *id));
        self.held.retain(|id| workers.iter().any(|worker| worker.id == *id));
        self.seats
            .retain(|at, id| workers.iter().any(|worker| worker.id == *id) && free.iter().any(|line| line.at() == *at));
        self.dns = workers.iter().map(|worker| (worker.id.clone(), self.lines_of(worker))).collect();
        let mut logins = HashMap::new();
        for worker in workers {
            logins.extend(self.dns_of(&worker.id).into_iter().map(|at| (at, worker.agent_id.clone())));
        }
        let before = std::mem::replace(&mut self.logins, logins);
        // Who had a free DN by configuration may sit on there.
        let freed = |at: &At| free.iter().any(|line| line.at() == *at);
        self.freed = before.iter().filter(|(at, _)| freed(at)).map(|(at, login)| (at.clone(), login.clone())).collect();
        let stays = |at: &At| match self.logins.get(at) {
            Some(login) => before.get(at) == Some(login),
            None => self.freed.contains_key(at),
        };
        self.left_alone.retain(&stays);
        self.interrupted.retain(&stays);
        self.taken_away.retain(&stays);
        self.stays_out.retain(&stays);
        self.sat_down.retain(&stays);
        // Where nobody has it any more, whoever did is logged out there.
        let news: HashSet<_> = self.logins.keys().chain(before.keys()).filter(|at| !stays(at)).cloned().collect();
        news.iter().for_each(|at| self.reset(at, now));
        let new = workers.iter().filter(|worker| !self.said.contains_key(&worker.id));
        let new: Vec<_> = new.map(|worker| worker.id.clone()).collect();
        new.iter().for_each(|id| self.stale(id, now));
    }

    /// By configuration, or because they sit there.
    fn lines_of(&self, worker: &Worker) -> Vec<At> {
        let seats = self.seats.iter().filter(|(_, holder)| **holder == worker.id).map(|(at, _)| at.clone());
        worker.lines.iter().map(directory::Line::at).chain(seats).collect()
    }

    /// Who has a seat and is told to be there no longer takes their calls along.
    pub(super) fn somebody_gets_up(&mut self, hub: &Hub, link: LinkId, report: &Report) {
        let Report::Event(event, _) = report else { return };
        let (EventKind::Agent(facts) | EventKind::Registered { agent: facts, .. }) = &event.kind else { return };
        let at = (link, event.this_dn.clone());
        let Some(line) = line_at(hub, link, &event.this_dn).filter(|_| self.seats.contains_key(&at)) else { return };
        let other = facts.agent_id.is_some() && facts.agent_id.as_ref() != self.logins.get(&at);
        if other || facts.status == AgentStatus::LoggedOut {
            self.told.forget_calls(line.id());
            self.homes.insert(line.id(), None);
        }
    }

    /// Who gets up from a line, or loses it, takes their calls along.
    fn homes_change(&mut self, hub: &Hub) {
        let homes = super::super::seats::homes(hub);
        let left = |line: &LineId, whose: &WorkerId| homes.get(line).is_none_or(|now| now.as_ref() != Some(whose));
        for (line, whose) in &self.homes {
            if whose.as_ref().is_some_and(|whose| left(line, whose)) {
                self.told.forget_calls(*line);
            }
        }
        self.homes = homes;
    }

    /// Who sits at a DN that is nobody's by configuration changes: what they want is asked for there anew.
    pub(in crate::hub::model) fn seats_change(&mut self, hub: &Hub, now: Moment) {
        self.homes_change(hub);
        for at in hub.directory.free().iter().map(directory::Line::at) {
            let holder = hub.seating.holder(&at);
            if holder == self.seats.get(&at) {
                continue;
            }
            self.dns.values_mut().for_each(|dns| dns.retain(|dn| *dn != at));
            self.logins.remove(&at);
            self.seats.remove(&at);
            let worker = holder.and_then(|id| hub.directory.worker(id));
            let sits_on = worker.is_some_and(|worker| self.freed.remove(&at).as_ref() == Some(&worker.agent_id));
            if !sits_on {
                self.forget_decisions(&at, now);
            }
            let Some(worker) = worker else { continue };
            self.dns.entry(worker.id.clone()).or_default().push(at.clone());
            self.logins.insert(at.clone(), worker.agent_id.clone());
            if !sits_on && self.owner(&worker.id, &at) == Some(Owner::LoggedOut) {
                self.sat_down.insert(at.clone());
            }
            self.seats.insert(at, worker.id.clone());
        }
        for (at, _) in std::mem::take(&mut self.freed) {
            if !self.seats.contains_key(&at) {
                self.forget_decisions(&at, now);
            }
        }
    }
}
