//! A line from every awkward side. Long, because it is a table of what a T-Server may say, with a test for each row.

mod alone;
mod doubt;
mod given_up;
mod left_out;
mod service;
mod timers;

use super::*;
use crate::agent_link::{
    AgentStatus, Behaviour, Call, CallStep, Cause, ConnId, EventKind, KvList, LinkId, Refusal, WorkMode,
};
use std::time::Duration;

fn line() -> Line {
    let place = Place { link: LinkId(0), dn: "5002".into(), switch: "S".into() };
    let login =
        Login { agent_id: "1001".into(), password: None, queue: Some("9000".into()), mode: RegisterMode::Share };
    Line::new(LineId(7), place, login, Want::Observe)
}

fn facts(status: AgentStatus) -> AgentFacts {
    AgentFacts { status, agent_id: Some("1001".into()), ..AgentFacts::default() }
}

fn busy() -> Want {
    let mut reasons = KvList::default();
    reasons.push_str("KW_UC_STATUS", "busy");
    Want::State(Arc::new(Target { reasons: reasons.into(), ..Target::default() }))
}

fn ready() -> Want {
    Want::State(Arc::new(Target { ready: true, ..Target::default() }))
}

/// A line and its T-Server on simulated time.
struct Talk {
    line: Line,
    now: Moment,
    asked: Option<Question>,
}

impl Talk {
    /// Registered, with this snapshot.
    fn with(status: AgentStatus) -> Self {
        let mut talk = Self { line: line(), now: Moment::since_1970(Duration::from_secs(1000)), asked: None };
        talk.line.dn_free(true);
        talk.registers(facts(status));
        talk
    }

    fn asks(&mut self) -> Option<Request> {
        self.line.tick(self.now);
        let (question, request) = self.line.reconcile(self.now)?;
        self.asked = Some(question);
        Some(request)
    }

    fn registers(&mut self, agent: AgentFacts) {
        assert!(matches!(self.asks(), Some(Request::RegisterAddress { .. })));
        self.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
    }

    fn answers(&mut self, kind: EventKind) {
        let cause = Cause::Request(self.asked.take().expect("a question").into());
        self.line.event(kind, cause, self.now);
    }

    fn says(&mut self, facts: AgentFacts) {
        self.line.event(EventKind::Agent(facts), Cause::Elsewhere, self.now);
    }

    fn refuses(&mut self, behaviour: Behaviour) {
        let refusal = Refusal { code: Some(57), message: "no".into(), behaviour };
        let question = self.asked.take().expect("a question");
        self.line.refused(question.number, &refusal, self.now);
    }

    /// Every request until `time` has passed, each answered by `answer`.
    fn asks_for(&mut self, time: Duration, mut answer: impl FnMut(&mut Self, &Request)) -> usize {
        let until = self.now + time;
        let mut requests = 0;
        loop {
            while let Some(request) = self.asks() {
                requests += 1;
                answer(self, &request);
            }
            match self.line.deadline(self.now).filter(|at| *at <= until) {
                Some(at) => self.now = at,
                None => break,
            }
        }
        self.now = until;
        requests
    }

    fn problem(&self) -> String {
        self.line.problem().map(|problem| problem.to_string()).unwrap_or_default()
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn logs_in_then_sets_the_state_then_rests() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
    assert_eq!(talk.line.reconcile(talk.now), None, "one request at a time");
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert!(matches!(talk.asks(), Some(Request::AgentNotReady { .. })));
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert_eq!(talk.asks(), None, "answered without echoing the reasons: settled");
}

#[test]
fn a_request_shares_the_reasons_of_its_wish() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    let Want::State(target) = busy() else { panic!("a state") };
    talk.line.set_wish(Want::State(target.clone()));
    let Some(Request::AgentNotReady { reasons, extensions, .. }) = talk.asks() else { panic!("a request") };
    assert!(Arc::ptr_eq(&reasons, &target.reasons) && Arc::ptr_eq(&extensions, &target.extensions));
}

