//! Free seating carried out: lines move between the free seats and the users, with what the T-Server said of them.
//!
//! A seat is a line that nobody has. It is registered and retried like any other; its handle counts down from the
//! top, where no user ever gets to.

use super::{
    Hub,
    seating::At,
    user::{User, UserLine},
};
use crate::clock::Now;
use crate::{
    agent_link::{Event, EventKind, LinkId},
    directory::{Directory, Line},
};
use std::collections::HashSet;
use uc_plugin_api::UserHandle;

/// More lines than this a user does not get: a line's index is one byte of a ticket.
const MOST_LINES: usize = 64;

impl Hub {
    /// The line behind a handle, be it a user's or a free seat.
    pub(super) fn line_mut(&mut self, handle: UserHandle, line: u8) -> Option<&mut UserLine> {
        match self.users.get_mut(handle.0 as usize) {
            Some(user) => user.as_mut()?.lines.get_mut(line as usize),
            None => self.seats.get_mut(!handle.0 as usize).and_then(Option::as_mut),
        }
    }

    /// Hears who sits at a DN that is free by configuration.
    pub(super) fn hear(&mut self, link: LinkId, event: &Event, now: Now) {
        let (EventKind::Registered { agent: facts, .. } | EventKind::Agent(facts)) = &event.kind else { return };
        let at = (link, event.this_dn.clone());
        if self.settings.free_seating && self.directory.is_free(&at) {
            self.seating.heard(&at, facts);
            self.reseat(&at, now);
        }
    }

    /// Conditions or directory changed: every free DN goes where it belongs now.
    pub(super) fn reseat_all(&mut self, now: Now) {
        if self.settings.free_seating {
            let free: Vec<At> = self.directory.free().iter().map(|line| (line.link, line.dn.clone())).collect();
            free.iter().for_each(|at| self.reseat(at, now));
        }
    }

    fn reseat(&mut self, at: &At, now: Now) {
        let Some((from, index)) = self.at(at.0, &at.1) else { return };
        let sitter = self.seating.sitting(at).and_then(|agent| self.directory.login(agent));
        let due = self.seating.due(at, sitter.map(|worker| &worker.id), !self.platforms_up.is_empty());
        let to = due.as_ref().and_then(|worker| self.by_worker.get(worker)).copied();
        let room = |user: &User| user.lines.len() < MOST_LINES;
        let to = to.filter(|to| *to == from || self.user(*to).is_some_and(room));
        match to {
            Some(to) if to == from => {}
            None if self.user(from).is_none() => {}
            _ => {
                let Some(line) = self.take_line(from, index, now) else { return };
                self.seating.assign(at, due.filter(|_| to.is_some()));
                match to {
                    Some(to) => self.seat(to, line, now),
                    None => self.free_seat(line),
                }
            }
        }
    }

    /// Takes a line from whoever has it. Later lines of a user move up, with their calls.
    fn take_line(&mut self, from: UserHandle, index: u8, now: Now) -> Option<UserLine> {
        let Some(user) = self.users.get_mut(from.0 as usize) else {
            return self.seats.get_mut(!from.0 as usize)?.take();
        };
        let user = user.as_mut()?;
        if usize::from(index) >= user.lines.len() {
            return None;
        }
        let taken = user.lines.remove(index.into());
        user.calls.forget_line(index);
        for (index, line) in (0..).zip(&user.lines) {
            self.by_dn.entry(line.line.link).or_default().insert(line.line.dn.clone(), (from, index));
        }
        tracing::info!(dn = %taken.line.dn, worker = %user.worker.id, "free seating: left the DN");
        self.snapshot_pages(from, now);
        self.report(from);
        Some(taken)
    }

    fn seat(&mut self, to: UserHandle, line: UserLine, now: Now) {
        let Some(user) = self.users.get_mut(to.0 as usize).and_then(Option::as_mut) else { return };
        let wanted = user.lines.iter().map(|line| line.agent.wanted()).find(|want| !want.is_logged_out());
        let wanted = wanted.cloned().unwrap_or_default();
        let mut seated = UserLine::new(&user.worker, &line.line, &self.settings);
        seated.agent = line.agent.handed_over(wanted);
        let index = u8::try_from(user.lines.len()).expect("MOST_LINES fits");
        tracing::info!(dn = %line.line.dn, worker = %user.worker.id, "free seating: sits at the DN");
        user.lines.push(seated);
        self.by_dn.entry(line.line.link).or_default().insert(line.line.dn, (to, index));
        self.snapshot_pages(to, now);
        self.report(to);
    }

    /// Makes a line a free seat; what the T-Server said of it stays known.
    pub(super) fn free_seat(&mut self, line: UserLine) {
        let place = self.seats.iter().position(Option::is_none).unwrap_or(self.seats.len());
        if place == self.seats.len() {
            self.seats.push(None);
        }
        let handle = UserHandle(!u32::try_from(place).expect("fewer than 2^32 DNs"));
        let mut seat = UserLine::free(&line.line, &self.settings);
        seat.agent = line.agent.handed_over(crate::policy::Want::Observe);
        self.by_dn.entry(line.line.link).or_default().insert(line.line.dn, (handle, 0));
        self.seats[place] = Some(seat);
    }

    /// Before a directory is taken over: what is free no longer leaves its seat or holder (static wins).
    pub(super) fn leave_seats(&mut self, before: &Directory, now: Now) {
        let gone: Vec<Line> =
            before.free().iter().filter(|line| !self.directory.is_free(&line.at())).cloned().collect();
        for line in gone {
            let Some((from, index)) = self.at(line.link, &line.dn) else { continue };
            let Some(taken) = self.take_line(from, index, now) else { continue };
            self.seating.assign(&line.at(), None);
            if self.directory.owner(line.link, &line.dn).is_none() {
                self.unregister(from, &taken);
            }
        }
        let directory = &self.directory;
        let owned = directory.workers().iter().flat_map(|worker| &worker.lines);
        let known: HashSet<At> = owned.chain(directory.free()).map(Line::at).collect();
        self.seating.keep(&known);
    }

    /// After a directory was taken over: every free DN has a seat, is registered, and is given to who sits there.
    pub(super) fn take_seats(&mut self, now: Now) {
        if !self.settings.free_seating {
            return;
        }
        for line in self.directory.clone().free() {
            if self.at(line.link, &line.dn).is_some() {
                continue;
            }
            let mut seat = UserLine::free(line, &self.settings);
            if self.links_up.contains(&line.link) {
                seat.agent.link_up();
            }
            self.free_seat(seat);
            let home = self.at(line.link, &line.dn);
            home.into_iter().for_each(|(handle, index)| self.reconcile(handle, index, now));
        }
        self.reseat_all(now);
    }
}
