//! Whoever asked for a preview and is gone needs no answer: the preview closes. Whoever else asked keeps theirs.

use crate::story::{Asker, LIMIT, accepted, kim, post, request};
use uc_connector::web::message::PreviewEnd;
use uc_lab::lab::Setup;

#[tokio::test]
async fn previews_of_a_lost_link_are_cancelled() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let urs = lab.urs().await.unwrap();
    let asking = tokio::spawn(async move { urs.preview(request(7, ["1000"])).await });
    let preview = page.previewed().await.unwrap();
    asking.abort();
    page.shows("the end", |picture| picture.ends == [(preview.id, PreviewEnd::Cancelled)]).await.unwrap();
}

#[tokio::test]
async fn the_preview_of_an_http_client_that_went_is_cancelled() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let request = request(7, ["1000"]);
    let asking = async {
        tokio::select! {
            answer = post(&lab, &request, "true") => panic!("{answer}"),
            preview = page.previewed() => preview.unwrap(),
        }
    };
    let preview = tokio::time::timeout(LIMIT, asking).await.unwrap();
    page.shows("the end", |picture| picture.ends == [(preview.id, PreviewEnd::Cancelled)]).await.unwrap();
}

#[tokio::test]
async fn a_urs_that_comes_back_and_asks_again_keeps_the_window_open() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let lost = lab.urs().await.unwrap();
    let asking = tokio::spawn(async move { lost.preview(request(7, ["1000"])).await });
    let preview = page.previewed().await.unwrap();
    let back = Asker::Link(lab.urs().await.unwrap());
    let answer = async || {
        lab.until("both have asked", async |lab| lab.metric("uc_previews_asked_total").await >= 2.0).await.unwrap();
        let links = lab.metric("uc_routing_links").await;
        asking.abort();
        lab.until("the first link is gone", async |lab| lab.metric("uc_routing_links").await < links).await.unwrap();
        page.answer(preview.id, true).await;
        page.shows("the end", |picture| picture.ends == [(preview.id, PreviewEnd::Accepted)]).await.unwrap();
    };
    assert_eq!(back.ask_while(&lab, request(7, ["1000"]), answer).await, accepted("1000", "5000"));
}
