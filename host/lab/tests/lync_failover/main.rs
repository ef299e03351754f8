//! The Front End fails in every way it can, ten thousand workers are watched, and some change meanwhile. Afterwards
//! everybody is right, and nobody was asked more often than needed.
#![allow(clippy::unwrap_used, reason = "tests")]

mod crowd;
#[path = "../lync/mod.rs"]
mod lync;
mod relay;

use crowd::{BATCH, Crowd, PATIENCE, WORKERS, front_end};
use lync::Rig;
use relay::Relay;
use tokio::sync::Mutex;
use uc_lab::front_end::{Counts, FrontEnd};

/// Ten thousand workers are enough for one machine; `nextest` keeps other tests away as well.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Counts before a failure.
struct Before {
    front_end: Counts,
    requests: u64,
}

impl Before {
    fn of(crowd: &Crowd, front_end: &FrontEnd) -> Self {
        Self { front_end: front_end.counts(), requests: crowd.product.t_server().requests() }
    }

    /// One sign-in, one round of batches, and one request for each worker who changed.
    fn no_storm(&self, crowd: &Crowd, front_end: &FrontEnd, changed: usize) {
        let (before, now) = (&self.front_end, front_end.counts());
        assert!(now.accepted - before.accepted <= 2, "connections: {now:?}");
        assert!(now.registered - before.registered <= 2, "sign-ins: {now:?}");
        let rounds = now.subscribes - before.subscribes;
        assert!(rounds <= WORKERS as u64 / BATCH + 10, "subscriptions: {rounds} of {now:?}");
        assert_eq!(now.bad_signatures + now.refused + now.malformed, 0, "{now:?}");
        assert_eq!(crowd.product.t_server().requests() - self.requests, changed as u64, "requests to the T-Server");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_is_killed_and_comes_back() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let rig = Rig::new();
    let server = front_end(&rig).await;
    let mut crowd = Crowd::gather(rig, &[server.addr().port()]).await;
    let before = Before::of(&crowd, &server);
    server.kill().await;
    let changed = crowd.show(&[&server], 100, 6500);
    server.restart_on_same_port().await.unwrap();
    crowd.everybody_is_right(PATIENCE).await;
    before.no_storm(&crowd, &server, changed);
    crowd.product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_is_cut_without_a_word() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let rig = Rig::new();
    let server = front_end(&rig).await;
    let relay = Relay::to(server.addr()).await;
    let mut crowd = Crowd::gather(rig, &[relay.port()]).await;
    let before = Before::of(&crowd, &server);
    relay.cut();
    let changed = crowd.show(&[&server], 100, 9500);
    crowd.everybody_is_right(PATIENCE).await;
    before.no_storm(&crowd, &server, changed);
    crowd.product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_has_lost_registrations_and_subscriptions() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let rig = Rig::new();
    let server = front_end(&rig).await;
    let mut crowd = Crowd::gather(rig, &[server.addr().port()]).await;
    let before = Before::of(&crowd, &server);
    server.lose_registrations();
    let changed = crowd.show(&[&server], 100, 6500);
    crowd.everybody_is_right(PATIENCE).await;
    before.no_storm(&crowd, &server, changed);
    server.wait_for_counts("the endpoint is back", |counts| counts.endpoints == 1).await.unwrap();
    crowd.product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_front_end_of_the_pool_takes_over() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let rig = Rig::new();
    let (first, second) = (front_end(&rig).await, front_end(&rig).await);
    let mut crowd = Crowd::gather(rig, &[first.addr().port(), second.addr().port()]).await;
    let before = Before::of(&crowd, &second);
    first.kill().await;
    let changed = crowd.show(&[&second], 100, 6500);
    crowd.everybody_is_right(PATIENCE).await;
    before.no_storm(&crowd, &second, changed);
    crowd.product.stop().await;
}
