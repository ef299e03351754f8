//! Whatever becomes of a request: in the end what is wanted stands, and until then the host is told that it does not.

use super::{
    front_end::{Mood, Stage},
    wishes::{KIM, wish},
};
use crate::{choice::Choice, key::Category, value::State};
use proptest::prelude::*;
use std::time::Duration;
use uc_plugin_api::{Publication, Standing};

const SECOND: Duration = Duration::from_secs(1);
/// A failure is told by then: an answer that does not come is given up after 32 s (RFC 3261, timer F).
const TOLD_BY_THEN: Duration = Duration::from_secs(40);

/// Whether exactly this is shown of the agent, who has chosen nothing.
fn stands(stage: &Stage, wish: Option<&Publication>) -> bool {
    let of = |category, block| {
        let all = stage.model.all.keys();
        all.filter(|key| key.category == category && key.instance >> 28 == block).count()
    };
    let automatic = wish.filter(|wish| wish.standing == Standing::Automatic);
    let manual = wish.filter(|wish| wish.standing == Standing::Manual).map(|wish| wish.presence.number);
    let noted = wish.is_some_and(|wish| !wish.presence.note.is_empty());
    let notes = stage.model.all.keys().filter(|key| key.category == Category::Note).count();
    let phone = stage.model.all.iter().filter(|(key, _)| key.category == Category::State && key.instance >> 28 == 8);
    let shown = automatic.map(|wish| format!(">{}<", wish.presence.number));
    phone.clone().count() == 2 * usize::from(automatic.is_some())
        && phone.clone().all(|(_, stands)| shown.as_ref().is_some_and(|shown| stands.value.contains(shown)))
        && stage.model.choice().map(|choice| choice.most.availability) == manual
        && notes == 3 * usize::from(noted)
        && of(Category::State, 2) == 2 * usize::from(manual.is_some())
}

fn moods() -> impl Strategy<Value = Mood> {
    prop_oneof![
        3 => Just(Mood::Takes),
        1 => Just(Mood::TakesBarely),
        2 => prop_oneof![Just(400_u16), Just(401), Just(403), Just(404), Just(413), Just(480), Just(481), Just(503)]
            .prop_map(|status| Mood::Refuses(status, "")),
        1 => Just(Mood::Refuses(503, "Retry-After: 20")),
        1 => Just(Mood::Refuses(403, "ms-diagnostics: 4010;reason=\"not registered\"")),
        1 => (prop_oneof![Just(408_u16), Just(500), Just(504)], any::<bool>())
            .prop_map(|(status, applied)| Mood::Fails(status, applied)),
        1 => any::<bool>().prop_map(|tells| Mood::Conflicts { tells }),
        1 => any::<bool>().prop_map(Mood::Silent),
        1 => any::<bool>().prop_map(Mood::Drops),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Wish(usize),
    Mood(Mood),
    Disk(bool),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::sample::select(&[0, 1, 2, 3, 5][..]).prop_map(Step::Wish),
        3 => moods().prop_map(Step::Mood),
        1 => prop::bool::weighted(0.7).prop_map(Step::Disk),
        4 => (0_u64..400).prop_map(Step::Pass),
    ]
}

proptest! {
    // A case is half an hour of an agent's life.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_wanted_stands_once_the_server_behaves_and_until_then_it_is_told(
        steps in prop::collection::vec(step(), 0..30)
    ) {
        let mut stage = Stage::new();
        let (mut wanted, mut since) = (None, stage.now);
        for step in steps {
            match step {
                Step::Wish(number) => {
                    wanted = wish(number);
                    since = stage.now;
                    stage.wish(wanted.clone());
                }
                Step::Mood(mood) => stage.mood = mood,
                Step::Disk(works) => stage.disk_works = works,
                Step::Pass(seconds) => stage.pass(SECOND * seconds as u32),
            }
            if stage.now >= since + TOLD_BY_THEN && !stands(&stage, wanted.as_ref()) {
                let told = stage.told();
                prop_assert!(told.as_ref().is_some_and(|why| !why.is_empty()), "told {:?}; {:?}", told, stage.mood);
            }
        }
        (stage.mood, stage.disk_works) = (Mood::Takes, true);
        stage.pass(SECOND * 1300);
        prop_assert!(stands(&stage, wanted.as_ref()), "{:#?}", stage.model);
        prop_assert!(stage.told().is_none_or(|why| why.is_empty()), "{:?}", stage.told());
    }
}

