//! Who is published over which connection, and each SIP address by one agent only: the first one keeps it, the next one
//! waits for it. Pure.

use std::{collections::HashMap, sync::Arc};
use uc_plugin_api::{Publication, UserHandle, WatchedUser};
use uc_sip::site::{Claims, address};

/// One agent.
#[derive(Debug, Default)]
struct Person {
    /// The directory's key.
    id: Box<str>,
    /// Key of the SIP address; empty: none.
    address: Arc<str>,
    /// None: the agent is not published.
    carrier: Option<usize>,
    /// What is wanted of somebody who waits for their address.
    wanted: Option<Publication>,
}

/// Somebody who is not published any more.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) carrier: usize,
    /// Who has the address now, and what is wanted of them.
    pub(crate) heir: Option<(UserHandle, Option<Publication>)>,
}

/// All agents.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    people: HashMap<UserHandle, Person>,
    claims: Claims<UserHandle>,
    /// Agents of each connection of the trusted application.
    load: Vec<usize>,
}

impl Roster {
    /// Nobody, with so many connections of the trusted application.
    pub(crate) fn new(connections: usize) -> Self {
        Self { load: vec![0; connections], ..Self::default() }
    }

    /// Whether the user is known under another address.
    pub(crate) fn has_moved(&self, user: &WatchedUser) -> bool {
        let key = address::key(&user.address).unwrap_or_default();
        self.people.get(&user.handle).is_some_and(|known| *known.address != *key)
    }

    /// Takes an agent on, or finds them. `account`: the connection of the account with that address.
    ///
    /// # Errors
    /// Why the agent is not published, and what to do.
    pub(crate) fn add(&mut self, user: &WatchedUser, account: impl Fn(&str) -> Option<usize>) -> Result<usize, String> {
        let id = user.id.as_str();
        let Some(key) = address::key(&user.address) else {
            let person = Person { id: id.into(), ..Person::default() };
            self.people.entry(user.handle).or_insert(person);
            let why = if user.address.is_empty() { "no SIP address" } else { "no usable SIP address" };
            return Err(format!("{id} has {why}: write it into the directory (sip:user@domain)"));
        };
        let address: Arc<str> = key.as_ref().into();
        let owner = self.claims.claim(user.handle, &address);
        let person = Person { id: id.into(), address, ..Person::default() };
        let known = self.people.entry(user.handle).or_insert(person);
        if let Some(carrier) = known.carrier {
            return Ok(carrier);
        }
        if owner != user.handle {
            let first = self.people.get(&owner).map_or("", |owner| &owner.id);
            return Err(format!("{id} has the same SIP address as {first}, who keeps it: correct the directory"));
        }
        let carrier = account(&key).or_else(|| self.least_loaded()).ok_or_else(|| {
            format!("{id} ({}) has no account here: name it in `accounts`, or allow `connections`", user.address)
        })?;
        self.seat(user.handle, carrier);
        Ok(carrier)
    }

    fn least_loaded(&self) -> Option<usize> {
        (0..self.load.len()).min_by_key(|carrier| self.load[*carrier])
    }

    fn seat(&mut self, user: UserHandle, carrier: usize) {
        if let Some(known) = self.people.get_mut(&user) {
            known.carrier = Some(carrier);
        }
        if let Some(load) = self.load.get_mut(carrier) {
            *load += 1;
        }
    }

    /// Forgets agents; those of them who were published. Whoever waits for an address and leaves as well does not inherit
    /// it in between: what is wanted of them would be shown there.
    pub(crate) fn leave(&mut self, mut users: Vec<UserHandle>) -> Vec<(UserHandle, Left)> {
        users.sort_by_key(|user| self.carrier(*user).is_some());
        users.into_iter().filter_map(|user| Some((user, self.remove(user)?))).collect()
    }

    fn remove(&mut self, user: UserHandle) -> Option<Left> {
        let person = self.people.remove(&user)?;
        let heir = self.claims.leave(user, &person.address);
        let carrier = person.carrier?;
        if let Some(load) = self.load.get_mut(carrier) {
            *load -= 1;
        }
        let heir = heir.map(|heir| {
            self.seat(heir, carrier);
            (heir, self.people.get_mut(&heir).and_then(|heir| heir.wanted.take()))
        });
        Some(Left { carrier, heir })
    }

    /// The connection that an agent is published over.
    pub(crate) fn carrier(&self, user: UserHandle) -> Option<usize> {
        self.people.get(&user)?.carrier
    }

    /// The connection of whoever has an address.
    pub(crate) fn carrier_of(&self, key: &str) -> Option<usize> {
        self.carrier(self.claims.owner(key)?)
    }

    /// Key of an agent's address.
    pub(crate) fn address(&self, user: UserHandle) -> Option<&str> {
        self.people.get(&user).map(|known| &*known.address)
    }

    /// Keeps what is wanted of somebody who waits for their address.
    pub(crate) fn remember(&mut self, publication: Publication) {
        if let Some(known) = self.people.get_mut(&publication.user) {
            known.wanted = Some(publication);
        }
    }

    /// Nothing is wanted of the agent any more.
    pub(crate) fn forget_publication(&mut self, user: UserHandle) {
        if let Some(known) = self.people.get_mut(&user) {
            known.wanted = None;
        }
    }
}
