//! What workers say of calls and previews: asked of them once, kept by the T-Server, told where previews are reported.

use super::{bench::*, *};
use crate::{
    agent_link::{Behaviour, CallAction, CallType, Outgoing, PartyChange, Refusal, Ticket, UserDataChange},
    policy::{Disposition, OutcomeForm},
    web::{
        arrival::{Frame, PageKind},
        message::{OutcomeAbout, OutcomeEnd},
    },
    wire::KvList,
};
use tokio::sync::mpsc::Receiver;

const CODES: &str = "\
[[disposition]]\ncode = 'sold'\nlabel = { en = 'Sold', de = 'Verkauft' }\nfor = ['call']\n\
[[disposition]]\ncode = 'busy'\nfor = ['declined', 'missed']\n";

fn form() -> Arc<OutcomeForm> {
    #[derive(serde::Deserialize)]
    struct Part {
        disposition: Vec<Disposition>,
    }
    let Part { disposition: dispositions } = toml::from_str(CODES).expect("dispositions");
    let (code_key, note_key) = ("Code".into(), "Note".into());
    OutcomeForm { dispositions, code_key, note_key, longest_note: 20, offered_for: Duration::from_secs(300) }.into()
}

/// A bench with two pages of kim's.
fn desk() -> (Bench, [Receiver<Frame>; 2]) {
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.hub.settings.outcome = form();
    bench.link_up();
    let pages = [bench.open(1, "kim"), bench.open(2, "kim")];
    bench.requests();
    (bench, pages)
}

fn call(bench: &mut Bench, conn_id: u64, step: CallStep) {
    bench.t_server("5001", EventKind::Call(inbound(ConnId(conn_id)), step), None);
}

/// What a page was told of outcomes, and what it was refused.
fn told(page: &mut Receiver<Frame>) -> Vec<String> {
    let word = |frame| match frame {
        ServerFrame::Outcome(one) => {
            let codes: Vec<_> = one.codes.iter().map(|code| &*code.code).collect();
            let (over, waits) = (if one.over { " over" } else { "" }, if one.waits { " waits" } else { "" });
            Some(format!("{} {:?} {}{over}{waits}", one.id, one.about, codes.join(",")))
        }
        ServerFrame::OutcomeGone { id, end } => Some(format!("{id} {end:?}")),
        ServerFrame::Problem { remark, .. } => Some(serde_json::to_value(remark.why).ok()?.as_str()?.to_owned()),
        _ => None,
    };
    frames(page).into_iter().filter_map(word).collect()
}

fn say(bench: &mut Bench, page: u64, (id, conn_id): (u64, u64), code: Option<&str>, note: Option<&str>) {
    let (conn_id, code, note) = (ConnId(conn_id).to_string().into(), code.map(Into::into), note.map(Into::into));
    bench.turn(Event::Page(Page::Frame(PageId(page), ClientFrame::Outcome { id, conn_id, code, note })));
}

/// The request for an outcome, and its ticket.
fn asked(bench: &mut Bench) -> Option<(Ticket, Request)> {
    let mut asked = std::mem::take(&mut bench.out.requests).into_iter();
    asked.next().map(|Outgoing { ticket, request, .. }| (ticket, request))
}

fn refuse(bench: &mut Bench, ticket: Ticket, code: i64) {
    let message = "no".into();
    let refusal = Refusal { code: Some(code), message, behaviour: Behaviour::Permanent };
    bench.turn(Event::TServer(LINK, vec![Report::Refused(ticket, refusal)]));
}

fn data(pairs: &[(&str, &str)]) -> KvList {
    let mut data = KvList::default();
    pairs.iter().for_each(|(key, value)| data.push_str(*key, *value));
    data
}

fn changed(bench: &mut Bench, conn_id: u64, pairs: &[(&str, &str)], ticket: Ticket) {
    let call = Call { user_data: Some(data(pairs)), ..inbound(ConnId(conn_id)) };
    bench.t_server("5001", EventKind::CallChanged(call), Some(ticket));
}

