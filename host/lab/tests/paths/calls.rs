//! A call by the page's buttons, as the T-Server's events tell it (requirements F3).

use crate::story::{asked, data, kim, lab_of};
use uc_connector::web::message::{CallButton, CallState};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::Step,
};

async fn becomes(page: &mut Page, state: CallState) -> Picture {
    let fits = |picture: &Picture| picture.call().is_some_and(|call| call.state == state);
    page.shows(&format!("a call {state:?}"), fits).await.unwrap()
}

async fn no_call(page: &mut Page) {
    page.shows("no call", |picture| picture.call().is_none()).await.unwrap();
}

#[tokio::test]
async fn rings_is_answered_held_retrieved_transferred_and_released() {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    let call = lab.t_server.make_call("+49301234567", "5000", data([("Product", "Tyre"), ("Product", "Rim")])).unwrap();
    let ringing = becomes(&mut kim, CallState::Ringing).await;
    let shown = ringing.call().unwrap();
    assert_eq!((&*shown.caller, &*shown.conn_id), ("+49301234567", &*call.to_string()));
    assert_eq!(shown.data.iter().map(|pair| &*pair.value).collect::<Vec<_>>(), ["Tyre", "Rim"]);
    let mark = lab.t_server.mark();
    kim.press(CallButton::Answer, None).await;
    assert_eq!(asked(&lab, mark, "RequestAnswerCall", "5000").await.conn_id("connID"), Some(call));
    let talking = becomes(&mut kim, CallState::Established).await;
    let offered = &talking.call().unwrap().buttons;
    assert!(
        [CallButton::Hold, CallButton::Transfer, CallButton::Release].iter().all(|button| offered.contains(button))
    );
    kim.press(CallButton::Hold, None).await;
    becomes(&mut kim, CallState::Held).await;
    kim.press(CallButton::Retrieve, None).await;
    becomes(&mut kim, CallState::Established).await;
    kim.press(CallButton::Transfer, Some("5001")).await;
    no_call(&mut kim).await;
    becomes(&mut lee, CallState::Ringing).await;
    lee.press(CallButton::Answer, None).await;
    becomes(&mut lee, CallState::Established).await;
    lee.press(CallButton::Release, None).await;
    no_call(&mut lee).await;
    assert_eq!(lab.t_server.parties(call), None);
}

#[tokio::test]
async fn the_caller_hangs_up_before_and_after_the_answer() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    becomes(&mut page, CallState::Ringing).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    no_call(&mut page).await;
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    lab.t_server.answer(call, "5000").unwrap();
    becomes(&mut page, CallState::Established).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    no_call(&mut page).await;
}

#[tokio::test]
async fn what_is_attached_later_shows_and_a_page_opened_later_sees_the_call() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    becomes(&mut page, CallState::Ringing).await;
    lab.t_server.attach(call, &data([("Order", "77")])).unwrap();
    let attached = |picture: &Picture| picture.call().is_some_and(|call| call.data.iter().any(|p| &*p.value == "77"));
    page.shows("the attached data", attached).await.unwrap();
    let mut second = lab.page("kim").await.unwrap();
    second.shows("the attached data", attached).await.unwrap();
}

#[tokio::test]
async fn a_button_that_the_call_does_not_allow_is_refused_here() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    becomes(&mut page, CallState::Ringing).await;
    page.press(CallButton::Hold, None).await;
    page.shows("the refusal", |picture| picture.problems == ["call-refused"]).await.unwrap();
    assert_eq!(lab.t_server.parties(call).unwrap()[1], ("5000".to_owned(), Step::Ringing));
    assert_eq!(crate::story::count(&lab, 0, "RequestHoldCall"), 0);
}

#[tokio::test]
async fn the_t_servers_own_refusal_of_a_call_request_is_told() {
    let (lab, mut page): (Lab, Page) = kim(Setup::of(["kim"])).await;
    lab.t_server.make_call("123", "5000", data([])).unwrap();
    becomes(&mut page, CallState::Ringing).await;
    lab.t_server.mood(uc_lab::t_server::Mood::Refuses(54).on("RequestAnswerCall").times(1));
    page.press(CallButton::Answer, None).await;
    page.shows("the refusal", |picture| picture.problems == ["call-refused"]).await.unwrap();
    page.press(CallButton::Answer, None).await;
    becomes(&mut page, CallState::Established).await;
}
