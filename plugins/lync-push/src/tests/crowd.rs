//! Many agents over one connection, in simulated time.

use super::server::{MANNERS, NOTHING_PUBLISHED, World, address, welcome};
use crate::crowd::Manners;
use std::time::Duration;
use uc_plugin_api::UserHandle;
use uc_sip::{
    message::{Limits, Message, Response},
    site,
};

const SECOND: Duration = Duration::from_secs(1);

fn is_of(message: &Message, user: u32) -> bool {
    message.from().is_some_and(|from| from.uri == format!("sip:{}", address(user)))
}

#[test]
fn registrations_take_turns_after_a_loss_too() {
    let mut world = World::new(Manners { at_start: true, ..MANNERS });
    world.watch(0..500);
    world.run(SECOND, welcome);
    let first = world.times("REGISTER");
    assert!((90..=101).contains(&first.len()), "{}", first.len());
    world.run(SECOND * 6, welcome);
    assert_eq!((world.times("REGISTER").len(), world.crowd.census().registered), (500, 500));

    world.log.clear();
    world.crowd.disconnected(world.now);
    assert_eq!(world.crowd.census().registered, 0);
    world.crowd.connected("192.0.2.1:5062", "TLS", world.now);
    world.run(SECOND * 7, welcome);
    assert!((90..=101).contains(&world.times("REGISTER").len()));
    world.run(SECOND * 13, welcome);
    assert_eq!((world.times("REGISTER").len(), world.crowd.census().registered), (500, 500));
}

#[test]
fn of_many_wishes_the_latest_is_published_at_the_agents_own_rate() {
    let mut world = World::new(Manners { at_start: true, ..MANNERS });
    world.watch(0..2);
    world.run(SECOND, welcome);
    world.log.clear();
    for step in 1..=100_u32 {
        world.publish(0, 6000 + step);
        world.run(SECOND + Duration::from_millis(100) * step, welcome);
    }
    world.run(SECOND * 20, welcome);
    let published = world.times("SERVICE");
    assert!((10..=13).contains(&published.len()), "{published:?}");
    assert_eq!(world.crowd.told().counts.published, published.len() as u64 + 2, "and once each when they signed in");
}

#[test]
fn everybody_together_keeps_to_the_rate_of_all() {
    let mut world = World::new(Manners { at_start: true, between_publications: Duration::from_millis(20), ..MANNERS });
    world.watch(0..300);
    world.run(SECOND * 20, welcome);
    world.log.clear();
    (0..300).for_each(|user| world.publish(user, 6500));
    world.run(SECOND * 21, welcome);
    assert!((148..=152).contains(&world.times("SERVICE").len()), "{}", world.times("SERVICE").len());
    world.run(SECOND * 30, welcome);
    assert_eq!(world.times("SERVICE").len(), 300);
}

#[test]
fn an_agent_whose_user_services_went_is_registered_still() {
    for (body, registered) in [("registered;event=userservices-unavailable", 2), ("deregistered;event=rejected", 1)] {
        let mut world = World::new(Manners { at_start: true, ..MANNERS });
        world.watch(0..2);
        world.run(SECOND, welcome);
        let notify = format!(
            "NOTIFY sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:{0}>;tag=fe\r\n\
             To: <sip:{0}>;tag=x\r\nCall-ID: y\r\nCSeq: 1 NOTIFY\r\nEvent: registration-notify\r\n\
             Content-Type: text/registration-event\r\nContent-Length: {1}\r\n\r\n{body}",
            address(1),
            body.len()
        );
        world.crowd.receive(Message::parse(notify.into(), &Limits::default()).unwrap(), world.now);
        assert_eq!(world.crowd.census().registered, registered, "{body}");
    }
}

