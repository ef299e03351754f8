//! What is known of a platform's users is known only while a source speaks of them, turned by hand.

use super::*;
use crate::agent_link::{AgentStatus, KvList};
use crate::directory::{Directory, Worker};
use uc_plugin_api::Event as Edge;

const GRACE: Duration = Duration::from_secs(31);

/// A bench whose T-Server is up and whose platform said "available" of lee, who is ready.
fn lee_is_ready() -> Bench {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(1, Availability::Available);
    bench.play();
    bench
}

impl Bench {
    fn directory(&mut self, workers: Vec<Worker>) {
        self.turn(Event::Directory(Arc::new(Directory::new(workers))));
    }

    /// The names of the agent requests of the next seconds.
    fn asked(&mut self) -> Vec<&'static str> {
        self.later(GRACE);
        self.names()
    }

    fn names(&mut self) -> Vec<&'static str> {
        let name = |request: Request| match request {
            Request::AgentLogin { .. } => "login",
            Request::AgentLogout { .. } => "logout",
            Request::AgentReady { .. } => "ready",
            Request::AgentNotReady { .. } => "not ready",
            other => panic!("{other:?}"),
        };
        self.play().into_iter().map(name).collect()
    }

    fn desktop(&mut self, dn: &str, status: AgentStatus) {
        self.t_server(dn, facts(status, KvList::default()), None);
    }
}

fn kim() -> Worker {
    worker("kim", "1001", &["5001", "5002"])
}

fn lee() -> Worker {
    worker("lee", "1002", &["5003"])
}

#[test]
fn whoever_loses_their_address_is_not_ready_after_the_grace_time_and_then_their_own() {
    let mut bench = lee_is_ready();
    bench.directory(vec![kim(), Worker { address: None, ..lee() }]);
    assert_eq!(bench.names(), [""; 0], "a grace time first");
    assert_eq!(bench.asked(), ["not ready"]);
    bench.desktop("5003", AgentStatus::Ready);
    assert_eq!(bench.asked(), [""; 0], "no platform decides for them any more");
}

#[test]
fn after_an_event_of_no_dn_that_can_be_read_every_dn_of_the_link_is_read_again() {
    let mut bench = lee_is_ready();
    bench.later(Duration::from_secs(2));
    bench.t_server("", EventKind::Unreadable("EventAgentNotReady".into()), None);
    let asked = bench.requests();
    assert!(
        asked.len() == 3 && asked.iter().all(|request| matches!(request, Request::RegisterAddress { .. })),
        "{asked:?}"
    );
    let lines = || bench.hub.roster.users().flat_map(|(_, user)| user.worker.lines());
    assert!(lines().all(|line| !line.in_service()), "nothing counts as true until it is read");
    assert!(
        lines().all(|line| line.problem().is_some_and(|problem| problem.words.contains("EventAgentNotReady"))),
        "and it is said why"
    );
}

#[test]
fn whoever_gets_another_address_is_in_doubt_until_the_platform_speaks_of_it() {
    let mut bench = lee_is_ready();
    bench.directory(vec![kim(), Worker { address: Some("sip:lee.new@example.com".into()), ..lee() }]);
    assert_eq!(bench.asked(), ["not ready"]);
    bench.presence(1, Availability::Available);
    assert_eq!(bench.names(), ["ready"]);
}

#[test]
fn another_instance_of_a_source_makes_unknown_whom_it_does_not_speak_of() {
    let mut bench = lee_is_ready();
    bench
        .turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(&[Role::PresenceSource]) }));
    assert_eq!(bench.asked(), ["not ready"]);
}

#[test]
fn what_a_source_without_turns_said_is_in_doubt_until_it_has_said_it_anew() {
    let mut bench = lee_is_ready();
    bench.out.commands.clear();
    bench.turn(Event::Plugin(plugins::PluginArrival::Hangs { plugin: plugin() }));
    assert_eq!(bench.asked(), ["not ready"]);
    bench.turn(Event::Plugin(plugins::PluginArrival::Answers { plugin: plugin() }));
    let told = std::mem::take(&mut bench.out.commands);
    assert!(
        matches!(&told[..], [Command::Unwatch(left), Command::Watch(users)] if left.len() == 2 && users.len() == 2),
        "{told:?}"
    );
    assert_eq!(bench.names(), [""; 0]);
    bench.presence(1, Availability::Available);
    assert_eq!(bench.names(), ["ready"]);
}

