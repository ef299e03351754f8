//! A Front End that refuses, ignores or delays each kind of request in turn: the agent is published all the same.

use crate::rig::{Pool, shown, site};
use std::time::Duration;
use uc_lab::front_end::Fault;
use uc_plugin_api::Standing::Automatic;

/// What an agent's endpoint sends.
const METHODS: [&str; 3] = ["REGISTER", "SUBSCRIBE", "SERVICE"];

fn moods(method: &str) -> Vec<Fault> {
    let answer = |status, retry_after, count| Fault::Answer {
        method: method.into(),
        status,
        retry_after,
        diagnostics: None,
        count,
    };
    vec![
        Fault::Ignore { method: method.into(), count: 1 },
        Fault::Delay { method: method.into(), time: Duration::from_millis(300), count: 3 },
        answer(500, None, 1),
        answer(503, Some(1), 2),
        answer(504, None, 1),
    ]
}

async fn is_published_under(mood: Fault) {
    let pool = Pool::start(site()).await;
    pool.server.fault(mood);
    let plugin = pool.plugin("").await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.stop().await;
    pool.has_published_nothing("kim").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_request_is_refused_ignored_or_delayed_the_agent_is_published_in_the_end() {
    let all =
        METHODS.into_iter().flat_map(moods).map(|mood| (format!("{mood:?}"), tokio::spawn(is_published_under(mood))));
    for (mood, one) in all.collect::<Vec<_>>() {
        assert!(one.await.is_ok(), "{mood}");
    }
}
