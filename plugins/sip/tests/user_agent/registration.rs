//! Signing in, staying signed in, and what the registrar says instead.

use crate::{body, front_end, front_end::Pair, said, subscribed};
use std::time::Duration;
use uc_sip::message::{Message, Name, Response};
use uc_sip::registration::{self, Deregistration};
use uc_sip::user_agent::Event;

#[test]
fn sign_in_gives_the_gruu_and_what_the_server_can() {
    for signed in [false, true] {
        let mut pair = Pair::connected(signed);
        let events = pair.take_events();
        let [Event::Registration(registration::Event::Registered(registered))] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(registered.gruu.as_deref(), Some("sip:alice@example.com;opaque=user:epid:x;gruu"));
        assert_eq!(registered.keep_alive, Some(Duration::from_secs(200)));
        assert!(registered.batches && registered.categories);
        assert_eq!(registered.events, ["presence", "vnd-microsoft-roaming-self"]);
        assert_eq!(pair.agent.contact(), "sip:alice@example.com;opaque=user:epid:x;gruu");
    }
}

#[test]
fn a_server_that_lost_the_association_is_signed_in_to_anew_and_dialogs_go_on() {
    let (mut pair, id, _) = subscribed(true);
    pair.server = Some(front_end::acceptor());
    assert!(pair.agent.change(id, body("add u4"), body("all+u4"), pair.now));
    let again = pair.next("SUBSCRIBE");
    assert!(again.body() == b"all+u4" || again.body() == b"add u4");
    assert!(matches!(pair.take_events()[..], [Event::Registration(registration::Event::Registered(_))]));
}

#[test]
fn the_association_is_renewed_before_its_life_ends() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    let first = pair.opaque.clone();
    pair.pass(Duration::from_secs(8 * 3600));
    assert_ne!(pair.opaque, first);
    assert!(pair.agent.is_open());
}

#[test]
fn a_forged_answer_drops_the_connection_and_an_unsigned_one_is_ignored() {
    let (mut pair, _, subscribe) = subscribed(true);
    let server = pair.server.take();
    pair.notify(&subscribe, "NOTIFY", 2, "terminated;reason=rejected", "");
    assert!(pair.sent.is_empty() && said(&pair.take_events()).is_empty(), "unsigned");
    pair.server = server;
    let forged = format!(
        "NOTIFY sip:a@b SIP/2.0\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=fe\nTo: <sip:a@b>;tag=x\n\
         Call-ID: y\nCSeq: 9 NOTIFY\nEvent: presence\nAuthentication-Info: NTLM qop=\"auth\", opaque=\"{}\", \
         srand=\"00000000\", snum=\"77\", rspauth=\"01000000000000000000000064000000\"",
        pair.opaque
    );
    pair.server = None;
    pair.request(&forged, "");
    assert!(matches!(pair.take_events()[..], [Event::Drop(uc_sip::auth::Distrust::BadSignature)]));
}

/// What the registrar tells of the endpoint.
fn tell(pair: &mut Pair, package: &str, state: &str, body: &str) {
    pair.request(
        &format!(
            "NOTIFY sip:a@b SIP/2.0\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=fe\nTo: <sip:a@b>;tag=x\n\
             Call-ID: y\nCSeq: 1 NOTIFY\nEvent: {package}\nsubscription-state: {state}\n\
             ms-diagnostics-public: 4141;reason=\"User disabled\"\nContent-Type: text/registration-event"
        ),
        body,
    );
    assert_eq!(pair.next("NOTIFY").status(), Some(200));
}

#[test]
fn the_server_deregisters_with_a_reason() {
    for (body, expected, package) in [
        ("deregistered;event=unregistered", Deregistration::Quota, "registration-notify"),
        ("deregistered;event=rejected", Deregistration::Disabled, "Registration-Notify;id=7"),
        (" Deregistered ; event=deactivated\n", Deregistration::Moved, "registration-notify ; id=x"),
        ("deregistered;event=userservices-unavailable", Deregistration::UserServices, "registration-notify"),
        ("", Deregistration::Other(String::new()), "registration-notify"),
    ] {
        let mut pair = Pair::connected(true);
        pair.take_events();
        tell(&mut pair, package, "terminated;expires=0", body);
        let events = pair.take_events();
        let [Event::Registration(registration::Event::Deregistered { reason, diagnostics })] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!((reason, diagnostics.as_ref().unwrap().id), (&expected, 4141));
    }
}

