//! One pool of three is ill, or one account of two: only whoever is watched there is unknown.

use crate::{
    DESKS, GRACE, WATCHER, grace,
    lync::{Product, Rig, reasons},
    peer::{Peer, until},
    trusted,
};
use std::time::{Duration, Instant};

/// How long it is ill.
const ILLNESS: Duration = Duration::from_secs(10);
const UNKNOWN_BY: Duration = Duration::from_secs(GRACE + 5);
const RIGHT_BY: Duration = Duration::from_secs(60);

async fn started(arguments: &[&str], orders: &[&str], settings: impl FnOnce(u16) -> String) -> (Peer, Product) {
    let mut peer = Peer::start(arguments).await;
    for order in ["device kim 3500", "choose kim 3500", "device lee 3500", "choose lee 3500"].iter().chain(orders) {
        peer.order(order).await;
    }
    let product = Rig::new().start_with(&DESKS, &settings(peer.port), &grace()).await;
    for (dn, _) in DESKS {
        product.sent("RequestAgentReady", dn, None).await;
    }
    (peer, product)
}

/// It falls ill, and recovers: one of the two is unknown meanwhile and right afterwards, the other right all the time.
async fn only_one_suffers(peer: &mut Peer, product: &Product, orders: &[&str], (ill, well): (usize, usize)) {
    let (ill, well) = (DESKS[ill], DESKS[well]);
    let who = |(_, address): (&str, &str)| address.trim_start_matches("sip:").split('@').next().unwrap().to_owned();
    let (mark, refused) = (product.t_server().mark(), Instant::now());
    for order in orders {
        peer.order(order).await;
    }
    product.sent_after(mark, "RequestAgentNotReady", ill.0, Some(reasons("presence unknown", ""))).await;
    assert!(refused.elapsed() < UNKNOWN_BY, "{orders:?}: unknown after {:?}", refused.elapsed());
    for (number, desk) in [(ill, "true"), (well, "well")] {
        peer.order(&format!("choose {} 9500 {desk}", who(number))).await;
    }
    product.sent_after(mark, "RequestAgentNotReady", well.0, Some(reasons("do-not-disturb", "well"))).await;
    until(refused + ILLNESS).await;
    let (recovery, healed) = (product.t_server().mark(), Instant::now());
    peer.order("heal").await;
    let right = Some(reasons("do-not-disturb", "true"));
    product.sent_after(recovery, "RequestAgentNotReady", ill.0, right).await;
    assert!(healed.elapsed() < RIGHT_BY, "{orders:?}: right after {:?}", healed.elapsed());
    let unknown = Some(reasons("presence unknown", ""));
    let told = product.agent_requests(well.0);
    assert!(told.iter().all(|(_, told)| *told != unknown), "{orders:?}: {told:?}");
    for (_, address) in DESKS {
        let most = peer.most_in_a_minute(address.trim_start_matches("sip:"));
        assert!(most < 10, "{orders:?}: {address} was asked for {most} times in a minute");
    }
    peer.is_content(&format!("{orders:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_refuses_costs_nobody_at_other_pools() {
    for arguments in [&["--piggyback"][..], &["--accepted", "202"]] {
        let settings = |port| trusted(port) + "transport = 'tcp'\n";
        let (mut peer, product) =
            started(arguments, &["move kim@example.com 0", "move lee@example.com 1"], settings).await;
        only_one_suffers(&mut peer, &product, &["close 0"], (0, 1)).await;
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_refused_costs_nobody_of_another_account() {
    let settings = |port| {
        format!(
            "servers = ['localhost:{port}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted' }}, \
             {{ address = 'sip:second@example.com', auth = 'trusted' }}]\ntransport = 'tcp'\n"
        )
    };
    let (mut peer, product) = started(&["--piggyback"], &[], settings).await;
    let by = |peer: &Peer, who: &str| {
        let asked = peer.last_from(0, |event| event["whom"].as_array().is_some_and(|whom| whom.contains(&who.into())));
        asked.unwrap()["by"].as_str().unwrap().to_owned()
    };
    let (kim, lee) = (by(&peer, "kim@example.com"), by(&peer, "lee@example.com"));
    assert_ne!(kim, lee, "each account watches one of them");
    only_one_suffers(
        &mut peer,
        &product,
        &[&format!("refuse-from {kim} SUBSCRIBE 404"), &format!("end-of {kim}")],
        (0, 1),
    )
    .await;
    product.stop().await;
}
