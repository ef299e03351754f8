//! The product beside a redundant pair of T-Servers: roles change, the primary dies or hangs, and everybody's state
//! and call is right again within 5 s, with no request asked that was not needed and nothing read that both have
//! told.

use crate::{
    story::{count, data},
    t_server_lost::{RIGHT_AGAIN, WORKERS, all_choose, all_right, many, shows, talking},
};
use std::time::Instant;
use uc_connector::{web::message::CallButton, wire::Role};
use uc_lab::{
    lab::{Lab, Page, Setup},
    t_server::{Config, Direction, Liveness, Mood, Standby, TServer},
};

/// A product beside a pair, `setup` with more of its T-Server section.
pub(crate) async fn beside_a_pair(setup: Setup) -> (Lab, TServer) {
    let t_server = TServer::start(Config::new(setup.switch())).await.unwrap();
    let backup = t_server.backup(([127, 0, 0, 1], 0).into()).await.unwrap();
    let link = format!("backup-address = '{}'\naddp-timeout = 0.3\n{}", backup.addr(), setup.t_server);
    let lab = Lab::unready(Setup { t_server: link, ..setup }, t_server, None).await.unwrap();
    lab.until("the product is ready", async |lab| lab.readiness().await.0).await.unwrap();
    (lab, backup)
}

/// Both have answered the registration of so many DNs since a place in the log.
pub(crate) async fn registered(lab: &Lab, mark: usize, registrations: usize) {
    let answered = async |lab: &Lab| {
        let log = lab.t_server.log().into_iter().skip(mark);
        let sent = log.filter(|entry| entry.direction == Direction::Sent && entry.message.name == "EventRegistered");
        sent.count() >= registrations
    };
    lab.until("they are registered", answered).await.unwrap();
}

/// Everybody at work, and the first worker talking.
async fn everybody_beside_a_pair(standby: Standby) -> (Lab, TServer, Vec<Page>) {
    let (lab, backup) = beside_a_pair(many()).await;
    let mut pages = all_choose(&lab).await;
    registered(&lab, 0, 2 * WORKERS).await;
    backup.standby(standby);
    lab.t_server.make_call("123", "5000", data([])).unwrap();
    pages[0].shows("the call", |picture| picture.call().is_some()).await.unwrap();
    pages[0].press(CallButton::Answer, None).await;
    pages[0].shows("talking", talking).await.unwrap();
    (lab, backup, pages)
}

/// Requests of agents' states since a place in the log.
fn asked_of_agents(lab: &Lab, mark: usize) -> Vec<String> {
    let log = lab.t_server.log().into_iter().skip(mark);
    let received = log.filter(|entry| entry.direction == Direction::Received);
    received.map(|entry| entry.message.name.to_string()).filter(|name| name.starts_with("RequestAgent")).collect()
}

type Change = fn(&TServer, &TServer);

#[tokio::test]
async fn roles_change_in_mid_call_and_back() {
    let (lab, backup, mut pages) = everybody_beside_a_pair(Standby::Hot).await;
    let changes: [Change; 2] = [
        |first, second| {
            first.role(Role::Backup);
            second.role(Role::Primary);
        },
        |first, second| {
            first.role(Role::Primary);
            second.role(Role::Backup);
        },
    ];
    for change in changes {
        let (mark, since) = (lab.t_server.mark(), Instant::now());
        change(&lab.t_server, &backup);
        all_as_before(&lab, &mut pages).await;
        pages[1].choose("lunch").await;
        pages[1].shows("what they chose there", shows(2)).await.unwrap();
        pages[1].choose("busy").await;
        pages[1].shows("what they chose then", shows(1)).await.unwrap();
        assert!(since.elapsed() < RIGHT_AGAIN, "{:?}", since.elapsed());
        let asked = asked_of_agents(&lab, mark);
        assert_eq!(asked, ["RequestAgentNotReady"; 2], "everybody else is as they should be");
        // What the backup has told of the call, and of the choice, may not have arrived yet.
        let read_again = count(&lab, mark, "RequestRegisterAddress");
        assert!(read_again <= 2, "both had told the same of everybody else, and {read_again} are read again");
    }
    assert_eq!((lab.t_server.clients().len(), backup.clients().len()), (1, 1));
    assert_eq!(lab.metric("uc_tlib_switchovers_total").await, 2.0);
}

#[tokio::test]
async fn a_call_goes_on_where_snapshots_say_only_that_there_is_one() {
    let (lab, backup, mut pages) = everybody_beside_a_pair(Standby::Hot).await;
    [&lab.t_server, &backup].into_iter().for_each(|server| server.mood(Mood::NoCalls));
    let mark = lab.t_server.mark();
    lab.t_server.role(Role::Backup);
    backup.role(Role::Primary);
    // Everything is read once more when the new one must have told all.
    registered(&lab, mark, WORKERS).await;
    all_as_before(&lab, &mut pages).await;
}

async fn all_as_before(lab: &Lab, pages: &mut [Page]) {
    assert!(all_right(&lab.t_server));
    for (number, page) in pages.iter_mut().enumerate() {
        page.shows("what the worker chose", shows(number)).await.unwrap();
    }
    pages[0].shows("talking", talking).await.unwrap();
}

#[tokio::test]
async fn the_primary_dies_or_hangs_in_mid_call_and_the_backup_goes_on() {
    let ends: [(&str, Standby, Change); 4] = [
        ("hangs", Standby::Hot, |first, _| first.liveness(Liveness::HalfOpen)),
        ("hangs, beside one that tells nothing", Standby::Silent, |first, _| first.liveness(Liveness::HalfOpen)),
        ("closes, and is backup", Standby::Hot, |first, _| {
            first.role(Role::Backup);
            first.close_connections();
        }),
        ("closes, beside one that is behind", Standby::Lags(std::time::Duration::from_millis(500)), |first, _| {
            first.role(Role::Backup);
            first.close_connections();
        }),
    ];
    for (how, standby, ends) in ends {
        let (lab, backup, mut pages) = everybody_beside_a_pair(standby).await;
        let since = Instant::now();
        ends(&lab.t_server, &backup);
        backup.role(Role::Primary);
        pages[1].choose("lunch").await;
        pages[1].shows("what they chose at the backup", shows(2)).await.unwrap();
        pages[1].choose("busy").await;
        pages[1].shows("what they chose then", shows(1)).await.unwrap();
        all_as_before(&lab, &mut pages).await;
        assert!(since.elapsed() < RIGHT_AGAIN, "{how}: {:?}", since.elapsed());
        pages[0].press(CallButton::Release, None).await;
        pages[0].shows("no call", |picture| picture.call().is_none()).await.unwrap();
    }
}

#[tokio::test]
async fn the_loss_of_the_backup_is_seen_while_the_primary_serves_on() {
    let (lab, backup, mut pages) = everybody_beside_a_pair(Standby::Hot).await;
    let degraded = async |lab: &Lab| {
        let (ready, words) = lab.readiness().await;
        ready && words.contains("cannot take over")
    };
    assert!(!degraded(&lab).await);
    backup.kill().await;
    lab.until("operators see that nobody could take over", degraded).await.unwrap();
    all_as_before(&lab, &mut pages).await;
    backup.restart(false).await.unwrap();
    lab.until("the backup is there again", async |lab| !degraded(lab).await).await.unwrap();
    all_as_before(&lab, &mut pages).await;
}
