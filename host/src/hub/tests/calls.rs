//! Calls, from the T-Server's event to the page, the plug-in and the preview: whose they are, and how long.

use super::{bench::*, *};
use crate::agent_link::{AgentFacts, AgentStatus, Behaviour, CallType, Ending, Outgoing, Refusal};
use uc_plugin_api::CallType as EdgeCall;

const KIM: UserHandle = UserHandle(0);
const LEE: UserHandle = UserHandle(1);

#[test]
fn a_call_shows_with_the_buttons_its_state_allows() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut page = bench.open(1, "lee");
    let call = Call { ani: Some("555".into()), ..inbound(ConnId(9)) };
    bench.t_server("5003", EventKind::Call(call.clone(), CallStep::Ringing), None);
    assert!(
        matches!(frames(&mut page).last(), Some(ServerFrame::Call(c)) if c.buttons == [CallButton::Answer, CallButton::Redirect])
    );
    let press = |button, state| {
        let (conn_id, dn) = (ConnId(9).to_string().into(), "5003".into());
        Event::Page(Page::Frame(PageId(1), ClientFrame::Call { button, conn_id, dn, state, to: None, note: None }))
    };
    bench.turn(press(CallButton::Hold, CallState::Ringing));
    assert_eq!(bench.requests(), [], "a ringing call cannot be held");
    bench.turn(press(CallButton::Answer, CallState::Ringing));
    assert!(matches!(bench.requests()[..], [Request::Call { .. }]));
    bench.t_server("5003", EventKind::Call(call.clone(), CallStep::Established), None);
    bench.turn(press(CallButton::Release, CallState::Dialing));
    assert_eq!(bench.requests(), [], "drawn for a call that was being dialled");
    assert!(
        matches!(frames(&mut page).last(), Some(ServerFrame::Problem { remark, .. }) if remark.why == crate::remark::Why::CallMoved)
    );
    bench.t_server("5003", EventKind::Call(call, CallStep::Released), None);
    assert!(matches!(frames(&mut page).last(), Some(ServerFrame::CallEnd { .. })));
}