#[test]
fn the_t_servers_first_state_after_login_is_not_taken_for_a_choice() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(ready());
    talk.asks();
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    talk.says(facts(AgentStatus::NotReady));
    assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })));
}

#[test]
fn what_somebody_else_decided_is_shown_and_after_a_reconnect_not_asked_for() {
    for (decided, after) in [
        (AgentStatus::Ready, AgentStatus::LoggedOut),
        (AgentStatus::LoggedOut, AgentStatus::NotReady),
        (AgentStatus::Ready, AgentStatus::NotReady),
    ] {
        let mut talk = Talk::with(AgentStatus::NotReady);
        talk.line.set_wish(busy());
        talk.asks();
        talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
        talk.says(facts(decided));
        assert_eq!((talk.line.confirmed().status, talk.asks()), (decided, None), "nobody is fought");
        talk.line.link_down();
        assert!(!talk.line.in_service());
        talk.line.link_up();
        talk.registers(facts(after));
        assert_eq!((talk.line.confirmed().status, talk.asks()), (after, None));
        talk.line.set_wish(ready());
        assert!(talk.asks().is_some(), "a new wish counts");
    }
}

#[test]
fn after_call_work_that_ended_while_the_link_was_down_is_not_forced_again() {
    for wish in [ready(), busy(), Want::LoggedIn, Want::Observe] {
        for (after, mode) in [
            (AgentStatus::Ready, WorkMode::ManualIn),
            (AgentStatus::NotReady, WorkMode::Unknown),
            (AgentStatus::NotReady, WorkMode::AuxWork),
        ] {
            let mut talk = Talk::with(AgentStatus::Ready);
            talk.line.set_wish(wish.clone());
            talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
            talk.says(AgentFacts { work_mode: WorkMode::AfterCallWork, ..facts(AgentStatus::NotReady) });
            talk.line.link_down();
            talk.line.link_up();
            talk.registers(AgentFacts { work_mode: mode, ..facts(after) });
            let into_it = |request: &Request| match request {
                Request::AgentNotReady { work_mode, .. } => *work_mode == WorkMode::AfterCallWork,
                _ => false,
            };
            talk.asks_for(MINUTE, |talk, request| {
                assert!(!into_it(request), "{wish:?}, {after:?} meanwhile: {request:?}");
                talk.answers(EventKind::Agent(facts(after)));
            });
        }
    }
}

#[test]
fn a_wish_that_the_t_server_comes_back_to_is_a_wish_again() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    talk.asks();
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    let after_call_work = AgentFacts { work_mode: WorkMode::AfterCallWork, ..facts(AgentStatus::NotReady) };
    talk.says(after_call_work);
    talk.says(facts(AgentStatus::Ready));
    talk.line.link_down();
    talk.line.link_up();
    talk.registers(facts(AgentStatus::LoggedOut));
    assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })), "a restarted T-Server gets the agent back");
}

#[test]
fn a_stranger_who_left_while_the_link_was_down_makes_nobody_ready() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(Want::LoggedOut);
    let stranger = AgentFacts { agent_id: Some("7777".into()), ..facts(AgentStatus::Ready) };
    talk.says(stranger);
    assert!(!talk.line.is_own() && talk.problem().contains("7777"));
    talk.line.link_down();
    talk.line.link_up();
    talk.registers(AgentFacts::default());
    assert_eq!(talk.asks(), None);
}

#[test]
fn who_was_logged_out_stays_so_when_a_stranger_has_come_and_gone() {
    for wish in [Want::LoggedIn, busy()] {
        let mut talk = Talk::with(AgentStatus::NotReady);
        talk.line.set_wish(wish.clone());
        if let Some(Request::AgentNotReady { .. }) = talk.asks() {
            talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
        }
        talk.says(AgentFacts::default());
        assert_eq!(talk.asks(), None, "{wish:?}: somebody logged them out");
        talk.says(AgentFacts { agent_id: Some("7777".into()), ..facts(AgentStatus::Ready) });
        talk.says(AgentFacts::default());
        assert_eq!(talk.asks(), None, "{wish:?}: the stranger decided nothing");
    }
}

