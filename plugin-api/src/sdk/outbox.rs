//! Events that wait for room in the host's queue. Presence, link and menu are levels: only the latest is kept, so a
//! slow host costs memory for one value a user and no more.

use crate::{
    message::{Event, LinkStatus, StateMenu},
    presence::{Presence, PresenceUpdate, UserHandle},
};
use abi_stable::std_types::{RString, RVec};
use std::collections::HashMap;

/// Updates in one retried event.
const BATCH: usize = 1024;

/// What waits. Pure: the caller brings the `emit` that may hand an event back.
#[derive(Default)]
pub(super) struct Outbox {
    presence: HashMap<UserHandle, Presence>,
    link: Option<(LinkStatus, RString)>,
    menu: Option<StateMenu>,
    failed: Option<RString>,
}

impl Outbox {
    /// Sends the latest presence of these users, now or later.
    pub(super) fn presence(&mut self, updates: RVec<PresenceUpdate>, emit: impl Fn(Event) -> Result<(), Event>) {
        // Behind a waiting value nothing may overtake.
        let refused =
            if self.presence.is_empty() { emit(Event::Presence(updates)) } else { Err(Event::Presence(updates)) };
        if let Err(Event::Presence(updates)) = refused {
            self.presence.extend(updates.into_iter().map(|u| (u.user, u.presence)));
        }
    }

    /// Sends the state of the link, now or later.
    pub(super) fn link(&mut self, status: LinkStatus, text: RString, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Err(Event::Link(status, text)) = emit(Event::Link(status, text)) {
            self.link = Some((status, text));
        } else {
            self.link = None;
        }
    }

    /// Sends the menu, now or later.
    pub(super) fn menu(&mut self, menu: StateMenu, emit: impl Fn(Event) -> Result<(), Event>) {
        self.menu = match emit(Event::StateMenu(menu)) {
            Err(Event::StateMenu(menu)) => Some(menu),
            _ => None,
        };
    }

    /// Says that the instance cannot go on, now or later. The first reason counts.
    pub(super) fn failed(&mut self, why: RString, emit: impl Fn(Event) -> Result<(), Event>) {
        if self.failed.is_none()
            && let Err(Event::Failed(why)) = emit(Event::Failed(why))
        {
            self.failed = Some(why);
        }
    }

    /// Forgets a user that is no longer watched.
    pub(super) fn forget(&mut self, user: UserHandle) {
        self.presence.remove(&user);
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.presence.is_empty() && self.link.is_none() && self.menu.is_none() && self.failed.is_none()
    }

    /// Sends what waits until the host hands something back.
    pub(super) fn flush(&mut self, emit: impl Fn(Event) -> Result<(), Event>) {
        if let Some((status, text)) = self.link.take() {
            self.link(status, text, &emit);
        }
        if let Some(menu) = self.menu.take() {
            self.menu(menu, &emit);
        }
        if let Some(why) = self.failed.take() {
            self.failed(why, &emit);
        }
        while !self.presence.is_empty() {
            let users: Vec<_> = self.presence.keys().copied().take(BATCH).collect();
            let take = |user| PresenceUpdate { user, presence: self.presence.remove(&user).unwrap_or_default() };
            if let Err(Event::Presence(updates)) = emit(Event::Presence(users.into_iter().map(take).collect())) {
                self.presence.extend(updates.into_iter().map(|u| (u.user, u.presence)));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presence::Availability;
    use proptest::prelude::*;
    use std::cell::RefCell;

    fn update(user: u32, number: u32) -> PresenceUpdate {
        let presence = Presence { availability: Availability::Busy, number, ..Presence::default() };
        PresenceUpdate { user: UserHandle(user), presence }
    }

    proptest! {
        /// However full the host's queue is in between, it ends with the latest value of every user, and never sees
        /// an older value after a newer one.
        #[test]
        fn the_latest_presence_arrives(steps in prop::collection::vec((0u32..5, any::<bool>(), any::<bool>()), 1..200)) {
            let seen: RefCell<HashMap<u32, u32>> = RefCell::default();
            let mut latest = HashMap::new();
            let mut outbox = Outbox::default();
            let emit = |open: bool| {
                let seen = &seen;
                move |event| {
                    let Event::Presence(updates) = event else { unreachable!() };
                    if !open {
                        return Err(Event::Presence(updates));
                    }
                    for u in updates {
                        let before = seen.borrow_mut().insert(u.user.0, u.presence.number);
                        assert!(before.is_none_or(|before| before < u.presence.number));
                    }
                    Ok(())
                }
            };
            for (number, (user, open, flush)) in steps.into_iter().enumerate() {
                let number = number as u32;
                outbox.presence(vec![update(user, number)].into(), emit(open));
                latest.insert(user, number);
                if flush {
                    outbox.flush(emit(open));
                }
            }
            outbox.flush(emit(true));
            prop_assert!(outbox.is_empty());
            prop_assert_eq!(seen.into_inner(), latest);
        }
    }

    #[test]
    fn the_first_reason_of_a_failure_counts() {
        let mut outbox = Outbox::default();
        outbox.failed("first".into(), Err);
        outbox.failed("second".into(), Err);
        let sent = RefCell::new(Vec::new());
        outbox.flush(|event| {
            sent.borrow_mut().push(event);
            Ok(())
        });
        assert_eq!(sent.into_inner(), [Event::Failed("first".into())]);
    }
}
