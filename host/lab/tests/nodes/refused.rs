//! Who may not take part.

use crate::{
    Together,
    node::Node,
    together::{PARTITIONS, setup},
};

#[tokio::test(flavor = "multi_thread")]
async fn another_number_of_partitions_and_a_name_twice_are_refused() {
    let together = Together::start(&["a"]).await;
    let mut other = Node::start(setup(together.sections("b", PARTITIONS * 2)), &together.t_server);
    let code = other.ended().await;
    assert_eq!(code, Some(78), "{}", other.log());
    assert!(other.log().contains("configured for 16 partitions") && other.log().contains("has 8"), "{}", other.log());
    let twin = Node::start(setup(together.sections("a", PARTITIONS)), &together.t_server);
    let told = async || twin.log().contains("another process takes part as node `a`");
    twin.until("the twin is told", told).await;
    assert_eq!(together.owners("a").await.len(), usize::from(PARTITIONS));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_etcd_nobody_works_and_with_it_again_all_do() {
    let mut together = Together::start(&["a", "b"]).await;
    together.members.kill(0);
    let idle = async || {
        together
            .node("a")
            .operator("GET", "/readyz?verbose", "")
            .await
            .is_some_and(|ready| ready.status == 503 && ready.body.contains("this node works for nobody"))
    };
    together.node("a").until("nobody owns anything, and it is not ready", idle).await;
    together.members.begin(0);
    together.until_shared(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_drains_is_ready_while_others_work_and_is_not_when_nobody_does() {
    let mut together = Together::start(&["a", "b"]).await;
    assert_eq!(together.node("b").operator("PUT", "/-/nodes", "drain").await.unwrap().status, 200);
    together.until_shared(&["b"]).await;
    let says = async |status, words: &str| {
        let ready = together.node("b").operator("GET", "/readyz?verbose", "").await;
        ready.is_some_and(|ready| ready.status == status && ready.body.contains(words))
    };
    together.node("b").until("it is ready and drains", async || says(200, "owns no partition: it drains").await).await;
    together.kill("a");
    let says = async || {
        let ready = together.node("b").operator("GET", "/readyz?verbose", "").await;
        ready.is_some_and(|ready| ready.status == 503 && ready.body.contains("owned by nobody, and this node drains"))
    };
    together.node("b").until("nobody works, and it says so", says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_a_pair_and_one_with_partitions_do_not_both_work() {
    let together = Together::start(&["a"]).await;
    let mut pair = Node::start(setup(together.pair_sections("b")), &together.t_server);
    let code = pair.ended().await;
    assert_eq!(code, Some(78), "{}", pair.log());
    assert!(pair.log().contains("set partitions = 8"), "{}", pair.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_begin_when_the_node_that_works_without_is_stopped() {
    let mut together = Together::start(&[]).await;
    let mut pair = Node::start(setup(together.pair_sections("a")), &together.t_server);
    pair.until_primary(true).await;
    let other = Node::start(setup(together.sections("b", PARTITIONS)), &together.t_server);
    let told = async || other.log().contains("node `a` works for everybody");
    other.until("it is told who works", told).await;
    assert!(pair.is_primary().await);
    pair.signal("TERM");
    assert_eq!(pair.ended().await, Some(0));
    together.nodes.insert("b".to_owned(), other);
    together.until_shared(&[]).await;
}
