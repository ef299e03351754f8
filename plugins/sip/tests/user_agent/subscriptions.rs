//! What a subscription takes, repeats, refreshes and ends.
//! Long, because it is one script a rule, each between two named actors.

use crate::{batch, body, front_end, front_end::Pair, said, subscribed, subscribed_to};
use std::time::Duration;
use uc_sip::message::{Message, Name, Response};
use uc_sip::subscription;
use uc_sip::user_agent::Event;

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
fn repeated_late_and_lost_notifies_are_not_told_and_the_full_state_is_asked_for() {
    let (mut pair, _, subscribe) = subscribed(false);
    pair.notify(&subscribe, "NOTIFY", 2, "active", "<a/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(200));
    pair.notify(&subscribe, "BENOTIFY", 5, "active", "<e/>");
    assert_eq!(said(&pair.take_events()), ["notify <a/>", "notify <e/>", "lost 2"]);
    let refresh = pair.next("SUBSCRIBE");
    assert_eq!((refresh.to().unwrap().tag(), refresh.body()), (Some("fe"), &b"all"[..]), "full state is asked for");
    assert_eq!(refresh.request_uri(), Some("sip:fe01.example.com;transport=tls"));
    pair.accept(&refresh, "3600", "");
    pair.notify(&subscribe, "NOTIFY", 4, "active", "<late/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(500));
    assert_eq!(said(&pair.take_events()), ["active 3600"], "it has been made up for");
    pair.notify(&subscribe, "NOTIFY", 5, "active", "<other/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(200), "a repetition is answered");
    assert_eq!(said(&pair.take_events()), ["lost 1"], "and what it may have said is asked for");
    pair.pass(Duration::from_secs(4));
    assert_eq!(pair.next("SUBSCRIBE").to().unwrap().tag(), Some("fe"));
}

#[test]
fn an_answer_that_sends_elsewhere_is_told_with_the_place() {
    let answer = |pair: &mut Pair, subscribe: &Message, status: u16| {
        let answer = Response::to(subscribe, status, "Moved").tag("fe").field("Contact", "<sip:fe02.example.com>");
        pair.deliver(&answer);
    };
    let (mut pair, id, _) = subscribed(false);
    assert!(pair.agent.change(id, body("one"), body("all"), pair.now));
    let change = pair.next("SUBSCRIBE");
    answer(&mut pair, &change, 302);
    assert_eq!(said(&pair.take_events()), ["take to sip:fe02.example.com"]);
    assert_eq!(pair.agent.subscriptions(), 1, "what stands goes on");

    let mut pair = Pair::connected(false);
    pair.settle();
    pair.agent.subscribe(batch(), Some(body("all")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.take_events();
    answer(&mut pair, &subscribe, 301);
    assert_eq!(said(&pair.take_events()), ["to sip:fe02.example.com"]);
    assert_eq!(pair.agent.subscriptions(), 0);
}

#[test]
fn an_answer_without_a_time_lasts_as_long_as_the_state_beside_it() {
    for (state, lasts) in
        [(Some("active;expires=30"), "active 30"), (Some("active"), "active 3600"), (None, "active 3600")]
    {
        let (mut pair, id, subscribe) = subscribed(false);
        assert!(pair.agent.change(id, body("one"), body("all"), pair.now));
        let asked = pair.next("SUBSCRIBE");
        assert_eq!(asked.call_id(), subscribe.call_id());
        let mut answer = Response::to(&asked, 200, "OK").tag("fe").field("Contact", "<sip:fe01.example.com>");
        if let Some(state) = state {
            answer = answer.field("Subscription-State", state);
        }
        pair.deliver(&answer);
        assert_eq!(said(&pair.take_events()), [lasts], "{state:?}");
    }
}

#[test]
fn numbers_that_skip_between_answered_notifies_are_no_error_and_an_answer_makes_up_for_what_was_lost() {
    let (mut pair, _, subscribe) = subscribed(false);
    for number in [2, 5, 9] {
        pair.notify(&subscribe, "NOTIFY", number, "active", "<a/>");
        assert_eq!(pair.next("NOTIFY").status(), Some(200));
        assert_eq!(said(&pair.take_events()), ["notify <a/>"], "{number}: the server counts other requests, too");
    }
    pair.notify(&subscribe, "NOTIFY", 7, "active", "<late/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(500));
    assert!(pair.take_events().is_empty());
    // Once it has sent what nobody answers, that may be what is missing.
    pair.notify(&subscribe, "BENOTIFY", 10, "active", "<b/>");
    pair.notify(&subscribe, "NOTIFY", 12, "active", "<c/>");
    assert_eq!(pair.next("NOTIFY").status(), Some(200));
    assert_eq!(said(&pair.take_events()), ["notify <b/>", "notify <c/>", "lost 1"]);
    let refresh = pair.next("SUBSCRIBE");
    let answer = Response::to(&refresh, 200, "OK").tag("fe").field("Contact", "<sip:fe01.example.com>");
    let answer = answer.field("Expires", "3600").field("ms-piggyback-cseq", "20").body("text/plain", b"<all/>");
    pair.deliver(&answer);
    assert_eq!(said(&pair.take_events()), ["active 3600", "notify <all/>"]);
    assert!(pair.sent.is_empty());
}

#[test]
fn a_server_that_numbers_its_notifies_anew_is_subscribed_to_afresh() {
    for renews in [true, false] {
        for piggybacked in [false, true] {
            let (mut pair, id, subscribe) = subscribed_to(false, renews);
            pair.notify(&subscribe, "BENOTIFY", 2, "active", "<a/>");
            if piggybacked {
                let _ = pair.agent.change(id, body("one"), body("all"), pair.now);
                let change = pair.next("SUBSCRIBE");
                pair.accept(&change, "3600", "<first again/>");
            } else {
                pair.notify(&subscribe, "BENOTIFY", 1, "active", "<b/>");
            }
            let told = if renews { "stale" } else { "renumbered" };
            assert_eq!(said(&pair.take_events()), ["notify <a/>", told]);
            let afresh = pair.sent.pop_front().map(|subscribe| subscribe.to().unwrap().tag().is_none());
            assert_eq!(afresh, renews.then_some(true), "or the owner decides");
        }
    }
}

#[test]
fn one_that_does_not_renew_itself_is_over_as_soon_as_the_server_does_not_carry_it_on() {
    let (mut pair, id, _) = subscribed_to(false, false);
    let _ = pair.agent.change(id, body("one"), body("all"), pair.now);
    let change = pair.next("SUBSCRIBE");
    pair.deliver(&Response::to(&change, 403, "No").tag("fe"));
    assert_eq!(said(&pair.take_events()), ["not taken 403"], "the dialog stands");
    pair.pass(Duration::from_secs(3600 - 119));
    let refresh = pair.next("SUBSCRIBE");
    assert_eq!(said(&pair.take_events()), ["refreshing"]);
    pair.deliver(&Response::to(&refresh, 503, "Busy").tag("fe"));
    assert_eq!((said(&pair.take_events()), pair.agent.subscriptions()), (vec!["lost".to_owned()], 0));
    // Whatever is under way when the time is over.
    let mut pair = Pair::connected(false);
    pair.take_events();
    pair.agent.subscribe(uc_sip::subscription::Settings { renews: false, ..batch() }, Some(body("all")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.accept(&subscribe, "20", "");
    pair.pass(Duration::from_secs(19));
    assert_eq!(said(&pair.take_events()), ["active 20", "refreshing"]);
    pair.pass(Duration::from_secs(1));
    assert_eq!(said(&pair.take_events()), ["lost"]);
    for (status, field, told) in
        [(200, ("Expires", "0"), "lost"), (423, ("Min-Expires", "60"), "too brief 60"), (504, ("X", "y"), "lost")]
    {
        let mut pair = Pair::connected(false);
        pair.take_events();
        let settings = uc_sip::subscription::Settings { renews: false, ..batch() };
        pair.agent.subscribe(settings, Some(body("all")), pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        let answer =
            Response::to(&subscribe, status, "X").tag("fe").field("Contact", "<sip:fe>").field(field.0, field.1);
        pair.deliver(&answer);
        assert_eq!((said(&pair.take_events()), pair.agent.subscriptions()), (vec![told.to_owned()], 0), "{status}");
    }
}

#[test]
fn nothing_that_a_server_repeats_makes_a_storm() {
    // What the server does with each SUBSCRIBE, for five minutes.
    type Serve = fn(&mut Pair, &Message);
    let ends: [(&str, Serve); 10] = [
        ("401", |pair, asked| pair.deliver(&Response::to(asked, 401, "No").tag("fe"))),
        ("lost notifies", |pair, asked| {
            pair.accept(asked, "3600", "");
            let number = asked.cseq().unwrap().number * 10;
            pair.notify(asked, "BENOTIFY", number, "active", "");
            pair.notify(asked, "BENOTIFY", number + 5, "active", "");
        }),
        ("a notify again", |pair, asked| {
            pair.accept(asked, "3600", "");
            pair.notify(asked, "BENOTIFY", 9, "active", "");
            pair.notify(asked, "BENOTIFY", 9, "active", "");
        }),
        ("numbers anew", |pair, asked| {
            pair.accept(asked, "3600", "");
            pair.notify(asked, "BENOTIFY", 20, "active", "");
            pair.notify(asked, "BENOTIFY", 2, "active", "");
        }),
        ("481", |pair, asked| pair.deliver(&Response::to(asked, 481, "No").tag("fe"))),
        ("423", |pair, asked| pair.deliver(&Response::to(asked, 423, "No").tag("fe").field("Min-Expires", "9"))),
        ("503", |pair, asked| pair.deliver(&Response::to(asked, 503, "No").tag("fe").field("Retry-After", "0"))),
        ("0 s", |pair, asked| pair.accept(asked, "0", "")),
        ("1 s", |pair, asked| pair.accept(asked, "1", "")),
        ("ends at once", |pair, asked| {
            pair.accept(asked, "3600", "");
            pair.notify(asked, "BENOTIFY", 1, "terminated;reason=deactivated", "");
        }),
    ];
    for (what, serve) in ends {
        for settled in [false, true] {
            let mut pair = Pair::connected(false);
            pair.take_events();
            pair.agent.subscribe(batch(), Some(body("all")), pair.now);
            if settled {
                // All was well for a quarter of an hour.
                let subscribe = pair.next("SUBSCRIBE");
                pair.accept(&subscribe, "3600", "");
                pair.pass(Duration::from_secs(900));
                // Something was missed, and is asked for.
                pair.notify(&subscribe, "BENOTIFY", 1, "active", "");
                pair.notify(&subscribe, "BENOTIFY", 3, "active", "");
            }
            let mut asked = 0;
            for _ in 0..300 {
                pair.settle();
                while let Some(subscribe) = pair.sent.pop_front() {
                    asked += u32::from(subscribe.method() == "SUBSCRIBE");
                    assert!(asked < 1000, "{what}, settled {settled}");
                    if subscribe.is_request() {
                        serve(&mut pair, &subscribe);
                    }
                }
                pair.pass(Duration::from_secs(1));
            }
            assert!((5..45).contains(&asked), "{what}, settled {settled}: {asked} in five minutes");
        }
    }
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
    for (seconds, registers) in [(1, 0), (5, 1), (4, 0)] {
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
fn a_notify_that_may_not_be_read_may_have_said_something_and_is_asked_for() {
    for (field, status) in [("Require: unheard-of\n", 420), ("Date: yesterday\n", 400), ("Max-Forwards: 70\n", 400)] {
        for method in ["NOTIFY", "BENOTIFY"] {
            let (mut pair, _, subscribe) = subscribed(false);
            let head = |field: &str, call_id: &str| {
                format!(
                    "{method} sip:alice@example.com;gruu SIP/2.0\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK2\n\
                     From: <sip:alice@example.com>;tag=fe\nTo: <sip:alice@example.com>;tag={}\nCall-ID: {call_id}\n\
                     CSeq: 2 {method}\nMax-Forwards: 70\n{field}Event: presence\nSubscription-State: active",
                    subscribe.from().unwrap().tag().unwrap()
                )
            };
            let refused = |pair: &mut Pair| {
                let answer = pair.sent.pop_front().filter(|_| method == "NOTIFY");
                assert_eq!(
                    answer.map(|answer| answer.status()),
                    (method == "NOTIFY").then_some(Some(status)),
                    "{field}"
                );
            };
            pair.request(&head(field, "nobody's"), "");
            refused(&mut pair);
            assert!(pair.take_events().is_empty(), "it is about nobody here");
            pair.request(&head(field, subscribe.call_id().unwrap()), "");
            refused(&mut pair);
            assert_eq!(said(&pair.take_events()), ["lost 1"], "{field}{method}");
            if method == "NOTIFY" {
                assert_eq!(pair.next("SUBSCRIBE").to().unwrap().tag(), Some("fe"), "everything is asked for again");
            }
        }
    }
}

#[test]
fn a_notify_of_another_event_says_nothing_of_ours_and_what_it_may_have_meant_is_asked_for() {
    for (event, ours) in [
        ("Event: presence\n", true),
        ("Event: PRESENCE;id=7\n", true),
        ("o: presence\n", true),
        ("", true),
        ("Event: dialog\n", false),
        ("Event: presence.winfo\n", false),
        ("Event: \n", false),
    ] {
        for (method, early) in [("NOTIFY", false), ("BENOTIFY", false), ("NOTIFY", true)] {
            let (mut pair, _, mut subscribe) = subscribed(false);
            if early {
                pair = Pair::connected(false);
                pair.settle();
                pair.agent.subscribe(batch(), Some(body("all")), pair.now);
                subscribe = pair.next("SUBSCRIBE");
                pair.take_events();
            }
            let head = format!(
                "{method} sip:alice@example.com;gruu SIP/2.0\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK2\n\
                 From: <sip:alice@example.com>;tag=fe\nTo: <sip:alice@example.com>;tag={}\nCall-ID: {}\n\
                 CSeq: 2 {method}\n{event}Subscription-State: terminated;reason=rejected",
                subscribe.from().unwrap().tag().unwrap(),
                subscribe.call_id().unwrap()
            );
            pair.request(&head, "<x/>");
            if method == "NOTIFY" {
                assert_eq!(pair.next("NOTIFY").status(), Some(if ours { 200 } else { 489 }), "{event}");
            }
            let told = said(&pair.take_events());
            match (ours, early) {
                (true, _) => assert_eq!(told, ["notify <x/>", "refused 0"], "{event}"),
                (false, true) => assert!(told.is_empty(), "{event}: {told:?}"),
                (false, false) => assert_eq!(told, ["lost 1"], "{event}"),
            }
        }
    }
}

#[test]
fn a_notify_of_another_dialog_that_is_meant_for_ours_is_refused_and_asked_for() {
    for (tag, meant) in [("own", true), ("other", false)] {
        for method in ["NOTIFY", "BENOTIFY"] {
            let (mut pair, _, subscribe) = subscribed(false);
            let own = subscribe.from().unwrap().tag().unwrap().to_owned();
            let head = format!(
                "{method} sip:alice@example.com;gruu SIP/2.0\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK2\n\
                 From: <sip:alice@example.com>;tag=stranger\nTo: <sip:alice@example.com>;tag={}\nCall-ID: {}\n\
                 CSeq: 2 {method}\nEvent: presence\nSubscription-State: active",
                if tag == "own" { &*own } else { tag },
                subscribe.call_id().unwrap()
            );
            pair.request(&head, "<x/>");
            if method == "NOTIFY" {
                assert_eq!(pair.next("NOTIFY").status(), Some(481));
            }
            let told = said(&pair.take_events());
            assert_eq!(told, if meant { vec!["lost 1"] } else { vec![] }, "{tag} {method}");
            assert_eq!(pair.sent.pop_front().is_some(), meant, "{tag}: everything is asked for again");
        }
    }
}

#[test]
fn a_notify_that_was_perhaps_of_any_dialog_makes_all_of_them_ask() {
    let (mut pair, _, _) = subscribed(false);
    pair.agent.subscribe(batch(), Some(body("others")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.accept(&subscribe, "3600", "");
    pair.take_events();
    pair.agent.miss_everywhere(pair.now);
    assert_eq!(said(&pair.take_events()), ["lost 1", "lost 1"]);
    assert_eq!(pair.sent.len(), 2);
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

#[test]
fn what_an_answer_says_is_read_without_a_number_if_its_kind_was_asked_for() {
    for (accept, told) in [
        ("application/x, TEXT/XML ,y/z", &["active 3600", "notify <all/>"][..]),
        ("text/xml2", &["active 3600"]),
        ("", &["active 3600"]),
    ] {
        let mut pair = Pair::connected(false);
        pair.take_events();
        let mut settings = batch();
        settings.fields.push(("Accept".into(), accept.into()));
        pair.agent.subscribe(settings, Some(body("all")), pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        let answer =
            Response::to(&subscribe, 200, "OK").tag("fe").field("Contact", "<sip:fe>").field("Expires", "3600");
        pair.deliver(&answer.body("text/xml;charset=utf-8", &b"<all/>"[..]));
        assert_eq!(said(&pair.take_events()), told, "{accept}");
        pair.notify(&subscribe, "BENOTIFY", 1, "active", "<first/>");
        assert_eq!(said(&pair.take_events()), ["notify <first/>"], "nothing was counted");
    }
}

#[test]
fn a_state_in_which_the_server_tells_nothing_is_told_and_asked_about() {
    for state in ["pending", "pending;expires=600", "Waiting;reason=x", "unknown"] {
        for renews in [true, false] {
            let (mut pair, _, subscribe) = subscribed_to(false, renews);
            pair.notify(&subscribe, "NOTIFY", 2, state, "<a/>");
            assert_eq!(pair.next("NOTIFY").status(), Some(200));
            let word = state.split(';').next().unwrap();
            assert_eq!(said(&pair.take_events()), ["notify <a/>".to_owned(), format!("unsettled {word}")], "{state}");
            let asked = pair.sent.pop_front().map(|message| message.to().unwrap().tag() == Some("fe"));
            assert_eq!(asked, renews.then_some(true), "{state}: or the owner decides");
        }
    }
    // Before the answer to SUBSCRIBE too.
    for (state, told) in [("pending", vec![]), ("ACTIVE;expires=9", vec!["notify <early/>".to_owned()])] {
        let mut pair = Pair::connected(false);
        pair.take_events();
        pair.agent.subscribe(batch(), Some(body("all")), pair.now);
        let subscribe = pair.next("SUBSCRIBE");
        pair.notify(&subscribe, "NOTIFY", 1, state, "<early/>");
        assert_eq!((pair.next("NOTIFY").status(), said(&pair.take_events())), (Some(200), told), "{state}");
    }
}

#[test]
fn the_end_of_a_subscription_that_overtakes_its_answer_is_its_end() {
    for (state, over) in [
        ("terminated;reason=rejected", true),
        ("terminated;reason=deactivated", false),
        ("active;expires=0", false),
        ("Terminated", false),
    ] {
        for text in ["", "<early/>"] {
            let mut pair = Pair::connected(false);
            pair.take_events();
            pair.agent.subscribe(batch(), Some(body("all")), pair.now);
            let subscribe = pair.next("SUBSCRIBE");
            pair.notify(&subscribe, "NOTIFY", 1, state, text);
            assert_eq!(pair.next("NOTIFY").status(), Some(200), "{state}");
            let told = said(&pair.take_events());
            assert_eq!(told.first().is_some_and(|first| first == "notify <early/>"), !text.is_empty(), "{told:?}");
            assert_eq!(told.len(), 1 + usize::from(!text.is_empty()), "the owner learns of it: {told:?}");
            pair.accept(&subscribe, "3600", "");
            assert!(said(&pair.take_events()).iter().all(|event| !event.starts_with("active")), "{state}");
            pair.pass(Duration::from_secs(12));
            let again = pair.sent.pop_front().filter(|sent| sent.method() == "SUBSCRIBE");
            assert_eq!(again.is_none(), over, "{state}");
            assert!(again.is_none_or(|again| again.call_id() != subscribe.call_id()), "it begins anew");
        }
    }
}

/// An answer that accepts, with that number and that body.
fn accept_as(pair: &mut Pair, subscribe: &Message, number: Option<u32>, body: &'static str) {
    let mut answer = Response::to(subscribe, 200, "OK").tag("fe").field("Contact", "<sip:fe>").field("Expires", "3600");
    if let Some(number) = number {
        answer = answer.field("ms-piggyback-cseq", number.to_string());
    }
    pair.deliver(&if body.is_empty() { answer } else { answer.body("text/xml", body.as_bytes()) });
}

#[test]
fn what_is_said_before_something_newer_and_comes_behind_it_is_not_believed_but_asked_for() {
    // Numbers of the notifies that come before the answer; its number and body; what of it is told.
    type Case = (&'static [u32], Option<u32>, &'static str, &'static [&'static str]);
    let first: [Case; 9] = [
        (&[2], Some(1), "<old/>", &["active 3600", "lost 1"]),
        (&[7], Some(3), "<old/>", &["active 3600", "lost 1"]),
        (&[2], None, "<perhaps old/>", &["active 3600", "lost 1"]),
        (&[2], None, "", &["active 3600"]),
        (&[2], Some(1), "", &["active 3600"]),
        (&[1], Some(2), "<new/>", &["active 3600", "notify <new/>"]),
        (&[2, 1], Some(3), "<new/>", &["active 3600", "notify <new/>"]),
        (&[2, 1], None, "", &["active 3600", "lost 1"]),
        (&[1, 2], Some(1), "<old/>", &["active 3600", "lost 1"]),
    ];
    for renews in [true, false] {
        for (early, number, text, told) in first {
            let mut pair = Pair::connected(false);
            pair.take_events();
            let mut settings = subscription::Settings { renews, ..batch() };
            settings.fields.push(("Accept".into(), "text/xml".into()));
            pair.agent.subscribe(settings, Some(body("all")), pair.now);
            let subscribe = pair.next("SUBSCRIBE");
            for number in early {
                pair.notify(&subscribe, "BENOTIFY", *number, "active", &format!("<n{number}/>"));
            }
            let newest = early.iter().scan(0, |most, number| {
                let newer = number > most;
                *most = *number.max(most);
                Some(newer.then(|| format!("notify <n{number}/>")))
            });
            assert_eq!(said(&pair.take_events()), newest.flatten().collect::<Vec<_>>(), "{early:?}");
            accept_as(&mut pair, &subscribe, number, text);
            assert_eq!(said(&pair.take_events()), told, "{early:?} {number:?} {text}");
            let asks = pair.sent.pop_front().map(|again| again.to().unwrap().tag() == Some("fe"));
            assert_eq!(asks, (renews && told.contains(&"lost 1")).then_some(true), "or the owner does: {early:?}");
            // What follows is counted on from the highest number.
            let next = early.iter().copied().chain(number).max().unwrap() + 1;
            pair.notify(&subscribe, "BENOTIFY", next, "active", "<next/>");
            assert_eq!(said(&pair.take_events()), ["notify <next/>"], "{early:?} {number:?}");
        }
        // The same inside the dialog, where the number of the answer is missing before the notify.
        let (mut pair, id, subscribe) = subscribed_to(false, renews);
        assert!(pair.agent.change(id, body("one"), body("all"), pair.now));
        let change = pair.next("SUBSCRIBE");
        pair.notify(&subscribe, "NOTIFY", 3, "active", "<new/>");
        assert_eq!(pair.next("NOTIFY").status(), Some(200));
        accept_as(&mut pair, &change, Some(2), "<old/>");
        assert_eq!(said(&pair.take_events()), ["notify <new/>", "active 3600", "lost 1"]);
    }
}

#[test]
fn seconds_in_a_subscription_s_state_are_read_like_all_others() {
    for (state, told, begins) in [
        ("terminated;reason=probation;retry-after=60 (busy)", "stale", 60..76),
        ("terminated;reason=probation;retry-after=99999999999", "stale", 300..376),
        ("active;expires=20 (soon)", "", 10..11),
        ("active;expires=99999999999", "", 3480..3481),
        ("active;expires=0 (over)", "stale", 0..11),
    ] {
        let (mut pair, _, subscribe) = subscribed(false);
        pair.notify(&subscribe, "BENOTIFY", 2, state, "");
        assert_eq!(said(&pair.take_events()).join(""), told, "{state}");
        let begin = pair.now;
        while pair.sent.is_empty() {
            pair.pass(Duration::from_millis(100));
        }
        let waited = (pair.now - begin).as_secs();
        assert!(begins.contains(&waited), "{state}: {waited} s");
    }
}
