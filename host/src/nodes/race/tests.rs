//! Shares that say this and that, at whatever moment: one winner, and everybody knows who it is.

use super::*;
use crate::routing::{asker::Askers, message::UNDELIVERABLE};
use futures_util::FutureExt as _;
use proptest::prelude::*;
use tokio::time::sleep;

fn accepted(agent: &str) -> Outcome {
    Outcome::Accepted { agent: agent.into(), dn: "5000".into(), switch: "S".into(), redirect: None }
}

fn refused() -> Outcome {
    Outcome::Error(OPEN_WITH_OTHERS.into())
}

/// Shares that say these after so many milliseconds, and what each is told.
fn shares(said: Vec<(Outcome, u64)>) -> (Shares, Vec<mpsc::Receiver<End>>) {
    let mut shares = Shares::new();
    let told = said.into_iter().map(|(outcome, after)| {
        let (ended, tell) = shares.one_more();
        tokio::spawn(async move {
            sleep(Duration::from_millis(after)).await;
            tell(outcome);
        });
        ended
    });
    let told = told.collect();
    shares.are_all();
    (shares, told)
}

fn verdicts(told: &mut mpsc::Receiver<End>) -> Vec<Verdict> {
    std::iter::from_fn(|| told.try_recv().ok())
        .filter_map(|end| match end {
            End::Decided(verdict) => Some(verdict),
            End::Withdrawn { .. } => None,
        })
        .collect()
}

async fn decided(said: Vec<(Outcome, u64)>) -> Option<Outcome> {
    let (mut shares, _told) = shares(said);
    let (_ends, ended) = mpsc::channel(1);
    shares.decide(ended).await
}

