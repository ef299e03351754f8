//! The users of a pool: addresses, accounts, presence, who watches them.

use super::{
    config::{SiteFile, UserEntry},
    contacts::Contacts,
    documents::{Categories, Standing, bare},
    presence::Presence,
    publications::Publications,
    subscription::SubscriptionId,
};
use std::collections::HashMap;
use uc_sip::auth::{Accounts, ntlm::NtHash};

/// Index of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UserId(pub(super) u32);

/// One user. Small, because there are a hundred thousand of them; what few of them have is behind a box.
#[derive(Debug)]
pub(super) struct User {
    /// `sip:user@domain`, in lower case.
    pub(super) uri: Box<str>,
    pub(super) shown: Presence,
    /// Subscriptions that hold this user, and the categories they asked for.
    pub(super) watchers: Vec<(SubscriptionId, Categories)>,
    pub(super) account: Option<Box<Account>>,
    /// Where the user is to be watched; none: here.
    pub(super) moved: Option<Box<Standing>>,
}

/// What a user has who does more than being watched.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) name: Option<Box<str>>,
    pub(super) secret: Option<NtHash>,
    pub(super) disabled: bool,
    /// They sit in front of a client that is not simulated.
    pub(super) sits_there: bool,
    pub(super) publications: Publications,
    pub(super) contacts: Contacts,
    /// Containers and who is in them (SERVICE setcontainermembers).
    pub(super) members: Vec<(u32, Box<str>)>,
    /// What the workgroup container shows, if it differs.
    pub(super) workgroup: Option<Presence>,
}

/// What kind of view a watcher gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Colleagues and friends: containers 200 and 400.
    Colleague,
    /// Container 300, aggregated from 3.
    Workgroup,
    /// Container 100: the number alone.
    External,
    /// Container 32000.
    Blocked,
}

impl User {
    /// `user@domain`.
    pub(super) fn bare(&self) -> &str {
        bare(&self.uri)
    }

    /// Name shown.
    pub(super) fn name(&self) -> &str {
        let own = self.account.as_ref().and_then(|account| account.name.as_deref());
        own.unwrap_or_else(|| self.bare().split('@').next().unwrap_or_default())
    }

    pub(super) fn account_mut(&mut self) -> &mut Account {
        self.account.get_or_insert_default()
    }

    /// The container that a watcher is in.
    pub(super) fn view(&self, watcher: &str) -> View {
        let members = self.account.as_ref().map_or(&[][..], |account| &account.members);
        match members.iter().filter(|(_, member)| **member == *watcher).map(|(container, _)| *container).max() {
            Some(32_000) => View::Blocked,
            Some(300) => View::Workgroup,
            Some(100) => View::External,
            _ => View::Colleague,
        }
    }

    /// What a watcher gets.
    pub(super) fn seen(&self, view: View) -> std::borrow::Cow<'_, Presence> {
        use std::borrow::Cow::{Borrowed, Owned};
        match view {
            View::Colleague => Borrowed(&self.shown),
            View::Workgroup => {
                let own = self.account.as_ref().and_then(|account| account.workgroup.as_ref());
                Borrowed(own.unwrap_or(&self.shown))
            }
            View::External => Owned(Presence { device: None, ..Presence::new(self.shown.availability) }),
            View::Blocked => Owned(Presence::offline()),
        }
    }

    /// Category subscriptions that count against the limit.
    pub(super) fn load(&self) -> u32 {
        self.watchers.iter().map(|(_, categories)| categories.count()).sum()
    }
}

/// All users.
#[derive(Debug, Default)]
pub(super) struct Users {
    all: Vec<User>,
    by_uri: HashMap<Box<str>, UserId>,
    /// `domain\account` and `account@realm`, in lower case.
    by_login: HashMap<Box<str>, UserId>,
}

