//! T-Servers that are not ours: in every mood no event is lost and every request ends.

use crate::desk::{Desk, call, log_in, not_ready, quick, ready, start, switch};
use std::time::Duration;
use uc_connector::agent_link::{
    AgentFacts, AgentStatus, Behaviour, CallAction, CallStep, Cause, Event, EventKind, Report, Request, Ticket,
    WorkMode,
};
use uc_connector::tlib::Config;
use uc_connector::wire::KvList;
use uc_lab::t_server::{Mood, MoodRule};

/// Longer than an answer takes on a busy machine, and short enough to wait for.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A desk whose agent is logged in, at a T-Server that has just come into a mood.
async fn logged_in(mood: impl Into<MoodRule>) -> Desk {
    let server = start(switch()).await;
    let config = Config { request_timeout: TIMEOUT, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.logs_in("5002").await;
    desk.server.mood(mood);
    desk
}

/// The next event with its cause.
async fn heard(desk: &mut Desk) -> (Event, Cause) {
    match desk.next().await {
        Report::Event(event, cause) => (event, cause),
        other => panic!("{other:?}"),
    }
}

async fn agent(desk: &mut Desk) -> (AgentFacts, Cause) {
    match heard(desk).await {
        (Event { kind: EventKind::Agent(facts), .. }, cause) => (facts, cause),
        other => panic!("{other:?}"),
    }
}

/// Whatever the words are, the states and calls are the same.
async fn lives_a_day(mood: Mood) {
    let server = start(switch()).await;
    server.mood(mood.clone());
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    let (snapshot, ..) = desk.registers("5002").await;
    assert_eq!(snapshot.status, AgentStatus::LoggedOut, "{mood:?}");
    for (request, statuses) in [
        (log_in("5002", "12"), &[AgentStatus::NotReady, AgentStatus::NotReady][..]),
        (ready("5002"), &[AgentStatus::Ready]),
        (not_ready("5002", "lunch"), &[AgentStatus::NotReady]),
    ] {
        let mut ticket = Some(desk.asks(request));
        for status in statuses {
            let (facts, answered) = desk.agent().await;
            assert_eq!((facts.status, answered), (*status, ticket.take()), "{mood:?}");
        }
    }
    let mut data = KvList::default();
    data.push_str("Customer", "Kim");
    let id = desk.server.make_call("0199", "5002", data).unwrap();
    let (dn, ringing, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), ringing.conn_id, step), ("5002", id, CallStep::Ringing), "{mood:?}");
    assert!(ringing.user_data.is_none_or(|data| data.str("Customer") == Some("Kim")), "{mood:?}");
    let ticket = desk.asks(call("5002", id, CallAction::Answer));
    assert_eq!(desk.call().await.3, Some(ticket), "{mood:?}");
    let (snapshot, calls, _) = desk.registers("5002").await;
    assert_eq!((snapshot.status, calls.len()), (AgentStatus::NotReady, 1), "{mood:?}");
    desk.asks(Request::AgentLogout { this_dn: "5002".into(), this_queue: None });
    assert_eq!(desk.agent().await.0.status, AgentStatus::LoggedOut, "{mood:?}");
}

#[tokio::test]
async fn optional_attributes_may_be_left_out() {
    lives_a_day(Mood::Terse).await;
    let mut desk = logged_in(Mood::Terse).await;
    desk.asks(not_ready("5002", "lunch"));
    let (facts, _) = agent(&mut desk).await;
    let nothing = AgentFacts { status: AgentStatus::NotReady, ..AgentFacts::default() };
    assert_eq!(facts, nothing);
}

#[tokio::test]
async fn foreign_attributes_and_types_take_nothing_with_them() {
    lives_a_day(Mood::Foreign).await;
    let mut desk = logged_in(Mood::Foreign).await;
    desk.asks(not_ready("5002", "lunch"));
    let (facts, _) = agent(&mut desk).await;
    assert_eq!((facts.reasons.str("ReasonCode"), facts.reasons.0.len()), (Some("lunch"), 5));
}

