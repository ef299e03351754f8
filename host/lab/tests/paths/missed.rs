//! Previews that nobody answers: the worker is told each end, is not ready after the number that the operator sets,
//! and is again when they say that they are back.

use crate::story::{kim, request};
use std::time::Duration;
use uc_connector::{
    agent_link::AgentStatus,
    routing::{message::Outcome, preview_request::PreviewRequest},
    web::message::{ClientFrame, PreviewEnd, StateKind},
};
use uc_lab::lab::{Lab, Picture, Setup};

fn short(call: u64) -> PreviewRequest {
    PreviewRequest { timeout: Some(Duration::from_secs(1)), ..request(call, ["1000"]) }
}

fn agent(lab: &Lab) -> Option<AgentStatus> {
    lab.t_server.agent("5000").map(|(_, status, _)| status)
}

#[tokio::test]
async fn who_misses_several_in_a_row_is_not_ready_until_they_say_that_they_are_back() {
    let (lab, mut page) = kim(Setup { connector: "after-missed-previews = 2\n".into(), ..Setup::of(["kim"]) }).await;
    let mut second = lab.page("kim").await.unwrap();
    page.choose("open").await;
    lab.until("kim is ready", async |lab| agent(lab) == Some(AgentStatus::Ready)).await.unwrap();
    let urs = lab.urs().await.unwrap();
    for call in [7, 8] {
        assert_eq!(urs.preview(short(call)).await.unwrap(), Outcome::TimedOut);
    }
    lab.until("kim is not ready", async |lab| agent(lab) == Some(AgentStatus::NotReady)).await.unwrap();
    for page in [&mut page, &mut second] {
        let told = |picture: &Picture| picture.now.missed == 2 && picture.kind() == StateKind::NotReady;
        let picture = page.shows("that two were missed", told).await.unwrap();
        let ends: Vec<_> = picture.ends.iter().map(|(_, end)| *end).collect();
        assert_eq!(ends, [PreviewEnd::TimedOut; 2], "the journal of the day has both");
    }
    // Chosen for them, and not by them: it says why on a page that opens later, too.
    let later = lab.page("kim").await.unwrap();
    assert_eq!(later.picture().map(|picture| picture.now.missed), Some(2));
    second.send(&ClientFrame::Back {}).await;
    lab.until("kim is ready again", async |lab| agent(lab) == Some(AgentStatus::Ready)).await.unwrap();
    for page in [&mut page, &mut second] {
        page.shows("that none are missed", |picture| picture.now.missed == 0).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_between_two_that_were_missed_begins_the_count_anew() {
    let (lab, mut page) = kim(Setup { connector: "after-missed-previews = 2\n".into(), ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    lab.until("kim is ready", async |lab| agent(lab) == Some(AgentStatus::Ready)).await.unwrap();
    let urs = lab.urs().await.unwrap();
    assert_eq!(urs.preview(short(7)).await.unwrap(), Outcome::TimedOut);
    page.shows("the first end", |picture| picture.ends.len() == 1).await.unwrap();
    let decline = async {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, false).await;
    };
    assert_eq!(tokio::join!(urs.preview(request(8, ["1000"])), decline).0.unwrap(), Outcome::Rejected);
    assert_eq!(urs.preview(short(9)).await.unwrap(), Outcome::TimedOut);
    page.shows("the third end", |picture| picture.ends.len() == 3).await.unwrap();
    assert_eq!(agent(&lab), Some(AgentStatus::Ready));
    assert_eq!(page.picture().map(|picture| picture.now.missed), Some(0));
}
