//! What the server asks over the connection that it was called by: of nobody here, and of an endpoint at which nobody sits.

use super::server::{MANNERS, World, address, welcome};
use crate::crowd::Manners;
use std::time::Duration;
use uc_sip::message::{Limits, Message};

/// What is said over the connection to a message.
fn said_to(world: &mut World, message: Vec<u8>) -> Option<u16> {
    world.crowd.receive(Message::parse(message.into(), &Limits::default()).unwrap(), world.now);
    let answer = world.crowd.poll_transmit()?;
    Message::parse(answer, &Limits::default()).unwrap().status()
}

/// A message of RFC 4475.
fn torture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../sip/tests/torture/{name}.dat", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn request(method: &str, who: &str, tag: &str) -> Vec<u8> {
    let text = format!(
        "{method} sip:{who} SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK{method}{tag}\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:{who}>{tag}\r\nCall-ID: {method}{tag}\r\nCSeq: 1 {method}\r\nEvent: presence\r\n\
         Subscription-State: active\r\nContent-Length: 0\r\n\r\n"
    );
    text.into_bytes()
}

#[test]
fn requests_for_nobody_here_get_the_verdict_that_they_get_at_the_port() {
    let mut world = World::new(MANNERS);
    for (name, status) in [
        ("intmeth", Some(405)),
        ("badvers", Some(505)),
        ("unkscm", Some(416)),
        ("bext01", Some(420)),
        ("baddate", Some(400)),
        ("mismatch01", Some(400)),
        ("regaut01", Some(405)),
        ("esc01", Some(404)),
        ("zeromf", Some(404)),
        ("wsinv", Some(481)),
        ("unreason", None),
        ("bcast", None),
    ] {
        assert_eq!(said_to(&mut world, torture(name)), status, "{name}");
    }
    for (method, tag, status) in [
        ("NOTIFY", "", Some(481)),
        ("NOTIFY", ";tag=x", Some(481)),
        ("BENOTIFY", ";tag=x", None),
        ("BYE", ";tag=x", Some(481)),
        ("INVITE", "", Some(404)),
        ("OPTIONS", "", Some(404)),
        ("ACK", "", None),
    ] {
        assert_eq!(said_to(&mut world, request(method, "nobody@example.com", tag)), status, "{method} {tag}");
    }
}

#[test]
fn nobody_can_be_written_to_at_an_agents_endpoint() {
    let mut world = World::new(Manners { at_start: true, ..MANNERS });
    world.watch(0..1);
    world.run(Duration::from_secs(1), welcome);
    for (method, tag, status) in [
        ("MESSAGE", "", Some(480)),
        ("INVITE", "", Some(480)),
        ("MESSAGE", ";tag=x", Some(481)),
        ("BYE", ";tag=x", Some(481)),
        ("INFO", ";tag=x", Some(481)),
        ("OPTIONS", "", Some(200)),
    ] {
        assert_eq!(said_to(&mut world, request(method, &address(0), tag)), status, "{method} {tag}");
    }
}

/// A notify in the dialog of a SUBSCRIBE, to somebody else or to nobody that can be read.
fn misdirected(subscribe: &Message, method: &str, to: &str) -> Message {
    let text = format!(
        "{method} sip:x SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=fe\r\nTo: {to}\r\n\
         Call-ID: {}\r\nCSeq: 2 {method}\r\nEvent: x\r\nSubscription-State: active\r\nContent-Length: 0\r\n\r\n",
        subscribe.call_id().unwrap()
    );
    Message::parse(text.into(), &Limits::default()).unwrap()
}

#[test]
fn a_notify_that_names_nobody_here_is_of_the_dialog_with_its_call_id() {
    for method in ["NOTIFY", "BENOTIFY"] {
        for to in ["<sip:nobody@example.com>;tag=x", "<sip:;tag=x"] {
            let mut world = World::new(Manners { at_start: true, ..MANNERS });
            world.watch(0..3);
            let subscribes = std::cell::RefCell::new(Vec::new());
            world.run(Duration::from_secs(1), |request| {
                subscribes.borrow_mut().extend(Some(request.clone()).filter(|request| request.method() == "SUBSCRIBE"));
                welcome(request)
            });
            let subscribe = subscribes.borrow_mut().remove(1);
            world.log.clear();
            world.crowd.receive(misdirected(&subscribe, method, to), world.now);
            world.run(Duration::from_secs(2), welcome);
            let asks: Vec<_> = world.log.iter().filter(|(_, method, _)| method == "SUBSCRIBE").collect();
            let own = subscribe.from().unwrap().uri;
            assert!(matches!(&*asks, [(_, _, user)] if user == own), "{method} {to}: {asks:?}");
            assert_eq!(world.crowd.told().counts.doubted, 1, "{method} {to}");
        }
    }
}
