//! A directory that changes under people at work: who keeps what, and who is logged out.

use super::{bench::*, *};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Password},
    directory::{self, Worker},
    routing::message::Target,
};

const LEE: UserHandle = UserHandle(1);
const SEAT: &str = "6001";

fn people() -> Vec<Worker> {
    vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &["5003"])]
}

fn free(switch: &str) -> Vec<directory::Line> {
    vec![directory::Line { dn: SEAT.into(), switch: switch.into(), link: LINK }]
}

fn reads(bench: &mut Bench, workers: Vec<Worker>, free: Vec<directory::Line>) -> Vec<Request> {
    bench.turn(Event::Directory(Arc::new(Directory::new(workers).with_free(free))));
    bench.requests()
}

/// Kim is driven and lee too, who has a call, and sits at the free seat besides.
fn at_work() -> Bench {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.platform(LinkStatus::Up);
    reads(&mut bench, people(), free("S"));
    let registered =
        EventKind::Registered { agent: AgentFacts::default(), calls: Some(Vec::new()), out_of_service: false };
    bench.t_server(SEAT, registered, None);
    let agent_id = Some("1002".into());
    let facts = AgentFacts { status: AgentStatus::NotReady, agent_id, ..AgentFacts::default() };
    bench.t_server(SEAT, EventKind::Agent(facts), None);
    (0..2).for_each(|user| bench.presence(user, Availability::Busy));
    bench.play();
    bench.t_server("5003", EventKind::Call(inbound(ConnId(9)), CallStep::Established), None);
    bench
}

fn renamed(mut workers: Vec<Worker>) -> Vec<Worker> {
    workers.iter_mut().flat_map(|worker| &mut worker.lines).for_each(|line| line.switch = "New name".into());
    workers
}

fn with_passwords(mut workers: Vec<Worker>) -> Vec<Worker> {
    workers.iter_mut().for_each(|worker| worker.agent_password = Some(Password("1234".to_owned().into())));
    workers
}

/// What nobody at work may notice: (the new entries, the name of the free seat's switch).
fn harmless() -> Vec<(&'static str, Vec<Worker>, &'static str)> {
    let each = |change: fn(&mut Worker)| {
        let mut workers = people();
        workers.iter_mut().for_each(change);
        workers
    };
    vec![
        ("switch renamed", renamed(people()), "New name"),
        ("passwords come", with_passwords(people()), "S"),
        ("other names", each(|worker| worker.name = "Somebody".into()), "S"),
        ("other languages", each(|worker| worker.language = "de".into()), "S"),
        (
            "other places, groups and kinds",
            each(|worker| {
                (worker.place, worker.groups) = ("Q".into(), vec!["g".into()]);
                worker.kind = directory::Kind::Agent;
            }),
            "S",
        ),
        ("no addresses", each(|worker| worker.address = None), "S"),
        ("other order", people().into_iter().rev().collect(), "S"),
    ]
}

#[test]
fn what_takes_no_login_and_no_dn_away_asks_the_t_server_nothing() {
    for (what, workers, switch) in harmless() {
        let mut bench = at_work();
        assert_eq!(reads(&mut bench, workers, free(switch)), [], "{what}");
        assert_eq!(reads(&mut bench, people(), free("S")), [], "{what}, and back");
        let lee = &bench.hub.user(LEE).unwrap().worker;
        assert_eq!((lee.lines().count(), lee.calls().len()), (2, 1), "{what}");
    }
}

#[test]
fn a_renamed_switch_is_known_by_its_new_name_at_own_dns_and_free_seats() {
    let mut bench = at_work();
    let _page = bench.open(1, "lee");
    reads(&mut bench, renamed(people()), free("New name"));
    for (conn_id, dn) in [(7, "5003"), (8, SEAT)] {
        let target = Target { agent: "1002".into(), dn: Some(dn.into()), switch: Some("New name".into()) };
        let (asker, mut outcome) = bench.asker();
        let (targets, user_data) = (vec![target], crate::wire::KvList::default());
        let conn_id = ConnId(conn_id);
        let offer = crate::routing::message::Offer {
            conn_id,
            targets,
            media_type: "voice".into(),
            user_data,
            timeout: None,
            asker,
        };
        bench.turn(Event::Routing(crate::routing::message::RoutingArrival::Offer(offer)));
        bench.answer(1, Bench::first_preview() + conn_id.0 - 7, true);
        assert!(matches!(outcome.try_recv(), Ok(Outcome::Accepted { switch, .. }) if &*switch == "New name"), "{dn}");
    }
}

