//! The agent's own choice beside and under what is published for them.

use crate::rig::{Pool, shown, site};
use uc_lab::front_end::Fault;
use uc_plugin_api::{
    Availability,
    Standing::{Automatic, Manual},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_do_not_disturb_survives_a_day_of_calls() {
    let pool = Pool::start(site()).await;
    let mut client = pool.client("kim").await;
    client.device(3500).await;
    client.choose(9500).await;
    let mut plugin = pool.plugin("publications-per-minute = 600").await;
    plugin.watch(&["kim"]);
    pool.shows_state("kim", 9500, "").await;
    for _ in 0..20 {
        plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
        pool.publishes_call("kim", true).await;
        pool.shows_state("kim", 9500, "").await;
        plugin.withdraw("kim");
        pool.publishes_call("kim", false).await;
    }
    pool.shows_state("kim", 9500, "").await;
    let chosen = plugin.rest().into_iter().any(|event| matches!(event, uc_plugin_api::Event::Chosen(_)));
    assert!(!chosen, "the agent chose nothing meanwhile");
    plugin.stop().await;
    pool.chose("kim", Some(9500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ours_replaced_is_put_back() {
    let pool = Pool::start(site()).await;
    let mut client = pool.client("kim").await;
    client.choose(15_500).await;
    let plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(12_500, "", ""), Manual);
    pool.chose("kim", Some(12_500)).await;
    plugin.publish("kim", shown(9500, "", ""), Manual);
    pool.chose("kim", Some(9500)).await;
    plugin.withdraw("kim");
    pool.chose("kim", Some(15_500)).await;
    plugin.publish("kim", shown(12_500, "", ""), Manual);
    pool.chose("kim", Some(12_500)).await;
    // A clean stop puts it back as well.
    plugin.stop().await;
    pool.chose("kim", Some(15_500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn own_data_without_a_list_of_publications_is_no_choice_of_the_agents() {
    let pool = Pool::start(site()).await;
    let mut client = pool.client("kim").await;
    client.choose(15_500).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(12_500, "", ""), Manual);
    pool.chose("kim", Some(12_500)).await;
    let before = pool.server.counts().accepted;
    pool.server.fault(Fault::UnlistedFirst { count: 1 });
    pool.server.close_connections();
    pool.server.wait_for_counts("the plug-in again", |counts| counts.accepted > before).await.unwrap();
    plugin.publish("kim", shown(9500, "", ""), Manual);
    pool.chose("kim", Some(9500)).await;
    plugin.withdraw("kim");
    pool.chose("kim", Some(15_500)).await;
    let chosen = plugin.rest().into_iter().any(|event| matches!(event, uc_plugin_api::Event::Chosen(_)));
    assert!(!chosen, "the agent chose nothing meanwhile");
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_chooses_is_told_and_stays() {
    let pool = Pool::start(site()).await;
    let mut client = pool.client("kim").await;
    client.choose(3500).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    assert_eq!(plugin.outcome("kim").await, "");
    client.choose(12_500).await;
    assert_eq!(plugin.chosen("kim").await, Availability::BeRightBack, "hidden by nothing: the call is less");

    plugin.publish("kim", shown(15_500, "", ""), Manual);
    pool.chose("kim", Some(15_500)).await;
    client.choose(9500).await;
    assert_eq!(plugin.chosen("kim").await, Availability::DoNotDisturb);
    client.take_back().await;
    assert_eq!(plugin.chosen("kim").await, Availability::Unknown);
    plugin.withdraw("kim");
    plugin.stop().await;
    pool.has_nobody_but(1).await;
    assert_eq!(pool.choice("kim"), None, "the agent's own word is the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_own_note_shows_again_when_ours_is_gone() {
    let pool = Pool::start(site()).await;
    let mut client = pool.client("kim").await;
    client.choose(3500).await;
    client.note("at my desk").await;
    let plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(0, "", "After call work"), Automatic);
    pool.shows("kim", "with our note", |seen| seen.note.as_deref() == Some("After call work")).await;
    plugin.publish("kim", shown(0, "", ""), Automatic);
    pool.shows("kim", "with their own", |seen| seen.note.as_deref() == Some("at my desk")).await;
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn this_endpoint_alone_makes_nobody_look_present_unless_it_is_told_to() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("device = 'off'").await;
    plugin.watch(&["kim", "lee"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.publishes_call("kim", true).await;
    pool.shows_state("kim", 18_500, "").await;
    let mut client = pool.client("kim").await;
    client.device(3500).await;
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.stop().await;
}
