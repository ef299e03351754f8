//! Free seating, turned by hand (requirements section 6).

use super::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus},
    directory::{Line, Worker},
};

const SEAT: &str = "6001";

fn directory(workers: Vec<Worker>, free: &[&str]) -> Event {
    let line = |dn: &&str| Line { dn: (*dn).into(), switch: "S".into(), link: LINK };
    Event::Directory(Arc::new(Directory::new(workers).with_free(free.iter().map(line).collect())))
}

fn people(kim: &[&str], lee: &[&str]) -> Vec<Worker> {
    vec![worker("kim", "1001", kim), worker("lee", "1002", lee)]
}

fn seats() -> Bench {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.turn(directory(people(&["5001", "5002"], &["5003"]), &[SEAT]));
    assert!(matches!(&bench.requests()[..], [Request::RegisterAddress { this_dn, .. }] if &**this_dn == SEAT));
    bench.t_server(SEAT, snapshot_of(AgentStatus::LoggedOut, None), None);
    bench
}

fn there(status: AgentStatus, agent: Option<&str>) -> AgentFacts {
    AgentFacts { status, agent_id: agent.map(Into::into), ..AgentFacts::default() }
}

fn snapshot_of(status: AgentStatus, agent: Option<&str>) -> EventKind {
    EventKind::Registered { agent: there(status, agent), calls: Vec::new(), out_of_service: false }
}

fn login(bench: &mut Bench, agent: &str) {
    bench.t_server(SEAT, EventKind::Agent(there(AgentStatus::NotReady, Some(agent))), None);
}

fn logout(bench: &mut Bench) {
    bench.t_server(SEAT, EventKind::Agent(there(AgentStatus::LoggedOut, None)), None);
}

/// The DNs that a freshly opened page lists, with their marks.
fn listed(bench: &mut Bench, worker: &str) -> Vec<(String, bool)> {
    let mut page = bench.open(99, worker);
    let shown = frames(&mut page);
    let Some(ServerFrame::Snapshot(snapshot)) = shown.last() else { panic!("{shown:?}") };
    let found = snapshot.channels.iter().map(|channel| (channel.dn.to_string(), channel.marked)).collect();
    bench.turn(Event::Page(Page::Closed(PageId(99))));
    found
}

fn dns(bench: &mut Bench, worker: &str) -> Vec<String> {
    listed(bench, worker).into_iter().map(|(dn, _)| dn).collect()
}

#[test]
fn a_login_attaches_presence_drives_it_and_a_logout_detaches() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    assert_eq!(dns(&mut bench, "lee"), ["5003", SEAT]);
    bench.presence(1, Availability::Busy);
    let of_seat = |requests: &[Request]| requests.iter().filter(|r| format!("{r:?}").contains(SEAT)).count();
    assert_eq!(of_seat(&bench.play()), 1, "not ready; they are logged in");
    let mut page = bench.open(1, "lee");
    logout(&mut bench);
    assert!(frames(&mut page).iter().any(|frame| matches!(frame, ServerFrame::Snapshot(s) if s.channels.len() == 1)));
    assert_eq!(dns(&mut bench, "lee"), ["5003"]);
    assert_eq!(of_seat(&bench.requests()), 0, "nobody logs them in again there");
    login(&mut bench, "1001");
    assert_eq!(dns(&mut bench, "kim"), ["5001", "5002", SEAT], "the next one may sit there");
}

#[test]
fn without_all_conditions_nothing_is_attached_until_they_hold() {
    let mut bench = seats();
    login(&mut bench, "1002");
    assert_eq!(dns(&mut bench, "lee"), ["5003"], "no platform link");
    bench.platform(LinkStatus::Up);
    assert_eq!(dns(&mut bench, "lee"), ["5003", SEAT]);
    bench.platform(LinkStatus::Down);
    assert_eq!(dns(&mut bench, "lee"), ["5003", SEAT], "stale, not lost");
    let mut off = Bench::new(Role::PresenceSource);
    off.hub.settings.free_seating = false;
    off.link_up();
    off.turn(directory(people(&["5001", "5002"], &["5003"]), &[SEAT]));
    off.platform(LinkStatus::Up);
    login(&mut off, "1002");
    assert_eq!((dns(&mut off, "lee"), off.requests().len()), (vec!["5003".to_owned()], 0));
}

#[test]
fn a_browser_plug_in_is_no_platform() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    bench.turn(directory(people(&["5001"], &["5003"]), &[SEAT]));
    bench.play();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    assert_eq!(dns(&mut bench, "lee"), ["5003"]);
}

#[test]
fn configuration_wins_over_who_sits_there() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    bench.turn(directory(people(&["5001", "5002", SEAT], &["5003"]), &[]));
    bench.play();
    assert_eq!(dns(&mut bench, "lee"), ["5003"]);
    assert_eq!(listed(&mut bench, "kim")[2], (SEAT.to_owned(), false));
    login(&mut bench, "1002");
    assert_eq!(dns(&mut bench, "lee"), ["5003"], "a static DN is never taken");
}

#[test]
fn a_dn_lost_by_configuration_that_was_anothers_before_is_marked() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    bench.turn(directory(people(&["5001", "5002", SEAT], &["5003"]), &[]));
    bench.play();
    login(&mut bench, "1001");
    bench.turn(directory(people(&["5001", "5002"], &["5003"]), &[SEAT]));
    assert_eq!(listed(&mut bench, "kim").last(), Some(&(SEAT.to_owned(), true)));
}

#[test]
fn a_preview_reaches_a_dynamic_dn() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    let _page = bench.open(1, "lee");
    let (asker, mut outcome) = bench.asker();
    let target = crate::routing::message::Target { agent: "1002".into(), dn: Some(SEAT.into()), switch: None };
    let offer = crate::routing::message::Offer {
        conn_id: ConnId(7),
        targets: vec![target],
        media_type: "voice".into(),
        user_data: crate::wire::KvList::default(),
        timeout: None,
        asker,
    };
    bench.turn(Event::Routing(crate::routing::message::Arrival::Offer(offer)));
    bench.answer(1, Bench::first_preview(), true);
    let accepted = Outcome::Accepted { agent: "1002".into(), dn: SEAT.into(), switch: "S".into() };
    assert_eq!(outcome.try_recv(), Ok(accepted));
}

#[test]
fn a_restarted_t_server_says_anew_who_sits_there() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    let restart = |bench: &mut Bench| {
        bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "killed".into() }]));
        bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
        let asked = bench.requests();
        assert!(asked.iter().any(|r| matches!(r, Request::RegisterAddress { this_dn, .. } if &**this_dn == SEAT)));
    };
    restart(&mut bench);
    bench.t_server(SEAT, snapshot_of(AgentStatus::Ready, Some("1002")), None);
    assert_eq!(dns(&mut bench, "lee"), ["5003", SEAT]);
    restart(&mut bench);
    bench.t_server(SEAT, snapshot_of(AgentStatus::Ready, Some("1001")), None);
    assert_eq!((dns(&mut bench, "lee").len(), dns(&mut bench, "kim").len()), (1, 3));
    restart(&mut bench);
    bench.t_server(SEAT, snapshot_of(AgentStatus::LoggedOut, None), None);
    assert_eq!(dns(&mut bench, "kim").len(), 2);
}
