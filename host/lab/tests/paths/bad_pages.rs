//! Pages that misbehave hurt themselves alone: they are told, counted, or closed, and everybody else works on.

use crate::story::{Asker, accepted, kim, request};
use tokio_tungstenite::tungstenite::Message;
use uc_connector::{
    routing::preview_request::PreviewRequest,
    web::message::{CallButton, CallState, ClientFrame, StateKind},
    wire::KvList,
};
use uc_lab::lab::{Lab, OpenError, Page, Setup};

/// The same value under each key.
fn data(keys: &[String], value: &str) -> KvList {
    let mut list = KvList::default();
    keys.iter().for_each(|key| list.push_str(key.as_str(), value));
    list
}

async fn still_works(lab: &Lab, page: &mut Page) {
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    let urs = Asker::Link(lab.urs().await.unwrap());
    let accept = async || {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, true).await;
    };
    assert_eq!(urs.ask_while(lab, request(99, ["1000"]), accept).await, accepted("1000", "5000"));
}

#[tokio::test]
async fn a_page_that_does_not_read_is_closed_and_the_workers_other_page_misses_nothing() {
    let web = "[web.limits]\nqueued-frames = 8".into();
    let (lab, mut page) = kim(Setup { web, ..Setup::of(["kim"]) }).await;
    let deaf = lab.page("kim").await.unwrap();
    let urs = Asker::Link(lab.urs().await.unwrap());
    // Pages are sent no longer value, and no more of them.
    let long = "x".repeat(4_000);
    let many: Vec<_> = (0..50).map(|number| format!("Long{number}")).collect();
    let mut declined = 0;
    while lab.metric("uc_pages_open").await > 1.0 {
        declined += 1;
        assert!(declined < 200, "the deaf page is never closed");
        let request = PreviewRequest { user_data: data(&many, &long), ..request(declined, ["1000"]) };
        let decline = async || {
            let preview = page.previewed().await.unwrap();
            page.answer(preview.id, false).await;
            page.shows("no preview", |picture| picture.preview().is_none()).await.unwrap();
        };
        urs.ask_while(&lab, request, decline).await;
    }
    still_works(&lab, &mut page).await;
    drop(deaf);
}

#[tokio::test]
async fn too_large_binary_and_malformed_frames_close_the_page_with_their_code() {
    let lab = Lab::start(Setup::of(["kim"])).await.unwrap();
    let browser = lab.sign_in("kim").await.unwrap();
    let mut good = browser.open().await.unwrap();
    let mut large = browser.open().await.unwrap();
    large.send_text(" ".repeat(20_000)).await;
    assert_eq!(large.closed().await.unwrap(), 1009);
    let mut binary = browser.open().await.unwrap();
    binary.send_message(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(binary.closed().await.unwrap(), 1003);
    let mut malformed = browser.open().await.unwrap();
    malformed.send_text(r#"{"type":"choose","state":"open","more":1}"#).await;
    malformed.shows("that it is not understood", |picture| picture.problems == ["bad-frame"]).await.unwrap();
    for _ in 0..9 {
        malformed.send_text("no JSON").await;
    }
    assert_eq!(malformed.closed().await.unwrap(), 1008);
    let mut chatty = browser.open().await.unwrap();
    for _ in 0..60 {
        chatty.send(&ClientFrame::Resync {}).await;
    }
    assert_eq!(chatty.closed().await.unwrap(), 4029);
    assert!(lab.metric("uc_web_bad_frames_total").await >= 10.0);
    assert!(lab.metric("uc_web_pages_closed_total").await >= 4.0);
    still_works(&lab, &mut good).await;
}

#[tokio::test]
async fn frames_out_of_order_are_answered_with_a_problem() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.answer(12345, true).await;
    let call = |dn: &str| ClientFrame::Call {
        button: CallButton::Answer,
        conn_id: "00000000000000ff".into(),
        dn: dn.into(),
        state: CallState::Ringing,
        to: None,
        note: None,
    };
    page.send(&call("5000")).await;
    page.send(&call("5999")).await;
    let problems = ["preview-closed", "call-refused", "call-refused"];
    page.shows("three problems", |picture| picture.problems == problems).await.unwrap();
    page.choose("no-such-state").await;
    page.send(&ClientFrame::LogOut {}).await;
    page.send(&ClientFrame::Idle { idle: false }).await;
    still_works(&lab, &mut page).await;
}

#[tokio::test]
async fn strangers_open_no_page() {
    let lab = Lab::start(Setup::of(["kim"])).await.unwrap();
    let browser = lab.sign_in("kim").await.unwrap();
    let status = |opened: Result<_, OpenError>| match opened {
        Err(OpenError::Refused(status)) => status,
        other => panic!("{:?}", other.err()),
    };
    let mut foreign = browser.request().unwrap();
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(status(browser.socket(foreign).await), 403);
    let mut guessed = browser.request().unwrap();
    guessed.headers_mut().insert("cookie", "uc-session=guessed".parse().unwrap());
    assert_eq!(status(browser.socket(guessed).await), 401);
    let wrong = uc_lab::lab::Browser::sign_in(lab.users().clone(), "kim", "wrong").await;
    assert_eq!(wrong.err().unwrap().status, 401);
    still_works(&lab, &mut browser.open().await.unwrap()).await;
}
