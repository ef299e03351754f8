//! Two calls of one worker that belong together: transfer and conference in two steps, and what comes of them.

use super::*;

#[tokio::test]
async fn a_transfer_in_two_steps_leaves_the_caller_with_the_colleague() {
    let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultTransfer).await;
    kim.press_consult(CallButton::CompleteTransfer).await;
    let ended = none(&mut kim).await;
    let ends: Vec<_> = ended.endings.iter().map(|(_, ending)| *ending).collect();
    assert_eq!(ends, [CallEnding::Transferred, CallEnding::Transferred]);
    let with_customer = |picture: &Picture| picture.call().is_some_and(|one| *one.conn_id == *call.to_string());
    let picture = shows(&mut lee, "the customer's call", with_customer).await;
    assert_eq!((picture.now.calls.len(), &*picture.call().unwrap().caller), (1, CUSTOMER));
    assert_eq!(picture.endings.last().map(|(_, ending)| *ending), Some(CallEnding::Merged));
    let talk = [(CUSTOMER.to_owned(), Step::Established), ("5001".to_owned(), Step::Established)];
    assert_eq!(parties(&lab, call), talk);
}

#[tokio::test]
async fn a_conference_in_two_steps_has_three_parties_until_one_leaves() {
    let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultConference).await;
    kim.press_consult(CallButton::CompleteConference).await;
    let three =
        |picture: &Picture| picture.call().is_some_and(|one| one.parties.len() == 2) && picture.now.calls.len() == 1;
    let picture = shows(&mut kim, "a conference", three).await;
    let shown = picture.call().unwrap();
    assert_eq!((shown.state, &*shown.conn_id, &*shown.caller), (CallState::Established, &*call.to_string(), CUSTOMER));
    assert_eq!(shown.parties.iter().map(|party| &**party).collect::<Vec<_>>(), [CUSTOMER, "5001"]);
    assert_eq!(parties(&lab, call).len(), 3);
    shows(&mut lee, "the conference", |picture| picture.call().is_some_and(|one| *one.conn_id == *call.to_string()))
        .await;
    lee.press(CallButton::Release, None).await;
    none(&mut lee).await;
    let two = |picture: &Picture| picture.call().is_some_and(|one| one.parties.len() == 1);
    shows(&mut kim, "one party less", two).await;
    assert_eq!(parties(&lab, call).len(), 2);
}

#[tokio::test]
async fn who_waits_and_who_talks_change_places_and_the_transfer_completes_from_either() {
    let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultTransfer).await;
    kim.press_consult(CallButton::Alternate).await;
    pair_is(&mut kim, CallState::Established, CallState::Held).await;
    kim.press_consult(CallButton::Alternate).await;
    pair_is(&mut kim, CallState::Held, CallState::Established).await;
    kim.press_consult(CallButton::Alternate).await;
    pair_is(&mut kim, CallState::Established, CallState::Held).await;
    kim.press_consult(CallButton::CompleteTransfer).await;
    none(&mut kim).await;
    shows(&mut lee, "the customer's call", |picture| {
        picture.call().is_some_and(|one| *one.conn_id == *call.to_string())
    })
    .await;
    assert_eq!(parties(&lab, call).len(), 2);
}

#[tokio::test]
async fn going_back_to_the_caller_ends_the_consult_call() {
    let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultTransfer).await;
    kim.press_consult(CallButton::Reconnect).await;
    none(&mut lee).await;
    let back = |picture: &Picture| {
        picture.now.calls.len() == 1 && picture.call().is_some_and(|one| one.state == CallState::Established)
    };
    shows(&mut kim, "the caller alone", back).await;
    offers(&mut kim, CallButton::Hold).await;
    assert_eq!(parties(&lab, call), [(CUSTOMER.to_owned(), Step::Established), ("5000".to_owned(), Step::Established)]);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_an_ordinary_call_with_the_colleague() {
    let (lab, mut kim, _lee, call) = consulting(CallButton::ConsultTransfer).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    let alone = |picture: &Picture| {
        picture.now.calls.len() == 1
            && picture.consult().is_none()
            && picture.call().is_some_and(|one| *one.caller == *"5001")
    };
    shows(&mut kim, "the colleague alone", alone).await;
    offers(&mut kim, CallButton::Hold).await;
}

/// A T-Server that leaves out what it may: nobody is told under which ConnID the call went on before.
#[tokio::test]
async fn who_is_consulted_goes_on_with_the_caller_also_where_no_event_names_the_earlier_call() {
    for button in [CallButton::CompleteTransfer, CallButton::CompleteConference] {
        let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultTransfer).await;
        lab.t_server.mood(Mood::Terse);
        kim.press_consult(button).await;
        let goes_on = |picture: &Picture| {
            let [one] = &picture.now.calls[..] else { return false };
            *one.conn_id == *call.to_string() && one.state == CallState::Established
        };
        shows(&mut lee, "the caller's call, and no other", goes_on).await;
        lee.press(CallButton::Release, None).await;
        none(&mut lee).await;
    }
}

/// Likewise, and with two calls nothing says which of them it was: the T-Server is asked.
#[tokio::test]
async fn where_nothing_tells_which_call_goes_on_the_dn_is_read_again() {
    let (lab, mut kim, mut lee, call) = consulting(CallButton::ConsultTransfer).await;
    lab.t_server.make_call("0177", "5001", data([])).unwrap();
    shows(&mut lee, "two calls", |picture| picture.now.calls.len() == 2).await;
    let mark = lab.t_server.mark();
    lab.t_server.mood(Mood::Terse);
    kim.press_consult(CallButton::CompleteTransfer).await;
    asked(&lab, mark, "RequestRegisterAddress", "5001").await;
    let goes_on = |picture: &Picture| {
        let ids: Vec<_> = picture.now.calls.iter().map(|one| one.conn_id.to_string()).collect();
        ids.len() == 2 && ids.contains(&call.to_string())
    };
    shows(&mut lee, "the caller's call beside the other", goes_on).await;
}

/// A T-Server that tells neither the type of a call nor what it was made from, and one that acknowledges first.
#[tokio::test]
async fn a_t_server_of_few_words_has_pairs_too() {
    for mood in [MoodRule::from(Mood::Terse), Mood::Acknowledges.on("RequestInitiateTransfer")] {
        let lab = lab_of(["kim"]).await;
        let mut kim = lab.page("kim").await.unwrap();
        let call = lab.t_server.make_call(CUSTOMER, "5000", data([])).unwrap();
        lab.t_server.answer(call, "5000").unwrap();
        call_is(&mut kim, CallState::Established).await;
        lab.t_server.mood(mood);
        kim.press(CallButton::ConsultTransfer, Some("0199")).await;
        pair_is(&mut kim, CallState::Held, CallState::Dialing).await;
        lab.t_server.answer(lab.t_server.calls()[1], "0199").unwrap();
        pair_is(&mut kim, CallState::Held, CallState::Established).await;
        kim.press_consult(CallButton::Alternate).await;
        pair_is(&mut kim, CallState::Established, CallState::Held).await;
        kim.press_consult(CallButton::CompleteTransfer).await;
        none(&mut kim).await;
    }
}

#[tokio::test]
async fn a_pair_is_one_again_after_the_link_was_lost() {
    let (lab, mut kim, _lee, _) = consulting(CallButton::ConsultTransfer).await;
    lab.t_server.close_connections();
    shows(&mut kim, "no buttons", |picture| picture.now.calls.iter().all(|call| call.buttons.is_empty())).await;
    pair_is(&mut kim, CallState::Held, CallState::Established).await;
    offers(&mut kim, CallButton::CompleteTransfer).await;
}
