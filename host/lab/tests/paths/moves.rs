//! A directory that changes under a worker who is logged in: nobody stays logged in where nobody sits.

use crate::story::{asked, kim};
use std::fs;
use uc_connector::{agent_link::AgentStatus, web::message::StateKind};
use uc_lab::lab::{Lab, Page, Picture, Setup};

async fn ready() -> (Lab, Page) {
    let (lab, mut page) = kim(Setup { dns: "[[dn]]\ndn = '5001'".into(), ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    (lab, page)
}

async fn change(lab: &Lab, from: &str, to: &str) {
    let directory = fs::read_to_string(lab.site.path("directory.toml")).unwrap();
    lab.site.write("directory.toml", directory.replace(from, to)).unwrap();
    let report = lab.reload().await.unwrap();
    // The watch over the file may have been first to take it over.
    assert!(report.errors.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_worker_who_gets_another_desk_is_logged_out_here_and_ready_there() {
    let (lab, mut page) = ready().await;
    change(&lab, "dn = '5000'", "dn = '5001'").await;
    page.shows("ready at the new desk", |picture| {
        picture.kind() == StateKind::Ready && &*picture.now.channels[0].dn == "5001"
    })
    .await
    .unwrap();
    lab.until("nobody sits at the old one", async |lab| lab.t_server.agent("5000").is_none()).await.unwrap();
    assert_eq!(lab.t_server.agent("5001").unwrap().1, AgentStatus::Ready);
}

#[tokio::test]
async fn a_worker_with_another_login_is_logged_in_with_it() {
    let (lab, mut page) = ready().await;
    change(&lab, "agent-id = '1000'", "agent-id = '2000'").await;
    let right = async |lab: &Lab| {
        lab.t_server.agent("5000").is_some_and(|(id, status, _)| (id.as_str(), status) == ("2000", AgentStatus::Ready))
    };
    lab.until("the new login is ready", right).await.unwrap();
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn a_worker_who_leaves_is_logged_out() {
    let (lab, mut page) = ready().await;
    let mark = lab.t_server.mark();
    let directory = fs::read_to_string(lab.site.path("directory.toml")).unwrap();
    let (before, _) = directory.split_once("[[worker]]").unwrap();
    lab.site.write("directory.toml", before).unwrap();
    assert_eq!(page.closed().await.unwrap(), 4001);
    asked(&lab, mark, "RequestUnregisterAddress", "5000").await;
    assert_eq!(lab.t_server.agent("5000"), None);
}

#[tokio::test]
async fn a_desk_that_the_t_server_does_not_know_is_told_and_mended_by_the_next_change() {
    let (lab, mut page) = ready().await;
    change(&lab, "dn = '5000'", "dn = '4711'").await;
    let told = |picture: &Picture| picture.problem_of("4711").is_some_and(|why| why.contains("DN not configured"));
    page.shows("what is wrong", told).await.unwrap();
    assert_eq!(page.picture().unwrap().kind(), StateKind::OutOfService);
    change(&lab, "dn = '4711'", "dn = '5001'").await;
    page.is(StateKind::Ready).await.unwrap();
}
