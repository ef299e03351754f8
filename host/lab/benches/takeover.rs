//! Takeovers under load: the node that works is killed, stopped or cut off from etcd, and etcd's leader dies with it; the
//! other one goes on. Two processes of the product as it is shipped, on a real etcd of three members (`make setup`).
//!
//! `cargo bench -p uc-lab --bench takeover [-- USERS] [RUNS] [RATE] [MODE] [FAULT…]`, after `cargo build --release
//! --workspace --features uc-connector/etcd`. RATE: changes of state a second; MODE: standalone or normal; FAULT: killed,
//! stopped, cut or leader. T-Server, strategies and pages share this process, and the machine with both nodes and the etcd.
//!
//! In standalone mode up to a thousand workers have a page, and choose states there; everybody else is logged in and not
//! ready. Only this mode carries chats, so the changes of state come from pages and not from a platform. In normal mode
//! they come from the lab's Front End, for all workers, and the node that takes over subscribes to all of them. Pages and
//! strategies go to whichever node answers `/health/primary`, as by way of a load balancer.
//!
//! What must never happen is counted, and the bench ends with an error: a preview that ends twice, never, or otherwise
//! than the worker answered; a state that ICON cannot pair; a line of a chat that is lost or there twice; an agent made
//! ready by a word that was over; a request of a node when the other one works; an agent who is in the end not what the
//! worker said.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

#[path = "takeover/chats.rs"]
mod chats;
#[path = "takeover/desk.rs"]
mod desk;
#[path = "takeover/fault.rs"]
mod fault;
#[path = "takeover/installation.rs"]
mod installation;
#[path = "takeover/ledger.rs"]
mod ledger;
#[path = "../../store/tests/members/mod.rs"]
mod members;
#[allow(dead_code, reason = "tests use the rest of this")]
#[path = "../tests/standby/node.rs"]
mod node;
#[path = "takeover/page.rs"]
mod page;
#[path = "takeover/previews.rs"]
mod previews;
#[path = "takeover/probe.rs"]
mod probe;
#[path = "takeover/run.rs"]
mod run;
#[path = "takeover/speaker.rs"]
mod speaker;
#[path = "takeover/way.rs"]
mod way;
#[path = "takeover/wire.rs"]
mod wire;
#[path = "takeover/words.rs"]
mod words;

use chats::Chats;
use desk::{Deed, Desk};
use fault::Fault;
use futures_util::{StreamExt, stream};
use installation::Installation;
use previews::Links;
use run::{Measured, RIGHT, Rig};
use speaker::{Place, Speaker};
use std::{env, process::ExitCode, sync::Arc, time::Duration};
use way::Balancer;
use words::{Said, user};

/// Faults that are printed of a series.
const MOST: usize = 20;

/// How much is measured.
struct Size {
    users: usize,
    runs: usize,
    pages: usize,
    previews: usize,
    chats: usize,
    /// Changes of state a second.
    rate: f64,
}

impl Size {
    /// What was asked for; a debug build only shows that the bench works.
    fn of(mut asked: impl Iterator<Item = usize>) -> Self {
        let (users, runs, rate) = if cfg!(debug_assertions) { (60, 1, 20) } else { (10_000, 20, 1_000) };
        let users = asked.next().unwrap_or(users).max(10);
        let (runs, rate) = (asked.next().unwrap_or(runs), asked.next().unwrap_or(rate) as f64);
        let pages = users.min(1_000);
        let previews = (pages - 1).min(100);
        Self { users, runs, pages, previews, chats: previews / 2, rate }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let size = Size::of(arguments.iter().filter_map(|argument| argument.parse().ok()));
    let is_named = |mode: &str| arguments.iter().any(|argument| argument == mode);
    let is_fault = |fault: &Fault| is_named(fault.key());
    let any = Fault::ALL.iter().any(is_fault);
    let named: Vec<_> = Fault::ALL.into_iter().filter(|fault| !any || is_fault(fault)).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut faults = 0;
    for (mode, platform) in [("standalone", false), ("normal", true)] {
        if is_named(mode) || !["standalone", "normal"].into_iter().any(is_named) {
            faults += runtime.block_on(series(&size, mode, platform, &named));
        }
    }
    if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// These faults in this mode, so many times each; how much was wrong.
async fn series(size: &Size, mode: &str, platform: bool, named: &[Fault]) -> usize {
    let said = Arc::new(Said::nothing_yet(size.users));
    let installation = Installation::start(size.users, platform, &said).await;
    let balancer = Balancer::between(Arc::clone(&installation.addresses));
    let desk = async |worker| {
        let browser = installation.nodes[0].sign_in(&user(worker)).await;
        Desk::open(worker, Arc::clone(&said), browser, balancer.works.clone()).await
    };
    let pages = if platform { size.previews + 1 } else { size.pages };
    let desks: Vec<_> = stream::iter(0..pages).map(desk).buffered(16).collect().await;
    desks[size.previews..].iter().for_each(|desk| desk.does(Deed::Answer(true)));
    let chats = (!platform).then(|| Chats::open(&installation.t_server, &desks[..size.chats]));
    let place = match &installation.front_end {
        Some(front_end) => Place::Platform(front_end.clone(), size.users),
        None => Place::Pages(desks.clone()),
    };
    let speaker = Speaker::begin(place, Arc::clone(&said), size.rate);
    let (links, works) = (Links::to(balancer.works.clone()), balancer.works.clone());
    let mut rig =
        Rig { installation, said, desks, previews: size.previews, links, chats, speaker, works, last_call: 0 };
    println!(
        "{mode} mode: {} users, {pages} pages, {} open previews, {} chats, {} changes of state a second",
        size.users,
        size.previews,
        if platform { 0 } else { size.chats },
        size.rate
    );
    let mut faults = 0;
    for &fault in named {
        let mut all = Vec::new();
        for _ in 0..size.runs {
            all.push(rig.run(fault).await);
        }
        faults += print(fault, &all);
    }
    faults
}

fn print(fault: Fault, all: &[Measured]) -> usize {
    let of = |what: fn(&Measured) -> Duration| {
        let mut times: Vec<_> = all.iter().map(what).collect();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        format!("p50 {:.2?}, max {:.2?}", times[last / 2], times[last])
    };
    let faults: Vec<_> = all.iter().flat_map(|run| &run.faults).collect();
    println!(
        "{}, {} times: primary after {}; serves previews after {} (aim {:?}); all are right after {} (aim {RIGHT:?}); made ready at most \
         {:.0?} after another word; {} takeovers besides; {} faults",
        fault.words(),
        all.len(),
        of(|run| run.primary),
        of(|run| run.serves),
        fault.aim(),
        of(|run| run.right),
        all.iter().map(|run| run.behind).max().unwrap_or_default(),
        all.iter().map(|run| run.takeovers.saturating_sub(1)).sum::<usize>(),
        faults.len()
    );
    all.iter().filter_map(|run| run.late.as_ref()).for_each(|late| println!("  late: {late}"));
    faults.iter().take(MOST).for_each(|fault| println!("  {fault}"));
    faults.len()
}
