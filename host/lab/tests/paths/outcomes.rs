//! What workers say of calls and previews that are over: into the call's data, and to ICON where previews are reported.

use crate::story::{Asker, asked, count, data, request};
use std::time::Duration;
use uc_connector::{
    agent_link::ConnId,
    routing::message::Outcome,
    web::message::{CallButton, CallState, OutcomeAbout, OutcomeEnd},
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    t_server::Mood,
};

const FORM: &str = "\
[outcome]
code-key = 'Result'
note-key = 'ResultNote'
longest-note = 20
[[disposition]]
code = 'sold'
label = { en = 'Sold', de = 'Verkauft' }
for = ['call']
[[disposition]]
code = 'busy'
for = ['declined', 'missed']
";

async fn lab(connector: &str) -> (Lab, Page) {
    let setup = Setup { connector: connector.into(), sections: FORM.into(), ..Setup::of(["kim"]) };
    let lab = Lab::start(setup).await.unwrap();
    let page = lab.page("kim").await.unwrap();
    (lab, page)
}

async fn shows(page: &mut Page, wanted: &str, fits: impl Fn(&Picture) -> bool) -> Picture {
    page.shows(wanted, fits).await.unwrap()
}

async fn asks(page: &mut Page, about: OutcomeAbout, over: bool) {
    let fits = |picture: &Picture| picture.now.outcomes.iter().any(|one| (one.about, one.over) == (about, over));
    shows(page, &format!("what came of it: {about:?} {over}"), fits).await;
}

/// Kim talks to a customer.
async fn on_a_call(lab: &Lab, page: &mut Page) -> ConnId {
    let call = lab.t_server.make_call("123", "5000", data([("Result", "of before")])).unwrap();
    shows(page, "a call", |picture| picture.call().is_some()).await;
    page.press(CallButton::Answer, None).await;
    let talking = |picture: &Picture| picture.call().is_some_and(|call| call.state == CallState::Established);
    shows(page, "the call connected", talking).await;
    asks(page, OutcomeAbout::Call, false).await;
    call
}

#[tokio::test]
async fn what_is_said_of_a_call_stands_in_its_data() {
    let (lab, mut page) = lab("").await;
    let call = on_a_call(&lab, &mut page).await;
    let mark = lab.t_server.mark();
    page.say(Some("sold"), Some("<b>two</b>\n'tyres'")).await;
    let request = asked(&lab, mark, "RequestUpdateUserData", "5000").await;
    let pairs = data([("Result", "sold"), ("ResultNote", "<b>two</b>\n'tyres'")]);
    assert_eq!((request.conn_id("connID"), request.kv_list("userData")), (Some(call), Some(&pairs)));
    let picture = shows(&mut page, "that it is kept", |picture| !picture.outcome_ends.is_empty()).await;
    assert_eq!(picture.outcome_ends[0].1, OutcomeEnd::Saved);
    let told = |picture: &Picture| {
        picture.call().is_some_and(|call| call.data.iter().any(|pair| (&*pair.key, &*pair.value) == ("Result", "sold")))
    };
    shows(&mut page, "it among the call's data", told).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    let picture = shows(&mut page, "no call", |picture| picture.call().is_none()).await;
    assert!(picture.now.outcomes.is_empty() && picture.problems.is_empty(), "said once");
}

#[tokio::test]
async fn a_refusal_is_told_and_it_can_be_said_again_on_either_page_once() {
    let (lab, mut page) = lab("").await;
    let mut second = lab.page("kim").await.unwrap();
    on_a_call(&lab, &mut page).await;
    asks(&mut second, OutcomeAbout::Call, false).await;
    lab.t_server.mood(Mood::Refuses(53).on("RequestUpdateUserData").times(1));
    page.say(Some("sold"), None).await;
    for page in [&mut page, &mut second] {
        shows(page, "the refusal", |picture| picture.problems == ["outcome-refused"]).await;
    }
    lab.t_server.mood(Mood::AnswersLate(Duration::from_millis(300)).on("RequestUpdateUserData"));
    let mark = lab.t_server.mark();
    page.say(Some("sold"), None).await;
    shows(&mut second, "that it is said", |picture| picture.now.outcomes.iter().any(|one| one.waits)).await;
    second.say(None, Some("another")).await;
    shows(&mut second, "that it is being saved", |picture| picture.problems.len() == 2).await;
    for page in [&mut page, &mut second] {
        let picture = shows(page, "that it is kept", |picture| !picture.outcome_ends.is_empty()).await;
        assert_eq!(picture.outcome_ends.len(), 1);
    }
    assert_eq!(count(&lab, mark, "RequestUpdateUserData"), 1);
}

#[tokio::test]
async fn of_a_call_that_is_over_the_t_server_says_whether_it_is_kept() {
    let (lab, mut page) = lab("").await;
    let call = on_a_call(&lab, &mut page).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    asks(&mut page, OutcomeAbout::Call, true).await;
    page.say(Some("sold"), None).await;
    shows(&mut page, "the refusal", |picture| picture.problems == ["outcome-refused"]).await;
    asks(&mut page, OutcomeAbout::Call, true).await;
}

#[tokio::test]
async fn where_previews_are_reported_it_goes_there_too_and_that_counts_after_the_call() {
    let (lab, mut page) = lab("enable-preview-reporting = true\n").await;
    let call = on_a_call(&lab, &mut page).await;
    lab.t_server.customer_hangs_up(call).unwrap();
    asks(&mut page, OutcomeAbout::Call, true).await;
    let mark = lab.t_server.mark();
    page.say(Some("sold"), Some("two")).await;
    let event = asked(&lab, mark, "RequestDistributeUserEvent", "5000").await;
    let told = event.kv_list("userData").unwrap();
    let value = |key: &str| told.str(key).unwrap_or_default();
    assert_eq!((value("Result"), value("ResultNote"), value("UCC_UserId")), ("sold", "two", "kim"));
    // The T-Server does not know the call any more: the data alone names it.
    assert_eq!((event.conn_id("connID"), told.first("UCC_Preview")), (None, None));
    assert_eq!(value("UCC_ConnID"), call.to_string());
    let picture = shows(&mut page, "that it is kept", |picture| !picture.outcome_ends.is_empty()).await;
    assert_eq!(picture.outcome_ends[0].1, OutcomeEnd::Reported);
    assert_eq!(count(&lab, mark, "RequestDistributeUserEvent"), 1);
}

#[tokio::test]
async fn a_declined_preview_is_asked_of_and_its_states_still_pair() {
    let (lab, mut page) = lab("enable-preview-reporting = true\n").await;
    let call = lab.t_server.make_call("123", "5000", data([])).unwrap();
    let [link, _] = Asker::both(&lab).await;
    let mark = lab.t_server.mark();
    let decline = async || {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, false).await;
    };
    assert_eq!(link.ask_while(&lab, request(call.0, ["1000"]), decline).await, Outcome::Rejected);
    asks(&mut page, OutcomeAbout::Declined, true).await;
    page.say(Some("busy"), None).await;
    let update = asked(&lab, mark, "RequestUpdateUserData", "5000").await;
    assert_eq!(update.kv_list("userData"), Some(&data([("Result", "busy")])));
    lab.until("start, end and outcome are told", async |lab| count(lab, mark, "RequestDistributeUserEvent") == 3)
        .await
        .unwrap();
}
