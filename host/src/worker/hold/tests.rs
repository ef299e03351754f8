//! Every row of the race table that one user's hold decides alone, on simulated time.

use super::*;
use proptest::prelude::*;

const ACW: Option<WorkMode> = Some(WorkMode::AfterCallWork);
const NO_LIMIT: Duration = Duration::ZERO;

fn presence(number: u32, note: &str) -> Presence {
    let availability = Availability::from_number(number);
    Presence { availability, number, note: note.into(), ..Presence::default() }
}

fn ours() -> Presence {
    presence(15_500, "After call work")
}

/// Held, with this standing, after the platform said that the user is available.
fn held(standing: Standing, now: Moment) -> Hold {
    let mut hold = Hold::default();
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Drives);
    assert_eq!(hold.t_server(ACW, false, now), HoldChange::Entered);
    assert!(!hold.publishes(Some((&ours(), standing)), now));
    hold
}

#[test]
fn ours_is_recognised_by_value_and_never_taken_for_a_choice() {
    let now = Moment::default();
    for standing in [Standing::Automatic, Standing::Manual] {
        let mut hold = held(standing, now);
        // Their own note stands beside our state; the half of ours that came first; the whole.
        for note in ["in Rome", "", "After call work"] {
            assert_eq!(hold.platform_says(&presence(15_500, note), now), TakenFor::Ours, "{note}");
        }
        assert!(hold.is_held());
        assert_eq!(hold.without_our_note(&presence(3500, "After call work")).note, "", "our note is not theirs");
    }
}

#[test]
fn idle_and_an_activity_that_ours_does_not_name_make_no_difference() {
    let now = Moment::default();
    let busy = Presence { activity: "in-a-meeting".into(), ..presence(6500, "") };
    let mut hold = Hold::default();
    hold.t_server(Some(WorkMode::LegalGuard), false, now);
    hold.publishes(Some((&busy, Standing::Automatic)), now);
    assert_eq!(
        hold.platform_says(&Presence { activity: "in-a-meeting".into(), ..presence(7500, "") }, now),
        TakenFor::Ours
    );
    assert_eq!(hold.platform_says(&presence(6500, ""), now), TakenFor::Remembered, "busy for another reason");
}

#[test]
fn beside_an_automatic_publication_a_notify_refreshes_the_memory_and_ends_nothing() {
    let now = Moment::default();
    let mut hold = held(Standing::Automatic, now);
    hold.platform_says(&ours(), now);
    for number in [3500, 9500, 18_500] {
        assert_eq!(hold.platform_says(&presence(number, ""), now + LATE * 2), TakenFor::Remembered, "{number}");
    }
    assert!(hold.is_held());
}

#[test]
fn two_devices_that_change_refresh_the_memory() {
    let now = Moment::default();
    let mut hold = held(Standing::Automatic, now);
    for number in [5000, 3500, 15_500, 3500] {
        let ours = number == 15_500;
        assert_eq!(
            hold.platform_says(&presence(number, ""), now),
            if ours { TakenFor::Ours } else { TakenFor::Remembered }
        );
    }
    assert!(hold.is_held());
}

#[test]
fn a_manual_publication_that_was_seen_is_ended_by_what_replaces_it() {
    let now = Moment::default();
    let mut hold = held(Standing::Manual, now);
    assert_eq!(
        hold.platform_says(&presence(3500, ""), now),
        TakenFor::Remembered,
        "ours was not seen yet: an old word"
    );
    hold.platform_says(&ours(), now);
    assert_eq!(hold.platform_says(&presence(18_500, ""), now), TakenFor::Remembered, "a lost server looks the same");
    assert_eq!(hold.platform_says(&presence(0, ""), now), TakenFor::Remembered, "the platform does not know");
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Replaced);
}

#[test]
fn a_manual_publication_that_nobody_saw_yet_is_not_taken_for_replaced() {
    let now = Moment::default();
    let mut hold = held(Standing::Manual, now);
    assert_eq!(
        hold.platform_says(&presence(3500, ""), now + LATE * 2),
        TakenFor::Remembered,
        "it may still be under way"
    );
    hold.platform_says(&ours(), now + LATE * 3);
    assert_eq!(hold.platform_says(&presence(3500, ""), now + LATE * 3), TakenFor::Replaced);
}

