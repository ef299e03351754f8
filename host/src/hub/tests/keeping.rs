//! What whoever works next is to know of workers, written down and taken up.

use super::bench::*;
use crate::{
    agent_link::{AgentFacts, AgentStatus, EventKind, Outgoing, Request},
    directory::Directory,
    hub::{Event, RoleChange},
    kept::TakenUp,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;
use uc_plugin_api::{Availability, LinkStatus, Role};

/// A life in which the platform has said this of Kim, and what is kept of it.
fn life(said: Availability) -> TakenUp {
    let mut bench = working();
    bench.link_up();
    bench.platform(LinkStatus::Up);
    bench.presence(0, said);
    bench.play();
    bench.later(Duration::from_secs(1));
    kept(bench)
}

/// A hub of a node that works.
fn working() -> Bench {
    let mut bench = Bench::new(Role::PresenceSource);
    let now = bench.now;
    bench.hub.take_up(TakenUp::default(), now);
    bench
}

/// As it stands in the store.
fn kept(bench: Bench) -> TakenUp {
    let stored = |kept| serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    let workers = bench.out.kept_workers.into_iter().filter_map(|(id, kept)| Some((id, stored(kept?))));
    TakenUp { workers: workers.collect(), ..TakenUp::default() }
}

/// The next life, which begins after nobody has worked for so long; what it asks for of Kim's first line.
fn next(left: TakenUp, away: Duration) -> (Bench, Vec<String>) {
    let mut bench = Bench::new(Role::PresenceSource);
    let now = bench.now;
    bench.hub.take_up(TakenUp { away, ..left }, now);
    bench.turn(Event::TServer(LINK, vec![crate::agent_link::Report::Up { server: "lab".into() }]));
    let asked = asked(bench.play());
    (bench, asked)
}

fn asked(requests: Vec<Request>) -> Vec<String> {
    let of_kim = |request: Request| match request {
        Request::AgentLogin { this_dn, .. } if &*this_dn == "5001" => Some("login".to_owned()),
        Request::AgentReady { this_dn, .. } if &*this_dn == "5001" => Some("ready".to_owned()),
        Request::AgentNotReady { this_dn, .. } if &*this_dn == "5001" => Some("not ready".to_owned()),
        Request::AgentLogout { this_dn, .. } if &*this_dn == "5001" => Some("logout".to_owned()),
        _ => None,
    };
    requests.into_iter().filter_map(of_kim).collect()
}

#[test]
fn what_is_wished_goes_on_and_nobody_is_ready_by_what_is_long_ago() {
    let (moment, long) = (Duration::from_secs(3), Duration::from_secs(31));
    for (said, away, expected) in [
        (Availability::Available, moment, &["login", "ready"][..]),
        (Availability::Available, long, &[]),
        (Availability::Busy, moment, &["login", "not ready"]),
        (Availability::Offline, long, &[]),
    ] {
        assert_eq!(next(life(said), away).1, expected, "{said:?} {away:?}");
    }
}

#[test]
fn what_the_platform_said_to_another_process_is_to_be_said_again_within_the_grace_time() {
    let (mut bench, _) = next(life(Availability::Available), Duration::ZERO);
    bench.later(Duration::from_secs(29));
    assert_eq!(asked(bench.play()), [""; 0]);
    bench.later(Duration::from_secs(2));
    assert_eq!(asked(bench.play()), ["not ready"], "presence unknown");
    let (mut bench, _) = next(life(Availability::Available), Duration::ZERO);
    bench.presence(0, Availability::Available);
    bench.later(Duration::from_secs(60));
    assert_eq!(asked(bench.play()), [""; 0], "it was said again");
}

#[test]
fn whoever_was_available_long_ago_and_still_is_is_ready_again() {
    let (mut bench, nothing) = next(life(Availability::Available), Duration::from_secs(31));
    assert_eq!(nothing, [""; 0]);
    bench.platform(LinkStatus::Up);
    bench.presence(0, Availability::Available);
    assert_eq!(asked(bench.play()), ["login", "ready"]);
}

#[test]
fn changes_are_gathered_and_a_turn_that_ends_leaves_nothing_unsaid() {
    let mut bench = working();
    bench.link_up();
    bench.later(Duration::from_secs(1));
    bench.out.kept_workers.clear();
    bench.presence(0, Availability::Busy);
    bench.later(Duration::from_millis(5));
    assert!(bench.out.kept_workers.is_empty(), "there may be more in a moment");
    let (ticket, mut answer) = oneshot::channel();
    bench.turn(Event::Role(RoleChange::Ends(ticket)));
    assert!(answer.try_recv().is_ok() && bench.out.kept_workers["kim"].is_some());
}

#[test]
fn nothing_is_kept_of_who_has_left_or_was_gone_for_an_hour() {
    let mut bench = working();
    bench.turn(Event::Directory(Arc::new(Directory::new(vec![worker("kim", "1001", &["5001"])]))));
    bench.later(Duration::from_secs(1));
    assert_eq!(bench.out.kept_workers["lee"], None);
    let mut left = life(Availability::Busy);
    let kim = left.workers["kim"].clone();
    left.workers.insert("gone".into(), kim);
    let (mut bench, _) = next(left, Duration::ZERO);
    assert!(!bench.out.kept_workers.contains_key("gone"), "the directory may have been cut short");
    bench.later(Duration::from_secs(3600));
    assert_eq!(bench.out.kept_workers["gone"], None);
}

#[test]
fn whoever_comes_back_with_the_next_directory_goes_on_where_they_stopped() {
    let (moment, long) = (Duration::from_secs(3), Duration::from_secs(31));
    let of = |people: &[(&str, &str, &[&str])]| {
        let people = people.iter().map(|(id, agent, dns)| worker(id, agent, dns));
        Event::Directory(Arc::new(Directory::new(people.collect())))
    };
    let (kim, lee) = (("kim", "1001", &["5001", "5002"][..]), ("lee", "1002", &["5003"][..]));
    for (passes, expected) in [(moment, &["login", "ready"][..]), (long, &[])] {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.turn(of(&[lee]));
        let now = bench.now;
        bench.hub.take_up(life(Availability::Available), now);
        bench.link_up();
        bench.out.kept_workers.clear();
        bench.later(passes);
        bench.turn(of(&[kim, lee]));
        assert_eq!(asked(bench.play()), expected, "{passes:?}");
        bench.later(Duration::from_secs(1));
        assert!(bench.out.kept_workers["kim"].is_some());
        bench.later(Duration::from_secs(3600));
        assert!(bench.out.kept_workers["kim"].is_some(), "they are there");
    }
}

#[test]
fn an_agent_at_a_dn_that_was_taken_away_meanwhile_is_logged_out_there() {
    let moved = |dns: &[&str]| Arc::new(Directory::new(vec![worker("kim", "1001", dns)]));
    for (dns, expected) in [(&["5009"][..], &["logout"][..]), (&["5001", "5009"], &[])] {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.turn(Event::Directory(moved(dns)));
        let now = bench.now;
        bench.hub.take_up(life(Availability::Available), now);
        bench.turn(Event::TServer(LINK, vec![crate::agent_link::Report::Up { server: "lab".into() }]));
        let mut requests = Vec::new();
        while !bench.out.requests.is_empty() {
            for Outgoing { ticket, request, .. } in std::mem::take(&mut bench.out.requests) {
                let there = AgentFacts {
                    status: AgentStatus::NotReady,
                    agent_id: Some("1001".into()),
                    ..AgentFacts::default()
                };
                let told = match &request {
                    Request::RegisterAddress { this_dn, .. } if &**this_dn == "5001" => {
                        EventKind::Registered { agent: there, calls: None, out_of_service: false }
                    }
                    request => willing(request).map_or(EventKind::Acknowledged, |(_, kind)| kind),
                };
                bench.t_server(request.this_dn(), told, Some(ticket));
                requests.push(request);
            }
        }
        assert_eq!(asked(requests), expected, "{dns:?}");
    }
}

#[test]
fn an_agent_at_a_dn_that_somebody_else_has_now_is_left_alone() {
    let mut bench = Bench::new(Role::PresenceSource);
    let people = vec![worker("kim", "1001", &["5009"]), worker("lee", "1002", &["5001"])];
    bench.turn(Event::Directory(Arc::new(Directory::new(people))));
    let now = bench.now;
    bench.hub.take_up(life(Availability::Available), now);
    bench.link_up();
    assert!(bench.hub.by_worker.contains_key("lee") && asked(bench.play()).is_empty());
}

#[test]
fn a_standby_writes_nothing_over_what_the_primary_keeps() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.link_up();
    bench.presence(0, Availability::Busy);
    bench.later(Duration::from_secs(5));
    assert!(bench.out.kept_workers.is_empty());
}

