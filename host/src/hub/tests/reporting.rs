//! What is told of previews by user events: one start and one end each, whatever happens (requirements F12, F40).

use super::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus, Behaviour, Cause, Event as TEvent, Outgoing, Refusal, Ticket},
    routing::message::{RoutingArrival, Withdrawal},
    wire::KvList,
};

/// A bench whose previews are reported as `state`; kim's page is open.
pub(super) fn reporting(state: &str) -> (Bench, tokio::sync::mpsc::Receiver<crate::web::arrival::Frame>) {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.reporting = crate::hub::reporting::Reporting::of(Some(state.into()), false);
    bench.link_up();
    let page = bench.open(1, "kim");
    bench.requests();
    (bench, page)
}

/// What was sent since: DN, ConnID, agent and the pairs of each user event.
fn reports(bench: &mut Bench) -> Vec<String> {
    let pairs = |data: &KvList| {
        let pairs = data.0.iter().map(|(key, _)| format!("{key}={}", data.str(key).expect("flat")));
        pairs.collect::<Vec<_>>().join(" ")
    };
    let report = |request| match request {
        Request::DistributeUserEvent { this_dn, conn_id, agent_id: Some(agent_id), user_data } => {
            let conn_id = conn_id.map_or("none".into(), |conn_id| conn_id.0.to_string());
            Some(format!("{this_dn} {conn_id} {agent_id}: {}", pairs(&user_data)))
        }
        _ => None,
    };
    bench.requests().into_iter().filter_map(report).collect()
}

fn withdraw(bench: &mut Bench, why: Withdrawal) {
    let arrival = RoutingArrival::Withdraw { conn_id: ConnId(7), agent: None, why, text: None };
    bench.turn(Event::Routing(arrival));
}

#[test]
fn a_preview_is_told_of_with_every_key_and_ends_with_its_reason() {
    type End = fn(&mut Bench);
    let ends: [(&str, End); 6] = [
        ("Accepted", |bench| bench.answer(1, Bench::first_preview(), true)),
        ("Rejected", |bench| bench.answer(1, Bench::first_preview(), false)),
        ("Timeout", |bench| bench.later(Duration::from_secs(50))),
        ("Cancelled", |bench| withdraw(bench, Withdrawal::Cancelled)),
        ("CallerGone", |bench| withdraw(bench, Withdrawal::CallerGone)),
        ("NoClient", |bench| {
            bench.turn(Event::Page(Page::Closed(PageId(1))));
            bench.later(Duration::from_secs(10));
        }),
    ];
    for (reason, end) in ends {
        let (mut bench, _page) = reporting("UCC_Preview");
        let _outcome = bench.offer(7, &["1001"]);
        let start = "5001 7 1001: UCC_Preview=+ UCC_ConnID=0000000000000007 UCC_UserId=kim UCC_AgentId=1001";
        assert_eq!(reports(&mut bench), [start]);
        end(&mut bench);
        assert_eq!(reports(&mut bench), [format!("5001 7 1001: UCC_Preview=- UCC_Reason={reason}")]);
    }
}

#[test]
fn of_a_broadcast_each_who_saw_it_is_told_of_and_the_others_are_not() {
    let (mut bench, _page) = reporting("Asked");
    let _outcome = bench.offer(7, &["1001", "1002"]);
    assert_eq!(reports(&mut bench).len(), 1, "lee sees nothing");
    let _lees = bench.open(2, "lee");
    let seen = reports(&mut bench);
    assert!(seen.len() == 1 && seen[0].starts_with("5003 7 1002: Asked=+ "), "{seen:?}");
    bench.answer(2, Bench::first_preview(), true);
    let ends = ["5001 7 1001: Asked=- UCC_Reason=TakenByAnother", "5003 7 1002: Asked=- UCC_Reason=Accepted"];
    assert_eq!(reports(&mut bench), ends);
}

#[test]
fn nothing_is_told_of_unless_it_is_wanted() {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let _page = bench.open(1, "kim");
    let _outcome = bench.offer(7, &["1001"]);
    bench.answer(1, Bench::first_preview(), true);
    assert_eq!(reports(&mut bench), [""; 0]);
}

#[test]
fn where_another_agent_sits_nothing_is_told_of_the_workers() {
    let (mut bench, _page) = reporting("Asked");
    let stranger = |agent: &str| AgentFacts { agent_id: Some(agent.into()), ..AgentFacts::default() };
    for (dn, told) in [("5001", "5002 7 1001: Asked=+"), ("5002", "")] {
        let facts = AgentFacts { status: AgentStatus::Ready, ..stranger("7777") };
        bench.t_server(dn, EventKind::Agent(facts), None);
        bench.requests();
        let _outcome = bench.offer(7, &["1001"]);
        let reports = reports(&mut bench);
        assert!(reports.iter().all(|report| report.starts_with(told)), "{reports:?}");
        assert_eq!(reports.len(), usize::from(!told.is_empty()));
        bench.later(Duration::from_secs(60));
        bench.requests();
    }
}

