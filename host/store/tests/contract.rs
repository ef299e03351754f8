//! What every engine does, whichever it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod members;

use members::Members;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::timeout;
use uc_store::{Change, Changed, Error, EtcdAt, EtcdTls, Fence, Key, Revision, Seen, Span, Store, bounds};

const EVERY: Duration = Duration::from_secs(3600);

/// One of each engine, empty, and what it lives upon.
fn engines() -> Vec<(&'static str, Store, Box<dyn Send>)> {
    let (folder, members) = (tempfile::tempdir().unwrap(), Members::start(1));
    let embedded = Store::embedded(folder.path());
    let at = EtcdAt { endpoints: members.endpoints(), prefix: "contract/".into(), user: None, tls: EtcdTls::default() };
    let etcd = Store::etcd(at).unwrap();
    vec![
        ("memory", Store::in_memory(), Box::new(())),
        ("embedded", embedded, Box::new(folder)),
        ("etcd", etcd, Box::new(members)),
    ]
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn set(name: &str, value: &str) -> Change {
    Change::set(key(name), value.to_owned())
}

async fn make(store: &Store, changes: Vec<Change>) -> Revision {
    store.compare_and_set(changes, None).await.unwrap()
}

/// Keys and values below this text.
async fn all(store: &Store, below: &str) -> BTreeMap<String, String> {
    let found = store.get(&Span::Below(below.into())).await.unwrap();
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    found.entries.iter().map(|(key, entry)| (key.text().to_owned(), text(&entry.value))).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

async fn next(watch: &mut uc_store::Watch) -> Seen {
    timeout(Duration::from_secs(5), watch.next()).await.expect("something to see").unwrap()
}

#[tokio::test]
async fn what_was_set_is_read_until_it_is_removed() {
    for (engine, store, _folder) in engines() {
        let first = make(&store, vec![set("a/1", "x"), set("a/2", "y"), set("b", "z")]).await;
        assert!(first > Revision::ABSENT, "{engine}");
        assert_eq!(all(&store, "a/").await, pairs([("a/1", "x"), ("a/2", "y")]), "{engine}");
        let second = make(&store, vec![Change::remove(key("a/1")), set("a/2", "")]).await;
        assert!(second > first, "{engine}");
        assert_eq!(all(&store, "").await, pairs([("a/2", ""), ("b", "z")]), "{engine}");
        let one = store.get(&Span::One(key("b"))).await.unwrap();
        assert_eq!((one.revision, one.entries[&key("b")].revision), (second, first), "{engine}");
        assert!(store.get(&Span::One(key("a"))).await.unwrap().entries.is_empty(), "{engine}");
        make(&store, vec![Change::remove(key("nothing"))]).await;
        assert_eq!(all(&store, "").await.len(), 2, "{engine}");
    }
}

#[tokio::test]
async fn of_those_who_saw_the_same_revision_one_wins() {
    for (engine, store, _folder) in engines() {
        let revision = make(&store, vec![set("seat", "nobody")]).await;
        let claims = (0..12).map(|one| {
            let store = store.clone();
            let claim = vec![set("seat", &one.to_string()).at(revision), set("claimed", &one.to_string())];
            tokio::spawn(async move { store.compare_and_set(claim, None).await })
        });
        let (mut won, mut lost) = (Vec::new(), 0);
        for (one, claim) in claims.collect::<Vec<_>>().into_iter().enumerate() {
            match claim.await.unwrap() {
                Ok(_) => won.push(one),
                Err(Error::Conflict { key, found }) => {
                    assert!(key.text() == "seat" && found > revision, "{engine}");
                    lost += 1;
                }
                Err(error) => panic!("{engine}: {error}"),
            }
        }
        assert_eq!((won.len(), lost), (1, 11), "{engine}");
        let winner = won[0].to_string();
        assert_eq!(all(&store, "").await, pairs([("claimed", &winner), ("seat", &winner)]), "{engine}");
    }
}

#[tokio::test]
async fn what_must_not_be_there_is_absent_or_it_is_a_conflict_that_changes_nothing() {
    for (engine, store, _folder) in engines() {
        let absent = |name| set(name, "new").at(Revision::ABSENT);
        let made = make(&store, vec![absent("a")]).await;
        let conflict = store.compare_and_set(vec![set("other", "x"), absent("a")], None).await.unwrap_err();
        assert_eq!(conflict, Error::Conflict { key: key("a"), found: made }, "{engine}");
        make(&store, vec![Change::remove(key("a")).at(made)]).await;
        make(&store, vec![absent("a")]).await;
        assert_eq!(all(&store, "").await, pairs([("a", "new")]), "{engine}");
    }
}

#[tokio::test]
async fn a_fence_that_has_changed_lets_nothing_through() {
    for (engine, store, _folder) in engines() {
        let tenure = make(&store, vec![set("tenure", "mine")]).await;
        let fence = |revision| Some(Fence { key: key("tenure"), revision });
        store.compare_and_set(vec![set("state", "1")], fence(tenure)).await.unwrap();
        let theirs = make(&store, vec![set("tenure", "theirs")]).await;
        let late = store.compare_and_set(vec![set("state", "2")], fence(tenure)).await.unwrap_err();
        assert_eq!(late, Error::Conflict { key: key("tenure"), found: theirs }, "{engine}");
        make(&store, vec![Change::remove(key("tenure"))]).await;
        let gone = store.compare_and_set(vec![set("state", "3")], fence(theirs)).await.unwrap_err();
        assert_eq!(gone, Error::Conflict { key: key("tenure"), found: Revision::ABSENT }, "{engine}");
        assert_eq!(all(&store, "state").await, pairs([("state", "1")]), "{engine}");
    }
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_and_changes_nothing() {
    for (engine, store, _folder) in engines() {
        let many = |count| (0..count).map(|one| set(&one.to_string(), "")).collect::<Vec<_>>();
        let large = |bytes| vec![Change::set(key("k"), vec![0; bytes])];
        for odd in [many(0), many(bounds::CHANGES + 1), large(bounds::TRANSACTION), vec![set("k", "1"), set("k", "2")]]
        {
            let refused = store.compare_and_set(odd, None).await.unwrap_err();
            assert!(matches!(refused, Error::Refused(_)) && !refused.may_pass(), "{engine}: {refused}");
        }
        assert!(all(&store, "").await.is_empty(), "{engine}");
        make(&store, many(bounds::CHANGES)).await;
        make(&store, large(bounds::TRANSACTION - 1)).await;
        assert_eq!(store.get(&Span::Below("".into())).await.unwrap().entries.len(), bounds::CHANGES + 1, "{engine}");
    }
    assert!(Key::new("").is_err() && Key::new(&"k".repeat(bounds::KEY + 1)).is_err());
}

#[tokio::test]
async fn a_watch_sees_everything_first_and_then_what_changes_in_its_span() {
    for (engine, store, _folder) in engines() {
        make(&store, vec![set("a/1", "x"), set("b", "z")]).await;
        let mut watch = store.watch(Span::Below("a/".into()), EVERY);
        let Seen::All(first) = next(&mut watch).await else { panic!("{engine}") };
        assert_eq!(first.entries.keys().map(Key::text).collect::<Vec<_>>(), ["a/1"], "{engine}");
        make(&store, vec![set("b", "outside")]).await;
        let revision = make(&store, vec![Change::remove(key("a/1"))]).await;
        let gone = Changed { key: key("a/1"), revision, value: None };
        // Everything may come once more: an engine that is followed from the first watch on says what it missed so.
        let seen = loop {
            match next(&mut watch).await {
                Seen::All(all) if !all.entries.is_empty() => {}
                seen => break seen,
            }
        };
        let is_told = match seen {
            Seen::All(_) => true,
            Seen::Changed(changed) => changed == [gone],
        };
        assert!(is_told, "{engine}");
    }
}

/// Whatever a watch is told, it has in the end what is there.
#[tokio::test]
async fn a_watch_that_fell_behind_reads_everything() {
    for (engine, store, _folder) in engines() {
        let mut watch = store.watch(Span::Below("".into()), EVERY);
        assert!(matches!(next(&mut watch).await, Seen::All(_)), "{engine}");
        for one in 0..1100 {
            make(&store, vec![set(&(one % 7).to_string(), &one.to_string())]).await;
        }
        let Seen::All(all) = next(&mut watch).await else { panic!("{engine}: a gap that nobody saw") };
        assert_eq!(all.entries.len(), 7, "{engine}");
        let pause = timeout(Duration::from_millis(50), watch.next()).await;
        assert!(pause.is_err(), "{engine}: older changes are in it: {pause:?}");
    }
}

#[tokio::test]
async fn a_watch_reads_everything_at_its_interval() {
    for (engine, store, _folder) in engines() {
        make(&store, vec![set("a", "x")]).await;
        let mut watch = store.watch(Span::Below("".into()), Duration::from_millis(1));
        for _ in 0..3 {
            assert!(matches!(next(&mut watch).await, Seen::All(all) if all.entries.len() == 1), "{engine}");
        }
    }
}