#[test]
fn a_withdrawal_that_is_refused_once_is_told_and_tried_again_and_holds_nothing_up() {
    let refusals = [Mood::Refuses(403, ""), Mood::Refuses(404, ""), Mood::Refuses(480, ""), Mood::Fails(500, false)];
    for refusal in refusals {
        let mut stage = Stage::new();
        stage.wish(wish(1));
        stage.pass(SECOND * 5);
        assert_eq!(stage.told().as_deref(), Some(""));
        stage.mood = refusal;
        stage.wish(None);
        stage.pass(SECOND / 2);
        assert!(!stage.told().unwrap().is_empty() && !stands(&stage, None), "{refusal:?}");

        // The next change does not wait for the end of the pause.
        stage.mood = Mood::Takes;
        stage.wish(wish(5));
        stage.pass(SECOND * 2);
        assert!(stands(&stage, wish(5).as_ref()) && stage.told().as_deref() == Some(""), "{refusal:?}");

        stage.mood = refusal;
        stage.wish(None);
        stage.pass(SECOND / 2);
        stage.mood = Mood::Takes;
        stage.pass(SECOND * 4);
        assert!(stands(&stage, None) && stage.told().as_deref() == Some(""), "{refusal:?}");
    }
}

#[test]
fn what_is_refused_for_long_is_asked_ever_more_slowly() {
    let minute = SECOND * 60;
    for (mood, passes) in [
        (Mood::Refuses(403, ""), false),
        (Mood::Refuses(404, ""), false),
        (Mood::Refuses(413, ""), false),
        (Mood::Refuses(501, ""), false),
        (Mood::Refuses(513, ""), false),
        (Mood::Fails(500, true), true),
        (Mood::Conflicts { tells: true }, true),
        (Mood::Conflicts { tells: false }, true),
        (Mood::Refuses(503, "Retry-After: 0"), true),
        (Mood::Silent(true), true),
    ] {
        let mut stage = Stage::new();
        stage.mood = mood;
        stage.wish(wish(2));
        stage.pass(SECOND * 3600);
        // Of a conflict the versions are learned at once, a few times in a row.
        let bursts = if mood == (Mood::Conflicts { tells: true }) { 5 } else { 1 };
        let asked = stage.services.len();
        let (some, longest) =
            if passes { (50..=260, SECOND * 20..minute + SECOND * 5) } else { (8..=40, SECOND * 100..minute * 6) };
        assert!((some.start() * bursts..=some.end() * bursts).contains(&asked), "{mood:?}: {asked} in an hour");
        let between = stage.services.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(longest.contains(&between), "{mood:?}: {between:?}");
    }
}

#[test]
fn what_passes_by_itself_is_over_within_a_minute_of_its_end_however_long_it_was() {
    // What is asked, and in which mood for how long; how long after that what is wanted stands at the latest.
    let refused = |status| (Mood::Refuses(status, ""), None, 60);
    let failed = |status| (Mood::Fails(status, false), None, 60);
    let shut = |status| (Mood::Takes, Some(status), 60);
    for (mood, closed, within) in [
        refused(480),
        refused(481),
        refused(503),
        (Mood::Refuses(503, "Retry-After: 1"), None, 60),
        failed(408),
        failed(500),
        failed(504),
        (Mood::Conflicts { tells: true }, None, 60),
        (Mood::Conflicts { tells: false }, None, 60),
        (Mood::Drops(false), None, 60),
        // The last request of all has its own time before it is given up.
        (Mood::Silent(false), None, 95),
        shut(408),
        shut(500),
        shut(503),
        shut(504),
    ] {
        for outage in [5, 60, 300, 1800] {
            let mut stage = Stage::new();
            (stage.mood, stage.shut) = (mood, closed);
            stage.wish(wish(2));
            stage.pass(SECOND * outage);
            assert!(!stands(&stage, wish(2).as_ref()), "{mood:?}, {closed:?}");
            (stage.mood, stage.shut) = (Mood::Takes, None);
            stage.pass(SECOND * within);
            assert!(stands(&stage, wish(2).as_ref()), "{mood:?}, {closed:?} of {outage} s");
            assert_eq!(stage.told().as_deref(), Some(""), "{mood:?}, {closed:?} of {outage} s");
        }
    }
}

