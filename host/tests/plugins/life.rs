//! Start, failures of every kind, restart, end.

use crate::fixtures::{PATIENCE, Running, Site, id, plugin};
use std::{
    fs,
    time::{Duration, Instant},
};
use uc_backoff::Backoff;
use uc_connector::plugins::{self, Libraries, PluginArrival, Plugins};
use uc_plugin_api::{Action, Command, Event, LinkStatus, UserAction, UserHandle};

#[tokio::test]
async fn everyone_is_available_with_the_shortest_plugin() {
    let site = Site::with(&["fixed"]);
    let mut running = site.start(&plugin("fixed", "fixed", "")).await;
    running.until_started("fixed").await;
    running.watch("fixed");
    assert_eq!(running.until_presence("fixed").await, 3500);
    running.plugins.stop().await;
    let rest: Vec<_> = std::iter::from_fn(|| running.arrivals.try_recv().ok()).collect();
    assert!(matches!(rest.last(), Some(PluginArrival::Stopped { .. })), "{rest:?}");
}

#[tokio::test]
async fn what_was_prepared_starts_whatever_has_become_of_the_files() {
    let site = Site::with(&["fixed"]);
    let (owner, arrivals) = plugins::arrivals();
    let config = site.config(&plugin("fixed", "fixed", ""));
    let mut running = Running { plugins: Plugins::none(&config, owner), arrivals };
    running.plugins.prepare(Libraries::read(&config).await.unwrap());
    fs::remove_file(site.path().join("libfixed.so")).unwrap();
    assert!(running.plugins.loaded().is_empty(), "nothing runs yet");
    running.plugins.begin(config).await.unwrap();
    running.until_started("fixed").await;
    running.plugins.stop().await;
}

#[tokio::test]
async fn a_panic_in_one_plugin_leaves_the_others_alone() {
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&(plugin("one", "awkward", "") + &plugin("two", "awkward", "number = 6500"))).await;
    running.until_all_started().await;
    for (op, expected) in [
        ("panic", "panicked (a bug in the plug-in): in a call"),
        ("panic-oddly", "panicked (a bug in the plug-in): without a text"),
        ("panic-in-task", "task doomed panicked (a bug in the plug-in): in a task"),
        ("fail-in-task", "task tired: had enough"),
    ] {
        let _ = running.call("one", op).await;
        assert_eq!(running.until_failed("one").await, expected);
        assert_eq!(running.call("two", "echo").await, Ok(b"body".to_vec()));
        running.until_started("one").await;
    }
    running.watch("two");
    assert_eq!(running.until_presence("two").await, 6500);
    assert_eq!(running.call("one", "panic-in-thread").await, Ok(b"gone".to_vec()));
    running.plugins.stop().await;
}

#[tokio::test]
async fn a_command_that_panics_or_fails_ends_the_instance() {
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    for (command, expected) in
        [(Command::Unwatch(vec![].into()), "nobody to unwatch"), (Command::Withdraw(vec![].into()), "told to give up")]
    {
        running.until_started("one").await;
        running.plugins.handle(&id("one")).unwrap().send(command).unwrap();
        assert!(running.until_failed("one").await.contains(expected));
    }
    running.until_started("one").await;
    running.watch("one");
    assert_eq!(running.until_presence("one").await, 3500, "the new instance is reached through the old handle");
}

#[tokio::test]
async fn commands_are_handed_back_while_no_instance_runs() {
    let mut site = Site::with(&["awkward"]);
    site.restart = Backoff::new(Duration::from_secs(600), Duration::from_secs(600));
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    running.until_started("one").await;
    let _ = running.call("one", "panic").await;
    assert!(running.until_failed("one").await.contains("in a call"));
    let command = Command::Withdraw(vec![].into());
    assert_eq!(running.plugins.handle(&id("one")).unwrap().send(command.clone()), Err(command));
    assert!(running.call("one", "echo").await.unwrap_err().contains("does not run now"));
}

#[tokio::test]
async fn a_start_that_fails_is_tried_again() {
    let site = Site::with(&["awkward", "fixed"]);
    let lines = plugin("one", "awkward", "failing-starts = 2") + &plugin("two", "fixed", "");
    let mut running = site.start(&lines).await;
    assert_eq!(running.until_failed("one").await, "not yet; wait a little");
    assert_eq!(running.until_failed("one").await, "not yet; wait a little");
    running.until_started("one").await;
}

#[tokio::test]
async fn a_start_that_hangs_is_given_up_and_others_work() {
    let site = Site::with(&["awkward", "fixed"]);
    let lines = plugin("one", "awkward", "hang-in-start = true") + &plugin("two", "fixed", "");
    let mut running = site.start(&lines).await;
    running.until_started("two").await;
    running.watch("two");
    assert_eq!(running.until_presence("two").await, 3500);
    assert!(running.until_failed("one").await.contains("did not start within 10 s"));
}

#[tokio::test]
async fn a_hang_in_stop_ends_at_the_deadline() {
    for stop in ["waits", "spins", "panics"] {
        let mut site = Site::with(&["awkward"]);
        site.stop_seconds = 1;
        let mut running = site.start(&plugin("one", "awkward", &format!("stop = \"{stop}\""))).await;
        running.until_started("one").await;
        let before = Instant::now();
        running.plugins.stop().await;
        assert!(before.elapsed() < PATIENCE, "{stop}: {:?}", before.elapsed());
    }
}

