//! The seven outcomes of a preview, over URS's link and over HTTP alike (requirements F6 to F8, F42;
//! host/docs/requirements.md, "Preview messages").

use crate::story::{Asker, accepted, data, post, request};
use std::time::Duration;
use uc_connector::{
    routing::message::{Outcome, Withdrawal},
    web::message::{PreviewEnd, ServerFrame},
};
use uc_lab::lab::{Lab, Page, Setup};

/// Kim has a page, lee has none.
async fn lab() -> (Lab, Page) {
    let lab = Lab::start(Setup::of(["kim", "lee"])).await.unwrap();
    let page = lab.page("kim").await.unwrap();
    (lab, page)
}

async fn ended(page: &mut Page, id: u64, end: PreviewEnd) {
    page.shows(&format!("the preview {end:?}"), |picture| picture.ends.contains(&(id, end))).await.unwrap();
}

#[tokio::test]
async fn accepted_and_rejected() {
    let (lab, mut page) = lab().await;
    for asker in Asker::both(&lab).await {
        for (accept, outcome, end) in
            [(true, accepted("1000", "5000"), PreviewEnd::Accepted), (false, Outcome::Rejected, PreviewEnd::Rejected)]
        {
            let user_data = data([("ANI", "0301234567"), ("Notes", "Third call today"), ("Product", "Tyre")]);
            let request = uc_connector::routing::preview_request::PreviewRequest { user_data, ..request(7, ["1000"]) };
            let answer = async || {
                let preview = page.previewed().await.unwrap();
                assert_eq!((&*preview.caller, &*preview.notes), ("0301234567", "Third call today"));
                assert!(preview.data.list().iter().any(|pair| (&*pair.key, &*pair.value) == ("Product", "Tyre")));
                assert_eq!((&*preview.conn_id, &*preview.dn), ("0000000000000007", "5000"));
                assert!(preview.length == 30_000 && !preview.broadcast);
                page.answer(preview.id, accept).await;
                ended(&mut page, preview.id, end).await;
            };
            assert_eq!(asker.ask_while(&lab, request, answer).await, outcome);
        }
    }
}

#[tokio::test]
async fn timed_out() {
    let (lab, mut page) = lab().await;
    for asker in Asker::both(&lab).await {
        let mut request = request(7, ["1000"]);
        request.timeout = Some(Duration::from_secs(1));
        let watch = async || {
            let preview = page.previewed().await.unwrap();
            assert_eq!(preview.length, 1000);
            ended(&mut page, preview.id, PreviewEnd::TimedOut).await;
            // The answer comes after the deadline.
            page.answer(preview.id, true).await;
            let late = |frame: &_| matches!(frame, ServerFrame::Problem { code, .. } if &**code == "preview-closed");
            page.wait_for("that it is too late", late).await.unwrap();
        };
        assert_eq!(asker.ask_while(&lab, request, watch).await, Outcome::TimedOut);
    }
}

#[tokio::test]
async fn cancelled_and_caller_gone() {
    let (lab, mut page) = lab().await;
    for asker in Asker::both(&lab).await {
        for (why, outcome, end) in [
            (Withdrawal::Cancelled, Outcome::Cancelled, PreviewEnd::Cancelled),
            (Withdrawal::CallerGone, Outcome::CallerGone, PreviewEnd::CallerGone),
        ] {
            let request = request(7, ["1000"]);
            let withdraw = async || {
                let preview = page.previewed().await.unwrap();
                asker.withdraw(&lab, &request, why).await;
                let fits = |frame: &_| {
                    matches!(frame, ServerFrame::PreviewEnd { id, end: why, text }
                    if (*id, *why, &**text) == (preview.id, end, "Sorry"))
                };
                page.wait_for("the end of the preview", fits).await.unwrap();
            };
            assert_eq!(asker.ask_while(&lab, request.clone(), withdraw).await, outcome);
        }
    }
}