#[test]
fn what_the_t_server_says_of_who_is_logged_in_stands_until_somebody_wishes_again() {
    let mut bench = Bench::new(Role::PresenceSource);
    let (left, now) = (life(Availability::Busy), bench.now);
    bench.hub.take_up(left, now);
    bench.turn(Event::TServer(LINK, vec![crate::agent_link::Report::Up { server: "lab".into() }]));
    let requests = std::mem::take(&mut bench.out.requests);
    for Outgoing { ticket, request, .. } in requests {
        let Request::RegisterAddress { this_dn, .. } = request else { continue };
        let agent = AgentFacts { status: AgentStatus::Ready, ..AgentFacts::default() };
        let kind = EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false };
        bench.t_server(&this_dn, kind, Some(ticket));
    }
    assert_eq!(asked(bench.play()), [""; 0], "more may have happened than there was time to keep");
    bench.presence(0, Availability::Busy);
    assert_eq!(asked(bench.play()), ["not ready"], "the platform says it again");
}

#[test]
fn who_is_as_wished_when_it_is_wished_has_been_so_for_the_next_life() {
    let mut bench = working();
    bench.link_up();
    bench.platform(LinkStatus::Up);
    bench.presence(0, Availability::Busy);
    bench.play();
    let ready = AgentFacts { status: AgentStatus::Ready, ..AgentFacts::default() };
    bench.t_server("5001", EventKind::Agent(ready), None);
    bench.presence(0, Availability::Available);
    assert_eq!(asked(bench.play()), [""; 0], "it is so already");
    bench.later(Duration::from_secs(1));
    let kept = serde_json::to_value(&kept(bench).workers["kim"]).unwrap();
    let line = kept["lines"].as_array().unwrap().iter().find(|line| line["dn"] == "5001").unwrap();
    assert!(line["open"].is_null(), "what somebody decides then is no way to it: {line}");
}
