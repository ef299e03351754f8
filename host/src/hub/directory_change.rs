//! Taking over a directory: users who left are forgotten, new ones watched and registered, changed ones brought up to
//! date without touching the lines that stay.

use super::{
    Hub,
    effect::Effect,
    user::{News, User, place, profile},
};
use crate::{
    clock::Moment,
    directory::{self, Directory},
    web::message::{ServerFrame, SignedOutWhy},
    worker::{Input, Kept, LineId, Place},
};
use std::sync::Arc;
use uc_plugin_api::{Command, Role, UserHandle};

/// Roles whose plug-ins know users.
const WATCHERS: [Role; 3] = [Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence];

impl Hub {
    /// Takes over a directory.
    pub(super) fn replace_directory(&mut self, directory: &Arc<Directory>, now: Moment) {
        let before = std::mem::replace(&mut self.directory, directory.clone());
        let left = before.workers().iter().filter(|worker| directory.worker(&worker.id).is_none());
        let left: Vec<_> = left.filter_map(|worker| self.by_worker.get(&worker.id).copied()).collect();
        let mut smaller = self.leave_seats(&before, now);
        left.iter().for_each(|handle| self.retire(*handle, now));
        let changed = self.changed_entries(directory);
        smaller.extend(changed.iter().map(|(handle, _)| *handle));
        changed.iter().for_each(|(handle, entry)| self.give_up_lines(*handle, entry, now));
        // Steps only now: what the end of one line means must not be asked for at another that goes with it. And before
        // anybody's new lines: a DN may go from one worker to another.
        left.into_iter().for_each(|handle| self.remove(handle, now));
        smaller.into_iter().for_each(|handle| self.step(handle, Input::Time, now));
        let mut watch: Vec<_> =
            changed.into_iter().filter(|(handle, entry)| self.change(*handle, entry, now)).collect();
        let mut new = self.workers_here(directory);
        new.retain(|worker| !self.by_worker.contains_key(&worker.id));
        watch.extend(new.into_iter().map(|entry| (self.add(&entry, now), entry)));
        self.tell_sinks();
        self.watch(watch.into_iter().map(|(handle, _)| handle));
        self.take_seats(now);
    }

    fn changed_entries(&self, directory: &Directory) -> Vec<(UserHandle, Arc<directory::Worker>)> {
        let known = |entry: &Arc<directory::Worker>| Some((*self.by_worker.get(&entry.id)?, entry.clone()));
        let differs = |(handle, entry): &(UserHandle, Arc<directory::Worker>)| {
            // Why there is no address may change with the entries of others alone.
            let address = |user: &User| user.worker.profile().address == profile(entry, directory).address;
            let same = |user: &User| user.entry == *entry && (entry.address.is_some() || address(user));
            self.user(*handle).is_some_and(|user| !same(user))
        };
        directory.workers().iter().filter_map(known).filter(differs).collect()
    }

    /// Plug-ins watch these users from now on.
    pub(super) fn watch(&mut self, handles: impl Iterator<Item = UserHandle>) {
        let watch: Vec<_> = handles.filter_map(|handle| Some(self.user(handle)?.watched(handle))).collect();
        if !watch.is_empty() {
            self.command_roles(&WATCHERS, |_| Command::Watch(watch.clone().into()));
        }
    }

    fn add(&mut self, entry: &Arc<directory::Worker>, now: Moment) -> UserHandle {
        let kept = self.claim(&entry.id, now);
        let handle = self.add_with(entry, kept, now);
        self.claim_past(&entry.id, handle, now);
        handle
    }

    /// A new user, with what was kept of them, and whether nobody worked for long since.
    pub(super) fn add_with(
        &mut self,
        entry: &Arc<directory::Worker>,
        kept: Option<(Kept, bool)>,
        now: Moment,
    ) -> UserHandle {
        let handle = self.roster.next_handle();
        self.by_worker.insert(entry.id.clone(), handle);
        let mut user = User::new(handle, entry, &self.directory, &self.settings.worker);
        user.permit = self.here.permit(&entry.id);
        self.roster.add(user);
        entry.lines.iter().for_each(|line| self.add_line(handle, line, now));
        self.step(handle, Input::PresenceStale, now);
        if let Some((kept, long)) = kept {
            self.resume(handle, kept, long, now);
            self.step(handle, Input::Time, now);
        }
        handle
    }

    /// Plug-ins have nothing to do with these users any more.
    pub(super) fn unwatch(&mut self, handles: &[UserHandle]) {
        if !handles.is_empty() {
            self.command_roles(&WATCHERS, |_| Command::Unwatch(handles.into()));
        }
    }

