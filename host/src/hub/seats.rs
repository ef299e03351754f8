//! Free seating carried out: lines move between the free seats and the users, with what the T-Server said of them.

use super::{
    Hub,
    dns::Home,
    seating::At,
    user::{News, Seat, User},
};
use crate::{
    agent_link::{AgentStatus, Dn, Event, EventKind, LinkId},
    clock::Moment,
    directory::{Directory, Line, WorkerId},
    worker::{self, Input, Profile, Worker},
};
use std::collections::HashSet;
use uc_plugin_api::UserHandle;

/// More lines than this a user does not get by sitting down.
const MOST_LINES: usize = 64;

/// What an event says of who sits at a free DN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sitter {
    /// They are logged in: they sit down after the event, and find themselves so.
    Came,
    /// They are logged out: they get up before it, and nobody logs them in again there.
    Left,
}

impl Hub {
    /// Remembers who sits at a DN that is free by configuration, if an event says so: where, and whether they came or left.
    pub(super) fn note_sitter(&mut self, link: LinkId, event: &Event) -> Option<(At, Sitter)> {
        let (EventKind::Registered { agent: facts, .. } | EventKind::Agent(facts) | EventKind::QueueLogin(facts)) =
            &event.kind
        else {
            return None;
        };
        let at = (link, event.this_dn.clone());
        let seat = self.settings.free_seating && self.directory.is_free(&at);
        seat.then(|| {
            self.seating.heard(&at, facts);
            let left = facts.status == AgentStatus::LoggedOut;
            (at, if left { Sitter::Left } else { Sitter::Came })
        })
    }

    /// Conditions or directory changed: every free DN goes where it belongs now.
    pub(super) fn reseat_all(&mut self, now: Moment) {
        if self.settings.free_seating {
            let free: Vec<At> = self.directory.free().iter().map(|line| (line.link, line.dn.clone())).collect();
            let mut moved = Vec::new();
            free.iter().for_each(|at| moved.extend(self.move_seat(at)));
            self.have_moved(moved, now);
        }
    }

    pub(super) fn reseat(&mut self, at: &At, now: Moment) {
        let moved = self.move_seat(at).into_iter().collect();
        self.have_moved(moved, now);
    }

    /// Lines went from the first to the second of each pair. Only then do they act: what is wished at one of their lines
    /// depends on all.
    fn have_moved(&mut self, moved: Vec<[UserHandle; 2]>, now: Moment) {
        let mut concerned: Vec<_> = moved.into_iter().flatten().collect();
        concerned.sort_unstable();
        concerned.dedup();
        for handle in concerned {
            self.step(handle, Input::Time, now);
            self.empty_slot(handle);
        }
    }

    /// A free DN goes where it belongs: from whom, and to whom.
    fn move_seat(&mut self, at: &At) -> Option<[UserHandle; 2]> {
        let home @ (from, _) = self.home_of_seat(at)?;
        let sitter = self.seating.sitting(at).and_then(|agent| self.directory.login(agent));
        let due = self.seating.due(at, sitter.map(|worker| &worker.id), !self.platforms_up.is_empty());
        let to = due.as_ref().and_then(|worker| self.by_worker.get(worker)).copied();
        let room = |user: &User| user.worker.lines().count() < MOST_LINES;
        let to = to.filter(|to| *to == from || self.user(*to).is_some_and(room));
        if to == Some(from) || to.is_none() && self.user(from).is_none() {
            return None;
        }
        let line = self.get_up(home)?;
        self.seating.assign(at, due.filter(|_| to.is_some()));
        let to = to.unwrap_or_else(|| self.new_seat());
        self.sit_down(to, line);
        Some([from, to])
    }

    /// Who has a seat; none while its line leaves: whoever leaves is out first, and the seat is taken afterwards.
    fn home_of_seat(&self, at: &At) -> Option<Home> {
        let home @ (holder, line) = self.dns.at(at.0, &at.1)?;
        let line = self.roster.worker(holder).and_then(|worker| worker.line(line));
        (!line.is_some_and(worker::Line::is_leaving)).then_some(home)
    }

    /// Another sits where somebody had the seat: they get up first, so that what is said of the newcomer is not theirs.
    pub(super) fn make_room(&mut self, at: &At, now: Moment) {
        let Some(home @ (holder, _)) = self.home_of_seat(at) else { return };
        let sitter = self.seating.sitting(at).and_then(|agent| self.directory.login(agent));
        let stays = self.seating.holder(at) == sitter.map(|worker| &worker.id);
        if stays || self.user(holder).is_none() {
            return;
        }
        let Some(line) = self.get_up(home) else { return };
        self.seating.assign(at, None);
        let seat = self.free_seat(line);
        self.have_moved(vec![[holder, seat]], now);
    }

