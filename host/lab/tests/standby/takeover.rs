//! The lease decides.

use crate::{Pair, node::Node, node_setup};
use std::time::{Duration, Instant};
use uc_connector::{
    agent_link::AgentStatus,
    routing::{
        message::{Outcome, Target},
        preview_request::PreviewRequest,
    },
    web::message::ServerFrame,
    wire::{ConnId, KvList},
};
use uc_lab::{
    lab::{Browser, Page, Picture},
    urs::{Urs, UrsError},
};

/// A lease is taken over in 1.2 to 1.6 s; then this is read, and plug-ins start.
const TAKES_OVER: Duration = Duration::from_secs(8);

/// Waits until a page shows this state of the worker.
async fn shows(page: &mut Page, id: &str) {
    page.shows(id, |picture: &Picture| &*picture.now.state.id == id).await.unwrap();
}

/// Kim's page at the first node, where they have chosen this, and that is kept.
async fn kim(pair: &Pair, state: &str) -> (Browser, Page) {
    let browser = pair.nodes[0].sign_in("kim").await;
    let mut page = pair.nodes[0].open(&browser).await.unwrap();
    page.choose(state).await;
    shows(&mut page, state).await;
    let is_kept = async || {
        let kept = pair.members.ctl(&["get", "--prefix", "/uc-connector/"]);
        let ready = format!("\"ready\":{}", state == "open");
        kept.contains("/uc-connector/session/")
            && kept
                .lines()
                .skip_while(|line| *line != "/uc-connector/worker/kim")
                .nth(1)
                .is_some_and(|kim| kim.contains(&ready))
    };
    pair.nodes[0].until("what Kim chose is kept", is_kept).await;
    (browser, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_is_replaced_and_nobody_has_to_do_anything() {
    let mut pair = Pair::start("", "").await;
    let (browser, _page) = kim(&pair, "lunch").await;
    let refused = pair.nodes[1].open(&browser).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("503"), "{refused}");
    let mark = pair.t_server.mark();
    pair.nodes[0].kill();
    let took = pair.nodes[1].until_primary(true).await;
    assert!(took < TAKES_OVER, "{took:?}");
    let mut page = pair.nodes[1].open(&browser).await.expect("Kim's session is known there");
    shows(&mut page, "lunch").await;
    page.choose("open").await;
    pair.until_agent("5000", AgentStatus::Ready).await;
    assert_eq!(pair.agent_requests(mark), ["RequestAgentReady"], "nothing was asked that was so already");
    // Back, it is the standby of the other.
    pair.nodes[0].start_again();
    pair.nodes[0].until_ready().await;
    assert!(!pair.nodes[0].is_primary().await && pair.nodes[1].is_primary().await);
    pair.nodes[1].kill();
    pair.nodes[0].until_primary(true).await;
    let mut page = pair.nodes[0].open(&browser).await.unwrap();
    shows(&mut page, "open").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_to_which_nothing_is_said_is_told_that_the_node_lives() {
    let pair = Pair::start("", "").await;
    let (_browser, mut page) = kim(&pair, "lunch").await;
    assert_eq!(page.picture().unwrap().now.alive_seconds, 4);
    for _ in 0..2 {
        let said = page.wait_for("a sign of life", |frame| *frame == ServerFrame::Alive);
        tokio::time::timeout(Duration::from_secs(6), said).await.expect("in time").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_whom_the_t_server_logs_out_with_the_client_are_logged_in_again() {
    let mut pair = Pair::start("", "logs-out-with-client = true").await;
    let (_browser, _page) = kim(&pair, "lunch").await;
    pair.nodes[0].kill();
    pair.nodes[1].until("the T-Server has logged Kim out", async || pair.t_server.agent("5000").is_none()).await;
    pair.nodes[1].until_primary(true).await;
    pair.until_agent("5000", AgentStatus::NotReady).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_to_stand_by_does_and_what_changed_last_is_known() {
    let pair = Pair::start("", "").await;
    let (browser, _page) = kim(&pair, "lunch").await;
    let [first, second] = &pair.nodes;
    let said = first.operator("PUT", "/-/role", "primary").await.unwrap();
    assert_eq!(said.status, 200, "it is already");
    let refused = second.operator("PUT", "/-/role", "primary").await.unwrap();
    assert_eq!(refused.status, 409, "{refused}");
    let mark = pair.t_server.mark();
    first.operator("PUT", "/-/role", "standby").await.unwrap();
    let took = second.until_primary(true).await;
    assert!(took < TAKES_OVER, "{took:?}");
    first.until_ready().await;
    assert!(!first.is_primary().await);
    assert_eq!(first.operator("GET", "/-/role", "").await.unwrap().body, "standby\n");
    let mut page = second.open(&browser).await.unwrap();
    shows(&mut page, "lunch").await;
    assert!(pair.agent_requests(mark).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_alone_gives_up_only_when_somebody_insists() {
    let mut pair = Pair::start("", "").await;
    pair.nodes[1].kill();
    let first = &pair.nodes[0];
    let refused = first.operator("PUT", "/-/role", "standby").await.unwrap();
    assert_eq!(refused.status, 409, "{refused}");
    assert!(refused.body.contains("no other node stands by") && first.is_primary().await, "{refused}");
    let said = first.operator("PUT", "/-/role", "standby force").await.unwrap();
    assert_eq!(said.status, 200, "{said}");
    first.until_primary(false).await;
    first.until_primary(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_for_a_while_sends_nothing_when_it_goes_on() {
    let pair = Pair::start("", "").await;
    let [first, second] = &pair.nodes;
    let (_browser, mut page) = kim(&pair, "open").await;
    first.signal("STOP");
    // Waits in a socket that nobody reads, and is read by whoever goes on.
    page.choose("busy").await;
    second.until_primary(true).await;
    let mark = pair.t_server.mark();
    first.signal("CONT");
    first.until_primary(false).await;
    first.until_ready().await;
    assert!(pair.agent_requests(mark).is_empty(), "{:?}", pair.agent_requests(mark));
    assert!(first.log().contains("primary no more"), "{}", first.log());
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        assert!(second.is_primary().await && !first.is_primary().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_etcd_nobody_works_and_with_it_again_one_does() {
    let mut pair = Pair::start("", "").await;
    pair.members.kill(0);
    pair.nodes[0].until_primary(false).await;
    pair.nodes[0].until_ready().await;
    assert!(!pair.nodes[1].is_primary().await);
    pair.members.begin(0);
    let one_is = async || pair.nodes[0].is_primary().await != pair.nodes[1].is_primary().await;
    pair.nodes[0].until("one of them works", one_is).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_whose_node_dies_is_shown_by_the_other_one_and_ends_once() {
    let mut pair = Pair::start("", "").await;
    let (browser, mut page) = kim(&pair, "open").await;
    let refused = Urs::connect(&pair.nodes[1].urs(), None).await.unwrap_err().to_string();
    assert!(refused.contains("standby"), "{refused}");
    let urs = Urs::connect(&pair.nodes[0].urs(), None).await.unwrap();
    let asked = tokio::spawn(async move { urs.preview(preview()).await });
    page.previewed().await.unwrap();
    pair.nodes[0].kill();
    assert!(matches!(asked.await.unwrap(), Err(UrsError::Lost)));
    pair.nodes[1].until_primary(true).await;
    let mut page = pair.nodes[1].open(&browser).await.unwrap();
    let urs = Urs::connect(&pair.nodes[1].urs(), None).await.unwrap();
    let asked = tokio::spawn(async move { urs.preview(preview()).await });
    let shown = page.previewed().await.unwrap();
    page.answer(shown.id, true).await;
    let outcome = asked.await.unwrap().unwrap();
    assert!(matches!(&outcome, Outcome::Accepted { .. }), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_node_of_the_same_name_is_told_and_does_not_work() {
    let pair = Pair::start("", "").await;
    let twin = Node::start(node_setup("a", &pair.members), &pair.t_server);
    let told = async || twin.log().contains("another process has the name of this node");
    twin.until("the twin is told", told).await;
    assert!(pair.nodes[0].is_primary().await && !twin.is_primary().await);
}

/// Of a call to Kim.
fn preview() -> PreviewRequest {
    PreviewRequest {
        conn_id: ConnId(0x1234),
        targets: vec![Target { agent: "1000".into(), dn: None, switch: None }],
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: None,
    }
}
