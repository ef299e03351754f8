//! Versions that are others than believed.

use crate::rig::{Pool, shown, site};
use uc_lab::front_end::Fault;
use uc_plugin_api::Standing::Automatic;

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_repaired_by_the_servers_number() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    pool.server.fault(Fault::Conflict { index: 2, version: 41, count: 3 });
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    assert_eq!(plugin.outcome("kim").await, "");
    assert!(pool.server.counts().conflicts >= 3);
    plugin.stop().await;
    pool.has_published_nothing("kim").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_for_ever_are_told_of_one_agent_and_end_with_their_cause() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    pool.server.fault(Fault::Conflict { index: 1, version: 7, count: u32::MAX });
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    let told = plugin.outcome("kim").await;
    assert!(told.contains("(409)") && told.contains("second connector"), "{told}");
    pool.server.heal();
    plugin.publishes("kim").await;
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.stop().await;
}
