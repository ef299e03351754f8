//! Changed settings and updated files are taken over while the host serves on.

use crate::fixtures::{Site, id, library, plugin};
use std::{
    fs,
    time::{Duration, Instant},
};
use uc_backoff::Backoff;
use uc_connector::plugins::{Change, PluginArrival};

#[tokio::test]
async fn changed_settings_reach_a_new_instance_and_unchanged_plugins_stay() {
    let site = Site::with(&["awkward", "fixed"]);
    let before = plugin("one", "awkward", "number = 3500") + &plugin("two", "fixed", "");
    let mut running = site.start(&before).await;
    running.until_started("one").await;
    // Neither another line nor a comment is a change for the plug-in behind it.
    let after =
        format!("# new\n{}# why\n{}", plugin("two", "fixed", "# none"), plugin("one", "awkward", "number = 6500"));
    assert_eq!(running.reload(site.config(&after)).await.unwrap(), [Change::Replaced(id("one"))]);
    running.until_started("one").await;
    running.watch("one");
    assert_eq!(running.until_presence("one").await, 6500);
}

#[tokio::test]
async fn an_updated_file_is_taken_over() {
    let site = Site::with(&["fixed"]);
    let lines = plugin("one", "fixed", "");
    let mut running = site.start(&lines).await;
    running.until_started("one").await;
    assert_eq!(running.reload(site.config(&lines)).await.unwrap(), []);
    site.put("libfixed.so", &fs::read(library("awkward")).unwrap());
    assert_eq!(running.reload(site.config(&lines)).await.unwrap(), [Change::Replaced(id("one"))]);
    let name = |arrival: &PluginArrival| match arrival {
        PluginArrival::Started { info, .. } => Some(info.name.to_string()),
        _ => None,
    };
    assert_eq!(running.until("one", name).await, "awkward");
    assert_eq!(running.call("one", "echo").await, Ok(b"body".to_vec()));
}

#[tokio::test]
async fn overwriting_the_file_in_place_does_not_touch_what_runs() {
    let site = Site::with(&["awkward"]);
    let lines = plugin("one", "awkward", "");
    let mut running = site.start(&lines).await;
    running.until_started("one").await;
    fs::write(site.path().join("libawkward.so"), b"not a library").unwrap();
    assert_eq!(running.call("one", "echo").await, Ok(b"body".to_vec()));
    let problems = running.reload(site.config(&lines)).await.unwrap_err();
    assert!(problems[0].message.contains("not a library"), "{}", problems[0]);
    assert_eq!(running.call("one", "echo").await, Ok(b"body".to_vec()));
}

#[tokio::test]
async fn on_any_error_everything_stays() {
    let site = Site::with(&["awkward", "fixed"]);
    let mut running = site.start(&plugin("one", "awkward", "number = 3500")).await;
    running.until_started("one").await;
    let changed = plugin("one", "awkward", "number = 6500");
    for wrong in [
        plugin("two", "fixed", "no = 1"),
        plugin("two", "absent", ""),
        plugin("two", "awkward", "failing-starts = 1000"),
    ] {
        let problems = running.reload(site.config(&format!("{changed}{wrong}"))).await.unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(running.plugins.handle(&id("two")).is_none());
        running.watch("one");
        assert_eq!(running.until_presence("one").await, 3500);
    }
}

#[tokio::test]
async fn plugins_come_and_go() {
    let site = Site::with(&["awkward", "fixed"]);
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    running.until_started("one").await;
    let changes = running.reload(site.config(&plugin("two", "fixed", ""))).await.unwrap();
    assert_eq!(changes, [Change::Removed(id("one")), Change::Added(id("two"))]);
    running.until("one", |arrival| matches!(arrival, PluginArrival::Stopped { .. }).then_some(())).await;
    running.until_started("two").await;
    assert!(running.plugins.handle(&id("one")).is_none());
}

#[tokio::test]
async fn a_new_deadline_holds_for_plugins_that_did_not_change() {
    let mut site = Site::with(&["awkward"]);
    site.stop_seconds = 3600;
    let lines = plugin("one", "awkward", "stop = \"waits\"");
    let mut running = site.start(&lines).await;
    running.until_started("one").await;
    site.stop_seconds = 1;
    assert_eq!(running.reload(site.config(&lines)).await.unwrap(), []);
    tokio::time::timeout(Duration::from_secs(30), running.plugins.stop()).await.expect("the new deadline");
}

#[tokio::test]
async fn the_next_instance_is_used_when_the_one_before_is_out_and_the_last_of_several_wins() {
    let mut site = Site::with(&["awkward"]);
    site.stop_seconds = 1;
    let settings = |number: u32| plugin("one", "awkward", &format!("stop = \"waits\"\nnumber = {number}"));
    let mut running = site.start(&settings(3500)).await;
    running.until_started("one").await;
    let begin = Instant::now();
    for number in [6500, 9500] {
        assert_eq!(running.reload(site.config(&settings(number))).await.unwrap(), [Change::Replaced(id("one"))]);
    }
    running.until_started("one").await;
    assert!(begin.elapsed() >= Duration::from_secs(1), "the first one used the time it has");
    running.watch("one");
    assert_eq!(running.until_presence("one").await, 9500);
    let rest: Vec<_> = std::iter::from_fn(|| running.arrivals.try_recv().ok()).collect();
    assert!(!rest.iter().any(|arrival| matches!(arrival, PluginArrival::Started { .. })), "{rest:?}");
    tokio::time::timeout(Duration::from_secs(10), running.plugins.stop()).await.expect("it ends");
}

#[tokio::test]
async fn a_reload_that_changes_nothing_starts_at_once_what_waits_for_its_next_start() {
    let mut site = Site::with(&["awkward"]);
    site.restart = Backoff::new(Duration::from_secs(600), Duration::from_secs(600));
    let lines = plugin("one", "awkward", "failing-starts = 1");
    let mut running = site.start(&lines).await;
    running.until_failed("one").await;
    assert_eq!(running.reload(site.config(&lines)).await.unwrap(), []);
    running.until_started("one").await;
    running.plugins.stop().await;
}
