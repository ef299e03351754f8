//! Presence propagation with somebody absent whose last choice was to be available. Our own endpoint for them has no
//! state of its own at first, so that they look available until it has been taken: no order of what is registered,
//! published and told may let a call be routed to nobody.

use crate::{
    front_end::{self, client::Client, publish, state},
    site::{DN, KIM, PROPAGATION, Site, desktop, kim_signs_in, kim_wants_to_be_available, users},
};
use std::time::Duration;
use tokio::task::JoinSet;
use uc_connector::agent_link::AgentStatus;
use uc_lab::front_end::{Config, Counts, Fault, FrontEnd, OFFLINE};

/// Milliseconds by which the Front End serves a REGISTER later, takes what an endpoint publishes later, and tells the
/// watcher later: what comes in which order follows from them.
type Delays = (u64, u64, u64);

/// * The endpoint's state is taken late, and the watcher is told at once of what the endpoint alone makes of Kim, or
///   after it was taken.
/// * The REGISTER is served after the state was refused for want of an endpoint.
/// * Both late, in either order.
const ORDERS: [Delays; 9] = [
    (0, 50, 0),
    (0, 300, 0),
    (0, 0, 50),
    (0, 50, 200),
    (0, 300, 100),
    (50, 0, 0),
    (50, 0, 200),
    (50, 300, 0),
    (300, 50, 200),
];

/// What was before, and when the product's endpoint comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// Every agent signs in at once; Kim is logged out at the T-Server.
    AtStart,
    /// The same; Kim is logged in by another desktop, in After Call Work.
    AtStartAtWork,
    /// Kim signs in because After Call Work is shown, and that ends while their endpoint appears.
    WorkEnds,
}

/// Kim chose to be available and left; the Front End takes its time.
async fn left((register, service, notify): Delays) -> FrontEnd {
    let front_end = FrontEnd::start(Config::for_tests(users())).await.unwrap();
    let mut kim = kim_signs_in(&front_end).await;
    kim_wants_to_be_available(&mut kim).await;
    drop(kim);
    front_end.wait_for("Kim gone", is_offline).await.unwrap();
    for (method, time) in [("REGISTER", register), ("SERVICE", service)].into_iter().filter(|(_, time)| *time > 0) {
        front_end.fault(Fault::Delay { method: method.into(), time: Duration::from_millis(time), count: u32::MAX });
    }
    if notify > 0 {
        let (user, time) = ("watcher@example.com".into(), Duration::from_millis(notify));
        front_end.fault(Fault::Late { user, time, count: u32::MAX });
    }
    front_end
}

fn is_offline(server: &FrontEnd) -> Option<()> {
    (server.presence(KIM).unwrap().availability == OFFLINE).then_some(())
}

/// Waits until the watcher and Kim are registered by the product.
async fn registered(front_end: &FrontEnd, since: &Counts) {
    let there = |now: &Counts| now.registered >= since.registered + 2;
    front_end.wait_for_counts("Kim's endpoint of the product", there).await.unwrap();
}

/// Waits until Kim's endpoint has said that nobody works at it, and is believed.
async fn stands(front_end: &FrontEnd) {
    let says_so = |server: &FrontEnd| {
        let mut all = server.publications(KIM).unwrap().into_iter();
        let said = all.any(|publication| publication.value.contains("machineState"));
        is_offline(server).filter(|()| said)
    };
    front_end.wait_for("Kim's endpoint as no device", says_so).await.unwrap();
}

/// Nobody was logged in or made ready until now.
fn nobody_was_asked_for(site: &Site, what: &str) {
    let asked = site.agent_requests(0);
    let for_work = |name: &&String| ["RequestAgentReady", "RequestAgentLogin"].contains(&name.as_str());
    assert_eq!(asked.iter().filter(for_work).count(), 0, "{what}: {asked:?}");
}

async fn stays_absent(case: Case, delays: Delays) {
    let what = format!("{case:?} with delays {delays:?}");
    let register = if case == Case::WorkEnds { "when-shown" } else { "at-start" };
    let plugins = PROPAGATION.replace("[web]", &format!("register = '{register}'\n[web]"));
    let front_end = left(delays).await;
    let start = front_end.counts();
    let at_work = case != Case::AtStart;
    let site = Site::prepared(front_end, &plugins, 3600, |t_server| {
        if at_work {
            desktop(t_server, "RequestAgentLogin", None, None);
            desktop(t_server, "RequestAgentNotReady", Some("AfterCallWork"), None);
        }
    })
    .await;
    registered(&site.front_end, &start).await;
    if case == Case::AtStartAtWork {
        site.shows(15_500, "", "After call work").await;
    }
    if at_work {
        site.desktop("RequestAgentNotReady", Some("AuxWork"), None);
    }
    stands(&site.front_end).await;
    nobody_was_asked_for(&site, &what);
    if case == Case::AtStart {
        let lost = site.front_end.counts();
        site.front_end.close_connections();
        registered(&site.front_end, &lost).await;
        stands(&site.front_end).await;
        nobody_was_asked_for(&site, &what);
    }
    // What Kim shows next is known in the end, so everything before it was.
    let mark = site.t_server.mark();
    let _kim = kim_presents(&site.front_end).await;
    site.asked(mark, "RequestAgentNotReady", Some("do-not-disturb")).await;
    let asked = site.agent_requests(0);
    assert!(!asked.iter().any(|name| name == "RequestAgentReady"), "{what}: {asked:?}");
    assert!(asked.iter().filter(|name| *name == "RequestAgentLogin").count() <= 1, "{what}: {asked:?}");
    assert_ne!(site.t_server.agent(DN).map(|(_, status, _)| status), Some(AgentStatus::Ready), "{what}");
    site.stop().await;
}

/// Kim comes and shows something to others: both at once, so that Kim is available at no time.
async fn kim_presents(front_end: &FrontEnd) -> Client {
    let mut kim = front_end::signed_in(front_end.addr(), "kim").await;
    let (active, presents) = (state("machineState", 3500, ""), state("phoneState", 9500, "in-presentation"));
    let one = |instance, container, text| ("state", instance, container, 0, "expireType=\"endpoint\"", text);
    let both = |container| [one(0x3000_0001, container, &*active), one(0x8000_0001, container, &*presents)];
    let answer = kim.publish(publish("kim", &[both(2), both(3)].concat())).await;
    assert_eq!(answer.status(), Some(200), "{answer:?}");
    kim
}

async fn in_every_order(case: Case) {
    let mut all: JoinSet<()> = ORDERS.into_iter().map(|delays| stays_absent(case, delays)).collect();
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_absent_is_not_made_ready_by_our_own_endpoint_in_any_order() {
    in_every_order(Case::AtStart).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_while_they_are_in_after_call_work() {
    in_every_order(Case::AtStartAtWork).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_when_that_ends_while_our_endpoint_appears() {
    in_every_order(Case::WorkEnds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_while_our_endpoint_appears_is_made_ready_in_the_end() {
    let plugins = PROPAGATION.replace("[web]", "register = 'at-start'\n[web]");
    let front_end = left((0, 300, 0)).await;
    let start = front_end.counts();
    let site = Site::beside(front_end, &plugins, 3600).await;
    registered(&site.front_end, &start).await;
    let _kim = kim_signs_in(&site.front_end).await;
    site.asked(0, "RequestAgentReady", None).await;
    site.stop().await;
}