#[test]
fn of_a_call_that_was_talked_on_the_worker_says_what_came_of_it_on_one_page() {
    let (mut bench, [mut one, mut two]) = desk();
    call(&mut bench, 9, CallStep::Ringing);
    assert_eq!(told(&mut one), [""; 0]);
    call(&mut bench, 9, CallStep::Established);
    call(&mut bench, 9, CallStep::Held);
    call(&mut bench, 9, CallStep::Released);
    assert_eq!(told(&mut one), ["1 Call sold", "1 Call sold over"]);
    say(&mut bench, 1, (1, 9), Some("sold"), Some(" two\nrows "));
    let (ticket, request) = asked(&mut bench).expect("a request");
    let pairs = [("Code", "sold"), ("Note", "two\nrows")];
    let update = CallAction::UserData(UserDataChange::Update(data(&pairs)));
    assert_eq!(request, Request::Call { this_dn: "5001".into(), conn_id: ConnId(9), action: update });
    say(&mut bench, 2, (1, 9), None, Some("another"));
    assert_eq!(asked(&mut bench), None);
    changed(&mut bench, 9, &pairs, ticket);
    say(&mut bench, 2, (1, 9), None, Some("another"));
    assert_eq!(told(&mut one), ["1 Call sold over waits", "1 Saved"]);
    let told_two = told(&mut two);
    let expected = ["1 Call sold", "1 Call sold over", "1 Call sold over waits", "outcome-waits", "1 Saved"];
    assert_eq!(told_two[..5], expected);
    assert_eq!(told_two[5..], ["outcome-closed"]);
}

#[test]
fn what_the_t_server_refuses_or_answers_otherwise_can_be_said_again() {
    let (mut bench, [mut page, _two]) = desk();
    call(&mut bench, 9, CallStep::Established);
    say(&mut bench, 1, (1, 9), Some("sold"), None);
    let (ticket, _) = asked(&mut bench).expect("a request");
    refuse(&mut bench, ticket, 53);
    say(&mut bench, 1, (1, 9), Some("sold"), None);
    let (again, _) = asked(&mut bench).expect("a request");
    // Late, and already refused: it settles nothing.
    changed(&mut bench, 9, &[("Code", "sold")], ticket);
    changed(&mut bench, 9, &[("Code", "else")], again);
    assert_eq!(
        told(&mut page),
        [
            "1 Call sold",
            "1 Call sold waits",
            "1 Call sold",
            "outcome-refused",
            "1 Call sold waits",
            "1 Call sold",
            "outcome-otherwise"
        ]
    );
    say(&mut bench, 1, (1, 9), Some("sold"), None);
    let (third, _) = asked(&mut bench).expect("a request");
    bench.t_server("5001", EventKind::Acknowledged, Some(third));
    call(&mut bench, 9, CallStep::Held);
    call(&mut bench, 9, CallStep::Released);
    assert_eq!(told(&mut page), ["1 Call sold waits", "1 Saved"], "said once, never asked again");
}

#[test]
fn while_the_link_is_down_nothing_is_lost() {
    let (mut bench, [mut page, _two]) = desk();
    call(&mut bench, 9, CallStep::Established);
    call(&mut bench, 9, CallStep::Released);
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "cut".into() }]));
    say(&mut bench, 1, (1, 9), Some("sold"), None);
    assert_eq!(told(&mut page).last().map(String::as_str), Some("outcome-unreachable"));
    bench.link_up();
    bench.requests();
    say(&mut bench, 1, (1, 9), Some("sold"), None);
    assert!(asked(&mut bench).is_some());
}

#[test]
fn what_is_not_offered_is_not_taken() {
    let (mut bench, [mut page, _two]) = desk();
    call(&mut bench, 9, CallStep::Established);
    let _ = told(&mut page);
    let long = "x".repeat(21);
    for (aim, code, note, why) in [
        ((1, 9), Some("busy"), None, "outcome-no-code"),
        ((1, 9), None, Some(long.as_str()), "outcome-no-note"),
        ((1, 9), None, Some(" "), "outcome-empty"),
        ((1, 8), Some("sold"), None, "outcome-closed"),
        ((2, 9), Some("sold"), None, "outcome-closed"),
    ] {
        say(&mut bench, 1, aim, code, note);
        assert_eq!((told(&mut page), asked(&mut bench)), (vec![why.to_owned()], None));
    }
}

#[test]
fn previews_that_were_declined_or_missed_are_asked_of_and_no_others() {
    let (mut bench, [mut page, _two]) = desk();
    let first = Bench::first_preview();
    let outcomes: Vec<_> = (0..3).map(|at| bench.offer(7 + at, &["1001"])).collect();
    bench.answer(1, first, true);
    bench.answer(1, first + 1, false);
    bench.later(Duration::from_secs(50));
    assert_eq!(told(&mut page), ["1 Declined busy over", "2 Missed busy over"]);
    say(&mut bench, 1, (1, 8), Some("busy"), None);
    let (_, request) = asked(&mut bench).expect("a request");
    assert!(matches!(request, Request::Call { conn_id: ConnId(8), .. }), "{request:?}");
    let skip = ClientFrame::OutcomeSkip { id: 2, conn_id: ConnId(9).to_string().into() };
    bench.turn(Event::Page(Page::Frame(PageId(2), skip)));
    assert_eq!(told(&mut page), ["1 Declined busy over waits", "2 Skipped"]);
    drop(outcomes);
}

