//! The links to all other nodes: each as long as its node takes part.

use super::{
    Name,
    peer::{self, Peer},
};
use crate::{tasks::contained, web::Readiness, wire::tls::ClientTls};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use uc_store::nodes::View;

/// The links to other nodes. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct Peers {
    me: Name,
    tls: ClientTls,
    readiness: Readiness,
    links: Arc<Mutex<HashMap<Arc<str>, Linked>>>,
}

#[derive(Debug)]
struct Linked {
    address: Arc<str>,
    peer: Peer,
    _runs: AbortOnDropHandle<Option<()>>,
}

impl Peers {
    /// No link yet. `readiness` shows each that is down: whoever comes to this node may be another one's.
    pub fn new(me: Name, tls: ClientTls, readiness: Readiness) -> Self {
        Self { me, tls, readiness, links: Arc::default() }
    }

    /// The way to this node, which may be up or not; none: it is not known where it is.
    pub(super) fn get(&self, node: &str) -> Option<Peer> {
        self.lock().get(node).map(|linked| linked.peer.clone())
    }

    /// The link to this node is up.
    pub fn reach(&self, node: &str) -> bool {
        self.get(node).is_some_and(|peer| peer.is_up())
    }

    /// The ways to all nodes.
    pub(super) fn all(&self) -> Vec<Peer> {
        self.lock().values().map(|linked| linked.peer.clone()).collect()
    }

    /// Follows who takes part, until `stop`.
    pub async fn run(self, mut views: watch::Receiver<View>, stop: CancellationToken) {
        loop {
            let view = views.borrow_and_update().clone();
            self.follow(&view);
            match stop.run_until_cancelled(views.changed()).await {
                Some(Ok(())) => {}
                Some(Err(_)) | None => break,
            }
        }
        self.lock().clear();
    }

    fn follow(&self, view: &View) {
        let mut links = self.lock();
        let address = |node: &str| view.nodes.get(node).map(|node| node.address.as_str()).filter(|at| !at.is_empty());
        links.retain(|node, linked| address(node) == Some(&*linked.address));
        for (node, known) in &view.nodes {
            if **node != *self.me.node && !known.address.is_empty() && !links.contains_key(node.as_str()) {
                links.insert(node.as_str().into(), self.link(node, &known.address));
            }
        }
    }

    fn link(&self, node: &str, address: &str) -> Linked {
        let (node, address): (Arc<str>, Arc<str>) = (node.into(), address.into());
        let at = (node, address.clone());
        let (peer, work) = peer::link(self.me.clone(), at, self.tls.clone(), self.readiness.clone());
        Linked { address, peer, _runs: AbortOnDropHandle::new(tokio::spawn(contained("node link", work))) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Linked>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