/// A report that may have arrived is not told twice, and its end is told all the same.
#[test]
fn a_report_that_was_not_answered_is_not_repeated() {
    let (mut bench, _page) = reporting("Asked");
    let _outcome = bench.offer(7, &["1001"]);
    let [Outgoing { ticket, .. }] = &std::mem::take(&mut bench.out.requests)[..] else { panic!("one") };
    let (message, behaviour) = ("lost before the answer".into(), Behaviour::Retry);
    let refusal = Refusal { code: None, message, behaviour };
    let down = Report::Down { cause: "gone".into() };
    bench.turn(Event::TServer(LINK, vec![Report::Refused(*ticket, refusal), down]));
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    assert_eq!(reports(&mut bench), [""; 0]);
    bench.answer(1, Bench::first_preview(), true);
    assert_eq!(reports(&mut bench), ["5001 7 1001: Asked=- UCC_Reason=Accepted"]);
}

/// The tickets of the user events that were sent since.
fn sent(bench: &mut Bench) -> Vec<Ticket> {
    let event = |out: &Outgoing| matches!(out.request, Request::DistributeUserEvent { .. });
    std::mem::take(&mut bench.out.requests).iter().filter(|out| event(out)).map(|out| out.ticket).collect()
}

pub(super) fn refusal(code: Option<i64>, behaviour: Behaviour) -> Refusal {
    Refusal { code, message: "not now".into(), behaviour }
}

/// A bench whose end of a state is on its way, with this ticket; kim's page is open.
fn ending() -> (Bench, Ticket, tokio::sync::mpsc::Receiver<crate::web::arrival::Frame>) {
    let (mut bench, page) = reporting("Asked");
    let _outcome = bench.offer(7, &["1001"]);
    let [start] = sent(&mut bench)[..] else { panic!("one") };
    let event = TEvent { this_dn: "5001".into(), kind: EventKind::Acknowledged };
    bench.turn(Event::TServer(LINK, vec![Report::Event(event, Cause::Request(start))]));
    bench.answer(1, Bench::first_preview(), true);
    let [end] = sent(&mut bench)[..] else { panic!("one") };
    (bench, end, page)
}

#[test]
fn the_end_of_a_state_is_told_again_until_the_t_server_has_answered_it_or_never_will() {
    // Of a call that is over it is told once more, without the call.
    for (code, behaviour, [at_once, later, on_another_link]) in [
        (None, Behaviour::Retry, [0, 1, 1]),
        (Some(54), Behaviour::Retry, [0, 1, 1]),
        (Some(53), Behaviour::Permanent, [0; 3]),
        (Some(43), Behaviour::AlreadySo, [0; 3]),
        (Some(56), Behaviour::Permanent, [1, 0, 0]),
        (Some(56), Behaviour::Retry, [1, 1, 1]),
    ] {
        let (mut bench, end, _page) = ending();
        let refused = |ticket| Event::TServer(LINK, vec![Report::Refused(ticket, refusal(code, behaviour))]);
        let again = |bench: &mut Bench, times| {
            let told = sent(bench);
            assert_eq!(told, vec![end; times], "{code:?} {behaviour:?}");
            told.into_iter().for_each(|ticket| bench.turn(refused(ticket)));
        };
        bench.turn(refused(end));
        again(&mut bench, at_once);
        bench.later(Duration::from_secs(2));
        again(&mut bench, later);
        let up = Report::Up { server: "lab".into() };
        bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "gone".into() }, up]));
        again(&mut bench, on_another_link);
    }
}

#[test]
fn the_state_of_a_call_that_is_over_ends_without_it() {
    let (mut bench, end, _page) = ending();
    bench.turn(Event::TServer(LINK, vec![Report::Refused(end, refusal(Some(56), Behaviour::Permanent))]));
    let told = reports(&mut bench);
    assert_eq!(told, ["5001 none 1001: Asked=- UCC_Reason=Accepted UCC_ConnID=0000000000000007"]);
}

/// The interaction may be at another switch than the worker.
#[test]
fn where_the_t_server_does_not_know_the_call_both_are_told_without_it() {
    let (mut bench, _page) = reporting("Asked");
    let _outcome = bench.offer(7, &["1001"]);
    bench.answer(1, Bench::first_preview(), true);
    for ticket in sent(&mut bench) {
        bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal(Some(56), Behaviour::Permanent))]));
    }
    let told = reports(&mut bench);
    let (begins, ends) =
        ("Asked=+ UCC_ConnID=0000000000000007", "Asked=- UCC_Reason=Accepted UCC_ConnID=0000000000000007");
    assert_eq!(
        told,
        [format!("5001 none 1001: {begins} UCC_UserId=kim UCC_AgentId=1001"), format!("5001 none 1001: {ends}")]
    );
}