#[test]
fn a_stranger_stays_one_when_an_event_leaves_out_who_it_is() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    talk.asks();
    talk.refuses(Behaviour::Retry);
    talk.says(AgentFacts { agent_id: Some("7777".into()), ..facts(AgentStatus::NotReady) });
    talk.says(AgentFacts { agent_id: None, ..facts(AgentStatus::Ready) });
    assert!(!talk.line.is_own());
    assert_eq!(talk.asks_for(MINUTE, |_, _| ()), 0);
}

#[test]
fn whatever_else_is_answered_is_asked_less_than_ten_times_a_minute_and_then_left() {
    type Answer = fn(&Request) -> EventKind;
    /// Each with whether it is as asked in the end.
    const ANSWERS: [(bool, Answer); 6] = [
        (false, |_| EventKind::Agent(facts(AgentStatus::Ready))),
        (false, |_| EventKind::Agent(facts(AgentStatus::LoggedOut))),
        (false, |_| EventKind::Agent(AgentFacts { work_mode: WorkMode::WalkAway, ..facts(AgentStatus::NotReady) })),
        (false, |_| EventKind::Acknowledged),
        (true, |request| match request {
            Request::AgentLogin { .. } => EventKind::Agent(facts(AgentStatus::NotReady)),
            _ => EventKind::Other("EventUserEvent".into()),
        }),
        // A work mode and reasons may be left out.
        (true, |_| EventKind::Agent(facts(AgentStatus::NotReady))),
    ];
    for (index, (as_asked, answer)) in ANSWERS.into_iter().enumerate() {
        let mut talk = Talk::with(AgentStatus::LoggedOut);
        let mut reasons = KvList::default();
        reasons.push_str("ReasonCode", "12");
        let aux = Target { work_mode: WorkMode::AuxWork, reasons: reasons.into(), ..Target::default() };
        talk.line.set_wish(Want::State(Arc::new(aux)));
        let answer = |talk: &mut Talk, request: &Request| match request {
            Request::RegisterAddress { .. } => {
                let agent = talk.line.confirmed().clone();
                talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
            }
            request => talk.answers(answer(request)),
        };
        let first = talk.asks_for(MINUTE, answer);
        assert!((2..10).contains(&first), "{index}: {first}");
        assert_eq!(talk.problem().is_empty(), as_asked, "{index}: {}", talk.problem());
        let further = talk.asks_for(10 * MINUTE, answer);
        assert!(further < if as_asked { 1 } else { 30 }, "{index}: {further}");
    }
}

#[test]
fn a_decision_of_the_t_servers_is_left_alone_until_somebody_wishes_again() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    let not_ready = |talk: &mut Talk, _: &Request| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert_eq!(talk.asks_for(MINUTE, not_ready), 3);
    assert!(talk.problem().contains("decision stands"));
    assert_eq!(talk.asks_for(10 * MINUTE, not_ready), 0);
    talk.line.insist();
    assert!(talk.asks().is_some());
}

#[test]
fn what_was_answered_before_the_wish_was_fulfilled_counts_no_more() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    for round in 0..5 {
        let mut answers = [AgentStatus::NotReady, AgentStatus::Ready].into_iter();
        let mut answer = || EventKind::Agent(facts(answers.next().expect("asked twice")));
        talk.asks_for(MINUTE * 2, |talk, _| talk.answers(answer()));
        assert_eq!((talk.line.confirmed().status, talk.problem().as_str()), (AgentStatus::Ready, ""), "{round}");
        talk.line.event(EventKind::Agent(facts(AgentStatus::NotReady)), Cause::EarlierRequest, talk.now);
    }
}

#[test]
fn what_answers_a_request_for_another_dn_is_a_decision_here() {
    let another = Question { line: LineId(8), number: 1 };
    for (cause, overruled) in
        [(Cause::Elsewhere, true), (Cause::Request(another.into()), true), (Cause::EarlierRequest, false)]
    {
        let mut talk = Talk::with(AgentStatus::NotReady);
        talk.line.set_wish(ready());
        assert!(talk.asks().is_some());
        talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
        talk.line.event(EventKind::Agent(facts(AgentStatus::NotReady)), cause, talk.now);
        let ready = |talk: &mut Talk, _: &Request| talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
        assert_eq!(talk.asks_for(MINUTE, ready) == 0, overruled, "{cause:?}");
    }
}