#[test]
fn one_agents_trouble_is_told_of_that_agent_and_leaves_the_others_alone() {
    for (method, status, more, words) in [
        ("REGISTER", 403, "ms-diagnostics: 4005;reason=\"not enabled\"", "the user is not enabled for SIP"),
        ("REGISTER", 403, "ms-diagnostics: 4006;reason=\"not here\"", "the user is homed in another pool"),
        ("REGISTER", 404, "ms-diagnostics: 1003;reason=\"unknown\"", "the user does not exist on this pool"),
        ("REGISTER", 403, "ms-diagnostics: 4141;reason=\"disabled\"", "the user is disabled: enable it"),
        ("REGISTER", 301, "Contact: <sip:pool2.example.com>", "or else this agent in `accounts` (auth = \"trusted\""),
        (
            "SUBSCRIBE",
            403,
            "ms-diagnostics: 2012;reason=\"too many\"",
            "the server does not tell what the user publishes",
        ),
        ("SERVICE", 403, "ms-diagnostics: 4004;reason=\"not yours\"", "the credentials do not belong to the user"),
        ("SERVICE", 503, "ms-diagnostics: 17000;reason=\"busy\"", "the server is overloaded"),
        ("SERVICE", 409, "", "another endpoint of the user changes the same publications all the time"),
    ] {
        let mut world = World::new(MANNERS);
        world.watch(0..3);
        (0..3).for_each(|user| world.publish(user, 6500));
        world.run(SECOND * 3, |message| match message.method() == method && is_of(message, 1) {
            true => Some((status, more)),
            false => welcome(message),
        });
        let told = world.crowd.told();
        let of = |user| told.outcomes.get(&UserHandle(user)).cloned().unwrap_or_else(|| "nothing".into());
        assert!(of(1).contains(words), "{method} {status}: {}", of(1));
        assert_eq!((of(0), of(2)), (String::new(), String::new()));
        assert!(world.crowd.take_trouble().is_none());
        assert_eq!(world.crowd.census().failing, 1);

        // It may pass: then it works without anybody asking, and soon where the endpoint was refused.
        world.run(SECOND * if method == "REGISTER" { 30 } else { 700 }, welcome);
        assert_eq!(world.crowd.told().outcomes[&UserHandle(1)], "", "{method} {status}");
    }
}

#[test]
fn the_connection_of_one_agent_goes_to_the_pool_that_the_agent_is_sent_to() {
    let mut world = World::new(Manners { at_start: true, alone: true, ..MANNERS });
    world.watch(0..1);
    world.run(SECOND, |message| match message.method() {
        "REGISTER" => Some((301, "Contact: <sip:pool2.example.com>")),
        _ => welcome(message),
    });
    let again = world.crowd.take_trouble().map(|trouble| trouble.again);
    assert_eq!(again, Some(site::Again::At("sip:pool2.example.com".into())));
    let told = world.crowd.told().outcomes.get(&UserHandle(0)).cloned();
    assert!(told.is_some_and(|told| told == "redirected to sip:pool2.example.com"), "nothing is to be configured");
}

#[test]
fn retry_after_is_honoured() {
    let mut world = World::new(MANNERS);
    world.watch(0..1);
    world.publish(0, 6500);
    world.run(SECOND * 59, |message| match message.method() {
        "SERVICE" => Some((503, "Retry-After: 60")),
        _ => welcome(message),
    });
    assert_eq!(world.times("SERVICE").len(), 1);
    world.run(SECOND * 62, welcome);
    assert_eq!(world.times("SERVICE").len(), 2);
}

#[test]
fn nobody_is_registered_for_whom_nothing_is_shown_and_the_server_is_asked_nevertheless() {
    let mut world = World::new(MANNERS);
    world.watch(0..500);
    world.run(SECOND * 5, welcome);
    assert_eq!((world.times("REGISTER").len(), world.times("OPTIONS").len()), (0, 1));
    assert!(world.crowd.is_at_rest());
    world.publish(7, 6500);
    world.run(SECOND * 6, welcome);
    let all: Vec<_> = world.log.iter().map(|(_, method, _)| &**method).collect();
    assert_eq!(all, ["OPTIONS", "REGISTER", "GUARD", "SUBSCRIBE", "SERVICE"], "the guard is right behind");
    world.crowd.withdraw(UserHandle(7), world.now);
    world.run(SECOND * 7, welcome);

    // Only those of whom something is shown come back.
    world.log.clear();
    world.publish(9, 6500);
    world.run(SECOND * 8, welcome);
    world.crowd.disconnected(world.now);
    world.log.clear();
    world.crowd.connected("192.0.2.1:5062", "TLS", world.now);
    world.run(SECOND * 9, welcome);
    let registered: Vec<_> = world.log.iter().filter(|(_, method, _)| method == "REGISTER").collect();
    assert!(matches!(&*registered, [(_, _, user)] if *user == format!("sip:{}", address(9))), "{registered:?}");
}

#[test]
fn a_server_that_says_nothing_is_given_up_and_one_without_agents_is_not() {
    let mut world = World::new(MANNERS);
    world.run(SECOND * 1000, |_| None);
    assert!(world.crowd.take_trouble().is_none());

    let mut world = World::new(MANNERS);
    world.watch(0..3);
    world.run(SECOND * 5, welcome);
    world.run(SECOND * 24, |_| None);
    assert!(world.crowd.take_trouble().is_none());
    world.run(SECOND * 26, |_| None);
    assert!(world.crowd.take_trouble().unwrap().why.contains("has said nothing for 25 s"));
    assert_eq!(world.times("OPTIONS").len(), 2, "one asks for all, at the beginning and when it has said nothing");
}

