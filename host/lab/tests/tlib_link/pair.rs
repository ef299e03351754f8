//! A redundant pair of T-Servers: both connected and registered with, the primary in use.

use crate::desk::{Desk, not_ready, quick, ready, start, switch};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use uc_connector::{
    agent_link::{AgentStatus, Behaviour, Event, EventKind, Report},
    tlib::{Config, Message},
    wire::{KvList, Role},
};
use uc_lab::{
    PATIENCE,
    t_server::{Direction, Liveness, Mood, Standby, SwitchFile, TServer},
};

/// A desk with a connection to each of a pair.
async fn desk_with_backup(change: impl FnOnce(Config) -> Config) -> (Desk, TServer) {
    desk_of(switch(), change).await
}

async fn desk_of(switch: SwitchFile, change: impl FnOnce(Config) -> Config) -> (Desk, TServer) {
    let server = start(switch).await;
    let backup = server.backup(([127, 0, 0, 1], 0).into()).await.unwrap();
    let config = change(Config { backup_address: Some(backup.addr().to_string()), ..quick(&server) });
    let desk = Desk::with(server, config).await;
    connected(&backup).await;
    (desk, backup)
}

async fn connected(server: &TServer) {
    so("the client connects", || !server.clients().is_empty()).await;
}

async fn so(what: &str, is: impl Fn() -> bool) {
    let there = async {
        while !is() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, there).await.expect(what);
}

/// Registrations that were answered since a place in the log.
fn registered(server: &TServer, mark: usize) -> usize {
    let log = server.log().into_iter().skip(mark);
    log.filter(|entry| entry.direction == Direction::Sent && entry.message.name == "EventRegistered").count()
}

/// Logged in, and registered with both.
async fn at_work(desk: &mut Desk, dn: &str) {
    let mark = desk.server.mark();
    desk.logs_in(dn).await;
    so("both are registered with", || registered(&desk.server, mark) == 2).await;
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

/// Asks for a state and gets it, and nothing else is reported meanwhile.
async fn is_served(desk: &mut Desk, dn: &str, reason: &str) {
    let asked = desk.asks(not_ready(dn, reason));
    let (facts, ticket) = desk.agent().await;
    assert_eq!((facts.reasons.str("ReasonCode"), ticket), (Some(reason), Some(asked)));
}

/// What both tell after all that was said before comes once. Who has not been told of a change of roles is told by now.
async fn hears(desk: &mut Desk, dn: &str, number: i64) {
    let said: KvList = [("Said", uc_connector::wire::Value::Int(number))].into_iter().collect();
    desk.server.user_event(dn, said.clone()).unwrap();
    assert_eq!(desk.event().await, (dn.to_owned(), EventKind::UserEvent { user_data: said }, None));
}

/// That the DN is to be read again.
async fn is_to_be_read(desk: &mut Desk, dn: &str) {
    assert_eq!(desk.event().await, (dn.to_owned(), EventKind::ReadAgain, None));
}

#[tokio::test]
async fn roles_change_without_either_connection_closing_there_and_back_and_nothing_is_read_again() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    let (clients, mark) = ([desk.server.clients(), backup.clients()], desk.server.mark());
    let (first, second) = (desk.server.clone(), backup.clone());
    for (number, (before, after)) in [(&first, &second), (&second, &first)].into_iter().enumerate() {
        before.role(Role::Backup);
        after.role(Role::Primary);
        hears(&mut desk, "5002", 1).await;
        is_served(&mut desk, "5002", &format!("the old one first, {number}")).await;
    }
    for (number, (before, after)) in [(&first, &second), (&second, &first)].into_iter().enumerate() {
        after.role(Role::Primary);
        before.role(Role::Backup);
        hears(&mut desk, "5002", 2).await;
        is_served(&mut desk, "5002", &format!("the new one first, {number}")).await;
    }
    assert_eq!([desk.server.clients(), backup.clients()], clients);
    assert_eq!(registered(&desk.server, mark), 0);
}

