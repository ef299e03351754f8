//! A T-Server that dies, stalls, comes back or stands by.

use crate::desk::{Desk, log_in, quick, ready, start, switch};
use std::time::Duration;
use tokio::time::timeout;
use uc_connector::agent_link::{AgentStatus, CallStep};
use uc_connector::wire::{KvList, Role};
use uc_connector::{
    agent_link::{Behaviour, Report},
    tlib::Config,
};
use uc_lab::t_server::{self, Liveness, Mood};

#[tokio::test]
async fn killed_and_back_on_the_same_port_every_ticket_was_answered() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    desk.server.mood(Mood::NeverAnswers.on("RequestAgentReady"));
    let mark = desk.server.mark();
    let open = desk.asks(ready("5002"));
    let arrived = |entry: &t_server::Entry| entry.message.name == "RequestAgentReady";
    desk.server.wait_for(mark, "the request", arrived).await.unwrap();
    desk.server.kill().await;
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code, refusal.behaviour), (open, None, Behaviour::Retry));
    desk.down().await;
    let meanwhile = desk.asks(ready("5002"));
    loop {
        // Connection attempts fail meanwhile; each cause is told once.
        match desk.next().await {
            Report::Refused(ticket, _) => break assert_eq!(ticket, meanwhile),
            Report::Down { cause } => assert!(cause.contains("cannot connect"), "{cause}"),
            other => panic!("{other:?}"),
        }
    }
    desk.server.restart(true).await.unwrap();
    loop {
        match desk.next().await {
            Report::Down { .. } => {}
            Report::Up { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    desk.event().await;
    let (agent, ..) = desk.registers("5002").await;
    assert_eq!(agent.status, AgentStatus::LoggedOut);
}

#[tokio::test]
async fn a_snapshot_after_reconnecting_shows_agent_and_call() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mut data = KvList::default();
    data.push_str("k", "v");
    let id = desk.server.make_call("0199", "5002", data.clone()).unwrap();
    desk.call().await;
    desk.server.close_connections();
    desk.down().await;
    desk.up().await;
    let (agent, calls, _) = desk.registers("5002").await;
    assert_eq!(agent.status, AgentStatus::NotReady);
    let [(call, CallStep::Ringing)] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.conn_id, call.user_data.as_ref()), (id, Some(&data)));
}

#[tokio::test]
async fn a_stalled_or_half_open_t_server_is_noticed_by_its_silence() {
    for liveness in [Liveness::Stalled, Liveness::HalfOpen] {
        let server = start(switch()).await;
        let config = Config { addp_timeout: Duration::from_millis(500), ..quick(&server) };
        let mut desk = Desk::with(server, config).await;
        desk.registers("5002").await;
        desk.server.liveness(liveness);
        let open = desk.asks(log_in("5002", "12"));
        assert_eq!(desk.refusal().await.0, open);
        assert!(desk.down().await.contains("silent"));
        desk.server.liveness(Liveness::Serving);
        loop {
            match desk.next().await {
                Report::Down { .. } => {}
                Report::Up { .. } => break,
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_idle_link_stays_up_by_heartbeats_of_both_sides() {
    let server = start(switch()).await;
    let timeouts = Duration::from_secs(10);
    let config = Config { addp_timeout: timeouts, addp_remote_timeout: timeouts, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    // Several periods of both timers, in which nothing may happen. Time jumps from timer to timer.
    tokio::time::pause();
    let quiet = timeout(Duration::from_secs(100), desk.reports.recv()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    tokio::time::resume();
    desk.registers("5002").await;
}

#[tokio::test]
async fn a_backup_is_not_up_until_it_is_promoted() {
    let server = start(switch()).await;
    server.role(Role::Backup);
    let config = quick(&server);
    let mut desk = Desk::closed(server, config);
    let early = desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.0, early);
    let linked = |entry: &t_server::Entry| entry.message.name == "EventLinkConnected";
    desk.server.wait_for(0, "EventLinkConnected", linked).await.unwrap();
    desk.server.role(Role::Primary);
    assert!(matches!(desk.next().await, Report::Up { .. }));
    desk.registers("5002").await;
    desk.server.role(Role::Backup);
    assert!(desk.down().await.contains("backup"));
}
