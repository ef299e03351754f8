//! What is told of previews by user events: one start and one end each, whatever happens (requirements F12, F40).

use super::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus, Behaviour, Cause, Event as TEvent, Outgoing, Refusal, Ticket},
    routing::message::{Arrival, Withdrawal},
    wire::KvList,
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

/// A bench whose previews are reported as `state`; kim's page is open.
fn reporting(state: &str) -> (Bench, tokio::sync::mpsc::Receiver<crate::web::arrival::Frame>) {
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
        Request::DistributeUserEvent { this_dn, conn_id: Some(conn_id), agent_id: Some(agent_id), user_data } => {
            Some(format!("{this_dn} {} {agent_id}: {}", conn_id.0, pairs(&user_data)))
        }
        _ => None,
    };
    bench.requests().into_iter().filter_map(report).collect()
}

fn withdraw(bench: &mut Bench, why: Withdrawal) {
    let arrival = Arrival::Withdraw { conn_id: ConnId(7), agent: None, why, text: None };
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

fn refusal(code: Option<i64>, behaviour: Behaviour) -> Refusal {
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
    for (code, behaviour, again) in [
        (None, Behaviour::Retry, true),
        (Some(54), Behaviour::Retry, true),
        (Some(53), Behaviour::Permanent, false),
        (Some(43), Behaviour::AlreadySo, false),
    ] {
        let (mut bench, end, _page) = ending();
        let refused = |ticket| Event::TServer(LINK, vec![Report::Refused(ticket, refusal(code, behaviour))]);
        bench.turn(refused(end));
        assert_eq!(sent(&mut bench), [], "not at once");
        bench.later(Duration::from_secs(2));
        let told = sent(&mut bench);
        assert_eq!(told, vec![end; usize::from(again)], "{code:?} {behaviour:?}");
        told.into_iter().for_each(|ticket| bench.turn(refused(ticket)));
        // The link is another.
        let up = Report::Up { server: "lab".into() };
        bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "gone".into() }, up]));
        assert_eq!(sent(&mut bench).len(), usize::from(again), "{code:?} {behaviour:?}");
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
    let told = reports(&mut bench);
    assert!(told[0].starts_with("5001 7 1001: Asked=-") && told[1].starts_with("5001 7 1001: Asked=+"), "{told:?}");
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

/// What happens to the link, and to requests on it.
#[derive(Clone, Copy, Debug)]
enum Act {
    Offer(u8),
    Answer(bool),
    Later,
    Link(bool),
    /// The client refuses what is on its way: it never left.
    Unsent,
    /// There is room again, as the hub's own timer finds in the very turn of an answer.
    RoomAndAnswer,
    Full(bool),
    /// The connection is lost: so many of the requests on their way had arrived, and none was answered.
    Lost(usize),
    /// The T-Server refuses what is on its way, and would take it later.
    NotNow,
}

impl Act {
    /// What arrived, or comes later than what came behind it, is not known: ends may be told twice, and cross starts.
    fn leaves_doubts(self) -> bool {
        matches!(self, Self::Lost(_) | Self::NotNow)
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0_u8..4).prop_map(Act::Offer),
        3 => any::<bool>().prop_map(Act::Answer),
        1 => Just(Act::Later),
        2 => any::<bool>().prop_map(Act::Link),
        2 => Just(Act::Unsent),
        2 => Just(Act::RoomAndAnswer),
        2 => any::<bool>().prop_map(Act::Full),
        1 => (0_usize..4).prop_map(Act::Lost),
        1 => Just(Act::NotNow),
    ]
}

/// What a client of the DN gets, with the client of the T-Server between.
struct Heard {
    bench: Bench,
    up: bool,
    events: Vec<(u64, bool)>,
    answered: HashSet<Ticket>,
}

/// What becomes of a request on its way.
enum Fate {
    Taken,
    Unsent,
    NotNow,
    /// And whether it arrived.
    Unanswered(bool),
}

