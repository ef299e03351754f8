//! The product beside a redundant pair of T-Servers: roles change, the primary dies or hangs, and everybody's state and call
//! is right again within 5 s, with no request asked that was not needed.

use crate::{
    story::data,
    t_server_lost::{RIGHT_AGAIN, WORKERS, all_choose, all_right, many, shows, talking},
};
use std::time::Instant;
use uc_connector::{web::message::CallButton, wire::Role};
use uc_lab::{
    lab::{Lab, Page, Setup},
    t_server::{Config, Direction, Liveness, SwitchFile, TServer},
};

/// Everybody at work, and the first worker talking.
async fn everybody_beside_a_pair() -> (Lab, TServer, Vec<Page>) {
    let setup = many();
    let switch = SwitchFile::of_extensions(setup.numbers().iter().map(String::as_str));
    let t_server = TServer::start(Config::new(switch)).await.unwrap();
    let backup = t_server.backup(([127, 0, 0, 1], 0).into()).await.unwrap();
    let link = format!("backup-address = '{}'\naddp-timeout = 0.3", backup.addr());
    let lab = Lab::unready(Setup { t_server: link, ..setup }, t_server, None).await.unwrap();
    lab.until("the product is ready", async |lab| lab.readiness().await.0).await.unwrap();
    let mut pages = all_choose(&lab).await;
    lab.until("both are connected", async |_| !backup.clients().is_empty()).await.unwrap();
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

/// Everybody's DN is registered anew, by the log since a place in it.
fn all_read(lab: &Lab, mark: usize) -> bool {
    let log = lab.t_server.log().into_iter().skip(mark);
    log.filter(|entry| entry.message.name == "RequestRegisterAddress").count() >= WORKERS
}

type Change = fn(&TServer, &TServer);

#[tokio::test]
async fn roles_change_in_mid_call_and_back() {
    let (lab, backup, mut pages) = everybody_beside_a_pair().await;
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
        lab.until("everybody is read again", async |lab| all_read(lab, mark)).await.unwrap();
        all_as_before(&lab, &mut pages).await;
        assert!(since.elapsed() < RIGHT_AGAIN, "{:?}", since.elapsed());
        assert_eq!(asked_of_agents(&lab, mark), [""; 0], "everybody is as they should be");
    }
    assert_eq!((lab.t_server.clients().len(), backup.clients().len()), (1, 1));
}

async fn all_as_before(lab: &Lab, pages: &mut [Page]) {
    assert!(all_right(&lab.t_server));
    for (number, page) in pages.iter_mut().enumerate() {
        page.shows("what the worker chose", shows(number)).await.unwrap();
    }
    pages[0].shows("talking", talking).await.unwrap();
}

#[tokio::test]
async fn the_primary_dies_or_hangs_in_mid_call_and_comes_back_as_backup() {
    let ends: [(&str, Change); 2] = [
        ("hangs", |first, _| first.liveness(Liveness::HalfOpen)),
        ("closes, and is backup", |first, _| {
            first.role(Role::Backup);
            first.close_connections();
        }),
    ];
    for (how, ends) in ends {
        let (lab, backup, mut pages) = everybody_beside_a_pair().await;
        let (mark, since) = (lab.t_server.mark(), Instant::now());
        ends(&lab.t_server, &backup);
        backup.role(Role::Primary);
        lab.until("everybody is read again", async |lab| all_read(lab, mark)).await.unwrap();
        all_as_before(&lab, &mut pages).await;
        assert!(since.elapsed() < RIGHT_AGAIN, "{how}: {:?}", since.elapsed());
        pages[1].choose("lunch").await;
        pages[1].shows("what they chose at the backup", shows(2)).await.unwrap();
        pages[0].press(CallButton::Release, None).await;
        pages[0].shows("no call", |picture| picture.call().is_none()).await.unwrap();
    }
}

#[tokio::test]
async fn the_loss_of_the_backup_is_seen_while_the_primary_serves_on() {
    let (lab, backup, mut pages) = everybody_beside_a_pair().await;
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
