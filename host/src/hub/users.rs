//! Who the hub knows: taking over a directory, and driving every line of a user.

use super::{
    Hub, Now,
    effect::Effect,
    publishing::PublicationState,
    ticket::{Home, Purpose},
    timers::Timer,
    user::{User, UserLine},
};
use crate::policy::Want;
use crate::{
    agent_link::{AgentStatus, LinkId, Outgoing, RegisterMode, Request},
    directory::{Directory, Line, Worker, WorkerId},
    mode::Mode,
    web::message::ServerFrame,
};
use std::sync::Arc;
use uc_plugin_api::{Command, Role, UserHandle};

impl Hub {
    /// Takes over a directory: users who left are forgotten, new ones watched and registered, changed ones brought
    /// up to date without touching the lines that stayed.
    pub(super) fn replace_directory(&mut self, directory: &Arc<Directory>, now: Now) {
        let before = std::mem::replace(&mut self.directory, directory.clone());
        let left = before.workers().iter().filter(|worker| directory.worker(&worker.id).is_none());
        let left: Vec<_> = left.filter_map(|worker| self.by_worker.get(&worker.id).copied()).collect();
        self.leave_seats(&before, now);
        left.into_iter().for_each(|handle| self.remove(handle));
        let mut watch = Vec::new();
        for worker in directory.workers() {
            let handle = match self.by_worker.get(&worker.id).copied() {
                None => self.add(worker),
                Some(handle) if self.change(handle, worker, now) => handle,
                Some(_) => continue,
            };
            watch.extend(self.user(handle).map(|user| user.watched(handle)));
            self.reconcile_all(handle, now);
        }
        self.take_seats(now);
        if !watch.is_empty() {
            self.command_roles(&[Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence], |_| {
                Command::Watch(watch.clone().into())
            });
        }
    }

    fn add(&mut self, worker: &Arc<Worker>) -> UserHandle {
        let handle =
            UserHandle(u32::try_from(self.users.len()).expect("fewer than 2^32 users in the life of a process"));
        self.by_worker.insert(worker.id.clone(), handle);
        let mut user = User::new(worker.clone());
        user.hold = (self.settings.mode == Mode::PresencePropagation).then(Box::default);
        self.users.push(Some(user));
        for line in &worker.lines {
            let line = self.line(worker, line, &Want::Observe);
            self.add_line(handle, line);
        }
        handle
    }

    /// True when plug-ins have to hear of it.
    fn change(&mut self, handle: UserHandle, worker: &Arc<Worker>, now: Now) -> bool {
        let Some(user) = self.user_mut(handle).filter(|user| user.worker != *worker) else { return false };
        let before = std::mem::replace(&mut user.worker, worker.clone());
        let same_login = before.agent_id == worker.agent_id && before.agent_password == worker.agent_password;
        if before.lines != worker.lines || !same_login {
            self.replace_lines(handle, same_login);
            self.reconcile_all(handle, now);
        }
        self.t_server_word(handle, true, now);
        self.snapshot_pages(handle, now);
        if before.address != worker.address {
            self.withdraw_from(handle);
        }
        self.agent_changed(handle);
        before.address != worker.address || before.language != worker.language
    }

    /// Lines that stay keep their index: calls and requests under way name them by it. The others are unregistered
    /// before their successors are known, because both may be the same DN.
    fn replace_lines(&mut self, handle: UserHandle, keep: bool) {
        let Some(user) = self.user_mut(handle) else { return };
        let (worker, before) = (user.worker.clone(), std::mem::take(&mut user.lines));
        let wanted = before.first().map(|line| line.agent.wanted().clone()).unwrap_or_default();
        let stays = |(index, old): &(usize, UserLine)| keep && worker.lines.get(*index) == Some(&old.line);
        let (kept, left): (Vec<_>, Vec<_>) = before.into_iter().enumerate().partition(stays);
        user.calls.keep_lines(|line| kept.iter().any(|(index, _)| *index == usize::from(line)));
        left.into_iter().for_each(|(_, line)| self.let_go(handle, &worker.id, line));
        let mut kept = kept.into_iter().peekable();
        for (index, line) in worker.lines.iter().enumerate() {
            let line = match kept.next_if(|(kept, _)| *kept == index) {
                Some((_, kept)) => kept,
                None => self.line(&worker, line, &wanted),
            };
            self.add_line(handle, line);
        }
    }

    fn line(&self, worker: &Worker, line: &Line, wanted: &Want) -> UserLine {
        let mut fresh = UserLine::new(worker, line, &self.settings);
        fresh.agent.want(wanted.clone());
        if self.links_up.contains(&line.link) {
            fresh.agent.link_up();
        }
        fresh
    }

