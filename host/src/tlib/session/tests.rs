//! Conversations with a [`Session`]: what it writes and reports, line by line, with a clock of our own.

use super::*;
use crate::agent_link::{Cause, Event, EventKind, KvList, Request, WorkMode};
use std::time::Duration;

pub(super) const HELLO: &str =
    r#"{"messageName":"LinkHello","protocol":"tlib","version":1,"name":"ts","role":"primary"}"#;
pub(super) const CONNECTED: &str = r#"{"messageName":"EventLinkConnected"}"#;

pub(super) struct Talk {
    pub(super) session: Session,
    pub(super) now: Instant,
}

impl Talk {
    pub(super) fn begin() -> Self {
        Self::with(Config::new("hq", "localhost:1"))
    }

    pub(super) fn with(config: Config) -> Self {
        // Some way from the epoch of the monotonic clock.
        let now = Instant::now() + Duration::from_secs(10_000);
        let session = Session::new(
            Arc::new(config),
            Some("secret".to_owned().into()),
            Counters::new(),
            Complaints::new("hq"),
            now,
        );
        Self { session, now }
    }

    pub(super) fn up() -> Self {
        let mut talk = Self::begin();
        talk.hears(HELLO);
        talk.hears(CONNECTED);
        talk.session.output.clear();
        talk.session.reports.clear();
        talk
    }

    pub(super) fn hears(&mut self, line: &str) {
        self.session.line(line.as_bytes(), self.now).unwrap();
    }

    pub(super) fn closes_at(&mut self, line: &str) -> String {
        self.session.line(line.as_bytes(), self.now).unwrap_err().0.to_string()
    }

    pub(super) fn asks(&mut self, ticket: u64) {
        let request = Request::AgentNotReady {
            this_dn: "5002".into(),
            this_queue: None,
            work_mode: WorkMode::AuxWork,
            reasons: Default::default(),
            extensions: Default::default(),
        };
        self.session.send(&Outgoing::of(Ticket(ticket), request), self.now);
    }

    pub(super) fn says(&mut self) -> String {
        String::from_utf8(self.session.output.split().to_vec()).unwrap()
    }

