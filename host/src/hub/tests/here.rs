//! One of many nodes: workers come with their partition and go with it.

use super::bench::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus, EventKind, Permit, Report, Request},
    clock::SameMoment,
    directory::Directory,
    hub::{Event, Gained, Hub, RoleChange},
    kept::{KeptRedirect, OpenReport, TakenUp},
    plugins,
    routing::message::Outcome,
    web::{
        arrival::{PageArrival as Page, PageId},
        message::{ClientFrame, ServerFrame},
    },
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::oneshot;
use uc_plugin_api::{Availability, Command, LinkStatus, Role};
use uc_store::nodes::Partitions;

/// Kim and Lee are in two of them.
fn partitions() -> Partitions {
    Partitions::new(64).unwrap()
}

fn directory() -> Arc<Directory> {
    let workers = vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &["5003"])];
    Arc::new(Directory::new(workers))
}

/// A node that owns nothing yet, at a T-Server that is up.
fn node() -> Bench {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.hub = Hub::among_nodes(settings(), &directory(), Some(partitions()), bench.now);
    bench.out.commands.clear();
    let roles = [Role::PresenceSource, Role::BrowserPresence];
    bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(&roles) }));
    bench.link_up();
    bench.platform(LinkStatus::Up);
    bench
}

/// The node owns a worker's partition from now on, until the permit's flag falls.
fn gain(bench: &mut Bench, worker: &str, left: TakenUp, away: Duration) -> Arc<AtomicBool> {
    let owns = Arc::new(AtomicBool::new(true));
    let holds = owns.clone();
    let permit = Permit::while_so(move || holds.load(Ordering::SeqCst));
    let gained = vec![Gained { partition: partitions().of(worker), permit, away, clock: SameMoment::default() }];
    bench.turn(Event::Role(RoleChange::Gains(gained, Box::new(left))));
    owns
}

fn lose(bench: &mut Bench, worker: &str, told: Option<oneshot::Sender<()>>) {
    bench.turn(Event::Role(RoleChange::Loses(BTreeSet::from([partitions().of(worker)]), told)));
}

fn dns(requests: &[Request]) -> Vec<String> {
    let dn = |request: &Request| match request {
        Request::RegisterAddress { this_dn, .. } => Some(this_dn.to_string()),
        _ => None,
    };
    requests.iter().filter_map(dn).collect()
}

fn watched(bench: &mut Bench) -> Vec<String> {
    let of = |command: Command| match command {
        Command::Watch(users) => users.iter().map(|user| format!("+{}", user.id)).collect(),
        Command::Unwatch(users) => users.iter().map(|user| format!("-{}", user.0)).collect(),
        _ => Vec::new(),
    };
    std::mem::take(&mut bench.out.commands).into_iter().flat_map(of).collect()
}

#[test]
fn nobody_is_driven_before_their_partition_is_owned_and_then_they_alone() {
    let mut bench = node();
    assert_eq!((dns(&bench.requests()), watched(&mut bench)), (Vec::new(), Vec::new()));
    let asked = bench.offer(7, &["1001"]);
    let Ok(Outcome::Error(why)) = asked.blocking_recv() else { panic!("an error") };
    assert!(why.contains("another node"), "{why}");
    gain(&mut bench, "kim", TakenUp::default(), Duration::MAX);
    assert_eq!(watched(&mut bench), ["+kim"]);
    let mut registered = dns(&bench.requests());
    registered.sort();
    assert_eq!(registered, ["5001", "5002"]);
    bench.turn(Event::Directory(directory()));
    assert_eq!((bench.requests(), watched(&mut bench)), (Vec::new(), Vec::new()), "Lee is elsewhere");
}

#[test]
fn a_search_finds_those_too_whom_another_node_drives_and_claims_nothing_of_them() {
    let mut bench = node();
    gain(&mut bench, "kim", TakenUp::default(), Duration::MAX);
    bench.play();
    let mut page = bench.open(1, "kim");
    let search = ClientFrame::Search { query: "le".into(), keep: Vec::new() };
    bench.turn(Event::Page(Page::Frame(PageId(1), search)));
    let told = frames(&mut page).into_iter().find_map(|frame| match frame {
        ServerFrame::Found { targets, .. } => Some(targets),
        _ => None,
    });
    let [lee] = told.as_deref().expect("an answer") else { panic!("{told:?}") };
    assert_eq!((&*lee.name, &*lee.number, &lee.state, lee.busy), ("lee", "5003", &None, false));
}

