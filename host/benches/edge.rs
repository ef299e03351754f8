//! Presence updates per second from a real library to the hub's queue, single and in batches, beside the same values
//! through a plain channel; and the time of one command there and its event back.
//!
//! `plugin-api/fixtures/build release`, then `cargo bench --bench edge`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{runtime::Builder, sync::mpsc};
use uc_connector::plugins::{self, Arrivals, Config, Entry, PluginArrival, PluginId, Plugins, Section};
use uc_plugin_api::{Availability, Command, Event, Presence, PresenceUpdate, UserHandle, WatchedUser};

const UPDATES: usize = 1_280_000;
const BATCH: usize = 64;
const ROUNDS: usize = 3;
const TRIPS: usize = 20_000;
/// What an instance's lane holds.
const QUEUE: usize = 1024;

fn main() {
    // `cargo test --benches` only wants to see it start.
    let quick = std::env::args().any(|argument| argument == "--test");
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // On a worker of the runtime, as the hub is.
    runtime.block_on(runtime.spawn(measure(quick))).unwrap();
}

async fn measure(quick: bool) {
    let updates = if quick { 6_400 } else { UPDATES };
    let (plugins, mut arrivals) = started().await;
    for (op, batch) in [("single", 1), ("batched", BATCH)] {
        for _ in 0..if quick { 1 } else { ROUNDS } {
            let floor = rate(updates, through_a_channel(updates, batch)).await;
            let edge = rate(updates, through_the_edge(&plugins, &mut arrivals, op, updates)).await;
            println!("{op:8} {edge:6.2} M updates/s through the edge, {floor:6.2} M/s through a plain channel");
        }
    }
    let (p50, p99) = round_trips(&plugins, &mut arrivals, if quick { 100 } else { TRIPS }).await;
    println!("command there and event back: p50 {p50:?}, p99 {p99:?}");
    plugins.stop().await;
}

async fn rate(updates: usize, work: impl Future<Output = ()>) -> f64 {
    let before = Instant::now();
    work.await;
    updates as f64 / before.elapsed().as_secs_f64() / 1e6
}

async fn through_the_edge(plugins: &Plugins, arrivals: &mut Arrivals, op: &str, updates: usize) {
    plugins.call(&id(), op, updates.to_string().into_bytes()).await.unwrap();
    let mut left = updates;
    while left > 0 {
        if let Some(PluginArrival::Event { event: Event::Presence(updates), .. }) = arrivals.recv().await {
            left -= updates.len();
        }
    }
}

/// The same number of queues and threads, no library in between.
async fn through_a_channel(updates: usize, batch: usize) {
    let (sender, mut last) = mpsc::channel::<Event>(QUEUE);
    std::thread::spawn(move || {
        for _ in 0..updates / batch {
            let mut event = Event::Presence((0..batch).map(|_| update()).collect());
            while let Err(mpsc::error::TrySendError::Full(back)) = sender.try_send(event) {
                event = back;
                std::thread::yield_now();
            }
        }
    });
    while last.recv().await.is_some() {}
}

async fn round_trips(plugins: &Plugins, arrivals: &mut Arrivals, trips: usize) -> (Duration, Duration) {
    let handle = plugins.handle(&id()).unwrap();
    let user =
        WatchedUser { handle: UserHandle(1), id: "kim".into(), address: "sip:kim@x".into(), language: "".into() };
    let mut times = Vec::with_capacity(trips);
    for _ in 0..trips {
        let before = Instant::now();
        handle.send(Command::Watch(vec![user.clone()].into())).unwrap();
        while !matches!(arrivals.recv().await, Some(PluginArrival::Event { event: Event::Presence(_), .. })) {}
        times.push(before.elapsed());
    }
    times.sort();
    (times[trips / 2], times[trips * 99 / 100])
}

async fn started() -> (Plugins, Arrivals) {
    #[derive(serde::Deserialize)]
    struct File {
        plugin: Vec<Entry>,
    }
    let library = library();
    let lines = format!("[[plugin]]\nname = \"bench\"\nfile = {:?}\n", library.file_name().unwrap());
    let file: File = toml::from_str(&lines).unwrap();
    let section = Section { directory: library.parent().unwrap().to_owned(), ..Section::default() };
    let (owner, mut arrivals) = plugins::arrivals();
    let config = Config::assemble(Path::new("/bench.toml"), &lines, section, &file.plugin).unwrap();
    let plugins = Plugins::start(config, owner).await.unwrap_or_else(|problems| panic!("{}", problems[0]));
    while !matches!(arrivals.recv().await, Some(PluginArrival::Started { .. })) {}
    (plugins, arrivals)
}

fn library() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let directory = std::env::var_os("UC_FIXTURES").map_or_else(|| target.join("fixtures"), PathBuf::from);
    let file = directory.join("libawkward_release.so");
    let missing = "is missing: run `plugin-api/fixtures/build release`";
    assert!(fs::exists(&file).unwrap(), "{} {missing}", file.display());
    file.canonicalize().unwrap()
}

fn update() -> PresenceUpdate {
    let presence = Presence {
        availability: Availability::Available,
        number: 3500,
        activity: "on-the-phone".into(),
        note: "In a meeting until four".into(),
        device: "computer".into(),
        ..Presence::default()
    };
    PresenceUpdate { user: UserHandle(1), presence }
}

fn id() -> PluginId {
    PluginId::new("bench").unwrap()
}