#[tokio::test]
async fn numbers_may_stand_for_names() {
    lives_a_day(Mood::Numbers).await;
    let mut desk = logged_in(Mood::Numbers).await;
    desk.asks(not_ready("5002", "lunch"));
    let (facts, _) = agent(&mut desk).await;
    assert_eq!((facts.work_mode, facts.agent_id.as_deref()), (WorkMode::AuxWork, Some("12")));
}

#[tokio::test]
async fn the_t_servers_own_numbers_run_in_millions_with_gaps() {
    lives_a_day(Mood::SequenceInMillions).await;
}

#[tokio::test]
async fn an_answer_of_another_kind_ends_the_request() {
    for (event, status) in [
        ("EventAgentReady", Some(AgentStatus::Ready)),
        ("EventAgentLogin", Some(AgentStatus::NotReady)),
        ("EventAgentLogout", Some(AgentStatus::LoggedOut)),
        ("EventACK", None),
        ("EventOfTomorrow", None),
    ] {
        let mut desk = logged_in(Mood::AnswersBy(event.into()).on("RequestAgentNotReady").at("5002")).await;
        let ticket = desk.asks(not_ready("5002", "lunch"));
        let (answer, cause) = heard(&mut desk).await;
        assert_eq!(cause, Cause::Request(ticket), "{event}");
        match (answer.kind, status) {
            (EventKind::Agent(facts), Some(status)) => assert_eq!(facts.status, status),
            (EventKind::Acknowledged | EventKind::Other(_), None) => {}
            other => panic!("{event}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_acknowledgement_is_the_answer_and_the_state_follows() {
    let mut desk = logged_in(Mood::Acknowledges).await;
    let ticket = desk.asks(ready("5002"));
    let (answer, cause) = heard(&mut desk).await;
    assert_eq!((answer.kind, cause), (EventKind::Acknowledged, Cause::Request(ticket)));
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.status, cause), (AgentStatus::Ready, Cause::Elsewhere));
}

#[tokio::test]
async fn an_answer_without_id_is_an_event_and_the_request_times_out() {
    let mut desk = logged_in(Mood::AnswersWithoutId).await;
    let ticket = desk.asks(ready("5002"));
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.status, cause), (AgentStatus::Ready, Cause::Elsewhere));
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code, refusal.behaviour), (ticket, None, Behaviour::Retry));
}

#[tokio::test]
async fn an_answer_for_another_dn_or_none_ends_the_request() {
    let mut desk = logged_in(Mood::AnswersFor("5003".into())).await;
    let ticket = desk.asks(ready("5002"));
    let (answer, cause) = heard(&mut desk).await;
    assert_eq!((&*answer.this_dn, cause), ("5003", Cause::Request(ticket)));

    let mut desk = logged_in(Mood::AnswersForNoDn).await;
    let ticket = desk.asks(ready("5002"));
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.behaviour), (ticket, Behaviour::Retry));
    assert!(refusal.message.contains("no DN"), "{}", refusal.message);
}

#[tokio::test]
async fn a_second_answer_is_nobodys_own_wish() {
    let mut desk = logged_in(Mood::AnswersTwice).await;
    let ticket = desk.asks(ready("5002"));
    assert_eq!(agent(&mut desk).await.1, Cause::Request(ticket));
    assert_eq!(agent(&mut desk).await.1, Cause::EarlierRequest);
}

#[tokio::test]
async fn a_late_answer_is_told_from_a_decision_of_others() {
    let mut desk = logged_in(Mood::AnswersLate(2 * TIMEOUT).on("RequestAgentReady")).await;
    let late = desk.asks(ready("5002"));
    let prompt = desk.asks(not_ready("5002", "lunch"));
    assert_eq!(agent(&mut desk).await.1, Cause::Request(prompt));
    assert_eq!(desk.refusal().await.0, late);
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.status, cause), (AgentStatus::Ready, Cause::EarlierRequest));
}

