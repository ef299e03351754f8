//! Calls from the page, one at a time and with a third party: what the buttons ask for and what the T-Server makes of it
//! (requirements F3).

mod pairs;

use crate::story::{asked, count, data, kim, lab_of};
use std::time::Duration;
use uc_connector::{
    web::message::{Call, CallButton, CallEnding, CallState},
    wire::ConnId,
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::{Mood, MoodRule, Step},
};

const CUSTOMER: &str = "+49301234567";

async fn shows(page: &mut Page, wanted: &str, fits: impl Fn(&Picture) -> bool) -> Picture {
    page.shows(wanted, fits).await.unwrap()
}

async fn call_is(page: &mut Page, state: CallState) -> Picture {
    let fits = |picture: &Picture| picture.call().is_some_and(|call| call.state == state);
    shows(page, &format!("a call {state:?}"), fits).await
}

/// The pair shows: where the original stands, and where the consult call.
async fn pair_is(page: &mut Page, original: CallState, consult: CallState) -> Picture {
    let fits = |picture: &Picture| {
        let first = picture.now.calls.iter().find(|call| call.consult_of.is_none());
        let of = first.is_some_and(|first| {
            first.state == original
                && picture.consult().is_some_and(|call| call.consult_of.as_ref() == Some(&first.conn_id))
        });
        of && picture.consult().is_some_and(|call| call.state == consult)
    };
    shows(page, &format!("a pair {original:?} {consult:?}"), fits).await
}

async fn offers(page: &mut Page, button: CallButton) {
    let has = |call: &Call| call.buttons.contains(&button);
    shows(page, &format!("{button:?}"), |picture| picture.now.calls.iter().any(has)).await;
}

async fn none(page: &mut Page) -> Picture {
    shows(page, "no call", |picture| picture.call().is_none()).await
}

fn parties(lab: &Lab, call: ConnId) -> Vec<(String, Step)> {
    let mut parties = lab.t_server.parties(call).unwrap_or_default();
    parties.sort_by(|one, other| one.0.cmp(&other.0));
    parties
}

/// A customer talks to kim, who has lee on the line as well.
async fn consulting(button: CallButton) -> (Lab, Page, Page, ConnId) {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    let call = lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    call_is(&mut kim, CallState::Ringing).await;
    kim.press(CallButton::Answer, None).await;
    call_is(&mut kim, CallState::Established).await;
    kim.press(button, Some("5001")).await;
    let picture = pair_is(&mut kim, CallState::Held, CallState::Dialing).await;
    assert_eq!(&*picture.consult().unwrap().caller, "5001");
    let ringing = call_is(&mut lee, CallState::Ringing).await;
    assert_eq!(ringing.consult(), None, "who is consulted has one call");
    lee.press(CallButton::Answer, None).await;
    pair_is(&mut kim, CallState::Held, CallState::Established).await;
    call_is(&mut lee, CallState::Established).await;
    (lab, kim, lee, call)
}

/// Each step that the T-Server refuses leaves both as they were, and works when asked again.
#[tokio::test]
async fn a_refused_step_of_a_pair_changes_nothing() {
    let (lab, mut kim, _lee, call) = consulting(CallButton::ConsultTransfer).await;
    let before = parties(&lab, call);
    let steps = [
        (CallButton::Alternate, "RequestAlternateCall"),
        (CallButton::CompleteConference, "RequestCompleteConference"),
        (CallButton::CompleteTransfer, "RequestCompleteTransfer"),
        (CallButton::Reconnect, "RequestReconnectCall"),
    ];
    for (number, (button, request)) in (1..).zip(steps) {
        lab.t_server.mood(Mood::Refuses(50).on(request).times(1));
        kim.press_consult(button).await;
        let told = |picture: &Picture| picture.problems == vec!["call-refused"; number];
        let picture = shows(&mut kim, "the refusal", told).await;
        assert!(picture.consult().is_some_and(|consult| consult.buttons.contains(&button)), "{button:?}");
        assert_eq!(parties(&lab, call), before, "{button:?}");
        pair_is(&mut kim, CallState::Held, CallState::Established).await;
    }
    kim.press_consult(CallButton::CompleteTransfer).await;
    none(&mut kim).await;
}

