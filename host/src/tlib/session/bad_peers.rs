//! What no T-Server should send, and what it answers otherwise than asked: nothing is lost, every request ends, nothing
//! floods.

use super::{
    tests::{CONNECTED, HELLO, Talk},
    *,
};
use crate::agent_link::{Cause, Event, EventKind, NO_CODE};

const SECOND: Duration = Duration::from_secs(1);

fn unreadable(report: &Report) -> Option<(&str, Cause)> {
    match report {
        Report::Event(Event { this_dn, kind: EventKind::Unreadable(_) }, cause) => Some((this_dn, *cause)),
        _ => None,
    }
}

#[test]
fn bad_lines_close_nothing_and_every_dn_is_read_again_once() {
    let mut talk = Talk::up();
    talk.hears("nonsense");
    talk.hears("HTTP/1.1 400 Bad Request");
    talk.hears(r#"{"messageName":7}"#);
    talk.hears(r#"{"messageName":"EventOfTomorrow","thisDN":"1"}"#);
    talk.hears(r#"{"messageName":"LinkOfTomorrow"}"#);
    let reports = talk.reports();
    let others =
        |report: &Report| matches!(report, Report::Event(Event { kind: EventKind::Other(_), .. }, Cause::Elsewhere));
    let doubts = reports.iter().filter(|report| unreadable(report) == Some(("", Cause::Elsewhere))).count();
    assert!(
        doubts == 1 && reports.len() == 3 && reports.iter().filter(|report| others(report)).count() == 2,
        "{reports:?}"
    );
    assert!(talk.session.is_up());
}

#[test]
fn a_letter_of_another_character_set_takes_no_event_with_it() {
    let mut talk = Talk::up();
    let line =
        b"{\"messageName\":\"EventRinging\",\"thisDN\":\"1\",\"connID\":\"a1\",\"userData\":{\"N\":\"M\xfcller\"}}";
    talk.session.line(line, talk.now).unwrap();
    let reports = talk.reports();
    let [Report::Event(Event { kind: EventKind::Call(call, _), .. }, _)] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(call.user_data.as_ref().unwrap().str("N"), Some("M\u{fffd}ller"));
}

#[test]
fn what_is_needed_and_unreadable_puts_its_dn_in_doubt_and_still_answers() {
    let mut talk = Talk::up();
    talk.asks(3);
    talk.hears(r#"{"messageName":"EventRinging","thisDN":"5002","connID":5}"#);
    talk.hears(r#"{"messageName":"EventEstablished","referenceID":1,"thisDN":"5002"}"#);
    let reports = talk.reports();
    let doubts = reports.iter().map(unreadable).collect::<Vec<_>>();
    assert_eq!(doubts, [Some(("5002", Cause::Elsewhere)), Some(("5002", Cause::Request(Ticket(3))))]);
}

#[test]
fn an_event_of_no_dn_that_can_be_read_puts_every_dn_in_doubt_once_a_minute_at_the_most() {
    let mut talk = Talk::up();
    let odd = r#"{"messageName":"EventAgentNotReady","thisDN":{"a":1}}"#;
    let doubts = |talk: &mut Talk| {
        let reports = talk.reports();
        assert!(reports.iter().all(|report| unreadable(report) == Some(("", Cause::Elsewhere))), "{reports:?}");
        reports.len()
    };
    talk.hears(odd);
    assert_eq!(doubts(&mut talk), 1);
    (0..100).for_each(|_| talk.hears(odd));
    assert_eq!(doubts(&mut talk), 0);
    let due = talk.session.deadline().expect("the others are not forgotten");
    assert!(due <= talk.now + 60 * SECOND);
    talk.now += 60 * SECOND;
    talk.session.tick(talk.now).unwrap();
    assert_eq!(doubts(&mut talk), 1);
    talk.now += 600 * SECOND;
    talk.session.line(b"{\"messageName\":\"EventOfTomorrow\",\"thisDN\":\"1\"}", talk.now).unwrap();
    talk.session.tick(talk.now).unwrap();
    let told = talk.reports();
    assert!(!told.iter().any(|report| unreadable(report).is_some()), "{told:?}");
}

#[test]
fn what_names_no_dn_while_nothing_is_served_uses_up_no_minute() {
    let mut talk = Talk::up();
    let odd = r#"{"messageName":"EventAgentNotReady","thisDN":{"a":1}}"#;
    talk.session.line(br#"{"messageName":"LinkRole","role":"backup"}"#, talk.now).unwrap();
    talk.hears(odd);
    talk.hears(r#"{"messageName":"LinkRole","role":"primary"}"#);
    talk.reports();
    talk.hears(odd);
    assert_eq!(talk.reports().iter().filter(|report| unreadable(report).is_some()).count(), 1);
}

#[test]
fn every_answer_ends_its_request() {
    for (answer, dn) in [
        (r#"{"messageName":"EventAgentReady","referenceID":1,"thisDN":"5002"}"#, Some("5002")),
        (r#"{"messageName":"EventAgentLogin","referenceID":1,"thisDN":"5002"}"#, Some("5002")),
        (r#"{"messageName":"EventAgentNotReady","referenceID":1,"thisDN":"7777"}"#, Some("7777")),
        (r#"{"messageName":"EventAgentNotReady","referenceID":"1","thisDN":5002}"#, Some("5002")),
        (r#"{"messageName":"EventACK","referenceID":1}"#, Some("")),
        (r#"{"messageName":"EventACK","referenceID":1,"thisDN":[]}"#, Some("")),
        (r#"{"messageName":"EventOfTomorrow","referenceID":1}"#, Some("")),
        (r#"{"messageName":"RequestAgentNotReady","referenceID":1,"thisDN":"5002"}"#, Some("5002")),
        (r#"{"messageName":"EventLinkDisconnected","referenceID":1}"#, Some("")),
        (r#"{"messageName":"EventAgentNotReady","referenceID":1}"#, None),
        (r#"{"messageName":"EventAgentNotReady","referenceID":1,"thisDN":{}}"#, None),
        (r#"{"messageName":"EventError","referenceID":1}"#, None),
        (r#"{"messageName":"EventError","referenceID":1,"errorCode":"none"}"#, None),
    ] {
        let mut talk = Talk::up();
        talk.asks(3);
        talk.hears(answer);
        match (&talk.reports()[..], dn) {
            ([Report::Event(event, Cause::Request(Ticket(3)))], Some(dn)) => {
                assert_eq!(&*event.this_dn, dn, "{answer}");
            }
            ([Report::Refused(Ticket(3), refusal)], None) => {
                let code = answer.contains("EventError").then_some(NO_CODE);
                assert_eq!((refusal.code, refusal.behaviour), (code, Behaviour::Retry), "{answer}");
            }
            (other, _) => panic!("{answer}: {other:?}"),
        }
        assert_eq!((talk.session.room(), talk.session.pending.len()), (65_536, 0));
        talk.now += Duration::from_secs(11);
        talk.session.tick(talk.now).unwrap();
        assert!(talk.reports().is_empty());
    }
}

#[test]
fn reference_ids_of_others_lose_no_event() {
    let mut talk = Talk::up();
    talk.asks(3);
    for id in ["4294967295", "2", "-1", "99999999999999999999", "\"x\"", "1.5", "{}", "true", "0"] {
        talk.hears(&format!(r#"{{"messageName":"EventAgentReady","referenceID":{id},"thisDN":"5002"}}"#));
        assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Elsewhere)]), "{id}");
    }
    assert_eq!(talk.session.pending.len(), 1);
}

#[test]
fn a_role_that_is_no_role_closes() {
    let role = |word: &str| format!(r#"{{"messageName":"LinkRole","role":{word}}}"#);
    for word in ["\"third\"", "1", "null"] {
        assert!(Talk::up().closes_at(&role(word)).contains("`role`"), "{word}");
    }
    let told = Talk::begin().closes_at(&HELLO.replace("primary", "standby"));
    assert_eq!(told, "LinkHello: attribute `role` must be `primary` or `backup`");
    let mut talk = Talk::up();
    talk.hears(&role("\"Primary\""));
    assert!(talk.reports().is_empty() && talk.session.is_up());
}

#[test]
fn nothing_comes_before_the_hello() {
    for line in [
        r#"{"messageName":"LinkHeartbeat","number":1}"#,
        r#"{"messageName":"LinkRole","role":"primary"}"#,
        r#"{"messageName":"EventAgentReady","thisDN":"1"}"#,
    ] {
        assert!(Talk::begin().closes_at(line).ends_with("came before the T-Server's LinkHello"), "{line}");
    }
}

#[test]
fn a_role_that_flaps_is_given_up() {
    let mut talk = Talk::up();
    let flap = |talk: &mut Talk| {
        talk.hears(r#"{"messageName":"LinkRole","role":"primary"}"#);
        talk.now += SECOND;
        talk.session.line(br#"{"messageName":"LinkRole","role":"backup"}"#, talk.now)
    };
    for _ in 0..4 {
        assert_eq!(flap(&mut talk), Ok(()));
        assert!(matches!(talk.reports()[..], [.., Report::Down { .. }, Report::Standby]));
    }
    let closing = flap(&mut talk).unwrap_err();
    assert!(closing.0.contains("again and again"), "{closing:?}");
    assert!(!talk.session.close(closing, talk.now).settled);
}

#[test]
fn a_link_that_was_up_for_a_while_has_settled() {
    for (time, settled) in [(SETTLED - SECOND, false), (SETTLED, true)] {
        let mut talk = Talk::up();
        talk.now += time;
        assert_eq!(talk.session.close(Closing("gone".into()), talk.now).settled, settled);
    }
    let never = Talk::begin().session.close(Closing("gone".into()), Instant::now());
    assert_eq!((never.was_up, never.settled), (false, false));
}

#[test]
fn heartbeats_are_answered_within_bounds() {
    let mut talk = Talk::up();
    for second in 1..=2 {
        for number in 0..100_000 {
            talk.hears(&format!(r#"{{"messageName":"LinkHeartbeat","number":{number}}}"#));
        }
        assert_eq!(talk.says().lines().count(), 10, "in second {second}");
        talk.now += SECOND;
    }
    talk.hears(r#"{"messageName":"LinkHeartbeat","number":7}"#);
    assert_eq!(talk.says(), "{\"messageName\":\"LinkHeartbeatAck\",\"number\":7}\n");
}

#[test]
fn our_own_pause_is_not_charged_to_the_t_server() {
    let pause = 30 * SECOND;
    let mut talk = Talk::up();
    talk.asks(3);
    talk.now += pause;
    talk.session.paused(pause, talk.now);
    talk.session.tick(talk.now).unwrap();
    assert!(talk.reports().is_empty(), "the answer may be there already, unread");
    talk.hears(r#"{"messageName":"EventAgentNotReady","referenceID":1,"thisDN":"5002"}"#);
    assert!(matches!(talk.reports()[..], [Report::Event(_, Cause::Request(Ticket(3)))]));
    let mut greeting = Talk::begin();
    greeting.now += pause;
    greeting.session.paused(pause, greeting.now);
    greeting.session.tick(greeting.now).unwrap();
    greeting.hears(HELLO);
}

#[test]
fn whoever_does_not_read_is_not_answered() {
    let mut talk = Talk::up();
    for _ in 0..3600 {
        for number in 0..10 {
            talk.hears(&format!(r#"{{"messageName":"LinkHeartbeat","number":{number}}}"#));
        }
        talk.now += SECOND;
    }
    assert!(talk.session.output.len() < 65 * 1024, "{} bytes", talk.session.output.len());
}

#[test]
fn what_a_t_server_calls_itself_and_why_it_refuses_is_fit_to_be_shown() {
    let mut talk = Talk::begin();
    talk.hears(&HELLO.replace("\"ts\"", r#""t\ns\u001b[2J""#));
    talk.hears(CONNECTED);
    assert!(matches!(&talk.reports()[0], Report::Up { server } if &**server == "t\\ns\\u{1b}[2J"));
    let refused = Talk::begin().closes_at(r#"{"messageName":"LinkRefused","reason":"a\nb"}"#);
    assert_eq!(refused, "the T-Server refused us: a\\nb");
    let silent = Talk::begin().closes_at(r#"{"messageName":"LinkRefused"}"#);
    assert_eq!(silent, "the T-Server refused us: ");
}