#[test]
fn what_begins_is_told_once_more_where_it_was_refused_for_now_and_its_end_after_it() {
    for (code, behaviour, told) in [
        (Some(54), Behaviour::Retry, &["Asked=+", "Asked=-"][..]),
        (None, Behaviour::Retry, &["Asked=-"]),
        (Some(53), Behaviour::Permanent, &[]),
    ] {
        let (mut bench, _page) = reporting("Asked");
        let _outcome = bench.offer(7, &["1001"]);
        let [start] = sent(&mut bench)[..] else { panic!("one") };
        bench.turn(Event::TServer(LINK, vec![Report::Refused(start, refusal(code, behaviour))]));
        bench.answer(1, Bench::first_preview(), true);
        bench.later(Duration::from_secs(2));
        let again = reports(&mut bench);
        let signs: Vec<_> = again.iter().filter_map(|report| report.split([' ']).nth(3)).collect();
        assert_eq!(signs, told, "{code:?} {behaviour:?}");
    }
}

#[test]
fn a_t_server_that_never_takes_the_end_is_asked_ever_more_seldom_and_not_for_ever() {
    let (mut bench, end, _page) = ending();
    let (mut tries, begun) = (vec![end], bench.now);
    while let Some(ticket) = tries.pop() {
        bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal(Some(54), Behaviour::Retry))]));
        let times = (0..20).find(|_| {
            bench.later(Duration::from_secs(60));
            tries = sent(&mut bench);
            !tries.is_empty()
        });
        assert!(tries.len() <= 1 && times.is_some() != tries.is_empty());
    }
    let hours = bench.now.since(begun).as_secs() / 3600;
    assert!((20..30).contains(&hours), "{hours}");
}

/// ICON would take the old end for that of the new state.
#[test]
fn nothing_of_the_same_call_overtakes_an_end_that_is_told_again() {
    let (mut bench, end, _page) = ending();
    bench.turn(Event::TServer(LINK, vec![Report::Refused(end, refusal(Some(54), Behaviour::Retry))]));
    let _same = bench.offer(7, &["1001"]);
    let _other = bench.offer(8, &["1001"]);
    let told = reports(&mut bench);
    assert!(matches!(&told[..], [other] if other.starts_with("5001 8 1001: Asked=+")), "{told:?}");
    bench.later(Duration::from_secs(1));
    assert_eq!(reports(&mut bench), ["5001 7 1001: Asked=- UCC_Reason=Accepted"]);
    let event = TEvent { this_dn: "5001".into(), kind: EventKind::Acknowledged };
    bench.turn(Event::TServer(LINK, vec![Report::Event(event, Cause::Request(end))]));
    let told = reports(&mut bench);
    assert!(matches!(&told[..], [start] if start.starts_with("5001 7 1001: Asked=+")), "{told:?}");
}

/// It may be refused, and told again.
#[test]
fn nothing_of_the_same_call_is_told_before_an_end_is_answered() {
    let event = TEvent { this_dn: "5001".into(), kind: EventKind::Acknowledged };
    for answer in [Some(refusal(Some(50), Behaviour::Permanent)), Some(refusal(None, Behaviour::AlreadySo)), None] {
        let (mut bench, end, _page) = ending();
        let outcomes = [7, 8].map(|conn_id| bench.offer(conn_id, &["1001"]));
        bench.answer(1, Bench::first_preview() + 1, false);
        let told = reports(&mut bench);
        assert!(matches!(&told[..], [other] if other.starts_with("5001 8 1001: Asked=+")), "{told:?}");
        let answer = answer
            .map_or_else(|| Report::Event(event.clone(), Cause::Request(end)), |refusal| Report::Refused(end, refusal));
        bench.turn(Event::TServer(LINK, vec![answer]));
        let told = reports(&mut bench);
        assert!(told[0].starts_with("5001 7 1001: Asked=+"), "{told:?}");
        assert_eq!(told[1..], ["5001 7 1001: Asked=- UCC_Reason=Rejected"]);
        drop(outcomes);
    }
}

/// ICON would see an end without a start.
#[test]
fn what_the_t_server_refused_to_begin_does_not_end() {
    for answered_first in [true, false] {
        let (mut bench, _page) = reporting("Asked");
        let _outcome = bench.offer(7, &["1001"]);
        let [Outgoing { ticket, .. }] = &std::mem::take(&mut bench.out.requests)[..] else { panic!("one") };
        let refusal = Refusal { code: Some(50), message: "not here".into(), behaviour: Behaviour::Permanent };
        let refused = Event::TServer(LINK, vec![Report::Refused(*ticket, refusal)]);
        if answered_first {
            // Its end has left by then.
            bench.answer(1, Bench::first_preview(), true);
            assert_eq!(reports(&mut bench).len(), 1);
            bench.turn(refused);
        } else {
            bench.turn(refused);
            bench.answer(1, Bench::first_preview(), true);
        }
        assert_eq!(reports(&mut bench), [""; 0]);
    }
}
