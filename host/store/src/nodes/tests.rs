use super::*;
use crate::{Change, Error, Key, Span, Store, lease::Timing};
use std::{collections::BTreeSet, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

struct Process {
    part: Part,
    stop: CancellationToken,
    work: JoinHandle<()>,
}

fn begin(store: &Store, node: &str, config: (u16, u32, &str)) -> Process {
    begin_by(store, node, config, Duration::ZERO)
}

fn begin_by(store: &Store, node: &str, (partitions, form, version): (u16, u32, &str), clock: Duration) -> Process {
    let me = Me {
        name: node.to_owned(),
        life: rand::random(),
        form,
        version: version.to_owned(),
        address: format!("{node}:1"),
        url: String::new(),
        clock,
    };
    let member = Member::new(me, Partitions::new(partitions).unwrap(), Timing::DEFAULT).unwrap();
    let stop = CancellationToken::new();
    let (part, work) = take_part(store.clone(), member, stop.clone());
    Process { part, stop, work: tokio::spawn(work) }
}

const FIRST: (u16, u32, &str) = (8, 1, "1.0.0");

async fn settled() {
    sleep(Duration::from_secs(6)).await;
}

/// Lets go whatever is to leave, as a host does.
fn obliges(process: &Process) -> JoinHandle<()> {
    let mut part = process.part.clone();
    tokio::spawn(async move {
        loop {
            for (partition, held) in &*part.held() {
                if held.leaving {
                    part.let_go(*partition).await;
                }
            }
            part.changed().await;
        }
    })
}

#[tokio::test(start_paused = true)]
async fn whoever_owns_what_was_another_nodes_knows_how_its_clock_differs() {
    let (hour, store) = (Duration::from_secs(3600), Store::in_memory());
    let ahead = begin_by(&store, "a", FIRST, 10 * hour);
    sleep(hour / 60).await;
    let behind = begin_by(&store, "b", FIRST, 9 * hour);
    let began = Instant::now();
    settled().await;
    assert!(ahead.part.held().values().all(|held| held.clocks.is_none()), "nobody was there before");
    ahead.work.abort();
    settled().await;
    let held = behind.part.held();
    assert_eq!(held.len(), 8);
    for held in held.values() {
        let Clocks { here, there } = held.clocks.expect("the other was seen to work");
        assert!(here >= 9 * hour && here <= 9 * hour + began.elapsed(), "{here:?}");
        let apart = there - here;
        assert!(apart > hour + hour / 60 - Timing::DEFAULT.every * 2 && apart <= hour + hour / 60, "{apart:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_share_drain_and_leave_and_what_was_owned_before_writes_nothing() {
    let store = Store::in_memory();
    let first = begin(&store, "a", FIRST);
    settled().await;
    assert_eq!(first.part.held().len(), 8);
    let second = begin(&store, "b", FIRST);
    let (one, two) = (obliges(&first), obliges(&second));
    settled().await;
    let (of_a, of_b) = (first.part.held(), second.part.held());
    let of: BTreeSet<_> = of_a.keys().chain(of_b.keys()).collect();
    assert_eq!((of_a.len(), of_b.len(), of.len()), (4, 4, 8));
    let view = second.part.view().borrow().clone();
    assert_eq!((view.nodes["a"].address.as_str(), view.of_node("a").count()), ("a:1", 4));
    first.part.drain(true).await;
    settled().await;
    assert_eq!((first.part.held().len(), second.part.held().len()), (0, 8));
    first.part.drain(false).await;
    settled().await;
    let (partition, held) = first.part.held().iter().next().map(|(at, held)| (*at, held.clone())).unwrap();
    assert!(held.away.is_some_and(|away| away < Duration::from_secs(2)), "{held:?}");
    assert!(first.part.works(partition) && !second.part.works(partition));
    first.stop.cancel();
    let left = Instant::now();
    first.work.await.unwrap();
    assert!(left.elapsed() < Duration::from_secs(1) && first.part.held().is_empty());
    settled().await;
    assert!(second.part.works(partition));
    let write = |fence| store.compare_and_set(vec![Change::set(Key::new("state").unwrap(), "x")], Some(fence));
    assert!(matches!(write(held.fence).await, Err(Error::Conflict { .. })));
    write(second.part.fence(partition).unwrap()).await.unwrap();
    one.abort();
    two.abort();
}

#[tokio::test(start_paused = true)]
async fn the_number_of_partitions_and_the_name_of_a_node_are_one_processes() {
    let store = Store::in_memory();
    let first = begin(&store, "a", FIRST);
    settled().await;
    let other = begin(&store, "b", (16, 1, "1.0.0"));
    other.work.await.unwrap();
    let refused = other.part.refused().borrow().clone().unwrap();
    assert_eq!(refused, Refusal::Partitions { ours: 16, theirs: 8 });
    assert!(refused.to_string().contains("16 partitions") && refused.to_string().contains("`partitions = 8`"));
    let twin = begin(&store, "a", FIRST);
    settled().await;
    let refused = twin.part.refused().borrow().clone().unwrap();
    assert!(!refused.is_final() && refused.to_string().contains("node `a`"), "{refused}");
    assert_eq!((first.part.held().len(), twin.part.held().len()), (8, 0));
    first.stop.cancel();
    settled().await;
    assert_eq!((twin.part.held().len(), twin.part.refused().borrow().is_none()), (8, true));
}

#[tokio::test(start_paused = true)]
async fn nodes_are_upgraded_one_by_one_and_an_older_one_is_refused_afterwards() {
    let store = Store::in_memory();
    let form = async || {
        let read = store.get(&Span::Below("nodes/cluster".into())).await.unwrap();
        let cluster: record::Cluster = record::read(&read.entries.values().next().unwrap().value).unwrap();
        (cluster.form, cluster.version)
    };
    let old = [begin(&store, "a", FIRST), begin(&store, "b", FIRST)];
    let oblige: Vec<_> = old.iter().map(obliges).collect();
    settled().await;
    let too_new = begin(&store, "c", (8, 3, "3.0.0"));
    too_new.work.await.unwrap();
    assert!(matches!(too_new.part.refused().borrow().clone(), Some(Refusal::Newer { form: 1, knows: 3, .. })));
    old[0].stop.cancel();
    settled().await;
    let new = begin(&store, "a", (8, 2, "2.0.0"));
    settled().await;
    assert_eq!((form().await, new.part.held().len()), ((1, "1.0.0".to_owned()), 4), "both take part");
    old[1].stop.cancel();
    settled().await;
    assert_eq!(form().await, (2, "2.0.0".to_owned()));
    let late = begin(&store, "b", FIRST);
    late.work.await.unwrap();
    let refused = late.part.refused().borrow().clone().unwrap().to_string();
    assert!(refused.contains("1.0.0 is too old") && refused.contains("version 2.0.0"), "{refused}");
    assert_eq!(new.part.held().len(), 8);
    oblige.into_iter().for_each(|oblige| oblige.abort());
}
