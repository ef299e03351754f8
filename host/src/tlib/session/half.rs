//! Conversations with one half of a redundant pair.

use super::{
    tests::{CONNECTED, HELLO, Talk},
    *,
};
use crate::agent_link::{Cause, Event, EventKind, RegisterMode};
use std::time::Duration;

const PRIMARY: &str = r#"{"messageName":"LinkRole","role":"primary"}"#;
const BACKUP: &str = r#"{"messageName":"LinkRole","role":"backup"}"#;
const REGISTERED: &str = r#"{"messageName":"EventRegistered","referenceID":1,"thisDN":"5002"}"#;

fn half(config: Config) -> Talk {
    let mut talk = Talk::with(config);
    talk.session.of_pair = true;
    talk
}

fn backup() -> Talk {
    let mut talk = half(Config::new("hq", "localhost:1"));
    talk.hears(&HELLO.replace("primary", "backup"));
    assert!(matches!(talk.reports()[..], [Report::Standby]));
    talk
}

fn registers(talk: &mut Talk, ticket: u64) {
    let request = Request::RegisterAddress { this_dn: "5002".into(), mode: RegisterMode::Share };
    talk.session.send(&Outgoing::of(Ticket(ticket), request), talk.now);
}

#[test]
fn a_backup_takes_registrations_alone_once_it_has_its_switch_and_tells_what_happens() {
    let mut talk = backup();
    registers(&mut talk, 1);
    assert_eq!(talk.refusal().1.behaviour, Behaviour::Unsent);
    talk.hears(CONNECTED);
    assert!(matches!(&talk.reports()[..], [Report::Event(Event { kind: EventKind::CtiLink(true), .. }, _)]));
    registers(&mut talk, 2);
    talk.hears(REGISTERED);
    let told = talk.reports();
    assert!(matches!(&told[..], [Report::Event(_, Cause::Request(Ticket(2)))]), "{told:?}");
    talk.asks(3);
    assert_eq!(talk.refusal().1.behaviour, Behaviour::Unsent);
    talk.hears(r#"{"messageName":"EventAgentLogout","thisDN":"5002"}"#);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Elsewhere)]));
}

#[test]
fn a_change_of_role_ends_open_requests_and_nothing_else() {
    let mut talk = backup();
    talk.hears(CONNECTED);
    registers(&mut talk, 1);
    talk.reports();
    talk.hears(PRIMARY);
    assert!(matches!(talk.reports()[..], [Report::Up { .. }]), "its registration goes on");
    talk.hears(REGISTERED);
    talk.asks(2);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Request(Ticket(1)))]));
    talk.hears(BACKUP);
    assert!(matches!(talk.reports()[..], [Report::Refused(Ticket(2), _), Report::Standby]));
    talk.hears(r#"{"messageName":"EventAgentNotReady","referenceID":2,"thisDN":"5002"}"#);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::EarlierRequest)]));
}

#[test]
fn who_becomes_a_backup_before_it_has_its_switch_says_so() {
    let mut talk = half(Config::new("hq", "localhost:1"));
    talk.hears(HELLO);
    talk.hears(r#"{"messageName":"EventLinkDisconnected"}"#);
    assert!(matches!(&talk.reports()[..], [Report::Waiting { .. }]));
    talk.hears(BACKUP);
    assert!(matches!(talk.reports()[..], [Report::Standby]));
    talk.hears(CONNECTED);
    talk.reports();
    registers(&mut talk, 1);
    talk.hears(REGISTERED);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Request(Ticket(1)))]), "it is registered with");
}

/// When it asks for a sign of life, and when it is given up, in seconds of silence; `hears`: something comes so late.
fn silence(talk: &mut Talk, hears: Option<u64>) -> (Option<u64>, Option<u64>) {
    let (begun, mut asked) = (talk.now, None);
    talk.says();
    for second in 1..=200 {
        talk.now = begun + Duration::from_secs(second);
        if hears == Some(second) {
            talk.hears(r#"{"messageName":"LinkHeartbeatAck","number":1}"#);
        }
        if talk.session.tick(talk.now).is_err() {
            return (asked, Some(second));
        }
        asked = asked.or(talk.says().contains("LinkHeartbeat").then_some(second));
    }
    (asked, None)
}

#[test]
fn each_half_asks_and_is_given_up_by_its_own_timers_whatever_its_role() {
    let pair = Config {
        addp_timeout: Duration::from_secs(7),
        addp_remote_timeout: Duration::from_secs(15),
        backup_addp_timeout: Some(Duration::from_secs(30)),
        backup_addp_remote_timeout: Some(Duration::ZERO),
        ..Config::new("hq", "a:1")
    };
    for (config, hello, timeout) in [
        (pair.clone(), r#""addpTimeout":7,"addpRemoteTimeout":15"#, 7),
        (pair.of_backup("b:1"), r#""addpTimeout":30,"addpRemoteTimeout":0"#, 30),
    ] {
        for role in ["primary", "backup"] {
            for hears in [None, Some(timeout + 1)] {
                let mut talk = half(config.clone());
                let said = talk.says();
                assert!(said.contains(hello), "what each side is to expect is told: {said}");
                talk.hears(&HELLO.replace("primary", role));
                talk.hears(CONNECTED);
                let lost = hears.unwrap_or_default() + 2 * timeout;
                assert_eq!(silence(&mut talk, hears), (Some(timeout), Some(lost)), "{role} {hears:?}");
            }
        }
    }
    let mut never = half(Config { backup_addp_timeout: Some(Duration::ZERO), ..pair }.of_backup("b:1"));
    never.hears(HELLO);
    assert_eq!(silence(&mut never, None), (None, None));
}
