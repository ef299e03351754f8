//! A stop drains: open previews are answered, pages are told to go away, agents stay logged in.

use crate::story::{Asker, asked, count, kim, request};
use uc_connector::{
    agent_link::AgentStatus,
    routing::message::Outcome,
    web::message::{PreviewEnd, StateKind},
};
use uc_lab::lab::{Lab, Setup};

#[tokio::test]
async fn open_previews_end_pages_are_closed_and_agents_stay_logged_in() {
    let mut lab = Lab::start(Setup::of(["kim", "lee"])).await.unwrap();
    let (mut kim, mut lee) = (lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap());
    kim.choose("open").await;
    kim.is(StateKind::Ready).await.unwrap();
    let [link, http] = Asker::both(&lab).await;
    let mark = lab.t_server.mark();
    let stop = async {
        let (first, second) = (kim.previewed().await.unwrap(), lee.previewed().await.unwrap());
        lab.ask_to_stop();
        assert_eq!((kim.closed().await.unwrap(), lee.closed().await.unwrap()), (1001, 1001));
        assert_eq!(kim.picture().unwrap().ends, [(first.id, PreviewEnd::Cancelled)]);
        assert_eq!(lee.picture().unwrap().ends, [(second.id, PreviewEnd::Cancelled)]);
    };
    let asked = async { tokio::join!(link.ask(&lab, request(7, ["1000"])), http.ask(&lab, request(8, ["1001"]))) };
    // A cancel would be the strategy's own word, and leave callers who still wait.
    let stopping = || Outcome::Error("the service is stopping; ask the other node".into());
    assert_eq!(tokio::join!(asked, stop).0, (stopping(), stopping()));
    lab.stopped().await.unwrap();
    assert_eq!(lab.t_server.agent("5000").unwrap().1, AgentStatus::Ready);
    assert_eq!(count(&lab, mark, "RequestAgentLogout"), 0);
    assert!(lab.sign_in("kim").await.is_err());
}

#[tokio::test]
async fn what_was_chosen_is_there_again_after_a_restart() {
    let mut lab = Lab::start(Setup::of(["kim"])).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.choose("lunch").await;
    page.is(StateKind::NotReady).await.unwrap();
    lab.ask_to_stop();
    lab.stopped().await.unwrap();
    let lab = Lab::unready(Setup::of(["kim"]), lab.t_server.clone(), None).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.shows("the T-Server's state", |picture| &*picture.now.state.id == "lunch").await.unwrap();
}

#[tokio::test]
async fn whose_page_does_not_come_back_after_a_restart_is_gone() {
    let state = tempfile::tempdir().unwrap();
    let settings = "when-pages-closed = { log-out-after-seconds = 3 }";
    let web = format!("state-dir = '{}'", state.path().display());
    let setup = || Setup { settings: settings.into(), web: web.clone(), ..Setup::of(["kim"]) };
    let (mut lab, mut page) = kim(setup()).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    lab.ask_to_stop();
    lab.stopped().await.unwrap();
    assert_eq!(lab.t_server.agent("5000").unwrap().1, AgentStatus::Ready);
    let mark = lab.t_server.mark();
    let lab = Lab::unready(setup(), lab.t_server.clone(), None).await.unwrap();
    asked(&lab, mark, "RequestAgentLogout", "5000").await;
}
