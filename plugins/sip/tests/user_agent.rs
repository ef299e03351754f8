//! A user agent against a server in simulated time: sign-in, subscriptions, and what goes wrong with them.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

mod front_end;

use bytes::Bytes;
use front_end::Pair;
use std::time::Duration;
use uc_sip::message::{Message, Name, Response};
use uc_sip::registration::{self, Deregistration};
use uc_sip::silence::Patience;
use uc_sip::subscription::{self, Body, Ended};
use uc_sip::user_agent::{Event, SubscriptionId};

fn batch() -> subscription::Settings {
    subscription::Settings {
        target: "sip:alice@example.com".into(),
        watcher: String::new(),
        epid: String::new(),
        contact: String::new(),
        event: "presence".into(),
        fields: vec![("Supported".into(), "ms-benotify".into())],
        expires: None,
        margin: Duration::from_secs(120),
    }
}

fn body(text: &'static str) -> Body {
    Body { content_type: "application/msrtc-adrl-categorylist+xml".into(), bytes: Bytes::from_static(text.as_bytes()) }
}

fn subscribed(signed: bool) -> (Pair, SubscriptionId, Message) {
    let mut pair = Pair::connected(signed);
    pair.settle();
    let id = pair.agent.subscribe(batch(), Some(body("all")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.accept(&subscribe, "3600", "<first/>");
    pair.take_events();
    (pair, id, subscribe)
}

/// Short names of what happened to subscriptions.
fn said(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| match event {
        Event::Subscription(_, subscription::Event::Active { expires }) => format!("active {expires}"),
        Event::Subscription(_, subscription::Event::Notify(message)) => {
            format!("notify {}", String::from_utf8_lossy(message.body()))
        }
        Event::Subscription(_, subscription::Event::Lost { missing }) => format!("lost {missing}"),
        Event::Subscription(_, subscription::Event::Stale { .. }) => "stale".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::ByUs)) => "ended".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::Refused { status, .. })) => {
            format!("refused {status}")
        }
        other => format!("{other:?}"),
    };
    events.iter().map(name).collect()
}

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
fn a_subscription_takes_the_piggybacked_state_and_notifies_in_order() {
    for signed in [false, true] {
        let mut pair = Pair::connected(signed);
        pair.settle();
        pair.agent.subscribe(batch(), Some(body("all")), pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        assert_eq!(subscribe.body(), b"all");
        assert_eq!(subscribe.contacts().next().unwrap().unwrap().uri, pair.agent.contact());
        pair.take_events();
        pair.accept(&subscribe, "3600", "<first/>");
        pair.notify(&subscribe, "BENOTIFY", 2, "active;expires=3600", "<second/>");
        assert!(pair.sent.is_empty(), "BENOTIFY is not answered");
        pair.notify(&subscribe, "NOTIFY", 3, "active;expires=3600", "<third/>");
        let answer = pair.next("NOTIFY");
        assert_eq!(answer.status(), Some(200));
        assert_eq!(answer.get(Name::Authorization).is_some(), signed);
        assert_eq!(
            said(&pair.take_events()),
            ["active 3600", "notify <first/>", "notify <second/>", "notify <third/>"]
        );
    }
}

#[test]
fn repeated_late_and_lost_notifies() {
    let (mut pair, _, subscribe) = subscribed(false);
    pair.notify(&subscribe, "NOTIFY", 2, "active", "<a/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(200));
    pair.notify(&subscribe, "NOTIFY", 2, "active", "<a/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(200), "a repetition is answered");
    pair.notify(&subscribe, "NOTIFY", 1, "active", "<old/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(500));
    assert_eq!(said(&pair.take_events()), ["notify <a/>"], "and not told twice");
    pair.notify(&subscribe, "BENOTIFY", 5, "active", "<e/>");
    assert_eq!(said(&pair.take_events()), ["notify <e/>", "lost 2"]);
    let refresh = pair.next("SUBSCRIBE");
    assert_eq!((refresh.to().unwrap().tag(), refresh.body()), (Some("fe"), &b"all"[..]), "full state is asked for");
    assert_eq!(refresh.request_uri(), Some("sip:fe01.example.com;transport=tls"));
}

#[test]
fn a_refresh_goes_out_two_minutes_before_the_end() {
    let (mut pair, _, _) = subscribed(false);
    pair.pass(Duration::from_secs(3600 - 121));
    assert!(pair.sent.is_empty());
    pair.pass(Duration::from_secs(2));
    let refresh = pair.next("SUBSCRIBE");
    assert_eq!((refresh.cseq().unwrap().number, refresh.body()), (2, &b"all"[..]));
    pair.accept(&refresh, "7200", "");
    assert_eq!(said(&pair.take_events()), ["active 7200"]);
}

#[test]
fn a_refresh_without_answer_is_repeated_and_makes_stale_only_at_the_end() {
    let (mut pair, _, subscribe) = subscribed(false);
    pair.pass(Duration::from_secs(3600 - 119));
    pair.next("SUBSCRIBE");
    pair.pass(Duration::from_secs(60));
    assert!(said(&pair.take_events()).is_empty());
    pair.next("SUBSCRIBE");
    pair.pass(Duration::from_secs(200));
    assert!(said(&pair.take_events()).contains(&"stale".to_owned()));
    let afresh = pair.sent.pop_back().unwrap();
    assert_ne!(afresh.call_id(), subscribe.call_id());
    assert_eq!(afresh.to().unwrap().tag(), None);
}

#[test]
fn users_come_and_go_inside_the_dialog_one_request_at_a_time() {
    let (mut pair, id, _) = subscribed(false);
    assert!(pair.agent.change(id, body("add u4"), body("all+u4"), pair.now));
    assert!(pair.agent.change(id, body("add u5"), body("all+u4+u5"), pair.now));
    let first = pair.next("SUBSCRIBE");
    assert_eq!(first.body(), b"add u4");
    assert!(pair.sent.is_empty());
    pair.accept(&first, "3600", "");
    let second = pair.next("SUBSCRIBE");
    assert_eq!((second.body(), second.cseq().unwrap().number), (&b"add u5"[..], 3));
    pair.accept(&second, "3600", "");
    pair.pass(Duration::from_secs(3500));
    assert_eq!(pair.next("SUBSCRIBE").body(), b"all+u4+u5");
}

#[test]
fn the_server_ends_it_and_it_begins_afresh_or_not() {
    for (state, events, again) in [
        ("terminated;expires=0", vec!["stale"], true),
        ("terminated;reason=deactivated", vec!["stale"], true),
        ("terminated;reason=probation;retry-after=9", vec!["stale"], true),
        ("terminated;reason=rejected", vec!["refused 0"], false),
    ] {
        let (mut pair, _, subscribe) = subscribed(true);
        pair.notify(&subscribe, "NOTIFY", 2, state, "");
        assert_eq!(pair.next("NOTIFY").status(), Some(200));
        assert_eq!(said(&pair.take_events()), events, "{state}");
        pair.pass(Duration::from_secs(11));
        assert_eq!(pair.sent.iter().any(|sent| sent.method() == "SUBSCRIBE"), again, "{state}");
        assert_eq!(pair.agent.subscriptions(), usize::from(again));
    }
}

#[test]
fn a_server_that_lost_a_subscription_may_have_lost_the_endpoint_too() {
    let (mut pair, id, _) = subscribed(true);
    // The first one goes out inside the dialog, the others begin it afresh.
    let _ = pair.agent.change(id, body("one"), body("all"), pair.now);
    for (seconds, registers) in [(1, 0), (5, 1), (1, 0)] {
        pair.pass(Duration::from_secs(seconds));
        pair.take_events();
        let subscribe = pair.next("SUBSCRIBE");
        pair.deliver(&Response::to(&subscribe, 481, "No").tag("fe"));
        let events = pair.take_events();
        let registered = events.iter().filter(|event| matches!(event, Event::Registration(_))).count();
        assert_eq!(registered, registers, "after {seconds} s");
    }
}

#[test]
fn answers_that_refuse_a_subscription() {
    for (status, expected, again_within) in [
        (481, vec!["stale"], Some(1)),
        (503, vec!["stale"], Some(8)),
        (408, vec!["stale"], Some(8)),
        (403, vec!["refused 403"], None),
        (400, vec!["refused 400"], None),
        (489, vec!["refused 489"], None),
    ] {
        let mut pair = Pair::connected(true);
        pair.take_events();
        pair.agent.subscribe(batch(), Some(body("all")), pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        let response = Response::to(&subscribe, status, "No").tag("fe").field("Retry-After", "7");
        pair.deliver(&response);
        pair.settle();
        assert_eq!(said(&pair.take_events()), expected, "{status}");
        pair.pass(Duration::from_secs(again_within.unwrap_or(600)));
        assert_eq!(pair.sent.iter().any(|sent| sent.method() == "SUBSCRIBE"), again_within.is_some(), "{status}");
    }
}

#[test]
fn notifies_for_nothing_get_481_and_best_effort_ones_nothing() {
    let (mut pair, _, subscribe) = subscribed(true);
    let mut foreign = subscribe.as_bytes().to_vec();
    let at = foreign.windows(9).position(|bytes| bytes == b"Call-ID: ").unwrap() + 9;
    foreign[at] ^= 1;
    let foreign = Message::parse(foreign.into(), &uc_sip::message::Limits::default()).unwrap();
    pair.notify(&foreign, "BENOTIFY", 2, "active", "<x/>");
    assert!(pair.sent.is_empty());
    pair.notify(&foreign, "NOTIFY", 3, "active", "<x/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(481));
    assert!(said(&pair.take_events()).is_empty());
}

#[test]
fn subscriptions_outlive_the_connection() {
    let (mut pair, _, subscribe) = subscribed(true);
    pair.agent.disconnected();
    pair.pass(Duration::from_secs(10_000));
    assert!(pair.sent.is_empty());
    pair.server = Some(front_end::acceptor());
    pair.agent.connected("127.0.0.1:40002", "TLS", pair.now);
    let again = pair.next("SUBSCRIBE");
    assert_ne!(again.call_id(), subscribe.call_id());
    assert_eq!(again.body(), b"all");
}

#[test]
fn unsubscribing_ends_the_dialog_first() {
    let (mut pair, id, subscribe) = subscribed(true);
    pair.agent.unsubscribe(id, pair.now);
    let last = pair.next("SUBSCRIBE");
    assert_eq!((last.get(Name::Expires), last.body()), (Some("0"), &b""[..]));
    assert_eq!(last.call_id(), subscribe.call_id());
    pair.accept(&last, "0", "");
    assert_eq!(said(&pair.take_events()), ["ended"]);
    assert_eq!(pair.agent.subscriptions(), 0);
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

#[test]
fn the_server_deregisters_with_a_reason() {
    for (event, expected) in [
        ("unregistered", Deregistration::Quota),
        ("rejected", Deregistration::Disabled),
        ("deactivated", Deregistration::Moved),
    ] {
        let mut pair = Pair::connected(true);
        pair.take_events();
        pair.request(
            "NOTIFY sip:a@b SIP/2.0\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=fe\nTo: <sip:a@b>;tag=x\n\
             Call-ID: y\nCSeq: 1 NOTIFY\nEvent: registration-notify\nsubscription-state: terminated;expires=0\n\
             ms-diagnostics-public: 4141;reason=\"User disabled\"\nContent-Type: text/registration-event",
            &format!("deregistered;event={event}"),
        );
        assert_eq!(pair.next("NOTIFY").status(), Some(200));
        let events = pair.take_events();
        let [Event::Registration(registration::Event::Deregistered { reason, diagnostics })] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!((reason, diagnostics.as_ref().unwrap().id), (&expected, 4141));
    }
}

#[test]
fn answers_to_register_say_what_to_do() {
    type Expected = fn(&registration::Event) -> bool;
    let cases: [(u16, &str, &str, Expected); 5] = [
        (
            301,
            "Contact",
            "<sip:fe02.example.com:5061;transport=tls>",
            |event| matches!(event, registration::Event::Redirected { target } if target.contains("fe02")),
        ),
        (
            503,
            "Retry-After",
            "30",
            |event| matches!(event, registration::Event::Unavailable { wait, .. } if wait.as_secs() == 30),
        ),
        (504, "X", "y", |event| matches!(event, registration::Event::Unavailable { .. })),
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
fn ending_while_a_request_is_under_way_still_ends_it_at_the_server() {
    let mut pair = Pair::connected(true);
    pair.take_events();
    let id = pair.agent.subscribe(batch(), Some(body("all")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.agent.unsubscribe(id, pair.now);
    assert!(pair.sent.is_empty());
    pair.accept(&subscribe, "3600", "");
    let last = pair.next("SUBSCRIBE");
    assert_eq!((last.get(Name::Expires), last.call_id()), (Some("0"), subscribe.call_id()));
    pair.accept(&last, "0", "");
    assert_eq!(said(&pair.take_events()), ["ended"]);
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

#[test]
fn each_of_many_subscriptions_is_refreshed_in_its_own_time() {
    let mut pair = Pair::connected(false);
    pair.take_events();
    for number in 0..500_u64 {
        pair.agent.subscribe(batch(), None, pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        pair.accept(&subscribe, &(3600 + number % 7 * 600).to_string(), "");
        pair.pass(Duration::from_millis(1));
    }
    pair.take_events();
    pair.pass(Duration::from_secs(3480));
    let first: Vec<_> = pair.sent.drain(..).collect();
    assert_eq!(first.len(), 72, "those of an hour");
    for subscribe in &first {
        pair.accept(subscribe, "36000", "");
    }
    pair.pass(Duration::from_secs(600));
    assert_eq!(pair.sent.len(), 72, "those of an hour and ten minutes");
}
