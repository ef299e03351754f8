//! Requests of the owner and of others, and signs of life.

use crate::{body, front_end::Pair, subscribed};
use std::time::Duration;
use uc_sip::message::{Message, Name, Response};
use uc_sip::silence::Patience;
use uc_sip::transaction::TransactionId;
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

const BOB: (&str, &str) = ("Contact", "<sip:bob@192.0.2.7>");

/// An INVITE under way.
fn inviting(pair: &mut Pair) -> (TransactionId, Message) {
    pair.take_events();
    let invite = pair.agent.own_request("INVITE", "sip:bob@example.com").body("application/sdp", "v=0");
    let id = pair.agent.request(invite, pair.now).unwrap();
    (id, pair.next("INVITE"))
}

fn answer(pair: &mut Pair, invite: &Message, status: u16, tag: &str) {
    pair.deliver(&Response::to(invite, status, "X").tag(tag).field(BOB.0, BOB.1));
}

#[test]
fn whoever_accepts_an_invite_again_is_acknowledged_and_another_one_is_left() {
    for signed in [false, true] {
        let mut pair = Pair::connected(signed);
        let (id, invite) = inviting(&mut pair);
        answer(&mut pair, &invite, 200, "one");
        assert!(matches!(&pair.take_events()[..], [Event::Response(which, _)] if *which == id));
        // In this order: again, another one, that one again.
        for (tag, ends) in [("one", false), ("two", true), ("two", true), ("one", false)] {
            answer(&mut pair, &invite, 200, tag);
            let ack = pair.next("ACK");
            assert_eq!((ack.to().unwrap().tag(), ack.cseq().unwrap().number), (Some(tag), 1));
            assert_ne!(ack.top_via().unwrap().branch(), invite.top_via().unwrap().branch());
            let bye = pair.sent.pop_front();
            assert_eq!(bye.is_some(), ends, "{tag}");
            if let Some(bye) = bye {
                assert_eq!((bye.method(), bye.to().unwrap().tag()), ("BYE", Some(tag)));
                assert_eq!((bye.request_uri(), bye.cseq().unwrap().number), (Some("sip:bob@192.0.2.7"), 2));
                pair.deliver(&Response::to(&bye, 200, "OK"));
            }
            pair.pass(Duration::from_secs(5));
        }
        answer(&mut pair, &invite, 486, "three");
        pair.pass(Duration::from_secs(33));
        answer(&mut pair, &invite, 200, "four");
        assert!(pair.take_events().is_empty() && pair.sent.is_empty(), "it is over");
    }
}

#[test]
fn an_invite_that_is_taken_back_is_cancelled_once_it_rings() {
    // What had come before it is taken back, what comes then, and what is sent of that.
    let cases: [(&[u16], &[u16], &[&str]); 7] = [
        (&[180], &[], &["CANCEL"]),
        (&[180], &[180, 487], &["CANCEL", "ACK"]),
        (&[180], &[200, 200], &["CANCEL", "ACK", "BYE", "ACK"]),
        (&[], &[], &[]),
        (&[], &[100, 183, 487], &["CANCEL", "ACK"]),
        (&[], &[200], &["ACK", "BYE"]),
        (&[], &[486], &["ACK"]),
    ];
    for (before, after, sent) in cases {
        let mut pair = Pair::connected(true);
        let (id, invite) = inviting(&mut pair);
        before.iter().for_each(|status| answer(&mut pair, &invite, *status, "b"));
        pair.agent.cancel(id, pair.now);
        pair.agent.cancel(id, pair.now);
        pair.settle();
        after.iter().for_each(|status| answer(&mut pair, &invite, *status, "b"));
        pair.pass(Duration::from_secs(40));
        let all: Vec<_> = pair.sent.drain(..).collect();
        assert_eq!(all.iter().map(|message| message.method()).collect::<Vec<_>>(), sent, "{before:?} {after:?}");
        for cancel in all.iter().filter(|message| message.method() == "CANCEL") {
            assert_eq!(cancel.top_via().unwrap().branch(), invite.top_via().unwrap().branch());
            assert_eq!((cancel.request_uri(), cancel.call_id()), (invite.request_uri(), invite.call_id()));
            assert_eq!((cancel.get(Name::From), cancel.get(Name::To)), (invite.get(Name::From), invite.get(Name::To)));
            assert_eq!((cancel.get(Name::CSeq), cancel.body()), (Some("1 CANCEL"), &b""[..]));
            pair.deliver(&Response::to(cancel, 200, "OK").tag("b"));
        }
        assert!(pair.take_events().is_empty(), "nobody waits for it: {before:?} {after:?}");
    }
}

#[test]
fn an_invite_that_rings_too_long_is_cancelled_and_told() {
    let mut pair = Pair::connected(false);
    let (id, invite) = inviting(&mut pair);
    answer(&mut pair, &invite, 180, "b");
    pair.pass(Duration::from_secs(179));
    assert!(pair.sent.is_empty());
    pair.pass(Duration::from_secs(2));
    pair.next("CANCEL");
    assert!(matches!(pair.take_events()[..], [Event::NoResponse(which)] if which == id));
    answer(&mut pair, &invite, 200, "b");
    pair.next("ACK");
    pair.next("BYE");
    pair.pass(Duration::from_secs(200));
    assert!(pair.take_events().is_empty());
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
