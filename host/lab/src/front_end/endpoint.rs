//! Registered endpoints: where each user can be reached (MS-SIPREGE). Pure.

use super::{connection::ConnectionId, users::UserId};
use std::{collections::BTreeMap, time::SystemTime};

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
    next: u64,
}

impl Endpoints {
    /// Adds an endpoint, or renews the one that the user has under the same epid. Says whether it is new.
    pub(super) fn register(&mut self, endpoint: Endpoint) -> (EndpointId, bool) {
        let same = |known: &Endpoint| known.user == endpoint.user && known.epid == endpoint.epid;
        if let Some((id, known)) = self.all.iter_mut().find(|(_, known)| same(known)) {
            *known = endpoint;
            return (*id, false);
        }
        self.next += 1;
        let id = EndpointId(self.next);
        self.all.insert(id, endpoint);
        (id, true)
    }

    pub(super) fn remove(&mut self, id: EndpointId) -> Option<Endpoint> {
        self.all.remove(&id)
    }

    pub(super) fn get(&self, id: EndpointId) -> Option<&Endpoint> {
        self.all.get(&id)
    }

    /// The endpoint of a user under an epid.
    pub(super) fn of_epid(&self, user: UserId, epid: &str) -> Option<EndpointId> {
        self.find(|endpoint| endpoint.user == user && &*endpoint.epid == epid).next()
    }

    /// Endpoints that fit, the oldest first.
    pub(super) fn find(&self, fits: impl Fn(&Endpoint) -> bool) -> impl Iterator<Item = EndpointId> {
        self.all.iter().filter(move |(_, endpoint)| fits(endpoint)).map(|(id, _)| *id)
    }

    /// Endpoints of a user, the oldest first.
    pub(super) fn of_user(&self, user: UserId) -> Vec<EndpointId> {
        self.find(|endpoint| endpoint.user == user).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}
