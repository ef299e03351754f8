//! A T-Server that dies, closes, stalls or half-opens: the page says so at once and never lies, and every agent's state
//! is right again within 5 s of its return.

use crate::story::{data, kim};
use std::time::{Duration, Instant};
use uc_connector::{
    agent_link::AgentStatus,
    web::message::{CallButton, CallState, ServerFrame, StateKind},
    wire::Role,
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::{Liveness, TServer},
};

/// The promise.
pub(crate) const RIGHT_AGAIN: Duration = Duration::from_secs(5);
pub(crate) const WORKERS: usize = 60;

/// Everybody has chosen: every third is open, busy, at lunch.
async fn everybody_at_work() -> (Lab, Vec<Page>) {
    let lab = Lab::start(many()).await.unwrap();
    let pages = all_choose(&lab).await;
    (lab, pages)
}

pub(crate) fn many() -> Setup {
    let workers = (0..WORKERS).map(|number| format!("worker-{number}")).collect();
    let web = "[web.limits]\nsign-ins-per-address = 100000".into();
    Setup { workers, web, ..Setup::of([]) }
}

pub(crate) async fn all_choose(lab: &Lab) -> Vec<Page> {
    let mut pages = Vec::new();
    for number in 0..WORKERS {
        let mut page = lab.page(&format!("worker-{number}")).await.unwrap();
        page.choose(chosen(number)).await;
        pages.push(page);
    }
    lab.until("everybody is at work", async |lab| all_right(&lab.t_server)).await.unwrap();
    pages
}

fn chosen(number: usize) -> &'static str {
    ["open", "busy", "lunch"][number % 3]
}

fn right(t_server: &TServer, number: usize) -> bool {
    let agent = t_server.agent(&format!("5{number:03}"));
    let state = agent.as_ref().map(|(_, status, mode)| (*status, mode.as_deref()));
    state
        == Some(match number % 3 {
            0 => (AgentStatus::Ready, None),
            1 => (AgentStatus::NotReady, None),
            _ => (AgentStatus::NotReady, Some("WalkAway")),
        })
}

pub(crate) fn all_right(t_server: &TServer) -> bool {
    (0..WORKERS).all(|number| right(t_server, number))
}

pub(crate) fn shows(number: usize) -> impl Fn(&Picture) -> bool {
    move |picture| &*picture.now.state.id == chosen(number)
}

pub(crate) fn talking(picture: &Picture) -> bool {
    picture.call().is_some_and(|call| call.state == CallState::Established)
}

/// Killed in mid-call, and back.
async fn kill_and_return(forget: bool) {
    let (lab, mut pages) = everybody_at_work().await;
    for (number, page) in pages.iter_mut().enumerate() {
        page.shows("what the worker chose", shows(number)).await.unwrap();
    }
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    pages[0].shows("the call", |picture| picture.call().is_some()).await.unwrap();
    pages[0].press(CallButton::Answer, None).await;
    pages[0].shows("talking", talking).await.unwrap();
    lab.t_server.kill().await;
    for page in &mut pages {
        page.is(StateKind::OutOfService).await.unwrap();
    }
    lab.until("an operator sees it too", async |lab| !lab.readiness().await.0).await.unwrap();
    // Without the T-Server nothing can be done to the call, so no button is offered.
    pages[0].shows("no buttons", |p| p.call().is_none_or(|call| call.buttons.is_empty())).await.unwrap();
    lab.t_server.restart(forget).await.unwrap();
    let back = Instant::now();
    lab.until("every agent's state is right", async |lab| all_right(&lab.t_server)).await.unwrap();
    for (number, page) in pages.iter_mut().enumerate() {
        page.shows("what the worker chose", shows(number)).await.unwrap();
    }
    assert!(back.elapsed() < RIGHT_AGAIN, "{:?}", back.elapsed());
    match forget {
        true => drop(pages[0].shows("no call", |picture| picture.call().is_none()).await.unwrap()),
        false => {
            pages[0].shows("talking", talking).await.unwrap();
            pages[0].press(CallButton::Release, None).await;
            pages[0].shows("no call", |picture| picture.call().is_none()).await.unwrap();
            assert_eq!(lab.t_server.parties(call), None);
        }
    }
}

#[tokio::test]
async fn killed_in_mid_call_and_back_with_agents_and_calls() {
    kill_and_return(false).await;
}

#[tokio::test]
async fn killed_in_mid_call_and_back_having_forgotten_everything() {
    kill_and_return(true).await;
}

#[tokio::test]
async fn whoever_was_logged_out_with_our_connection_is_back_and_who_talks_comes_first() {
    let setup = Setup { t_server: "login-rate = 20".into(), dns: "logs-out-with-client = true".into(), ..many() };
    let lab = Lab::start(setup).await.unwrap();
    let mut pages = all_choose(&lab).await;
    let (last, mark) = (WORKERS - 1, lab.t_server.mark());
    let dn = format!("5{last:03}");
    lab.t_server.make_call("123", &dn, data([])).unwrap();
    pages[last].shows("the call", |picture| picture.call().is_some()).await.unwrap();
    pages[last].press(CallButton::Answer, None).await;
    pages[last].shows("talking", talking).await.unwrap();
    lab.t_server.close_connections();
    lab.until("all are logged out, or in again already", async |lab| !logins(lab, mark).is_empty()).await.unwrap();
    lab.until("everybody is at work again", async |lab| all_right(&lab.t_server)).await.unwrap();
    let logins = logins(&lab, mark);
    let first = logins.iter().position(|login| *login == dn).unwrap();
    assert!(first < BEFORE_THE_WORD_COMES, "after {first} others: {logins:?}");
    let mut each = logins.clone();
    each.sort_unstable();
    each.dedup();
    assert_eq!((logins.len(), each.len()), (WORKERS, WORKERS), "each once");
    pages[last].shows("talking", talking).await.unwrap();
}