#[test]
fn nobody_is_let_in_then_another_server_is_tried() {
    let refuse = |_: &Message| Some((503, "Retry-After: 30"));
    let mut world = World::new(Manners { at_start: true, has_choice: true, ..MANNERS });
    world.watch(0..3);
    world.run(SECOND, refuse);
    let trouble = world.crowd.take_trouble().unwrap();
    assert!(matches!(trouble.again, site::Again::After(wait) if wait == SECOND * 30));
    let mut world = World::new(MANNERS);
    world.watch(0..3);
    world.run(SECOND, refuse);
    assert!(world.crowd.take_trouble().is_none(), "there is no other");
}

#[test]
fn one_agent_whom_no_server_has_takes_the_connection_from_nobody() {
    for (status, more) in [
        (401, "WWW-Authenticate: NTLM realm=\"r\", targetname=\"fe\", version=4"),
        (480, ""),
        (500, ""),
        (503, "Retry-After: 30"),
    ] {
        let mut world = World::new(Manners { has_choice: true, ..MANNERS });
        world.watch(0..3);
        (0..3).for_each(|user| world.publish(user, 6500));
        let mut ends = 0;
        for second in 1..60 {
            world.run(SECOND * second, |request| match request.method() == "REGISTER" && is_of(request, 0) {
                true => Some((status, more)),
                false => welcome(request),
            });
            if world.crowd.take_trouble().is_some() {
                ends += 1;
                world.crowd.disconnected(world.now);
                world.crowd.connected("192.0.2.1:5062", "TLS", world.now);
            }
        }
        assert_eq!((ends, world.crowd.census().registered), (1, 2), "{status}");
        let told = world.crowd.told();
        let of = |user| told.outcomes.get(&UserHandle(user)).map(String::as_str);
        assert!(of(0).is_some_and(|why| !why.is_empty()), "{status}");
        assert_eq!((of(1), of(2)), (Some(""), Some("")), "{status}");
    }
}

#[test]
fn nobody_is_trusted_then_the_connection_is_at_fault() {
    let mut world = World::new(MANNERS);
    world.watch(0..3);
    world.run(SECOND, |_| Some((401, "WWW-Authenticate: NTLM realm=\"r\", targetname=\"fe\", version=4")));
    assert!(world.crowd.take_trouble().unwrap().why.contains("trusted application pool"));
}

#[test]
fn who_is_not_watched_any_more_signs_out_and_may_come_back() {
    let mut world = World::new(Manners { at_start: true, ..MANNERS });
    world.watch(0..2);
    world.publish(0, 6500);
    world.run(SECOND, welcome);
    world.crowd.unwatch(UserHandle(0), world.now);
    world.run(SECOND * 2, welcome);
    assert_eq!((world.crowd.census().all, world.times("REGISTER").len()), (1, 3));

    // Back before the answer: the same endpoint stays, under another number of the host's.
    world.crowd.unwatch(UserHandle(1), world.now);
    let endpoint = site::sign_in::endpoint(None, &address(1), uc_sip::auth::Credentials::Trusted);
    world.crowd.watch(UserHandle(9), &endpoint, None, world.now);
    world.publish(9, 6500);
    world.run(SECOND * 5, welcome);
    assert_eq!((world.crowd.census().all, world.crowd.census().registered), (1, 1));
    assert_eq!(world.crowd.told().outcomes.get(&UserHandle(9)).map(String::as_str), Some(""));
}

#[test]
fn everybody_leaves_at_once_when_the_plug_in_stops() {
    let mut world = World::new(MANNERS);
    world.watch(0..300);
    (0..300).for_each(|user| world.publish(user, 6500));
    world.run(SECOND * 10, welcome);
    world.log.clear();
    world.crowd.leave(world.now);
    world.run(SECOND * 11, welcome);
    assert!(world.crowd.is_gone());
    assert_eq!(world.times("REGISTER").len(), 300);
    assert_eq!(world.times("SERVICE").len(), 0, "what is bound to the endpoint goes with it");
}

