//! A shelf on every engine: restarts, late writes, other nodes, full disks, what earlier versions kept.

use super::*;
use crate::role::Primacy;
use std::fs;
use uc_store::{
    Store,
    lease::Timing,
    nodes::{Me, Member, Partitions, take_part},
};

const WORDS: Words = Words { fails: "it is tried again", lost: "it is lost" };

fn shelf(store: &Store) -> Arc<Shelf<String>> {
    Arc::new(Shelf::new(store.clone().into(), "thing/", WORDS))
}

fn pairs<K: From<&'static str> + Ord>(pairs: &[(&'static str, &str)]) -> BTreeMap<K, String> {
    pairs.iter().map(|(name, value)| (K::from(*name), (*value).to_owned())).collect()
}

#[tokio::test]
async fn the_latest_of_each_lives_through_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    let (shelf_before, stop) = (shelf(&store), CancellationToken::new());
    let run = tokio::spawn(shelf_before.clone().run(stop.clone()));
    for (name, value) in [("kim", Some("1")), ("lee", Some("2")), ("kim", None), ("lee", Some("3"))] {
        shelf_before.keep(name, value.map(str::to_owned));
    }
    stop.cancel();
    run.await.unwrap();
    store.close().await;
    let store = Store::embedded(folder.path());
    assert_eq!(shelf(&store).read().await, pairs(&[("lee", "3")]));
}

