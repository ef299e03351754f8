//! Whole days of workers: commands in, wishes out, simulated time.

use crate::{
    config::{GoneSeconds, WhenGone},
    definitions::Definitions,
    worker::{Refusal, Rules, Worker},
    workers::Workers,
};
use proptest::prelude::*;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uc_plugin_api::{
    Action, AgentReport, AgentState, AgentStatus, CallType, Command, Reason, UserAction, UserHandle, Wanted,
    WatchedUser, Wish, WorkMode,
};

const KIM: UserHandle = UserHandle(7);

/// One worker, a clock that only moves when told to, and the wishes so far.
struct Day {
    workers: Workers,
    now: Instant,
}

impl Day {
    fn new(change: impl FnOnce(&mut Rules)) -> Self {
        let definitions = Definitions::parse(include_bytes!("../../golden/documented.xml")).unwrap().definitions;
        let mut rules = Rules {
            away: definitions.not_ready("autoAway"),
            definitions: Arc::new(definitions),
            when_idle: WhenGone::AwayAfterSeconds(GoneSeconds(300)),
            when_pages_closed: WhenGone::AwayAfterSeconds(GoneSeconds(60)),
            log_out: true,
            auto_registration: false,
        };
        change(&mut rules);
        let mut day = Self { workers: Workers::new(rules), now: Instant::now() };
        let asked = day.command(Command::Watch(vec![watched(KIM)].into()));
        assert!(asked.iter().all(|wanted| wanted.wish == Wish::LogIn && !wanted.explicit));
        day
    }

    fn command(&mut self, command: Command) -> Vec<Wanted> {
        let outcome = self.workers.handle(command, self.now);
        assert_eq!(outcome.refused, []);
        outcome.wanted
    }

    fn act(&mut self, action: Action) -> Option<Wanted> {
        single(self.command(Command::Act(UserAction { user: KIM, action })))
    }

    fn refused(&mut self, action: Action) -> Refusal {
        let outcome = self.workers.handle(Command::Act(UserAction { user: KIM, action }), self.now);
        assert_eq!(outcome.wanted, []);
        outcome.refused[0].1
    }

    fn report(&mut self, state: AgentState, call: CallType) {
        assert_eq!(self.asks_at(state, call), None);
    }

    fn asks_at(&mut self, state: AgentState, call: CallType) -> Option<Wanted> {
        single(self.command(Command::Report(vec![AgentReport { user: KIM, state, call }].into())))
    }

    fn shows(&mut self, state: AgentState) {
        self.report(state, CallType::None);
    }

    fn pass(&mut self, seconds: u64) -> Option<Wanted> {
        self.now += Duration::from_secs(seconds);
        single(self.workers.expire(self.now))
    }
}

fn single(mut wanted: Vec<Wanted>) -> Option<Wanted> {
    assert!(wanted.len() < 2, "{wanted:?}");
    wanted.pop()
}

fn watched(handle: UserHandle) -> WatchedUser {
    WatchedUser { handle, id: "kim".into(), address: "".into(), language: "".into() }
}

fn choose(id: &str) -> Action {
    Action::Choose(id.into())
}

fn state(status: AgentStatus, work_mode: WorkMode, reason: Option<(&str, bool)>) -> AgentState {
    let reasons =
        reason.map(|(code, hardware)| Reason { key: "ReasonCode".into(), value: code.into(), hardware }).into_iter();
    AgentState { status, work_mode, reasons: reasons.collect() }
}

fn ready() -> AgentState {
    state(AgentStatus::Ready, WorkMode::Unknown, None)
}

fn lunch() -> AgentState {
    state(AgentStatus::NotReady, WorkMode::AuxWork, Some(("lunch", false)))
}

fn away() -> AgentState {
    state(AgentStatus::NotReady, WorkMode::WalkAway, Some(("timeout", false)))
}

fn logged_out() -> AgentState {
    AgentState::default()
}

fn wish(explicit: bool, state: AgentState) -> Option<Wanted> {
    Some(Wanted { user: KIM, wish: Wish::State(state), explicit })
}

#[test]
fn logging_in_never_forces_a_state() {
    let mut day = Day::new(|_| {});
    assert_eq!(day.act(Action::LogIn), Some(Wanted { user: KIM, wish: Wish::LogIn, explicit: true }));
}

#[test]
fn everybody_is_logged_in_at_start_when_so_configured_and_only_once() {
    let mut day = Day::new(|rules| rules.auto_registration = true);
    let three = Command::Watch([1, 2, 7].map(|n| watched(UserHandle(n))).to_vec().into());
    let wanted = day.command(three.clone());
    assert_eq!(wanted.iter().map(|wanted| wanted.user.0).collect::<Vec<_>>(), [1, 2]);
    assert!(wanted.iter().all(|wanted| wanted.wish == Wish::LogIn && !wanted.explicit));
    assert_eq!(day.command(three), [], "repeating is harmless");
    assert_eq!(Day::new(|_| {}).command(Command::Watch(vec![watched(UserHandle(1))].into())), []);
}

