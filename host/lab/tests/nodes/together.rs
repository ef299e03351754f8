//! Nodes that share an installation.

use crate::{members::Members, node::Node};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{collections::BTreeMap, fs, net::TcpListener, path::Path};
use tempfile::TempDir;
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    lab::{Browser, Page, Picture, Setup},
    t_server::{Config, Direction, TServer},
};
use uc_store::nodes::{Partition, Partitions};

pub(crate) const PARTITIONS: u16 = 8;

/// Workers of the installation.
const WORKERS: usize = 12;

/// Some nodes, their etcd and their T-Server.
pub(crate) struct Together {
    pub(crate) members: Members,
    pub(crate) t_server: TServer,
    pub(crate) nodes: BTreeMap<String, Node>,
    certificates: TempDir,
}

impl Together {
    /// These nodes, each with its share.
    pub(crate) async fn start(nodes: &[&str]) -> Self {
        let members = Members::start(1);
        let t_server = TServer::start(Config::new(setup(String::new()).switch())).await.unwrap();
        let certificates = tempfile::tempdir().unwrap();
        certify(certificates.path());
        let mut together = Self { members, t_server, nodes: BTreeMap::new(), certificates };
        for node in nodes {
            together.add(node).await;
        }
        together
    }

    /// One more, which has its share then.
    pub(crate) async fn add(&mut self, name: &str) {
        let node = Node::start(setup(self.sections(name, PARTITIONS)), &self.t_server);
        node.until_ready().await;
        self.nodes.insert(name.to_owned(), node);
        self.until_shared(&[]).await;
    }

    pub(crate) fn sections(&self, name: &str, partitions: u16) -> String {
        let (endpoints, port) = (self.members.endpoints().join("', '"), free_port());
        let file = |name: &str| self.certificates.path().join(name).display().to_string();
        let (ca, cert, key) = (file("ca.pem"), file("cert.pem"), file("key.pem"));
        format!(
            "[cluster]\nnode = '{name}'\nendpoints = ['{endpoints}']\npartitions = {partitions}\n\
             listen = '127.0.0.1:{port}'\naddress = '127.0.0.1:{port}'\n\
             [cluster.node-tls]\nca = '{ca}'\ncert = '{cert}'\nkey = '{key}'\n"
        )
    }

    /// Of a node that knows of no partitions.
    pub(crate) fn pair_sections(&self, name: &str) -> String {
        format!("[cluster]\nnode = '{name}'\nendpoints = ['{}']\n", self.members.endpoints().join("', '"))
    }

    /// A node that nobody has killed.
    pub(crate) fn node(&self, name: &str) -> &Node {
        &self.nodes[name]
    }

    /// Forgets a node, which ends in the middle of whatever it does.
    pub(crate) fn kill(&mut self, name: &str) {
        self.nodes.remove(name).unwrap().kill();
    }

    /// Who owns what, as this node says.
    pub(crate) async fn owners(&self, asked: &str) -> BTreeMap<Partition, String> {
        let Some(answer) = self.node(asked).operator("GET", "/-/nodes", "").await else { return BTreeMap::new() };
        let lines = answer.body.lines().filter_map(|line| line.split_once(" partitions:"));
        let of = |(node, owned): (&str, &str)| {
            let name = node.split([':', ' ']).next().unwrap_or_default().to_owned();
            let owned: Vec<_> = owned.split_whitespace().map(|at| Partition(at.parse().unwrap())).collect();
            owned.into_iter().map(move |partition| (partition, name.clone())).collect::<Vec<_>>()
        };
        lines.flat_map(of).collect()
    }

