//! What stands in the end, whatever happens on the way, and whose choice it is.
//! Long, because it is the list of the ways there, one story each.

use super::{
    model::START,
    wishes::wish,
    world::{Message, Outcome, World, born, own},
};
use crate::{
    choice::Choice,
    key::{Category, Lifetime},
    roaming::Own,
    value::State,
};
use proptest::prelude::*;
use std::time::Duration;
use uc_plugin_api::{Availability, Standing};

#[derive(Clone, Debug)]
enum Step {
    Want(usize),
    Choose(usize),
    Disturb(u32),
    Click,
    Send,
    Serve(Outcome),
    Receive,
    /// A document that lists no publications comes before everything else that is on its way.
    Hush,
    Write(bool),
    Lose(bool),
    Crash {
        arrives: bool,
        wish_ends: bool,
    },
    Wait,
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Taken),
        1 => Just(Outcome::TakenBarely),
        1 => Just(Outcome::Refused),
        1 => any::<bool>().prop_map(|applied| Outcome::Failed { applied }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..7).prop_map(Step::Want),
        2 => (0_usize..4).prop_map(Step::Choose),
        1 => (1_u32..5).prop_map(Step::Disturb),
        2 => Just(Step::Click),
        3 => Just(Step::Send),
        3 => outcome().prop_map(Step::Serve),
        3 => Just(Step::Receive),
        1 => Just(Step::Hush),
        3 => prop::bool::weighted(0.9).prop_map(Step::Write),
        1 => any::<bool>().prop_map(Step::Lose),
        1 => any::<(bool, bool)>().prop_map(|(arrives, wish_ends)| Step::Crash { arrives, wish_ends }),
        1 => Just(Step::Wait),
    ]
}

proptest! {
    /// Whatever is wished, chosen, disturbed, refused, lost and crashed in whatever order: in the end exactly the last
    /// wish stands, under it the user's own choice.
    #[test]
    fn what_is_wanted_stands_in_the_end(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Want(number) => world.want(wish(number)),
                Step::Choose(number) => world.choose(own(number)),
                Step::Disturb(version) => world.server.disturb(version),
                Step::Click => world.click(),
                Step::Send => world.send(),
                Step::Serve(outcome) => world.serve_so(outcome),
                Step::Receive => world.receive(),
                Step::Hush => world.hush(),
                Step::Write(works) => world.write(works),
                Step::Crash { arrives, wish_ends } => world.crash(arrives, wish_ends),
                Step::Lose(endpoint_too) => world.lose(endpoint_too),
                Step::Wait => world.now += Duration::from_secs(50_000),
            }
        }
        world.settle();
        prop_assert_eq!(world.gave_up, 0);
        let automatic = world.wanted.as_ref().filter(|wanted| wanted.standing == Standing::Automatic);
        prop_assert_eq!(world.of_instance(Category::State, 8), if automatic.is_some() { 2 } else { 0 });
        prop_assert_eq!(world.of_instance(Category::State, 3), 2);
        let noted = world.wanted.as_ref().is_some_and(|wanted| !wanted.presence.note.is_empty());
        prop_assert_eq!(world.of_instance(Category::Note, 0), if noted { 3 } else { 0 });

        world.want(None);
        world.settle();
        if !world.unknowable {
            prop_assert_eq!(world.there(), world.chosen.as_ref().map(|choice| choice.most.availability));
            prop_assert_eq!(world.server.all.len(), 2 + if world.chosen.is_some() { 2 } else { 0 });
        }
        prop_assert!(!world.publisher.outlives());
        prop_assert!(world.publisher.is_settled());
        prop_assert_eq!(&world.disk, &None);
    }

    /// Nobody chooses: then nothing is ever taken for a choice, however often ours comes back.
    #[test]
    fn our_own_publication_is_never_taken_for_a_choice(steps in prop::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Want(number) => world.want(wish(number)),
                Step::Choose(_) | Step::Click => world.hear(),
                Step::Disturb(version) => world.server.disturb(version),
                Step::Send => world.send(),
                Step::Serve(outcome) => {
                    world.serve_so(outcome);
                    world.hear();
                }
                Step::Receive => world.receive(),
                Step::Hush => world.hush(),
                Step::Write(works) => world.write(works),
                Step::Crash { arrives, wish_ends } => world.crash(arrives, wish_ends),
                Step::Lose(endpoint_too) => world.lose(endpoint_too),
                Step::Wait => world.now += Duration::from_secs(50_000),
            }
        }
        world.settle();
        prop_assert_eq!(world.told, None);
    }
}

