//! Presence on the whole path: NOTIFY over TLS in, RequestAgent… out, through the product as it is shipped, as a process
//! of its own with the real plug-in and its defaults.
//!
//! `cargo bench -p uc-lab --bench presence [-- rates|many|memory]`, after `cargo build --release --workspace`. Both ends are played by one thread
//! of this process, with no more SIP and T-Library than the figures need. An update counts when its 200 *and* the right
//! request have come; a wrong one ends the bench. Beside the product stands its *floor*, a process that does only the core
//! of the job; it runs before and after, because machines have moods. `other` is processor time of everybody else.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

#[path = "measure/figures.rs"]
mod figures;
#[path = "presence/floor.rs"]
mod floor;
#[path = "presence/loader.rs"]
mod loader;
#[path = "presence/platform.rs"]
mod platform;
#[path = "measure/process.rs"]
mod process;
#[path = "presence/reconcile.rs"]
mod reconcile;
#[path = "measure/sip.rs"]
mod sip;
#[path = "presence/site.rs"]
mod site;
#[path = "measure/switch.rs"]
mod switch;
#[path = "presence/tls.rs"]
mod tls;
#[path = "measure/windows.rs"]
mod windows;

use figures::quantiles;
use loader::Loader;
use process::{Meter, Process};
use site::Site;
use std::{env, time::Duration};
use tokio::time::sleep;
use windows::{several, windows};

/// Password of the watcher.
const PASSWORD: &str = "Secret123!";
const FLOOR: &str = "floor";
const PARTS: [&str; 3] = ["rates", "many", "memory"];
/// People in one SUBSCRIBE, the product's default.
const BATCH: u32 = 100;

/// How much is measured.
struct Size {
    users: u32,
    many: u32,
    runs: usize,
    time: Duration,
    rates: [u32; 2],
}

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let Some((FLOOR, rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return floor::run(rest);
    }
    let is_named = |part: &str| arguments.iter().any(|argument| argument == part);
    assert!(
        site::is_built(),
        "uc-connector or libuc_lync.so is missing: `cargo build --workspace`, here with --release"
    );
    // A debug build only shows that the bench works.
    let full = Size { users: 10_000, many: 100_000, runs: 3, time: Duration::from_secs(3), rates: [1_000, 10_000] };
    let small = Size { users: 300, many: 1_000, runs: 1, time: Duration::from_millis(200), rates: [100, 200] };
    let size = if cfg!(debug_assertions) { small } else { full };
    let wanted = |part| !PARTS.iter().any(|part| is_named(part)) || is_named(part);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if wanted("rates") || wanted("many") {
        let before = runtime.block_on(floor(&size, "floor, before"));
        if wanted("rates") {
            runtime.block_on(product(&size, before));
        }
        if wanted("many") {
            runtime.block_on(product_with_many(&size, before));
        }
        runtime.block_on(floor(&size, "floor, after"));
    }
    if wanted("memory") {
        // The simulated Front End and T-Server want more than one thread.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(memory(&size));
    }
}

/// Gives the rate with 32 under way.
async fn floor(size: &Size, name: &str) -> f64 {
    let site = Site::new();
    let (platform, switch) = (platform::Door::open(&site).await, switch::Door::open().await);
    let certificate = site.path("cert.pem");
    let arguments = [
        FLOOR.to_owned(),
        certificate.display().to_string(),
        platform.addr().port().to_string(),
        switch.addr().port().to_string(),
        size.users.to_string(),
    ];
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let process = Process::start(&env::current_exe().unwrap(), &arguments);
    let mut loader = Loader::meet(&platform, &switch, size.users, 1).await;
    windows(size, name, &process, &mut loader, None).await
}

async fn product(size: &Size, floor: f64) {
    let (process, mut loader, _site) = start(size.users).await;
    let name = format!("{} users", size.users);
    windows(size, &name, &process, &mut loader, Some(floor)).await;
    for rate in size.rates {
        let meter = Meter::start(&process);
        let mut measured = loader.schedule(rate, size.time * 2).await;
        println!(
            "{name}, {rate}/s by schedule: {}; sent late by {}; {}",
            measured.quantiles(),
            quantiles(&mut measured.late),
            meter.stop(&process, measured.count)
        );
    }
}

async fn product_with_many(size: &Size, floor: f64) {
    let (process, mut loader, _site) = start(size.many).await;
    let name = format!("{} users", size.many);
    several(size, &name, &process, &mut loader, 32, Some(floor)).await;
}

async fn start(users: u32) -> (Process, Loader, Site) {
    let site = Site::new();
    let (platform, switch) = (platform::Door::open(&site).await, switch::Door::open().await);
    let account = "{ address = 'sip:watcher@example.com', auth = 'trusted', epid = '56b4641a00' }";
    let config = site.write(users, platform.addr(), switch.addr(), account);
    let process = Process::start(&site::product(), &["run", "--config", config.to_str().unwrap()]);
    let loader = Loader::meet(&platform, &switch, users, users.div_ceil(BATCH)).await;
    (process, loader, site)
}

/// Memory of a product that watches many beside that of one that watches ten.
async fn memory(size: &Size) {
    let few = reconcile::measure(10).await;
    let rest = settled(&few.process).await;
    drop(few);
    let many = reconcile::measure(size.many).await;
    let peak = many.process.memory();
    let all = settled(&many.process).await;
    let each = (all as f64 - rest as f64) / f64::from(size.many);
    println!(
        "memory (PSS): {:.1} MiB with 10 users, {:.1} MiB with {} ({:.1} MiB when all had become right): {each:.2} KiB each",
        rest as f64 / 1024.0,
        all as f64 / 1024.0,
        size.many,
        peak as f64 / 1024.0,
    );
}

/// After some rest.
async fn settled(process: &Process) -> u64 {
    sleep(Duration::from_secs(5)).await;
    process.memory()
}
