//! What stands between the edges and the hub of one of many nodes: what is another node's to do goes there.

use super::{StartError, nodes::Nodes};
use crate::{
    config::Cluster,
    directory::Directory,
    nodes::{self, Arrivals, At, Link, Name, Offers, Pages, Peers, Who},
    routing::asker::Askers,
    tasks::Parts,
    web::{Driven, Readiness, arrival::PageArrival},
    wire::tls::{ClientConfigFiles, ClientTls, ServerConfigFiles},
};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Arrivals that may wait, of each edge.
const QUEUE: usize = 4096;

/// The ways to the hub.
pub(super) struct Ways {
    /// From whoever asks for previews.
    pub askers: Askers,
    /// From pages.
    pub pages: mpsc::Sender<PageArrival>,
    /// From whoever reads directories.
    pub directories: mpsc::Sender<Arc<Directory>>,
    /// Whether a page of a worker has somebody to talk to.
    pub driven: Driven,
}

impl Ways {
    /// The same, by way of the nodes whose workers are meant. `most`: askers at once; `readiness` shows which node is out
    /// of reach.
    pub(super) async fn among(
        mut self,
        cluster: &Cluster,
        nodes: &Nodes,
        directory: Arc<Directory>,
        (parts, stop): (&mut Parts, CancellationToken),
        (most, readiness): (usize, &Readiness),
    ) -> Result<Self, StartError> {
        let owners = nodes.owners();
        let alone = owners.clone();
        self.driven = Arc::new(move |worker| alone.at(worker) == At::Here);
        let (Some(listen), Some(tls)) = (cluster.listen, &cluster.node_tls) else { return Ok(self) };
        let me = Name { node: nodes.name.clone(), version: env!("CARGO_PKG_VERSION") };
        let (decider, decides) = Arrivals::new(QUEUE, most);
        let asks = (self.askers.clone(), decider);
        let link = Link::bind(listen, &server(tls), me.clone(), asks, self.pages.clone()).await;
        let link = link.map_err(StartError::Nodes)?;
        let client = ClientTls::load(tls).map_err(|error| StartError::Nodes(nodes::NotOpened::Tls(error)))?;
        let peers = Peers::new(me, client, readiness.clone());
        let (directories, known) = self.directories(directory, parts);
        let who = Who { owners: owners.clone(), directory: known };
        let (askers, asked) = Arrivals::new(QUEUE, most);
        let offers = Offers { asked, decides, here: self.askers, peers: peers.clone(), who };
        let (owned, linked) = (owners.clone(), peers.clone());
        let driven: Driven = Arc::new(move |worker| match owned.at(worker) {
            At::Here => true,
            At::Node(node) => linked.reach(&node),
            At::Nowhere => false,
        });
        let (pages, arrivals) = mpsc::channel(QUEUE);
        parts.begin_while_needed("offers", offers.run());
        parts.begin_while_needed("pages", Pages { arrivals, here: self.pages, peers: peers.clone(), owners }.run());
        parts.begin_while_needed("node links", peers.run(nodes.views.clone(), stop.clone()));
        parts.begin_while_needed("node link", link.serve(stop));
        Ok(Self { askers, pages, directories, driven })
    }

    /// Whoever looks workers up hears of a new directory before the hub does.
    fn directories(
        &self,
        directory: Arc<Directory>,
        parts: &mut Parts,
    ) -> (mpsc::Sender<Arc<Directory>>, watch::Receiver<Arc<Directory>>) {
        let (knows, known) = watch::channel(directory);
        let (directories, mut read) = mpsc::channel::<Arc<Directory>>(4);
        let hub = self.directories.clone();
        parts.begin_while_needed("directories", async move {
            while let Some(directory) = read.recv().await {
                knows.send_replace(directory.clone());
                // The hub ends only when the process does.
                let _ = hub.send(directory).await;
            }
        });
        (directories, known)
    }
}

/// A node is server with what it is client with.
fn server(tls: &ClientConfigFiles) -> ServerConfigFiles {
    let ClientConfigFiles { ca, cert, key, .. } = tls.clone();
    ServerConfigFiles { cert: cert.unwrap_or_default(), key: key.unwrap_or_default(), client_ca: ca }
}