/// It tells nothing anew of whom it watches.
#[test]
fn a_source_that_has_no_room_when_it_goes_on_forgets_everybody_before_it_watches_them_again() {
    let mut bench = lee_is_ready();
    bench.turn(Event::Plugin(plugins::PluginArrival::Hangs { plugin: plugin() }));
    bench.out.commands.clear();
    bench.out.plugin_full = true;
    bench.turn(Event::Plugin(plugins::PluginArrival::Answers { plugin: plugin() }));
    bench.out.plugin_full = false;
    bench.later(Duration::from_secs(3));
    let told = std::mem::take(&mut bench.out.commands);
    assert!(
        matches!(&told[..], [Command::Unwatch(left), Command::Watch(users)] if left.len() == 2 && users.len() == 2),
        "{told:?}"
    );
}

#[test]
fn whoever_the_source_never_speaks_of_is_not_ready() {
    let started: [fn(&mut Bench); 2] = [
        |_| {},
        |bench| {
            let why = "no such library";
            bench.turn(Event::Plugin(plugins::PluginArrival::Failed {
                plugin: plugin(),
                why: why.into(),
                retry_in: GRACE,
            }));
        },
    ];
    for happens in started {
        let mut bench = Bench::new(Role::PresenceSource);
        happens(&mut bench);
        bench.link_up();
        bench.desktop("5003", AgentStatus::Ready);
        assert_eq!(bench.asked(), ["not ready"]);
    }
}

#[test]
fn whoever_is_on_no_platform_is_nobodys_to_doubt() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.directory(vec![kim(), Worker { address: None, ..lee() }]);
    bench.link_up();
    bench.desktop("5003", AgentStatus::Ready);
    bench.platform(LinkStatus::Down);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn whom_a_platform_spoke_of_without_an_address_is_in_doubt_when_it_may_be_over() {
    let over: [fn(&mut Bench); 3] = [
        |bench| bench.platform(LinkStatus::Down),
        |bench| bench.turn(Event::Plugin(plugins::PluginArrival::Stopped { plugin: plugin() })),
        |bench| bench.presence(1, Availability::Unknown),
    ];
    for happens in over {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.directory(vec![kim(), Worker { address: None, ..lee() }]);
        bench.link_up();
        bench.presence(1, Availability::Available);
        assert!(bench.names().ends_with(&["ready"]));
        happens(&mut bench);
        assert_eq!(bench.asked(), ["not ready"]);
    }
}

#[test]
fn in_standalone_mode_nobody_is_in_doubt() {
    let mut bench = Bench::in_mode(crate::mode::Mode::Standalone, &[Role::BrowserPresence], Vec::new());
    bench.link_up();
    bench.desktop("5003", AgentStatus::Ready);
    assert_eq!(bench.asked(), [""; 0]);
}

#[test]
fn an_outage_of_the_platform_makes_nobody_available() {
    let mut bench = lee_is_ready();
    let mut reasons = KvList::default();
    reasons.push_str("ReasonCode", "lunch");
    bench.t_server("5003", facts(AgentStatus::NotReady, reasons), None);
    bench.platform(LinkStatus::Down);
    assert_eq!(bench.asked(), [""; 0], "they are not ready, and keep their reason");
    bench.platform(LinkStatus::Up);
    bench.presence(1, Availability::Available);
    assert_eq!(bench.names(), [""; 0], "they are at lunch still");
    bench.presence(1, Availability::Busy);
    bench.presence(1, Availability::Available);
    assert!(bench.names().ends_with(&["ready"]), "a new word is a new wish");
}

#[test]
fn a_platform_that_covers_most_of_its_users_seats_them() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.plugin_says(Edge::Link(LinkStatus::Degraded, "1 of 10000 refused".into()));
    assert!(!bench.hub.platforms_up.is_empty());
    bench.plugin_says(Edge::Link(LinkStatus::Down, "gone".into()));
    assert!(bench.hub.platforms_up.is_empty());
}
