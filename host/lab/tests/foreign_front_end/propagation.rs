//! What the product publishes of people: nothing of it makes anybody look present, and nothing is withdrawn by half.

use crate::{
    DESKS, grace,
    lync::{Product, Rig, reasons},
    peer::Peer,
    trusted,
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::sleep;
use uc_connector::wire::KvList;
use uc_lab::t_server::{Config, SwitchFile, TServer};

/// Longer than a new endpoint is taken for a device of the person's own.
const APPEARANCE: Duration = Duration::from_secs(12);

/// Watched and published over TCP. Lee is always there.
async fn propagating(register: &str, orders: &[&str]) -> (Peer, Product) {
    let mut peer = Peer::start(&["--piggyback", "--first", "1"]).await;
    for order in ["device lee 3500", "choose lee 3500"].iter().chain(orders) {
        peer.order(order).await;
    }
    let more = format!(
        "{}[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\n\
         servers = ['localhost:{}']\ntransport = 'tcp'\nregister = '{register}'\n",
        grace(),
        peer.port
    );
    let switch = SwitchFile { wrap_up_time: 3600, ..SwitchFile::of_extensions(["5002", "5003"]) };
    let t_server = TServer::start(Config::new(switch)).await.unwrap();
    let settings = trusted(peer.port) + "transport = 'tcp'\n";
    let product = Rig::new().start_beside(t_server, &DESKS, &settings, &more).await;
    product.sent("RequestAgentReady", "5003", None).await;
    (peer, product)
}

fn is(event: &Value, what: &str, user: &str) -> bool {
    event["event"] == what && event["user"] == user
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_registration_makes_nobody_present() {
    let (mut peer, product) = propagating("at-start", &["choose kim 3500", "lag 0.05"]).await;
    peer.says(0, "an endpoint of Kim's", |event| is(event, "published", "kim@example.com")).await;
    sleep(APPEARANCE).await;
    // And once more, after the connection was lost.
    let mark = peer.mark();
    peer.order("drop").await;
    peer.says(mark, "another endpoint of Kim's", |event| is(event, "published", "kim@example.com")).await;
    sleep(APPEARANCE).await;
    let told = product.agent_requests("5002");
    assert!(told.iter().all(|(name, _)| name != "RequestAgentReady" && name != "RequestAgentLogin"), "{told:?}");
    peer.order("device kim 3500").await;
    product.sent("RequestAgentReady", "5002", None).await;
    peer.is_content("an absent person");
    product.stop().await;
}

/// Kim is ready, takes a call, and is in After Call Work.
async fn wrapping_up() -> (Peer, Product) {
    let (peer, product) = propagating("when-shown", &["device kim 3500", "choose kim 3500"]).await;
    product.sent("RequestAgentReady", "5002", None).await;
    let t_server = product.t_server();
    let call = t_server.make_call("+49301", "5002", KvList::default()).unwrap();
    t_server.answer(call, "5002").unwrap();
    t_server.release(call, "5002").unwrap();
    shows(&peer, 0, 15_500).await;
    (peer, product)
}

async fn shows(peer: &Peer, mark: usize, number: u32) {
    let fits = |event: &Value| is(event, "published", "kim@example.com") && event["number"] == number;
    peer.says(mark, &format!("Kim as {number}"), fits).await;
}

/// Waits until an operator who asks whose publication has failed reads that of Kim, or nothing.
async fn failed(product: &Product, wanted: Option<&str>) {
    let end = tokio::time::Instant::now() + uc_lab::PATIENCE;
    loop {
        let answer = product.operator("/-/agents?publication=failed").await;
        let fits = match wanted {
            Some(wanted) => answer.contains("user5002") && answer.contains(wanted),
            None => answer.starts_with("HTTP/1.1 200") && answer.ends_with("[]"),
        };
        if fits {
            return;
        }
        assert!(tokio::time::Instant::now() < end, "{wanted:?}: {answer}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_that_is_refused_is_listed_until_it_is_done() {
    let (mut peer, product) = wrapping_up().await;
    failed(&product, None).await;
    peer.order("refuse SERVICE 403").await;
    product.t_server().wrap_up_ends("5002");
    failed(&product, Some("403")).await;
    let mark = peer.mark();
    peer.order("heal").await;
    shows(&peer, mark, 3500).await;
    failed(&product, None).await;
    peer.is_content("a refused withdrawal");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_data_that_cannot_be_read_overwrites_no_choice() {
    let (mut peer, product) = wrapping_up().await;
    let mark = product.t_server().mark();
    peer.order("break kim own").await;
    let ill = peer.mark();
    // Kim chooses this in the place of what was published, and the product's endpoint cannot read that.
    peer.order("choose kim 9500 enough").await;
    failed(&product, Some("cannot be read")).await;
    peer.order("heal").await;
    failed(&product, None).await;
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "enough"))).await;
    product.t_server().wrap_up_ends("5002");
    sleep(Duration::from_secs(2)).await;
    let last = peer.last_from(ill, |event| is(event, "published", "kim@example.com"));
    assert!(last.is_none_or(|last| last["number"] == 9500), "Kim's choice stays");
    let told = product.agent_requests("5002");
    assert_eq!(told.last().unwrap().0, "RequestAgentNotReady", "{told:?}");
    peer.is_content("broken own data");
    product.stop().await;
}