#[tokio::test]
async fn a_flood_stops_at_a_bounded_queue_and_disturbs_nobody() {
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&(plugin("one", "awkward", "") + &plugin("two", "awkward", "number = 6500"))).await;
    running.until_all_started().await;
    running.call("one", "flood").await.unwrap();
    running.watch("two");
    assert_eq!(running.until_presence("two").await, 6500);
    // Nobody takes anything any more: what waits is the instance's lane.
    tokio::time::timeout(PATIENCE, running.plugins.stop()).await.expect("a flood does not hold up the end");
    let mut left = 0;
    while let Ok(arrival) = running.arrivals.try_recv() {
        left += usize::from(matches!(arrival, PluginArrival::Event { event: Event::Presence(_), .. }));
    }
    assert!(left <= 1024, "{left}");
}

#[tokio::test]
async fn a_plugin_that_hangs_in_a_command_is_seen_and_recovers() {
    let mut site = Site::with(&["awkward"]);
    // Long enough for `one` to take its second command and for `two` to finish its own.
    site.commands = Duration::from_secs(2);
    let mut running = site.start(&(plugin("one", "awkward", "") + &plugin("two", "awkward", "number = 6500"))).await;
    running.until_all_started().await;
    let mut hanging = running.plugins.hanging();
    let file = site.path().join("released");
    let action = Action::Choose(file.to_str().unwrap().into());
    let hang = Command::Act(UserAction { user: UserHandle(1), action });
    running.plugins.handle(&id("one")).unwrap().send(hang).unwrap();
    running.watch("one");
    running.watch("two");
    assert_eq!(running.until_presence("two").await, 6500);
    let seen = tokio::time::timeout(PATIENCE, hanging.wait_for(|hanging| !hanging.is_empty())).await.unwrap();
    let seen = seen.unwrap().clone();
    assert!(seen[&id("one")].contains("hangs in a command") && seen[&id("one")].contains("2 wait"), "{seen:?}");
    assert_eq!(seen.len(), 1, "{seen:?}");
    fs::write(file, "").unwrap();
    tokio::time::timeout(PATIENCE, hanging.wait_for(|hanging| hanging.is_empty())).await.unwrap().unwrap();
    assert_eq!(running.until_presence("one").await, 3500);
    running.plugins.stop().await;
}

#[tokio::test]
async fn a_plugin_whose_thread_is_blocked_is_told_to_the_owner_and_when_it_goes_on() {
    let mut site = Site::with(&["awkward"]);
    site.commands = Duration::from_millis(400);
    let mut running = site.start(&(plugin("one", "awkward", "") + &plugin("two", "awkward", "number = 6500"))).await;
    running.until_all_started().await;
    let (mut tries, mut hanging) = (0..3, running.plugins.hanging());
    let (file, blocked) = loop {
        let file = site.path().join(format!("released {}", tries.next().expect("it is seen")));
        let (handle, until) = (running.plugins.handle(&id("one")).unwrap().clone(), file.to_str().unwrap().into());
        let blocked = tokio::spawn(async move { handle.call("block", until).await });
        let hangs = running.until("one", |arrival| matches!(arrival, PluginArrival::Hangs { .. }).then_some(()));
        if tokio::time::timeout(PATIENCE / 3, hangs).await.is_ok() {
            break (file, blocked);
        }
        // It was blocked before it could answer the first question, and does so now.
        fs::write(file, "").unwrap();
        let _ = blocked.await.unwrap();
        tokio::time::timeout(PATIENCE, hanging.wait_for(|hanging| hanging.is_empty())).await.unwrap().unwrap();
    };
    running.watch("two");
    assert_eq!(running.until_presence("two").await, 6500);
    fs::write(file, "").unwrap();
    running.until("one", |arrival| matches!(arrival, PluginArrival::Answers { .. }).then_some(())).await;
    // However late its answer is.
    let _ = blocked.await.unwrap();
    running.plugins.stop().await;
}

#[tokio::test]
async fn an_instance_that_is_exchanged_hangs_no_longer() {
    let mut site = Site::with(&["awkward"]);
    site.commands = Duration::from_millis(400);
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    running.until_started("one").await;
    let mut hanging = running.plugins.hanging();
    let hang = Command::Act(UserAction { user: UserHandle(1), action: Action::Choose("/never".into()) });
    running.plugins.handle(&id("one")).unwrap().send(hang).unwrap();
    tokio::time::timeout(PATIENCE, hanging.wait_for(|hanging| !hanging.is_empty())).await.unwrap().unwrap();
    running.reload(site.config(&plugin("one", "awkward", "number = 6500"))).await.unwrap();
    tokio::time::timeout(PATIENCE, hanging.wait_for(|hanging| hanging.is_empty())).await.unwrap().unwrap();
    running.until_started("one").await;
    running.watch("one");
    assert_eq!(running.until_presence("one").await, 6500);
}

#[tokio::test]
async fn equal_link_reports_do_not_reach_the_hub() {
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    running.until_started("one").await;
    running.plugins.call(&id("one"), "flood-of-links", b"3000".to_vec()).await.unwrap();
    let mut said = Vec::new();
    running
        .until("one", |arrival| match arrival {
            PluginArrival::Event { event: Event::Link(status, _), .. } => {
                said.push(*status);
                (*status == LinkStatus::Down).then_some(())
            }
            _ => None,
        })
        .await;
    assert_eq!(said, [LinkStatus::Up, LinkStatus::Degraded, LinkStatus::Down]);
}

#[tokio::test]
async fn calls_are_answered_or_refused() {
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&plugin("one", "awkward", "")).await;
    running.until_started("one").await;
    assert_eq!(running.call("one", "echo").await, Ok(b"body".to_vec()));
    assert_eq!(running.call("one", "dance").await, Err("does not know the operation \"dance\"".to_owned()));
    assert_eq!(running.call("one", "fail").await, Err("as asked".to_owned()));
    assert!(running.call("none", "echo").await.unwrap_err().contains("no plug-in none is configured"));
    assert!(running.call("one", "hang").await.unwrap_err().contains("no answer to the call"));
}
