//! Signing in where the server, or the domain behind it, is away for a moment.

use crate::{
    DESKS, WATCHER, grace,
    lync::{Product, Rig, password_account},
    peer::Peer,
};
use std::time::{Duration, Instant};

/// A signed sign-in, before which these orders are given.
async fn signs_in(orders: &[&str]) -> (Peer, Product) {
    let rig = Rig::new();
    let mut peer = Peer::start(&["--auth", "ntlm", "--piggyback"]).await;
    for order in ["device kim 3500", "choose kim 3500"].iter().chain(orders) {
        peer.order(order).await;
    }
    let account = password_account(&rig, WATCHER, r"EXAMPLE\watcher", "Secret123!");
    let settings = format!("transport = 'tcp'\nservers = ['localhost:{}']\naccounts = [{account}]\n", peer.port);
    let product = rig.start_with(&DESKS, &settings, &grace()).await;
    (peer, product)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_that_is_forgotten_between_the_legs_is_made_anew_soon() {
    let begin = Instant::now();
    let (peer, product) = signs_in(&["forget-legs 1"]).await;
    product.sent("RequestAgentReady", "5002", None).await;
    assert!(begin.elapsed() < Duration::from_secs(25), "{:?}", begin.elapsed());
    assert_eq!((peer.count("forgotten"), peer.count("rejected"), peer.count("signed-in")), (1, 0, 1));
    peer.is_content("forgotten legs");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_controller_that_is_away_costs_one_refusal_and_some_seconds() {
    let (peer, product) = signs_in(&["no-domain 8"]).await;
    product.plugin_says(&["refused user name and password"]).await;
    let begin = Instant::now();
    product.sent("RequestAgentReady", "5002", None).await;
    assert!(begin.elapsed() < Duration::from_secs(25), "{:?}", begin.elapsed());
    assert_eq!((peer.count("rejected"), peer.count("signed-in")), (1, 1));
    product.plugin_says(&["[+]"]).await;
    peer.is_content("no domain");
    product.stop().await;
}
