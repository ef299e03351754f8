//! Pages of workers who are at another node: their frames go there, and what it writes comes back.

use super::{
    peer::{Order, Peer},
    peers::Peers,
    who::{At, Owners},
};
use crate::web::arrival::{PageArrival, PageId, PageKind};
use std::collections::HashMap;
use tokio::sync::mpsc;

/// What comes from the pages, and where it goes.
pub struct Pages {
    /// From the pages.
    pub arrivals: mpsc::Receiver<PageArrival>,
    /// To this node's hub.
    pub here: mpsc::Sender<PageArrival>,
    /// To the others.
    pub peers: Peers,
    /// Which is which.
    pub owners: Owners,
}

impl Pages {
    /// Works until there are no pages any more.
    pub async fn run(mut self) {
        let mut elsewhere: HashMap<PageId, Peer> = HashMap::new();
        while let Some(arrival) = self.arrivals.recv().await {
            match arrival {
                PageArrival::Opened { page, worker, language, kind, frames } => {
                    let peer = match self.owners.at(&worker) {
                        At::Here => {
                            self.hub(PageArrival::Opened { page, worker, language, kind, frames }).await;
                            continue;
                        }
                        At::Node(node) => self.peers.get(&node),
                        At::Nowhere => None,
                    };
                    match peer {
                        Some(peer) => {
                            metrics::counter!("uc_nodes_pages_total").increment(1);
                            let extension = kind == PageKind::Extension;
                            // Where it does not arrive, the page closes and comes again.
                            let _ = peer.send(Order::Open { page: page.0, worker, language, extension, frames });
                            elsewhere.insert(page, peer);
                        }
                        // Dropping the frames closes the page, and it comes again.
                        None => metrics::counter!("uc_nodes_pages_refused_total").increment(1),
                    }
                }
                PageArrival::Frame(page, frame) => match elsewhere.get(&page) {
                    Some(peer) => drop(peer.send(Order::Frame { page: page.0, frame })),
                    None => self.hub(PageArrival::Frame(page, frame)).await,
                },
                // A hub's own, of its pages.
                PageArrival::NotKept(page) => self.hub(PageArrival::NotKept(page)).await,
                PageArrival::Closed(page) => match elsewhere.remove(&page) {
                    Some(peer) => drop(peer.send(Order::Close { page: page.0 })),
                    None => self.hub(PageArrival::Closed(page)).await,
                },
            }
        }
    }

    async fn hub(&self, arrival: PageArrival) {
        // The hub ends only when the process does.
        let _ = self.here.send(arrival).await;
    }
}
