//! Free seating, turned by hand (host/docs/requirements.md, "Free seating").

use super::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus, Ticket},
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
    EventKind::Registered { agent: there(status, agent), calls: Some(Vec::new()), out_of_service: false }
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
    bench.turn(Event::Routing(crate::routing::message::RoutingArrival::Offer(offer)));
    bench.answer(1, Bench::first_preview(), true);
    let accepted = Outcome::Accepted { agent: "1002".into(), dn: SEAT.into(), switch: "S".into(), redirect: None };
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

fn work_mode(bench: &mut Bench, dn: &str, status: AgentStatus, work_mode: crate::agent_link::WorkMode) {
    bench.t_server(dn, EventKind::Agent(AgentFacts { work_mode, ..there(status, Some("1002")) }), None);
}

/// In presence propagation: lee is ready at their own DN, and there is a free seat.
fn propagation() -> Bench {
    let roles = [Role::PresenceSource, Role::PresenceSink];
    let mut bench = Bench::in_mode(crate::mode::Mode::PresencePropagation, &roles, Vec::new());
    bench.link_up();
    bench.turn(directory(people(&["5001", "5002"], &["5003"]), &[SEAT]));
    bench.play();
    bench.presence(1, Availability::Available);
    assert!(matches!(bench.play()[..], [Request::AgentLogin { .. }, Request::AgentReady { .. }]));
    bench
}

fn is_held(bench: &Bench) -> bool {
    bench.hub.user(UserHandle(1)).is_some_and(|user| user.worker.is_held())
}

#[test]
fn a_hold_ends_with_the_seat_that_it_was_for() {
    use crate::agent_link::WorkMode::AfterCallWork;
    type End = fn(&mut Bench);
    let ends: [(&str, End); 3] = [
        ("logged out there", logout),
        ("somebody else sits there", |bench| login(bench, "1001")),
        ("the seat is gone", |bench| bench.turn(directory(people(&["5001", "5002"], &["5003"]), &[]))),
    ];
    for (why, ends) in ends {
        let mut bench = propagation();
        bench.platform(LinkStatus::Up);
        work_mode(&mut bench, SEAT, AgentStatus::NotReady, AfterCallWork);
        assert!(is_held(&bench), "{why}");
        ends(&mut bench);
        assert!(!is_held(&bench), "{why}");
        bench.play();
        bench.presence(1, Availability::Offline);
        let requests = bench.play();
        let logs_out = |r: &Request| matches!(r, Request::AgentLogout { this_dn, .. } if &**this_dn == "5003");
        assert!(requests.iter().any(logs_out), "{why}: {requests:?}");
    }
}

#[test]
fn who_sits_down_in_after_call_work_is_held_before_anything_is_asked() {
    use crate::agent_link::WorkMode::{AfterCallWork, AutoIn};
    let mut bench = propagation();
    work_mode(&mut bench, SEAT, AgentStatus::NotReady, AfterCallWork);
    assert!(!is_held(&bench), "no platform link: nobody has the seat");
    bench.platform(LinkStatus::Up);
    assert_eq!((dns(&mut bench, "lee"), is_held(&bench)), (vec!["5003".to_owned(), SEAT.to_owned()], true));
    assert_eq!(bench.play(), [], "their After Call Work goes on");
    work_mode(&mut bench, SEAT, AgentStatus::Ready, AutoIn);
    assert!(!is_held(&bench));
}

#[test]
fn who_sits_at_two_seats_acts_only_once_they_have_both() {
    use crate::agent_link::WorkMode::AfterCallWork;
    for (first, second) in [("6001", "6002"), ("6002", "6001")] {
        let mut bench = propagation();
        bench.turn(directory(people(&["5001", "5002"], &["5003"]), &["6001", "6002"]));
        bench.play();
        bench.presence(1, Availability::Busy);
        bench.play();
        bench.t_server(first, EventKind::Agent(there(AgentStatus::Ready, Some("1002"))), None);
        work_mode(&mut bench, second, AgentStatus::NotReady, AfterCallWork);
        bench.platform(LinkStatus::Up);
        assert!(is_held(&bench), "{second}");
        let asked = bench.play();
        assert!(!asked.iter().any(|request| format!("{request:?}").contains(first)), "{second}: {asked:?}");
    }
}

