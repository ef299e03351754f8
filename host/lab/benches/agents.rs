//! Agents on the whole path: events of the T-Server in, publications over TLS out, through the product as it is shipped
//! in its mode of presence connector, as a process of its own with the real plug-in.
//!
//! `cargo bench -p uc-lab --bench agents [-- rates|watched]`, after `cargo build --release --workspace`. For rates, one
//! thread of this process plays both ends, with no more SIP and T-Library than the figures need: the lab's servers would
//! be the slower ones. A change counts when the Front End has taken the right publication with the right versions; a wrong
//! one ends the bench. Beside the product stands its *floor*, a process that does only the core of the job; it runs before
//! and after, because machines have moods. `other` is processor time of everybody else. What a watcher sees is measured
//! with the lab's whole servers.
//!
//! The plug-in's rates are set to the most it allows, more than it can do; of one agent it publishes ten a second at most.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

#[path = "../tests/front_end/certificates.rs"]
mod certificates;
#[path = "agents/day.rs"]
mod day;
#[path = "measure/figures.rs"]
mod figures;
#[path = "agents/floor.rs"]
mod floor;
#[path = "agents/front_end.rs"]
mod front_end;
#[path = "agents/loader.rs"]
mod loader;
#[path = "measure/process.rs"]
mod process;
#[path = "agents/publications.rs"]
mod publications;
#[path = "measure/sip.rs"]
mod sip;
#[path = "agents/site.rs"]
mod site;
#[path = "measure/switch.rs"]
mod switch;
#[path = "agents/watched.rs"]
mod watched;
#[path = "measure/windows.rs"]
mod windows;

use figures::quantiles;
use loader::Loader;
use process::{Meter, Process};
use site::Site;
use std::{
    env,
    time::{Duration, Instant},
};
use tokio::{runtime, time::sleep};
use windows::windows;

const FLOOR: &str = "floor";
const PARTS: [&str; 2] = ["rates", "watched"];
const RATES: &str = "register = 'at-start'\nregistrations-per-second = 100000\npublications-per-second = 100000\npublications-per-minute = 600\n";
/// How long a process may come to rest before its memory is looked at.
const REST: Duration = Duration::from_secs(5);

/// How much is measured.
struct Size {
    agents: [u32; 2],
    runs: usize,
    time: Duration,
    rate: u32,
    samples: u32,
}

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Some((FLOOR, rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return runtime.block_on(floor::run(rest));
    }
    assert!(
        site::is_built(),
        "uc-connector or libuc_lync_push.so is missing: `cargo build --workspace`, here with --release"
    );
    // A debug build only shows that the bench works.
    let full = Size { agents: [10_000, 20_000], runs: 3, time: Duration::from_secs(3), rate: 1_000, samples: 1_000 };
    let small = Size { agents: [300, 1_000], runs: 1, time: Duration::from_millis(200), rate: 100, samples: 50 };
    let size = if cfg!(debug_assertions) { small } else { full };
    let is_named = |part: &str| arguments.iter().any(|argument| argument == part);
    let wanted = |part| !PARTS.iter().any(|part| is_named(part)) || is_named(part);
    if wanted("rates") {
        runtime.block_on(rates(&size));
    }
    if wanted("watched") {
        // The simulated Front End and T-Server want more than one thread.
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(watched::measure(size.agents[0], size.samples, size.time * 3));
    }
}

async fn rates(size: &Size) {
    let few = start(10).await.0;
    sleep(REST).await;
    let base = few.memory();
    drop(few);
    let before = floor(size, "floor, before").await;
    for agents in size.agents {
        product(size, agents, before, base).await;
    }
    floor(size, "floor, after").await;
}

/// Gives the rate with 32 under way.
async fn floor(size: &Size, name: &str) -> f64 {
    let site = Site::new();
    let (front_end, switch) = (front_end::Door::open(&site).await, switch::Door::open().await);
    let agents = size.agents[0];
    let path = |path: &std::path::Path| path.display().to_string();
    let arguments = [
        FLOOR.to_owned(),
        path(&site.authority.ca()),
        path(&site.application.certificates),
        path(&site.application.key),
        front_end.addr().port().to_string(),
        switch.addr().port().to_string(),
        agents.to_string(),
    ];
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let process = Process::start(&env::current_exe().unwrap(), &arguments);
    let mut loader = Loader::meet(&front_end, &switch, agents, 0).await;
    windows(size, name, &process, &mut loader, None).await
}

async fn product(size: &Size, agents: u32, floor: f64, base: u64) {
    let begin = Instant::now();
    let (process, mut loader, _site) = start(agents).await;
    println!(
        "{agents} agents, from the start of the process: registered {:.2?}, all published {:.2?}; {:.2?} of CPU",
        loader.all_registered - begin,
        begin.elapsed(),
        process.processor_time()
    );
    sleep(REST).await;
    let fresh = process.memory();
    let name = format!("{agents} agents");
    windows(size, &name, &process, &mut loader, Some(floor)).await;
    let meter = Meter::start(&process);
    let mut measured = loader.schedule(size.rate, size.time * 2).await;
    println!(
        "{name}, {}/s by schedule: {}; sent late by {}; {}",
        size.rate,
        measured.quantiles(),
        quantiles(&mut measured.late),
        meter.stop(&process, measured.count)
    );
    flood(size, &name, &process, &mut loader).await;
    sleep(REST).await;
    let each = |memory: u64| (memory as f64 - base as f64) / f64::from(agents);
    let after = process.memory();
    println!(
        "{name}, memory (PSS): {:.1} MiB with 10 agents; {:.1} MiB when all are registered: {:.2} KiB each; {:.1} MiB \
         after the load: {:.2} KiB each",
        base as f64 / 1024.0,
        fresh as f64 / 1024.0,
        each(fresh),
        after as f64 / 1024.0,
        each(after),
    );
}

async fn start(agents: u32) -> (Process, Loader, Site) {
    let site = Site::new();
    let (front_end, switch) = (front_end::Door::open(&site).await, switch::Door::open().await);
    let config = site.write(agents, front_end.addr(), switch.addr(), RATES);
    let process = Process::start(&site::product(), &["run", "--config", config.to_str().unwrap()]);
    let loader = Loader::meet(&front_end, &switch, agents, agents).await;
    assert_eq!(loader.registered, agents, "each endpoint registers once");
    (process, loader, site)
}

async fn flood(size: &Size, name: &str, process: &Process, loader: &mut Loader) {
    let meter = Meter::start(process);
    let flood = loader.flood(size.time).await;
    let seconds = flood.time.as_secs_f64();
    println!(
        "{name}, as fast as taken: {:.0} changes/s and {:.0} publications/s for {seconds:.1} s, {} of {} changes \
         coalesced; {} a publication",
        flood.changes as f64 / seconds,
        flood.publications as f64 / seconds,
        flood.changes - flood.publications,
        flood.changes,
        meter.stop(process, flood.publications)
    );
}
