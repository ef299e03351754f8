//! What an etcd of several members does to whoever keeps something there: members that go, leaders that change, no room, no
//! rights.
//! Long, because it is the list of what happens to one, and each takes its own members down.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod members;

use members::Members;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{sleep, timeout},
};
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

/// Where a member is reached over a way that carries 4 MB/s.
async fn slow_way_to(endpoint: &str) -> String {
    let (listener, target) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), endpoint.strip_prefix("http://").unwrap().to_owned());
    let here = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&target).await.unwrap();
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            tokio::spawn(slowly(from_near, to_far));
            tokio::spawn(slowly(from_far, to_near));
        }
    });
    here
}

async fn slowly(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
        sleep(Duration::from_nanos(250) * u32::try_from(count).unwrap()).await;
    }
}

#[tokio::test]
async fn a_read_takes_as_long_as_its_pages_come() {
    let members = Members::start(1);
    let store = store(&members);
    let large = "x".repeat(9_000);
    for batch in 0..50 {
        let changes = (0..100).map(|one| set(&format!("many/{batch:02}/{one:02}"), &large)).collect();
        store.compare_and_set(changes, None).await.unwrap();
    }
    let far = EtcdAt { endpoints: vec![slow_way_to(&members.endpoints()[0]).await], ..at(&members) };
    let (far, begun) = (Store::etcd(far).unwrap(), Instant::now());
    let whole = far.get(&Span::Below("many/".into())).await.unwrap();
    assert_eq!(whole.entries.len(), 5000);
    assert!(begun.elapsed() > uc_store::DEADLINE, "{:?} shows nothing", begun.elapsed());
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

/// What a write is answered once it says this.
async fn until_said(store: &Store, words: &[&str]) -> String {
    let begun = Instant::now();
    loop {
        let said = write(store, "k", "x").await.err().map(|error| error.to_string()).unwrap_or_default();
        if words.iter().all(|word| said.contains(word)) {
            return said;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{said:?} does not say {words:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn endpoints_of_two_etcds_are_used_by_nobody() {
    let (mut ours, other) = (Members::start(1), Members::start(1));
    let endpoints = [ours.endpoints(), other.endpoints()].concat();
    let both = || Store::etcd(EtcdAt { endpoints: endpoints.clone(), ..at(&ours) }).unwrap();
    let (first, words) = (both(), [&*endpoints[0], &*endpoints[1], "several etcds", "endpoints in [cluster]"]);
    let second = both();
    until_said(&first, &words).await;
    ours.kill(0);
    assert!(write(&first, "k", "1").await.is_err(), "who knows of both believes neither");
    let third = Store::etcd(EtcdAt { endpoints: endpoints.clone(), ..at(&other) }).unwrap();
    // Nobody has told it of the first.
    until_done(async || write(&third, "k", "1").await.map(drop)).await;
    ours.begin(0);
    for store in [&first, &second, &third] {
        until_said(store, &words).await;
    }
    let survey = third.surveys().unwrap().borrow().clone();
    assert!(survey.faults().join("\n").contains("several etcds"), "{survey:?}");
}

#[tokio::test]
async fn an_etcd_without_its_data_is_another_one_though_it_has_the_same_id() {
    let mut members = Members::start(1);
    let store = store(&members);
    for value in 0..30 {
        write(&store, "k", &value.to_string()).await.unwrap();
    }
    let known = store.history();
    members.begin_empty(0);
    until_said(&store, &["restart all nodes", "revision"]).await;
    let now = self::store(&members);
    write(&now, "k", "4").await.expect("a node that begins now uses it");
    let anew = self::store(&members).after(known);
    for store in [store, anew] {
        assert!(
            write(&store, "other", "1").await.is_err(),
            "one that knew the other does not, and none that follows it"
        );
    }
}

#[tokio::test]
async fn an_etcd_that_was_made_anew_is_not_taken_for_the_one_before() {
    let mut members = Members::start(1);
    let store = store(&members);
    write(&store, "k", "1").await.unwrap();
    let before = store.surveys().unwrap().borrow().members[0].said.as_ref().unwrap().cluster;
    let known = store.history();
    members.begin_anew(0);
    let said = until_said(&store, &["restart all nodes", &format!("{before:x}")]).await;
    until_said(&self::store(&members).after(known), &["restart all nodes", &format!("{before:x}")]).await;
    let now = self::store(&members);
    write(&now, "k", "2").await.expect("a node that begins now uses it");
    let now = now.surveys().unwrap().borrow().members[0].said.as_ref().unwrap().cluster;
    assert!(now != before && said.contains(&format!("{now:x}")), "{said}");
}

#[tokio::test]
async fn each_member_says_its_version_and_how_large_it_is_and_that_it_is_too_old() {
    let mut members = Members::start(3);
    members.kill(2);
    let store = store(&members);
    // It may have been the leader.
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
    let survey = store.surveys().unwrap().borrow().clone();
    let [first, second, third] = &survey.members[..] else { panic!("{survey:?}") };
    let said = first.said.as_ref().unwrap();
    assert!(said.size > 0 && said.version.starts_with("3."), "{said:?}");
    assert_eq!(said.cluster, second.said.as_ref().unwrap().cluster);
    assert!(third.said.is_err() && survey.faults().len() == 1, "{survey:?}");
    if said.version == "3.4.23" {
        assert!(survey.warnings(u64::MAX)[0].contains("version 3.4.23 is too old: take 3.4.31"), "{survey:?}");
    }
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
    let mut surveys = store.surveys().unwrap();
    let told = surveys.wait_for(|survey| survey.faults().join(" ").contains("alarm NOSPACE"));
    drop(timeout(Duration::from_secs(20), told).await.expect("its alarm is told"));
    assert!(read(&store, "large").await.is_some(), "reads go on");
    let revision = store.get(&Span::Below("".into())).await.unwrap().revision;
    members.ctl(&["compact", &revision.0.to_string()]);
    members.ctl(&["defrag"]);
    members.ctl(&["alarm", "disarm"]);
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
}

#[tokio::test]
async fn who_is_not_let_in_is_told_which_keys_to_look_at_and_asks_less_and_less() {
    let members = Members::start(1);
    for command in ["user add root:secret", "user add other:secret", "auth enable"] {
        members.ctl(&command.split(' ').collect::<Vec<_>>());
    }
    let with = |name: &str, password: &str| {
        Store::etcd(EtcdAt { user: Some((name.into(), password.into())), ..at(&members) }).unwrap()
    };
    let right = with("root", "secret");
    write(&right, "k", "1").await.unwrap();
    for odd in [with("root", "wrong"), with("other", "secret"), store(&members)] {
        let error = write(&odd, "k", "2").await.unwrap_err();
        assert!(error.to_string().contains("password-file in [cluster]"), "{error}");
    }
    let wrong = with("root", "wrong");
    until_said(&wrong, &["authentication failed", "password-file in [cluster]"]).await;
    let (begun, before) = (Instant::now(), members.sign_ins(0));
    while begun.elapsed() < Duration::from_secs(4) {
        until_said(&wrong, &["authentication failed", "password-file in [cluster]"]).await;
        write(&right, "k", "1").await.expect("nobody else waits for it");
        sleep(Duration::from_millis(50)).await;
    }
    let tried = members.sign_ins(0) - before;
    assert!((1..=5).contains(&tried), "{tried} sign-ins in 4 s");
}

#[tokio::test]
async fn a_lease_is_given_up_once_while_there_is_no_room_and_comes_back_when_there_is() {
    let members = Members::start_small(16 << 20);
    let store = store(&members);
    let mut holding = wants(&store, 1);
    holding.begun().await;
    let large = "x".repeat(900_000);
    while write(&store, "large", &large).await.is_ok() {}
    timeout(Duration::from_secs(5), holding.ended()).await.expect("nobody can renew it");
    let full = write(&store, "k", "1").await.unwrap_err().to_string();
    for what in ["etcd is full (alarm NOSPACE)", "compact", "defrag", "alarm disarm"] {
        assert!(full.contains(what), "{full}");
    }
    let quiet = timeout(Duration::from_secs(3), holding.begun()).await;
    assert!(quiet.is_err(), "it is not taken while there is no room");
    let revision = store.get(&Span::Below("".into())).await.unwrap().revision;
    for command in [&["compact", &revision.0.to_string()][..], &["defrag"], &["alarm", "disarm"]] {
        members.ctl(command);
    }
    timeout(Duration::from_secs(10), holding.begun()).await.expect("there is room again");
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

/// An authority that both sides trust, or one that neither knows.
struct Authority {
    pem: String,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

/// Certificate and key, both PEM.
type Proof = (String, String);

impl Authority {
    fn new(name: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new([]).unwrap();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, issuer: rcgen::Issuer::new(parameters, key) }
    }

    /// One for this machine.
    fn proof(&self) -> Proof {
        self.proof_for(&["localhost", "127.0.0.1"], 2099)
    }

    /// One for these names, valid until the end of this year.
    fn proof_for(&self, names: &[&str], until: i32) -> Proof {
        let key = rcgen::KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().copied().map(str::to_owned).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2019, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(until, 12, 31);
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

#[tokio::test]
async fn over_tls_each_side_proves_who_it_is_and_what_does_not_fit_is_named() {
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let (theirs, mine) = (ours.proof(), ours.proof());
    let with = |members: &Members, authority: &Authority, proof: Option<&Proof>, name: Option<&str>| {
        let identity = proof.map(|(certificate, key)| (certificate.clone().into(), key.clone().into()));
        let server_name = name.map(str::to_owned);
        let tls = EtcdTls { authority: Some(authority.pem.clone().into()), identity, server_name };
        Store::etcd(EtcdAt { tls, ..at(members) }).unwrap()
    };
    let members = Members::start_secure(&ours.pem, &theirs.0, &theirs.1);
    let store = with(&members, &ours, Some(&mine), None);
    until_done(async || write(&store, "k", "1").await.map(drop)).await;
    let (old, of_other) = (ours.proof_for(&["localhost"], 2020), other.proof());
    for (odd, words) in [
        (with(&members, &ours, None, None), "cert and key in [cluster.tls]"),
        (with(&members, &ours, Some(&old), None), "cert and key in [cluster.tls]"),
        (with(&members, &ours, Some(&of_other), None), "cert and key in [cluster.tls]"),
        (with(&members, &other, Some(&mine), None), "nobody in ca of [cluster.tls]"),
        (with(&members, &ours, Some(&mine), Some("etcd.example")), "server-name in [cluster.tls]"),
    ] {
        until_said(&odd, &[words, "etcd at https://"]).await;
    }
    let theirs = ours.proof_for(&["localhost", "127.0.0.1"], 2020);
    let outdated = Members::start_secure(&ours.pem, &theirs.0, &theirs.1);
    until_said(&with(&outdated, &ours, Some(&mine), None), &["certificate is out of date", "cert-file of etcd"]).await;
    let plain = Members::start(1);
    let endpoints = plain.endpoints().iter().map(|at| at.replace("http:", "https:")).collect();
    let tls = EtcdTls { authority: Some(ours.pem.clone().into()), ..EtcdTls::default() };
    let odd = Store::etcd(EtcdAt { endpoints, tls, ..at(&plain) }).unwrap();
    until_said(&odd, &["speaks no TLS", "endpoints in [cluster]"]).await;
}