#[test]
fn a_choice_becomes_status_mode_and_reason() {
    let mut day = Day::new(|_| {});
    let training = state(AgentStatus::NotReady, WorkMode::WalkAway, Some(("610", true)));
    assert_eq!(day.act(choose("training")), wish(true, training));
    assert_eq!(day.act(choose("open")), wish(true, ready()));
}

#[test]
fn states_that_are_unknown_or_only_shown_cannot_be_chosen() {
    let mut day = Day::new(|_| {});
    assert!(matches!(day.refused(choose("nowhere")), Refusal::NotChoosable(_)));
    assert!(matches!(day.refused(choose("wrapUp")), Refusal::NotChoosable(_)));
}

#[test]
fn logging_out_needs_the_option() {
    assert_eq!(Day::new(|_| {}).act(Action::LogOut), wish(true, logged_out()));
    assert_eq!(Day::new(|rules| rules.log_out = false).refused(Action::LogOut), Refusal::LogOutDisabled);
}

#[test]
fn idle_makes_a_ready_worker_away_and_their_return_restores_them() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    assert_eq!(day.act(Action::Idle), wish(false, away()));
    assert_eq!(day.act(Action::Idle), None, "twice is once");
    day.shows(away());
    assert_eq!(day.act(Action::Active), wish(true, ready()));
    assert_eq!(day.act(Action::Active), None);
}

#[test]
fn a_late_report_of_the_old_state_does_not_spoil_the_return() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(Action::Idle);
    day.shows(ready());
    day.shows(away());
    assert_eq!(day.act(Action::Active), wish(true, ready()));
}

#[test]
fn what_happened_in_between_stands() {
    for other in [ready(), lunch(), logged_out(), state(AgentStatus::NotReady, WorkMode::AfterCallWork, None)] {
        let mut day = Day::new(|_| {});
        day.shows(ready());
        day.act(Action::Idle);
        day.shows(away());
        day.shows(other);
        assert_eq!(day.act(Action::Active), None);
    }
}

#[test]
fn a_timer_leaves_chosen_unavailability_alone() {
    for chosen in [lunch(), logged_out()] {
        let mut day = Day::new(|_| {});
        day.shows(chosen);
        assert_eq!(day.act(Action::Idle), None);
        assert_eq!(day.act(Action::Active), None);
    }
}

#[test]
fn a_choice_still_on_its_way_counts_as_the_state() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(choose("training"));
    day.act(Action::PagesClosed);
    assert_eq!(day.pass(60), None, "not ready soon");

    let mut day = Day::new(|_| {});
    day.shows(lunch());
    day.act(choose("open"));
    day.act(Action::PagesClosed);
    assert_eq!(day.pass(60), wish(false, away()), "ready soon");
}

#[test]
fn closing_the_last_page_counts_only_after_its_time() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(Action::PagesClosed);
    assert_eq!(day.workers.next_deadline(), Some(day.now + Duration::from_secs(60)));
    assert_eq!(day.pass(59), None);
    day.act(Action::PageOpened);
    assert_eq!(day.pass(600), None, "back in time");
    day.act(Action::PagesClosed);
    assert_eq!(day.pass(60), wish(false, away()));
    assert_eq!(day.workers.next_deadline(), None);
}

#[test]
fn a_page_that_reopens_by_itself_makes_nobody_available() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(Action::PagesClosed);
    day.pass(60);
    day.shows(away());
    assert_eq!(day.act(Action::PageOpened), None);
    assert_eq!(day.act(Action::Active), wish(true, ready()), "input does");
}

#[test]
fn closing_may_leave_the_state_as_it_is() {
    let mut day = Day::new(|rules| rules.when_pages_closed = WhenGone::Stay);
    day.shows(ready());
    day.act(Action::PagesClosed);
    assert_eq!(day.workers.next_deadline(), None);
    assert_eq!(day.pass(100_000), None);
}

#[test]
fn logging_out_by_timer_is_not_undone() {
    let mut day = Day::new(|rules| rules.when_pages_closed = WhenGone::LogOutAfterSeconds(GoneSeconds(60)));
    day.shows(lunch());
    day.act(Action::PagesClosed);
    assert_eq!(day.pass(60), wish(false, logged_out()));
    day.shows(logged_out());
    assert_eq!(day.act(Action::PageOpened), None);
    assert_eq!(day.act(Action::Active), None);
}