    fn add_line(&mut self, handle: UserHandle, line: UserLine) {
        let Some(user) = self.users.get_mut(handle.0 as usize).and_then(Option::as_mut) else { return };
        // A ticket has one byte for the line.
        let Ok(index) = u8::try_from(user.lines.len()) else {
            tracing::error!(dn = %line.line.dn, worker = %user.worker.id, "a worker has 256 DNs at most: left out");
            return;
        };
        self.by_dn.entry(line.line.link).or_default().insert(line.line.dn.clone(), (handle, index));
        user.lines.push(line);
    }

    /// A line that a user has no longer: a free seat if the directory says so, else not ours any more.
    fn let_go(&mut self, handle: UserHandle, worker: &WorkerId, line: UserLine) {
        let at = line.line.at();
        let his = self.at(at.0, &at.1).is_some_and(|(owner, _)| owner == handle);
        if !(his && self.settings.free_seating && self.directory.is_free(&at)) {
            self.log_out(handle, &line);
            return self.unregister(handle, &line);
        }
        if self.seating.holder(&at) != Some(worker) {
            self.seating.unassigned(&at, worker, line.agent.confirmed());
        }
        self.free_seat(line);
    }

    fn remove(&mut self, handle: UserHandle) {
        let Some(mut user) = self.users.get_mut(handle.0 as usize).and_then(Option::take) else { return };
        user.publishing.becomes(PublicationState::Nothing);
        self.by_worker.remove(&user.worker.id);
        let (worker, pages) = (user.worker.id.clone(), user.pages);
        user.lines.into_iter().for_each(|line| self.let_go(handle, &worker, line));
        self.previews.left(&worker, &mut self.steps);
        self.carry_out_steps();
        for page in pages {
            self.frame_to(page, &ServerFrame::SignedOut);
            self.effects.push(Effect::ClosePage(page));
        }
        self.command_roles(&[Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence], |_| {
            Command::Unwatch(vec![handle].into())
        });
    }

    /// An agent whom nobody drives any more must not stay ready where nobody sits, and could not log in at his next
    /// DN. One who logged in by himself is none of our business.
    fn log_out(&mut self, user: UserHandle, line: &UserLine) {
        let (agent, login) = (&line.agent, &line.login);
        let driven = !matches!(agent.wanted(), Want::Observe | Want::LoggedOut) && login.mode == RegisterMode::Share;
        let there = agent.in_service() && agent.confirmed().status != AgentStatus::LoggedOut;
        let himself = agent.confirmed().agent_id.as_ref().is_none_or(|id| *id == login.agent_id);
        if driven && there && himself {
            let ticket = Home { user, line: u8::MAX, purpose: Purpose::Agent }.ticket();
            let request = Request::AgentLogout { this_dn: login.dn.clone(), this_queue: login.queue.clone() };
            self.effects.push(Effect::Request(line.line.link, Outgoing { ticket, request }));
        }
    }

    pub(super) fn unregister(&mut self, user: UserHandle, line: &UserLine) {
        let dns = self.by_dn.entry(line.line.link).or_default();
        if dns.get(&line.line.dn).is_some_and(|(owner, _)| *owner == user) {
            dns.remove(&line.line.dn);
            let ticket = Home { user, line: u8::MAX, purpose: Purpose::Registration }.ticket();
            let request = Request::UnregisterAddress { this_dn: line.line.dn.clone() };
            if self.links_up.contains(&line.line.link) {
                self.effects.push(Effect::Request(line.line.link, Outgoing { ticket, request }));
            }
        }
    }

    /// Sets what is wanted on every DN of a user.
    pub(super) fn want(&mut self, handle: UserHandle, want: &Want, now: Now) {
        let Some(user) = self.user_mut(handle) else { return };
        user.lines.iter_mut().for_each(|line| line.agent.want(want.clone()));
        self.reconcile_all(handle, now);
    }

    pub(super) fn reconcile_all(&mut self, handle: UserHandle, now: Now) {
        let lines = self.user(handle).map_or(0, |user| user.lines.len());
        (0..lines).filter_map(|line| u8::try_from(line).ok()).for_each(|line| self.reconcile(handle, line, now));
    }

    /// Sends the next request of a line, if there is one, and wakes up again when the line asks for it.
    pub(super) fn reconcile(&mut self, user: UserHandle, line: u8, now: Now) {
        let Some(found) = self.line_mut(user, line) else { return };
        let (request, link) = (found.agent.reconcile(&found.login, now.mono), found.line.link);
        let deadline = found.agent.deadline();
        match request {
            Some(request) => {
                let registering = matches!(request, Request::RegisterAddress { .. });
                let purpose = if registering { Purpose::Registration } else { Purpose::Agent };
                let ticket = Home { user, line, purpose }.ticket();
                self.effects.push(Effect::Request(link, Outgoing { ticket, request }));
            }
            None => {
                if let Some(at) = deadline {
                    self.timers.set(at, Timer::Retry(user, line));
                }
            }
        }
    }

    /// Who has this DN of this link now.
    pub(super) fn at(&self, link: LinkId, dn: &str) -> Option<(UserHandle, u8)> {
        self.by_dn.get(&link).and_then(|dns| dns.get(dn)).copied()
    }
}