#[tokio::test]
async fn what_was_open_at_a_switchover_is_refused_once_and_the_dn_read_again() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    desk.server.mood(Mood::NeverAnswers.on("RequestAgentReady"));
    let mark = desk.server.mark();
    let open = desk.asks(ready("5002"));
    desk.server.wait_for(mark, "it", |entry| entry.message.name == "RequestAgentReady").await.unwrap();
    desk.server.role(Role::Backup);
    is_to_be_read(&mut desk, "5002").await;
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.behaviour), (open, Behaviour::Retry));
    // What is asked before the other one is primary waits for that.
    let meanwhile = desk.asks(not_ready("5002", "meanwhile"));
    backup.role(Role::Primary);
    assert_eq!(desk.agent().await.1, Some(meanwhile));
    let asked = desk.server.log().iter().filter(|entry| entry.message.name == "RequestAgentReady").count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_killed_or_hanging_primary_is_followed_by_the_backup_and_comes_back_as_one() {
    for hangs in [false, true] {
        let addp_timeout = Duration::from_millis(500);
        let (mut desk, backup) = desk_with_backup(|config| Config { addp_timeout, ..config }).await;
        at_work(&mut desk, "5002").await;
        if hangs {
            desk.server.liveness(Liveness::HalfOpen);
            backup.role(Role::Primary);
            so("it is found out", || desk.server.clients().is_empty()).await;
        } else {
            desk.server.kill().await;
            backup.role(Role::Primary);
        }
        hears(&mut desk, "5002", 1).await;
        is_served(&mut desk, "5002", "at the backup").await;
        let mark = desk.server.mark();
        desk.server.role(Role::Backup);
        desk.server.liveness(Liveness::Serving);
        desk.server.restart(false).await.unwrap();
        so("the one that came back is registered with", || registered(&desk.server, mark) == 1).await;
        backup.role(Role::Backup);
        desk.server.role(Role::Primary);
        hears(&mut desk, "5002", 2).await;
        is_served(&mut desk, "5002", "the other way round").await;
    }
}

#[tokio::test]
async fn of_two_that_say_they_are_primary_the_one_in_use_stays() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    backup.role(Role::Primary);
    at_work(&mut desk, "5002").await;
    desk.server.role(Role::Backup);
    hears(&mut desk, "5002", 1).await;
    is_served(&mut desk, "5002", "at the second").await;
    desk.server.role(Role::Primary);
    desk.registers("5003").await;
    so("the first is registered with", || registered(&desk.server, 0) == 4).await;
    backup.close_connections();
    hears(&mut desk, "5002", 2).await;
    is_served(&mut desk, "5002", "at the first again").await;
}

#[tokio::test]
async fn without_any_primary_the_link_is_down_in_the_end() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    desk.server.role(Role::Backup);
    hears(&mut desk, "5002", 1).await;
    let waits = desk.asks(not_ready("5002", "in vain"));
    assert!(desk.down().await.ends_with("backup"));
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.behaviour), (waits, Behaviour::Unsent));
    backup.role(Role::Primary);
    comes_up(&mut desk).await;
    desk.registers("5002").await;
}

/// Everything that only the new primary has told: a call, a state and words.
#[tokio::test]
async fn what_only_the_new_primary_told_is_told_at_the_switchover_once() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    let mark = desk.server.mark();
    desk.server.liveness(Liveness::Stalled);
    let call = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.server.act(&Message::new("RequestAgentReady").with("thisDN", "5002")).unwrap();
    let said: KvList = [("Said", uc_connector::wire::Value::Int(1))].into_iter().collect();
    desk.server.user_event("5002", said.clone()).unwrap();
    let told = |entry: &uc_lab::t_server::Entry| entry.message.name == "EventUserEvent";
    desk.server.wait_for(mark, "it", told).await.unwrap();
    backup.role(Role::Primary);
    desk.server.kill().await;
    let (dn, rings, ..) = desk.call().await;
    assert_eq!((dn.as_str(), rings.conn_id), ("5002", call));
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
    assert_eq!(desk.event().await, ("5002".to_owned(), EventKind::UserEvent { user_data: said }, None));
    is_served(&mut desk, "5002", "nothing comes between").await;
    assert_eq!(registered(&desk.server, mark), 0);
}