fn manual() -> World {
    let mut world = World::new();
    world.choose(own(1));
    world.settle();
    world.want(wish(2));
    world.settle();
    assert_eq!(world.there(), Some(12_500));
    world
}

#[test]
fn what_the_user_chooses_over_ours_stays_and_is_told() {
    let mut world = manual();
    world.choose(own(3));
    world.settle();
    assert_eq!(world.told.take().unwrap().unwrap().presence().availability, Availability::DoNotDisturb);
    assert_eq!(world.there(), Some(9500), "ours is not put over it");
    world.choose(None);
    world.settle();
    assert_eq!(world.told.take(), Some(None), "the user took it back");
    world.want(wish(3));
    world.settle();
    assert_eq!(world.there(), Some(9600), "the host has the last word");
}

#[test]
fn a_document_that_lists_no_publications_is_no_choice_and_forgets_nothing() {
    let mut world = manual();
    world.lose(true);
    world.hush();
    assert!(world.told.is_none() && world.publisher.request(world.now).is_none(), "it is not what stands");
    world.settle();
    assert_eq!((world.there(), world.told.take()), (Some(12_500), None));

    world.crash(true, true);
    world.hush();
    assert!(world.publisher.outlives(), "what an earlier life wrote down still counts");
    world.settle();
    assert_eq!(world.there(), Some(3500), "the agent's own choice is put back");
}

/// What the user has chosen reads as what the host wants in its place.
#[test]
fn a_choice_that_equals_ours_and_that_nobody_wrote_down_is_the_users() {
    let equal = || Some(Choice::of(State::plain(12_500)));
    // Whether it stands when the process begins, whether the wish comes before anything is heard, and whether the
    // process dies while both stand.
    for case in 0..8 {
        let [at_start, early, dies] = [1, 2, 4].map(|bit| case & bit > 0);
        let mut world = World::new();
        if at_start {
            world.server.choose(equal().as_ref());
            world.to_client.clear();
            world.hear();
        }
        if early {
            world.want(wish(2));
        }
        world.settle();
        if !at_start {
            // The next wish is what the host says of the choice.
            world.choose(equal());
            world.settle();
        }
        world.want(wish(2));
        world.settle();
        if dies {
            world.crash(true, false);
            world.settle();
        }
        assert_eq!(world.there(), Some(12_500));
        world.want(None);
        world.settle();
        assert_eq!(world.there(), Some(12_500), "at start {at_start}, early {early}, dies {dies}");
        assert!(!world.publisher.outlives() && world.disk.is_none());
    }
}

#[test]
fn what_the_user_clicks_on_stays_though_it_is_what_we_put_there() {
    for (before, dies, seen) in
        [(1, false, true), (2, false, true), (0, false, true), (1, true, true), (1, true, false), (2, true, false)]
    {
        let mut world = World::new();
        world.choose(own(before));
        world.settle();
        world.want(wish(2));
        world.settle();
        let version = world.disk.as_ref().unwrap().ours[0].version;
        assert_eq!(version, world.server.choice().unwrap().version, "how it stands is on disk");
        world.click();
        if seen {
            world.settle();
            let told = world.told.take().unwrap().unwrap();
            assert_eq!(told.most.availability, 12_500, "it is the user's now");
        }
        if dies {
            world.crash(false, false);
            world.settle();
        }
        world.want(None);
        world.settle();
        assert_eq!(world.there(), Some(12_500), "before {before}, dies {dies}, seen {seen}");
    }
}

