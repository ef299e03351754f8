//! Who is asked for where and when, and who is known, in simulated time.
//! Long, because it is the list of what a server may answer, one story each.

use super::scene::{CATEGORIES, RLMI, Scene, action, document, documents, list, multipart, named, note, user};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};
use uc_plugin_api::{UserHandle, WatchedUser};
use uc_sip::message::Message;

const POOL: &str = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AA";

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn everybody(all: Vec<(String, Vec<String>)>) -> Vec<String> {
    let mut people: Vec<_> = all.into_iter().flat_map(|(_, people)| people).collect();
    people.sort_unstable();
    people.dedup();
    people
}

#[test]
fn batches_follow_each_other_in_one_dialog_and_name_everybody_once() {
    let mut scene = Scene::new(250, 100);
    assert_eq!(scene.sent.len(), 1, "one at a time");
    let all = scene.accept_all();
    assert_eq!(all.iter().map(|(_, people)| people.len()).collect::<Vec<_>>(), [100, 100, 50]);
    assert!(all.iter().all(|(call_id, _)| *call_id == all[0].0));
    assert_eq!(everybody(all).len(), 250);
    assert!(scene.unknown(250).is_empty() && scene.subscriber.state().is_none());
}

#[test]
fn who_comes_and_goes_is_told_in_the_dialog_and_an_empty_one_ends() {
    let mut scene = Scene::new(2, 100);
    scene.accept_all();
    scene.watch(&[user(7)]);
    let added = scene.next();
    assert_eq!((action(&added), named(&added)), ("subscribe".into(), vec!["u7".into()]));
    for who in [0, 1, 7] {
        let changes = scene.roster.unwatch(&[UserHandle(who)]);
        scene.subscriber.follow(&changes);
    }
    scene.answer(&added, 200);
    let rest: Vec<_> = std::iter::from_fn(|| {
        let subscribe = scene.sent.pop_front()?;
        scene.answer(&subscribe, 200);
        Some(subscribe)
    })
    .collect();
    assert_eq!(rest.last().unwrap().expires(), Some(0), "nobody is left");
    assert_eq!(scene.agent.subscriptions(), 0);
}

#[test]
fn who_exchange_their_addresses_are_reported_by_what_each_has_now() {
    let number = |who: &str| match who {
        "u0" => 3500,
        "u1" => 9500,
        _ => 6500,
    };
    let answer = |scene: &mut Scene| {
        while let Some(subscribe) = scene.sent.pop_front() {
            let known: Vec<_> = named(&subscribe).into_iter().map(|who| (who.clone(), number(&who))).collect();
            let known = if action(&subscribe) == "subscribe" { documents(&known) } else { String::new() };
            scene.respond(&subscribe, 200, &[("Expires", "36000")], &known);
        }
    };
    let at = |handle: u32, who: u32| WatchedUser { handle: UserHandle(handle), ..user(who) };
    for (batch, now) in [
        (vec![at(0, 1), at(1, 0)], [9500, 3500, 6500]),
        (vec![at(0, 1), at(1, 2), at(2, 0)], [9500, 6500, 3500]),
        (vec![at(0, 1), at(1, 9)], [9500, 6500, 6500]),
        // The second one waits for an address that its owner keeps, and is nobody meanwhile.
        (vec![at(0, 1)], [0, 9500, 6500]),
    ] {
        let mut scene = Scene::new(3, 100);
        answer(&mut scene);
        scene.watch(&batch);
        answer(&mut scene);
        for _ in 0..20 {
            scene.pass(seconds(1));
            answer(&mut scene);
        }
        let reported = [0, 1, 2].map(|handle| scene.reported[&UserHandle(handle)]);
        assert_eq!(reported, now, "{batch:?}");
    }
}

#[test]
fn those_of_another_pool_share_its_dialog_and_a_single_one_has_one_alone() {
    let mut scene = Scene::new(4, 100);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    let at_pool = format!("state=\"resubscribe\" poolFqdn=\"{POOL}\"");
    let moves = [(0, &*at_pool), (1, &at_pool), (2, "state=\"resubscribe\"")];
    for (cseq, (who, instance)) in (2..).zip(moves) {
        scene.notify(&subscribe, cseq, "active", RLMI, &list(&format!("u{who}"), instance));
    }
    assert_eq!(scene.unknown(4), [0, 1, 2], "nothing covers them until they are accepted there");
    let targets: Vec<_> = scene.sent.iter().map(|sent| sent.request_uri().unwrap().to_owned()).collect();
    assert_eq!(targets, [POOL, "sip:u2@example.com"]);
    let all = scene.accept_all();
    assert!(all.iter().all(|(call_id, _)| Some(&**call_id) != subscribe.call_id()));
    let at_pool: Vec<_> =
        all.iter().filter(|(call_id, _)| *call_id == all[0].0).flat_map(|(_, who)| who.clone()).collect();
    assert_eq!(at_pool, ["u0", "u1"]);
    assert!(scene.unknown(4).is_empty());
    // What the old dialog says of who moved counts for nothing any more.
    scene.notify(&subscribe, 5, "active", CATEGORIES, &document("u0", 9500));
    assert_eq!((scene.reported[&UserHandle(0)], scene.counts.strangers), (3500, 1));
}

