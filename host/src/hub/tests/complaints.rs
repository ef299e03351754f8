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

#[test]
fn a_t_server_that_never_does_what_is_asked_is_told_and_its_link_works_in_part() {
    type Answers = fn(&mut Bench, Outgoing);
    // What becomes of anything but a registration; true: each registration ends at once as well.
    let ways: [(&str, bool, Answers); 4] = [
        ("no licence", false, |bench, asked| {
            let agent_id = if &**asked.request.this_dn() == "5003" { "1002" } else { "1001" };
            let message = format!("no licence at {} for {agent_id}", asked.request.this_dn()).into();
            let refusal = Refusal { code: Some(40), message, behaviour: Behaviour::Retry };
            bench.turn(Event::TServer(LINK, vec![Report::Refused(asked.ticket, refusal)]));
        }),
        ("did not answer", false, |bench, asked| {
            let refusal = Refusal { code: None, message: "late".into(), behaviour: Behaviour::Retry };
            bench.turn(Event::TServer(LINK, vec![Report::Refused(asked.ticket, refusal)]));
        }),
        ("LoggedOut", false, |bench, asked| {
            bench.t_server(asked.request.this_dn(), EventKind::Acknowledged, Some(asked.ticket));
        }),
        ("EventUnregistered", true, |bench, asked| {
            let (dn, kind) = willing(&asked.request).unwrap();
            bench.t_server(&dn, kind, Some(asked.ticket));
        }),
    ];
    for (words, unregisters, answers) in ways {
        let mut bench = Bench::new(Role::PresenceSource);
        bench.link_up();
        let lines = warnings(|| {
            (0..2).for_each(|user| bench.presence(user, Availability::Available));
            for _ in 0..300 {
                for asked in std::mem::take(&mut bench.out.requests) {
                    match willing(&asked.request).filter(|_| matches!(asked.request, Request::RegisterAddress { .. })) {
                        Some((dn, kind)) => bench.t_server(&dn, kind, Some(asked.ticket)),
                        None => answers(&mut bench, asked),
                    }
                }
                if unregisters {
                    ["5001", "5003"].iter().for_each(|dn| bench.t_server(dn, EventKind::Unregistered, None));
                }
                bench.later(Duration::from_secs(1));
            }
        });
        let said: Vec<_> = lines.iter().filter(|line| line.contains(words)).collect();
        assert!((2..=6).contains(&said.len()) && said[1].contains("count="), "{words}: {lines:#?}");
        let link = |bench: &Bench| bench.out.works[&format!("{:?}", Part::Link(LINK))].clone();
        assert!(unregisters || link(&bench).starts_with("InPart("), "{words}: {}", link(&bench));
        for _ in 0..70 {
            bench.play();
            bench.later(Duration::from_secs(60));
        }
        assert_eq!(link(&bench), "Well", "{words}");
    }
}
