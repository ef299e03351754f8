//! Slow answers, bad lines, and clients that are not welcome.

use crate::desk::{Desk, quick, start, switch};
use std::time::Duration;
use tokio::time::timeout;
use uc_connector::agent_link::EventKind;
use uc_connector::agent_link::{RegisterMode, Request};
use uc_connector::tlib::Config;
use uc_connector::wire::KvList;
use uc_lab::t_server::{self, Mood, SwitchFile};

#[tokio::test]
async fn a_slow_answer_within_the_timeout_is_an_answer() {
    let mut desk = Desk::open().await;
    let time = Duration::from_millis(100);
    desk.server.mood(Mood::HoldsUp(time).on("RequestRegisterAddress"));
    desk.registers("5002").await;
}

#[tokio::test]
async fn no_answer_within_the_timeout_is_a_refusal() {
    let server = start(switch()).await;
    let config = Config { request_timeout: Duration::from_secs(1), ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.server.mood(Mood::NeverAnswers.on("RequestRegisterAddress").times(1));
    let ticket = desk.asks(Request::RegisterAddress { this_dn: "5002".into(), mode: RegisterMode::Share });
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code), (ticket, None));
    assert!(refusal.message.contains("request-timeout"));
    desk.registers("5002").await;
}

#[tokio::test]
async fn bad_lines_disturb_nothing_and_an_oversized_one_costs_the_connection() {
    let server = start(switch()).await;
    let config = Config { max_line: 4096, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.registers("5002").await;
    desk.server.send_raw("nonsense\n{\"messageName\":\"EventRinging\",\"thisDN\":\"5002\",\"connID\":7}\n");
    // What the first was to say is not known, of whichever DN.
    for of in ["", "5002"] {
        assert!(matches!(desk.event().await, (dn, EventKind::Unreadable(_), None) if dn == of), "{of}");
    }
    desk.server.send_raw("{\"messageName\":\"EventOfTomorrow\",\"thisDN\":\"5002\",\"x\":[1]}\n");
    assert_eq!(desk.event().await.1, EventKind::Other("EventOfTomorrow".into()));
    desk.server.send_raw("{\"messageName\":\"EventAgentReady\",\"referenceID\":4711,\"thisDN\":\"5002\"}\n");
    assert!(matches!(desk.event().await, (_, EventKind::Agent(_), None)));
    desk.server.send_raw(format!("{{\"messageName\":\"{}\"}}\n", "x".repeat(5000)));
    assert!(desk.down().await.contains("more than 4096 bytes"));
    desk.up().await;
}

#[tokio::test]
async fn an_unwelcome_client_is_told_why() {
    let application =
        t_server::config::Application { name: "uc-connector".to_owned(), password: Some("right".to_owned()) };
    let server = start(SwitchFile { client: vec![application], ..switch() }).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "wrong\n").unwrap();
    let config = Config { password_file: Some(file.clone()), ..quick(&server) };
    let mut desk = Desk::closed(server, config);
    assert!(desk.down().await.contains("wrong password"));
    // The attempts that follow fail alike, which is not told again.
    let again = timeout(Duration::from_millis(400), desk.reports.recv()).await;
    assert!(again.is_err(), "{again:?}");
    std::fs::write(&file, "right\n").unwrap();
    let config = Config { password_file: Some(file), ..quick(&desk.server) };
    Desk::with(desk.server, config).await;
}

#[tokio::test]
async fn a_slow_owner_slows_the_t_server_and_loses_nothing() {
    let mut desk = Desk::open().await;
    desk.registers("5002").await;
    let mut data = KvList::default();
    data.push_str("filler", "x".repeat(1000));
    // Far more than the owner's queue holds, while the owner looks away.
    for _ in 0..3000 {
        desk.server.user_event("5002", data.clone()).unwrap();
    }
    for _ in 0..3000 {
        assert!(matches!(desk.event().await.1, EventKind::UserEvent { .. }));
    }
}
