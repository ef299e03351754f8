//! Notifies with something wrong in their bytes, in dialogs that live, over the connections that both plug-ins opened: of
//! the thousands of ways in which they can be wrong none makes anybody look present, and none lasts.

use crate::{
    DESKS, grace,
    lync::{Rig, reasons},
    peer::Peer,
    trusted,
};
use std::time::{Duration, Instant};

/// When everybody is right after the last of them.
const RIGHT_BY: Duration = Duration::from_secs(60);

/// Where they are wrong, how many are sent while the connection lasts, and in which ways.
const STORMS: [(&str, u32, u32); 6] =
    [("body", 300, 1), ("body", 300, 2), ("body", 300, 3), ("head", 40, 4), ("head", 40, 5), ("head", 40, 6)];

async fn weathers(place: &str, count: u32, seed: u32) {
    let case = format!("{place} {count} {seed}");
    let mut peer = Peer::start(&["--piggyback"]).await;
    for order in ["device kim 3500", "choose kim 9500 true", "device lee 3500", "choose lee 3500"] {
        peer.order(order).await;
    }
    let more = format!(
        "{}[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\n\
         servers = ['localhost:{}']\ntransport = 'tcp'\nregister = 'at-start'\n",
        grace(),
        peer.port
    );
    let settings = trusted(peer.port) + "transport = 'tcp'\n";
    let product = Rig::new().start_with(&DESKS, &settings, &more).await;
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "true"))).await;
    let mark = peer.mark();
    peer.order(&format!("storm kim {place} {count} {seed}")).await;
    let over = peer.says(mark, "the end of the storm", |event| event["event"] == "storm-over").await;
    // A head that cannot be read ends the connection, and the next one begins after a pause.
    let sent = u64::from(count) - over["left"].as_u64().unwrap();
    assert!(sent >= if place == "body" { count.into() } else { 5 }, "{case}: {sent} were sent");
    let told = product.agent_requests("5002");
    assert!(told.iter().all(|(name, _)| name != "RequestAgentReady"), "{case}: {told:?}");
    let (mark, begin) = (product.t_server().mark(), Instant::now());
    peer.order("heal").await;
    peer.order("choose kim 3500").await;
    peer.order("choose lee 9500 after").await;
    product.sent_after(mark, "RequestAgentReady", "5002", None).await;
    product.sent_after(mark, "RequestAgentNotReady", "5003", Some(reasons("do-not-disturb", "after"))).await;
    assert!(begin.elapsed() < RIGHT_BY, "{case}: right after {:?}", begin.elapsed());
    product.plugin_says(&["[+]"]).await;
    peer.is_content(&case);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mutated_notifies_make_nobody_look_present_and_what_is_told_behind_them_counts() {
    let all = STORMS.map(|(place, count, seed)| tokio::spawn(weathers(place, count, seed)));
    let mut failed = Vec::new();
    for one in all {
        failed.extend(one.await.err());
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