    /// Gives up the lines that an entry has no longer, or all when another agent is to log in there. Names and
    /// passwords take nothing away. The user's step is the caller's to ask for.
    fn give_up_lines(&mut self, handle: UserHandle, entry: &directory::Worker, now: Moment) {
        let Some(user) = self.user(handle) else { return };
        let same_login = entry.logs_in_as(&user.entry);
        let stays = |place: &Place| {
            let at = (place.link, place.dn.clone());
            same_login && (entry.has(&at) || self.seating.holder(&at) == Some(&entry.id))
        };
        let lines = user.worker.lines().map(|line| (line.id(), line.place().clone()));
        let gone: Vec<_> = lines.filter(|(_, place)| !stays(place)).collect();
        gone.into_iter().for_each(|(line, place)| self.give_up(handle, line, &place, false, now));
    }

    /// A line that a user has no longer: a free seat if the directory says so, else not ours any more. Of one who is
    /// `gone` nobody stays logged in whom we brought there: the seat is free when they are out.
    fn give_up(&mut self, handle: UserHandle, line: LineId, place: &Place, gone: bool, now: Moment) {
        let at = (place.link, place.dn.clone());
        let Some(worker) = self.roster.worker(handle) else { return };
        let (id, known) = (worker.profile().id.clone(), worker.line(line));
        let driven = known.is_some_and(|line| line.agent().is_driven());
        let facts = known.map(|line| line.confirmed().clone()).unwrap_or_default();
        let seat = self.settings.free_seating && self.directory.is_free(&at) && !(gone && driven);
        if self.seating.holder(&at) == Some(&id) {
            self.seating.assign(&at, None);
        } else if seat {
            self.seating.unassigned(&at, &id, &facts);
            if !gone && self.sits_on(&at, &id) {
                return;
            }
        }
        let Some(worker) = self.roster.worker_mut(handle) else { return };
        if !seat {
            return worker.leave_line(line, now);
        }
        let line = worker.get_up_from(line);
        if let Some(line) = line {
            let seat = self.free_seat(line);
            self.step(seat, Input::Time, now);
        }
    }

    /// True when plug-ins have to hear of it.
    fn change(&mut self, handle: UserHandle, entry: &Arc<directory::Worker>, now: Moment) -> bool {
        let Some(user) = self.user_mut(handle) else { return false };
        let before = std::mem::replace(&mut user.entry, entry.clone());
        self.step(handle, Input::Profile(profile(entry, &self.directory)), now);
        let places: Vec<_> = entry.lines.iter().map(place).collect();
        let has = |user: &User, place: &Place| user.worker.lines().any(|line| line.place().is_same(place));
        for (line, place) in entry.lines.iter().zip(&places) {
            if self.user(handle).is_some_and(|user| !has(user, place)) {
                self.add_line(handle, line, now);
            }
            self.name_switch(line);
        }
        self.roster.worker_mut(handle).into_iter().for_each(|worker| worker.order_lines(&places));
        self.step(handle, Input::Time, now);
        self.list_news(handle, News::Everything);
        before.address != entry.address || before.language != entry.language
    }

    /// A user is in the directory no longer, and gives every line up.
    fn retire(&mut self, handle: UserHandle, now: Moment) {
        let Some(user) = self.user_mut(handle) else { return };
        user.retired = true;
        let id = user.entry.id.clone();
        let lines: Vec<_> = user.worker.lines().map(|line| (line.id(), line.place().clone())).collect();
        self.by_worker.remove(&id);
        self.effects.push(Effect::KeepPast(id.clone(), None));
        self.effects.push(Effect::KeepWorker(id, None));
        lines.into_iter().for_each(|(line, place)| self.give_up(handle, line, &place, true, now));
    }

    /// Who retired leaves: pages close at once, the slot is empty when the last line has left.
    fn remove(&mut self, handle: UserHandle, now: Moment) {
        let Some(user) = self.user_mut(handle) else { return };
        let (id, pages) = (user.entry.id.clone(), std::mem::take(&mut user.pages));
        self.step(handle, Input::Leave, now);
        self.previews.left(&id, &mut self.steps);
        self.carry_out_steps();
        for page in pages {
            self.frame_to(page, &ServerFrame::SignedOut { why: SignedOutWhy::Account });
            self.effects.push(Effect::ClosePage(page));
        }
        self.unwatch(&[handle]);
        self.empty_slot(handle);
    }
}
