//! How it ends.

use crate::rig::{AGENTS, Pool, shown, site};
use uc_plugin_api::{
    Command,
    Standing::{Automatic, Manual},
};

async fn all_published(pool: &Pool, plugin: &crate::rig::Plugin) {
    plugin.watch(&AGENTS);
    plugin.publish("kim", shown(6500, "on-the-phone", "calling"), Automatic);
    plugin.publish("lee", shown(12_500, "", "After call work"), Automatic);
    plugin.publish("ray", shown(9500, "", ""), Manual);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    pool.shows_state("lee", 12_500, "").await;
    pool.shows_state("ray", 9500, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_stop_leaves_nothing() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("").await;
    all_published(&pool, &plugin).await;
    plugin.stop().await;
    for agent in AGENTS {
        pool.has_published_nothing(agent).await;
    }
    pool.has_nobody().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_leaves_nothing_but_what_is_not_bound_to_the_endpoint() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("").await;
    all_published(&pool, &plugin).await;
    // To the server a crash is a connection that ends without a word.
    pool.server.kill().await;
    for agent in ["kim", "lee"] {
        pool.has_published_nothing(agent).await;
    }
    pool.shows_state("ray", 18_500, "").await;
    assert_eq!(pool.published("ray").len(), 2);
    assert_eq!(pool.choice("ray"), Some(9500));
    drop(plugin);
}

/// To the server a crash is a connection that ends without a word; the file is what the next life has.
#[tokio::test(flavor = "multi_thread")]
async fn what_ours_replaced_is_put_back_by_the_next_life() {
    for (watched, wanted) in [(true, true), (true, false), (false, false)] {
        let pool = Pool::start(site()).await;
        let state = format!("state-dir = '{}'", pool.authority.folder.path().join("state").display());
        pool.client("ray").await.choose(15_500).await;
        let plugin = pool.plugin(&state).await;
        plugin.watch(&["ray"]);
        plugin.publish("ray", shown(12_500, "", ""), Manual);
        pool.chose("ray", Some(12_500)).await;
        pool.server.kill().await;
        plugin.stop().await;
        pool.server.restart_on_same_port().await.unwrap();
        assert_eq!(pool.choice("ray"), Some(12_500));

        let mut plugin = pool.plugin(&state).await;
        plugin.watch(if watched { &["ray"] } else { &[] });
        if wanted {
            plugin.publish("ray", shown(12_500, "", ""), Manual);
            assert_eq!(plugin.outcome("ray").await, "");
            assert_eq!(pool.choice("ray"), Some(12_500));
            plugin.withdraw("ray");
        }
        pool.chose("ray", Some(15_500)).await;
        plugin.stop().await;
        assert_eq!(pool.choice("ray"), Some(15_500), "nobody touches it any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_watched_any_more_is_withdrawn_and_signed_out() {
    let pool = Pool::start(site()).await;
    let plugin = pool.plugin("").await;
    all_published(&pool, &plugin).await;
    plugin.send(Command::Unwatch(AGENTS.map(crate::rig::number).to_vec().into()));
    pool.has_nobody().await;
    for agent in AGENTS {
        pool.has_published_nothing(agent).await;
    }
    plugin.stop().await;
}
