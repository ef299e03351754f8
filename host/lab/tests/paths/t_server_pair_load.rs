//! Switchovers of a redundant pair of T-Servers under load, and one that logs a thousand agents out.
//! `UC_PAIR_WORKERS` and `UC_PAIR_PAUSE` (milliseconds between two choices of one worker) make the load another.

use crate::{
    story::data,
    t_server_lost::{RIGHT_AGAIN, talking},
    t_server_pair::{beside_a_pair, registered},
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};
use uc_connector::{agent_link::AgentStatus, web::message::CallButton, wire::Role};
use uc_lab::{
    lab::{Lab, Page, Setup},
    t_server::{Direction, TServer},
};

/// What a worker chooses in turn.
const CHOICES: [&str; 3] = ["open", "busy", "lunch"];

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn these(workers: usize) -> Setup {
    let workers = (0..workers).map(|number| format!("worker-{number}")).collect();
    let web = "[web.limits]\nsign-ins-per-address = 100000".into();
    Setup { workers, web, ..Setup::of([]) }
}

/// One worker, who chooses and chooses until it is over; the longest that a choice took to show.
async fn chooses(
    mut page: Page,
    number: usize,
    pause: Duration,
    over: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
) -> (Page, Duration) {
    let (mut turn, mut longest) = (number, Duration::ZERO);
    while !over.load(Ordering::Relaxed) {
        turn += 1;
        let (choice, since) = (CHOICES[turn % CHOICES.len()], Instant::now());
        page.choose(choice).await;
        page.shows(choice, |picture| &*picture.now.state.id == choice).await.unwrap();
        made.fetch_add(1, Ordering::Relaxed);
        longest = longest.max(since.elapsed());
        sleep(pause).await;
    }
    (page, longest)
}

/// Requests for agents' states that say what the one before at the same DN said.
fn asked_twice(lab: &Lab, mark: usize) -> Vec<String> {
    let mut last: HashMap<String, String> = HashMap::new();
    let mut twice = Vec::new();
    for entry in lab.t_server.log().into_iter().skip(mark).filter(|entry| entry.direction == Direction::Received) {
        let message = &entry.message;
        if !matches!(&*message.name, "RequestAgentReady" | "RequestAgentNotReady") {
            continue;
        }
        let dn = message.str("thisDN").unwrap_or_default().to_owned();
        let said = format!("{} {:?} {:?}", message.name, message.str("agentWorkMode"), message.kv_list("reasons"));
        if last.insert(dn.clone(), said.clone()).as_ref() == Some(&said) {
            twice.push(format!("{dn}: {said}"));
        }
    }
    twice
}

