//! Who is watched: the host's numbers, SIP addresses, and the latest presence of each.

use crate::{categories::Categories, person::Person};
use std::{collections::HashMap, sync::Arc};
use uc_plugin_api::{Presence, PresenceUpdate, UserHandle, WatchedUser};
use uc_sip::site::address;

/// One watched person.
#[derive(Debug)]
struct Watched {
    /// Key of the SIP address.
    address: Arc<str>,
    language: Box<str>,
    person: Person,
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
        let watched =
            Watched { address: address.clone(), language: user.language.as_str().into(), person: Person::default() };
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

    /// Takes news; what to report, none if it is about somebody unknown.
    pub(crate) fn apply(&mut self, news: Categories) -> Option<PresenceUpdate> {
        let user = self.find(&news.uri)?;
        let watched = self.people.get_mut(&user)?;
        watched.person.apply(news, &[&watched.language, &self.language]);
        Some(PresenceUpdate { user, presence: watched.person.presence() })
    }

    /// Forgets what was known of a person: the server does not tell any more.
    pub(crate) fn unknown(&mut self, user: UserHandle) -> Option<PresenceUpdate> {
        self.people.get_mut(&user)?.person = Person::default();
        Some(PresenceUpdate { user, presence: Presence::default() })
    }
}