#[test]
fn what_is_so_already_is_no_refusal_and_what_was_believed_is_corrected() {
    for (button, reads, problem) in [
        (CallButton::Hold, true, false),
        (CallButton::Release, true, false),
        (CallButton::Mute, false, false),
        (CallButton::Digits, false, true),
    ] {
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.link_up();
        bench.later(Duration::from_secs(2));
        let mut page = bench.open(1, "lee");
        established(&mut bench, "5003", 9);
        frames(&mut page);
        let (conn_id, dn, to) = (ConnId(9).to_string().into(), "5003".into(), Some("1".into()));
        let state = CallState::Established;
        bench.turn(Event::Page(Page::Frame(
            PageId(1),
            ClientFrame::Call { button, conn_id, dn, state, to, note: None },
        )));
        let asked = std::mem::take(&mut bench.out.requests);
        let [Outgoing { ticket, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        let refusal = Refusal { code: Some(43), message: "so".into(), behaviour: Behaviour::AlreadySo };
        bench.turn(Event::TServer(LINK, vec![Report::Refused(*ticket, refusal)]));
        let told = frames(&mut page);
        let problems = told.iter().any(|frame| matches!(frame, ServerFrame::Problem { .. }));
        let muted = told.iter().any(|frame| matches!(frame, ServerFrame::Call(call) if call.muted));
        let read = matches!(bench.requests()[..], [Request::RegisterAddress { .. }]);
        let expected = (problem, button == CallButton::Mute, reads);
        assert_eq!((problems, muted, read), expected, "{button:?}: {told:?}");
    }
}

fn press(button: CallButton, conn_id: u64, state: CallState) -> Event {
    let (conn_id, dn, to) = (ConnId(conn_id).to_string().into(), "5003".into(), Some("7".into()));
    Event::Page(Page::Frame(PageId(1), ClientFrame::Call { button, conn_id, dn, state, to, note: None }))
}

fn one_asked(bench: &mut Bench) -> crate::agent_link::Ticket {
    let asked = std::mem::take(&mut bench.out.requests);
    let [Outgoing { ticket, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    *ticket
}

#[test]
fn what_is_refused_of_a_call_that_has_ended_meanwhile_has_come_to_its_end_and_nothing_is_read() {
    let refusals = [(56, Behaviour::Permanent), (43, Behaviour::AlreadySo), (56, Behaviour::Retry)];
    let buttons = [CallButton::Release, CallButton::Hold, CallButton::Mute, CallButton::Transfer];
    for (button, (code, behaviour)) in buttons.into_iter().flat_map(|button| refusals.map(|refusal| (button, refusal)))
    {
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.link_up();
        let mut page = bench.open(1, "lee");
        established(&mut bench, "5003", 9);
        bench.turn(press(button, 9, CallState::Established));
        let ticket = one_asked(&mut bench);
        frames(&mut page);
        bench.t_server("5003", EventKind::Call(inbound(ConnId(9)), CallStep::Released), None);
        let refusal = Refusal { code: Some(code), message: "invalid ConnID".into(), behaviour };
        bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
        let told = frames(&mut page);
        assert!(matches!(told[..], [ServerFrame::CallEnd { .. }]), "{button:?} {code}: {told:?}");
        assert_eq!(bench.requests(), [], "{button:?} {code}");
    }
}

#[test]
fn a_doubt_about_calls_leaves_the_agents_state_where_it_was() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    logged_in(&mut bench, "5003", "1002");
    bench.requests();
    let mut page = bench.open(1, "lee");
    established(&mut bench, "5003", 9);
    for _ in 0..4 {
        bench.turn(press(CallButton::Hold, 9, CallState::Established));
        let asked = std::mem::take(&mut bench.out.requests);
        let hold = asked.iter().find(|outgoing| matches!(outgoing.request, Request::Call { .. })).expect("hold");
        let refusal = Refusal { code: Some(56), message: "no".into(), behaviour: Behaviour::Permanent };
        bench.turn(Event::TServer(LINK, vec![Report::Refused(hold.ticket, refusal)]));
        let states = frames(&mut page).into_iter().filter(|frame| matches!(frame, ServerFrame::State { .. })).count();
        assert_eq!(states, 0, "nothing is in doubt about the agent");
    }
    let user = bench.hub.user(LEE).expect("lee");
    assert!(user.worker.lines().all(|line| line.in_service()));
}

/// A refusal tells that nothing came of a request; no answer, or a bare acknowledgement, tells nothing.
#[test]
fn what_came_of_a_request_that_nothing_tells_of_is_read() {
    for acknowledged in [false, true] {
        let mut bench = Bench::new(Role::BrowserPresence);
        bench.link_up();
        bench.requests();
        let _page = bench.open(1, "lee");
        established(&mut bench, "5003", 9);
        bench.turn(press(CallButton::Hold, 9, CallState::Established));
        let ticket = one_asked(&mut bench);
        if acknowledged {
            bench.t_server("5003", EventKind::Acknowledged, Some(ticket));
            assert_eq!(bench.requests(), [], "it may show yet");
        } else {
            let refusal = Refusal { code: None, message: "no answer".into(), behaviour: Behaviour::Retry };
            bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
        }
        bench.later(Duration::from_secs(4));
        let asked = bench.requests();
        assert!(matches!(&asked[..], [Request::RegisterAddress { .. }]), "{acknowledged}: {asked:?}");
    }
}

#[test]
fn what_fails_before_anything_was_told_of_it_is_told_with_its_reason_and_may_be_asked_again() {
    for (ending, words) in
        [(Ending::Busy, "busy"), (Ending::Unreachable, "no such number"), (Ending::NoAnswer, "no answer")]
    {
        for consult in [false, true] {
            let mut bench = Bench::new(Role::BrowserPresence);
            bench.link_up();
            let mut page = bench.open(1, "lee");
            established(&mut bench, "5003", 9);
            let asks = || match consult {
                true => press(CallButton::ConsultTransfer, 9, CallState::Established),
                false => Event::Page(Page::Frame(PageId(1), ClientFrame::Dial { dn: "5003".into(), to: "7".into() })),
            };
            bench.turn(asks());
            let ticket = one_asked(&mut bench);
            frames(&mut page);
            let leg = Call { call_type: CallType::Consult, ending, ..Call::new(ConnId(10)) };
            bench.t_server("5003", EventKind::Call(leg, CallStep::Released), Some(ticket));
            let told = frames(&mut page);
            let says = |frame: &ServerFrame| matches!(frame, ServerFrame::Problem { remark, .. } if remark.words.contains(words));
            assert!(told.iter().any(says), "{ending:?}: {told:?}");
            bench.turn(asks());
            one_asked(&mut bench);
        }
    }
}

fn people(lee: &[&str]) -> Event {
    let workers = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", lee)];
    Event::Directory(Arc::new(Directory::new(workers)))
}

fn logged_in(bench: &mut Bench, dn: &str, agent: &str) {
    let facts = AgentFacts { status: AgentStatus::Ready, agent_id: Some(agent.into()), ..AgentFacts::default() };
    bench.t_server(dn, EventKind::Agent(facts), None);
}

fn established(bench: &mut Bench, dn: &str, conn_id: u64) {
    bench.t_server(dn, EventKind::Call(inbound(ConnId(conn_id)), CallStep::Established), None);
}

/// The DNs of the calls that a page opened now would show.
fn shown(bench: &mut Bench, worker: &str) -> Vec<String> {
    let mut page = bench.open(99, worker);
    let dns = frames(&mut page).into_iter().find_map(|frame| match frame {
        ServerFrame::Snapshot(snapshot) => Some(snapshot.calls.iter().map(|call| call.dn.to_string()).collect()),
        _ => None,
    });
    bench.turn(Event::Page(Page::Closed(PageId(99))));
    dns.expect("a snapshot")
}

/// The call that browser plug-ins were told of last.
fn reported(bench: &Bench, user: UserHandle) -> Option<EdgeCall> {
    bench.hub.user(user)?.worker.reported().map(|report| report.call)
}

#[test]
fn a_line_that_is_given_up_leaves_no_call_behind() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let wanted = Wanted { user: LEE, wish: Wish::LogIn, explicit: true };
    bench.plugin_says(uc_plugin_api::Event::Wanted(vec![wanted].into()));
    bench.play();
    bench.turn(people(&["5003", "5004"]));
    bench.play();
    established(&mut bench, "5003", 9);
    assert_eq!((shown(&mut bench, "lee"), reported(&bench, LEE)), (vec!["5003".to_owned()], Some(EdgeCall::Inbound)));
    bench.turn(people(&["5004"]));
    (9..50).for_each(|conn_id| established(&mut bench, "5003", conn_id));
    bench.play();
    assert_eq!((shown(&mut bench, "lee"), reported(&bench, LEE)), (vec![], Some(EdgeCall::None)));
    established(&mut bench, "5004", 60);
    assert_eq!(shown(&mut bench, "lee"), ["5004"], "there is room for it");
}

#[test]
fn another_agents_call_at_a_workers_dn_is_not_the_workers() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    logged_in(&mut bench, "5002", "1001");
    let mut page = bench.open(1, "kim");
    logged_in(&mut bench, "5001", "7777");
    frames(&mut page);
    established(&mut bench, "5001", 9);
    let call = |frame: &ServerFrame| match frame {
        ServerFrame::Call(_) => true,
        ServerFrame::Snapshot(snapshot) => !snapshot.calls.is_empty(),
        _ => false,
    };
    assert!(!frames(&mut page).iter().any(call));
    assert_eq!((shown(&mut bench, "kim"), reported(&bench, KIM)), (vec![], Some(EdgeCall::None)));
    let (conn_id, dn) = (ConnId(9).to_string().into(), "5001".into());
    let button = ClientFrame::Call {
        button: CallButton::Release,
        conn_id,
        dn,
        state: CallState::Established,
        to: None,
        note: None,
    };
    bench.turn(Event::Page(Page::Frame(PageId(1), button)));
    assert_eq!(bench.requests(), []);
    logged_in(&mut bench, "5001", "1001");
    assert_eq!(shown(&mut bench, "kim"), ["5001"], "theirs now");
}

#[test]
fn no_preview_leads_to_a_dn_where_another_agent_sits() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let mut page = bench.open(1, "kim");
    let mut outcome = bench.offer(7, &["1001"]);
    logged_in(&mut bench, "5001", "7777");
    bench.answer(1, Bench::first_preview(), true);
    let accepted = Outcome::Accepted { agent: "1001".into(), dn: "5002".into(), switch: "S".into(), redirect: None };
    assert_eq!(outcome.try_recv(), Ok(accepted));
    let mut outcome = bench.offer(8, &["1001"]);
    logged_in(&mut bench, "5002", "7778");
    bench.answer(1, Bench::first_preview() + 1, true);
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Error(text)) if text.contains("no DN")));
    let refused = bench.offer(9, &["1001"]).try_recv();
    assert!(matches!(refused, Ok(Outcome::Error(text)) if text.contains("another agent is logged in at 5001@S")));
    frames(&mut page);
}