impl Heard {
    fn of(bench: Bench) -> Self {
        Self { bench, up: true, events: Vec::new(), answered: HashSet::new() }
    }

    fn meet(&mut self, fate: impl Fn(usize) -> Fate) {
        let mut at = 0;
        for Outgoing { ticket, request, .. } in std::mem::take(&mut self.bench.out.requests) {
            let Request::DistributeUserEvent { conn_id, user_data, .. } = &request else { continue };
            let told = (conn_id.expect("of a call").0, user_data.str("P") == Some("+"));
            let refused = |code, behaviour| Report::Refused(ticket, refusal(code, behaviour));
            let report = match fate(at) {
                Fate::Unsent => refused(None, Behaviour::Unsent),
                Fate::NotNow => refused(Some(54), Behaviour::Retry),
                Fate::Unanswered(arrived) => {
                    self.events.extend(arrived.then_some(told));
                    refused(None, Behaviour::Retry)
                }
                Fate::Taken => {
                    self.events.push(told);
                    assert!(self.answered.insert(ticket), "what was answered is not told again");
                    let event = TEvent { this_dn: "5001".into(), kind: EventKind::Acknowledged };
                    Report::Event(event, Cause::Request(ticket))
                }
            };
            at += 1;
            self.bench.turn(Event::TServer(LINK, vec![report]));
        }
    }

    fn arrives(&mut self, refuses: bool) {
        let unsent = refuses || !self.up;
        self.meet(|_| if unsent { Fate::Unsent } else { Fate::Taken });
    }

    fn link(&mut self, up: bool) {
        // Whatever is on its way when the link goes never left.
        self.arrives(!up);
        self.up = up;
        let report = if up { Report::Up { server: "lab".into() } } else { Report::Down { cause: "gone".into() } };
        self.bench.turn(Event::TServer(LINK, vec![report]));
    }

    fn act(&mut self, act: Act) {
        let first = |hub: &Hub| hub.previews.shown_to("kim").map(|(id, _)| id).next();
        match act {
            Act::Offer(conn_id) => drop(self.bench.offer(conn_id.into(), &["1001"])),
            Act::Answer(accept) => {
                let id = first(&self.bench.hub).unwrap_or_default();
                self.bench.answer(1, id, accept);
            }
            Act::Later => self.bench.later(Duration::from_secs(50)),
            Act::Link(up) => self.link(up),
            Act::Unsent => {
                self.arrives(true);
                self.link(false);
            }
            Act::Full(full) => self.bench.out.full = full,
            Act::Lost(arrived) if self.up => {
                self.meet(|at| Fate::Unanswered(at < arrived));
                self.link(false);
            }
            Act::NotNow if self.up => self.meet(|_| Fate::NotNow),
            Act::Lost(_) | Act::NotNow => {}
            Act::RoomAndAnswer => {
                self.bench.out.full = false;
                self.bench.now += Duration::from_secs(1);
                self.act(Act::Answer(true));
            }
        }
    }
}

proptest! {
    #[test]
    fn every_start_has_its_end_and_comes_before_it(acts in prop::collection::vec(act(), 0..60)) {
        let (bench, _page) = reporting("P");
        let mut heard = Heard::of(bench);
        let in_turn = !acts.iter().any(|act| act.leaves_doubts());
        for act in acts {
            heard.act(act);
        }
        heard.bench.out.full = false;
        heard.bench.later(Duration::from_secs(60));
        if !heard.up || in_turn {
            heard.link(false);
            heard.link(true);
        }
        for _ in 0..4 {
            heard.arrives(false);
            heard.bench.later(Duration::from_secs(15 * 60));
        }
        let mut open = HashMap::new();
        for (conn_id, begins) in heard.events {
            let before = open.insert(conn_id, begins).unwrap_or(false);
            prop_assert!(before != begins || !in_turn, "start and end in turn");
        }
        prop_assert!(open.into_values().all(|begun| !begun), "each start has its end");
    }
}
