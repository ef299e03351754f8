//! A redundant pair of T-Servers: both connected, the primary in use.

use crate::desk::{Desk, quick, ready, start, switch};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use uc_connector::{
    agent_link::{AgentStatus, Behaviour, Report},
    tlib::Config,
    wire::Role,
};
use uc_lab::{
    PATIENCE,
    t_server::{Liveness, Mood, TServer},
};

/// A desk with a connection to each of a pair.
async fn desk_with_backup(change: impl FnOnce(Config) -> Config) -> (Desk, TServer) {
    let server = start(switch()).await;
    let backup = server.backup(([127, 0, 0, 1], 0).into()).await.unwrap();
    let config = change(Config { backup_address: Some(backup.addr().to_string()), ..quick(&server) });
    let desk = Desk::with(server, config).await;
    connected(&backup).await;
    (desk, backup)
}

async fn connected(server: &TServer) {
    let there = async {
        while server.clients().is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, there).await.expect("the client connects");
}

async fn comes_up(desk: &mut Desk) {
    loop {
        match desk.next().await {
            Report::Up { .. } => break,
            Report::Down { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn roles_change_without_either_connection_closing_there_and_back() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    desk.logs_in("5002").await;
    let clients = [desk.server.clients(), backup.clients()];
    for (before, after) in [(desk.server.clone(), backup.clone()), (backup.clone(), desk.server.clone())] {
        before.role(Role::Backup);
        let cause = desk.down().await;
        assert!(cause.contains("is backup now"), "{cause}");
        after.role(Role::Primary);
        comes_up(&mut desk).await;
        let (agent, ..) = desk.registers("5002").await;
        assert_eq!(agent.status, AgentStatus::NotReady);
    }
    assert_eq!([desk.server.clients(), backup.clients()], clients);
}

#[tokio::test]
async fn what_was_open_at_a_switchover_is_refused_once_and_asked_of_nobody_again() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    desk.logs_in("5002").await;
    desk.server.mood(Mood::NeverAnswers.on("RequestAgentReady"));
    let mark = desk.server.mark();
    let open = desk.asks(ready("5002"));
    desk.server.wait_for(mark, "it", |entry| entry.message.name == "RequestAgentReady").await.unwrap();
    desk.server.role(Role::Backup);
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.behaviour), (open, Behaviour::Retry));
    desk.down().await;
    let meanwhile = desk.asks(ready("5002"));
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.behaviour), (meanwhile, Behaviour::Unsent));
    backup.role(Role::Primary);
    comes_up(&mut desk).await;
    desk.registers("5002").await;
    let asked = desk.server.log().iter().filter(|entry| entry.message.name == "RequestAgentReady").count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_killed_or_hanging_primary_is_followed_by_the_backup_and_comes_back_as_one() {
    for hangs in [false, true] {
        let addp_timeout = Duration::from_millis(500);
        let (mut desk, backup) = desk_with_backup(|config| Config { addp_timeout, ..config }).await;
        desk.logs_in("5002").await;
        if hangs {
            desk.server.liveness(Liveness::HalfOpen);
        } else {
            desk.server.kill().await;
        }
        backup.role(Role::Primary);
        comes_up(&mut desk).await;
        let (agent, ..) = desk.registers("5002").await;
        assert_eq!(agent.status, AgentStatus::NotReady);
        desk.server.role(Role::Backup);
        desk.server.liveness(Liveness::Serving);
        desk.server.restart(false).await.unwrap();
        connected(&desk.server).await;
        backup.role(Role::Backup);
        desk.server.role(Role::Primary);
        comes_up(&mut desk).await;
        desk.registers("5002").await;
    }
}

#[tokio::test]
async fn of_two_that_say_they_are_primary_the_one_in_use_stays() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    backup.role(Role::Primary);
    desk.logs_in("5002").await;
    desk.server.role(Role::Backup);
    desk.down().await;
    comes_up(&mut desk).await;
    desk.server.role(Role::Primary);
    desk.registers("5003").await;
    backup.close_connections();
    desk.down().await;
    comes_up(&mut desk).await;
}
