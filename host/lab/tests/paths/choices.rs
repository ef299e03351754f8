//! What a worker chooses goes to the T-Server; what the T-Server reports is what the page shows (requirements F39).

use crate::story::{asked, count, elsewhere, kim};
use uc_connector::{
    agent_link::AgentStatus,
    tlib::Message,
    web::message::{ClientFrame, StateKind},
};
use uc_lab::{lab::Setup, t_server::Mood};

#[tokio::test]
async fn a_choice_logs_in_sets_mode_and_reason_and_shows_when_the_t_server_confirms() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    let picture = page.is(StateKind::LoggedOut).await.unwrap();
    let menu: Vec<_> = picture.now.menu.iter().map(|entry| &*entry.id).collect();
    assert_eq!((menu, picture.now.log_in), (vec!["open", "busy", "lunch"], true));
    let mark = lab.t_server.mark();
    page.choose("lunch").await;
    assert_eq!(asked(&lab, mark, "RequestAgentLogin", "5000").await.str("agentID"), Some("1000"));
    let request = asked(&lab, mark, "RequestAgentNotReady", "5000").await;
    assert_eq!(request.str("agentWorkMode"), Some("WalkAway"));
    assert_eq!(request.kv_list("reasons").unwrap().str("ReasonCode"), Some("lunch"));
    let picture = page.shows("lunch", |picture| &*picture.now.state.id == "lunch").await.unwrap();
    assert_eq!((&*picture.now.state.text, picture.kind()), ("At lunch", StateKind::NotReady));
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    assert_eq!(lab.t_server.agent("5000").unwrap().1, AgentStatus::Ready);
}

#[tokio::test]
async fn the_page_shows_what_the_t_server_says_not_what_was_chosen() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    // The T-Server takes the request and never answers.
    lab.t_server.mood(Mood::NeverAnswers.on("RequestAgentNotReady").times(1));
    let mark = lab.t_server.mark();
    page.choose("busy").await;
    asked(&lab, mark, "RequestAgentNotReady", "5000").await;
    page.send(&ClientFrame::Resync {}).await;
    let snapshot = |frame: &_| matches!(frame, uc_connector::web::message::ServerFrame::Snapshot(_));
    page.wait_for("a snapshot", snapshot).await.unwrap();
    assert_eq!(page.picture().unwrap().kind(), StateKind::Ready);
}

#[tokio::test]
async fn a_state_made_at_the_t_server_shows_and_stays() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    let mark = lab.t_server.mark();
    elsewhere(&lab, "RequestAgentNotReady", "5000");
    page.is(StateKind::NotReady).await.unwrap();
    elsewhere(&lab, "RequestAgentLogout", "5000");
    page.is(StateKind::LoggedOut).await.unwrap();
    assert_eq!(count(&lab, mark, "RequestAgentReady") + count(&lab, mark, "RequestAgentLogin"), 0);
}

#[tokio::test]
async fn every_dn_of_a_worker_is_driven_and_part_ready_shows() {
    let (lab, mut page) = kim(Setup { two_switches: true, ..Setup::of(["kim"]) }).await;
    page.choose("open").await;
    let picture = page.is(StateKind::Ready).await.unwrap();
    assert_eq!(picture.now.channels.len(), 2);
    let second = lab.second.as_ref().unwrap();
    assert_eq!(second.agent("6000").unwrap().0, "1000");
    second.act(&Message::new("RequestAgentNotReady").with("thisDN", "6000")).unwrap();
    page.is(StateKind::PartReady).await.unwrap();
}

#[tokio::test]
async fn log_in_and_log_out_from_the_menu_into_the_login_queue() {
    let setup = Setup {
        connector: "login-queue = '8000'".into(),
        settings: "enable-logout-menu = true".into(),
        dns: "[[dn]]\ndn = '8000'\ntype = 'queue'".into(),
        ..Setup::of(["kim"])
    };
    let (lab, mut page) = kim(setup).await;
    let mark = lab.t_server.mark();
    page.send(&ClientFrame::LogIn {}).await;
    assert_eq!(asked(&lab, mark, "RequestAgentLogin", "5000").await.str("thisQueue"), Some("8000"));
    let picture = page.is(StateKind::NotReady).await.unwrap();
    assert!(picture.now.log_out && !picture.now.log_in);
    page.send(&ClientFrame::LogOut {}).await;
    page.is(StateKind::LoggedOut).await.unwrap();
}

#[tokio::test]
async fn a_worker_whose_pages_are_closed_is_logged_out_when_the_site_wants_it() {
    let setup = Setup { settings: "when-pages-closed = { log-out-after-seconds = 1 }".into(), ..Setup::of(["kim"]) };
    let (lab, mut page) = kim(setup).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    let mark = lab.t_server.mark();
    drop(page);
    asked(&lab, mark, "RequestAgentLogout", "5000").await;
}
