//! Agents whom the directory gives no address, or somebody else's.

use crate::rig::{AGENTS, Pool, address, number, shown, site, watched};
use uc_plugin_api::{Command, Standing::Automatic, UserHandle};

#[tokio::test(flavor = "multi_thread")]
async fn agents_without_an_address_of_their_own_are_named() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    let (kim, twin, nobody) = (number("kim"), UserHandle(70), UserHandle(71));
    plugin.send(Command::Watch(
        vec![
            watched(kim, AGENTS[0], &address("kim")),
            watched(twin, "twin", "sip:KIM@example.com"),
            watched(nobody, "nobody", ""),
        ]
        .into(),
    ));
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    let told = plugin.outcome_of(twin).await;
    assert!(told.contains("twin has the same SIP address as kim"), "{told}");
    pool.shows_state("kim", 6500, "on-the-phone").await;

    // The first one is gone: the second has the address now.
    plugin.send(Command::Publish(
        vec![uc_plugin_api::Publication { user: twin, presence: shown(12_500, "", ""), standing: Automatic }].into(),
    ));
    plugin.send(Command::Unwatch(vec![kim].into()));
    pool.shows_state("kim", 12_500, "").await;
    assert_eq!(plugin.outcome_of(twin).await, "");
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_to_another_address_leaves_nothing_at_the_old_one() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.send(Command::Watch(vec![watched(number("kim"), "kim", &address("ray"))].into()));
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("ray", 6500, "on-the-phone").await;
    pool.shows_state("kim", 18_500, "").await;
    pool.has_published_nothing("kim").await;
    plugin.stop().await;
}
