//! Thousands of agents over a few connections.

use crate::rig::{Pool, shown, site, watched};
use std::cell::Cell;
use uc_lab::front_end::Crowd;
use uc_plugin_api::{Command, Publication, Standing::Automatic, UserHandle};

const AGENTS: u32 = 2000;

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_agents_are_published_lost_and_published_again() {
    let mut site = site();
    site.crowds.push(Crowd { prefix: "agent".into(), count: AGENTS, availability: None });
    let pool = Pool::start(site).await;
    let rates = "connections = 2\nregistrations-per-second = 2000\npublications-per-second = 5000";
    let plugin = pool.plugin(rates).await;
    let address = |agent: u32| format!("sip:agent{agent}@example.com");
    let all = || 0..AGENTS;
    plugin
        .send(Command::Watch(all().map(|agent| watched(UserHandle(1000 + agent), "agent", &address(agent))).collect()));
    let busy = |agent| Publication {
        user: UserHandle(1000 + agent),
        presence: shown(6500, "on-the-phone", ""),
        standing: Automatic,
    };
    plugin.send(Command::Publish(all().map(busy).collect()));
    // Asked at every change: it goes on from whoever was wrong the last time, and looks at all again in the end.
    let everybody = |number: u32| {
        let (address, first) = (&address, Cell::new(0));
        move |server: &uc_lab::front_end::FrontEnd| {
            let wrong = |agent: &u32| server.presence(&address(*agent)).unwrap().availability != number;
            let found = (first.get()..AGENTS).find(wrong).or_else(|| all().find(wrong));
            first.set(found.unwrap_or(0));
            found.is_none().then_some(())
        }
    };
    pool.server.wait_for("everybody on the phone", everybody(6500)).await.unwrap();
    assert_eq!(pool.server.counts().endpoints, AGENTS as usize, "one each");
    pool.server.kill().await;
    pool.server.restart_on_same_port().await.unwrap();
    pool.server.wait_for("everybody on the phone again", everybody(6500)).await.unwrap();
    plugin.send(Command::Withdraw(all().map(|agent| UserHandle(1000 + agent)).collect()));
    pool.server.wait_for("everybody off", everybody(18_500)).await.unwrap();
    plugin.stop().await;
    pool.has_nobody().await;
}