/// Logins that may go out before it is known who has a call: as many as may come at once, and those of the next turn.
const BEFORE_THE_WORD_COMES: usize = 6;

/// Where agents were logged in since a place in the log.
fn logins(lab: &Lab, mark: usize) -> Vec<String> {
    let log = lab.t_server.log().into_iter().skip(mark);
    let logins = log.filter(|entry| entry.message.name == "RequestAgentLogin");
    logins.filter_map(|entry| entry.message.str("thisDN").map(str::to_owned)).collect()
}

#[tokio::test]
async fn what_is_chosen_meanwhile_is_done_at_its_return_and_the_page_never_lies() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.t_server.kill().await;
    page.is(StateKind::OutOfService).await.unwrap();
    page.choose("lunch").await;
    lab.t_server.restart(false).await.unwrap();
    let mut kinds = Vec::new();
    while page.picture().is_none_or(|picture| !shows(2)(picture)) {
        match page.next().await.expect("the page stays open") {
            ServerFrame::State { state, .. } => kinds.push(state.kind),
            ServerFrame::Snapshot(snapshot) => kinds.push(snapshot.state.kind),
            _ => {}
        }
    }
    kinds.dedup();
    // Out of service, then what the T-Server's own snapshot says, then what was chosen.
    assert!(kinds.ends_with(&[StateKind::Ready, StateKind::NotReady]), "{kinds:?}");
    assert!(kinds[..kinds.len() - 2].iter().all(|kind| *kind == StateKind::OutOfService), "{kinds:?}");
}

#[tokio::test]
async fn silence_is_found_by_heartbeats() {
    let t_server = "addp-timeout = 0.2\nconnect-timeout = 0.5".into();
    for liveness in [Liveness::Stalled, Liveness::HalfOpen] {
        let (lab, mut page) = kim(Setup { t_server: String::clone(&t_server), ..Setup::of(["kim"]) }).await;
        page.choose("open").await;
        page.is(StateKind::Ready).await.unwrap();
        lab.t_server.liveness(liveness);
        page.is(StateKind::OutOfService).await.unwrap();
        let told = async |lab: &Lab| {
            let missing = lab.readiness().await.1;
            missing.contains("addp-timeout") || missing.contains("no LinkHello")
        };
        lab.until("operators are told what is missing", told).await.unwrap();
        lab.t_server.heal();
        page.is(StateKind::Ready).await.unwrap();
    }
}

#[tokio::test]
async fn a_t_server_that_closes_is_connected_again() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    for _ in 0..3 {
        page.choose("open").await;
        page.is(StateKind::Ready).await.unwrap();
        lab.t_server.close_connections();
        page.is(StateKind::OutOfService).await.unwrap();
        page.is(StateKind::Ready).await.unwrap();
    }
}

#[tokio::test]
async fn a_t_server_that_becomes_backup_is_out_of_service_until_it_is_primary_again() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.t_server.role(Role::Backup);
    page.is(StateKind::OutOfService).await.unwrap();
    lab.t_server.role(Role::Primary);
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn a_dn_out_of_service_shows_and_comes_back() {
    let (lab, mut page) = kim(Setup { two_switches: true, ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.t_server.out_of_service("5000", true).unwrap();
    let out = |picture: &Picture| picture.now.channels[0].state.kind == StateKind::OutOfService;
    let picture = page.shows("one DN out of service", out).await.unwrap();
    assert_eq!(picture.now.channels[1].state.kind, StateKind::Ready);
    lab.t_server.out_of_service("5000", false).unwrap();
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn one_of_two_t_servers_is_lost() {
    let (lab, mut page) = kim(Setup { two_switches: true, ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.second.as_ref().unwrap().kill().await;
    let picture = page.is(StateKind::PartReady).await.unwrap();
    assert_eq!(picture.now.channels[1].state.kind, StateKind::OutOfService);
    page.choose("busy").await;
    page.is(StateKind::NotReady).await.unwrap();
    lab.second.as_ref().unwrap().restart(true).await.unwrap();
    page.shows("both busy", |picture| picture.now.channels.iter().all(|c| &*c.state.id == "busy")).await.unwrap();
}

#[tokio::test]
async fn a_product_that_starts_before_its_t_server() {
    let t_server = TServer::start(uc_lab::t_server::Config::new(uc_lab::t_server::SwitchFile::of_extensions(["5000"])));
    let t_server = t_server.await.unwrap();
    t_server.kill().await;
    let lab = Lab::unready(Setup::of(["kim"]), t_server, None).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.is(StateKind::OutOfService).await.unwrap();
    lab.t_server.restart(false).await.unwrap();
    page.is(StateKind::LoggedOut).await.unwrap();
    lab.until("the product is ready", async |lab| lab.readiness().await.0).await.unwrap();
}