#[test]
fn a_failed_sink_makes_no_choice_of_what_its_end_uncovers() {
    let now = Moment::default();
    let mut hold = held(Standing::Manual, now);
    hold.platform_says(&ours(), now);
    hold.doubt_ours(now);
    hold.platform_says(&ours(), now);
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Remembered, "an echo proves nothing");
    assert_eq!(hold.platform_says(&presence(3500, ""), now + LATE * 2), TakenFor::Remembered);
    hold.platform_says(&ours(), now + LATE * 2);
    assert_eq!(hold.platform_says(&presence(3500, ""), now + LATE * 3), TakenFor::Replaced, "it stands again");
}

/// As long as an echo may be under way, counted from when a sink took ours anew, and whatever is said again before it.
#[test]
fn a_sinks_word_ends_no_doubt_before_every_echo_is_over() {
    let second = Duration::from_secs(1);
    for taken in [None, Some(0), Some(5), Some(41)] {
        for echo in [None, Some(0), Some(9)] {
            for late in [0, 9, 11, 60] {
                let now = Moment::default();
                let mut hold = held(Standing::Manual, now);
                hold.platform_says(&ours(), now);
                hold.doubt_ours(now);
                let taken_at = now + second * taken.unwrap_or_default();
                if taken.is_some() {
                    hold.ours_is_taken(taken_at);
                }
                if let Some(echo) = echo {
                    hold.platform_says(&ours(), taken_at + second * echo);
                }
                let chose = taken.is_some() && late > 9;
                let heard = hold.platform_says(&presence(3500, ""), taken_at + second * late);
                assert_eq!(heard == TakenFor::Replaced, chose, "taken: {taken:?}, {echo:?} s, {late} s");
            }
        }
    }
}

#[test]
fn the_users_choice_ends_it_and_it_begins_anew_only_with_the_next_one() {
    let now = Moment::default();
    let mut hold = held(Standing::Automatic, now);
    assert!(hold.let_go(now) && !hold.let_go(now));
    assert_eq!(hold.t_server(ACW, true, now), HoldChange::Stays, "the T-Server has not followed yet");
    assert_eq!(hold.platform_says(&presence(6500, ""), now), TakenFor::Drives);
    assert_eq!(hold.t_server(None, false, now), HoldChange::Stays);
    assert_eq!(hold.t_server(ACW, false, now), HoldChange::Entered);
}

#[test]
fn an_echo_of_the_one_before_proves_nothing() {
    let now = Moment::default();
    let mut hold = held(Standing::Manual, now);
    hold.platform_says(&ours(), now);
    hold.t_server(None, false, now);
    hold.t_server(ACW, false, now);
    hold.publishes(Some((&ours(), Standing::Manual)), now);
    assert_eq!(hold.platform_says(&ours(), now), TakenFor::Ours, "perhaps still the one before");
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Remembered, "it is withdrawn");
    assert_eq!(hold.platform_says(&ours(), now), TakenFor::Ours);
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Replaced, "this one was seen");
}

#[test]
fn a_late_echo_after_the_end_drives_nobody_unless_it_stays() {
    let now = Moment::default();
    let mut hold = held(Standing::Automatic, now);
    assert_eq!(hold.t_server(None, false, now), HoldChange::Ended);
    assert_eq!(hold.platform_says(&ours(), now + LATE / 2), TakenFor::Ours);
    assert_eq!(hold.deadline(NO_LIMIT), Some(now + LATE));
    assert_eq!(hold.due(NO_LIMIT, now + LATE / 2), None);
    let mut moved_on = hold.clone();
    assert_eq!(moved_on.platform_says(&presence(3500, ""), now + LATE / 2), TakenFor::Drives);
    assert_eq!(
        moved_on.platform_says(&presence(15_500, ""), now + LATE / 2),
        TakenFor::Drives,
        "now they are away by themselves"
    );
    let with_note = presence(15_500, &ours().note);
    assert!(!with_note.note.is_empty());
    assert_eq!(moved_on.platform_says(&with_note, now + LATE / 2), TakenFor::Ours, "nobody else writes our note");
    assert_eq!(hold.due(NO_LIMIT, now + LATE), Some(Due::Themselves(ours())), "it was no echo");
    assert_eq!((hold.due(NO_LIMIT, now + LATE), hold.deadline(NO_LIMIT)), (None, None));
}