    pub(super) fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.session.reports)
    }

    pub(super) fn refusal(&mut self) -> (Ticket, Refusal) {
        match self.reports().as_slice() {
            [Report::Refused(ticket, refusal)] => (*ticket, refusal.clone()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn our_hello_comes_first_and_the_link_is_up_once_the_t_server_has_its_switch() {
    let mut talk = Talk::begin();
    assert_eq!(
        talk.says(),
        "{\"messageName\":\"LinkHello\",\"protocol\":\"tlib\",\"version\":1,\"name\":\"uc-connector\",\
         \"password\":\"secret\",\"addpTimeout\":10,\"addpRemoteTimeout\":20}\n"
    );
    talk.hears(HELLO);
    assert!(talk.reports().is_empty());
    talk.hears(CONNECTED);
    let reports = talk.reports();
    assert!(matches!(&reports[0], Report::Up { server } if &**server == "ts"), "{reports:?}");
    assert!(matches!(&reports[1], Report::Event(Event { kind: EventKind::CtiLink(true), .. }, Cause::Elsewhere)));
}

#[test]
fn a_backup_takes_no_requests_until_it_is_promoted_and_loses_them_when_demoted() {
    let mut talk = Talk::begin();
    talk.hears(&HELLO.replace("primary", "backup"));
    talk.hears(CONNECTED);
    assert!(matches!(talk.reports()[..], [Report::Standby]));
    talk.asks(1);
    assert_eq!(talk.refusal().1.behaviour, Behaviour::Unsent);
    talk.hears(r#"{"messageName":"LinkRole","role":"primary"}"#);
    assert!(matches!(talk.reports()[..], [Report::Up { .. }]));
    talk.asks(2);
    talk.hears(r#"{"messageName":"LinkRole","role":"backup"}"#);
    assert!(matches!(talk.reports()[..], [Report::Refused(Ticket(2), _), Report::Down { .. }, Report::Standby]));
}

#[test]
fn what_is_no_proper_greeting_closes() {
    for (line, told) in [
        (CONNECTED, "EventLinkConnected came before the T-Server's LinkHello"),
        (r#"{"messageName":"LinkRefused","reason":"unknown client"}"#, "refused us: unknown client"),
        (r#"{"messageName":"LinkHello","protocol":"preview","version":1,"name":"x"}"#, "speaks `preview` version 1"),
        (r#"{"messageName":"LinkHello","protocol":"tlib","version":2,"name":"x"}"#, "version 2"),
        (r#"{"messageName":"LinkHello","protocol":"tlib","version":"one","name":"x"}"#, "`version` must be an integer"),
    ] {
        let cause = Talk::begin().closes_at(line);
        assert!(cause.contains(told), "{cause}");
    }
    assert!(Talk::up().closes_at(HELLO).contains("second LinkHello"));
    let mut silent = Talk::begin();
    silent.now += Duration::from_secs(10);
    assert!(silent.session.tick(silent.now).unwrap_err().0.contains("no LinkHello"));
}

#[test]
fn why_nothing_comes_of_a_t_server_without_its_switch_is_told_once() {
    const DISCONNECTED: &str = r#"{"messageName":"EventLinkDisconnected"}"#;
    const PRIMARY: &str = r#"{"messageName":"LinkRole","role":"primary"}"#;
    const BACKUP: &str = r#"{"messageName":"LinkRole","role":"backup"}"#;
    let backup = &*HELLO.replace("primary", "backup");
    // What it says, a second apart, and what is told in the minute after: w no switch, s silence, u up, b backup.
    for (says, expected) in [
        (&[HELLO, CONNECTED][..], "u"),
        (&[HELLO], "s"),
        (&[HELLO, DISCONNECTED, DISCONNECTED, DISCONNECTED], "w"),
        (&[HELLO, DISCONNECTED, CONNECTED, DISCONNECTED], "wu"),
        (&[backup], "b"),
        (&[backup, DISCONNECTED], "b"),
        (&[backup, PRIMARY], "bs"),
        (&[backup, DISCONNECTED, PRIMARY, BACKUP, PRIMARY], "bwbw"),
        (&[HELLO, BACKUP], "b"),
        (&[HELLO, BACKUP, BACKUP], "b"),
        (&[HELLO, BACKUP, CONNECTED, PRIMARY], "bu"),
        (&[HELLO, DISCONNECTED, BACKUP, CONNECTED], "wb"),
        (&[HELLO, CONNECTED, DISCONNECTED, BACKUP, PRIMARY, CONNECTED], "ubwu"),
    ] {
        let (mut talk, mut told) = (Talk::begin(), String::new());
        for second in 0..60 {
            says.get(second).into_iter().for_each(|line| talk.hears(line));
            talk.now += Duration::from_secs(1);
            talk.hears("{\"messageName\":\"LinkHeartbeat\"}");
            talk.session.tick(talk.now).unwrap();
            told.extend(talk.reports().iter().filter_map(|report| match report {
                Report::Waiting { why } if why.contains("no connection to its switch") => Some('w'),
                Report::Waiting { why } if why.contains("within 10 s") => Some('s'),
                Report::Up { .. } => Some('u'),
                Report::Standby => Some('b'),
                _ => None,
            }));
        }
        assert_eq!(told, expected, "{says:?}");
        let waited = talk.session.close(Closing("gone".into()), talk.now).waited;
        assert_eq!(waited, told.ends_with(['w', 's']), "{says:?}");
    }
}

#[test]
fn an_event_answers_the_request_of_its_reference_id_once() {
    let mut talk = Talk::up();
    talk.asks(77);
    assert_eq!(
        talk.says(),
        "{\"messageName\":\"RequestAgentNotReady\",\"referenceID\":1,\"thisDN\":\"5002\",\
         \"agentWorkMode\":\"AuxWork\"}\n"
    );
    let event = r#"{"messageName":"EventAgentNotReady","referenceID":1,"thisDN":"5002"}"#;
    talk.hears(event);
    talk.hears(event);
    assert!(matches!(
        talk.reports()[..],
        [Report::Event(_, Cause::Request(Ticket(77))), Report::Event(_, Cause::EarlierRequest)]
    ));
}

#[test]
fn a_foreign_reference_id_is_an_event_all_the_same() {
    let mut talk = Talk::up();
    talk.hears(r#"{"messageName":"EventAgentReady","referenceID":4711,"thisDN":"5002"}"#);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Elsewhere)]));
    talk.hears(r#"{"messageName":"EventError","referenceID":4711,"errorCode":59}"#);
    assert!(talk.reports().is_empty());
}

/// Other clients count from 1 too, and some T-Servers leave the asker's ID in everybody's copy.
#[test]
fn an_id_that_was_ours_is_a_strangers_where_the_event_does_not_fit() {
    let fits = |talk: &mut Talk, event: &str, id: i64, dn: &str| {
        talk.hears(&format!(r#"{{"messageName":"{event}","referenceID":{id},"thisDN":"{dn}"}}"#));
        matches!(talk.reports()[..], [Report::Event(_, Cause::EarlierRequest)])
    };
    let mut talk = Talk::up();
    for ticket in 1..=20 {
        talk.asks(ticket);
        talk.hears(&format!(r#"{{"messageName":"EventAgentNotReady","referenceID":{ticket},"thisDN":"5002"}}"#));
    }
    talk.reports();
    for (event, id, dn, expected) in [
        ("EventAgentReady", 3, "5002", true),
        ("EventAgentReady", 3, "5003", false),
        ("EventAgentReady", 21, "5002", false),
        ("EventAgentLogout", 3, "5002", false),
        ("EventUnregistered", 3, "5002", false),
    ] {
        assert_eq!(fits(&mut talk, event, id, dn), expected, "{event} {id} {dn}");
    }
    talk.now += Duration::from_secs(3600);
    assert!(!fits(&mut talk, "EventAgentReady", 3, "5002"), "of an hour ago");
}

#[test]
fn an_error_is_told_with_its_behaviour() {
    for (code, behaviour) in [(58, Behaviour::Retry), (59, Behaviour::Permanent), (1700, Behaviour::AlreadySo)] {
        let mut talk = Talk::up();
        talk.asks(5);
        talk.hears(&format!(r#"{{"messageName":"EventError","referenceID":1,"errorCode":{code},"errorMessage":"m"}}"#));
        let expected = Refusal { code: Some(code), message: "m".into(), behaviour };
        assert_eq!(talk.refusal(), (Ticket(5), expected));
    }
}

#[test]
fn an_unanswered_request_is_refused_in_time_and_its_late_answer_is_an_event() {
    let mut talk = Talk::up();
    talk.asks(5);
    talk.now += Duration::from_secs(9);
    talk.hears(CONNECTED);
    talk.reports();
    assert_eq!(talk.session.deadline(), Some(talk.now + Duration::from_secs(1)));
    talk.now += Duration::from_secs(1);
    talk.session.tick(talk.now).unwrap();
    assert_eq!(talk.refusal().0, Ticket(5));
    talk.hears(r#"{"messageName":"EventAgentNotReady","referenceID":1,"thisDN":"5002"}"#);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::EarlierRequest)]));
}

#[test]
fn a_silent_t_server_is_asked_and_then_given_up() {
    let mut talk = Talk::up();
    talk.now += Duration::from_secs(10);
    talk.session.tick(talk.now).unwrap();
    assert_eq!(talk.says(), "{\"messageName\":\"LinkHeartbeat\",\"number\":1}\n");
    talk.now += Duration::from_secs(9);
    talk.hears(r#"{"messageName":"LinkHeartbeatAck","number":1}"#);
    talk.now += Duration::from_secs(10);
    talk.session.tick(talk.now).unwrap();
    talk.now += Duration::from_secs(10);
    assert!(talk.session.tick(talk.now).unwrap_err().0.contains("silent"));
}

#[test]
fn heartbeats_are_answered_with_their_number() {
    let mut talk = Talk::up();
    talk.hears(r#"{"messageName":"LinkHeartbeat","number":9}"#);
    assert_eq!(talk.says(), "{\"messageName\":\"LinkHeartbeatAck\",\"number\":9}\n");
}

#[test]
fn closing_refuses_everything_that_waits() {
    let mut talk = Talk::up();
    talk.asks(1);
    talk.asks(2);
    let ended = talk.session.close(Closing("gone".into()), talk.now);
    assert_eq!(ended, Ended { cause: "gone".into(), was_up: true, settled: false, answered: false, waited: false });
    assert!(matches!(talk.reports()[..], [Report::Refused(Ticket(1), _), Report::Refused(Ticket(2), _)]));
}

#[test]
fn a_gap_in_the_links_own_counter_closes() {
    let mut talk = Talk::up();
    let event = |number: u64| format!(r#"{{"messageName":"EventAgentReady","thisDN":"1","linkSequence":{number}}}"#);
    talk.hears(&event(1));
    talk.hears(r#"{"messageName":"EventAgentReady","thisDN":{},"linkSequence":2}"#);
    talk.hears(r#"{"messageName":"EventAgentReady","thisDN":"1"}"#);
    talk.hears(&event(3));
    assert!(talk.closes_at(&event(5)).contains("sequence number 4 expected, 5 received"));
}

#[test]
fn the_t_servers_own_counter_passes_unchecked() {
    let mut talk = Talk::up();
    for number in ["48113207", "48113999", "7", "-1", "\"x\"", "null", "1.5"] {
        talk.hears(&format!(r#"{{"messageName":"EventAgentReady","thisDN":"1","eventSequenceNumber":{number}}}"#));
        assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Elsewhere)]), "{number}");
    }
}

#[test]
fn the_room_for_open_requests_is_told() {
    let mut talk = Talk::with(Config { max_open: 2, ..Config::new("hq", "localhost:1") });
    talk.hears(HELLO);
    talk.hears(CONNECTED);
    talk.asks(1);
    assert_eq!(talk.session.room(), 1);
    talk.asks(2);
    assert_eq!(talk.session.room(), 0);
    talk.hears(r#"{"messageName":"EventAgentReady","referenceID":1,"thisDN":"1"}"#);
    assert_eq!(talk.session.room(), 1);
}

#[test]
fn a_request_whose_answer_would_be_longer_than_a_line_may_be_is_refused_and_never_sent() {
    let mut talk = Talk::up();
    for (letters, sent) in [(196_000, true), (197_000, false), (262_144, false), (3_000_000, false), (10, true)] {
        let mut reasons = KvList::default();
        reasons.push_str("KW_UC_NOTE", "x".repeat(letters));
        let of_state = Request::AgentReady {
            this_dn: "5002".into(),
            this_queue: None,
            work_mode: WorkMode::AuxWork,
            reasons: Default::default(),
            extensions: reasons.into(),
        };
        talk.session.send(&Outgoing::of(Ticket(letters as u64), of_state), talk.now);
        let said = talk.says();
        assert_eq!((said.len() > letters, said.len() <= 262_145), (sent, true), "{letters}: {}", said.len());
        if !sent {
            let (ticket, refusal) = talk.refusal();
            assert_eq!((ticket.0, refusal.behaviour), (letters as u64, Behaviour::Permanent));
            assert!(refusal.message.contains("`max-line`"), "{}", refusal.message);
        }
    }
    assert!(talk.reports().is_empty());
    assert_eq!(talk.session.pending.len(), 2, "nobody waits for what was not sent");
}