#[tokio::test]
async fn a_backup_that_is_behind_tells_nothing_twice() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    backup.standby(Standby::Lags(Duration::from_millis(300)));
    at_work(&mut desk, "5002").await;
    is_served(&mut desk, "5002", "told by the old one").await;
    desk.server.act(&Message::new("RequestAgentReady").with("thisDN", "5002")).unwrap();
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
    let mark = desk.server.mark();
    desk.server.role(Role::Backup);
    backup.role(Role::Primary);
    desk.server.wait_for(mark, "the copy", |entry| entry.message.name == "EventAgentReady").await.unwrap();
    hears(&mut desk, "5002", 1).await;
    is_served(&mut desk, "5002", "the next").await;
}

#[tokio::test]
async fn a_backup_that_tells_nothing_has_its_dns_read_again() {
    let (mut desk, backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    backup.standby(Standby::Silent);
    is_served(&mut desk, "5002", "told by one alone").await;
    desk.server.role(Role::Backup);
    backup.role(Role::Primary);
    is_to_be_read(&mut desk, "5002").await;
    let (facts, ..) = desk.registers("5002").await;
    assert_eq!(facts.reasons.str("ReasonCode"), Some("told by one alone"));
}

#[tokio::test]
async fn a_backup_that_takes_no_registrations_is_warm_standby() {
    let server = start(switch()).await;
    let backup = server.backup(([127, 0, 0, 1], 0).into()).await.unwrap();
    backup.standby(Standby::Warm);
    let config = Config { backup_address: Some(backup.addr().to_string()), ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    connected(&backup).await;
    desk.logs_in("5002").await;
    desk.server.wait_for(0, "its refusal", |entry| entry.message.name == "EventError").await.unwrap();
    desk.server.role(Role::Backup);
    backup.role(Role::Primary);
    comes_up(&mut desk).await;
    desk.registers("5002").await;
}

#[tokio::test]
async fn who_is_logged_out_with_the_lost_connection_is_read_again() {
    let switch = SwitchFile { logs_out_with_client: true, ..switch() };
    let (mut desk, backup) = desk_of(switch, |config| config).await;
    at_work(&mut desk, "5002").await;
    desk.server.kill().await;
    backup.role(Role::Primary);
    is_to_be_read(&mut desk, "5002").await;
    assert_eq!(desk.registers("5002").await.0.status, AgentStatus::LoggedOut);
}

#[tokio::test]
async fn each_connection_has_the_timers_of_its_half() {
    let timers = |config| Config {
        addp_timeout: Duration::from_secs(10),
        addp_remote_timeout: Duration::ZERO,
        backup_addp_timeout: Some(Duration::from_millis(100)),
        backup_addp_remote_timeout: Some(Duration::from_millis(200)),
        ..config
    };
    let (desk, backup) = desk_with_backup(timers).await;
    let clients = desk.server.clients();
    backup.liveness(Liveness::HalfOpen);
    so("the backup is given up", || backup.clients().is_empty()).await;
    assert_eq!(desk.server.clients(), clients);
}

/// Registrations of the pair's own stay apart from what is told.
#[tokio::test]
async fn the_pair_registers_with_the_backup_in_silence() {
    let (mut desk, _backup) = desk_with_backup(|config| config).await;
    at_work(&mut desk, "5002").await;
    desk.registers("5003").await;
    so("both are registered with", || registered(&desk.server, 0) == 4).await;
    let next = desk.asks(ready("5002"));
    match desk.next().await {
        Report::Event(Event { kind: EventKind::Agent(facts), .. }, _) => assert_eq!(facts.status, AgentStatus::Ready),
        other => panic!("{other:?} instead of the answer to {next:?}"),
    }
}