#[test]
fn a_new_password_is_used_by_the_next_login_and_ends_what_was_refused_for_good() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(1, Availability::Busy);
    let [crate::agent_link::Outgoing { ticket, .. }] = bench.out.requests[..] else { panic!("a login") };
    bench.requests();
    let (code, behaviour) = (Some(59), crate::agent_link::Behaviour::Permanent);
    let refusal = crate::agent_link::Refusal { code, message: "wrong password".into(), behaviour };
    bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
    assert_eq!(bench.requests(), []);
    let requests = reads(&mut bench, with_passwords(people()), Vec::new());
    assert!(matches!(&requests[..], [Request::AgentLogin { password: Some(_), .. }]), "{requests:?}");
}

#[test]
fn a_seat_that_becomes_the_own_dn_of_who_sits_there_logs_nobody_out() {
    let mut bench = at_work();
    let own = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &[SEAT, "5003"])];
    assert_eq!(reads(&mut bench, own, Vec::new()), []);
    let dns: Vec<_> = bench.hub.user(LEE).unwrap().worker.lines().map(|line| line.place().dn.to_string()).collect();
    assert_eq!(dns, [SEAT, "5003"]);
    let facts = AgentFacts { agent_id: Some("1001".into()), status: AgentStatus::Ready, ..AgentFacts::default() };
    bench.t_server(SEAT, EventKind::Agent(facts), None);
    assert_eq!(bench.hub.user(LEE).unwrap().worker.lines().count(), 2, "theirs whoever sits there");
}

#[test]
fn another_login_or_dn_gives_lines_up() {
    let mut bench = at_work();
    let other = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1009", &["5003"])];
    let requests = reads(&mut bench, other, free("S"));
    assert!(requests.iter().any(|request| matches!(request, Request::AgentLogout { .. })), "{requests:?}");
}

#[test]
fn who_leaves_while_the_link_is_down_is_logged_out_when_it_is_back() {
    for back in [false, true] {
        let mut bench = at_work();
        bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "gone".into() }]));
        let kim = || vec![worker("kim", "1001", &["5001", "5002"])];
        assert_eq!(reads(&mut bench, kim(), free("S")), []);
        if back {
            reads(&mut bench, people(), free("S"));
        }
        bench.later(Duration::from_secs(3600));
        bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
        let facts = AgentFacts { status: AgentStatus::Ready, agent_id: Some("1002".into()), ..AgentFacts::default() };
        let snapshot =
            || EventKind::Registered { agent: facts.clone(), calls: Some(Vec::new()), out_of_service: false };
        bench.requests();
        bench.t_server("5003", snapshot(), None);
        let requests = bench.play();
        let logout = |r: &Request| matches!(r, Request::AgentLogout { this_dn, .. } if &**this_dn == "5003");
        assert!(requests.iter().any(logout), "{requests:?}");
        bench.later(Duration::from_secs(11));
        assert!(bench.hub.user(LEE).is_none(), "and forgotten then, the seat that says nothing too");
    }
}

#[test]
fn a_free_seat_is_nobodys_until_who_left_is_logged_out_of_it() {
    let mut bench = at_work();
    let requests = reads(&mut bench, vec![worker("kim", "1001", &["5001", "5002"])], free("S"));
    let logout = |r: &Request| matches!(r, Request::AgentLogout { this_dn, .. } if &**this_dn == SEAT);
    assert!(requests.iter().any(logout), "{requests:?}");
    bench.platform(LinkStatus::Up);
    assert!(bench.hub.user(LEE).is_some(), "their line leaves");
    bench.later(Duration::from_secs(11));
    let requests = bench.requests();
    let registers = |r: &Request| matches!(r, Request::RegisterAddress { this_dn, .. } if &**this_dn == SEAT);
    assert!(requests.iter().any(registers), "a free seat again: {requests:?}");
}

