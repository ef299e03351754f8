//! Who is watched: the host's numbers, SIP addresses, and the latest presence of each.

use crate::{categories::Categories, pace::Pace, person::Person};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_plugin_api::{Presence, PresenceUpdate, UserHandle, WatchedUser};
use uc_sip::site::{Claims, address};

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
    /// To be subscribed to.
    New,
    /// Known and unchanged.
    Known,
    /// There is no usable SIP address.
    NoAddress,
    /// Somebody else has the address: the directory's fault. The person waits for it.
    Taken(UserHandle),
}

/// A change of who is watched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added(UserHandle),
    Removed(UserHandle, Arc<str>),
}

/// The people of one account. Nobody is watched under an address that is not theirs any more: presence is reported and
/// invitations are sent by it.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    people: HashMap<UserHandle, Watched>,
    /// Those whose address somebody else has, as they are to be watched: they are not among the people.
    waiting: HashMap<UserHandle, (Arc<str>, Box<str>)>,
    claims: Claims<UserHandle>,
    /// Language for people without one of their own.
    language: String,
}

impl Roster {
    /// Nobody yet. `language`: of people without one.
    pub(crate) fn new(language: &str) -> Self {
        Self { language: language.to_owned(), ..Self::default() }
    }

    /// Takes people on, or under another address. All leave theirs before anybody comes: two may have exchanged them.
    pub(crate) fn watch(&mut self, users: &[WatchedUser]) -> Vec<Change> {
        let moved: Vec<_> = users.iter().filter(|user| self.has_moved(user)).map(|user| user.handle).collect();
        let mut changes = self.unwatch(&moved);
        for user in users {
            // Whoever is named twice is where they were named last.
            if self.has_moved(user) {
                changes.extend(self.unwatch(&[user.handle]));
            }
            match self.add(user) {
                Added::New => changes.push(Change::Added(user.handle)),
                Added::Known | Added::NoAddress => {}
                Added::Taken(owner) => tracing::warn!(
                    id = %user.id, owner = owner.0,
                    "two workers have the same SIP address, the first one gets its presence, and the other one after it: \
                     correct the directory"
                ),
            }
        }
        changes
    }

    /// Forgets people. Those who waited for an address of theirs have it from now on, unless they leave as well.
    pub(crate) fn unwatch(&mut self, users: &[UserHandle]) -> Vec<Change> {
        for user in users {
            if let Some((address, _)) = self.waiting.remove(user) {
                self.claims.leave(*user, &address);
            }
        }
        users.iter().flat_map(|user| self.remove(*user)).collect()
    }

    fn remove(&mut self, user: UserHandle) -> Vec<Change> {
        let Some(Watched { address, .. }) = self.people.remove(&user) else { return Vec::new() };
        let heir = self.claims.leave(user, &address);
        let mut changes = vec![Change::Removed(user, address)];
        if let Some((heir, (address, language))) = heir.and_then(|heir| Some((heir, self.waiting.remove(&heir)?))) {
            self.seat(heir, address, language);
            changes.push(Change::Added(heir));
        }
        changes
    }

    /// Whether a person is known under another address.
    fn has_moved(&self, user: &WatchedUser) -> bool {
        let known = self.people.get(&user.handle).map(|watched| &watched.address);
        let known = known.or_else(|| self.waiting.get(&user.handle).map(|(address, _)| address));
        known.is_some_and(|known| address::key(&user.address).as_deref() != Some(known))
    }

    /// Takes a person on who is not known under another address.
    fn add(&mut self, user: &WatchedUser) -> Added {
        let Some(address) = address::key(&user.address).map(Arc::from) else { return Added::NoAddress };
        let (owner, language) = (self.claims.claim(user.handle, &address), Box::from(user.language.as_str()));
        if owner != user.handle {
            self.waiting.insert(user.handle, (address, language));
            return Added::Taken(owner);
        }
        if let Some(known) = self.people.get_mut(&user.handle) {
            known.language = language;
            return Added::Known;
        }
        self.seat(user.handle, address, language);
        Added::New
    }

    fn seat(&mut self, user: UserHandle, address: Arc<str>, language: Box<str>) {
        self.people.insert(user, Watched { address, language, person: Person::default(), pace: Pace::default() });
    }

    /// Key of a person's address.
    pub(crate) fn address(&self, user: UserHandle) -> Option<&Arc<str>> {
        self.people.get(&user).map(|watched| &watched.address)
    }

    /// Whose address that is.
    pub(crate) fn find(&self, uri: &str) -> Option<UserHandle> {
        self.claims.owner(&address::key(uri)?)
    }

    /// Everybody.
    pub(crate) fn handles(&self) -> impl Iterator<Item = UserHandle> {
        self.people.keys().copied()
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Takes news of a person, in the place of what was known if they are the `first` whole ones of a subscription or
    /// after a doubt; what to report.
    pub(crate) fn apply(&mut self, user: UserHandle, news: Categories, first: bool) -> Option<PresenceUpdate> {
        let watched = self.people.get_mut(&user)?;
        if first {
            watched.person = Person::default();
            watched.pace.heard();
        }
        watched.person.apply(news, &[&watched.language, &self.language]);
        Some(PresenceUpdate { user, presence: watched.person.presence() })
    }

    /// What is to be reported of a person who is `known`, or not. Nothing is known of who is not watched any more: what
    /// was said of them before may be on its way to the host still.
    pub(crate) fn report(&self, user: UserHandle, known: bool) -> PresenceUpdate {
        let watched = self.people.get(&user).filter(|_| known);
        PresenceUpdate { user, presence: watched.map_or_else(Presence::default, |watched| watched.person.presence()) }
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