/// Resident memory in KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// 20,000 agents are no burden. Measured are 7.7 to 8.1 KiB, with the Front End's part, in pages of the system; two more leave room for
/// another allocator.
#[test]
fn an_agent_costs_little_memory() {
    const AGENTS: u32 = 3000;
    let mut world = World::new(Manners {
        between_registrations: Duration::from_micros(100),
        between_publications: Duration::from_micros(100),
        ..MANNERS
    });
    world.logs = false;
    let before = resident();
    world.watch(0..AGENTS);
    (0..AGENTS).for_each(|user| world.publish(user, 6500));
    world.run(SECOND * 30, welcome);
    assert_eq!(world.crowd.census().registered, AGENTS as usize);
    let each = (resident() - before) as f64 / f64::from(AGENTS);
    assert!(each <= 10.0, "{each:.1} KiB for each agent");
}

#[test]
fn an_agent_who_must_register_again_and_again_does_so_ever_more_slowly_though_every_other_publication_is_taken() {
    let mut world = World::new(MANNERS);
    world.watch(0..1);
    let services = std::cell::Cell::new(0);
    for second in 1..120 {
        world.publish(0, if second % 2 == 0 { 6500 } else { 9500 });
        world.run(Duration::from_secs(second), |request| {
            let guards = !String::from_utf8_lossy(request.body()).contains("phoneState");
            services.set(services.get() + u32::from(request.method() == "SERVICE" && !guards));
            match request.method() == "SERVICE" && !guards && services.get().is_multiple_of(2) {
                true => Some((401, "")),
                false => Some((200, "")),
            }
        });
    }
    let registers = world.times("REGISTER").len();
    assert!((4..12).contains(&registers), "{registers} in two minutes");
}

/// A notify in the dialog of that SUBSCRIBE.
fn notify(subscribe: &Message, number: u32, body: &str) -> Message {
    let (from, to) = (subscribe.to().unwrap().uri, subscribe.from().unwrap());
    let text = format!(
        "BENOTIFY {from} SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK{number}\r\nFrom: <{from}>;tag=fe\r\n\
         To: <{}>;tag={}\r\nCall-ID: {}\r\nCSeq: {number} BENOTIFY\r\nEvent: vnd-microsoft-roaming-self\r\n\
         Subscription-State: active\r\nContent-Type: application/vnd-microsoft-roaming-self+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        to.uri,
        to.tag().unwrap(),
        subscribe.call_id().unwrap(),
        body.len()
    );
    Message::parse(bytes::Bytes::from(text), &Limits::default()).unwrap()
}

#[test]
fn nothing_is_published_on_the_ground_of_a_document_that_was_lost_or_cannot_be_read() {
    for (number, body, said) in [(5, NOTHING_PUBLISHED, ""), (2, "<roamingData", "cannot be read")] {
        let mut world = World::new(MANNERS);
        let subscribes = std::cell::RefCell::new(Vec::new());
        let keep = |request: &Message| {
            subscribes.borrow_mut().extend(Some(request.clone()).filter(|request| request.method() == "SUBSCRIBE"));
        };
        world.watch(0..1);
        world.publish(0, 6500);
        world.run(SECOND * 2, |request| {
            keep(request);
            welcome(request)
        });
        let subscribe = subscribes.borrow_mut().pop().unwrap();
        world.log.clear();
        world.crowd.receive(notify(&subscribe, number, body), world.now);
        world.publish(0, 9500);
        // Everything is asked for, and the answer takes its time.
        world.run(SECOND * 4, |request| {
            keep(request);
            (request.method() != "SUBSCRIBE").then_some((200, ""))
        });
        assert_eq!((world.times("SUBSCRIBE").len(), world.times("SERVICE").len()), (1, 0), "{number}");
        let told = world.crowd.told().outcomes.remove(&UserHandle(0));
        assert!(told.unwrap_or_default().contains(said), "{number}");
        let again = subscribes.borrow_mut().pop().unwrap();
        world.crowd.receive(told_again(&again, number + 1), world.now);
        world.run(SECOND * 8, welcome);
        assert!(!world.times("SERVICE").is_empty(), "{number}");
        assert_eq!(world.crowd.census().failing, 0, "{number}");
    }
}

/// The answer to a SUBSCRIBE inside its dialog.
fn told_again(subscribe: &Message, number: u32) -> Message {
    let mut out = bytes::BytesMut::new();
    let response = Response::to(subscribe, 200, "OK").tag("fe").field("Expires", "7200");
    let response = response.field("Contact", "<sip:fe.example.com>").field("ms-piggyback-cseq", number.to_string());
    response.body("application/vnd-microsoft-roaming-self+xml", NOTHING_PUBLISHED.as_bytes()).write(&mut out).unwrap();
    Message::parse(out.freeze(), &Limits::default()).unwrap()
}