#[test]
fn a_click_that_meets_our_request_is_the_users() {
    // Ours is published anew, or for the first time, while the user chooses the same; the request is refused for it or
    // for anything else.
    for (first, outcome) in [(false, Outcome::Taken), (false, Outcome::Refused), (true, Outcome::Taken)] {
        let mut world = if first { World::new() } else { manual() };
        if first {
            world.choose(own(1));
            world.settle();
            world.want(wish(2));
            world.send();
            world.write(true);
        } else {
            world.want(wish(3));
            world.settle();
            world.now += Duration::from_secs(50_000);
            world.send();
            world.write(true);
        }
        world.send();
        assert!(world.to_server.is_some());
        let wanted = if first { 12_500 } else { 9600 };
        match first {
            true => world.choose(Some(Choice::of(State::plain(12_500)))),
            false => world.click(),
        }
        world.receive();
        world.serve_so(outcome);
        world.settle();
        assert_eq!(world.told.take().map(|told| told.unwrap().most.availability), Some(wanted));
        world.want(None);
        world.settle();
        assert_eq!(world.there(), Some(wanted), "first {first}, {outcome:?}");
    }
}

#[test]
fn what_an_earlier_life_put_there_is_not_put_back_though_its_file_could_be_read_only_late() {
    let mut world = manual();
    let (server, left) = (std::mem::take(&mut world.server), world.disk.take().unwrap());
    // The file could not be read when this life began, and the host wants something else.
    let mut world = World { server, publisher: born(), ..World::new() };
    world.to_client.clear();
    world.hear();
    world.receive();
    world.want(wish(3));
    world.send();
    let asked = world.writing.take().flatten().unwrap();
    assert_eq!(asked.before.as_ref().map(|choice| choice.most.availability), Some(12_500), "ours is taken for theirs");
    world.disk = Some(asked.over(&left));
    world.publisher.remembered(world.disk.clone());
    world.settle();
    assert_eq!(world.there(), Some(9600));
    world.want(None);
    world.settle();
    assert_eq!(world.there(), Some(3500), "the agent's own choice");
}

#[test]
fn a_choice_that_was_not_heard_of_is_waited_for_and_not_overwritten() {
    let mut world = manual();
    let old = world.server.own();
    // The user chooses, and nobody tells before the next wish meets the other version.
    world.choose(own(3));
    world.to_client.clear();
    world.want(wish(3));
    world.send();
    world.write(true);
    world.send();
    world.serve();
    let Some(Message::Conflict(conflicts)) = world.to_client.pop_front() else { panic!("no conflict") };
    assert_eq!(world.publisher.conflicted(&conflicts), crate::publisher::Conflicted::Again);
    assert!(world.publisher.doubts() && world.publisher.request(world.now).is_none(), "nothing is put over it");
    let mut note = Own::default();
    (note.lists, note.named) = (true, vec![Category::Note]);
    for older in [&old, &note] {
        assert_eq!(world.publisher.heard(older, false, world.now), None);
        assert!(world.publisher.doubts() && world.publisher.request(world.now).is_none(), "{older:?}");
    }
    world.hear();
    world.settle();
    assert_eq!(world.told.take().unwrap().unwrap().presence().availability, Availability::DoNotDisturb);
    assert_eq!(world.there(), Some(9500), "it is the user's");
}

