//! Previews on the whole path: a strategy asks, secure pages show, a worker answers, the strategy hears.
//!
//! `cargo bench -p uc-lab --bench previews [-- PAGES]`. Service, strategies and pages share this process and its two
//! threads. Each figure stands beside its *floor*: the same bytes through the same kind of sockets, doing only what
//! cannot be left out. The floor runs before and after, because machines have moods.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

#[path = "previews/floor.rs"]
mod floor;
#[path = "previews/pages.rs"]
mod pages;

use futures_util::{StreamExt, stream};
use pages::{Crowd, Watcher};
use std::time::{Duration, Instant};
use uc_connector::{
    routing::{
        message::{Outcome, Target},
        preview_request::PreviewRequest,
    },
    wire::{ConnId, KvList},
};
use uc_lab::{
    lab::{Lab, Setup},
    urs::Urs,
};

const WARM_UP: usize = 200;
const ROUND_TRIPS: usize = 3_000;
const BROADCASTS: usize = 200;
const RACES: u64 = 10_000;
const RACERS: usize = 8;

fn main() {
    let pages = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    // A debug build only shows that the bench works.
    let share = if cfg!(debug_assertions) { 20 } else { 1 };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        round_trips(ROUND_TRIPS / share).await;
        broadcasts(pages, BROADCASTS / share).await;
        races(RACES / share as u64).await;
    });
}

fn setup(workers: usize) -> Setup {
    let workers = (0..workers).map(|number| format!("worker-{number}")).collect();
    let limits = "frames-per-second = 1000000\nqueued-frames = 4096\nsign-ins-per-address = 1000000";
    Setup { workers, tls: true, web: format!("[web.limits]\n{limits}"), ..Setup::of([]) }
}

fn request(conn_id: u64, agents: usize) -> PreviewRequest {
    let mut user_data = KvList::default();
    for (key, value) in [("ANI", "+493012345678"), ("CustomerName", "Ada Byron"), ("Subject", "Mortgage offer")] {
        user_data.push_str(key, value);
    }
    let target = |number: usize| Target { agent: (1000 + number).to_string().into(), dn: None, switch: None };
    let targets = (0..agents).map(target).collect();
    PreviewRequest { conn_id: ConnId(conn_id), targets, media_type: "voice".into(), user_data, timeout: None }
}

/// One worker, one preview at a time.
async fn round_trips(rounds: usize) {
    let lab = Lab::start(setup(1)).await.unwrap();
    let page = tokio::spawn(pages::accept_all(pages::open(&lab, 0).await));
    let floor_before = floor::round_trips(&lab, rounds).await;
    let urs = lab.urs().await.unwrap();
    let mut over_link = Vec::with_capacity(rounds);
    for round in 0..WARM_UP + rounds {
        let start = Instant::now();
        let outcome = urs.preview(request(round as u64 + 1, 1)).await.unwrap();
        assert!(matches!(outcome, Outcome::Accepted { .. }));
        over_link.push(start.elapsed());
    }
    let http = lab.http_urs().unwrap();
    let over_http = tokio::task::spawn_blocking(move || {
        let ask = |round| {
            let start = Instant::now();
            let outcome = http.preview(&request(1_000_000 + round as u64, 1), None).unwrap();
            assert!(matches!(outcome, Outcome::Accepted { .. }));
            start.elapsed()
        };
        (0..WARM_UP + rounds).map(ask).collect::<Vec<_>>()
    });
    let mut over_http = over_http.await.unwrap();
    let floor_after = floor::round_trips(&lab, rounds).await;
    page.abort();
    print("round trip, floor before", floor_before);
    print("round trip, floor after", floor_after);
    print("round trip over the link", over_link.split_off(WARM_UP));
    print("round trip over https", over_http.split_off(WARM_UP));
}

/// One preview to everybody: until the last page has it, and until the last page has lost it to the first.
async fn broadcasts(workers: usize, rounds: usize) {
    let lab = Lab::start(setup(workers)).await.unwrap();
    let crowd = Crowd::gather(&lab, workers).await;
    let floor_before = floor::broadcasts(&lab, workers, rounds).await;
    let urs = lab.urs().await.unwrap();
    let (mut offers, mut ends) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    let mut watcher = crowd.watcher;
    for round in 0..10 + rounds {
        let (offer, end) = broadcast(&urs, &mut watcher, round, workers).await;
        offers.push(offer);
        ends.push(end);
    }
    let floor_after = floor::broadcasts(&lab, workers, rounds).await;
    print(&format!("to {workers} secure pages, floor before"), floor_before);
    print(&format!("to {workers} secure pages, floor after"), floor_after);
    print(&format!("preview to {workers} secure pages, last one"), offers.split_off(10));
    print(&format!("withdrawal from {workers} secure pages, last one"), ends.split_off(10));
}

async fn broadcast(urs: &Urs, watcher: &mut Watcher, round: usize, workers: usize) -> (Duration, Duration) {
    let start = Instant::now();
    let asked = {
        let (urs, request) = (urs.clone(), request(round as u64 + 1, workers));
        tokio::spawn(async move { urs.preview(request).await.unwrap() })
    };
    watcher.everybody_has_the_offer().await;
    let offered = start.elapsed();
    let accepted = Instant::now();
    watcher.somebody_accepts(round % workers);
    watcher.everybody_has_the_end().await;
    let ended = accepted.elapsed();
    assert!(matches!(asked.await.unwrap(), Outcome::Accepted { .. }));
    (offered, ended)
}

/// Everybody accepts everything at once.
async fn races(races: u64) {
    let lab = Lab::start(setup(RACERS)).await.unwrap();
    let mut racers = Vec::new();
    for number in 0..RACERS {
        racers.push(tokio::spawn(pages::race(pages::open(&lab, number).await, races)));
    }
    let urs = lab.urs().await.unwrap();
    let start = Instant::now();
    let ask = |conn_id| {
        let urs = urs.clone();
        async move { urs.preview(request(conn_id, RACERS)).await.unwrap() }
    };
    let outcomes = stream::iter(1..=races).map(ask).buffer_unordered(64);
    let accepted = outcomes.filter(|outcome| std::future::ready(matches!(outcome, Outcome::Accepted { .. })));
    let accepted = accepted.count().await as u64;
    let elapsed = start.elapsed();
    let mut won = 0;
    for racer in racers {
        won += racer.await.unwrap();
    }
    assert_eq!((accepted, won), (races, races), "exactly one winner each");
    let rate = races as f64 / elapsed.as_secs_f64();
    println!("races of {RACERS} pages: {races}, exactly one winner each; {rate:.0} previews/s with 64 open");
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: p50 {:.1?}, p99 {:.1?}, worst {:.1?} of {}", at(0.5), at(0.99), at(1.0), times.len());
}
