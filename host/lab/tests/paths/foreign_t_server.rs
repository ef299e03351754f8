//! A T-Server that is not ours answers otherwise: every worker ends in the state that the T-Server has, or the page says
//! what is wrong; nothing is asked over and over.

use crate::story::kim;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use uc_connector::{agent_link::AgentStatus, web::message::StateKind};
use uc_lab::{
    lab::{Lab, Page, Setup},
    t_server::{Mood, MoodRule},
};

/// Long enough for every answer that is waited for and for the first repetitions.
const WATCHED: Duration = Duration::from_secs(14);
/// Fewer requests than this for one line in a minute, whatever is answered.
const FEW: usize = 10;

/// What is expected in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// As the worker chose, and nothing to complain about.
    AsChosen,
    /// As the T-Server decided; the page says that it is not what was asked for.
    AsDecided,
    /// Unknown: the page says why.
    OutOfService,
}

async fn lives_with(mood: MoodRule, end: End) {
    let setup = Setup { t_server: "request-timeout = 1".into(), ..Setup::of(["kim"]) };
    let (lab, mut page) = kim(setup).await;
    let told = format!("{mood:?}");
    lab.t_server.mood(mood);
    let mark = lab.t_server.mark();
    // A login alone does not lead there.
    page.choose("open").await;
    sleep(WATCHED).await;
    let requests = asked(&lab, mark);
    assert!(requests < FEW, "{told}: {requests} requests");
    // What was said until now.
    while let Ok(Some(_)) = timeout(Duration::from_millis(50), page.next()).await {}
    ends(&lab, &page, end, &told);
}

fn asked(lab: &Lab, mark: usize) -> usize {
    let log = lab.t_server.log();
    log[mark..].iter().filter(|entry| entry.message.name.starts_with("Request")).count()
}

fn ends(lab: &Lab, page: &Page, end: End, told: &str) {
    let picture = page.picture().unwrap();
    let shown = picture.kind();
    let truth = match lab.t_server.agent("5000").map(|(_, status, _)| status) {
        None | Some(AgentStatus::LoggedOut) => StateKind::LoggedOut,
        Some(AgentStatus::Ready) => StateKind::Ready,
        Some(AgentStatus::NotReady) => StateKind::NotReady,
    };
    let problem = picture.problem_of("5000");
    match end {
        End::AsChosen => assert_eq!((shown, problem), (StateKind::Ready, None), "{told}"),
        End::AsDecided => assert!(problem.is_some(), "{told}: {shown:?}"),
        End::OutOfService => assert_eq!((shown, problem.is_some()), (StateKind::OutOfService, true), "{told}"),
    }
    assert!(end == End::OutOfService || shown == truth, "{told}: {shown:?} is shown, {truth:?} is true");
}

#[tokio::test]
async fn every_worker_ends_in_a_true_state_whatever_the_t_server_answers() {
    // One that answers each request so, registrations too, never tells a state: nothing is known then.
    let state = "RequestAgentReady";
    let table: Vec<(MoodRule, End)> = vec![
        (Mood::Terse.into(), End::AsChosen),
        (Mood::Foreign.into(), End::AsChosen),
        (Mood::Numbers.into(), End::AsChosen),
        (Mood::SequenceInMillions.into(), End::AsChosen),
        (Mood::Acknowledges.into(), End::AsChosen),
        (Mood::AnswersBy("EventACK".into()).into(), End::OutOfService),
        (Mood::AnswersBy("EventUserEvent".into()).on(state), End::AsChosen),
        (Mood::AnswersWithoutId.into(), End::AsChosen),
        (Mood::AnswersFor("5999".into()).into(), End::OutOfService),
        (Mood::AnswersForNoDn.into(), End::OutOfService),
        (Mood::AnswersTwice.into(), End::AsChosen),
        (Mood::AnswersLate(Duration::from_secs(2)).on(state), End::AsChosen),
        (Mood::Refuses(43).on(state), End::AsDecided),
        (Mood::Refuses(50).on(state), End::AsDecided),
        (Mood::Refuses(51).on(state), End::AsDecided),
        (Mood::NeverAnswers.on(state), End::AsDecided),
        (Mood::Decides(false).on(state), End::AsDecided),
        (Mood::LogsInAs("7777".into()).into(), End::OutOfService),
    ];
    let lives = table.into_iter().map(|(mood, end)| tokio::spawn(lives_with(mood, end)));
    for life in lives.collect::<Vec<_>>() {
        life.await.unwrap();
    }
}

#[tokio::test]
async fn a_registration_that_is_only_acknowledged_is_said_on_the_page_and_to_operators() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    lab.t_server.mood(Mood::AnswersBy("EventACK".into()).on("RequestRegisterAddress"));
    let mark = lab.t_server.mark();
    lab.t_server.close_connections();
    let says = |picture: &uc_lab::lab::Picture| {
        picture.problem_of("5000").is_some_and(|problem| problem.contains("EventRegistered"))
    };
    page.shows("what is wrong", says).await.unwrap();
    assert_eq!(page.picture().unwrap().kind(), StateKind::OutOfService);
    let (_, told) = lab.readiness().await;
    assert!(told.contains("EventRegistered"), "{told}");
    sleep(WATCHED).await;
    assert!(asked(&lab, mark) < FEW);
    lab.t_server.calm();
    lab.t_server.close_connections();
    page.is(StateKind::LoggedOut).await.unwrap();
}