#[test]
fn the_pages_of_those_who_were_signed_in_are_waited_for_when_their_partition_comes() {
    let mut bench = node();
    let left = TakenUp { signed_in: ["kim".into(), "lee".into()].into(), ..TakenUp::default() };
    gain(&mut bench, "kim", left, Duration::ZERO);
    assert!(bench.offer(7, &["1001"]).try_recv().is_err(), "it is on its way");
    gain(&mut bench, "lee", TakenUp::default(), Duration::ZERO);
    assert_eq!(bench.offer(8, &["1002"]).try_recv(), Ok(Outcome::NoClient), "nobody says that one is");
}

#[test]
fn what_is_lost_goes_without_a_word_to_anybody_outside() {
    let mut bench = node();
    let owns = gain(&mut bench, "kim", TakenUp::default(), Duration::MAX);
    gain(&mut bench, "lee", TakenUp::default(), Duration::MAX);
    bench.play();
    let (mut page, lees) = (bench.open(1, "kim"), bench.open(2, "lee"));
    frames(&mut page);
    let (single, both) = (bench.offer(7, &["1001"]), bench.offer(8, &["1001", "1002"]));
    bench.presence(0, Availability::Busy);
    let under_way = std::mem::take(&mut bench.out.requests);
    assert!(!under_way.is_empty() && under_way.iter().all(|outgoing| outgoing.permit.holds()));
    watched(&mut bench);
    bench.out.kept_workers.clear();
    owns.store(false, Ordering::SeqCst);
    lose(&mut bench, "kim", None);
    assert!(under_way.iter().all(|outgoing| !outgoing.permit.holds()), "what is under way ends before the socket");
    assert_eq!(bench.requests(), []);
    assert_eq!(watched(&mut bench), ["-0"]);
    assert!(bench.out.kept_workers.is_empty(), "what is kept is another node's");
    frames(&mut page);
    assert!(page.is_closed() && !lees.is_closed());
    assert_eq!(single.blocking_recv().unwrap(), Outcome::NoClient);
    bench.answer(2, Bench::first_preview() + 1, true);
    assert!(matches!(both.blocking_recv().unwrap(), Outcome::Accepted { agent, .. } if &*agent == "1002"));
    bench.presence(0, Availability::Available);
    bench.t_server("5001", EventKind::Agent(AgentFacts { status: AgentStatus::Ready, ..AgentFacts::default() }), None);
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "lost".into() }]));
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    assert_eq!(dns(&bench.requests()), ["5003"], "nothing more is asked for Kim");
    bench.later(Duration::from_secs(600));
}

#[test]
fn a_partition_that_is_given_away_leaves_everything_said_and_goes_on_where_it_is_gained() {
    let mut bench = node();
    gain(&mut bench, "kim", TakenUp::default(), Duration::MAX);
    bench.play();
    bench.presence(0, Availability::Busy);
    bench.play();
    let (told, mut answered) = oneshot::channel();
    lose(&mut bench, "kim", Some(told));
    assert!(answered.try_recv().is_ok());
    let kept = bench.out.kept_workers.remove("kim").unwrap().unwrap();
    let kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    let redirect = KeptRedirect { number: "".into(), on: false, locked: false, directory: "".into() };
    let left = TakenUp {
        workers: [("kim".into(), kept)].into(),
        redirects: [("kim".into(), redirect)].into(),
        ..TakenUp::default()
    };
    let mut other = node();
    gain(&mut other, "kim", left, Duration::from_secs(1));
    let asked = other.play();
    assert!(asked.iter().any(|request| matches!(request, Request::AgentNotReady { .. })), "{asked:?}");
    other.later(Duration::from_secs(1));
    assert!(other.out.kept_workers["kim"].is_some());
}

#[test]
fn what_a_node_was_showing_ends_in_the_reports_of_the_next() {
    let mut bench = node();
    let open = OpenReport {
        preview: 5,
        worker: "kim".into(),
        begin: 1,
        link: 0,
        dn: "5001".into(),
        conn_id: 7,
        agent_id: "1001".into(),
        state: "UCC_Preview".into(),
        reason: None,
    };
    let owns = gain(&mut bench, "kim", TakenUp { left_open: vec![open], ..TakenUp::default() }, Duration::MAX);
    let reports: Vec<_> = std::mem::take(&mut bench.out.requests)
        .into_iter()
        .filter(|outgoing| matches!(outgoing.request, Request::DistributeUserEvent { .. }))
        .collect();
    assert!(reports.len() == 1 && reports[0].permit.holds());
    owns.store(false, Ordering::SeqCst);
    lose(&mut bench, "kim", None);
    assert!(!reports[0].permit.holds());
    let behaviour = crate::agent_link::Behaviour::Unsent;
    let refusal = crate::agent_link::Refusal { code: None, message: "".into(), behaviour };
    bench.turn(Event::TServer(LINK, vec![Report::Refused(reports[0].ticket, refusal)]));
    bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "lost".into() }]));
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    assert_eq!(bench.requests(), [], "it is the next node's to end");
}
