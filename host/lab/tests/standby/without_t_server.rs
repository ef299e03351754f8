//! A primary that has lost its T-Server, and a standby that has it.

use crate::{Pair, cluster, members::Members, node::Node, setup, wire::Wire};
use std::time::{Duration, Instant};
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    lab::Setup,
    t_server::{Config, TServer},
};

/// Long enough for everything that could change a role without anybody's doing.
const A_WHILE: Duration = Duration::from_secs(6);

const SECTION: &str = "[standby]\nhand-over-after = 1\n";

/// Two nodes, each with a wire of its own to the T-Server; the first works.
async fn wired() -> (Pair, [Wire; 2]) {
    let members = Members::start(1);
    let setup = |node: &str| Setup { sections: cluster(&members, node) + SECTION, ..setup("") };
    let t_server = TServer::start(Config::new(setup("a").switch())).await.unwrap();
    let wires = [Wire::to(t_server.addr()).await, Wire::to(t_server.addr()).await];
    let first = Node::start_at(setup("a"), wires[0].address());
    first.until_primary(true).await;
    first.until_ready().await;
    let second = Node::start_at(setup("b"), wires[1].address());
    second.until_ready().await;
    (Pair { members, t_server, nodes: [first, second] }, wires)
}

/// For a while the first stands by, and the second works.
async fn second_works_on([first, second]: &[Node; 2]) {
    let begun = Instant::now();
    while begun.elapsed() < A_WHILE {
        assert!(second.is_primary().await && !first.is_primary().await);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_alone_has_lost_its_t_server_lets_the_other_node_work_which_goes_on_when_it_is_back() {
    let (pair, [wire, other_wire]) = wired().await;
    let [first, second] = &pair.nodes;
    let browser = first.sign_in("kim").await;
    let mut page = first.open(&browser).await.unwrap();
    page.choose("open").await;
    pair.until_agent("5000", AgentStatus::Ready).await;
    wire.cut();
    second.until_primary(true).await;
    assert!(first.log().contains("this node gives its turn up"), "{}", first.log());
    let mut page = second.open(&browser).await.expect("Kim's session is known there");
    // Before the plug-in has started there is nothing to choose.
    page.shows("a menu", |picture| !picture.now.menu.is_empty()).await.unwrap();
    page.choose("lunch").await;
    pair.until_agent("5000", AgentStatus::NotReady).await;
    first.until_primary(false).await;
    second_works_on(&pair.nodes).await;
    wire.mend();
    first.until_ready().await;
    second_works_on(&pair.nodes).await;
    // The pause after the first time is over by now.
    other_wire.cut();
    first.until_primary(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_node_has_a_t_server_the_one_that_works_goes_on_and_says_why() {
    let (pair, [wire, other_wire]) = wired().await;
    other_wire.cut();
    let [first, second] = &pair.nodes;
    let is_unready = async || second.operator("GET", "/readyz", "").await.is_some_and(|answer| answer.status != 200);
    second.until("without a T-Server", is_unready).await;
    wire.cut();
    let says_why = async || {
        first
            .operator("GET", "/readyz?verbose", "")
            .await
            .is_some_and(|answer| answer.body.contains("this node stays primary"))
    };
    first.until("why it goes on", says_why).await;
    assert!(first.is_primary().await && !second.is_primary().await);
    wire.mend();
    first.until_ready().await;
    let is_well = async || {
        first.operator("GET", "/readyz?verbose", "").await.is_some_and(|answer| answer.body.contains("role: ready"))
    };
    first.until("it serves again", is_well).await;
    assert!(first.is_primary().await);
}
