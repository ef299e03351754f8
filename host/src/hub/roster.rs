//! Everybody the hub knows, by handle: users from 0 up, free seats from the top down, where no user ever gets to.

use super::user::{Seat, User};
use crate::{clock::Moment, worker::Worker};
use uc_plugin_api::UserHandle;

/// All users and free seats.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// A slot is emptied when its user leaves and never filled again.
    users: Vec<Option<User>>,
    seats: Vec<Option<Seat>>,
    /// Places among the seats that are empty.
    empty: Vec<usize>,
}

impl Roster {
    /// Room for so many users.
    pub(super) fn with_capacity(users: usize) -> Self {
        Self { users: Vec::with_capacity(users), ..Self::default() }
    }

    /// The handle that the next user gets.
    pub(super) fn next_handle(&self) -> UserHandle {
        UserHandle(u32::try_from(self.users.len()).expect("fewer than 2^32 users in the life of a process"))
    }

    /// Adds the user with [`Roster::next_handle`].
    pub(super) fn add(&mut self, user: User) {
        self.users.push(Some(user));
    }

    /// Forgets a user.
    pub(super) fn remove(&mut self, handle: UserHandle) {
        self.users.get_mut(handle.0 as usize).into_iter().for_each(|slot| *slot = None);
    }

    /// Adds a free seat, which is made with its handle.
    pub(super) fn add_seat(&mut self, seat: impl FnOnce(UserHandle) -> Seat) -> UserHandle {
        let at = self.empty.pop().unwrap_or_else(|| {
            self.seats.push(None);
            self.seats.len() - 1
        });
        let handle = UserHandle(!u32::try_from(at).expect("fewer than 2^31 DNs"));
        self.seats[at] = Some(seat(handle));
        handle
    }

    /// Takes a free seat away.
    pub(super) fn take_seat(&mut self, handle: UserHandle) -> Option<Seat> {
        let at = !handle.0 as usize;
        let seat = self.seats.get_mut(at)?.take()?;
        self.empty.push(at);
        Some(seat)
    }

    /// A user.
    pub(super) fn user(&self, handle: UserHandle) -> Option<&User> {
        self.users.get(handle.0 as usize).and_then(Option::as_ref)
    }

    /// A user who is in the directory: the only ones whom pages and plug-ins can mean.
    pub(super) fn present(&self, handle: UserHandle) -> Option<&User> {
        self.user(handle).filter(|user| !user.retired)
    }

    /// A user, to change.
    pub(super) fn user_mut(&mut self, handle: UserHandle) -> Option<&mut User> {
        self.users.get_mut(handle.0 as usize).and_then(Option::as_mut)
    }

    /// Every user who is in the directory, in the order in which they came.
    pub(super) fn users(&self) -> impl Iterator<Item = (UserHandle, &User)> {
        let known = |(handle, user)| Some((UserHandle(handle), Option::as_ref(user)?));
        (0..).zip(&self.users).filter_map(known).filter(|(_, user): &(_, &User)| !user.retired)
    }

    /// Every handle there may be a user behind.
    pub(super) fn handles(&self) -> impl Iterator<Item = UserHandle> + use<> {
        (0..self.next_handle().0).map(UserHandle)
    }

    /// The worker behind a handle, be it a user's or a free seat's.
    pub(super) fn worker(&self, handle: UserHandle) -> Option<&Worker> {
        match self.users.get(handle.0 as usize) {
            Some(user) => user.as_ref().map(|user| &user.worker),
            None => self.seats.get(!handle.0 as usize)?.as_ref().map(|seat| &seat.worker),
        }
    }

    /// The same, to change.
    pub(super) fn worker_mut(&mut self, handle: UserHandle) -> Option<&mut Worker> {
        match self.users.get_mut(handle.0 as usize) {
            Some(user) => user.as_mut().map(|user| &mut user.worker),
            None => self.seats.get_mut(!handle.0 as usize)?.as_mut().map(|seat| &mut seat.worker),
        }
    }

    /// When the worker behind a handle steps again by itself, if a timer is set.
    pub(super) fn wakes_at(&mut self, handle: UserHandle) -> Option<&mut Option<Moment>> {
        match self.users.get_mut(handle.0 as usize) {
            Some(user) => user.as_mut().map(|user| &mut user.wakes_at),
            None => self.seats.get_mut(!handle.0 as usize)?.as_mut().map(|seat| &mut seat.wakes_at),
        }
    }
}