#[test]
fn a_snapshot_is_news_once() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    let snapshot =
        |status| EventKind::Registered { agent: facts(status), calls: Some(Vec::new()), out_of_service: false };
    talk.line.take_changed();
    for (status, news) in [(AgentStatus::NotReady, false), (AgentStatus::Ready, true), (AgentStatus::Ready, false)] {
        talk.line.event(snapshot(status), Cause::Elsewhere, talk.now);
        assert_eq!(talk.line.take_changed(), news, "{status:?}");
    }
}

#[test]
fn a_snapshot_that_does_not_tell_calls_ends_none_but_after_a_time_in_which_nothing_was_heard() {
    let silent = || EventKind::Registered { agent: facts(AgentStatus::Ready), calls: None, out_of_service: false };
    let alone = || EventKind::RegisteredAlone;
    let told =
        || EventKind::Registered { agent: facts(AgentStatus::Ready), calls: Some(vec![]), out_of_service: false };
    let read = |reading: Reading| move |talk: &mut Talk| talk.line.read_again(reading);
    let away = |talk: &mut Talk| {
        talk.line.link_down();
        talk.line.link_up();
    };
    let out = |talk: &mut Talk| {
        talk.line.read_again(Reading::ForWish);
        for out in [true, false] {
            talk.line.event(EventKind::OutOfService(out), Cause::Elsewhere, talk.now);
        }
    };
    let wish = read(Reading::ForWish);
    let doubt = read(Reading::AfterDoubt);
    let answer = read(Reading::AfterAnswer(Step::State));
    type Row<'r> = (&'r dyn Fn(&mut Talk), fn() -> EventKind, usize);
    let table: [Row<'_>; 11] = [
        (&wish, silent, 1),
        (&wish, alone, 1),
        (&wish, told, 0),
        (&out, silent, 0),
        (&doubt, silent, 1),
        (&doubt, alone, 1),
        (&doubt, told, 0),
        (&answer, silent, 1),
        (&away, silent, 0),
        (&away, alone, 0),
        (&away, told, 0),
    ];
    for (index, (happens, snapshot, calls)) in table.into_iter().enumerate() {
        let mut talk = Talk::with(AgentStatus::Ready);
        talk.line.event(EventKind::Call(Call::new(ConnId(7)), CallStep::Established), Cause::Elsewhere, talk.now);
        happens(&mut talk);
        let asked = talk.asks_for(MINUTE, |talk, request| {
            assert!(matches!(request, Request::RegisterAddress { .. }), "{index}");
            talk.answers(snapshot());
        });
        assert!(asked > 0, "{index}");
        assert_eq!(talk.line.calls().iter().count(), calls, "{index}");
    }
}

#[test]
fn a_registration_that_is_only_acknowledged_is_said_and_tried_again() {
    let mut talk = Talk { line: line(), now: Moment::default(), asked: None };
    talk.line.dn_free(true);
    let requests = talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Acknowledged));
    assert!((3..10).contains(&requests), "{requests}");
    assert!(
        !talk.line.in_service() && talk.line.fault().is_some_and(|fault| fault.to_string().contains("EventRegistered"))
    );
    talk.asks_for(MINUTE, |talk, _| {
        let agent = facts(AgentStatus::Ready);
        talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
    });
    assert!(talk.line.in_service() && talk.line.fault().is_none() && talk.problem().is_empty());
}

