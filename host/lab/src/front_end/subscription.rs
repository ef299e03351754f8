//! Subscriptions: their dialogs, whom they watch, when they end (RFC 6665, MS-PRES). Pure.

use super::{connection::ConnectionId, documents::Categories, users::UserId};
use std::{
    collections::{BTreeMap, HashMap},
    time::SystemTime,
};

/// Names a subscription; rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SubscriptionId(pub(super) u64);

/// What is subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    Presence,
    RoamingSelf,
    RoamingContacts,
    ProvisioningV2,
    PresenceWpending,
}

impl Package {
    pub(super) const ALL: [Self; 5] =
        [Self::Presence, Self::RoamingSelf, Self::RoamingContacts, Self::ProvisioningV2, Self::PresenceWpending];

    /// Value of Event.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::RoamingSelf => "vnd-microsoft-roaming-self",
            Self::RoamingContacts => "vnd-microsoft-roaming-contacts",
            Self::ProvisioningV2 => "vnd-microsoft-provisioning-v2",
            Self::PresenceWpending => "presence.wpending",
        }
    }

    pub(super) fn of(event: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|package| package.name().eq_ignore_ascii_case(event))
    }
}

/// A subscription, seen from the server.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) package: Package,
    pub(super) watcher: UserId,
    pub(super) epid: Box<str>,
    pub(super) connection: ConnectionId,
    /// Handle of the association to sign with; none on trusted connections.
    pub(super) opaque: Option<Box<str>>,
    /// The client's Contact: Request-URI of notifies.
    pub(super) target: Box<str>,
    pub(super) call_id: Box<str>,
    /// Our end: URI and tag.
    pub(super) local: (Box<str>, Box<str>),
    /// The client's end: URI and tag.
    pub(super) remote: (Box<str>, Box<str>),
    /// Number of the last request we sent in the dialog.
    pub(super) local_cseq: u32,
    /// Number of the last request the client sent in it.
    pub(super) remote_cseq: u32,
    pub(super) benotify: bool,
    pub(super) list_version: u32,
    pub(super) ends: SystemTime,
    /// Watched users, for presence.
    pub(super) watched: HashMap<UserId, Categories>,
}

/// All subscriptions.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: BTreeMap<SubscriptionId, Subscription>,
    /// Call-ID and our tag.
    by_dialog: HashMap<(Box<str>, Box<str>), SubscriptionId>,
    by_watcher: HashMap<UserId, Vec<SubscriptionId>>,
    next: u64,
}

impl Subscriptions {
    pub(super) fn open(&mut self, subscription: Subscription) -> SubscriptionId {
        self.next += 1;
        let id = SubscriptionId(self.next);
        self.by_dialog.insert((subscription.call_id.clone(), subscription.local.1.clone()), id);
        self.by_watcher.entry(subscription.watcher).or_default().push(id);
        self.all.insert(id, subscription);
        id
    }

    /// The subscription of a dialog.
    pub(super) fn of_dialog(&self, call_id: &str, local_tag: &str) -> Option<SubscriptionId> {
        self.by_dialog.get(&(call_id.into(), local_tag.into())).copied()
    }

    pub(super) fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: SubscriptionId) -> Option<&mut Subscription> {
        self.all.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: SubscriptionId) -> Option<Subscription> {
        let subscription = self.all.remove(&id)?;
        self.by_dialog.remove(&(subscription.call_id.clone(), subscription.local.1.clone()));
        if let Some(known) = self.by_watcher.get_mut(&subscription.watcher) {
            known.retain(|known| *known != id);
            if known.is_empty() {
                self.by_watcher.remove(&subscription.watcher);
            }
        }
        Some(subscription)
    }

    /// Subscriptions that fit, the oldest first.
    pub(super) fn find(&self, fits: impl Fn(&Subscription) -> bool) -> Vec<SubscriptionId> {
        self.all.iter().filter(|(_, subscription)| fits(subscription)).map(|(id, _)| *id).collect()
    }

    /// A watcher's subscriptions that fit, the oldest first.
    pub(super) fn of_watcher(&self, watcher: UserId, fits: impl Fn(&Subscription) -> bool) -> Vec<SubscriptionId> {
        let own = self.by_watcher.get(&watcher).into_iter().flatten();
        own.filter(|id| self.get(**id).is_some_and(&fits)).copied().collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.all.values()
    }
}
