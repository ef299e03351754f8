//! What an etcd of several members does to whoever keeps something there: members that go, leaders that change, no room, no
//! rights.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod members;

use members::Members;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use uc_store::{
    Change, Error, EtcdAt, EtcdTls, Key, Revision, Seen, Span, Store,
    lease::{Holding, Lease, Timing, keep},
};

const LONG: Duration = Duration::from_secs(3600);

fn at(members: &Members) -> EtcdAt {
    EtcdAt { endpoints: members.endpoints(), prefix: "test/".into(), user: None, tls: EtcdTls::default() }
}

fn store(members: &Members) -> Store {
    Store::etcd(at(members)).unwrap()
}

fn set(name: &str, value: &str) -> Change {
    Change::set(Key::new(name).unwrap(), value.to_owned())
}

async fn write(store: &Store, name: &str, value: &str) -> Result<Revision, Error> {
    store.compare_and_set(vec![set(name, value)], None).await
}

async fn read(store: &Store, name: &str) -> Option<String> {
    let found = store.get(&Span::One(Key::new(name).unwrap())).await.unwrap();
    found.entries.values().next().map(|entry| String::from_utf8(entry.value.to_vec()).unwrap())
}

/// Tries until it is done; how long that took.
async fn until_done(mut attempt: impl AsyncFnMut() -> Result<(), Error>) -> Duration {
    let begun = Instant::now();
    while let Err(error) = attempt().await {
        assert!(error.may_pass() && begun.elapsed() < Duration::from_secs(20), "{error}");
        sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

/// Sees until it has seen this.
async fn until_seen(watch: &mut uc_store::Watch, name: &str, value: &str) {
    let has_it = |seen: Seen| match seen {
        Seen::All(all) => all.entries.iter().any(|(key, entry)| key.text() == name && entry.value == value),
        Seen::Changed(changes) => {
            changes.iter().any(|one| one.key.text() == name && one.value.as_deref() == Some(value.as_bytes()))
        }
    };
    let seeing = async { while !watch.next().await.is_ok_and(has_it) {} };
    timeout(Duration::from_secs(20), seeing).await.expect("it is seen");
}

#[tokio::test]
async fn a_store_outlives_any_one_member_and_its_watch_does() {
    let mut members = Members::start(3);
    let store = store(&members);
    let mut watch = store.watch(Span::Below("".into()), LONG);
    for one in 0..3 {
        write(&store, "before", &one.to_string()).await.unwrap();
        members.kill(one);
        let value = format!("without {one}");
        until_done(async || write(&store, "k", &value).await.map(drop)).await;
        assert_eq!(read(&store, "before").await, Some(one.to_string()), "what was answered is there");
        until_seen(&mut watch, "k", &value).await;
        members.begin(one);
        members.wait();
    }
}

#[tokio::test]
async fn without_most_of_its_members_it_is_out_of_reach_and_comes_back_by_itself() {
    let mut members = Members::start(3);
    let store = store(&members);
    write(&store, "k", "1").await.unwrap();
    [0, 1].into_iter().for_each(|one| members.kill(one));
    let error = write(&store, "k", "2").await.unwrap_err();
    assert!(matches!(&error, Error::OutOfReach(why) if why.contains("etcd at http://127.0.0.1")), "{error}");
    assert!(store.get(&Span::Below("".into())).await.is_err());
    members.begin(1);
    until_done(async || write(&store, "k", "3").await.map(drop)).await;
    assert_eq!(read(&store, "k").await.as_deref(), Some("3"));
}

#[tokio::test]
async fn more_than_one_page_is_read_at_one_moment() {
    let members = Members::start(1);
    let store = store(&members);
    let large = "x".repeat(8_000);
    for batch in 0..10 {
        let changes = (0..100).map(|one| set(&format!("many/{batch:02}/{one:02}"), &large)).collect();
        store.compare_and_set(changes, None).await.unwrap();
    }
    let whole = store.get(&Span::Below("many/".into())).await.unwrap();
    assert_eq!(whole.entries.len(), 1000);
    assert!(whole.entries.values().all(|entry| entry.value.len() == large.len() && entry.revision <= whole.revision));
}

#[tokio::test]
async fn one_that_is_down_at_the_start_is_there_once_it_is() {
    let mut members = Members::start(1);
    members.kill(0);
    let store = store(&members);
    let mut watch = store.watch(Span::Below("".into()), LONG);
    assert!(matches!(watch.next().await, Err(Error::OutOfReach(_))));
    members.begin(0);
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
    until_seen(&mut watch, "k", "1").await;
}

#[tokio::test]
async fn a_member_of_another_etcd_is_not_believed() {
    let (ours, other) = (Members::start(1), Members::start(1));
    let endpoints = [ours.endpoints(), other.endpoints()].concat();
    let store = Store::etcd(EtcdAt { endpoints, ..at(&ours) }).unwrap();
    write(&store, "k", "1").await.unwrap();
    let mut ours = ours;
    ours.kill(0);
    let _ = write(&store, "k", "2").await;
    let error = write(&store, "k", "2").await.unwrap_err();
    assert!(error.to_string().contains("belongs to etcd"), "{error}");
}

#[tokio::test]
async fn a_watch_whose_past_was_compacted_has_what_is_there() {
    let mut members = Members::start(1);
    let store = store(&members);
    let mut watch = store.watch(Span::Below("".into()), LONG);
    write(&store, "k", "1").await.unwrap();
    until_seen(&mut watch, "k", "1").await;
    members.kill(0);
    members.begin(0);
    members.wait();
    let revision = until_revision(&store).await;
    members.ctl(&["compact", &revision.to_string()]);
    write(&store, "k", "9").await.unwrap();
    until_seen(&mut watch, "k", "9").await;
}

async fn until_revision(store: &Store) -> u64 {
    let mut revision = 0;
    until_done(async || write(store, "k", "8").await.map(|at| revision = at.0)).await;
    revision
}

#[tokio::test]
async fn one_without_room_is_full_and_takes_more_once_somebody_has_made_room() {
    let members = Members::start(1);
    let store = store(&members);
    let large = "x".repeat(900_000);
    let full = loop {
        match write(&store, "large", &large).await {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(&full, Error::Full(why) if why.contains("alarm disarm")) && full.may_pass(), "{full}");
    assert!(read(&store, "large").await.is_some(), "reads go on");
    let revision = store.get(&Span::Below("".into())).await.unwrap().revision;
    members.ctl(&["compact", &revision.0.to_string()]);
    members.ctl(&["defrag"]);
    members.ctl(&["alarm", "disarm"]);
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
}

#[tokio::test]
async fn who_is_not_let_in_is_told_which_keys_to_look_at() {
    let members = Members::start(1);
    for command in ["user add root:secret", "user add other:secret", "auth enable"] {
        members.ctl(&command.split(' ').collect::<Vec<_>>());
    }
    let with = |name: &str, password: &str| {
        Store::etcd(EtcdAt { user: Some((name.into(), password.into())), ..at(&members) }).unwrap()
    };
    write(&with("root", "secret"), "k", "1").await.unwrap();
    for odd in [with("root", "wrong"), with("other", "secret"), store(&members)] {
        let error = write(&odd, "k", "2").await.unwrap_err();
        assert!(error.to_string().contains("password-file in [cluster]"), "{error}");
    }
}

fn wants(store: &Store, life: u64) -> Holding {
    let lease = Lease::new("part", "node", life, Timing::DEFAULT).unwrap();
    let (holding, work) = keep(store.clone(), lease, tokio_util::sync::CancellationToken::new());
    tokio::spawn(work);
    holding
}

#[tokio::test]
async fn a_lease_stays_with_its_holder_when_any_member_dies_and_its_fence_holds() {
    let mut members = Members::start(3);
    let mut first = wants(&store(&members), 1);
    let fence = first.begun().await;
    let second = wants(&store(&members), 2);
    let mut lost = 0;
    for one in 0..3 {
        members.kill(one);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(2) {
            assert!(first.fence().is_none() || second.fence().is_none(), "two hold it");
            sleep(Duration::from_millis(10)).await;
        }
        lost += usize::from(first.fence().is_none());
        members.begin(one);
        members.wait();
    }
    let writer = store(&members);
    let fenced = async || writer.compare_and_set(vec![set("state", "1")], Some(fence.clone())).await.map(drop);
    if lost == 0 {
        until_done(fenced).await;
    } else {
        assert!(matches!(fenced().await, Err(Error::Conflict { .. })), "it was somebody else's meanwhile");
    }
}

/// Authority, certificate and key of one who is trusted, all PEM.
fn trusted() -> (String, String, String) {
    let authority = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new([]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = parameters.self_signed(&authority).unwrap();
    let issuer = rcgen::Issuer::new(parameters, authority);
    let key = rcgen::KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    (root.pem(), certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn over_tls_each_side_proves_who_it_is() {
    let (authority, certificate, key) = trusted();
    let members = Members::start_secure(&authority, &certificate, &key);
    let with = |authority: &str, identity: Option<(&str, &str)>| {
        let identity = identity.map(|(certificate, key)| (certificate.into(), key.into()));
        let tls = EtcdTls { authority: Some(authority.into()), identity, server_name: None };
        Store::etcd(EtcdAt { tls, ..at(&members) }).unwrap()
    };
    let store = with(&authority, Some((&certificate, &key)));
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
    let (other, ..) = trusted();
    for odd in [with(&authority, None), with(&other, Some((&certificate, &key)))] {
        assert!(matches!(write(&odd, "k", "2").await, Err(Error::OutOfReach(_))));
    }
}