#[test]
fn the_users_own_choice_is_put_back_for_as_long_as_it_would_have_stood() {
    let seconds = Duration::from_secs;
    // How long it was to last, as the server tells; how long ours stands over it; how long it lasts afterwards.
    for (number, lasts, passes, left) in [
        (3, Some(3600), 600, Some(2800..=3000)),
        (3, Some(3600), 3500, Some(1..=100)),
        (3, Some(3600), 3700, None),
        (3, Some(86_400), 600, Some(85_600..=85_800)),
        (3, None, 600, Some(86_400..=86_400)),
        (3, None, 100_000, Some(86_400..=86_400)),
    ] {
        for crash in [false, true] {
            let mut world = World::new();
            world.server.tells_ends = lasts.is_some();
            world.choose(own(number));
            if let Some(lasts) = lasts {
                world.server.last(lasts);
                world.hear();
            }
            world.settle();
            world.want(wish(2));
            world.settle();
            assert_eq!(world.there(), Some(12_500));
            world.now += seconds(passes - 100);
            if crash {
                world.crash(true, false);
            }
            world.settle();
            world.want(None);
            world.settle();
            let ends: Vec<_> = world.server.choices().map(|stands| stands.lifetime).collect();
            let what = format!("{lasts:?}, {passes}, {crash}: {ends:?}");
            assert_eq!(world.there(), left.as_ref().map(|_| 9500), "{what}");
            let within = |lifetime: &Lifetime| match lifetime {
                Lifetime::Seconds(seconds) => left.as_ref().is_some_and(|left| left.contains(seconds)),
                _ => false,
            };
            assert!(ends.iter().all(within), "{what}");
            assert!(world.publisher.is_settled() && !world.publisher.outlives() && world.disk.is_none(), "{what}");
            assert_eq!(world.told, None, "{what}: nobody has chosen anything");
        }
    }
}

#[test]
fn when_a_choice_ends_is_counted_from_its_publication_or_from_when_it_was_heard_of() {
    for (at, expires, until) in [
        ("2026-01-01T00:00:00Z", "3600", Some(3600)),
        ("2025-12-31T23:59:00Z", "3600", Some(3540)),
        ("2026-01-01T01:00:00Z", "3600", Some(3600)),
        ("2025-12-31T12:00:00Z", "3600", Some(3600)),
        ("", "3600", Some(3600)),
        ("today", "3600", Some(3600)),
        ("2026-01-01T00:00:00Z", "", None),
        ("2026-01-01T00:00:00Z", "long", None),
    ] {
        let mut world = World::new();
        world.server.choose(own(3).as_ref());
        let begin = "publishTime=\"";
        let document = world.server.document();
        let (head, rest) = document.split_once(begin).unwrap();
        let (_, rest) = rest.split_once('"').unwrap();
        let document = format!("{head}expires=\"{expires}\" {begin}{at}\"{rest}");
        let read = Own::read(document.as_bytes()).unwrap().choice(START).unwrap();
        assert_eq!(read.until.map(|until| until - START), until, "{at} {expires}");
    }
}

#[test]
fn what_ends_by_itself_is_published_anew_before_it_does() {
    let mut world = World::new();
    world.want(wish(3));
    world.settle();
    let due = world.publisher.poll_timeout().unwrap();
    assert!(due <= world.now + Duration::from_secs(43_200));
    assert!(!world.publisher.is_due(due - Duration::from_secs(1)));
    // That it may stand in another version is on disk first, and nothing turns in circles meanwhile.
    assert!(world.publisher.request(due).is_none() && world.publisher.poll_timeout().is_none());
    world.remember();
    world.write(true);
    let operations = world.publisher.request(due).unwrap();
    assert_eq!(operations.len(), 2);
}

#[test]
fn conflicts_without_end_are_given_up_and_tried_again_later() {
    let mut world = World::new();
    world.want(wish(1));
    world.receive();
    for _ in 0..5 {
        world.send();
        world.server.disturb(1);
        let asked = world.to_server.take().unwrap();
        let conflicts: Vec<_> = (1..=asked.len()).map(|index| crate::fault::Conflict { index, current: 7 }).collect();
        world.to_client.push_back(Message::Conflict(conflicts));
        world.receive();
    }
    assert_eq!(world.gave_up, 1);
    world.send();
    assert!(world.to_server.is_some(), "the caller decides when");
}
