//! Events that wait for room in the host's queue. Presence, link and menu are levels: only the latest is kept, so a
//! slow host costs memory for one value a user and no more.
//!
//! What waits keeps its order as far as it means anything. A link that goes down makes stale what was said before it
//! and not what is said after: so "down" overtakes no presence that waits, and is kept though "up" came meanwhile.

use crate::{
    message::{Event, LinkStatus, StateMenu},
    presence::{Presence, PresenceUpdate, UserHandle},
};
use abi_stable::std_types::{RString, RVec};
use std::collections::{HashMap, VecDeque};

/// Updates in one retried event.
const BATCH: usize = 1024;

/// What waits. Pure: the caller brings the `emit` that may hand an event back.
#[derive(Default)]
pub(super) struct Outbox {
    /// In the order of saying: at most two links and one menu, and presence between them.
    waiting: VecDeque<Waiting>,
    failed: Option<RString>,
}

enum Waiting {
    /// Each user in one of these only.
    Presence(HashMap<UserHandle, Presence>),
    Link(LinkStatus, RString),
    Menu(StateMenu),
}

impl Outbox {
    /// Sends the latest presence of these users, now or later.
    pub(super) fn presence(&mut self, updates: RVec<PresenceUpdate>, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Err(Event::Presence(updates)) = self.unless_behind(Event::Presence(updates), emit) {
            self.keep_presence(updates);
        }
    }

    /// Sends the state of the link, now or later.
    pub(super) fn link(&mut self, status: LinkStatus, text: RString, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Err(Event::Link(status, text)) = self.unless_behind(Event::Link(status, text), emit) {
            self.remove(|waiting| match waiting {
                Waiting::Link(before, _) => *before != LinkStatus::Down || status == LinkStatus::Down,
                _ => false,
            });
            self.waiting.push_back(Waiting::Link(status, text));
        }
    }

    /// Sends the menu, now or later.
    pub(super) fn menu(&mut self, menu: StateMenu, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Err(Event::StateMenu(menu)) = self.unless_behind(Event::StateMenu(menu), emit) {
            self.remove(|waiting| matches!(waiting, Waiting::Menu(_)));
            self.waiting.push_back(Waiting::Menu(menu));
        }
    }

    /// Says that the instance cannot go on, now or later. The first reason counts.
    pub(super) fn failed(&mut self, why: RString, emit: impl Fn(Event) -> Result<(), Event>) {
        if self.failed.is_none()
            && let Err(Event::Failed(why)) = emit(Event::Failed(why))
        {
            self.failed = Some(why);
        }
    }

    /// Forgets users that are no longer watched.
    pub(super) fn forget(&mut self, gone: &(impl Iterator<Item = UserHandle> + Clone)) {
        for waiting in &mut self.waiting {
            if let Waiting::Presence(users) = waiting {
                gone.clone().for_each(|user| drop(users.remove(&user)));
            }
        }
        self.remove(|waiting| matches!(waiting, Waiting::Presence(users) if users.is_empty()));
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.failed.is_none()
    }

    /// Sends what waits until the host hands something back.
    pub(super) fn flush(&mut self, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Some(why) = self.failed.take() {
            self.failed(why, &emit);
        }
        while let Some(event) = self.first() {
            match emit(event) {
                Ok(()) => {}
                Err(back) => return self.put_back(back),
            }
        }
    }

    /// Behind a waiting value nothing may overtake.
    fn unless_behind(&self, event: Event, emit: impl Fn(Event) -> Result<(), Event>) -> Result<(), Event> {
        if self.waiting.is_empty() { emit(event) } else { Err(event) }
    }

    fn keep_presence(&mut self, updates: RVec<PresenceUpdate>) {
        self.forget(&updates.iter().map(|update| update.user));
        let updates = updates.into_iter().map(|update| (update.user, update.presence));
        match self.waiting.back_mut() {
            Some(Waiting::Presence(users)) => users.extend(updates),
            _ => self.waiting.push_back(Waiting::Presence(updates.collect())),
        }
    }

    /// Takes out what a later word replaces, and joins the presence on both sides of it.
    fn remove(&mut self, replaced: impl Fn(&Waiting) -> bool) {
        let before = std::mem::take(&mut self.waiting);
        for waiting in before.into_iter().filter(|waiting| !replaced(waiting)) {
            match (self.waiting.back_mut(), waiting) {
                (Some(Waiting::Presence(users)), Waiting::Presence(more)) => users.extend(more),
                (_, waiting) => self.waiting.push_back(waiting),
            }
        }
    }

    /// Takes what is to be sent next, of presence as much as one event holds.
    fn first(&mut self) -> Option<Event> {
        Some(match self.waiting.pop_front()? {
            Waiting::Link(status, text) => Event::Link(status, text),
            Waiting::Menu(menu) => Event::StateMenu(menu),
            Waiting::Presence(mut users) => {
                let batch: Vec<_> = users.keys().copied().take(BATCH).collect();
                let take = |user| PresenceUpdate { user, presence: users.remove(&user).unwrap_or_default() };
                let updates = batch.into_iter().map(take).collect();
                if !users.is_empty() {
                    self.waiting.push_front(Waiting::Presence(users));
                }
                Event::Presence(updates)
            }
        })
    }

    fn put_back(&mut self, event: Event) {
        match event {
            Event::Link(status, text) => self.waiting.push_front(Waiting::Link(status, text)),
            Event::StateMenu(menu) => self.waiting.push_front(Waiting::Menu(menu)),
            Event::Presence(updates) => {
                let updates = updates.into_iter().map(|update| (update.user, update.presence));
                match self.waiting.front_mut() {
                    Some(Waiting::Presence(users)) => users.extend(updates),
                    _ => self.waiting.push_front(Waiting::Presence(updates.collect())),
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