#[test]
fn nothing_that_a_plug_in_says_reaches_a_free_seat_or_one_who_has_left() {
    use uc_plugin_api::{Presence, PresenceUpdate, Published};
    let roles = [Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence];
    for user in [u32::MAX, 1, 77] {
        let mut bench = Bench::in_mode(crate::mode::Mode::PresencePropagation, &roles, Vec::new());
        bench.link_up();
        bench.turn(directory(people(&["5001"], &["5003"]), &[SEAT]));
        bench.play();
        bench.presence(1, Availability::Busy);
        bench.play();
        bench.turn(directory(vec![worker("kim", "1001", &["5001"])], &[SEAT]));
        bench.requests();
        bench.out.commands.clear();
        let user = UserHandle(user);
        let update = || PresenceUpdate {
            user,
            presence: Presence { availability: Availability::Available, ..Presence::default() },
        };
        let wish =
            Wish::State(uc_plugin_api::AgentState { status: uc_plugin_api::AgentStatus::Ready, ..Default::default() });
        let says = [
            uc_plugin_api::Event::Wanted(vec![Wanted { user, wish, explicit: true }].into()),
            uc_plugin_api::Event::Presence(vec![update()].into()),
            uc_plugin_api::Event::Chosen(vec![update()].into()),
            uc_plugin_api::Event::Published(vec![Published { user, error: "403".into() }].into()),
        ];
        for event in says {
            let what = format!("{event:?}");
            bench.plugin_says(event);
            assert_eq!((bench.requests(), bench.out.commands.len()), (vec![], 0), "{what}");
        }
    }
}

#[test]
fn a_free_seat_reports_and_publishes_nothing_and_is_not_counted() {
    use crate::agent_link::WorkMode::AfterCallWork;
    for mode in [crate::mode::Mode::PresenceConnector, crate::mode::Mode::PresencePropagation] {
        let mut bench = Bench::in_mode(mode, &[Role::PresenceSink, Role::BrowserPresence], Vec::new());
        bench.link_up();
        bench.turn(directory(people(&["5001"], &["5003"]), &[SEAT]));
        bench.play();
        bench.out.commands.clear();
        bench.t_server(SEAT, EventKind::Call(inbound(ConnId(9)), CallStep::Established), None);
        bench.t_server(
            SEAT,
            EventKind::Agent(AgentFacts { work_mode: AfterCallWork, ..there(AgentStatus::NotReady, None) }),
            None,
        );
        assert!(bench.out.commands.is_empty(), "{:?}", bench.out.commands);
        let seat = bench.hub.roster.worker(UserHandle(u32::MAX)).unwrap();
        assert_eq!((seat.publication_state().word(), seat.is_held()), ("nothing", false));
    }
}

type Answer = fn(&mut Bench, Ticket);

/// Answers each request at the seat by the next of these, for a minute; how many there were.
fn asked_in_a_minute(bench: &mut Bench, answers: &[Answer]) -> usize {
    let mut asked = 0;
    for _ in 0..600 {
        let requests = std::mem::take(&mut bench.out.requests).into_iter();
        let of_the_agent =
            |r: &Request| format!("{r:?}").contains(SEAT) && !matches!(r, Request::RegisterAddress { .. });
        for outgoing in requests.filter(|outgoing| of_the_agent(&outgoing.request)) {
            answers[asked % answers.len()](bench, outgoing.ticket);
            asked += 1;
            assert!(asked < 30);
        }
        bench.later(Duration::from_millis(100));
    }
    asked
}

#[test]
fn whoever_has_a_seat_in_turn_its_requests_keep_their_pace() {
    let moods: [&[Answer]; 2] = [
        &[|bench, _| {
            logout(bench);
            login(bench, "1002");
        }],
        &[|bench, _| login(bench, "1001"), |bench, _| login(bench, "1002")],
    ];
    for (index, answers) in moods.into_iter().enumerate() {
        let mut bench = seats();
        bench.platform(LinkStatus::Up);
        (0..2).for_each(|user| bench.presence(user, Availability::Available));
        bench.play();
        login(&mut bench, "1002");
        let asked = asked_in_a_minute(&mut bench, answers);
        assert!((2..10).contains(&asked), "{index}: {asked}");
    }
}

#[test]
fn after_call_work_that_comes_and_goes_with_each_request_keeps_the_pace() {
    use crate::agent_link::WorkMode::{AfterCallWork, AuxWork};
    let mut bench = propagation();
    bench.platform(LinkStatus::Up);
    login(&mut bench, "1002");
    let asked = asked_in_a_minute(
        &mut bench,
        &[|bench, ticket| {
            let facts = AgentFacts { work_mode: AfterCallWork, ..there(AgentStatus::NotReady, Some("1002")) };
            bench.t_server(SEAT, EventKind::Agent(facts), Some(ticket));
            work_mode(bench, SEAT, AgentStatus::NotReady, AuxWork);
        }],
    );
    assert!((2..10).contains(&asked), "{asked}");
}

#[test]
fn who_sits_down_logged_in_is_not_logged_in_by_us() {
    let mut bench = seats();
    bench.platform(LinkStatus::Up);
    bench.presence(1, Availability::Busy);
    bench.play();
    login(&mut bench, "1002");
    assert!(matches!(&bench.play()[..], [Request::AgentNotReady { this_dn, .. }] if &**this_dn == SEAT));
}
