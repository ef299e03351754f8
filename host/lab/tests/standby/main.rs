//! Two nodes of one installation, as processes, on a real etcd: whoever is killed, stopped, cut off or told to, the
//! other one works, and nobody else does.
#![allow(clippy::unwrap_used, reason = "tests")]

mod acknowledged;
mod elections;
mod external;
mod killed;
#[path = "../../../store/tests/members/mod.rs"]
mod members;
mod node;
mod scripts;
mod takeover;
mod wire;
mod without_t_server;

use members::Members;
use node::Node;
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    lab::Setup,
    t_server::{Config, Direction, TServer},
};

/// What two nodes share.
pub(crate) struct Pair {
    pub(crate) members: Members,
    pub(crate) t_server: TServer,
    /// The first to work, and the other.
    pub(crate) nodes: [Node; 2],
}

impl Pair {
    /// Kim's and Lee's site; `sections`: further ones of both nodes' configurations.
    pub(crate) async fn start(sections: &str, dns: &str) -> Self {
        Self::start_on(Members::start(1), sections, dns).await
    }

    /// The same with this etcd.
    pub(crate) async fn start_on(members: Members, sections: &str, dns: &str) -> Self {
        let setup = |node: &str| Setup { sections: cluster(&members, node) + sections, ..setup(dns) };
        let t_server = TServer::start(Config::new(setup("a").switch())).await.unwrap();
        let first = Node::start(setup("a"), &t_server);
        first.until_primary(true).await;
        first.until_ready().await;
        let second = Node::start(setup("b"), &t_server);
        second.until_ready().await;
        assert!(!second.is_primary().await);
        Self { members, t_server, nodes: [first, second] }
    }

    /// Waits until the T-Server says so of a DN.
    pub(crate) async fn until_agent(&self, dn: &str, status: AgentStatus) {
        let is_so = async || self.t_server.agent(dn).is_some_and(|(_, now, _)| now == status);
        self.nodes[1].until(&format!("{dn} is {status:?}"), is_so).await;
    }

    /// Requests about agents since then, by name.
    pub(crate) fn agent_requests(&self, mark: usize) -> Vec<String> {
        let log = self.t_server.log();
        let received = log.iter().filter(|entry| entry.number >= mark && entry.direction == Direction::Received);
        let names = received.map(|entry| entry.message.name.to_string());
        names.filter(|name| name.starts_with("RequestAgent")).collect()
    }
}

pub(crate) fn setup(dns: &str) -> Setup {
    Setup { dns: dns.to_owned(), connector: "page-grace = 5".to_owned(), ..Setup::of(["kim", "lee"]) }
}

/// Of a node of this name.
pub(crate) fn node_setup(node: &str, members: &Members) -> Setup {
    Setup { sections: cluster(members, node), ..setup("") }
}

fn cluster(members: &Members, node: &str) -> String {
    let endpoints = members.endpoints().join("', '");
    format!("[cluster]\nnode = '{node}'\nendpoints = ['{endpoints}']\n")
}