#[test]
fn who_was_away_behind_our_away_is_not_made_available_for_long() {
    let now = Moment::default();
    let mut hold = held(Standing::Automatic, now);
    hold.platform_says(&ours(), now);
    hold.platform_says(&presence(15_500, ""), now);
    hold.t_server(None, false, now);
    assert_eq!(
        hold.due(NO_LIMIT, now + LATE),
        Some(Due::Themselves(presence(15_500, ""))),
        "no word came: none changed"
    );
}

#[test]
fn a_restart_in_the_middle_takes_ours_for_nobodys_choice() {
    let now = Moment::default();
    for left in ["After call work", ""] {
        let mut before = Hold::default();
        assert_eq!(before.platform_says(&presence(15_500, left), now), TakenFor::Drives, "nothing is known yet");
        assert_eq!(before.t_server(ACW, true, now), HoldChange::Entered);
        assert!(before.publishes(Some((&ours(), Standing::Automatic)), now), "what it drove was ours, or half of it");
    }
    let mut after = Hold::default();
    after.t_server(ACW, true, now);
    assert!(!after.publishes(Some((&ours(), Standing::Automatic)), now));
    assert_eq!(after.platform_says(&ours(), now), TakenFor::Ours);
}

#[test]
fn who_was_away_before_it_began_stays_away_by_their_own_word() {
    let now = Moment::default();
    let mut hold = Hold::default();
    hold.platform_says(&presence(15_500, ""), now);
    hold.t_server(ACW, false, now);
    assert!(!hold.publishes(Some((&ours(), Standing::Automatic)), now), "nothing of ours can have stood");
}

#[test]
fn a_publication_withdrawn_in_doubt_is_no_choice_and_comes_back() {
    let now = Moment::default();
    let mut hold = held(Standing::Manual, now);
    hold.platform_says(&ours(), now);
    hold.publishes(None, now);
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Remembered, "we took it away ourselves");
    hold.publishes(Some((&ours(), Standing::Manual)), now);
    assert_eq!(hold.platform_says(&presence(3500, ""), now), TakenFor::Remembered, "not seen again yet");
}

#[test]
fn the_limit_ends_after_call_work_and_nothing_else() {
    let (now, limit) = (Moment::default(), Duration::from_secs(60));
    let mut hold = held(Standing::Automatic, now);
    assert_eq!((hold.deadline(NO_LIMIT), hold.deadline(limit)), (None, Some(now + limit)));
    assert_eq!((hold.due(limit, now + limit / 2), hold.due(limit, now + limit)), (None, Some(Due::Limit)));
    hold.t_server(Some(WorkMode::LegalGuard), false, now);
    assert_eq!(hold.deadline(limit), None);
}

proptest! {
    /// Whatever comes in whatever order: ours never drives and never ends a hold, and no word of the platform drives
    /// anybody who is held.
    #[test]
    fn nothing_drives_who_is_held(steps in proptest::collection::vec((0u8..7, 0u64..15), 1..60), manual: bool) {
        let standing = if manual { Standing::Manual } else { Standing::Automatic };
        let (mut hold, mut now) = (Hold::default(), Moment::default());
        for (step, seconds) in steps {
            now += Duration::from_secs(seconds);
            match step {
                0 => { hold.t_server(ACW, false, now); hold.publishes(Some((&ours(), standing)), now); }
                1 => { hold.t_server(None, false, now); }
                2 => { hold.let_go(now); }
                3 => hold.doubt_ours(now),
                5 => hold.ours_is_taken(now),
                4 => {
                    let holds = hold.is_held();
                    let heard = hold.platform_says(&ours(), now);
                    prop_assert!(!holds || heard == TakenFor::Ours);
                }
                _ => {
                    let holds = hold.is_held();
                    let heard = hold.platform_says(&presence(3500, ""), now);
                    prop_assert_eq!(holds, heard != TakenFor::Drives);
                    prop_assert!(heard != TakenFor::Replaced || manual);
                }
            }
        }
    }
}

#[test]
fn the_limit_counts_from_the_beginning_of_after_call_work() {
    let (start, limit) = (Moment::default(), Duration::from_secs(60));
    let mut hold = Hold::default();
    hold.t_server(Some(WorkMode::LegalGuard), false, start);
    assert_eq!(hold.deadline(limit), None);
    let later = start + limit * 2;
    (0..2).for_each(|seconds| assert_eq!(hold.t_server(ACW, false, later + limit / 3 * seconds), HoldChange::Stays));
    assert_eq!(hold.deadline(limit), Some(later + limit));
}