#[test]
fn nothing_is_published_before_a_list_of_publications_has_come_and_that_is_told() {
    let mut stage = Stage::new();
    stage.model.choose(Some(&Choice::of(State::plain(15_500))));
    stage.lists = false;
    stage.wish(wish(2));
    stage.pass(SECOND * 60);
    assert_eq!((own(&stage), stage.services.len()), (Some(15_500), 0));
    stage.pass(SECOND * 20);
    assert!(stage.told().unwrap().contains("does not tell what the user publishes"));
    stage.lists = true;
    stage.pass(SECOND * 100);
    assert!(stands(&stage, wish(2).as_ref()) && stage.told().as_deref() == Some(""));
}

#[test]
fn who_is_not_watched_any_more_is_taken_back_however_often_that_fails() {
    for mood in [Mood::Refuses(403, ""), Mood::Fails(500, true), Mood::Silent(false), Mood::Drops(false)] {
        let mut stage = Stage::new();
        stage.wish(wish(2));
        stage.pass(SECOND * 5);
        assert!(stands(&stage, wish(2).as_ref()));
        stage.mood = mood;
        stage.crowd.unwatch(KIM, stage.now);
        stage.pass(SECOND * 100);
        stage.mood = Mood::Takes;
        stage.pass(SECOND * 400);
        assert!(stage.model.all.is_empty(), "{mood:?}: {:#?}", stage.model.all);
        assert_eq!(stage.crowd.census().all, 0, "{mood:?}");
    }
}

/// The agent's own choice, in words that can be compared.
fn own(stage: &Stage) -> Option<u32> {
    stage.model.choice().map(|choice| choice.most.availability)
}

/// After Call Work begins and ends while the process dies at one of its steps, and ends, goes on, or the agent is no
/// longer one while it is dead: in the end the platform shows what the agent had chosen.
#[test]
fn a_crash_at_any_step_of_after_call_work_leaves_the_agents_own_choice() {
    let mut died = 0;
    for (number, chosen) in [(2, Some(15_500)), (2, None), (2, Some(9500)), (3, Some(15_500)), (5, Some(9500))] {
        for step in 1..24 {
            for goes_on in [true, false] {
                let mut stage = Stage::new();
                stage.model.choose(chosen.map(|number| Choice::of(State::plain(number))).as_ref());
                stage.dies_at = Some(step);
                stage.wish(wish(number));
                stage.pass(SECOND * 3);
                stage.wish(None);
                stage.pass(SECOND * 3);
                let died_here = stage.steps == step;
                died += usize::from(died_here);
                stage.crash();
                if goes_on {
                    stage.wish(wish(number));
                    stage.pass(SECOND * 3);
                    assert!(!died_here || !stage.told().unwrap_or_default().contains("refused"));
                    stage.wish(None);
                }
                stage.pass(SECOND * 20);
                assert_eq!(own(&stage), chosen, "wish {number}, step {step}, goes on: {goes_on}");
                assert_eq!(stage.disk, None, "nothing is left to be remembered");
            }
        }
    }
    assert!(died >= 100, "{died} deaths");
}