#[tokio::test]
async fn a_request_that_is_never_answered_ends() {
    let mut desk = logged_in(Mood::NeverAnswers).await;
    let ticket = desk.asks(ready("5002"));
    assert_eq!(desk.refusal().await.0, ticket);
}

#[tokio::test]
async fn each_error_code_means_what_the_table_says() {
    for (code, behaviour) in [
        (43, Behaviour::AlreadySo),
        (1700, Behaviour::AlreadySo),
        (51, Behaviour::Permanent),
        (59, Behaviour::Permanent),
        (58, Behaviour::Retry),
        (4711, Behaviour::Retry),
    ] {
        let mut desk = logged_in(Mood::Refuses(code).at("5002")).await;
        desk.asks(ready("5002"));
        let (_, refusal) = desk.refusal().await;
        assert_eq!((refusal.code, refusal.behaviour), (Some(code), behaviour));
        desk.registers("5003").await;
    }
}

#[tokio::test]
async fn a_t_server_that_decides_otherwise_says_so() {
    let mut desk = logged_in(Mood::Decides(true)).await;
    let ticket = desk.asks(not_ready("5002", "lunch"));
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.status, cause), (AgentStatus::Ready, Cause::Request(ticket)));

    let mut desk = logged_in(Mood::DecidesMode(WorkMode::WalkAway)).await;
    desk.asks(not_ready("5002", "lunch"));
    assert_eq!(agent(&mut desk).await.0.work_mode, WorkMode::WalkAway);
    assert_eq!(desk.server.agent("5002").unwrap().2.as_deref(), Some("WalkAway"));

    let server = start(switch()).await;
    server.mood(Mood::LogsInAs("99".into()));
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.registers("5002").await;
    desk.asks(log_in("5002", "12"));
    assert_eq!(agent(&mut desk).await.0.agent_id.as_deref(), Some("99"));
}

#[tokio::test]
async fn what_a_t_server_decides_by_itself_is_nobodys_answer() {
    let mut desk = logged_in(Mood::LogsOut).await;
    desk.asks(ready("5002"));
    agent(&mut desk).await;
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.status, cause), (AgentStatus::LoggedOut, Cause::Elsewhere));

    let mut desk = logged_in(Mood::AfterCallWork).await;
    desk.asks(ready("5002"));
    agent(&mut desk).await;
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.work_mode, cause), (WorkMode::AfterCallWork, Cause::Elsewhere));
    desk.server.calm();
    desk.asks(ready("5002"));
    assert_eq!(agent(&mut desk).await.0.status, AgentStatus::Ready);
}

#[tokio::test]
async fn a_stranger_at_the_dn_is_seen_with_the_id() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    desk.server.stranger("5002", "4711", true).unwrap();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let (facts, cause) = agent(&mut desk).await;
        assert_eq!(cause, Cause::Elsewhere);
        seen.push((facts.status, facts.agent_id.unwrap().to_string()));
    }
    assert_eq!(seen[0], (AgentStatus::LoggedOut, "12".to_owned()));
    assert_eq!(seen[3], (AgentStatus::Ready, "4711".to_owned()));
    desk.server.logs_out("5002").unwrap();
    assert_eq!(agent(&mut desk).await.0.status, AgentStatus::LoggedOut);
    assert_eq!(desk.registers("5002").await.0.status, AgentStatus::LoggedOut);
}

#[tokio::test]
async fn a_mood_is_felt_where_it_is_meant() {
    let mut desk = logged_in(Mood::Terse.at("5003")).await;
    desk.server.mood(Mood::Refuses(52).on("RequestAgentReady").at("5003"));
    desk.asks(ready("5002"));
    let (facts, cause) = agent(&mut desk).await;
    assert_eq!((facts.agent_id.as_deref(), cause), (Some("12"), Cause::Request(Ticket(3))));
    desk.server.calm();
    assert!(desk.server.moods().is_empty());
}