#[tokio::test]
async fn a_refused_step_of_one_call_changes_nothing() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let call = lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    call_is(&mut page, CallState::Ringing).await;
    let mut refused = 0;
    let ringing = [(CallButton::Redirect, "RequestRedirectCall", Some("5009"))];
    let talking = [
        (CallButton::ConsultTransfer, "RequestInitiateTransfer", Some("5009")),
        (CallButton::ConsultConference, "RequestInitiateConference", Some("5009")),
        (CallButton::Conference, "RequestSingleStepConference", Some("5009")),
        (CallButton::Digits, "RequestSendDTMF", Some("1")),
        (CallButton::Mute, "RequestSetMuteOn", None),
    ];
    for (state, steps) in [(CallState::Ringing, &ringing[..]), (CallState::Established, &talking[..])] {
        if state == CallState::Established {
            page.press(CallButton::Answer, None).await;
        }
        let before = call_is(&mut page, state).await.call().cloned();
        let legs = parties(&lab, call);
        for (button, request, to) in steps {
            lab.t_server.mood(Mood::Refuses(50).on(request).times(1));
            page.press(*button, *to).await;
            refused += 1;
            let told = |picture: &Picture| picture.problems.len() == refused;
            let picture = shows(&mut page, &format!("the refusal of {request}"), told).await;
            assert_eq!((picture.call(), parties(&lab, call)), (before.as_ref(), legs.clone()), "{request}");
        }
    }
}

#[tokio::test]
async fn what_two_pages_press_before_the_t_server_answers_is_asked_once() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let mut other = lab.page("kim").await.unwrap();
    lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    call_is(&mut page, CallState::Ringing).await;
    call_is(&mut other, CallState::Ringing).await;
    lab.t_server.mood(Mood::AnswersLate(Duration::from_millis(500)).on("RequestAnswerCall"));
    page.press(CallButton::Answer, None).await;
    other.press(CallButton::Answer, None).await;
    for page in [&mut page, &mut other] {
        let picture = call_is(page, CallState::Established).await;
        assert!(picture.problems.is_empty(), "{:?}", picture.problems);
    }
    assert_eq!(count(&lab, 0, "RequestAnswerCall"), 1);
    // What has come of it may be asked again.
    page.press(CallButton::Hold, None).await;
    call_is(&mut page, CallState::Held).await;
    page.press(CallButton::Retrieve, None).await;
    call_is(&mut page, CallState::Established).await;
    page.press(CallButton::Hold, None).await;
    call_is(&mut page, CallState::Held).await;
    assert_eq!(count(&lab, 0, "RequestHoldCall"), 2);
}

#[tokio::test]
async fn what_the_t_server_does_not_offer_is_no_button_until_it_is_back() {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    for (caller, dn) in [("111", "5000"), ("222", "5001")] {
        let call = lab.t_server.make_call(caller, dn, data([])).unwrap();
        lab.t_server.answer(call, dn).unwrap();
    }
    for page in [&mut kim, &mut lee] {
        offers(page, CallButton::Mute).await;
    }
    lab.t_server.mood(Mood::Refuses(51).on("RequestSetMuteOn"));
    kim.press(CallButton::Mute, None).await;
    let gone = |picture: &Picture| picture.call().is_some_and(|call| !call.buttons.contains(&CallButton::Mute));
    let picture = shows(&mut kim, "no button to mute", gone).await;
    assert_eq!(picture.problems, ["call-unsupported"]);
    let elsewhere = shows(&mut lee, "no button to mute", gone).await;
    assert!(elsewhere.problems.is_empty(), "only who asked is told");
    kim.press(CallButton::Mute, None).await;
    shows(&mut kim, "that it cannot be asked for", |picture| picture.problems.len() == 2).await;
    assert_eq!(count(&lab, 0, "RequestSetMuteOn"), 1);
    lab.t_server.calm();
    lab.t_server.close_connections();
    for page in [&mut kim, &mut lee] {
        shows(page, "the button again", |picture| {
            picture.call().is_some_and(|one| one.buttons.contains(&CallButton::Mute))
        })
        .await;
    }
}

#[tokio::test]
async fn a_call_that_the_t_server_does_not_know_is_read_again() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let call = lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    lab.t_server.answer(call, "5000").unwrap();
    call_is(&mut page, CallState::Established).await;
    let mark = lab.t_server.mark();
    lab.t_server.mood(Mood::Refuses(56).on("RequestHoldCall").times(1));
    page.press(CallButton::Hold, None).await;
    asked(&lab, mark, "RequestRegisterAddress", "5000").await;
    offers(&mut page, CallButton::Hold).await;
}

