//! Registered endpoints: where each user can be reached (MS-SIPREGE). Pure.

use super::{connection::ConnectionId, users::UserId};
use std::{
    collections::{BTreeMap, HashMap},
    time::SystemTime,
};

/// Names an endpoint for as long as it is registered; rises, so the smallest is the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct EndpointId(pub(super) u64);

/// One registered endpoint.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) user: UserId,
    pub(super) epid: Box<str>,
    /// `+sip.instance` as the client wrote it, quotes and brackets included.
    pub(super) instance: Option<Box<str>>,
    /// URI to reach it.
    pub(super) contact: Box<str>,
    pub(super) gruu: Option<Box<str>>,
    pub(super) connection: ConnectionId,
    /// Handle of the association to sign with; none on trusted connections.
    pub(super) opaque: Option<Box<str>>,
    pub(super) ends: SystemTime,
}

/// All endpoints.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    all: BTreeMap<EndpointId, Endpoint>,
    /// The oldest first.
    by_user: HashMap<UserId, Vec<EndpointId>>,
    next: u64,
}

impl Endpoints {
    /// Adds an endpoint, or renews the one that the user has under the same epid. Says whether it is new.
    pub(super) fn register(&mut self, endpoint: Endpoint) -> (EndpointId, bool) {
        if let Some(id) = self.of_epid(endpoint.user, &endpoint.epid) {
            self.all.insert(id, endpoint);
            return (id, false);
        }
        self.next += 1;
        let id = EndpointId(self.next);
        self.by_user.entry(endpoint.user).or_default().push(id);
        self.all.insert(id, endpoint);
        (id, true)
    }

    pub(super) fn remove(&mut self, id: EndpointId) -> Option<Endpoint> {
        let endpoint = self.all.remove(&id)?;
        if let Some(known) = self.by_user.get_mut(&endpoint.user) {
            known.retain(|known| *known != id);
            if known.is_empty() {
                self.by_user.remove(&endpoint.user);
            }
        }
        Some(endpoint)
    }

    pub(super) fn get(&self, id: EndpointId) -> Option<&Endpoint> {
        self.all.get(&id)
    }

    /// The endpoint of a user under an epid.
    pub(super) fn of_epid(&self, user: UserId, epid: &str) -> Option<EndpointId> {
        let fits = |id: &&EndpointId| self.all.get(id).is_some_and(|endpoint| &*endpoint.epid == epid);
        self.by_user.get(&user)?.iter().find(fits).copied()
    }

    /// Endpoints that fit, the oldest first.
    pub(super) fn find(&self, fits: impl Fn(&Endpoint) -> bool) -> impl Iterator<Item = EndpointId> {
        self.all.iter().filter(move |(_, endpoint)| fits(endpoint)).map(|(id, _)| *id)
    }

    /// Endpoints of a user, the oldest first.
    pub(super) fn of_user(&self, user: UserId) -> Vec<EndpointId> {
        self.by_user.get(&user).cloned().unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}
