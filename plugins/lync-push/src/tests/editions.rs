//! Which publication it is that stands: versions begin anew where one was removed.

use super::{
    wishes::wish,
    world::{Message, World, own},
};
use crate::{choice::Choice, publisher::Conflicted, record::Record, value::State};

/// A server that begins versions anew; over the user's own choice stands ours, in its first version.
fn ours_stands(before: usize) -> World {
    let mut world = World::new();
    world.server.restarts = true;
    world.choose(own(before));
    world.settle();
    world.want(wish(3));
    world.settle();
    assert_eq!(world.server.choice().and_then(|there| there.version), Some(1));
    world
}

/// What ours is, chosen by the user.
fn equal() -> Option<Choice> {
    Some(Choice::of(State::plain(9600)))
}

/// The user chooses something else, and then what ours was: the same value in the same version as ours.
fn toggle(world: &mut World, told: bool) {
    world.choose(own(1));
    if !told {
        world.to_client.clear();
    }
    world.choose(equal());
    assert_eq!(world.server.choice().and_then(|there| there.version), Some(1));
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Meanwhile {
    Dies,
    LosesConnection,
    HearsBoth,
    HearsTheEnd,
}

#[test]
fn what_the_user_chooses_anew_stays_though_it_has_the_version_of_ours() {
    use Meanwhile::{Dies, HearsBoth, HearsTheEnd, LosesConnection};
    for before in 0..3 {
        for meanwhile in [Dies, LosesConnection, HearsBoth, HearsTheEnd] {
            let mut world = ours_stands(before);
            toggle(&mut world, meanwhile == HearsBoth);
            match meanwhile {
                Dies => world.crash(false, false),
                LosesConnection => world.lose(true),
                HearsBoth | HearsTheEnd => {}
            }
            world.settle();
            let what = format!("{before}, {meanwhile:?}");
            let told = world.told.take().flatten().map(|told| told.most.availability);
            assert_eq!(told, Some(9600).filter(|_| meanwhile != Dies), "{what}");
            world.want(None);
            world.settle();
            assert_eq!(world.there(), Some(9600), "{what}");
            assert!(!world.publisher.outlives() && world.disk.is_none(), "{what}");
        }
    }
}

#[test]
fn a_record_without_times_still_knows_ours_by_its_version() {
    let mut world = ours_stands(1);
    let without = |record: Record| {
        let ours = record.ours.into_iter().map(|ours| Choice { published: None, ..ours }).collect();
        Record { before: record.before.map(|before| Choice { published: None, ..before }), ours }
    };
    world.disk = world.disk.take().map(without);
    world.crash(false, false);
    world.settle();
    let known = world.disk.as_ref().map(|record| record.ours[0].published);
    assert_eq!(known, Some(world.server.choice().unwrap().published), "from now on it knows");
    world.want(None);
    world.settle();
    assert_eq!(world.there(), Some(3500), "the agent's own is put back");
}

#[test]
fn a_choice_in_a_version_that_was_there_before_is_not_waited_for_any_longer() {
    // How often the user publishes anew after the removal, beside what ours had and what a request met.
    for again in 0..4 {
        let mut world = ours_stands(1);
        world.click();
        world.settle();
        world.want(wish(2));
        world.settle();
        world.want(wish(3));
        world.settle();
        world.click();
        world.click();
        world.to_client.clear();
        world.want(wish(2));
        world.send();
        world.write(true);
        world.send();
        world.serve();
        let Some(Message::Conflict(conflicts)) = world.to_client.pop_front() else { panic!("no conflict") };
        assert_eq!(world.publisher.conflicted(&conflicts), Conflicted::Again);
        toggle(&mut world, false);
        for _ in 0..again {
            world.click();
        }
        world.settle();
        assert!(world.publisher.knows(), "{again}: it is asked for again and again");
        assert_eq!(world.told.take().flatten().map(|told| told.most.availability), Some(9600), "{again}");
    }
}