#[test]
fn what_nobody_says_in_time_is_told_and_a_page_that_comes_back_has_the_rest() {
    let (mut bench, [mut page, _two]) = desk();
    call(&mut bench, 9, CallStep::Established);
    call(&mut bench, 9, CallStep::Released);
    call(&mut bench, 10, CallStep::Established);
    let mut later = bench.open(3, "kim");
    let mut extension = bench.open_in(4, "kim", PageKind::Extension);
    let of = |page: &mut Receiver<Frame>| match frames(page).remove(0) {
        ServerFrame::Snapshot(snapshot) => snapshot.outcomes.iter().map(|one| (one.id, one.about, one.over)).collect(),
        _ => Vec::new(),
    };
    assert_eq!(of(&mut later), [(1, OutcomeAbout::Call, true), (2, OutcomeAbout::Call, false)]);
    assert_eq!(of(&mut extension), []);
    let _ = told(&mut page);
    bench.later(Duration::from_secs(300));
    assert_eq!(told(&mut page), ["1 Late"]);
    bench.later(Duration::from_secs(3_000));
    assert_eq!(told(&mut page), [""; 0], "a call that goes on is not late");
}

#[test]
fn a_consult_call_is_not_asked_of_and_a_call_that_goes_on_as_another_once() {
    let (mut bench, [mut page, _two]) = desk();
    call(&mut bench, 9, CallStep::Established);
    call(&mut bench, 9, CallStep::Held);
    let consult = Call { call_type: CallType::Consult, ..Call::new(ConnId(10)) };
    bench.t_server("5001", EventKind::Call(consult.clone(), CallStep::Dialing), None);
    bench.t_server("5001", EventKind::Call(consult, CallStep::Established), None);
    assert_eq!(told(&mut page), ["1 Call sold"]);
    let merged = Call { previous_conn_id: Some(ConnId(9)), ..inbound(ConnId(11)) };
    bench.t_server("5001", EventKind::Party(merged, PartyChange::Changed), None);
    let told = told(&mut page);
    assert!(told.iter().all(|line| line == "1 Call sold"), "{told:?}");
    say(&mut bench, 1, (1, 11), Some("sold"), None);
    assert!(matches!(asked(&mut bench), Some((_, Request::Call { conn_id: ConnId(11), .. }))));
}

#[test]
fn with_reports_on_it_is_told_to_icon_and_that_counts_where_the_call_is_over() {
    for (codes, of_call) in [(&[][..], true), (&[56], false), (&[51], true), (&[51, 56], false)] {
        let (mut bench, [mut page, _two]) = desk();
        bench.hub.settings.preview_state = Some("UCC_Preview".into());
        bench.hub.reporting = crate::hub::reporting::Reporting::of(Some("UCC_Preview".into()), true);
        call(&mut bench, 9, CallStep::Established);
        call(&mut bench, 9, CallStep::Released);
        say(&mut bench, 1, (1, 9), Some("sold"), None);
        let (mut ticket, mut request) = asked(&mut bench).expect("a request");
        if codes.is_empty() {
            changed(&mut bench, 9, &[("Code", "sold")], ticket);
            (ticket, request) = asked(&mut bench).expect("a report");
        }
        for code in codes {
            refuse(&mut bench, ticket, *code);
            (ticket, request) = asked(&mut bench).expect("a report");
        }
        let Request::DistributeUserEvent { this_dn, conn_id, user_data, .. } = request else { panic!("{request:?}") };
        let pairs =
            [("UCC_ConnID", "0000000000000009"), ("UCC_UserId", "kim"), ("UCC_AgentId", "1001"), ("Code", "sold")];
        assert_eq!((&*this_dn, conn_id, user_data), ("5001", of_call.then_some(ConnId(9)), data(&pairs)));
        bench.t_server("5001", EventKind::Acknowledged, Some(ticket));
        let end = if codes.is_empty() { OutcomeEnd::Saved } else { OutcomeEnd::Reported };
        assert_eq!(told(&mut page).last(), Some(&format!("1 {end:?}")));
        assert_eq!(asked(&mut bench), None, "told once");
    }
}

#[test]
fn where_nothing_is_asked_nothing_is_remembered() {
    let (mut bench, [mut page, _two]) = desk();
    bench.hub.settings.outcome = Arc::default();
    call(&mut bench, 9, CallStep::Established);
    let _outcome = bench.offer(7, &["1001"]);
    bench.answer(1, Bench::first_preview(), false);
    assert_eq!(told(&mut page), [""; 0]);
    assert!(format!("{:?}", bench.hub.given).contains("of: {}, previews: {}"));
}