#[test]
fn refusals_are_tried_again_with_growing_pauses_and_those_for_good_in_minutes() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(Want::LoggedOut);
    let mut refuse = |behaviour| {
        talk.asks_for(MINUTE, |talk, request| match request {
            Request::RegisterAddress { .. } => {
                let agent = facts(AgentStatus::NotReady);
                talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
            }
            _ => talk.refuses(behaviour),
        })
    };
    let retried = refuse(Behaviour::Retry);
    assert!((4..10).contains(&retried), "{retried}");
    assert!(refuse(Behaviour::Permanent) <= 3);
    assert!((0..10).map(|_| refuse(Behaviour::Permanent)).sum::<usize>() >= 2, "never for ever");
    assert_eq!(talk.problem(), "no");
    talk.line.set_wish(Want::LoggedIn);
    assert_eq!(talk.problem(), "", "a new wish starts over");
}

#[test]
fn already_so_is_success_where_it_is_so_and_else_the_state_is_read_again() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(busy());
    talk.asks();
    talk.refuses(Behaviour::AlreadySo);
    assert_eq!(talk.asks_for(MINUTE, |_, _| ()), 0, "not ready already");
    talk.line.set_wish(ready());
    talk.asks();
    talk.refuses(Behaviour::AlreadySo);
    assert!(!talk.line.in_service(), "what is known is in doubt");
    let mut told = 0;
    let requests = talk.asks_for(MINUTE, |talk, request| match request {
        Request::RegisterAddress { .. } => {
            told += 1;
            let agent = facts(AgentStatus::NotReady);
            talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
        }
        _ => talk.refuses(Behaviour::AlreadySo),
    });
    assert!(told > 0 && requests < 10, "{told} of {requests}");
}

#[test]
fn an_unreadable_event_makes_doubtful_and_the_snapshot_stands_for_it() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    talk.asks();
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    talk.now += MINUTE;
    talk.line.event(EventKind::Unreadable("EventAgentNotReady: …".into()), Cause::Elsewhere, talk.now);
    assert!(!talk.line.in_service());
    talk.registers(facts(AgentStatus::NotReady));
    assert_eq!((talk.line.in_service(), talk.asks()), (true, None), "somebody else's decision");
}

#[test]
fn a_login_at_one_more_queue_leaves_whoever_is_ready_so() {
    let login = |agent_id: Option<&str>| {
        EventKind::QueueLogin(AgentFacts { agent_id: agent_id.map(Into::into), ..facts(AgentStatus::NotReady) })
    };
    for agent_id in [Some("1001"), None] {
        let mut talk = Talk::with(AgentStatus::LoggedOut);
        talk.line.set_wish(ready());
        assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
        talk.answers(login(agent_id));
        assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })), "the first one is the answer");
        talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
        talk.line.event(login(agent_id), Cause::Elsewhere, talk.now);
        talk.now += MINUTE;
        assert!(matches!(talk.asks(), Some(Request::RegisterAddress { .. })), "what they are now is read");
        let (agent, calls) = (facts(AgentStatus::Ready), Some(Vec::new()));
        talk.answers(EventKind::Registered { agent, calls, out_of_service: false });
        assert_eq!(talk.line.agent().confirmed().status, AgentStatus::Ready);
        assert_eq!((talk.asks(), talk.line.agent().wish()), (None, &ready()), "it is nobody's decision");
    }
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.event(login(Some("77")), Cause::Elsewhere, talk.now);
    assert_eq!(talk.line.agent().confirmed().status, AgentStatus::NotReady, "somebody has come");
    assert!(talk.line.agent().is_foreign());
}

#[test]
fn a_late_answer_to_an_older_wish_is_nobodys_decision() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(busy());
    talk.asks();
    talk.refuses(Behaviour::Retry);
    talk.line.set_wish(ready());
    talk.asks();
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    talk.line.event(EventKind::Agent(facts(AgentStatus::NotReady)), Cause::EarlierRequest, talk.now);
    talk.now += MINUTE;
    assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })), "the wish counts on");
}

