//! What thousands of workers meet in one moment, in the log: once each, then with a count.

use super::*;
use crate::{
    agent_link::{Behaviour, Outgoing, Refusal},
    telemetry::captured::{logged, warnings},
};
use uc_plugin_api::{Event as Edge, Published};

const WORKERS: u32 = 3000;

/// A bench with so many workers, each with a DN.
fn crowd(role: Role, mode: crate::mode::Mode) -> Bench {
    let mut bench = Bench::in_mode(mode, &[role], Vec::new());
    let one = |number: u32| worker(&format!("w{number}"), &format!("{}", 10_000 + number), &[&format!("7{number}")]);
    bench.turn(Event::Directory(Arc::new(Directory::new((0..WORKERS).map(one).collect()))));
    bench
}

fn refuse_all(bench: &mut Bench, message: &str) -> usize {
    let asked = std::mem::take(&mut bench.out.requests);
    let code = Some(1704);
    let refused = |Outgoing { ticket, .. }: &Outgoing| {
        let message = format!("{message} {}", ticket.0).into();
        Report::Refused(*ticket, Refusal { code, message, behaviour: Behaviour::Permanent })
    };
    let reports: Vec<_> = asked.iter().map(refused).collect();
    bench.turn(Event::TServer(LINK, reports));
    asked.len()
}

#[test]
fn thousands_of_equal_refusals_are_one_warning_a_minute_with_a_count_and_listed_by_worker() {
    let mut bench = crowd(Role::PresenceSource, crate::mode::Mode::Normal);
    bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    bench.requests();
    let lines = warnings(|| {
        // Nobody is registered: each registration is refused, again and again.
        bench.turn(Event::TServer(LINK, vec![Report::Down { cause: "x".into() }]));
        bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
        assert_eq!(refuse_all(&mut bench, "no such DN"), WORKERS as usize);
        for _ in 0..59 {
            bench.later(Duration::from_secs(1));
        }
        bench.later(Duration::from_secs(2));
    });
    let said: Vec<_> = lines.iter().filter(|line| line.contains("refuse")).collect();
    let counted = format!("count={}", WORKERS - 1);
    assert!(said.len() == 2 && said[0].contains("1704") && said[1].contains(&counted), "{said:#?}");
    let rows = bench.hub.agent_list();
    let problem = |row: &AgentRow| row.problem.as_ref().is_some_and(|problem| problem.contains("no such DN"));
    assert!(rows.iter().filter(|row| problem(row)).count() >= WORKERS as usize);
}

#[test]
fn what_a_platform_shows_of_nobody_is_one_warning_a_minute_with_a_count() {
    let mut bench = crowd(Role::PresenceSink, crate::mode::Mode::PresenceConnector);
    let users: Vec<_> = bench.hub.roster.users().map(|(handle, _)| handle).collect();
    let lines = warnings(|| {
        let failed = |user: &UserHandle| Published { user: *user, error: "503".into() };
        bench.plugin_says(Edge::Published(users.iter().map(failed).collect::<Vec<_>>().into()));
        bench.later(Duration::from_secs(61));
    });
    let said: Vec<_> = lines.iter().filter(|line| line.contains("503")).collect();
    assert!(said.len() == 2 && said[1].contains(&format!("count={}", WORKERS - 1)), "{said:#?}");
}

#[test]
fn a_link_that_comes_and_goes_is_told_as_it_does_and_then_once_a_minute() {
    let mut bench = Bench::new(Role::PresenceSource);
    let lines = logged(tracing::Level::INFO, || {
        for _ in 0..300 {
            let why = "connected to T-Server `lab`, which has no connection to its switch".into();
            let (up, down) = (Report::Up { server: "lab".into() }, Report::Down { cause: "closed".into() });
            bench.turn(Event::TServer(LINK, vec![Report::Waiting { why }, up, down]));
            bench.later(Duration::from_secs(1));
        }
    });
    let said: Vec<_> = lines.iter().filter(|line| line.contains("link is") || line.contains("its switch")).collect();
    assert!((15..=10 + 3 * 6).contains(&said.len()), "{said:#?}");
    assert!(said[..9].chunks(3).all(|told| told[0].contains("switch") && told[1].contains("up")), "{said:#?}");
    let counted = said.iter().any(|line| line.contains("link is down: closed") && line.contains("count=59"));
    assert!(counted, "{said:#?}");
    bench.later(Duration::from_secs(400));
    let lines = logged(tracing::Level::INFO, || {
        bench.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
    });
    assert!(lines.iter().any(|line| line.contains("T-Server link is up")), "{lines:#?}");
}
