//! The rules of a preview, each with its test; and races of many acceptances.

use super::*;
use proptest::prelude::*;
use tokio::sync::oneshot::{Receiver, error::TryRecvError};

const LENGTH: Duration = Duration::from_secs(20);

fn candidate(user: u32, present: bool) -> Candidate {
    let agent = format!("10{user}").into();
    let reach = if present { Reach::Page } else { Reach::Nothing };
    Candidate { user: UserHandle(user), agent, dn: format!("50{user}").into(), switch: "S".into(), reach }
}

fn proposal(conn_id: u64, candidates: Vec<Candidate>) -> (Proposal, Receiver<Outcome>) {
    let (reply, outcome) = oneshot::channel();
    let (media_type, user_data, length) = ("voice".into(), Arc::default(), LENGTH);
    (Proposal { conn_id: ConnId(conn_id), candidates, media_type, user_data, length, reply }, outcome)
}

/// Previews with a list of what they asked for; replies are delivered at once.
#[derive(Default)]
struct Bench {
    previews: Previews,
    shown: Vec<UserHandle>,
    invited: Vec<UserHandle>,
    closed: Vec<(UserHandle, PreviewEnd)>,
}

impl Bench {
    fn offer(&mut self, now: Moment, conn_id: u64, candidates: Vec<Candidate>) -> (Option<u64>, Receiver<Outcome>) {
        let (proposal, outcome) = proposal(conn_id, candidates);
        let opened = self.turn(|previews, steps| previews.offer(proposal, now, steps));
        (opened.map(|(id, _)| id), outcome)
    }

    fn answer(&mut self, id: u64, user: u32, accept: bool, now: Moment) -> Result<(), Closed> {
        self.turn(|previews, steps| previews.answer(id, UserHandle(user), accept, now, steps))
    }

    fn turn<T>(&mut self, act: impl FnOnce(&mut Previews, &mut Vec<Step>) -> T) -> T {
        let mut steps = Vec::new();
        let result = act(&mut self.previews, &mut steps);
        for step in steps {
            match step {
                Step::Show(_, user) => self.shown.push(user),
                Step::Invite(user) => self.invited.push(user),
                Step::Close(_, user, end, _) => self.closed.push((user, end)),
                Step::Reply(reply, outcome) => drop(reply.send(outcome)),
            }
        }
        result
    }
}

#[test]
fn acceptance_names_the_worker_his_dn_and_switch() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut outcome) = bench.offer(now, 1, vec![candidate(2, true)]);
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Ok(()));
    let accepted = Outcome::Accepted { agent: "102".into(), dn: "502".into(), switch: "S".into() };
    assert_eq!(outcome.try_recv(), Ok(accepted));
    assert_eq!(bench.closed, [(UserHandle(2), PreviewEnd::Accepted)]);
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Err(Closed), "a second answer is too late");
}

#[test]
fn an_answer_after_the_deadline_is_too_late_even_before_the_timer_fires() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut outcome) = bench.offer(now, 1, vec![candidate(2, true)]);
    let id = id.expect("opened");
    let late = now + LENGTH;
    assert_eq!(bench.answer(id, 2, true, late), Err(Closed));
    assert_eq!(outcome.try_recv(), Err(TryRecvError::Empty));
    bench.turn(|previews, steps| previews.expire(id, late, steps));
    assert_eq!(outcome.try_recv(), Ok(Outcome::TimedOut));
    assert_eq!(bench.previews.len(), 0);
}

#[test]
fn without_a_page_nobody_is_waited_for() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut outcome) = bench.offer(now, 1, vec![candidate(2, false)]);
    assert_eq!((id, outcome.try_recv()), (None, Ok(Outcome::NoClient)));
}

#[test]
fn a_repeated_request_joins_the_first_and_an_overlapping_one_is_refused() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut first) = bench.offer(now, 1, vec![candidate(2, true)]);
    let (again, mut second) = bench.offer(now, 1, vec![candidate(2, true)]);
    let (_, mut third) = bench.offer(now, 1, vec![candidate(2, true), candidate(3, true)]);
    assert_eq!(again, None);
    assert!(matches!(third.try_recv(), Ok(Outcome::Error(_))));
    assert_eq!(bench.answer(id.expect("opened"), 2, false, now), Ok(()));
    assert_eq!((first.try_recv(), second.try_recv()), (Ok(Outcome::Rejected), Ok(Outcome::Rejected)));
    assert_eq!(bench.shown, [UserHandle(2)], "one window");
}

#[test]
fn cancelling_one_worker_of_a_broadcast_leaves_the_others() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut outcome) = bench.offer(now, 1, vec![candidate(2, true), candidate(3, true)]);
    let withdraw = |user, why| {
        move |previews: &mut Previews, steps: &mut Vec<Step>| {
            previews.withdraw(ConnId(1), user, why, &"".into(), steps);
        }
    };
    bench.turn(withdraw(Some(UserHandle(2)), Withdrawal::Cancelled));
    assert_eq!(outcome.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Err(Closed));
    bench.turn(withdraw(None, Withdrawal::CallerGone));
    assert_eq!(outcome.try_recv(), Ok(Outcome::CallerGone));
    let expected = [(UserHandle(2), PreviewEnd::Cancelled), (UserHandle(3), PreviewEnd::CallerGone)];
    assert_eq!(bench.closed, expected);
}

