//! Two nodes on an etcd of three members, each over wires of its own, with their T-Server, and with a Front End where
//! a platform says who is available.

use super::{
    members::Members,
    node::Node,
    way::{Address, Addresses},
    wire::Wire,
    words::{Said, user},
};
use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};
use tokio::time::sleep;
use uc_lab::{
    front_end::{self, Crowd, FrontEnd, SiteFile, UserEntry},
    lab::Setup,
    t_server::{self, TServer},
};

/// By what the T-Server knows the nodes.
pub(super) const NAMES: [&str; 2] = ["a", "b"];
/// An etcd that nobody compacts is full within minutes of this load.
const ETCD: [(&str, &str); 3] = [
    ("--quota-backend-bytes", "4294967296"),
    ("--auto-compaction-mode", "periodic"),
    ("--auto-compaction-retention", "1m"),
];
/// Nothing at a start takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// The log of a node that is primary no more says so.
const STEPPED_DOWN: &str = "this node is primary no more";

pub(super) struct Installation {
    pub(super) nodes: [Node; 2],
    /// Which of them works.
    pub(super) works: usize,
    /// Of each node, to each member.
    pub(super) wires: [Vec<Wire>; 2],
    pub(super) members: Members,
    pub(super) t_server: TServer,
    pub(super) front_end: Option<FrontEnd>,
    pub(super) addresses: Addresses,
    /// How often each node has stepped down.
    steps_down: [usize; 2],
}

impl Installation {
    /// Everybody is logged in. `platform`: it says who is available; else workers choose on their pages.
    pub(super) async fn start(users: usize, platform: bool, said: &Said) -> Self {
        let members = Members::start_with(3, &ETCD);
        let mut wires = [Vec::new(), Vec::new()];
        for endpoint in members.endpoints() {
            for wires in &mut wires {
                wires.push(Wire::to(&endpoint).await);
            }
        }
        let front_end = if platform { Some(self::front_end(users).await) } else { None };
        let setup = |node: usize| setup(users, NAMES[node], &wires[node], front_end.as_ref());
        let t_server = TServer::start(t_server::Config::new(setup(0).switch())).await.unwrap();
        let first = Node::start(setup(0), &t_server);
        first.until_primary(true).await;
        first.until_ready().await;
        let second = Node::start(setup(1), &t_server);
        second.until_ready().await;
        let (nodes, addresses) = ([first, second], Addresses::default());
        let mut all = Self { nodes, works: 0, wires, members, t_server, front_end, addresses, steps_down: [0; 2] };
        (0..2).for_each(|node| all.learn_address(node));
        all.until("everybody is as they said", || said.first_wrong(&all.t_server, 0).is_none()).await;
        all
    }

    /// Waits until something is so.
    pub(super) async fn until(&self, what: &str, so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !so() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}: {}", self.last_words());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The ends of both nodes' logs.
    pub(super) fn last_words(&self) -> String {
        let end = |node: &Node| node.log().lines().rev().take(30).collect::<Vec<_>>().join("\n");
        self.nodes.iter().map(end).collect::<Vec<_>>().join("\n---\n")
    }

    /// Waits until the node knows that it works no more.
    pub(super) async fn stepped_down(&mut self, node: usize) {
        let times = |all: &Self| all.nodes[node].log().matches(STEPPED_DOWN).count();
        let before = self.steps_down[node];
        self.until("it steps down", || times(self) > before).await;
        self.steps_down[node] = times(self);
    }

    /// Waits until one node works and the other is a standby that could take over.
    pub(super) async fn one_works(&mut self) {
        let begun = Instant::now();
        loop {
            for node in &self.nodes {
                node.until_ready().await;
            }
            match (self.nodes[0].is_primary().await, self.nodes[1].is_primary().await) {
                (true, false) => self.works = 0,
                (false, true) => self.works = 1,
                _ => {
                    assert!(begun.elapsed() < PATIENCE, "none or both work: {}", self.last_words());
                    sleep(Duration::from_millis(20)).await;
                    continue;
                }
            }
            return (0..2).for_each(|node| self.learn_address(node));
        }
    }

    fn learn_address(&mut self, node: usize) {
        let address = Address { users: self.nodes[node].users().unwrap(), urs: self.nodes[node].urs() };
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)[node] = Some(address);
    }

    /// The member that leads the etcd.
    pub(super) fn leader(&self) -> usize {
        let status: serde_json::Value =
            serde_json::from_str(&self.members.ctl(&["endpoint", "status", "-w", "json"])).unwrap();
        let endpoints = self.members.endpoints();
        let leads = |one: &&serde_json::Value| one["Status"]["leader"] == one["Status"]["header"]["member_id"];
        let leader = status.as_array().unwrap().iter().find(leads).expect("etcd has a leader");
        endpoints.iter().position(|endpoint| leader["Endpoint"] == **endpoint).unwrap()
    }
}

fn setup(users: usize, name: &str, wires: &[Wire], front_end: Option<&FrontEnd>) -> Setup {
    let endpoints: Vec<_> = wires.iter().map(Wire::endpoint).collect();
    let platform = front_end.is_some();
    Setup {
        workers: (0..users).map(user).collect(),
        connector: "enable-preview-reporting = true\n".to_owned(),
        t_server: format!("client-name = '{name}'"),
        web: "[web.limits]\nsign-ins-per-address = 100000".to_owned(),
        settings: if platform { String::new() } else { "user-auto-registration = true".to_owned() },
        sections: format!("[cluster]\nnode = '{name}'\nendpoints = ['{}']\n", endpoints.join("', '")),
        front_end: front_end.map(FrontEnd::addr),
        ..Setup::of([])
    }
}

/// Everybody is busy at first.
async fn front_end(users: usize) -> FrontEnd {
    let site = SiteFile {
        users: vec![UserEntry { sip: "sip:watcher@example.com".into(), ..UserEntry::default() }],
        crowds: vec![Crowd { prefix: "worker".into(), count: users as u32, availability: Some(6500) }],
        trusted_hosts: vec!["127.0.0.1".parse().unwrap()],
        ..SiteFile::default()
    };
    FrontEnd::start(front_end::Config { record: false, ..front_end::Config::for_tests(site) }).await.unwrap()
}