#[test]
fn what_ends_by_itself_is_renewed_and_holds_nothing_up() {
    let mut stage = Stage::new();
    stage.wish(wish(3));
    stage.pass(SECOND * 5);
    let before = stage.services.len();
    (0..30).for_each(|_| stage.pass(SECOND * 3000));
    assert!((1..=3).contains(&(stage.services.len() - before)), "{}", stage.services.len() - before);
    assert!(stands(&stage, wish(3).as_ref()));
}

/// A disk that is full when ours is to be published anew: that is told, tried again, and nothing turns in circles.
#[test]
fn what_cannot_be_renewed_for_want_of_memory_is_told_until_it_is() {
    let mut stage = Stage::new();
    stage.wish(wish(3));
    stage.pass(SECOND * 5);
    let published = stage.services.len();
    stage.disk_works = false;
    (0..20).for_each(|_| stage.pass(SECOND * 3000));
    assert!(stage.told().unwrap().contains("the disk is full"));
    assert_eq!(stage.services.len(), published, "nothing is sent that is not remembered");
    stage.disk_works = true;
    stage.pass(SECOND * 400);
    assert_eq!((stage.told().as_deref(), stage.services.len()), (Some(""), published + 1));
    assert!(stands(&stage, wish(3).as_ref()));
}

/// What is bound to the endpoint goes with it, however the server takes what would remove it alone.
#[test]
fn what_is_to_be_taken_back_and_is_refused_for_long_goes_with_its_endpoint() {
    for (mood, within) in [
        (Mood::Refuses(503, "Retry-After: 86400"), 1),
        (Mood::Refuses(429, "Retry-After: 60"), 1),
        (Mood::Refuses(503, ""), 40),
        (Mood::Refuses(403, ""), 40),
        (Mood::Refuses(413, ""), 40),
        (Mood::Fails(500, false), 60),
        (Mood::Conflicts { tells: true }, 40),
    ] {
        let mut stage = Stage::new();
        stage.wish(wish(1));
        stage.pass(SECOND * 5);
        assert!(stands(&stage, wish(1).as_ref()));
        stage.mood = mood;
        stage.wish(None);
        stage.pass(SECOND * within);
        assert!(stands(&stage, None), "{mood:?}");
        assert_eq!(stage.told().as_deref(), Some(""), "{mood:?}");
        // Whatever is wanted afterwards is shown as soon as the server takes it, and no later than it asked for.
        stage.wish(wish(1));
        stage.pass(SECOND * 30);
        assert!(!stands(&stage, wish(1).as_ref()) && !stage.told().unwrap().is_empty(), "{mood:?}");
        stage.mood = Mood::Takes;
        stage.pass(SECOND * 330);
        assert!(stands(&stage, wish(1).as_ref()) && stage.told().as_deref() == Some(""), "{mood:?}");
    }
}

/// The same where the server does not let it sign out either, and of what outlives the endpoint: it is tried again within
/// five minutes, and told until then.
#[test]
fn what_cannot_be_taken_back_at_all_is_told_and_tried_again_whatever_the_server_asks_for() {
    for (number, shut) in [(1, true), (2, false), (2, true)] {
        let mut stage = Stage::new();
        stage.model.choose(Some(&Choice::of(State::plain(3500))));
        stage.wish(wish(number));
        stage.pass(SECOND * 5);
        (stage.mood, stage.shut) = (Mood::Refuses(503, "Retry-After: 86400"), shut.then_some(503));
        stage.wish(None);
        for _ in 0..20 {
            stage.pass(SECOND * 30);
            assert!(!stage.told().unwrap().is_empty(), "{number}, {shut}");
        }
        (stage.mood, stage.shut) = (Mood::Takes, None);
        stage.pass(SECOND * 310);
        let phones =
            stage.model.all.keys().filter(|key| key.category == Category::State && key.instance >> 28 == 8).count();
        assert_eq!((own(&stage), phones, stage.told().as_deref()), (Some(3500), 0, Some("")), "{number}, {shut}");
    }
}
