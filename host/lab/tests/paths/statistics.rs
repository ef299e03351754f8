//! Contact points with live statistics, colleagues with their state, and the Stat Server that fails (requirements F28,
//! F31).

use crate::story::{asked, data, kim};
use uc_connector::{
    web::message::{CallButton, CallState, StateKind, Target},
    wire::Role,
};
use uc_lab::{
    lab::{Lab, Page, Picture, Setup},
    stat_server::{Config, Mood, StatServer},
};

const POINTS: &str = "\
reconnect-max = 0.5\nrequest-timeout = 1\nclose-after = 0.2\n\
[[statistic]]\nname = 'waiting'\nstatistic = 'CallsWaiting'\ninterval = 1\n\
[[statistic]]\nname = 'wait'\nstatistic = 'ExpectedWait'\nformat = 'seconds'\nnotify = 'periodic'\n\
[[contact-point]]\nname = 'billing'\nnumber = '8000'\ntype = 'queue'\nstatistics = ['waiting', 'wait']\n\
[[contact-point]]\nname = 'claims'\nnumber = '8001'\ntype = 'queue'\nstatistics = ['waiting']\n";

/// A Stat Server that knows the contact points.
async fn stat_server(role: Role) -> StatServer {
    let server = StatServer::start(Config { role, ..Config::default() }).await.unwrap();
    for (object, statistic, value) in
        [("8000", "CallsWaiting", 3), ("8000", "ExpectedWait", 90), ("8001", "CallsWaiting", 0)]
    {
        server.set(object, statistic, value);
    }
    server
}

fn setup(primary: &StatServer, backup: Option<&StatServer>) -> Setup {
    let backup = backup.map_or_else(String::new, |backup| format!("backup-address = '{}'\n", backup.addr()));
    let connector = format!("[stat-server]\naddress = '{}'\n{backup}{POINTS}", primary.addr());
    Setup { connector, ..Setup::of(["kim", "bo"]) }
}

fn values(targets: &[Target]) -> Vec<(String, Vec<Option<u64>>)> {
    let of = |target: &Target| target.statistics.iter().map(|statistic| statistic.value).collect();
    targets.iter().map(|target| (target.name.to_string(), of(target))).collect()
}

async fn shows(page: &mut Page, expected: &[(&str, &[Option<u64>])]) {
    let expected: Vec<_> = expected.iter().map(|(name, values)| ((*name).to_owned(), values.to_vec())).collect();
    let fits = |picture: &Picture| picture.found.as_ref().is_some_and(|(_, found)| values(found) == expected);
    page.shows(&format!("{expected:?}"), fits).await.unwrap();
}

async fn until(what: &str, lab: &Lab, so: impl Fn() -> bool) {
    lab.until(what, async |_| so()).await.unwrap();
}

#[tokio::test]
async fn statistics_are_live_while_a_page_looks_and_closed_afterwards() {
    let server = stat_server(Role::Primary).await;
    let (lab, mut page) = kim(setup(&server, None)).await;
    assert_eq!(server.count(), 0, "nobody looks");
    page.search("").await;
    shows(&mut page, &[("billing", &[Some(3), Some(90)]), ("claims", &[Some(0)])]).await;
    server.set("8000", "CallsWaiting", 4);
    shows(&mut page, &[("billing", &[Some(4), Some(90)]), ("claims", &[Some(0)])]).await;
    let mut other = lab.page("bo").await.unwrap();
    other.search("cla").await;
    shows(&mut other, &[("claims", &[Some(0)])]).await;
    assert_eq!(server.count(), 3, "once for all pages");
    page.send(&uc_connector::web::message::ClientFrame::SearchEnd {}).await;
    until("only what bo looks at is open", &lab, || server.open() == [("8001".into(), "CallsWaiting".into())]).await;
    drop(other);
    until("nothing is open", &lab, || server.count() == 0).await;
}

#[tokio::test]
async fn the_backup_takes_over_and_nothing_old_is_shown_meanwhile() {
    let (primary, backup) = (stat_server(Role::Primary).await, stat_server(Role::Backup).await);
    let (lab, mut page) = kim(setup(&primary, Some(&backup))).await;
    page.search("bill").await;
    shows(&mut page, &[("billing", &[Some(3), Some(90)])]).await;
    primary.kill().await;
    shows(&mut page, &[("billing", &[None, None])]).await;
    let (ready, report) = lab.readiness().await;
    assert!(ready && report.contains("stat-server"), "nobody need be sent elsewhere: {report}");
    backup.set("8000", "CallsWaiting", 7);
    backup.role(Role::Primary);
    shows(&mut page, &[("billing", &[Some(7), Some(90)])]).await;
    // The other way round: it becomes backup, and the first is there again.
    primary.restart().await.unwrap();
    backup.role(Role::Backup);
    shows(&mut page, &[("billing", &[Some(3), Some(90)])]).await;
    until("the backup has nothing open", &lab, || backup.count() == 0).await;
}