#[test]
fn a_refusal_shows_that_an_event_without_reference_was_not_the_answer() {
    for (code, logs_in, with_reasons, asked_again) in [
        (Some(50), true, false, true),
        (Some(50), false, false, true),
        // The state behind a login comes by itself; that of an agent who is logged in is the answer.
        (None, true, false, true),
        (None, true, true, false),
        (None, false, false, false),
    ] {
        let mut talk = Talk::with(if logs_in { AgentStatus::LoggedOut } else { AgentStatus::Ready });
        talk.line.set_wish(busy());
        if logs_in {
            talk.asks();
            talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
        }
        let Some(Request::AgentNotReady { reasons, .. }) = talk.asks() else { panic!("no request") };
        let reasons = if with_reasons { (*reasons).clone() } else { KvList::default() };
        talk.says(AgentFacts { reasons, ..facts(AgentStatus::NotReady) });
        let question = talk.asked.take().expect("a question");
        let refusal = Refusal { code, message: "no".into(), behaviour: Behaviour::Retry };
        talk.line.refused(question.number, &refusal, talk.now);
        let case = format!("{code:?} {logs_in} {with_reasons}");
        assert_eq!(!talk.problem().is_empty(), asked_again, "{case}");
        talk.now += MINUTE;
        assert_eq!(talk.asks().is_some(), asked_again, "{case}");
    }
}

#[test]
fn who_is_never_answered_behind_a_login_asks_with_pauses() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    let requests = talk.asks_for(10 * MINUTE, |talk, request| match request {
        Request::AgentLogin { .. } => talk.says(facts(AgentStatus::NotReady)),
        _ => {
            talk.says(facts(AgentStatus::NotReady));
            let question = talk.asked.take().expect("a question");
            let refusal = Refusal { code: None, message: "not answered".into(), behaviour: Behaviour::Retry };
            talk.line.refused(question.number, &refusal, talk.now);
        }
    });
    assert_eq!(requests, 3, "the login, the state, and once more");
}

#[test]
fn answers_without_reference_id_are_answers() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    let requests = talk.asks_for(MINUTE, |talk, _| talk.says(facts(AgentStatus::NotReady)));
    assert_eq!((requests, talk.problem().as_str()), (2, ""));
}

#[test]
fn without_its_switch_a_state_is_stale_and_is_read_again_afterwards() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    talk.line.switch(false);
    assert_eq!((talk.line.in_service(), talk.asks()), (false, None));
    talk.now += MINUTE;
    talk.line.switch(true);
    talk.registers(facts(AgentStatus::NotReady));
    assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })));
}

#[test]
fn a_refused_login_behind_somebody_elses_is_no_answer_to_the_state_asked_for_since() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
    let login = talk.asked.take().expect("a question");
    // Another desktop logs the agent in.
    talk.says(facts(AgentStatus::NotReady));
    assert!(matches!(talk.asks(), Some(Request::AgentNotReady { .. })));
    let refusal = Refusal { code: Some(71), message: "no".into(), behaviour: Behaviour::Permanent };
    talk.line.refused(login.number, &refusal, talk.now);
    assert_ne!(talk.problem(), "no", "they are logged in all the same");
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert_eq!((talk.asks(), talk.line.kept().logged_in_here), (None, false), "it was not us who logged them in");
}

#[test]
fn an_acknowledgement_after_an_event_that_was_taken_for_the_answer_reads_the_state_again() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    assert!(talk.asks().is_some());
    let asked = talk.asked;
    talk.says(facts(AgentStatus::Ready));
    assert_eq!(talk.asks(), None, "it came without reference, and fits");
    talk.asked = asked;
    talk.answers(EventKind::Acknowledged);
    talk.now += MINUTE;
    assert!(matches!(talk.asks(), Some(Request::RegisterAddress { .. })), "it was another's, and ours moved the agent");
}

#[test]
fn a_monitored_line_sends_no_agent_request() {
    let place = line().place().clone();
    let login = Login { agent_id: "1001".into(), password: None, queue: None, mode: RegisterMode::Monitor };
    let line = Line::new(LineId(7), place, login, busy());
    let mut talk = Talk { line, now: Moment::default(), asked: None };
    talk.line.dn_free(true);
    talk.registers(facts(AgentStatus::LoggedOut));
    assert_eq!(talk.asks(), None);
}