/// Lee is busy on the platform, in a mode that has pages.
fn busy_lee_with_pages() -> Bench {
    let mut bench =
        Bench::in_mode(crate::mode::Mode::Normal, &[Role::PresenceSource, Role::BrowserPresence], Vec::new());
    bench.link_up();
    bench.presence(1, Availability::Busy);
    bench.play();
    bench
}

#[test]
fn one_who_has_left_owns_no_page_and_no_grace_time_of_who_comes_back() {
    let mut bench = busy_lee_with_pages();
    let _before = bench.open(1, "lee");
    bench.turn(Event::Page(Page::Closed(PageId(1))));
    bench.later(Duration::from_secs(5));
    reads(&mut bench, vec![worker("kim", "1001", &["5001", "5002"])], Vec::new());
    assert!(bench.hub.user(LEE).is_some(), "the logout is not answered");
    bench.later(Duration::from_secs(2));
    reads(&mut bench, people(), Vec::new());
    bench.t_server("5003", facts(AgentStatus::LoggedOut, Default::default()), None);
    bench.play();
    let _page = bench.open(2, "lee");
    let mut outcome = bench.offer(7, &["1002"]);
    bench.later(Duration::from_secs(4));
    assert!(outcome.try_recv().is_err(), "their window is open");
    bench.answer(2, Bench::first_preview(), true);
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Accepted { .. })));
}

#[test]
fn pages_of_one_who_leaves_close_without_a_word_to_plug_ins() {
    let mut bench = busy_lee_with_pages();
    let _page = bench.open(1, "lee");
    let mut outcome = bench.offer(7, &["1001", "1002"]);
    bench.out.commands.clear();
    let directory = Directory::new(vec![worker("kim", "1001", &["5001", "5002"])]);
    bench.hub.handle(Event::Directory(Arc::new(directory)), bench.now);
    bench.answer(1, Bench::first_preview(), true);
    assert!(!matches!(outcome.try_recv(), Ok(Outcome::Accepted { .. })), "they are here no longer");
    bench.later(Duration::from_secs(60));
    assert!(matches!(&bench.out.commands[..], [Command::Unwatch(_)]), "{:?}", bench.out.commands);
}

#[test]
fn an_agent_id_that_is_free_at_its_old_dn_is_tried_again_at_once_at_its_new_one() {
    let moved = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &["5004"])];
    let exchanged = vec![worker("kim", "1002", &["5001", "5002"]), worker("lee", "1001", &["5003"])];
    for (what, workers) in [("a new DN", moved), ("exchanged IDs", exchanged)] {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.link_up();
        (0..2).for_each(|user| bench.presence(user, Availability::Busy));
        bench.play();
        bench.turn(Event::Directory(Arc::new(Directory::new(workers))));
        // The logout at the old DN takes its time: until then the agent ID is refused everywhere else.
        let (mut late, mut refused) = (None, 0);
        for _ in 0..20 {
            for crate::agent_link::Outgoing { ticket, request, .. } in std::mem::take(&mut bench.out.requests) {
                match &request {
                    Request::AgentLogout { this_dn, .. } if **this_dn == *"5003" => late = Some((ticket, request)),
                    Request::AgentLogin { agent_id, .. } if **agent_id == *"1002" => {
                        refused += 1;
                        let (message, behaviour) = ("at another DN".into(), crate::agent_link::Behaviour::Permanent);
                        let refusal = crate::agent_link::Refusal { code: Some(1703), message, behaviour };
                        bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
                    }
                    _ => {
                        let answer = willing(&request).into_iter();
                        answer.for_each(|(dn, kind)| bench.t_server(&dn, kind, Some(ticket)));
                    }
                }
            }
            bench.later(Duration::from_millis(100));
        }
        let (ticket, logout) = late.expect("a logout");
        assert!((1..=2).contains(&refused) && bench.requests().is_empty(), "{what}: {refused}");
        let (dn, kind) = willing(&logout).expect("an answer");
        bench.t_server(&dn, kind, Some(ticket));
        let requests = bench.requests();
        let logs_in = |r: &Request| matches!(r, Request::AgentLogin { agent_id, .. } if **agent_id == *"1002");
        assert!(requests.iter().any(logs_in), "{what}: {requests:?}");
    }
}
