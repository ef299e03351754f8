//! A reload while agents are shown: another instance takes the place of the one that shows them.

use crate::rig::{APPLICATION, Plugin, Pool, number, shown, site, watched};
use std::time::{Duration, Instant};
use uc_lab::front_end::{Crowd, Fault};
use uc_plugin_api::{
    Command, Publication,
    Standing::{Automatic, Manual},
    UserHandle,
};

const CROWD: u32 = 200;

fn agent(number: u32) -> String {
    format!("sip:agent{number}@example.com")
}

/// What the host says to each instance: whom to watch, and what is to be shown.
fn show_all(plugin: &Plugin) {
    let crowd = (0..CROWD).map(|agent_number| watched(UserHandle(1000 + agent_number), "agent", &agent(agent_number)));
    let kim = watched(number("kim"), "kim", &crate::rig::address("kim"));
    plugin.send(Command::Watch(crowd.chain([kim]).collect()));
    let busy = |agent| Publication {
        user: UserHandle(1000 + agent),
        presence: shown(6500, "on-the-phone", ""),
        standing: Automatic,
    };
    plugin.send(Command::Publish((0..CROWD).map(busy).collect()));
    plugin.publish("kim", shown(12_500, "", ""), Manual);
}

async fn all_shown(pool: &Pool) {
    let everybody = |server: &uc_lab::front_end::FrontEnd| {
        (0..CROWD).all(|number| server.presence(&agent(number)).unwrap().availability == 6500).then_some(())
    };
    pool.server.wait_for("everybody on the phone", everybody).await.unwrap();
    pool.chose("kim", Some(12_500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_shown_before_a_reload_is_shown_after_it_and_keeps_what_they_chose() {
    let mut site = site();
    site.crowds.push(Crowd { prefix: "agent".into(), count: CROWD, availability: None });
    let pool = Pool::start(site).await;
    let state = pool.authority.folder.path().join("state").display().to_string();
    let rates = |per_second: u32| {
        let more =
            format!("state-dir = '{state}'\nregistrations-per-second = 2000\npublications-per-second = {per_second}");
        pool.settings(APPLICATION, &more)
    };
    let mut desk = pool.client("kim").await;
    desk.choose(15_500).await;
    let mut plugin = Plugin::start(&rates(1000)).await;
    show_all(&plugin);
    all_shown(&pool).await;
    for round in 1..=3 {
        let begin = Instant::now();
        assert!(plugin.reload(&rates(1000 + round)).await, "its settings changed");
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "no instance waits for the other's file: {:?}",
            begin.elapsed()
        );
        // Nothing is taken back that the next instance shows again: nobody looks as they chose before for a moment.
        pool.chose("kim", Some(12_500)).await;
        show_all(&plugin);
        all_shown(&pool).await;
        assert_eq!(pool.server.counts().endpoints, CROWD as usize + 2, "one each, and kim's own client");
    }
    plugin.withdraw("kim");
    pool.chose("kim", Some(15_500)).await;
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_changes_nothing_tries_at_once_what_was_refused() {
    let pool = Pool::start(site()).await;
    let disabled = Some((4141, "User disabled".to_owned()));
    let refusal =
        Fault::Answer { method: "REGISTER".into(), status: 403, retry_after: None, diagnostics: disabled, count: 1 };
    pool.server.fault(refusal);
    let settings = pool.settings(APPLICATION, "");
    let mut plugin = Plugin::start(&settings).await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    assert!(plugin.outcome("kim").await.contains("4141"));
    assert!(!plugin.reload(&settings).await, "nothing changed");
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.publishes("kim").await;
    plugin.stop().await;
}
