//! Servers that keep the connection and do nothing any more: frozen, or behind a cable that was pulled.

use crate::{
    KIM, WATCHER, front_end,
    lync::{RawPeer, Rig, reasons},
    settings, site, watching,
};
use uc_lab::front_end::{Mood, Presence};

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_is_left_for_the_next_one_and_nothing_is_missed() {
    let (first, second) = (front_end(site()).await, front_end(site()).await);
    let rig = Rig::new();
    let both = settings(&rig, &[&first, &second]) + "silence-limit = 2\n";
    let product = rig.start(&[("5002", KIM)], &both).await;
    product.sent("RequestAgentReady", "5002", None).await;
    first.mood(Mood::Stalled);
    second.set_presence(KIM, Presence { note: Some("meanwhile".into()), ..Presence::new(9500) }).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "meanwhile"))).await;
    assert_eq!((first.counts().registered, second.counts().registered), (1, 1));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_connections_but_never_answers_is_named_and_tried_again() {
    let front_end = front_end(site()).await;
    front_end.mood(Mood::Stalled);
    let product = watching(&front_end, &[("5002", KIM)], "silence-limit = 2\n").await;
    product.plugin_says(&["the server has said nothing for 2 s"]).await;
    front_end.heal();
    product.sent("RequestAgentReady", "5002", None).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_neither_reads_nor_writes_is_noticed() {
    let peer = RawPeer::listen_plain().await;
    let settings = format!(
        "transport = 'tcp'\nsilence-limit = 2\nservers = ['localhost:{}']\n\
         accounts = [{{ address = '{WATCHER}', auth = 'trusted' }}]\n",
        peer.port()
    );
    let (product, silent) =
        tokio::join!(Rig::new().start(&[("5002", KIM)], &settings), peer.sign_in_and_accept("fe", 1));
    product.plugin_says(&["the server has said nothing for 2 s"]).await;
    let mut again = peer.sign_in_and_accept("fe", 1).await;
    // An idle server that answers is kept.
    for _ in 0..3 {
        let probe = again.until("OPTIONS ").await;
        again.respond("200 OK", &probe, "s", "").await;
    }
    product.plugin_says(&["[+]"]).await;
    drop(silent);
    product.stop().await;
}