#[test]
fn a_worker_whose_part_was_withdrawn_gets_no_window_by_coming_back() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (id, mut outcome) = bench.offer(now, 1, vec![candidate(2, true), candidate(3, true)]);
    let mut withdraw = |user| {
        bench.turn(|previews, steps| {
            previews.withdraw(ConnId(1), Some(UserHandle(user)), Withdrawal::Cancelled, &"".into(), steps);
            previews.gone(UserHandle(user), steps);
            previews.present(UserHandle(user));
            assert_eq!(previews.shown_to(UserHandle(user)).count(), 0);
        });
    };
    withdraw(2);
    withdraw(3);
    assert_eq!(outcome.try_recv(), Ok(Outcome::Cancelled));
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Err(Closed));
}

#[test]
fn a_lost_asker_ends_only_what_nobody_else_waits_for() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (_, first) = bench.offer(now, 1, vec![candidate(2, true)]);
    let (_, second) = bench.offer(now, 1, vec![candidate(2, true)]);
    let gone = |bench: &mut Bench| {
        bench.turn(|p, steps| p.withdraw(ConnId(1), None, Withdrawal::AskerGone, &"".into(), steps));
    };
    drop(first);
    gone(&mut bench);
    assert_eq!(bench.closed, []);
    drop(second);
    gone(&mut bench);
    assert_eq!(bench.closed, [(UserHandle(2), PreviewEnd::Cancelled)]);
}

#[test]
fn an_invited_worker_is_waited_for_until_the_invitation_fails() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let invited = Candidate { reach: Reach::Invitation, ..candidate(2, false) };
    let (id, mut outcome) = bench.offer(now, 1, vec![invited.clone()]);
    assert_eq!(bench.invited, [UserHandle(2)]);
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Err(Closed), "there is no window yet");
    bench.previews.present(UserHandle(2));
    assert_eq!(bench.previews.shown_to(UserHandle(2)).count(), 1);
    assert_eq!(bench.answer(id.expect("opened"), 2, true, now), Ok(()));
    assert!(matches!(outcome.try_recv(), Ok(Outcome::Accepted { .. })));
    let (_, mut failed) = bench.offer(now, 2, vec![invited]);
    bench.turn(|previews, steps| previews.gone(UserHandle(2), steps));
    assert_eq!(failed.try_recv(), Ok(Outcome::NoClient));
}

#[test]
fn a_worker_without_a_page_for_too_long_ends_it_unless_he_comes_back() {
    let (mut bench, now) = (Bench::default(), Moment::default());
    let (_, mut outcome) = bench.offer(now, 1, vec![candidate(2, true), candidate(3, false)]);
    bench.previews.present(UserHandle(3));
    bench.turn(|previews, steps| previews.gone(UserHandle(2), steps));
    assert_eq!(outcome.try_recv(), Err(TryRecvError::Empty), "the other has come meanwhile");
    bench.turn(|previews, steps| previews.gone(UserHandle(3), steps));
    assert_eq!(outcome.try_recv(), Ok(Outcome::NoClient));
}

proptest! {
    /// Whatever happens in whatever order: one outcome, one winner, every window closed once.
    #[test]
    fn a_broadcast_ends_exactly_once(
        workers in 1_u32..50,
        moves in prop::collection::vec((0_u32..50, 0_u8..6), 0..200),
    ) {
        let (mut bench, now) = (Bench::default(), Moment::default());
        let candidates = (0..workers).map(|user| candidate(user, true)).collect();
        let (id, mut outcome) = bench.offer(now, 1, candidates);
        let id = id.expect("opened");
        let mut accepted = 0;
        for (user, act) in moves {
            let user = UserHandle(user % workers);
            match act {
                0 => accepted += u32::from(bench.answer(id, user.0, true, now).is_ok()),
                1 | 2 => drop(bench.answer(id, user.0, false, now)),
                3 => bench.turn(|previews, steps| previews.gone(user, steps)),
                4 => bench.previews.present(user),
                _ => bench.turn(|previews, steps| previews.expire(id, now, steps)),
            }
        }
        let late = now + LENGTH;
        bench.turn(|previews, steps| previews.expire(id, late, steps));
        let outcome = outcome.try_recv().expect("an outcome, always");
        prop_assert_eq!(accepted, u32::from(matches!(outcome, Outcome::Accepted { .. })));
        prop_assert!(accepted <= 1);
        let winners = bench.closed.iter().filter(|(_, end)| *end == PreviewEnd::Accepted).count();
        prop_assert_eq!(u32::try_from(winners), Ok(accepted));
        prop_assert!(bench.previews.len() == 0 && bench.previews.by_user.is_empty() && bench.previews.by_conn_id.is_empty());
    }
}