#[test]
fn of_two_dns_with_one_number_the_one_that_has_the_call_is_meant() {
    let mut bench = Bench::new(Role::BrowserPresence);
    let mut lee = worker("lee", "1002", &["5003", "5003"]);
    (lee.lines[1].link, lee.lines[1].switch) = (LinkId(1), "T".into());
    bench.turn(Event::Directory(Arc::new(Directory::new(vec![worker("kim", "1001", &["5001"]), lee]))));
    for link in [LINK, LinkId(1)] {
        bench.turn(Event::TServer(link, vec![Report::Up { server: "lab".into() }]));
        let kind =
            EventKind::Registered { agent: AgentFacts::default(), calls: Some(Vec::new()), out_of_service: false };
        let event = crate::agent_link::Event { this_dn: "5003".into(), kind };
        bench.turn(Event::TServer(link, vec![Report::Event(event, crate::agent_link::Cause::Elsewhere)]));
    }
    let _page = bench.open(1, "lee");
    let kind = EventKind::Call(inbound(ConnId(9)), CallStep::Ringing);
    let event = crate::agent_link::Event { this_dn: "5003".into(), kind };
    bench.turn(Event::TServer(LinkId(1), vec![Report::Event(event, crate::agent_link::Cause::Elsewhere)]));
    bench.requests();
    let (conn_id, dn) = (ConnId(9).to_string().into(), "5003".into());
    let button =
        ClientFrame::Call { button: CallButton::Answer, conn_id, dn, state: CallState::Ringing, to: None, note: None };
    bench.turn(Event::Page(Page::Frame(PageId(1), button)));
    assert!(matches!(bench.requests()[..], [Request::Call { .. }]));
}
