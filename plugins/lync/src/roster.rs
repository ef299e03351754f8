//! Who is watched: the host's numbers, SIP addresses, and the latest presence of each.

use crate::{categories::Categories, pace::Pace, person::Person};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_plugin_api::{Presence, PresenceUpdate, UserHandle, WatchedUser};
use uc_sip::site::address;

/// One watched person.
#[derive(Debug)]
struct Watched {
    /// Key of the SIP address.
    address: Arc<str>,
    language: Box<str>,
    person: Person,
    /// Kept over connections: a server that drops them is not to be stormed either.
    pace: Pace,
}

/// What became of a [`Roster::add`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// To be subscribed to; the address that this number had before is to be given up.
    New { former: Option<Arc<str>> },
    /// Known and unchanged.
    Known,
    /// There is no usable SIP address.
    NoAddress,
    /// Somebody else has the address: the directory's fault.
    Taken(UserHandle),
}

/// The people of one account.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    people: HashMap<UserHandle, Watched>,
    by_address: HashMap<Arc<str>, UserHandle>,
    /// Language for people without one of their own.
    language: String,
}

impl Roster {
    /// Nobody yet. `language`: of people without one.
    pub(crate) fn new(language: &str) -> Self {
        Self { language: language.to_owned(), ..Self::default() }
    }

    /// Takes a person on.
    pub(crate) fn add(&mut self, user: &WatchedUser) -> Added {
        let Some(address) = address::key(&user.address) else { return Added::NoAddress };
        match self.by_address.get(&*address) {
            Some(owner) if *owner == user.handle => {
                self.people.entry(user.handle).and_modify(|known| known.language = user.language.as_str().into());
                return Added::Known;
            }
            Some(owner) => return Added::Taken(*owner),
            None => {}
        }
        let address: Arc<str> = address.into();
        let watched = Watched {
            address: address.clone(),
            language: user.language.as_str().into(),
            person: Person::default(),
            pace: Pace::default(),
        };
        let former = self.people.insert(user.handle, watched).map(|former| former.address);
        if let Some(former) = &former {
            self.by_address.remove(former);
        }
        self.by_address.insert(address, user.handle);
        Added::New { former }
    }

    /// Forgets a person; the address that is not needed any more.
    pub(crate) fn remove(&mut self, user: UserHandle) -> Option<Arc<str>> {
        let address = self.people.remove(&user)?.address;
        self.by_address.remove(&address);
        Some(address)
    }

    /// Key of a person's address.
    pub(crate) fn address(&self, user: UserHandle) -> Option<&Arc<str>> {
        self.people.get(&user).map(|watched| &watched.address)
    }

    /// Whose address that is.
    pub(crate) fn find(&self, uri: &str) -> Option<UserHandle> {
        self.by_address.get(&*address::key(uri)?).copied()
    }

    /// Everybody.
    pub(crate) fn handles(&self) -> impl Iterator<Item = UserHandle> {
        self.people.keys().copied()
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Takes news of a person, in the place of what was known if they are the `first` ones of a subscription; what to
    /// report.
    pub(crate) fn apply(&mut self, user: UserHandle, news: Categories, first: bool) -> Option<PresenceUpdate> {
        let watched = self.people.get_mut(&user)?;
        if first {
            watched.person = Person::default();
            watched.pace.heard();
        }
        watched.person.apply(news, &[&watched.language, &self.language]);
        Some(PresenceUpdate { user, presence: watched.person.presence() })
    }

    /// What is to be reported of a person who is `known`, or not.
    pub(crate) fn report(&self, user: UserHandle, known: bool) -> Option<PresenceUpdate> {
        let watched = self.people.get(&user)?;
        let presence = if known { watched.person.presence() } else { Presence::default() };
        Some(PresenceUpdate { user, presence })
    }

    /// How often a person may be asked for.
    pub(crate) fn pace(&self, user: UserHandle) -> Option<&Pace> {
        self.people.get(&user).map(|watched| &watched.pace)
    }

    /// A SUBSCRIBE names these people.
    pub(crate) fn named(&mut self, users: &[UserHandle], now: Instant) {
        self.each(users, |pace| pace.named(now));
    }

    /// A SUBSCRIBE that named these people was accepted.
    pub(crate) fn accepted(&mut self, users: &[UserHandle]) {
        self.each(users, Pace::accepted);
    }

    /// A SUBSCRIBE that named these people was refused; how long they wait.
    pub(crate) fn refused(&mut self, users: &[UserHandle]) -> Duration {
        self.each(users, |pace| pace.refused(users.len()));
        users.first().and_then(|user| self.pace(*user)).map_or(Duration::ZERO, Pace::pause)
    }

    /// The server does not let a person be watched, or says nothing that can be read; how long the person waits.
    pub(crate) fn denied(&mut self, user: UserHandle) -> Duration {
        self.each(&[user], Pace::denied);
        self.pace(user).map_or(Duration::ZERO, Pace::pause)
    }

    fn each(&mut self, users: &[UserHandle], change: impl Fn(&mut Pace)) {
        for user in users {
            if let Some(watched) = self.people.get_mut(user) {
                change(&mut watched.pace);
            }
        }
    }
}
