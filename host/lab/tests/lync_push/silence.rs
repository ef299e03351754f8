//! Servers that say nothing, and connections that are gone.

use crate::rig::{Pool, shown, site};
use uc_lab::front_end::{Fault, Mood};
use uc_plugin_api::{
    LinkStatus::{Down, Up},
    Standing::{Automatic, Manual},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_given_up_and_everything_is_published_anew() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("silence-limit = 2").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.link(Up).await;
    pool.server.mood(Mood::Stalled);
    plugin.publish("kim", shown(12_500, "", ""), Manual);
    let why = plugin.link(Down).await;
    assert!(why.contains("has said nothing for 2 s"), "{why}");
    pool.server.heal();
    plugin.link(Up).await;
    pool.shows_state("kim", 12_500, "").await;
    plugin.withdraw("kim");
    pool.chose("kim", None).await;
    plugin.stop().await;
    pool.has_published_nothing("kim").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_takes_everything_along_and_the_next_one_brings_it_back() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim", "lee"]);
    plugin.publish("kim", shown(6500, "on-the-phone", "calling"), Automatic);
    plugin.publish("lee", shown(9500, "", ""), Manual);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    pool.shows_state("lee", 9500, "").await;
    plugin.link(Up).await;
    pool.server.kill().await;
    plugin.link(Down).await;
    pool.has_published_nothing("kim").await;
    plugin.publish("lee", shown(3500, "", ""), Automatic);
    pool.server.restart_on_same_port().await.unwrap();
    pool.shows("kim", "on the phone, with a note", |seen| seen.availability == 6500 && seen.note.is_some()).await;
    pool.shows_state("lee", 3500, "").await;
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_without_an_answer_is_one_agents_affair() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("register = 'at-start'").await;
    pool.server.fault(Fault::Ignore { method: "SERVICE".into(), count: 1 });
    plugin.watch(&["kim"]);
    pool.server.wait_for_counts("kim's publication", |counts| counts.services == 1).await.unwrap();
    plugin.watch(&["lee"]);
    plugin.publish("lee", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("lee", 6500, "on-the-phone").await;
    plugin.stop().await;
}
