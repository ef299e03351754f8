//! Accepted calls that go to an outside number (requirements F19).

use crate::story::{kim, request};
use std::path::Path;
use uc_connector::{
    routing::message::Outcome,
    web::message::{ClientFrame, PreviewEnd, Redirect},
};
use uc_lab::lab::{Lab, Page, Picture, Setup};

const PLAN: &str = "[numbering-plan]\nallowed = ['+49']\ncountry-code = '49'\n";

fn setup(state: &Path) -> Setup {
    let web = format!("state-dir = '{}'\n{PLAN}", state.display());
    Setup { web, ..Setup::of(["kim"]) }
}

async fn shows(page: &mut Page, number: &str, on: bool) {
    let expected = Redirect { number: number.into(), on, locked: false };
    let fits = |picture: &Picture| picture.now.redirect.as_ref() == Some(&expected);
    page.shows(&format!("{expected:?}"), fits).await.unwrap();
}

async fn accept(lab: &Lab, page: &mut Page, conn_id: u64) -> Outcome {
    let urs = lab.urs().await.unwrap();
    let answer = async {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, true).await;
        let end = (preview.id, PreviewEnd::Accepted);
        page.shows("its end", |picture| picture.ends.contains(&end)).await.unwrap();
    };
    tokio::join!(urs.preview(request(conn_id, ["1000"])), answer).0.unwrap()
}

fn number_of(outcome: &Outcome) -> Option<&str> {
    let Outcome::Accepted { redirect, .. } = outcome else { panic!("{outcome:?}") };
    redirect.as_deref()
}

#[tokio::test]
async fn the_strategy_gets_the_number_that_the_worker_chose_and_a_restart_forgets_nothing() {
    let state = tempfile::tempdir().unwrap();
    let (mut lab, mut page) = kim(setup(state.path())).await;
    page.send(&ClientFrame::Redirect { number: "0711 12345".into(), on: true }).await;
    shows(&mut page, "+4971112345", true).await;
    assert_eq!(number_of(&accept(&lab, &mut page, 1).await), Some("+4971112345"));
    lab.ask_to_stop();
    lab.stopped().await.unwrap();

    let (lab, mut page) = kim(setup(state.path())).await;
    shows(&mut page, "+4971112345", true).await;
    assert_eq!(number_of(&accept(&lab, &mut page, 2).await), Some("+4971112345"));
    page.send(&ClientFrame::Redirect { number: "0711 12345".into(), on: false }).await;
    shows(&mut page, "+4971112345", false).await;
    assert_eq!(number_of(&accept(&lab, &mut page, 3).await), None);
    page.send(&ClientFrame::Redirect { number: "+1 212 555 0100".into(), on: true }).await;
    page.shows("a refusal", |picture| picture.problems == ["redirect-refused"]).await.unwrap();
}