    /// Waits until each node but these has its fair share, and all nodes say the same.
    pub(crate) async fn until_shared(&self, drained: &[&str]) -> BTreeMap<Partition, String> {
        let working: Vec<_> = self.nodes.keys().filter(|name| !drained.contains(&name.as_str())).collect();
        let least = usize::from(PARTITIONS) / working.len();
        let (first, node) = self.nodes.first_key_value().unwrap();
        let fair = async || {
            let owners = self.owners(first).await;
            let of = |name: &String| owners.values().filter(|owner| *owner == name).count();
            if owners.len() != usize::from(PARTITIONS) || working.iter().any(|name| of(name) < least) {
                return false;
            }
            for name in self.nodes.keys() {
                if self.owners(name).await != owners || !self.works(name, &owners).await {
                    return false;
                }
            }
            drained.iter().all(|name| of(&(*name).to_owned()) == 0)
        };
        node.until("each node has its share", fair).await;
        self.owners(first).await
    }

    /// Waits until a node owns these alone.
    pub(crate) async fn until_owns(&self, name: &str, partitions: &[Partition]) {
        let owns = async || {
            let owners = self.owners(name).await;
            owners.iter().filter(|(_, owner)| *owner == name).map(|(at, _)| at).eq(partitions)
        };
        self.node(name).until(&format!("{name} owns {partitions:?}"), owns).await;
    }

    /// The node's hub works for the workers of what it owns.
    async fn works(&self, name: &str, owners: &BTreeMap<Partition, String>) -> bool {
        let expected = (0..WORKERS).filter(|worker| owners[&partition(&user(*worker))] == name).count();
        let Some(metrics) = self.node(name).operator("GET", "/metrics", "").await else { return false };
        let line = metrics.body.lines().find(|line| line.starts_with("uc_workers_here "));
        line.map_or(expected == 0, |line| line.ends_with(&format!(" {expected}")))
    }

    /// A page of a worker at this node, wherever they are.
    pub(crate) async fn page(&self, node: &str, worker: usize) -> (Browser, Page) {
        let browser = self.node(node).sign_in(&user(worker)).await;
        let page = self.node(node).open(&browser).await.unwrap();
        (browser, page)
    }

    /// Waits until the T-Server says so of a worker.
    pub(crate) async fn until_agent(&self, worker: usize, status: AgentStatus) {
        let is_so = async || self.agent(worker) == Some(status);
        let (_, node) = self.nodes.first_key_value().unwrap();
        node.until(&format!("{worker} is {status:?}"), is_so).await;
    }

    pub(crate) fn agent(&self, worker: usize) -> Option<AgentStatus> {
        self.t_server.agent(&dn(worker)).map(|(_, status, _)| status)
    }

    /// Requests about agents since then: name and DN.
    pub(crate) fn agent_requests(&self, mark: usize) -> Vec<String> {
        let log = self.t_server.log();
        let received = log.iter().filter(|entry| entry.number >= mark && entry.direction == Direction::Received);
        let asked = received.map(|entry| format!("{:?}", entry.message));
        asked.filter(|message| message.contains("RequestAgent")).collect()
    }
}

/// Chooses, and waits until the page shows it.
pub(crate) async fn choose(page: &mut Page, state: &str) {
    page.choose(state).await;
    page.shows(state, |picture: &Picture| &*picture.now.state.id == state).await.unwrap();
}

pub(crate) fn setup(sections: String) -> Setup {
    let names: Vec<_> = (0..WORKERS).map(user).collect();
    Setup { sections, connector: "page-grace = 5".to_owned(), ..Setup::of(names.iter().map(String::as_str)) }
}

pub(crate) fn user(worker: usize) -> String {
    format!("worker{worker}")
}

pub(crate) fn partition(user: &str) -> Partition {
    Partitions::new(PARTITIONS).unwrap().of(user)
}

pub(crate) fn dn(worker: usize) -> String {
    format!("5{worker:03}")
}

/// All workers, by number.
pub(crate) fn workers() -> std::ops::Range<usize> {
    0..WORKERS
}

/// An authority and a certificate that every node of this machine bears.
fn certify(folder: &Path) {
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
    fs::write(folder.join("ca.pem"), ca.pem()).unwrap();
    fs::write(folder.join("cert.pem"), leaf.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