type Change = (&'static str, fn(&TServer, &TServer));

#[tokio::test(flavor = "multi_thread")]
async fn switchovers_in_mid_call_under_load_there_and_back() {
    let (workers, pause) = (setting("UC_PAIR_WORKERS", 150), setting("UC_PAIR_PAUSE", 500));
    let pause = Duration::from_millis(pause as u64);
    let (lab, backup) = beside_a_pair(these(workers)).await;
    let (over, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut pages = Vec::new();
    for number in 0..workers {
        pages.push(lab.page(&format!("worker-{number}")).await.unwrap());
    }
    for page in &mut pages {
        page.choose("open").await;
        page.shows("open", |picture| &*picture.now.state.id == "open").await.unwrap();
    }
    registered(&lab, 0, 2 * workers).await;
    // Every tenth talks all the time.
    for number in (0..workers).step_by(10) {
        lab.t_server.make_call("123", &format!("5{number:03}"), data([])).unwrap();
        pages[number].shows("the call", |picture| picture.call().is_some()).await.unwrap();
        pages[number].press(CallButton::Answer, None).await;
        pages[number].shows("talking", talking).await.unwrap();
    }
    let (mark, mut all, begun) = (lab.t_server.mark(), JoinSet::new(), Instant::now());
    for (number, page) in pages.into_iter().enumerate() {
        all.spawn(chooses(page, number, pause, Arc::clone(&over), Arc::clone(&made)));
    }
    let changes: [Change; 3] = [
        ("roles", |first, second| {
            first.role(Role::Backup);
            second.role(Role::Primary);
        }),
        ("the new one first", |first, second| {
            first.role(Role::Primary);
            second.role(Role::Backup);
        }),
        ("roles again", |first, second| {
            second.role(Role::Primary);
            first.role(Role::Backup);
        }),
    ];
    for (_, change) in changes {
        sleep(Duration::from_secs(1)).await;
        change(&lab.t_server, &backup);
    }
    sleep(Duration::from_secs(1)).await;
    // The second one is in use, and dies; it comes back as backup, and then the first one dies.
    for (dies, goes_on) in [(&backup, &lab.t_server), (&lab.t_server, &backup)] {
        let mark = lab.t_server.mark();
        dies.kill().await;
        dies.role(Role::Backup);
        goes_on.role(Role::Primary);
        sleep(Duration::from_secs(1)).await;
        dies.restart(false).await.unwrap();
        registered(&lab, mark, workers).await;
    }
    sleep(Duration::from_secs(1)).await;
    over.store(true, Ordering::Relaxed);
    let (mut longest, mut talkers) = (Duration::ZERO, 0);
    while let Some(done) = all.join_next().await {
        let (mut page, took) = done.unwrap();
        longest = longest.max(took);
        if page.picture().is_some_and(|picture| picture.call().is_some()) {
            page.shows("talking", talking).await.unwrap();
            talkers += 1;
        }
    }
    let (made, seconds) = (made.load(Ordering::Relaxed), begun.elapsed().as_secs_f64());
    println!("{workers} workers, {:.0} choices a second, the slowest shown after {longest:?}", made as f64 / seconds);
    assert_eq!(talkers, workers.div_ceil(10), "everybody who talked talks on");
    assert!(longest < RIGHT_AGAIN, "{longest:?}");
    assert_eq!(asked_twice(&lab, mark), [""; 0]);
    assert_eq!(lab.metric("uc_tlib_switchovers_total").await, 5.0);
}

/// Where agents were logged in since a place in the log.
fn logins(lab: &Lab, mark: usize) -> Vec<String> {
    let log = lab.t_server.log().into_iter().skip(mark);
    let logins = log.filter(|entry| entry.message.name == "RequestAgentLogin");
    logins.filter_map(|entry| entry.message.str("thisDN").map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_agents_logged_out_with_the_lost_connection_are_back_who_talks_first() {
    const AGENTS: usize = 1000;
    let setup =
        Setup { t_server: "login-rate = 200".into(), dns: "logs-out-with-client = true".into(), ..these(AGENTS) };
    let (lab, backup) = beside_a_pair(setup).await;
    let mut pages = Vec::with_capacity(AGENTS);
    for number in 0..AGENTS {
        let mut page = lab.page(&format!("worker-{number}")).await.unwrap();
        page.choose("open").await;
        pages.push(page);
    }
    let ready = |number: usize| {
        lab.t_server.agent(&format!("5{number:03}")).is_some_and(|(_, status, _)| status == AgentStatus::Ready)
    };
    let all_ready = async |_: &Lab| (0..AGENTS).all(ready);
    lab.until("everybody is ready", all_ready).await.unwrap();
    registered(&lab, 0, 2 * AGENTS).await;
    let (last, mark) = (AGENTS - 1, lab.t_server.mark());
    let dn = format!("5{last:03}");
    lab.t_server.make_call("123", &dn, data([])).unwrap();
    pages[last].shows("the call", |picture| picture.call().is_some()).await.unwrap();
    pages[last].press(CallButton::Answer, None).await;
    pages[last].shows("talking", talking).await.unwrap();
    lab.t_server.kill().await;
    let since = Instant::now();
    backup.role(Role::Primary);
    lab.until("some are in again", async |lab| !logins(lab, mark).is_empty()).await.unwrap();
    lab.until("everybody is ready again", all_ready).await.unwrap();
    let (took, logins) = (since.elapsed(), logins(&lab, mark));
    let first = logins.iter().position(|login| *login == dn).unwrap();
    // Whoever is read before them may go out before it is known that they are logged out; by their place they are the
    // last.
    assert!(first < AGENTS / 2, "after {first} others");
    let mut each = logins.clone();
    each.sort_unstable();
    each.dedup();
    assert_eq!((logins.len(), each.len()), (AGENTS, AGENTS), "each once");
    assert!(took >= Duration::from_secs(4), "200 a second, and no more: {took:?}");
    pages[last].shows("talking", talking).await.unwrap();
}
