//! Several pages of one worker stay in step, whatever browser they are in.

use crate::story::{Asker, accepted, data, request};
use uc_connector::web::message::{CallButton, CallState, PreviewEnd, StateKind};
use uc_lab::lab::{Lab, Setup};

#[tokio::test]
async fn state_preview_and_call_show_on_all() {
    let lab = Lab::start(Setup::of(["kim"])).await.unwrap();
    let browser = lab.sign_in("kim").await.unwrap();
    let (mut first, mut second) = (browser.open().await.unwrap(), browser.open().await.unwrap());
    let mut elsewhere = lab.page("kim").await.unwrap();
    first.choose("open").await;
    for page in [&mut first, &mut second, &mut elsewhere] {
        page.is(StateKind::Ready).await.unwrap();
    }
    let urs = Asker::Link(lab.urs().await.unwrap());
    let answer = async || {
        let preview = first.previewed().await.unwrap();
        assert_eq!(elsewhere.previewed().await.unwrap(), preview);
        second.previewed().await.unwrap();
        second.answer(preview.id, true).await;
        for page in [&mut first, &mut second, &mut elsewhere] {
            let end = [(preview.id, PreviewEnd::Accepted)];
            page.shows("that it is accepted", |picture| picture.ends == end).await.unwrap();
        }
    };
    assert_eq!(urs.ask_while(&lab, request(7, ["1000"]), answer).await, accepted("1000", "5000"));
    lab.t_server.make_call("1", "5000", data([])).unwrap();
    let in_state = |state| move |picture: &uc_lab::lab::Picture| picture.call().is_some_and(|call| call.state == state);
    for page in [&mut first, &mut second, &mut elsewhere] {
        page.shows("the call", in_state(CallState::Ringing)).await.unwrap();
    }
    elsewhere.press(CallButton::Answer, None).await;
    for page in [&mut first, &mut second, &mut elsewhere] {
        page.shows("talking", in_state(CallState::Established)).await.unwrap();
    }
}

#[tokio::test]
async fn signing_out_ends_the_pages_of_that_browser_alone() {
    let lab = Lab::start(Setup::of(["kim"])).await.unwrap();
    let browser = lab.sign_in("kim").await.unwrap();
    let (mut first, mut second) = (browser.open().await.unwrap(), browser.open().await.unwrap());
    let mut elsewhere = lab.page("kim").await.unwrap();
    browser.sign_out().await.unwrap();
    assert_eq!((first.closed().await.unwrap(), second.closed().await.unwrap()), (4001, 4001));
    assert!(browser.open().await.is_err(), "the cookie is worth nothing any more");
    elsewhere.choose("open").await;
    elsewhere.is(StateKind::Ready).await.unwrap();
}