#[tokio::test]
async fn what_the_stat_server_does_not_give_is_not_known_and_the_rest_is() {
    let server = stat_server(Role::Primary).await;
    let setup = setup(&server, None);
    server.mood(Mood::UnknownStatistic);
    let (_lab, mut page) = kim(setup).await;
    page.search("cla").await;
    shows(&mut page, &[("claims", &[None])]).await;
    server.wait_for(0, &["RequestOpenStatistic", "CallsWaiting", "8001"]).await.unwrap();
    server.calm();
    page.search("bill").await;
    shows(&mut page, &[("billing", &[Some(3), Some(90)])]).await;
}

#[tokio::test]
async fn moods_of_a_stat_server_do_no_harm() {
    let server = stat_server(Role::Primary).await;
    let (lab, mut page) = kim(setup(&server, None)).await;
    for (mood, at, expected) in [
        (Mood::Floods, 5, Some(5)),
        (Mood::Texts, 6, Some(6)),
        (Mood::Words, 7, None),
        (Mood::Terse, 8, Some(8)),
        (Mood::Silent, 9, None),
        (Mood::Refuses, 10, None),
        (Mood::UnknownObject, 11, None),
    ] {
        page.search("nobody").await;
        until("nothing is open", &lab, || server.count() == 0).await;
        server.calm();
        server.set("8001", "CallsWaiting", at);
        server.mood(mood);
        page.search("cla").await;
        shows(&mut page, &[("claims", &[expected])]).await;
    }
    server.calm();
    server.send_raw("nonsense");
    server.send_raw(r#"{"messageName":"EventInfo","statisticID":4711,"value":1}"#);
    page.search("nobody").await;
    shows(&mut page, &[]).await;
    page.search("bill").await;
    shows(&mut page, &[("billing", &[Some(3), Some(90)])]).await;
}

#[tokio::test]
async fn a_colleague_is_found_and_gets_the_call_with_its_note() {
    let server = stat_server(Role::Primary).await;
    let (lab, mut page) = kim(setup(&server, None)).await;
    let mut bo = lab.page("bo").await.unwrap();
    page.search("b").await;
    let of_bo = |picture: &Picture| picture.found.as_ref().and_then(|(_, found)| found.last().cloned());
    let picture =
        page.shows("bo", |picture| of_bo(picture).is_some_and(|found| &*found.id == "worker:bo")).await.unwrap();
    assert_eq!(of_bo(&picture).unwrap().state.unwrap().kind, StateKind::LoggedOut);
    bo.choose("open").await;
    bo.is(StateKind::Ready).await.unwrap();
    let ready = |found: Target| found.state.is_some_and(|state| state.kind == StateKind::Ready);
    page.shows("bo ready", |picture| of_bo(picture).is_some_and(ready)).await.unwrap();

    lab.t_server.make_call("123", "5000", data([("Order", "4711")])).unwrap();
    page.shows("a call", |picture| picture.call().is_some()).await.unwrap();
    page.press(CallButton::Answer, None).await;
    let talks = |picture: &Picture| picture.call().is_some_and(|call| call.state == CallState::Established);
    page.shows("the call connected", talks).await.unwrap();
    let mark = lab.t_server.mark();
    page.pass_on(CallButton::ConsultTransfer, "5001", "Waits since Monday").await;
    let update = asked(&lab, mark, "RequestUpdateUserData", "5000").await;
    assert_eq!(update.kv_list("userData"), Some(&data([("TransferNote", "Waits since Monday")])));
    asked(&lab, mark, "RequestInitiateTransfer", "5000").await;
    bo.shows("the consult call", |picture| picture.call().is_some()).await.unwrap();
    bo.press(CallButton::Answer, None).await;
    page.shows("bo asked", |picture| picture.consult().is_some_and(|call| call.state == CallState::Established))
        .await
        .unwrap();
    page.press_consult(CallButton::CompleteTransfer).await;
    let note = |picture: &Picture| {
        picture.call().is_some_and(|call| call.data.iter().any(|pair| &*pair.value == "Waits since Monday"))
    };
    bo.shows("the note", note).await.unwrap();
}