#[test]
fn whatever_refuses_or_ends_a_subscription_makes_its_people_unknown_at_once_and_is_tried_again() {
    for status in [400, 403, 404, 408, 415, 480, 481, 489, 500, 503, 504, 603, 302] {
        let mut scene = Scene::new(3, 100);
        scene.accept_all();
        scene.pass(seconds(9));
        let sign = scene.next();
        assert_eq!(named(&sign).len(), 1, "a silent dialog is asked about one person");
        scene.answer(&sign, status);
        assert_eq!(scene.unknown(3), [0, 1, 2], "{status}");
        assert_eq!(scene.subscriber.state().map(|(_, people, covered)| (people, covered)), Some((3, 0)));
        assert_eq!(everybody(scene.pass_well(seconds(20))).len(), 3, "{status}");
        assert!(scene.unknown(3).is_empty() && scene.subscriber.state().is_none(), "{status}");
    }
    for state in
        ["terminated;expires=0", "terminated;reason=rejected", "terminated;reason=noresource", "active;expires=0"]
    {
        let mut scene = Scene::new(3, 100);
        let subscribe = scene.next();
        scene.answer(&subscribe, 200);
        scene.notify(&subscribe, 2, state, CATEGORIES, "");
        assert_eq!(scene.unknown(3), [0, 1, 2], "{state}");
        scene.pass_well(seconds(20));
        assert!(scene.unknown(3).is_empty(), "{state}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_in_doubt_after_seconds_and_believed_again_when_it_does() {
    let mut scene = Scene::new(3, 100);
    scene.accept_all();
    scene.pass(seconds(9));
    let sign = scene.next();
    scene.pass(Duration::from_millis(3900));
    assert!(scene.unknown(3).is_empty());
    scene.pass(Duration::from_millis(200));
    assert_eq!(scene.unknown(3), [0, 1, 2]);
    assert!(scene.subscriber.state().unwrap().0.contains("does not answer"));
    scene.answer(&sign, 200);
    assert!(scene.unknown(3).is_empty() && scene.subscriber.state().is_none());
    // What never comes is asked for anew.
    scene.pass(seconds(9 + 33));
    assert_eq!(scene.unknown(3), [0, 1, 2]);
    scene.sent.clear();
    scene.pass_well(seconds(40));
    assert!(scene.unknown(3).is_empty());
}

#[test]
fn time_that_the_server_granted_ends_and_short_times_make_no_storm() {
    for expires in ["0", "1", "5", "9", "12", "20"] {
        let mut scene = Scene::new(1, 100);
        let (mut asked, end) = (0, scene.now + seconds(120));
        while scene.now < end {
            while let Some(subscribe) = scene.sent.pop_front() {
                asked += 1;
                let body = super::scene::documents(&[("u0".to_owned(), 3500)]);
                scene.respond(
                    &subscribe,
                    200,
                    &[("Expires", expires), ("ms-piggyback-cseq", &asked.to_string())],
                    &body,
                );
                assert_eq!(scene.unknown(1).is_empty(), expires != "0");
            }
            scene.pass(Duration::from_millis(250));
        }
        assert!((3..20).contains(&asked), "{asked} in two minutes of {expires} s");
    }
}

#[test]
fn one_whom_the_server_refuses_is_found_and_costs_nobody_else() {
    let mut scene = Scene::new(40, 20);
    let mut asked = 0;
    for _ in 0..240 {
        scene.settle();
        while let Some(subscribe) = scene.sent.pop_front() {
            let bad = named(&subscribe).contains(&"u7".to_owned());
            asked += u32::from(bad);
            scene.answer(&subscribe, if bad { 404 } else { 200 });
        }
        scene.pass(Duration::from_millis(250));
    }
    assert_eq!(scene.unknown(40), [7], "within a minute everybody else is known");
    assert!(asked < 10, "{asked}");
    let (why, people, covered) = scene.subscriber.state().unwrap();
    assert!(why.contains("404") && (people, covered) == (40, 39), "{why}");
    scene.pass_well(seconds(31));
    assert!(scene.unknown(40).is_empty());
}

#[test]
fn who_may_not_be_watched_is_unknown_and_asked_for_again_ever_more_slowly() {
    let mut scene = Scene::new(2, 100);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    scene.notify(&subscribe, 2, "active", RLMI, &list("u1", "state=\"terminated\" reason=\"rejected\""));
    assert_eq!(scene.unknown(2), [1]);
    let (why, people, covered) = scene.subscriber.state().unwrap();
    assert!(why.contains("u1@example.com: rejected") && (people, covered) == (2, 1), "{why}");
    let all = scene.pass_well(seconds(3));
    assert_eq!(everybody(all), ["u1"]);
    assert!(scene.unknown(2).is_empty() && scene.subscriber.state().is_none());
}

#[test]
fn pools_that_send_a_person_to_each_other_make_no_storm() {
    let mut scene = Scene::new(1, 100);
    let (mut asked, end) = (0, scene.now + seconds(60));
    while scene.now < end {
        scene.settle();
        while let Some(subscribe) = scene.sent.pop_front() {
            asked += 1;
            let to = if asked % 2 == 0 { POOL } else { "sip:other@example.com;gruu;opaque=srvr:HomeServer:BB" };
            let body = list("u0", &format!("state=\"resubscribe\" poolFqdn=\"{to}\""));
            scene.respond(&subscribe, 200, &[("Expires", "3600")], "");
            scene.notify(&subscribe, 1, "active", RLMI, &body);
        }
        scene.pass(Duration::from_millis(100));
    }
    assert!((4..10).contains(&asked), "{asked} in a minute");
    assert_eq!(scene.unknown(1), [0]);
}

#[test]
fn whoever_is_not_known_for_long_is_told_though_the_server_refuses_nobody() {
    type Server = fn(&mut Scene, &Message, u32);
    let servers: [(&str, &str, Server); 4] = [
        ("to ever new pools", "sends one of them from pool to pool", |scene, subscribe, number| {
            let body = list("u0", &format!("state=\"resubscribe\" poolFqdn=\"sip:p{number}@example.com;gruu\""));
            scene.respond(subscribe, 200, &[("Expires", "3600")], "");
            scene.notify(subscribe, 1, "active", RLMI, &body);
        }),
        ("accepts and is silent", "has not said how everybody is", |scene, subscribe, _| {
            scene.respond(subscribe, 200, &[("Expires", "3600")], "");
        }),
        ("the same with 202", "has not said how everybody is", |scene, subscribe, _| {
            scene.respond(subscribe, 202, &[("Expires", "3600")], "");
        }),
        ("tells of somebody else", "has not said how everybody is", |scene, subscribe, _| {
            scene.respond(subscribe, 200, &[("Expires", "3600")], "");
            scene.notify(subscribe, 1, "active", CATEGORIES, &document("stranger", 3500));
        }),
    ];
    for (what, why, serve) in servers {
        let mut scene = Scene::new(1, 100);
        let (begin, mut number) = (scene.now, 0);
        while scene.now < begin + seconds(60) {
            while let Some(subscribe) = scene.sent.pop_front() {
                number += 1;
                serve(&mut scene, &subscribe, number);
            }
            let state = scene.subscriber.state();
            assert!(scene.now < begin + seconds(5) || state.is_some(), "{what}: {:?}", scene.now - begin);
            scene.pass(Duration::from_millis(100));
        }
        let (told, people, known) = scene.subscriber.state().unwrap();
        assert!(told.contains(why) && (people, known) == (1, 0), "{what}: {told}");
        scene.pass_well(seconds(40));
        assert!(scene.unknown(1).is_empty() && scene.subscriber.state().is_none(), "{what}");
    }
    let mut scene = Scene::new(1, 100);
    scene.pass(Duration::from_secs(3));
    assert!(scene.subscriber.state().is_none(), "a moment is none");
}

#[test]
fn in_a_dialog_that_is_pending_nobody_is_known_until_it_tells_again() {
    for (state, body) in [("pending", document("u0", 3500)), ("waiting;expires=600", String::new())] {
        let mut scene = Scene::new(2, 100);
        let subscribe = scene.next();
        scene.answer(&subscribe, 200);
        assert!(scene.unknown(2).is_empty());
        scene.notify(&subscribe, 2, state, CATEGORIES, &body);
        assert_eq!(scene.unknown(2), [0, 1], "{state}");
        let (why, ..) = scene.subscriber.state().unwrap();
        assert!(why.contains("says `"), "{why}");
        scene.pass_well(seconds(20));
        assert!(scene.unknown(2).is_empty() && scene.subscriber.state().is_none(), "{state}");
    }
}

#[test]
fn whoever_is_alone_and_sent_to_and_fro_costs_no_more_than_the_others() {
    for life in ["3600", "30", "10", "2"] {
        let mut scene = Scene::new(1, 100);
        let mut numbers = HashMap::<String, u32>::new();
        let (mut times, end) = (Vec::new(), scene.now + seconds(600));
        while scene.now < end {
            while let Some(subscribe) = scene.sent.pop_front() {
                times.push(scene.now);
                if subscribe.expires() == Some(0) {
                    scene.respond(&subscribe, 200, &[("Expires", "0")], "");
                    continue;
                }
                scene.respond(&subscribe, 200, &[("Expires", life)], "");
                let other = "sip:other@example.com;gruu;opaque=srvr:HomeServer:BB";
                let to = if subscribe.to().unwrap().uri == POOL { other } else { POOL };
                let number = numbers.entry(subscribe.call_id().unwrap().to_owned()).or_default();
                *number += 1;
                let body = list("u0", &format!("state=\"resubscribe\" poolFqdn=\"{to}\""));
                scene.notify(&subscribe, *number, "active", RLMI, &body);
            }
            scene.pass(Duration::from_millis(100));
        }
        let most =
            times.iter().map(|from| times.iter().filter(|at| (*from..*from + seconds(60)).contains(*at)).count());
        let most = most.max().unwrap();
        assert!((4..10).contains(&most), "{life}: {most} of whatever kind in a minute");
    }
}

#[test]
fn a_dialog_that_nobody_comes_back_to_is_ended_after_a_minute_and_never_prolonged() {
    for (life, ends) in [("3600", true), ("130", true), ("50", false)] {
        let mut scene = Scene::new(1, 100);
        let home = scene.next();
        scene.respond(&home, 200, &[("Expires", life)], "");
        scene.notify(&home, 1, "active", RLMI, &list("u0", &format!("state=\"resubscribe\" poolFqdn=\"{POOL}\"")));
        let begin = scene.now;
        let mut ended = None;
        while scene.now < begin + seconds(200) {
            while let Some(subscribe) = scene.sent.pop_front() {
                if subscribe.call_id() == home.call_id() {
                    assert_eq!(subscribe.expires(), Some(0), "{life}");
                    ended = Some((scene.now - begin).as_secs());
                    scene.respond(&subscribe, 200, &[("Expires", "0")], "");
                } else {
                    scene.answer(&subscribe, 200);
                }
            }
            scene.pass(Duration::from_millis(100));
        }
        assert_eq!(ended, ends.then_some(60), "{life}");
        assert!(scene.unknown(1).is_empty(), "{life}");
        assert_eq!(scene.agent.subscriptions(), 1, "{life}");
    }
}

#[test]
fn a_pool_that_was_left_ends_nothing_that_another_one_tells() {
    let mut scene = Scene::new(1, 100);
    let home = scene.next();
    scene.respond(&home, 200, &[("Expires", "3600")], "");
    scene.notify(&home, 1, "active", RLMI, &list("u0", &format!("state=\"resubscribe\" poolFqdn=\"{POOL}\"")));
    let other = scene.next();
    scene.answer(&other, 200);
    for (number, said) in [(2, "state=\"terminated\" reason=\"deactivated\""), (3, "state=\"pending\"")] {
        scene.notify(&home, number, "active", RLMI, &list("u0", said));
        assert!(scene.unknown(1).is_empty(), "{said}");
        assert!(scene.sent.iter().all(|sent| sent.method() != "SUBSCRIBE"), "{said}: {:?}", scene.sent);
    }
}

#[test]
fn notifies_that_are_lost_again_and_again_make_no_storm_however_long_the_dialog_has_lived() {
    let mut scene = Scene::new(40, 5);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    scene.pass_well(seconds(900));
    let (mut asked, mut number, end) = (0, 1000, scene.now + seconds(120));
    while scene.now < end {
        number += 10;
        scene.notify(&subscribe, number, "active", CATEGORIES, &document("u0", 3500));
        while let Some(subscribe) = scene.sent.pop_front() {
            asked += 1;
            number += 10;
            let body = super::scene::documents(&[]);
            let fields = [("Expires", "36000"), ("ms-piggyback-cseq", &*number.to_string())];
            scene.respond(&subscribe, 200, &fields, &body);
            scene.notify(&subscribe, number + 5, "active", CATEGORIES, &document("u0", 3500));
        }
        scene.pass(seconds(1));
    }
    assert!((4..80).contains(&asked), "{asked} in two minutes, which is eight batches each time");
}

#[test]
fn who_is_never_told_of_is_asked_for_again_however_much_is_said_of_others() {
    let mut scene = Scene::new(2, 100);
    let subscribe = scene.next();
    let body = super::scene::documents(&[("u0".to_owned(), 3500)]);
    scene.respond(&subscribe, 200, &[("Expires", "36000"), ("ms-piggyback-cseq", "1")], &body);
    for number in 2..14 {
        assert!(scene.sent.is_empty(), "after {} s", number - 2);
        scene.notify(&subscribe, number, "active", CATEGORIES, &document("u0", 6500));
        scene.pass(seconds(1));
        if let Some(sent) = scene.sent.front() {
            assert_eq!(named(sent), ["u1"]);
            break;
        }
    }
    assert_eq!(scene.unknown(2), [1]);
    let (why, people, covered) = scene.subscriber.state().unwrap();
    assert!(why.contains("has not said how everybody is") && (people, covered) == (2, 1), "{why}");
    scene.pass_well(seconds(3));
    assert!(scene.unknown(2).is_empty() && scene.subscriber.state().is_none());
}

#[test]
fn what_was_lost_or_numbered_anew_is_asked_for_and_not_believed_meanwhile() {
    let mut scene = Scene::new(2, 100);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    scene.notify(&subscribe, 4, "active", CATEGORIES, &document("u0", 6500));
    assert_eq!(scene.unknown(2), [1], "two notifies were lost, and the third has said how one of them is");
    assert_eq!(everybody(scene.pass_well(seconds(1))).len(), 2);
    assert!(scene.unknown(2).is_empty());
    // The answer was the fifth. A notify that comes twice may have said something else.
    scene.notify(&subscribe, 5, "active", CATEGORIES, &document("u0", 9500));
    assert_eq!(scene.unknown(2), [0, 1]);
    scene.pass_well(seconds(20));
    assert!(scene.unknown(2).is_empty());
    assert_eq!(scene.subscriber.take_counts().renumbered, 0);
    scene.notify(&subscribe, 1, "active", CATEGORIES, &document("u0", 9500));
    assert_eq!((scene.unknown(2), scene.subscriber.take_counts().renumbered), (vec![0, 1], 1));
    let all = scene.pass_well(seconds(20));
    assert!(all.iter().all(|(call_id, _)| Some(&**call_id) != subscribe.call_id()), "another dialog");
    assert!(scene.unknown(2).is_empty());
}

/// A server that counts everything it sends with one counter, of which other dialogs take their share.
struct OneCounter {
    subscribe: Message,
    number: u32,
    shown: [u32; 6],
    /// Whom it was asked for, and when.
    asked: Vec<(Instant, String)>,
}

impl OneCounter {
    fn serve(&mut self, scene: &mut Scene) {
        while let Some(sent) = scene.sent.pop_front() {
            self.number += 3;
            let shown = |who: String| (self.shown[who[1..].parse::<usize>().unwrap()], who);
            let all: Vec<_> = named(&sent).into_iter().map(shown).map(|(number, who)| (who, number)).collect();
            self.asked.extend(all.iter().map(|(who, _)| (scene.now, who.clone())));
            let fields = [("Expires", "36000"), ("ms-piggyback-cseq", &*self.number.to_string())];
            scene.respond(&sent, 200, &fields, &super::scene::documents(&all));
        }
    }

    fn change(&mut self, scene: &mut Scene, who: usize, shown: u32) {
        self.number += 5;
        self.shown[who] = shown;
        scene.notify(&self.subscribe, self.number, "active", CATEGORIES, &document(&format!("u{who}"), shown));
    }

    fn pass(&mut self, scene: &mut Scene) {
        for _ in 0..10 {
            self.serve(scene);
            scene.pass(Duration::from_millis(100));
        }
    }

    fn most_in_a_minute(&self, who: &str) -> usize {
        let times: Vec<_> = self.asked.iter().filter(|(_, asked)| asked == who).map(|(at, _)| *at).collect();
        let from = |at: &Instant| times.iter().filter(|other| *other >= at && **other < *at + seconds(60)).count();
        times.iter().map(from).max().unwrap_or(0)
    }
}

#[test]
fn a_server_that_counts_all_with_one_counter_makes_nobody_flap_and_what_it_loses_is_found_within_seconds() {
    let mut scene = Scene::new(6, 4);
    let subscribe = scene.next();
    let mut server = OneCounter { subscribe: subscribe.clone(), number: 10, shown: [3500; 6], asked: Vec::new() };
    scene.sent.push_front(subscribe);
    server.serve(&mut scene);
    for turn in 0..180 {
        server.change(&mut scene, turn % 5, if turn % 2 == 0 { 6500 } else { 3500 });
        let changed = scene.reported[&UserHandle(u32::try_from(turn % 5).unwrap())];
        assert_eq!(changed, server.shown[turn % 5], "who has just been told of is known: {turn}");
        server.pass(&mut scene);
        assert!(turn < 60 || scene.unknown(6).is_empty(), "{turn}: {:?}", scene.unknown(6));
    }
    assert!(scene.subscriber.take_counts().skipped > 50);
    for turn in 0..20 {
        // One more is lost indeed.
        server.number += 1;
        let before = std::mem::replace(&mut server.shown[5], 9500 + 1000 * (turn % 2));
        server.change(&mut scene, 0, 3500 + turn);
        let lost = scene.now;
        while scene.reported[&UserHandle(5)] == before {
            assert!(scene.now < lost + seconds(15), "{turn}: {:?}", scene.reported);
            server.pass(&mut scene);
        }
        // Whoever is unknown after losses of which each was one is asked for ever more slowly.
        (0..60).for_each(|_| server.pass(&mut scene));
        assert_eq!(scene.reported[&UserHandle(5)], server.shown[5], "{turn}");
    }
    for who in 0..6 {
        let most = server.most_in_a_minute(&format!("u{who}"));
        assert!(most < 10, "u{who}: {most}");
    }
}

#[test]
fn what_cannot_be_read_leaves_in_doubt_whom_it_may_concern_and_is_asked_for_again() {
    let broken = document("u0", 9500).replace("<category ", "<category></x>");
    for (kind, body, unknown) in [
        (CATEGORIES, broken, vec![0]),
        (CATEGORIES, "<!DOCTYPE x><categories/>".to_owned(), vec![0, 1]),
        ("text/html", "<p>".to_owned(), vec![0, 1]),
        (RLMI, list("u0", "state=\"pending\""), vec![0]),
        (RLMI, list("u0", "state=\"active\"").replace("</list>", ""), vec![0, 1]),
        ("multipart/related;boundary=X", "--X\r\n".to_owned(), vec![0, 1]),
    ] {
        let mut scene = Scene::new(2, 100);
        let subscribe = scene.next();
        scene.answer(&subscribe, 200);
        scene.notify(&subscribe, 2, "active", kind, &body);
        assert_eq!(scene.unknown(2), unknown, "{body}");
        let state = scene.subscriber.state().map(|(_, people, covered)| people - covered);
        assert_eq!(state, Some(unknown.len()), "{body}");
        scene.pass_well(seconds(10));
        assert!(scene.unknown(2).is_empty() && scene.subscriber.state().is_none(), "{body}");
    }
}

/// A resource list of so many, who are all watched.
fn list_of(people: &[&str], full: bool) -> String {
    let resource = |who: &&str| {
        format!("<resource uri=\"sip:{who}@example.com\"><instance id=\"0\" state=\"active\"/></resource>")
    };
    let all: String = people.iter().map(resource).collect();
    format!(
        "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:watcher@example.com\" version=\"1\" fullState=\"{full}\">\
         {all}</list>"
    )
}

#[test]
fn whoever_a_list_of_everybody_lacks_is_unknown_and_asked_for_again() {
    for (people, full, unknown) in [
        (&["u0", "u1"][..], true, vec![2]),
        (&["u0", "u1"], false, vec![]),
        (&["u0", "u1", "u2"], true, vec![]),
        (&["u0", "u1", "u2", "stranger"], true, vec![]),
        (&[], true, vec![0, 1, 2]),
        (&[], false, vec![]),
    ] {
        let mut scene = Scene::new(3, 100);
        let subscribe = scene.next();
        scene.answer(&subscribe, 200);
        scene.notify(&subscribe, 2, "active", RLMI, &list_of(people, full));
        assert_eq!(scene.unknown(3), unknown, "{people:?} {full}");
        scene.pass_well(seconds(10));
        assert!(scene.unknown(3).is_empty() && scene.subscriber.state().is_none(), "{people:?} {full}");
    }
}

/// A server that calls the list of each batch a full one: nobody of the batches before is lost by it.
#[test]
fn a_list_of_those_who_were_asked_for_just_now_says_nothing_of_the_others() {
    for answers in [true, false] {
        let mut scene = Scene::new(4, 2);
        let mut number = 0;
        while let Some(subscribe) = {
            scene.settle();
            scene.sent.pop_front()
        } {
            let asked = named(&subscribe);
            let people: Vec<_> = asked.iter().map(|who| &**who).collect();
            let part = format!("--B\r\nContent-Type: {RLMI}\r\n\r\n{}\r\n", list_of(&people, true));
            let body = part + &multipart(asked.iter().map(|who| document(who, 3500)));
            number += 1;
            let fields = [("Expires", "36000"), ("ms-piggyback-cseq", &*number.to_string())];
            match answers {
                true => scene.respond(&subscribe, 200, &fields, &body),
                false => {
                    scene.respond(&subscribe, 200, &fields[..1], "");
                    scene.notify(&subscribe, number, "active", super::scene::MULTIPART, &body);
                }
            }
        }
        assert!(number == 2 && scene.unknown(4).is_empty(), "{answers}: {number}, {:?}", scene.unknown(4));
    }
}

#[test]
fn whoever_is_watched_in_one_of_several_instances_is_known_by_that() {
    let mut scene = Scene::new(2, 100);
    let subscribe = scene.next();
    let both = list("u1", "state=\"terminated\" reason=\"noresource\"/><instance id=\"1\" state=\"active\" cid=\"b\"");
    let part = format!("--B\r\nContent-Type: {RLMI}\r\n\r\n{both}\r\n");
    let of_u1 = format!("--B\r\nContent-ID: <b>\r\nContent-Type: {CATEGORIES}\r\n\r\n{}\r\n", document("u1", 6500));
    let body = part + &of_u1 + &multipart([document("u0", 3500)]);
    scene.respond(&subscribe, 200, &[("Expires", "36000"), ("ms-piggyback-cseq", "1")], &body);
    assert_eq!((scene.unknown(2), scene.reported[&UserHandle(1)]), (vec![], 6500));
    assert_eq!(scene.subscriber.take_counts().refused, 0);
}

#[test]
fn a_change_of_somebody_in_doubt_answers_no_question_and_takes_nothing_from_them() {
    let broken = document("u0", 9500).replace("<category ", "<category></x>");
    // What comes before the question is asked; what is known then; the answer; what is known in the end.
    for (change, meanwhile, answer, known) in [
        (note("u0", "late"), (0, "late"), vec![document("u0", 6500), note("u0", "late")], (6500, "late")),
        (document("u0", 6500), (6500, "lunch"), vec![document("u0", 6500), note("u0", "late")], (6500, "late")),
        (document("u0", 6500), (6500, "lunch"), vec![document("u0", 6500)], (6500, "")),
    ] {
        let shown = |scene: &Scene| {
            let note = scene.roster.report(UserHandle(0), true).presence.note.to_string();
            (scene.reported[&UserHandle(0)], note)
        };
        let of = |(number, note): (u32, &str)| (number, note.to_owned());
        let mut scene = Scene::new(2, 100);
        let subscribe = scene.next();
        let all = multipart([document("u0", 3500), document("u1", 3500), note("u0", "lunch")]);
        scene.respond(&subscribe, 200, &[("Expires", "36000"), ("ms-piggyback-cseq", "1")], &all);
        assert_eq!(shown(&scene), of((3500, "lunch")));
        scene.notify(&subscribe, 2, "active", CATEGORIES, &broken);
        scene.notify(&subscribe, 3, "active", CATEGORIES, &change);
        assert_eq!(shown(&scene), of(meanwhile), "{change}");
        scene.pass(seconds(3));
        let again = scene.next();
        assert_eq!(named(&again), ["u0"], "{change}");
        scene.respond(&again, 200, &[("Expires", "36000"), ("ms-piggyback-cseq", "4")], &multipart(answer));
        assert_eq!(shown(&scene), of(known), "{change}");
        assert!(scene.subscriber.state().is_none(), "{change}");
    }
}

/// What the list beside an odd part says of its owner is believed, however the part is called; nobody else is in doubt,
/// and what is of nobody here matters to nobody.
#[test]
fn an_odd_part_leaves_only_in_doubt_whom_the_list_beside_it_names() {
    let list = |cid: &str, who: &str| {
        let instance = format!("state=\"active\" cid=\"{cid}\"");
        format!("--B\r\nContent-ID: <list>\r\nContent-Type: {RLMI}\r\n\r\n{}\r\n", list(who, &instance))
    };
    let odd = "--B\r\nContent-ID: <0001.ab@fe>\r\nContent-Type: application/pidf+xml\r\n\r\n<presence/>\r\n--B--\r\n";
    for (cid, who, unknown) in [
        ("0001.ab@fe", "u1", vec![1]),
        ("0001.ab@fe", "stranger", vec![]),
        ("0002.ab@fe", "u1", vec![0, 1]),
        ("u0@example.com", "u1", vec![0, 1]),
    ] {
        let mut scene = Scene::new(2, 100);
        let subscribe = scene.next();
        scene.answer(&subscribe, 200);
        for number in 2..20 {
            scene.notify(&subscribe, number, "active", super::scene::MULTIPART, &(list(cid, who) + odd));
            assert_eq!(scene.unknown(2), unknown, "{cid} {who}");
            scene.sent.clear();
        }
    }
}

#[test]
fn what_a_server_wanted_to_be_left_alone_for_is_asked_for_when_something_was_mended() {
    let mut scene = Scene::new(3, 100);
    scene.accept_all();
    let rest = [("Retry-After", "300")];
    scene.pass(seconds(9));
    let sign = scene.next();
    scene.respond(&sign, 503, &rest, "");
    assert_eq!(scene.unknown(3).len(), 3);
    scene.pass(seconds(20));
    assert!(scene.sent.is_empty() && scene.subscriber.poll_timeout().is_some());
    scene.subscriber.try_now();
    assert_eq!(everybody(scene.accept_all()).len(), 3);
    assert_eq!(scene.unknown(3), [0; 0]);
}

#[test]
fn who_was_refused_is_asked_for_when_something_was_mended_but_not_ten_times_in_a_minute() {
    let mut scene = Scene::new(1, 100);
    let mut asked = 0;
    for _ in 0..600 {
        while let Some(subscribe) = scene.sent.pop_front() {
            asked += 1;
            scene.answer(&subscribe, 403);
        }
        scene.subscriber.try_now();
        scene.pass(Duration::from_millis(100));
    }
    assert!((7..10).contains(&asked), "{asked} in a minute");
}

/// Where the scene's answers send to.
const ELSEWHERE: &str = "sip:fe.example.com";

#[test]
fn people_are_subscribed_to_where_an_answer_sends_to() {
    for status in [300, 301, 302, 305] {
        let mut scene = Scene::new(25, 10);
        let subscribe = scene.next();
        scene.answer(&subscribe, status);
        let mut named_there = Vec::new();
        while let Some(subscribe) = scene.sent.pop_front() {
            assert!(!named_there.is_empty() || subscribe.request_uri() == Some(ELSEWHERE), "{subscribe:?}");
            named_there.push(named(&subscribe).len());
            scene.answer(&subscribe, 200);
        }
        assert_eq!((named_there, scene.unknown(25)), (vec![10, 10, 5], vec![]), "{status}: at once, and nobody alone");
        assert_eq!(scene.subscriber.take_counts().refused, 0);
    }
}

#[test]
fn who_is_sent_elsewhere_out_of_a_dialog_leaves_the_others_in_it() {
    let mut scene = Scene::new(15, 10);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    let second = scene.next();
    assert_eq!((second.call_id(), named(&second).len()), (subscribe.call_id(), 5));
    scene.answer(&second, 302);
    assert_eq!(scene.unknown(15).len(), 5);
    let there = scene.next();
    assert_eq!((there.request_uri(), named(&there)), (Some(ELSEWHERE), named(&second)));
    scene.answer(&there, 200);
    assert_eq!(scene.unknown(15), [0; 0]);
}

#[test]
fn servers_that_send_people_around_for_ever_are_asked_at_each_ones_pace() {
    let mut scene = Scene::new(3, 10);
    let mut asked = HashMap::<_, u32>::new();
    scene.settle();
    for _ in 0..60 {
        while let Some(subscribe) = scene.sent.pop_front() {
            named(&subscribe).into_iter().for_each(|who| *asked.entry(who).or_default() += 1);
            scene.answer(&subscribe, 302);
        }
        scene.pass(seconds(1));
    }
    assert!(asked.len() == 3 && asked.values().all(|times| (3..10).contains(times)), "{asked:?} in a minute");
    assert_eq!(scene.unknown(3).len(), 3);
    assert!(scene.subscriber.state().is_some_and(|(why, ..)| why.contains("302")));
    assert_eq!(everybody(scene.pass_well(seconds(60))).len(), 3);
    assert_eq!(scene.unknown(3), [0; 0]);
}

#[test]
fn what_a_server_said_whose_user_services_went_counts_when_it_is_said_again() {
    let mut scene = Scene::new(25, 10);
    scene.accept_all();
    assert_eq!(scene.unknown(25), [0; 0]);
    scene.subscriber.ask_for_everybody_again("the server's user services are down", scene.now);
    scene.settle();
    assert_eq!(scene.unknown(25).len(), 25);
    assert!(
        scene.subscriber.state().is_some_and(|(why, all, known)| why.contains("are down") && (all, known) == (25, 0))
    );
    assert_eq!(everybody(scene.pass_well(seconds(30))).len(), 25);
    assert_eq!((scene.unknown(25), scene.subscriber.state()), (vec![], None));
}

#[test]
fn a_dialog_that_is_lost_is_begun_afresh_with_everybody() {
    let mut scene = Scene::new(25, 10);
    scene.accept_all();
    scene.watch(&[user(99)]);
    let change = scene.next();
    scene.answer(&change, 481);
    assert_eq!(scene.unknown(25).len(), 25);
    assert_eq!(everybody(scene.pass_well(seconds(9))).len(), 26);
}

/// So many people, each of them in a dialog of their own that has said how they are.
fn alone(people: u32) -> Scene {
    let mut scene = Scene::new(people, 100);
    let subscribe = scene.next();
    scene.answer(&subscribe, 200);
    scene.accept_all();
    for who in 0..people {
        scene.notify(&subscribe, who + 4, "active", RLMI, &list(&format!("u{who}"), "state=\"resubscribe\""));
    }
    scene.accept_all();
    scene.pass_well(seconds(10));
    assert!(scene.unknown(people).is_empty());
    scene
}

#[test]
fn a_server_that_forgets_the_dialogs_of_single_persons_without_a_word_is_found_out_within_seconds() {
    const ALL: u32 = 300;
    let mut scene = alone(ALL);
    let asked = scene.pass_well(seconds(90)).len();
    assert!((9..=11).contains(&asked), "one is asked for all, not each: {asked}");
    let mut asked = 0;
    for _ in 0..24 {
        while let Some(sent) = scene.sent.pop_front() {
            // A dialog that begins afresh gets no answer.
            if sent.to().unwrap().tag().is_some() {
                asked += 1;
                scene.answer(&sent, 481);
            }
        }
        scene.pass(Duration::from_millis(500));
    }
    assert_eq!(scene.unknown(ALL).len(), ALL as usize, "after {asked} answers");
}

#[test]
fn a_server_that_is_merely_slow_is_not_asked_ever_more() {
    for pause in [5, 20] {
        let (mut scene, mut waiting, mut asked) = (alone(300), VecDeque::new(), 0);
        let end = scene.now + seconds(100);
        while scene.now < end {
            scene.settle();
            let due = scene.now + seconds(pause);
            asked += scene.sent.len();
            waiting.extend(scene.sent.drain(..).map(|sent| (due, sent)));
            while let Some((_, sent)) = waiting.pop_front_if(|(due, _)| *due <= scene.now) {
                scene.answer(&sent, 200);
            }
            scene.pass(Duration::from_millis(250));
        }
        assert!((10..=45).contains(&asked), "{asked} in 100 s, answered after {pause} s");
    }
}