#[test]
fn an_endpoint_that_stays_registered_is_told_of_user_services_and_registers_on() {
    for (body, expected) in [
        ("registered;event=userservices-unavailable", Some(false)),
        ("Registered ; event=UserServices-Unavail", Some(false)),
        ("registered;event=userservices-available", Some(true)),
        ("registered;event=something-else", None),
        ("registered", None),
    ] {
        let mut pair = Pair::connected(true);
        pair.take_events();
        tell(&mut pair, "registration-notify", "active;expires=7000", body);
        let services = expected.map(|up| Event::Registration(registration::Event::UserServices { up }));
        assert_eq!(format!("{:?}", pair.take_events()), format!("{:?}", Vec::from_iter(services)), "{body}");
        pair.pass(Duration::from_secs(7200 - 29));
        assert!(
            matches!(pair.take_events()[..], [Event::Registration(registration::Event::Registered(_))]),
            "{body}: it is refreshed as if nothing had been said"
        );
    }
}

#[test]
fn a_registrar_that_says_neither_is_asked() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    pair.pass(Duration::from_secs(60));
    tell(&mut pair, "registration-notify", "active", "nothing that is known");
    assert!(matches!(pair.take_events()[..], [Event::Registration(registration::Event::Registered(_))]));
}

#[test]
fn answers_to_register_say_what_to_do() {
    type Expected = fn(&registration::Event) -> bool;
    let to_fe02: Expected =
        |event| matches!(event, registration::Event::Redirected { target } if target.contains("fe02"));
    let cases: [(u16, &str, &str, Expected); 9] = [
        (301, "Contact", "<sip:fe02.example.com:5061;transport=tls>", to_fe02),
        (300, "Contact", "<tel:+1>, <sip:fe03.example.com>;q=0.2, \"x\" <sip:fe02.example.com>;q=0.7", to_fe02),
        (302, "Contact", "<sip:fe02.example.com>, <sip:fe03.example.com>", to_fe02),
        (305, "Contact", "<SIPS:fe02.example.com>", to_fe02),
        (302, "X", "y", |event| matches!(event, registration::Event::Unavailable { .. })),
        (
            503,
            "Retry-After",
            "30",
            |event| matches!(event, registration::Event::Unavailable { asked: Some(asked), .. } if asked.as_secs() == 30),
        ),
        (504, "X", "y", |event| matches!(event, registration::Event::Unavailable { asked: None, .. })),
        (
            403,
            "ms-diagnostics",
            "4004;reason=\"no\"",
            |event| matches!(event, registration::Event::Refused { status: 403, why, may_pass: false } if why.contains("do not belong")),
        ),
        (404, "ms-diagnostics", "17000;reason=\"busy\"", |event| {
            matches!(event, registration::Event::Refused { may_pass: true, .. })
        }),
    ];
    for (status, name, value, expected) in cases {
        let settings = front_end::settings(uc_sip::auth::Credentials::Trusted, true).registration;
        let now = std::time::Instant::now();
        let mut registration = registration::Registration::new(settings);
        registration.begin("127.0.0.1:1", "tls", now);
        let request = registration.poll_transmit(now).unwrap().field("Via", "SIP/2.0/TLS h;branch=z9hG4bK1");
        let limits = uc_sip::message::Limits::default();
        let request = Message::parse(request.to_bytes().unwrap(), &limits).unwrap();
        let mut out = bytes::BytesMut::new();
        Response::to(&request, status, "X").tag("s").field(name, value).write(&mut out).unwrap();
        let event = registration.handle_response(&Message::parse(out.freeze(), &limits).unwrap(), now).unwrap();
        assert!(expected(&event), "{status}: {event:?}");
        assert_eq!(registration.poll_timeout(), None);
    }
}

#[test]
fn registration_is_refreshed_and_removed() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    pair.pass(Duration::from_secs(7200 - 31));
    assert!(pair.take_events().is_empty());
    pair.pass(Duration::from_secs(2));
    assert!(matches!(pair.take_events()[..], [Event::Registration(registration::Event::Registered(_))]));
    pair.agent.leave(pair.now);
    let last = pair.next("REGISTER");
    assert_eq!(last.get(Name::Expires), Some("0"));
    pair.deliver(&Response::to(&last, 200, "OK").tag("s"));
    assert!(matches!(pair.take_events()[..], [Event::Registration(registration::Event::Left)]));
}