/// What is the matter when the time of whoever is gone is over, and what makes them ready later.
#[test]
fn who_is_gone_stays_ready_by_nothing_that_comes_after_their_time() {
    let wrap_up = || state(AgentStatus::NotReady, WorkMode::AfterCallWork, None);
    for found in [wrap_up(), lunch(), logged_out(), state(AgentStatus::NotReady, WorkMode::Unknown, None)] {
        for gone in [Action::PagesClosed, Action::Idle] {
            let mut day = Day::new(|_| {});
            day.shows(found.clone());
            day.act(gone.clone());
            assert_eq!(day.pass(600), None, "{found:?}");
            assert_eq!(day.asks_at(ready(), CallType::None), wish(false, away()), "{found:?} {gone:?}");
            day.shows(ready());
            day.shows(away());
            day.shows(ready());
            assert_eq!(day.pass(600), None, "somebody else has decided since");
        }
    }
    let mut day = Day::new(|_| {});
    day.shows(wrap_up());
    day.act(Action::PagesClosed);
    day.pass(60);
    day.act(Action::PageOpened);
    day.shows(ready());

    // A page that closes, too, makes nobody more available.
    let mut day = Day::new(|rules| rules.when_pages_closed = WhenGone::Stay);
    day.shows(wrap_up());
    day.act(Action::Idle);
    day.act(Action::PagesClosed);
    assert_eq!(day.asks_at(ready(), CallType::None), wish(false, away()));
}

#[test]
fn whom_the_t_server_has_not_let_in_so_far_is_wanted_out_all_the_same() {
    let mut day = Day::new(|rules| rules.when_pages_closed = WhenGone::LogOutAfterSeconds(GoneSeconds(60)));
    day.shows(logged_out());
    day.act(Action::PagesClosed);
    assert_eq!(day.pass(60), wish(false, logged_out()));
}

#[test]
fn an_explicit_action_stops_the_timer() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(Action::PagesClosed);
    day.pass(30);
    assert_eq!(day.act(choose("open")), wish(true, ready()));
    assert_eq!(day.pass(600), None);
}

#[test]
fn nobody_is_gone_while_they_talk() {
    let mut day = Day::new(|_| {});
    day.report(ready(), CallType::Inbound);
    assert_eq!(day.act(Action::Idle), None);
    day.shows(ready());
    assert_eq!(day.pass(299), None, "the time starts when the worker hangs up");
    assert_eq!(day.pass(1), wish(false, away()));
}

#[test]
fn people_no_longer_watched_are_forgotten_with_their_timers() {
    let mut day = Day::new(|_| {});
    day.shows(ready());
    day.act(Action::PagesClosed);
    day.command(Command::Unwatch(vec![KIM].into()));
    assert_eq!(day.workers.next_deadline(), None);
    assert_eq!(day.act(choose("open")), None);
}

#[test]
fn a_hundred_thousand_workers_stay_small() {
    assert!(size_of::<Worker>() <= 96, "{}", size_of::<Worker>());
}

fn any_step() -> impl Strategy<Value = Step> {
    let action = prop_oneof![
        Just(Action::LogIn),
        Just(Action::LogOut),
        Just(choose("open")),
        Just(choose("training")),
        Just(Action::PageOpened),
        Just(Action::PagesClosed),
        Just(Action::Idle),
        Just(Action::Active),
    ];
    let report = (
        prop_oneof![Just(ready()), Just(lunch()), Just(away()), Just(logged_out())],
        prop_oneof![3 => Just(CallType::None), 1 => Just(CallType::Inbound)],
    );
    prop_oneof![
        3 => action.prop_map(Step::Act),
        2 => report.prop_map(|(state, call)| Step::Report(state, call)),
        2 => (1..400u64).prop_map(Step::Pass),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Act(Action),
    Report(AgentState, CallType),
    Pass(u64),
}

proptest! {
    /// Whatever happens: without the worker's doing nobody becomes ready or logged in, nothing is asked during a
    /// call, and nobody who is not ready is touched but by a log-out.
    #[test]
    fn timers_never_make_anybody_more_available(log_out in any::<bool>(), steps in prop::collection::vec(any_step(), 0..40)) {
        let mut day = Day::new(|rules| {
            if log_out {
                rules.when_pages_closed = WhenGone::LogOutAfterSeconds(GoneSeconds(60));
            }
        });
        let mut talking = false;
        for step in steps {
            let (wanted, input) = match step {
                Step::Act(action) => {
                    let input = !matches!(action, Action::PageOpened | Action::PagesClosed | Action::Idle);
                    (day.act(action), input)
                }
                Step::Report(state, call) => {
                    talking = call != CallType::None;
                    (day.asks_at(state, call), false)
                }
                Step::Pass(seconds) => (day.pass(seconds), false),
            };
            let Some(wanted) = wanted else { continue };
            prop_assert_eq!(wanted.explicit, input);
            if !input {
                prop_assert!(!talking);
                prop_assert!(wanted.wish == Wish::State(away()) || wanted.wish == Wish::State(logged_out()));
            }
        }
    }
}
