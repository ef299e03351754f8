//! Partitions move, and nothing else does.

use crate::{
    Together,
    together::{choose, dn, partition, user, workers},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::sleep;
use uc_connector::agent_link::AgentStatus;
use uc_lab::lab::Page;
use uc_store::nodes::Partition;

type Owners = BTreeMap<Partition, String>;

/// Every worker has chosen at a page of node `a`, and the T-Server says so.
async fn all_have_chosen(together: &Together) -> Vec<Page> {
    let mut pages = Vec::new();
    for worker in workers() {
        let (_browser, mut page) = together.page("a", worker).await;
        choose(&mut page, if worker.is_multiple_of(2) { "open" } else { "lunch" }).await;
        pages.push(page);
    }
    until_right(together).await;
    // What was chosen is kept within a second.
    sleep(Duration::from_secs(1)).await;
    pages
}

fn wanted(worker: usize) -> AgentStatus {
    if worker.is_multiple_of(2) { AgentStatus::Ready } else { AgentStatus::NotReady }
}

async fn until_right(together: &Together) {
    for worker in workers() {
        together.until_agent(worker, wanted(worker)).await;
    }
}

fn moved(before: &Owners, after: &Owners) -> Vec<Partition> {
    before.iter().filter(|(at, owner)| after[*at] != **owner).map(|(at, _)| *at).collect()
}

/// Nothing was asked for anybody of a partition that stayed, and nobody's state is wrong.
fn undisturbed(together: &Together, mark: usize, moved: &[Partition]) {
    let stayed = |worker: &usize| !moved.contains(&partition(&user(*worker)));
    let asked = together.agent_requests(mark);
    for worker in workers().filter(stayed) {
        let of_them: Vec<_> = asked.iter().filter(|asked| asked.contains(&dn(worker))).collect();
        assert!(of_them.is_empty(), "{worker}: {of_them:?}");
    }
    workers().for_each(|worker| assert_eq!(together.agent(worker), Some(wanted(worker)), "{worker}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_killed_one_added_and_one_drained_and_only_their_partitions_move() {
    let mut together = Together::start(&["a", "b", "c"]).await;
    let _pages = all_have_chosen(&together).await;
    let before = together.until_shared(&[]).await;

    let mark = together.t_server.mark();
    together.kill("b");
    let killed = together.until_shared(&[]).await;
    let of_b: Vec<_> = before.iter().filter(|(_, owner)| *owner == "b").map(|(at, _)| *at).collect();
    assert_eq!(moved(&before, &killed), of_b);
    until_right(&together).await;
    undisturbed(&together, mark, &of_b);

    let mark = together.t_server.mark();
    together.add("d").await;
    let added = together.until_shared(&[]).await;
    let to_d = moved(&killed, &added);
    assert!(to_d.len() == 2 && to_d.iter().all(|at| added[at] == "d"), "{to_d:?}");
    undisturbed(&together, mark, &to_d);
    assert!(together.agent_requests(mark).is_empty(), "it was so already: {:?}", together.agent_requests(mark));

    let mark = together.t_server.mark();
    assert_eq!(together.node("c").operator("PUT", "/-/nodes", "drain").await.unwrap().status, 200);
    let drained = together.until_shared(&["c"]).await;
    assert!(moved(&added, &drained).iter().all(|at| added[at] == "c"));
    assert!(together.agent_requests(mark).is_empty(), "{:?}", together.agent_requests(mark));
    workers().for_each(|worker| assert_eq!(together.agent(worker), Some(wanted(worker)), "{worker}"));

    // Who is at another node by now is served all the same.
    for node in ["a", "c", "d"] {
        let (_browser, mut page) = together.page(node, 0).await;
        choose(&mut page, "lunch").await;
        together.until_agent(0, AgentStatus::NotReady).await;
        choose(&mut page, "open").await;
        together.until_agent(0, AgentStatus::Ready).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_for_a_while_sends_nothing_when_it_goes_on() {
    let together = Together::start(&["a", "b"]).await;
    let _pages = all_have_chosen(&together).await;
    let before = together.until_shared(&[]).await;
    together.node("b").signal("STOP");
    let all_are_as = async || together.owners("a").await.values().all(|owner| owner == "a");
    together.node("a").until("a owns everything", all_are_as).await;
    let of_b = workers().find(|worker| before[&partition(&user(*worker))] == "b").unwrap();
    let chosen = async || {
        let browser = together.node("a").sign_in(&user(of_b)).await;
        // In the moment of the take-over a page closes, and comes again.
        let Ok(mut page) = together.node("a").open(&browser).await else { return false };
        page.choose("busy").await;
        page.shows("busy", |picture| &*picture.now.state.id == "busy").await.is_ok()
    };
    together.node("a").until("the other node's worker is served", chosen).await;
    let mark = together.t_server.mark();
    together.node("b").signal("CONT");
    together.until_shared(&[]).await;
    assert!(together.agent_requests(mark).is_empty(), "{:?}", together.agent_requests(mark));
    assert!(together.node("b").log().contains("owns partitions no longer"), "{}", together.node("b").log());
}
