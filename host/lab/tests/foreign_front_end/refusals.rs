//! Each refusal in turn: the agent is "presence unknown" within the grace time and five seconds, right within a
//! minute of the recovery, and nobody is asked for ten times in a minute meanwhile.

use crate::{
    DESKS, GRACE, WATCHER, grace,
    lync::{Product, Rig, password_account, reasons},
    peer::{Peer, until},
    trusted,
};
use std::time::{Duration, Instant};

/// How long the Front End refuses before it recovers.
const ILLNESS: Duration = Duration::from_secs(10);
/// When the agent is to be unknown, and right again.
const UNKNOWN_BY: Duration = Duration::from_secs(GRACE + 5);
const RIGHT_BY: Duration = Duration::from_secs(60);

/// How a Front End tells of people at first.
#[derive(Clone, Copy)]
enum First {
    /// In the answer to SUBSCRIBE.
    Piggyback,
    /// In a NOTIFY of its own behind it.
    Notify,
}

use First::{Notify, Piggyback};

/// What is ordered, and what an operator is to read meanwhile.
const ILLNESSES: [(First, &[&str], &str); 25] = [
    (Piggyback, &["refuse SUBSCRIBE 400", "end terminated;reason=deactivated;expires=0"], "400"),
    (Notify, &["refuse SUBSCRIBE 403", "end terminated;expires=0"], "403"),
    (Piggyback, &["refuse SUBSCRIBE 404", "end terminated;reason=timeout"], "404"),
    (Notify, &["refuse SUBSCRIBE 503 2 (In maintenance) ;duration=60", "end"], "503"),
    (Piggyback, &["refuse SUBSCRIBE 504", "end terminated;reason=probation;retry-after=1"], "504"),
    (Notify, &["ignore SUBSCRIBE", "end"], "does not answer"),
    (Piggyback, &["refuse SUBSCRIBE 403", "end terminated;reason=rejected"], "403"),
    (Notify, &["refuse SUBSCRIBE 503", "end terminated;reason=giveup"], "503"),
    (Piggyback, &["refuse SUBSCRIBE 489", "end active;expires=0"], "489"),
    // Nothing is told of: what asks for a sign of life finds it.
    (Notify, &["refuse SUBSCRIBE 403"], "403"),
    (Piggyback, &["ignore SUBSCRIBE"], "does not answer"),
    (Notify, &["grant 0", "end terminated;reason=noresource"], "grants no time"),
    (Piggyback, &["grant 1", "end"], "time for it is over"),
    (Notify, &["bounce kim@example.com", "end"], "asked again"),
    // Whoever is challenged again and again never gets in.
    (Piggyback, &["refuse SUBSCRIBE 401", "end"], "does not answer"),
    (Notify, &["refuse SUBSCRIBE 401", "end"], ""),
    (Piggyback, &["refuse SUBSCRIBE 183", "end"], "does not answer"),
    (Notify, &["refuse SUBSCRIBE 183"], "does not answer"),
    (Notify, &["refuse SUBSCRIBE 403", "end pending"], "403"),
    // The registration ran well until it was to be prolonged.
    (Piggyback, &["refuse REGISTER 403"], "403"),
    // The same is said of Kim as ever, and cannot be read.
    (Piggyback, &["break kim state"], "cannot be read"),
    (Notify, &["break kim part"], "cannot be read"),
    (Piggyback, &["break kim end"], "cannot be read"),
    (Notify, &["break kim number"], "cannot be read"),
    (Piggyback, &["break kim head"], "cannot be read"),
];

async fn watched(first: First) -> (Peer, Product) {
    let rig = Rig::new();
    let (certificate, key) = rig.certificate();
    let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
    // One signs what it says and is used over TLS, the other is believed over TCP.
    let (mut peer, settings) = match first {
        Piggyback => {
            let arguments = [
                "--piggyback",
                "--auth",
                "ntlm",
                "--cert",
                &certificate,
                "--key",
                &key,
                "--first",
                "40999",
                "--registers-for",
                "20",
            ];
            let peer = Peer::start(&arguments).await;
            let account = password_account(&rig, WATCHER, r"EXAMPLE\watcher", "Secret123!");
            let settings = format!("servers = ['localhost:{}']\naccounts = [{account}]\n", peer.port);
            (peer, settings)
        }
        Notify => {
            let peer = Peer::start(&["--accepted", "202"]).await;
            let settings = trusted(peer.port) + "transport = 'tcp'\n";
            (peer, settings)
        }
    };
    for order in ["device kim 3500", "choose kim 3500", "device lee 3500", "choose lee 15500 Back soon"] {
        peer.order(order).await;
    }
    let product = rig.start_with(&DESKS, &settings, &grace()).await;
    product.sent("RequestAgentReady", "5002", None).await;
    product.sent("RequestAgentNotReady", "5003", Some(reasons("away", "Back soon"))).await;
    (peer, product)
}