#[tokio::test]
async fn more_than_one_transaction_takes_is_written_in_several() {
    let store = Store::in_memory();
    let shelf = shelf(&store);
    for number in 0..500 {
        shelf.keep(&number.to_string(), Some("x".repeat(10_000)));
    }
    for bytes in [bounds::TRANSACTION, LARGEST - 1] {
        shelf.keep("too large ever", Some("x".repeat(bytes)));
        shelf.write().await.unwrap();
        assert_eq!(shelf.unfit().len(), 1, "it is told once");
    }
    assert_eq!(shelf.read().await.len(), 500);
    shelf.keep("too large ever", Some("x".repeat(LARGEST - 2)));
    shelf.write().await.unwrap();
    assert_eq!((shelf.read().await.len(), shelf.unfit().len()), (501, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_while_it_is_written_costs_nobody_a_value() {
    let shelf = shelf(&Store::in_memory());
    let says = shelf.clone();
    let speaking = std::thread::spawn(move || {
        for number in 0..20_000 {
            ["kim", "lee", "max"].iter().for_each(|name| says.keep(name, Some(number.to_string())));
        }
    });
    while !speaking.is_finished() {
        shelf.write().await.unwrap();
    }
    speaking.join().unwrap();
    shelf.write().await.unwrap();
    assert_eq!(shelf.read().await, pairs(&[("kim", "19999"), ("lee", "19999"), ("max", "19999")]));
}

#[tokio::test]
async fn what_the_store_does_not_take_together_it_is_given_one_by_one() {
    let shelf = shelf(&Store::in_memory());
    let taken = |name: &str, value: &str| Taken {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        change: shelf.change(name, Some(&value.to_owned())).unwrap(),
    };
    let together = vec![taken("kim", "2"), taken("lee", "1"), taken("kim", "1")];
    assert!(matches!(shelf.write_what_is_new(None, &together).await, Err(Error::Refused(_))));
    shelf.write_each(Batch { shelf: &shelf, partition: None, taken: together }).await.unwrap();
    assert_eq!(shelf.found().await.unwrap(), pairs(&[("kim", "2"), ("lee", "1")]));
}

#[tokio::test]
async fn what_could_not_be_written_is_written_once_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    fs::write(&place, "a file in the way").unwrap();
    let shelf = shelf(&Store::embedded(&place.join("state")));
    shelf.keep("kim", Some("1".to_owned()));
    shelf.keep("lee", Some("1".to_owned()));
    assert!(matches!(shelf.write().await, Err(Error::OutOfReach(_))));
    shelf.keep("kim", Some("2".to_owned()));
    fs::remove_file(&place).unwrap();
    shelf.write().await.unwrap();
    assert_eq!(shelf.read().await, pairs(&[("kim", "2"), ("lee", "1")]));
}

#[tokio::test]
async fn what_could_not_be_read_at_a_start_is_written_over_by_nothing_and_all_else_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [before, store] = [(); 2].map(|()| Store::embedded(folder.path()));
    let earlier = shelf(&before);
    earlier.keep("kim", Some("1".to_owned()));
    earlier.write().await.unwrap();
    let shelf_now = shelf(&store);
    assert!(shelf_now.read().await.is_empty(), "another process holds it");
    shelf_now.keep("kim", Some("2".to_owned()));
    shelf_now.keep("lee", Some("1".to_owned()));
    assert!(shelf_now.write().await.is_err());
    before.close().await;
    shelf_now.write().await.unwrap();
    for (name, value) in [("kim", None), ("lee", Some("2"))] {
        shelf_now.keep(name, value.map(str::to_owned));
        shelf_now.write().await.unwrap();
    }
    assert_eq!(shelf(&store).read().await, pairs(&[("kim", "1"), ("lee", "2")]));
}

/// How often the store was changed by what was written.
async fn revision(store: &Store) -> u64 {
    store.get(&Span::Below("".into())).await.unwrap().revision.0
}

#[tokio::test]
async fn what_stands_there_already_is_not_written_again() {
    let store = Store::in_memory();
    let write = async |shelf: &Shelf<String>, value: &str| {
        shelf.keep("kim", Some(value.to_owned()));
        shelf.write().await.unwrap();
        revision(&store).await
    };
    let before = shelf(&store);
    let first = write(&before, "1").await;
    assert_eq!((write(&before, "1").await, write(&before, "2").await), (first, first + 1));
    let after = shelf(&store);
    after.read().await;
    assert_eq!((write(&after, "2").await, write(&after, "1").await), (first + 1, first + 2));
}

#[tokio::test]
async fn a_write_that_comes_late_is_not_made_over_a_newer_one() {
    let (store, key) = (Store::in_memory(), Key::new("thing/kim").unwrap());
    let shelf = shelf(&store);
    shelf.read().await;
    shelf.keep("kim", Some("1".to_owned()));
    shelf.write().await.unwrap();
    let first = store.get(&Span::Below("thing/".into())).await.unwrap().revision;
    // One that was given up is made after all.
    let late = |value: &str| Change::set(key.clone(), format!("\"{value}\"")).at(first);
    store.compare_and_set(vec![late("2")], None).await.unwrap();
    shelf.keep("kim", Some("3".to_owned()));
    assert!(matches!(shelf.write().await, Err(Error::Conflict { .. })), "and is found");
    shelf.write().await.unwrap();
    assert!(store.compare_and_set(vec![late("2")], None).await.is_err(), "or comes too late");
    assert_eq!(shelf.read().await, pairs(&[("kim", "3")]));
}

#[tokio::test]
async fn what_another_node_took_away_meanwhile_is_written_again() {
    let store = Store::in_memory();
    let (one, other) = (shelf(&store), shelf(&store));
    for (by, value) in [(&one, Some("1")), (&other, None)] {
        by.found().await.unwrap();
        by.keep("kim", value.map(str::to_owned));
        by.write().await.unwrap();
    }
    one.found().await.unwrap();
    one.keep("kim", Some("1".to_owned()));
    one.write().await.unwrap();
    assert_eq!(other.read().await, pairs(&[("kim", "1")]));
}

#[tokio::test]
async fn what_may_not_have_been_written_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    let shelf = shelf(&store);
    shelf.keep("kim", Some("1".to_owned()));
    shelf.write().await.unwrap();
    store.close().await;
    shelf.keep("kim", Some("2".to_owned()));
    assert!(shelf.write().await.is_err(), "whether it was made nobody knows");
    shelf.keep("kim", Some("1".to_owned()));
    assert!(shelf.write().await.is_err(), "it is no success because the same was there before");
}

#[tokio::test]
async fn what_an_earlier_version_kept_is_taken_over_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (Store::in_memory(), folder.path().join("things.json"));
    let shelf = shelf(&store);
    shelf.keep("ann", Some("1".to_owned()));
    shelf.keep("kim", Some("older".to_owned()));
    shelf.write().await.unwrap();
    fs::write(&file, r#"{"kim":"newer","lee":"2"}"#).unwrap();
    fs::write(file.with_extension("lock"), "").unwrap();
    let take_over = async || {
        shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
        shelf.read().await
    };
    assert_eq!(take_over().await, pairs(&[("ann", "1"), ("kim", "newer"), ("lee", "2")]));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["things.taken-over"], "for whoever wants to look at it");
    for odd in ["", "{1", "[]", r#"{"ann":1}"#] {
        fs::write(&file, odd).unwrap();
        assert_eq!(take_over().await.len(), 3, "{odd}");
        assert_eq!(fs::read_to_string(file.with_extension("unreadable")).unwrap(), odd);
    }
}