    /// Takes a line from whoever has it.
    fn get_up(&mut self, (from, id): Home) -> Option<worker::Line> {
        if self.user(from).is_none() {
            return self.roster.take_seat(from).and_then(|mut seat| seat.worker.get_up_from(id));
        }
        let user = self.user_mut(from)?;
        let line = user.worker.get_up_from(id)?;
        tracing::info!(dn = %line.place().dn, worker = %user.entry.id, "free seating: left the DN");
        self.list_news(from, News::Everything);
        Some(line)
    }

    fn sit_down(&mut self, to: UserHandle, line: worker::Line) {
        let (id, place) = (line.id(), line.place().clone());
        let Some(worker) = self.roster.worker_mut(to) else { return };
        worker.sit_at(line, &self.settings.worker);
        self.dns.move_to(to, id, place.link, &place.dn);
        if let Some(user) = self.user(to) {
            tracing::info!(dn = %place.dn, worker = %user.entry.id, "free seating: sits at the DN");
            self.list_news(to, News::Everything);
        }
    }

    /// Makes a line a free seat; what the T-Server said of it stays known. Its first step is the caller's to ask for.
    pub(super) fn free_seat(&mut self, line: worker::Line) -> UserHandle {
        let seat = self.new_seat();
        self.sit_down(seat, line);
        seat
    }

    fn new_seat(&mut self) -> UserHandle {
        let settings = &self.settings.worker;
        let nobody = |handle| Worker::new(handle, Profile::nobody(), settings);
        self.roster.add_seat(|handle| Seat { worker: nobody(handle), wakes_at: None })
    }

    /// Before a directory is taken over: what is free no longer leaves its seat or holder (static wins), unless it becomes
    /// the holder's own. Whose step the caller has to ask for.
    pub(super) fn leave_seats(&mut self, before: &Directory, now: Moment) -> Vec<UserHandle> {
        let mut smaller = Vec::new();
        let gone: Vec<Line> =
            before.free().iter().filter(|line| !self.directory.is_free(&line.at())).cloned().collect();
        for line in &gone {
            self.seating.assign(&line.at(), None);
            for (from, id) in self.dns.now_and_next(line.link, &line.dn) {
                if self.is_own_by_directory(from, line) {
                    continue;
                }
                self.roster.worker_mut(from).into_iter().for_each(|worker| worker.leave_line(id, now));
                self.list_news(from, News::Everything);
                smaller.push(from);
            }
        }
        let directory = &self.directory;
        let owned = directory.workers().iter().flat_map(|worker| &worker.lines);
        let known: HashSet<At> = owned.chain(directory.free()).map(Line::at).collect();
        self.seating.keep(&known);
        smaller
    }

    /// Whoever sits at this line gets it by configuration, and logs in there as before.
    fn is_own_by_directory(&self, holder: UserHandle, line: &Line) -> bool {
        let Some(user) = self.user(holder) else { return false };
        let entry = self.directory.worker(&user.entry.id);
        entry.is_some_and(|entry| entry.has(&line.at()) && entry.logs_in_as(&user.entry))
    }

    /// Whoever is logged in at a DN that is theirs by configuration no longer, and nobody's, sits there from now on: the line
    /// stays theirs, and their call with it.
    pub(super) fn sits_on(&mut self, at: &At, id: &WorkerId) -> bool {
        let sitter = self.seating.sitting(at).and_then(|agent| self.directory.login(agent));
        let sits = sitter.is_some_and(|sitter| sitter.id == *id) && !self.platforms_up.is_empty();
        if sits {
            self.seating.assign(at, Some(id.clone()));
        }
        sits
    }

    /// After a directory was taken over: every free DN has a seat, is registered, and is given to who sits there.
    pub(super) fn take_seats(&mut self, now: Moment) {
        if !self.settings.free_seating {
            return;
        }
        for line in self.directory.clone().free() {
            self.seat_at(line, now);
        }
        self.reseat_all(now);
    }

    /// A DN that nobody has any more becomes a free seat, if the directory says so.
    pub(super) fn take_seat(&mut self, link: LinkId, dn: &Dn, now: Moment) {
        let at = (link, dn.clone());
        if self.settings.free_seating && self.directory.is_free(&at) {
            let directory = self.directory.clone();
            let line = directory.free().iter().find(|line| (line.link, &line.dn) == (link, dn));
            line.into_iter().for_each(|line| self.seat_at(line, now));
        }
    }

    /// Whoever has this DN now has it under the name that the directory gives its switch.
    pub(super) fn name_switch(&mut self, line: &Line) {
        let Some((holder, id)) = self.dns.at(line.link, &line.dn) else { return };
        if self.roster.worker_mut(holder).is_some_and(|worker| worker.name_switch(id, &line.switch)) {
            self.list_news(holder, News::Everything);
        }
    }

    fn seat_at(&mut self, line: &Line, now: Moment) {
        self.name_switch(line);
        if self.dns.at(line.link, &line.dn).is_none() {
            let handle = self.new_seat();
            self.add_line(handle, line, now);
            self.step(handle, Input::Time, now);
        }
    }
}