async fn falls_ill(first: First, orders: &[&str], told: &str) {
    let (mut peer, product) = watched(first).await;
    let mark = product.t_server().mark();
    let before = peer.mark();
    for order in orders {
        peer.order(order).await;
    }
    // What is broken is to be said once.
    if orders[0].starts_with("break") {
        peer.order("choose kim 3500 again").await;
    } else if orders.len() == 1 {
        // A sign of life, or a registration that is to be prolonged.
        let method = orders[0].split(' ').nth(1).unwrap_or_default();
        peer.says(before, "something to refuse", |event| event["event"] == "refused" && event["method"] == method)
            .await;
    }
    let refused = Instant::now();
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("presence unknown", ""))).await;
    let unknown = refused.elapsed();
    assert!(unknown < UNKNOWN_BY, "{orders:?}: unknown after {unknown:?}");
    let said = product.plugin_says(&[told]).await;
    assert!(said.contains("[-]") || said.contains("[~]"), "{orders:?}: {said}");
    peer.order("choose kim 9500 true").await;
    until(refused + ILLNESS).await;
    let (recovery, healed) = (product.t_server().mark(), Instant::now());
    peer.order("heal").await;
    let right = Some(reasons("do-not-disturb", "true"));
    product.sent_after(recovery, "RequestAgentNotReady", "5002", right.clone()).await;
    assert!(healed.elapsed() < RIGHT_BY, "{orders:?}: right after {:?}", healed.elapsed());
    let early = product.agent_requests_before(recovery, "5002");
    // For the second that is granted it is known.
    let brief = orders[0] == "grant 1";
    assert!(brief || early.iter().all(|(_, told)| *told != right), "{orders:?}: right while it was ill: {early:?}");
    product.plugin_says(&["[+]"]).await;
    content(&peer, &format!("{orders:?}"));
    product.stop().await;
}

fn content(peer: &Peer, case: &str) {
    let most = peer.most_in_a_minute("kim@example.com");
    assert!(most < 10, "{case}: Kim was asked for {most} times in a minute: {:?}", peer.asked("kim@example.com"));
    peer.is_content(case);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_makes_unknown_soon_and_right_again_after_the_recovery() {
    let all = ILLNESSES.map(|(first, orders, told)| tokio::spawn(falls_ill(first, orders, told)));
    let mut failed = Vec::new();
    for (one, (_, orders, _)) in all.into_iter().zip(ILLNESSES) {
        failed.extend(one.await.err().map(|error| (orders, error)));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// What Kim shows after this is right at once, or as soon as has been asked again.
async fn is_overcome(first: First, orders: &[&str]) {
    let (mut peer, product) = watched(first).await;
    for number in ["choose lee 6500 one", "choose lee 12500 two", "choose lee 6500 three"] {
        peer.order(number).await;
    }
    let mark = product.t_server().mark();
    for order in orders {
        peer.order(order).await;
    }
    if orders[0] == "count-low" {
        // A sign of life is answered with the low number.
        let asked = peer.mark();
        peer.says(asked, "a sign of life", |event| event["event"] == "asked").await;
    }
    peer.order("choose kim 9500 true").await;
    let begin = Instant::now();
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "true"))).await;
    assert!(begin.elapsed() < UNKNOWN_BY, "{orders:?}: after {:?}", begin.elapsed());
    // And it goes on.
    let mark = product.t_server().mark();
    peer.order("heal").await;
    peer.order("choose kim 3500").await;
    product.sent_after(mark, "RequestAgentReady", "5002", None).await;
    content(&peer, &format!("{orders:?}"));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_numbers_and_a_broken_note_hide_nothing() {
    let cases: [(First, &[&str]); 5] = [
        (Piggyback, &["count-low"]),
        (Piggyback, &["count-anew"]),
        (Notify, &["count-anew"]),
        (Notify, &["lose 1", "choose kim 6500"]),
        (Piggyback, &["lose 2", "choose kim 9500 true", "choose kim 9500 true"]),
    ];
    let all = cases.map(|(first, orders)| tokio::spawn(is_overcome(first, orders)));
    for one in all {
        one.await.unwrap();
    }
    broken_note().await;
}

/// A note that cannot be read takes nothing with it.
async fn broken_note() {
    let (mut peer, product) = watched(Notify).await;
    let mark = product.t_server().mark();
    peer.order("break kim note").await;
    peer.order("choose kim 9500 true").await;
    product.sent_after(mark, "RequestAgentNotReady", "5002", None).await;
    let told = product.agent_requests("5002");
    let (_, said) = told.last().unwrap();
    assert_eq!(said.as_ref().and_then(|said| said.str("KW_UC_STATUS")), Some("do-not-disturb"), "{told:?}");
    content(&peer, "a broken note");
    product.stop().await;
}