#[tokio::test]
async fn what_an_earlier_version_keeps_still_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (file, shelf) = (folder.path().join("things.json"), shelf(&Store::in_memory()));
    fs::write(&file, r#"{"kim":"1"}"#).unwrap();
    let lock = fs::File::create(file.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let take_over =
        async || shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
    take_over().await;
    assert!(shelf.read().await.is_empty() && file.exists());
    drop(lock);
    take_over().await;
    assert_eq!(shelf.read().await, pairs(&[("kim", "1")]));
}

#[tokio::test]
async fn what_was_taken_over_counts_though_the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    fs::write(&place, "a file in the way").unwrap();
    fs::write(folder.path().join("things.json"), r#"{"kim":"1"}"#).unwrap();
    let shelf = shelf(&Store::embedded(&place.join("state")));
    shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
    assert_eq!(shelf.read().await, pairs(&[("kim", "1")]));
    assert!(folder.path().join("things.json").exists(), "it is read again at the next start");
}

#[tokio::test]
async fn no_more_than_so_many_changes_wait_for_a_store_that_takes_none() {
    let shelf = shelf(&Store::in_memory());
    (0..MOST_WAITING + 10).for_each(|number| shelf.keep(&number.to_string(), None));
    shelf.keep("0", Some("1".to_owned()));
    let waiting = shelf.lock();
    assert_eq!((waiting.len(), waiting[&(None, "0".to_owned())].as_deref()), (MOST_WAITING, Some("1")));
}

/// What is kept of workers by a node that owns everything, until its part ends.
async fn of_a_node(store: &Store, node: &str) -> (Shelf<String>, CancellationToken) {
    let partitions = Partitions::new(8).unwrap();
    let me = Me {
        name: node.to_owned(),
        life: rand::random(),
        form: 1,
        version: "1".into(),
        address: String::new(),
        url: String::new(),
        clock: Duration::ZERO,
    };
    let stop = CancellationToken::new();
    let (part, work) = take_part(store.clone(), Member::new(me, partitions, Timing::DEFAULT).unwrap(), stop.clone());
    tokio::spawn(work);
    let keeper = Keeper::new(store.clone(), Primacy::shared(part.clone(), partitions));
    while part.held().len() < 8 {
        sleep(Duration::from_millis(100)).await;
    }
    (Shelf::of_workers(keeper, "thing/", WORDS, |name| Some(name)), stop)
}

#[tokio::test(start_paused = true)]
async fn only_the_owner_of_a_partition_writes_what_is_kept_of_its_workers() {
    let store = Store::in_memory();
    let (first, stop) = of_a_node(&store, "a").await;
    for number in 0..500 {
        first.keep(&number.to_string(), Some("1".to_owned()));
    }
    first.write().await.unwrap();
    assert_eq!(first.found().await.unwrap().len(), 500);
    stop.cancel();
    let (second, _stop) = of_a_node(&store, "b").await;
    let all: BTreeSet<_> = Partitions::new(8).unwrap().all().collect();
    assert_eq!(second.found_of(&all, &all).await.unwrap().len(), 500);
    first.keep("1", Some("late".to_owned()));
    first.write().await.unwrap();
    second.keep("2", None);
    second.write().await.unwrap();
    let one = BTreeSet::from([second.partition_of("1").unwrap()]);
    let found = second.found_of(&one, &BTreeSet::new()).await.unwrap();
    assert!(found.len() < 200 && found["1"] == "1", "{found:?}");
    // It had waited; by now it is another's.
    let found = first.found_of(&one, &one).await.unwrap();
    assert_eq!(found["1"], "1");
}

#[tokio::test]
async fn what_this_version_cannot_read_is_left_for_one_that_can() {
    let store = Store::in_memory();
    let odd = Change::set(Key::new("thing/lee").unwrap(), "{\"of\":\"tomorrow\"}");
    store.compare_and_set(vec![odd, Change::set(Key::new("thing/kim").unwrap(), "\"1\"")], None).await.unwrap();
    assert_eq!(shelf(&store).read().await, pairs(&[("kim", "1")]));
    assert_eq!(store.get(&Span::Below("thing/".into())).await.unwrap().entries.len(), 2);
}