#[tokio::test]
async fn a_call_from_the_page_is_dialled_answered_and_ended() {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    shows(&mut kim, "that it can dial", |picture| picture.now.channels.iter().all(|channel| channel.dial)).await;
    kim.dial("5000", " 5001 ").await;
    let picture = call_is(&mut kim, CallState::Dialing).await;
    assert_eq!(&*picture.call().unwrap().caller, "5001", "whom the call is with");
    assert_eq!(&*call_is(&mut lee, CallState::Ringing).await.call().unwrap().caller, "5000");
    lee.press(CallButton::Answer, None).await;
    call_is(&mut kim, CallState::Established).await;
    kim.press(CallButton::Release, None).await;
    none(&mut kim).await;
    none(&mut lee).await;
}

#[tokio::test]
async fn what_cannot_be_dialled_is_refused_and_told() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    for (dn, to) in [("5000", ""), ("5000", "\u{7}"), ("5001", "5000")] {
        page.dial(dn, to).await;
    }
    shows(&mut page, "three refusals", |picture| picture.problems == ["call-refused"; 3]).await;
    assert_eq!(count(&lab, 0, "RequestMakeCall"), 0);
    lab.t_server.mood(Mood::Refuses(51).on("RequestMakeCall"));
    page.dial("5000", "0199").await;
    shows(&mut page, "no way to dial", |picture| picture.now.channels.iter().all(|channel| !channel.dial)).await;
}

#[tokio::test]
async fn a_busy_party_leaves_a_leg_to_hang_up() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.dial("5000", "0199").await;
    call_is(&mut page, CallState::Dialing).await;
    let call = lab.t_server.calls()[0];
    lab.t_server.destination_busy(call).unwrap();
    let picture = call_is(&mut page, CallState::Busy).await;
    assert_eq!(picture.call().unwrap().buttons, [CallButton::Release]);
    page.press(CallButton::Release, None).await;
    none(&mut page).await;
    assert_eq!(lab.t_server.calls(), []);
}

#[tokio::test]
async fn digits_are_sent_once_the_network_has_the_call_and_no_log_shows_them() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.dial("5000", "0199").await;
    call_is(&mut page, CallState::Dialing).await;
    lab.t_server.network_reached(lab.t_server.calls()[0]).unwrap();
    call_is(&mut page, CallState::NetworkReached).await;
    let mark = lab.t_server.mark();
    page.press(CallButton::Digits, Some("12*#")).await;
    let sent = asked(&lab, mark, "RequestSendDTMF", "5000").await;
    assert_eq!(sent.str("dTMFDigits"), Some("12*#"));
    assert!(!sent.to_string().contains("12*#"), "{sent}");
    page.press(CallButton::Digits, Some("12a")).await;
    shows(&mut page, "the refusal", |picture| picture.problems == ["call-refused"]).await;
}

#[tokio::test]
async fn a_ringing_call_goes_elsewhere() {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    call_is(&mut kim, CallState::Ringing).await;
    kim.press(CallButton::Redirect, Some("5001")).await;
    let ended = none(&mut kim).await;
    assert_eq!(ended.endings.last().map(|(_, ending)| *ending), Some(CallEnding::Redirected));
    call_is(&mut lee, CallState::Ringing).await;
}

#[tokio::test]
async fn a_third_party_joins_at_once_and_who_is_muted_is_heard_again() {
    let lab = lab_of(["kim", "lee"]).await;
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    let call = lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
    lab.t_server.answer(call, "5000").unwrap();
    call_is(&mut kim, CallState::Established).await;
    kim.press(CallButton::Conference, Some("5001")).await;
    shows(&mut kim, "two others", |picture| picture.call().is_some_and(|one| one.parties.len() == 2)).await;
    call_is(&mut lee, CallState::Ringing).await;
    kim.press(CallButton::Mute, None).await;
    shows(&mut kim, "muted", |picture| picture.call().is_some_and(|one| one.muted)).await;
    kim.press(CallButton::Unmute, None).await;
    shows(&mut kim, "heard again", |picture| picture.call().is_some_and(|one| !one.muted)).await;
}