#[tokio::test]
async fn no_client_and_error() {
    let (lab, mut page) = lab().await;
    for asker in Asker::both(&lab).await {
        assert_eq!(asker.ask(&lab, request(7, ["1001"])).await, Outcome::NoClient);
        let Outcome::Error(text) = asker.ask(&lab, request(8, ["stranger"])).await else { panic!() };
        assert!(text.contains("`stranger` is not in the directory"), "{text}");
        let mut wrong_dn = request(9, ["1000"]);
        wrong_dn.targets[0].dn = Some("5999".into());
        let Outcome::Error(text) = asker.ask(&lab, wrong_dn).await else { panic!() };
        assert!(text.contains("5000@lab"), "{text}");
    }
    page.send(&uc_connector::web::message::ClientFrame::Resync {}).await;
    page.wait_for("a snapshot", |frame| matches!(frame, ServerFrame::Snapshot(_))).await.unwrap();
    assert!(page.picture().unwrap().ends.is_empty(), "nobody was bothered");
}

#[tokio::test]
async fn the_same_request_joins_the_first_and_a_second_answer_is_too_late() {
    let (lab, mut page) = lab().await;
    let [link, http] = Asker::both(&lab).await;
    let both = async { tokio::join!(link.ask(&lab, request(7, ["1000"])), http.ask(&lab, request(7, ["1000"]))) };
    let answer = async {
        let preview = page.previewed().await.unwrap();
        lab.until("both have asked", async |lab| lab.metric("uc_previews_asked_total").await >= 2.0).await.unwrap();
        page.answer(preview.id, true).await;
        page.answer(preview.id, false).await;
        page.shows("that it is too late", |picture| picture.problems == ["preview-closed"]).await.unwrap();
    };
    let (outcomes, ()) = tokio::join!(both, answer);
    assert_eq!(outcomes, (accepted("1000", "5000"), accepted("1000", "5000")));
    assert_eq!(page.picture().unwrap().ends.len(), 1);
}

#[tokio::test]
async fn a_page_that_reloads_keeps_its_preview() {
    let (lab, mut page) = lab().await;
    let urs = Asker::Link(lab.urs().await.unwrap());
    let reload = async || {
        let before = page.previewed().await.unwrap();
        drop(page);
        let mut page = lab.page("kim").await.unwrap();
        let after = page.previewed().await.unwrap();
        assert_eq!(before, after);
        page.answer(after.id, true).await;
        ended(&mut page, after.id, PreviewEnd::Accepted).await;
    };
    assert_eq!(urs.ask_while(&lab, request(7, ["1000"]), reload).await, accepted("1000", "5000"));
}

#[tokio::test]
async fn a_worker_whose_last_page_is_gone_for_long_is_no_client() {
    let setup = Setup { connector: "page-grace = 1".into(), ..Setup::of(["kim"]) };
    let (lab, mut page) = crate::story::kim(setup).await;
    let urs = Asker::Link(lab.urs().await.unwrap());
    let leave = async || {
        page.previewed().await.unwrap();
        drop(page);
    };
    assert_eq!(urs.ask_while(&lab, request(7, ["1000"]), leave).await, Outcome::NoClient);
}

#[tokio::test]
async fn an_id_to_poll() {
    let (lab, mut page) = lab().await;
    let pending = post(&lab, &request(7, ["1000"]), "0").await;
    assert_eq!((pending.status, pending.json()["status"].as_str()), (202, Some("pending")));
    let preview = page.previewed().await.unwrap();
    page.answer(preview.id, true).await;
    let path = format!("{}?wait=10", pending.headers["location"]);
    let answer = lab.users().ask("GET", &path, &[&lab.site.authorization()], "").await.unwrap();
    assert_eq!(crate::story::outcome(&answer), accepted("1000", "5000"));
    let stranger = lab.users().ask("GET", &path, &["Authorization: Bearer guessed-guessed"], "").await.unwrap();
    assert_eq!(stranger.status, 401);
}