impl Users {
    pub(super) fn new(site: &SiteFile) -> Self {
        let mut users = Self::default();
        site.users.iter().for_each(|entry| users.add_entry(site, entry));
        for crowd in &site.crowds {
            let presence = crowd.availability.map_or_else(Presence::offline, Presence::new);
            for number in 0..crowd.count {
                users.add(&format!("sip:{}{number}@{}", crowd.prefix, site.domain), presence.clone());
            }
        }
        users
    }

    fn add_entry(&mut self, site: &SiteFile, entry: &UserEntry) {
        let mut presence = entry.availability.map_or_else(Presence::offline, Presence::new);
        if let Some(token) = &entry.activity {
            presence = presence.activity(token);
        }
        presence.note = entry.note.as_deref().map(Into::into);
        let id = self.add(&entry.sip, presence);
        let user = &mut self.all[id.0 as usize];
        let name = user.bare().split('@').next().unwrap_or_default().to_owned();
        user.account = Some(Box::new(Account {
            name: entry.name.as_deref().map(Into::into),
            secret: entry.password.as_deref().map(NtHash::of),
            disabled: entry.disabled,
            contacts: Contacts::new(entry.contacts.iter().map(|contact| canonical(contact))),
            ..Account::default()
        }));
        let account = entry.account.as_deref().unwrap_or(&name);
        let (domain, realm) = (&site.nt_domain, &site.realm);
        for login in [
            format!("{domain}\\{account}"),
            format!("{}\\{account}", site.domain),
            format!("\\{name}@{}", site.domain),
            format!("{account}@{realm}"),
        ] {
            self.by_login.insert(login.to_lowercase().into(), id);
        }
    }

    fn add(&mut self, uri: &str, shown: Presence) -> UserId {
        let uri: Box<str> = canonical(uri).into();
        let next = UserId(self.all.len() as u32);
        let id = *self.by_uri.entry(uri.clone()).or_insert(next);
        if id == next {
            self.all.push(User { uri, shown, watchers: Vec::new(), account: None, moved: None });
        }
        id
    }

    /// The user of an address, whatever parameters it has.
    pub(super) fn find(&self, uri: &str) -> Option<UserId> {
        // Almost every address comes as it is kept.
        self.by_uri.get(uri).or_else(|| self.by_uri.get(&*canonical(uri))).copied()
    }

    /// The user of an address, made if there is none.
    pub(super) fn find_or_add(&mut self, uri: &str) -> UserId {
        self.find(uri).unwrap_or_else(|| self.add(uri, Presence::offline()))
    }

    pub(super) fn of_login(&self, login: &str) -> Option<UserId> {
        self.by_login.get(&*login.to_lowercase()).copied()
    }

    pub(super) fn get(&self, id: UserId) -> &User {
        &self.all[id.0 as usize]
    }

    pub(super) fn get_mut(&mut self, id: UserId) -> &mut User {
        &mut self.all[id.0 as usize]
    }

    /// Sets what is shown of a user. Gives the categories that watchers are to be told of.
    pub(super) fn change(&mut self, id: UserId, presence: Presence) -> Categories {
        let shown = &mut self.get_mut(id).shown;
        let notes = shown.note != presence.note || shown.out_of_office != presence.out_of_office;
        *shown = presence;
        if notes { Categories::STATE_AND_NOTE } else { Categories::STATE }
    }

    /// Those who have more than a presence.
    pub(super) fn accounts(&mut self) -> impl Iterator<Item = (UserId, &mut Account)> {
        let all = self.all.iter_mut().zip(0..);
        all.filter_map(|(user, id)| user.account.as_deref_mut().map(|account| (UserId(id), account)))
    }
}

impl Accounts for Users {
    fn nt_hash(&self, domain: &str, user: &str) -> Option<NtHash> {
        let id = self.of_login(&format!("{domain}\\{user}"))?;
        self.get(id).account.as_ref()?.secret.clone()
    }
}

/// `sip:user@domain` in lower case, without parameters.
pub(super) fn canonical(uri: &str) -> String {
    let plain = uri.split([';', '?']).next().unwrap_or_default().trim().to_lowercase();
    if plain.starts_with("sip:") { plain } else { format!("sip:{plain}") }
}
