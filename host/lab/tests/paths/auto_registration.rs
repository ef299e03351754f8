//! `user-auto-registration`: everybody is logged in at the T-Server without any browser (requirements F16).

use crate::story::{asked, count};
use uc_connector::agent_link::AgentStatus;
use uc_lab::lab::{Lab, Setup};

fn everybody() -> Vec<String> {
    (0..100).map(|number| format!("worker-{number}")).collect()
}

#[tokio::test]
async fn everybody_is_logged_in_at_start_and_after_a_restart_of_the_t_server() {
    let setup = Setup { workers: everybody(), settings: "user-auto-registration = true".into(), ..Setup::of([]) };
    let numbers = setup.numbers();
    let lab = Lab::start(setup).await.unwrap();
    let logged_in = async |lab: &Lab| numbers.iter().all(|dn| lab.t_server.agent(dn).is_some());
    lab.until("everybody is logged in", logged_in).await.unwrap();
    assert_eq!(lab.t_server.agent("5007").unwrap(), ("1007".to_owned(), AgentStatus::NotReady, None));
    assert_eq!(count(&lab, 0, "RequestAgentLogin"), 100);
    lab.t_server.restart(true).await.unwrap();
    lab.until("everybody is logged in again", logged_in).await.unwrap();
}

#[tokio::test]
async fn whoever_logged_out_by_choice_stays_logged_out() {
    let settings = "user-auto-registration = true\nenable-logout-menu = true".into();
    let lab = Lab::start(Setup { settings, ..Setup::of(["kim", "lee"]) }).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.is(uc_connector::web::message::StateKind::NotReady).await.unwrap();
    page.send(&uc_connector::web::message::ClientFrame::LogOut {}).await;
    page.is(uc_connector::web::message::StateKind::LoggedOut).await.unwrap();
    let mark = lab.t_server.mark();
    lab.t_server.close_connections();
    asked(&lab, mark, "RequestRegisterAddress", "5001").await;
    page.is(uc_connector::web::message::StateKind::OutOfService).await.unwrap();
    page.is(uc_connector::web::message::StateKind::LoggedOut).await.unwrap();
    assert_eq!(count(&lab, mark, "RequestAgentLogin"), 0);
}
