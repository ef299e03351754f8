//! Requests of the owner and of others, and signs of life.

use crate::{body, front_end::Pair, subscribed};
use std::time::Duration;
use uc_sip::message::Response;
use uc_sip::silence::Patience;
use uc_sip::user_agent::Event;

#[test]
fn requests_of_the_owner_get_answers_or_time_out_and_a_refused_invite_is_acknowledged() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    let service = pair.agent.own_request("SERVICE", "sip:alice@example.com").body("text/xml", "<p/>");
    let id = pair.agent.request(service, pair.now).unwrap();
    let request = pair.next("SERVICE");
    pair.deliver(&Response::to(&request, 409, "Conflict").tag("s"));
    assert!(
        matches!(&pair.take_events()[..], [Event::Response(which, message)] if *which == id && message.status() == Some(409))
    );
    let invite = pair.agent.own_request("INVITE", "sip:bob@example.com");
    let id = pair.agent.request(invite, pair.now).unwrap();
    let request = pair.next("INVITE");
    pair.deliver(&Response::to(&request, 180, "Ringing").tag("s"));
    pair.pass(Duration::from_secs(60));
    assert!(pair.take_events().is_empty(), "it may ring");
    pair.deliver(&Response::to(&request, 486, "Busy Here").tag("s"));
    let ack = pair.next("ACK");
    assert_eq!(ack.top_via().unwrap().branch(), request.top_via().unwrap().branch());
    assert!(matches!(&pair.take_events()[..], [Event::Response(which, _)] if *which == id));
    let silent = pair.agent.own_request("SERVICE", "sip:alice@example.com");
    let id = pair.agent.request(silent, pair.now).unwrap();
    pair.pass(Duration::from_secs(33));
    assert!(matches!(pair.take_events()[..], [Event::NoResponse(which)] if which == id));
}

#[test]
fn invites_cancels_and_unknown_methods_are_sorted() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    let head = |method: &str| {
        format!(
            "{method} sip:alice@example.com SIP/2.0\nVia: SIP/2.0/TLS h\nFrom: <sip:bob@b>;tag=1\n\
             To: <sip:alice@example.com>\nCall-ID: inv\nCSeq: 1 {method}"
        )
    };
    pair.request(&head("INVITE"), "");
    pair.request(&head("INVITE"), "");
    let events = pair.take_events();
    let [Event::Request(invite)] = &events[..] else { panic!("{events:?}") };
    pair.request(&head("CANCEL"), "");
    assert_eq!(pair.next("CANCEL").status(), Some(200));
    pair.agent.reply(&Response::to(invite, 487, "Request Terminated").tag("t"), pair.now).unwrap();
    assert_eq!(pair.next("INVITE").status(), Some(487));
    pair.take_events();
    pair.request(&head("ACK"), "");
    pair.request(&head("CANCEL"), "");
    assert_eq!(pair.next("CANCEL").status(), Some(481));
    pair.request(&head("PUBLISH"), "");
    assert_eq!(pair.next("PUBLISH").status(), Some(405));
    assert!(pair.take_events().is_empty());
}

#[test]
fn empty_lines_go_out_on_an_idle_connection_only() {
    let (mut pair, id, _) = subscribed(true);
    pair.pass(Duration::from_secs(150));
    assert!(pair.agent.change(id, body("add u4"), body("all+u4"), pair.now));
    let change = pair.next("SUBSCRIBE");
    pair.accept(&change, "36000", "");
    pair.pass(Duration::from_secs(150));
    assert_eq!(pair.keep_alives, 0, "the SUBSCRIBE kept it alive");
    pair.take_events();
    pair.pass(Duration::from_secs(1000));
    assert!((6..=10).contains(&pair.keep_alives), "two empty lines every 200 s: {}", pair.keep_alives);
}

#[test]
fn a_silent_server_is_asked_once_and_then_given_up() {
    let mut pair = Pair::with_patience(Patience::of(Duration::from_secs(25)));
    pair.take_events();
    pair.pass(Duration::from_secs(10));
    let probe = pair.next("OPTIONS");
    assert_eq!(probe.request_uri(), Some("sip:example.com"));
    // Any answer is a sign of life, and nobody else's business.
    pair.deliver(&Response::to(&probe, 483, "Too Many Hops").tag("s"));
    assert!(pair.take_events().is_empty());
    pair.pass(Duration::from_secs(24));
    pair.next("OPTIONS");
    assert!(pair.take_events().is_empty() && pair.sent.is_empty());
    pair.pass(Duration::from_secs(1));
    assert!(matches!(pair.take_events()[..], [Event::Silent(_)]));
    pair.pass(Duration::from_secs(100));
    assert!(pair.take_events().is_empty(), "it is said once");
}

#[test]
fn a_server_that_talks_is_not_asked_and_one_that_never_answers_register_is_given_up() {
    let mut pair = Pair::with_patience(Patience::of(Duration::from_secs(25)));
    pair.take_events();
    for _ in 0..10 {
        pair.pass(Duration::from_secs(9));
        pair.agent.heard(pair.now);
    }
    assert!(pair.sent.is_empty(), "{:?}", pair.sent);

    let now = pair.now;
    pair.agent.connected("127.0.0.1:40002", "TLS", now);
    while pair.agent.poll_transmit().is_some() {}
    let mut last = now;
    while let Some(at) = pair.agent.poll_timeout() {
        pair.agent.handle_timeout(at);
        last = at;
        match pair.agent.poll_event() {
            Some(Event::Silent(_)) => break,
            None => assert!(pair.agent.poll_transmit().is_none(), "there is nothing to sign with yet"),
            Some(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(last - now, Duration::from_secs(25));
}
