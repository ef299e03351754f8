//! Presence propagation with somebody absent whose last choice was to be available. Our own endpoint for them has no
//! state of its own at first, so that they look available until it has been taken: no order of what is registered,
//! published and told may let a call be routed to nobody.

use crate::site::{DN, KIM, PROPAGATION, Site, kim_signs_in, kim_wants_to_be_available, users};
use std::time::Duration;
use uc_connector::{agent_link::AgentStatus, tlib::Message};
use uc_lab::{
    front_end::{Config, Counts, Fault, FrontEnd, OFFLINE, Presence},
    t_server::{Direction, TServer},
};

/// Between a publication's arrival and its effect.
const SLOW: Duration = Duration::from_millis(50);

/// Kim chose to be available and left; the Front End takes its time with publications.
async fn left() -> FrontEnd {
    let front_end = FrontEnd::start(Config::for_tests(users())).await.unwrap();
    let mut kim = kim_signs_in(&front_end).await;
    kim_wants_to_be_available(&mut kim).await;
    drop(kim);
    let gone = |server: &FrontEnd| (server.presence(KIM).unwrap().availability == OFFLINE).then_some(());
    front_end.wait_for("Kim gone", gone).await.unwrap();
    front_end.fault(Fault::Delay { method: "SERVICE".into(), time: SLOW, count: u32::MAX });
    front_end
}

/// Logged in by another desktop, in After Call Work.
fn wraps_up(t_server: &TServer) {
    for (name, mode) in [("RequestAgentLogin", None), ("RequestAgentNotReady", Some("AfterCallWork"))] {
        let request = Message::new(name).with("thisDN", DN).with("agentID", "1001");
        t_server.act(&request.with_some("agentWorkMode", mode)).unwrap();
    }
}

/// Waits until the watcher and Kim are registered by the product, and Kim is said to be at no device.
async fn registered(front_end: &FrontEnd, since: &Counts) {
    let there = |now: &Counts| now.registered >= since.registered + 2 && now.services > since.services;
    front_end.wait_for_counts("Kim's endpoint of the product", there).await.unwrap();
}

/// What Kim shows next is known, so everything before it was: nobody was ready at any time.
async fn nobody_was_ready(site: &Site) {
    let mark = site.t_server.mark();
    site.front_end.set_presence(KIM, Presence::new(9500)).unwrap();
    site.asked(mark, "RequestAgentNotReady", Some("do-not-disturb")).await;
    let log = site.t_server.log();
    let ready = |entry: &&uc_lab::t_server::Entry| match entry.direction {
        Direction::Received => entry.message.name == "RequestAgentReady",
        Direction::Sent => entry.message.name == "EventAgentReady",
    };
    assert_eq!(log.iter().filter(ready).count(), 0, "{:?}", site.agent_requests(0));
    assert_ne!(site.t_server.agent(DN).map(|(_, status, _)| status), Some(AgentStatus::Ready));
}

async fn stays_absent(register: &str, before: fn(&TServer)) {
    let plugins = PROPAGATION.replace("[web]", &format!("register = '{register}'\n[web]"));
    let front_end = left().await;
    let start = front_end.counts();
    let site = Site::prepared(front_end, &plugins, 3600, before).await;
    registered(&site.front_end, &start).await;
    let lost = site.front_end.counts();
    site.front_end.close_connections();
    registered(&site.front_end, &lost).await;
    nobody_was_ready(&site).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_absent_in_after_call_work_is_not_made_ready_by_our_own_endpoint() {
    stays_absent("when-shown", wraps_up).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_by_one_that_registers_at_start() {
    stays_absent("at-start", wraps_up).await;
    stays_absent("at-start", |_| ()).await;
}