#[tokio::test(start_paused = true)]
async fn the_first_to_accept_wins_and_without_one_all_count_together() {
    use Outcome::{CallerGone, Cancelled, Error, NoClient, Rejected, TimedOut};
    let first = decided(vec![(accepted("1"), 5_000), (accepted("2"), 10), (Rejected, 1)]).await;
    assert_eq!(first, Some(accepted("2")));
    for (outcomes, expected) in [
        (vec![Rejected, NoClient, TimedOut], TimedOut),
        (vec![NoClient, Rejected], Rejected),
        (vec![Error("lost".into()), NoClient], NoClient),
        (vec![Cancelled, Cancelled], Cancelled),
        (vec![Rejected, CallerGone], CallerGone),
        (vec![Error("lost".into())], Error("lost".into())),
        (vec![refused(), NoClient], refused()),
    ] {
        let said = outcomes.into_iter().map(|outcome| (outcome, 1)).collect();
        assert_eq!(decided(said).await, Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn shares_come_to_what_their_workers_would_at_one_node() {
    use Outcome::{Cancelled, Error, NoClient, Rejected, TimedOut};
    // Of one preview, whoever of its workers says it.
    let first_of = [TimedOut, Error(UNDELIVERABLE.into()), Rejected, NoClient, Cancelled];
    for (at, first) in first_of.iter().enumerate() {
        for other in &first_of[at..] {
            for (one, two) in [(first, other), (other, first)] {
                let came_to = decided(vec![(one.clone(), 1), (two.clone(), 2)]).await;
                assert_eq!(came_to.as_ref(), Some(first), "{one:?} and {two:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_of_the_call_is_what_it_comes_to_whatever_some_have_said_and_whenever_it_is_heard() {
    use Outcome::{CallerGone, Cancelled, Error, NoClient, Rejected};
    for said in [Rejected, NoClient, Error(UNDELIVERABLE.into()), Cancelled] {
        // One share hears of it by itself, after 10 ms; and one worker alone may be withdrawn.
        for (heard, why, expected) in [
            (Some(0), Why::Cancelled, &Cancelled),
            (Some(10), Why::Cancelled, &Cancelled),
            (Some(200), Why::Cancelled, &Cancelled),
            (Some(5), Why::CallerGone, &CallerGone),
            (None, Why::Cancelled, &said),
        ] {
            let (mut shares, _told) = shares(vec![(said.clone(), 1), (Cancelled, 10)]);
            let (ends, ended) = mpsc::channel(1);
            let withdraws = async {
                sleep(Duration::from_millis(heard.unwrap_or(60_000))).await;
                let _ = ends.send(End::Withdrawn { why, text: None }).await;
            };
            let (came_to, ()) = tokio::join!(shares.decide(ended), withdraws);
            assert_eq!(came_to.as_ref(), Some(expected), "{said:?}, heard after {heard:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_told_that_nobody_takes_it_can_ask_the_next_one_at_once() {
    use Outcome::{NoClient, Rejected};
    // A share stays until it is taken back, which takes so long.
    for (goes_after, told_after) in [(0, 10), (300, 310), (60_000, 1_010)] {
        let (mut shares, open) = (Shares::new(), Arc::new(()));
        for (outcome, after) in [(Rejected, 1), (NoClient, 10)] {
            let ((mut ended, tell), open) = (shares.one_more(), open.clone());
            tokio::spawn(async move {
                sleep(Duration::from_millis(after)).await;
                tell(outcome);
                while ended.recv().await.is_some() {}
                sleep(Duration::from_millis(goes_after)).await;
                drop((open, tell));
            });
        }
        shares.are_all();
        let (askers, arrivals) = crate::nodes::Arrivals::new(8, 8);
        let mut waiting = ask(&askers);
        let race = Race::of(WaitsFor { asker: waiting.asker(), answers: arrivals.answers() });
        let ((_ends, ended), begun) = (mpsc::channel(1), tokio::time::Instant::now());
        let runs = tokio::spawn(async move { race.run(shares, ended).await });
        assert_eq!((&mut waiting).await, Rejected);
        assert_eq!(begun.elapsed().as_millis().next_multiple_of(5), told_after);
        let is_let_go = Arc::strong_count(&open) == 1;
        assert_eq!(is_let_go, goes_after < 1_000, "a node that hangs is not waited for");
        runs.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_that_is_refused_refuses_the_whole_and_takes_the_others_back() {
    for (refused_after, others) in [(1, Outcome::TimedOut), (20, accepted("1")), (500, accepted("1"))] {
        let (shares, mut told) = shares(vec![(others, 10), (refused(), refused_after), (Outcome::TimedOut, 5_000)]);
        let (_ends, ended) = mpsc::channel(1);
        let (askers, answers) = Askers::new(mpsc::channel(8).0, 8);
        let race = Race::of(WaitsFor { asker: AskerId(1), answers: Arc::new(answers) });
        assert_eq!(race.run(shares, ended).await, [AskerId(1)]);
        assert!(matches!(&*race.lock(), State::Over(outcome) if *outcome == refused()), "it is over");
        for told in &mut told {
            let said = verdicts(told);
            assert!(said.iter().all(|verdict| *verdict == Verdict::Taken), "nobody has won: {said:?}");
            assert!(told.is_closed() || told.recv().await.is_none(), "it is taken back");
        }
        drop(askers);
    }
}

#[tokio::test(start_paused = true)]
async fn who_ends_it_is_told_so_and_who_is_gone_nothing() {
    let withdrawn = |why| End::Withdrawn { why, text: None };
    let (mut open, mut told) = shares(vec![(Outcome::Rejected, 1), (Outcome::Cancelled, 50)]);
    let (ends, ended) = mpsc::channel(1);
    ends.send(withdrawn(Why::CallerGone)).await.unwrap();
    assert_eq!(open.decide(ended).await, Some(Outcome::CallerGone));
    assert!(matches!(told[1].try_recv(), Ok(End::Withdrawn { why: Why::CallerGone, .. })));
    let (mut left, _told) = shares(vec![(Outcome::Rejected, 60_000)]);
    let (gone, ended) = mpsc::channel::<End>(1);
    drop(gone);
    assert_eq!(left.decide(ended).await, None);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_the_same_joins_and_gets_the_same_outcome_while_anybody_waits() {
    let (askers, arrivals) = crate::nodes::Arrivals::new(8, 8);
    let (mut first, mut second, mut third) = (ask(&askers), ask(&askers), ask(&askers));
    let waits =
        |waiting: &crate::routing::asker::Waiting| WaitsFor { asker: waiting.asker(), answers: arrivals.answers() };
    let race = Race::of(waits(&first));
    let (ends, ended) = mpsc::channel(1);
    assert!(matches!(race.join(&waits(&second), &ends.downgrade()), Joined::Open(_)));
    let (shares, _told) = shares(vec![(accepted("1"), 10), (Outcome::Cancelled, 20)]);
    race.run(shares, ended).await;
    assert!(matches!(race.join(&waits(&third), &ends.downgrade()), Joined::Over));
    for waiting in [&mut first, &mut second, &mut third] {
        assert_eq!(waiting.now_or_never(), Some(accepted("1")));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_of_what_was_left() {
    let (askers, arrivals) = crate::nodes::Arrivals::new(8, 8);
    let (first, second) = (ask(&askers), ask(&askers));
    let waits =
        |waiting: &crate::routing::asker::Waiting| WaitsFor { asker: waiting.asker(), answers: arrivals.answers() };
    let race = Race::of(waits(&first));
    let (ends, ended) = mpsc::channel(1);
    let weak = ends.downgrade();
    drop(ends);
    let (shares, _told) = shares(vec![(Outcome::Rejected, 60_000)]);
    race.run(shares, ended).await;
    assert!(matches!(race.join(&waits(&second), &weak), Joined::Left), "who asks for it begins anew");
}

fn ask(askers: &Askers) -> crate::routing::asker::Waiting {
    let members = crate::wire::Members::parse(r#"{"agent":"1001","connId":"1f"}"#).unwrap();
    let fields = crate::routing::fields::Fields::of(&members);
    let request = crate::routing::preview_request::PreviewRequest::decode_single(&fields, &mut Default::default());
    askers.ask(request.unwrap()).unwrap()
}

fn says() -> impl Strategy<Value = (Option<u8>, u64)> {
    (prop::option::of(0_u8..8), prop_oneof![0_u64..20, 0_u64..5_000])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn there_is_one_winner_and_everybody_is_told_what_came_of_it(said in prop::collection::vec(says(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let outcome = |(share, (agent, after)): (usize, &(Option<u8>, u64))| {
                let agent = agent.map(|agent| format!("{agent}{share}"));
                (agent.map_or(Outcome::Rejected, |agent| accepted(&agent)), *after)
            };
            let outcomes: Vec<_> = said.iter().enumerate().map(outcome).collect();
            let (shares, mut told) = shares(outcomes.clone());
            let (_ends, ended) = mpsc::channel(1);
            let (_askers, answers) = Askers::new(mpsc::channel(8).0, 8);
            let race = Race::of(WaitsFor { asker: AskerId(1), answers: Arc::new(answers) });
            race.run(shares, ended).await;
            let State::Over(came_to) = &*race.lock() else { panic!("it is over") };
            for ((outcome, _), told) in outcomes.iter().zip(&mut told) {
                let is_accepted = matches!(outcome, Outcome::Accepted { .. });
                let last = verdicts(told).pop();
                let expected = match (is_accepted, outcome == came_to) {
                    (true, true) => Some(Verdict::Won),
                    (true, false) => Some(Verdict::Lost),
                    (false, _) => matches!(came_to, Outcome::Accepted { .. }).then_some(Verdict::Taken),
                };
                assert_eq!(last, expected, "{outcome:?} where it came to {came_to:?}");
            }
        });
    }
}
