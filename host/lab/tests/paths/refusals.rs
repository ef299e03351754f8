//! EventError by behaviour: worth another try, refused for good, already so. The page's channel says which.

use crate::story::{asked, count, kim};
use uc_connector::web::message::StateKind;
use uc_lab::{
    lab::{Picture, Setup},
    t_server::{Mood, MoodRule},
};

fn refuses(request: &str, code: i64, count: u32) -> MoodRule {
    Mood::Refuses(code).on(request).times(count)
}

fn complains(text: &'static str) -> impl Fn(&Picture) -> bool {
    move |picture| picture.problem_of("5000").is_some_and(|problem| problem.contains(text))
}

#[tokio::test]
async fn what_may_work_later_is_tried_again_until_it_works() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    lab.t_server.mood(refuses("RequestAgentReady", 57, 2));
    let mark = lab.t_server.mark();
    page.choose("open").await;
    page.shows("why it takes time", complains("timeout expired")).await.unwrap();
    page.is(StateKind::Ready).await.unwrap();
    page.shows("that all is well", |picture| picture.problem_of("5000").is_none()).await.unwrap();
    assert_eq!(count(&lab, mark, "RequestAgentReady"), 3);
}

#[tokio::test]
async fn what_is_refused_for_good_is_asked_once_and_shown_until_something_changes() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    lab.t_server.mood(refuses("RequestAgentLogin", 1704, 1000));
    let mark = lab.t_server.mark();
    page.choose("open").await;
    page.shows("the reason", complains("wrong agent ID")).await.unwrap();
    page.is(StateKind::LoggedOut).await.unwrap();
    assert_eq!(count(&lab, mark, "RequestAgentLogin"), 1);
    lab.t_server.heal();
    page.choose("busy").await;
    page.is(StateKind::NotReady).await.unwrap();
    page.shows("that all is well", |picture| picture.problem_of("5000").is_none()).await.unwrap();
}

#[tokio::test]
async fn already_so_is_no_complaint_and_the_t_servers_snapshot_decides() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    lab.t_server.mood(refuses("RequestAgentLogin", 1700, 1));
    let mark = lab.t_server.mark();
    page.choose("open").await;
    // It was not so: the snapshot says that nobody is logged in.
    asked(&lab, mark, "RequestRegisterAddress", "5000").await;
    page.is(StateKind::Ready).await.unwrap();
    assert_eq!(count(&lab, mark, "RequestAgentLogin"), 2);
}

#[tokio::test]
async fn a_request_without_answer_is_tried_again() {
    let (lab, mut page) = kim(Setup { t_server: "request-timeout = 0.3".into(), ..Setup::of(["kim"]) }).await;
    lab.t_server.mood(Mood::NeverAnswers.on("RequestAgentReady").times(1));
    page.choose("open").await;
    page.shows("why it takes time", complains("did not answer in time")).await.unwrap();
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn an_operator_decides_otherwise() {
    let (lab, mut page) = kim(Setup { t_server: "errors = { '1704' = 'retry' }".into(), ..Setup::of(["kim"]) }).await;
    lab.t_server.mood(refuses("RequestAgentLogin", 1704, 1));
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
}
