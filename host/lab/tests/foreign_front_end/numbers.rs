//! A Front End that counts the notifies of all subscriptions together: there is a gap before nearly every one of them.

use crate::{
    grace,
    lync::{Product, Rig, reasons},
    peer::Peer,
    trusted,
};
use std::time::{Duration, Instant};
use tokio::time::interval;

/// Those at the second pool come last.
const PEOPLE: [(&str, &str); 7] = [
    ("5001", "ann"),
    ("5002", "kim"),
    ("5003", "lee"),
    ("5004", "bob"),
    ("5005", "eve"),
    ("5006", "dan"),
    ("5007", "fay"),
];
/// How long the gaps go on once they have shown to be none.
const BUSY: Duration = Duration::from_secs(30);
/// Between two changes.
const CHANGES: Duration = Duration::from_millis(250);
/// When what is told counts, and what was lost is found.
const AT_ONCE: Duration = Duration::from_secs(3);
const FOUND: Duration = Duration::from_secs(20);

async fn choose(peer: &mut Peer, product: &Product, (dn, who): (&str, &str), note: &str, within: Duration) {
    let mark = product.t_server().mark();
    let begin = Instant::now();
    peer.order(&format!("choose {who} 9500 {note}")).await;
    product.sent_after(mark, "RequestAgentNotReady", dn, Some(reasons("do-not-disturb", note))).await;
    assert!(begin.elapsed() < within, "{who} {note}: after {:?}", begin.elapsed());
}

async fn one_counter(piggybacks: bool) {
    let mut arguments = vec!["--one-counter"];
    arguments.extend(piggybacks.then_some("--piggyback"));
    let mut peer = Peer::start(&arguments).await;
    for (_, who) in PEOPLE {
        peer.order(&format!("device {who} 3500")).await;
        peer.order(&format!("choose {who} 3500")).await;
    }
    for (_, who) in &PEOPLE[5..] {
        peer.order(&format!("move {who}@example.com 1")).await;
    }
    let addresses = PEOPLE.map(|(dn, who)| (dn, format!("sip:{who}@example.com")));
    let desks: Vec<_> = addresses.iter().map(|(dn, address)| (*dn, &**address)).collect();
    let settings = trusted(peer.port) + "transport = 'tcp'\n";
    let product = Rig::new().start_with(&desks, &settings, &grace()).await;
    for (dn, _) in PEOPLE {
        product.sent("RequestAgentReady", dn, None).await;
    }
    let (mut ticks, mut turn) = (interval(CHANGES), 0);
    let begin = Instant::now();
    // As many gaps as it takes to show that nothing is lost in either dialog.
    while begin.elapsed() < Duration::from_secs(20) {
        ticks.tick().await;
        turn += 1;
        let (_, who) = PEOPLE[turn % 7];
        peer.order(&format!("choose {who} 9500 early {turn}")).await;
    }
    product.counted("uc_plugin_lync_numbers_skipped_total", 1.0).await;
    let before = PEOPLE.map(|(dn, _)| product.agent_requests(dn).len());
    let begin = Instant::now();
    while begin.elapsed() < BUSY {
        ticks.tick().await;
        turn += 1;
        choose(&mut peer, &product, PEOPLE[turn % 7], &format!("busy {turn}"), AT_ONCE).await;
    }
    for ((dn, who), before) in PEOPLE.iter().zip(before) {
        let since = &product.agent_requests(dn)[before..];
        let unknown = Some(reasons("presence unknown", ""));
        assert!(since.iter().all(|(_, told)| *told != unknown), "{piggybacks}: {who} flaps: {since:?}");
        let most = peer.most_in_a_minute(&format!("{who}@example.com"));
        assert!(most < 10, "{piggybacks}: {who} was asked for {most} times in a minute");
    }
    // What is lost indeed is found all the same.
    let (mark, begin) = (product.t_server().mark(), Instant::now());
    peer.order("lose 1").await;
    peer.order("choose eve 6500 lost").await;
    peer.order("choose ann 9500 after").await;
    product.sent_after(mark, "RequestAgentNotReady", "5005", Some(reasons("busy", "lost"))).await;
    assert!(begin.elapsed() < FOUND, "{piggybacks}: found after {:?}", begin.elapsed());
    peer.is_content("one counter");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_counts_all_notifies_together_makes_nobody_flap_and_what_it_loses_is_found() {
    let both = [true, false].map(|piggybacks| tokio::spawn(one_counter(piggybacks)));
    for one in both {
        one.await.unwrap();
    }
}
