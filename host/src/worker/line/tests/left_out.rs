//! What a T-Server leaves out of its snapshots and answers, and answers that it leaves out or tells in two.

use super::*;
use crate::agent_link::{REASON_CODE, Value};

/// Each wish is answered by its status alone: what the next one changes of it is asked for all the same.
#[test]
fn what_an_answer_left_out_is_not_what_a_later_wish_leaves_out() {
    let away = |work_mode| Want::State(Arc::new(Target { work_mode, ..Target::default() }));
    let ready_in = |work_mode| Want::State(Arc::new(Target { ready: true, work_mode, ..Target::default() }));
    for (first, then) in [
        (busy(), away(WorkMode::Unknown)),
        (away(WorkMode::WalkAway), away(WorkMode::Unknown)),
        (away(WorkMode::WalkAway), away(WorkMode::AuxWork)),
        (ready_in(WorkMode::ManualIn), ready_in(WorkMode::AutoIn)),
        (ready_in(WorkMode::ManualIn), ready()),
    ] {
        let Want::State(target) = &first else { panic!("a state") };
        let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
        let other = if target.ready { AgentStatus::NotReady } else { AgentStatus::Ready };
        let mut talk = Talk::with(other);
        for (wish, asked) in [(&first, 1), (&then, 1), (&then, 0), (&first, 1)] {
            talk.line.set_wish(wish.clone());
            let bare = |talk: &mut Talk, _: &Request| talk.answers(EventKind::Agent(facts(status)));
            assert_eq!(talk.asks_for(MINUTE, bare), asked, "{first:?} {then:?}: {wish:?}");
        }
        assert!(talk.asks().is_none());
        talk.line.set_wish(then.clone());
        assert!(talk.asks().is_some());
        talk.line.set_wish(first.clone());
        talk.answers(EventKind::Agent(facts(status)));
        assert!(talk.asks().is_some(), "the answer to {then:?} is none to {first:?}");
    }
}

fn reason() -> KvList {
    let mut reasons = KvList::default();
    reasons.push_str(REASON_CODE, "lunch");
    reasons
}

fn lunch() -> Want {
    let reasons = std::sync::Arc::new(reason());
    Want::State(Arc::new(Target {
        work_mode: WorkMode::AuxWork,
        extensions: reasons.clone(),
        reasons,
        ..Target::default()
    }))
}

fn aux() -> AgentFacts {
    AgentFacts { work_mode: WorkMode::AuxWork, ..facts(AgentStatus::NotReady) }
}

impl Talk {
    /// The wish is answered by these facts.
    fn is_answered(wish: Want, by: AgentFacts) -> Self {
        let mut talk = Self::with(AgentStatus::NotReady);
        talk.line.set_wish(wish);
        assert!(talk.asks().is_some());
        talk.answers(EventKind::Agent(by));
        assert_eq!(talk.asks(), None);
        talk.now += MINUTE;
        talk
    }

    /// Logged out by nobody's decision, they are logged in again.
    fn wish_counts(&mut self) -> bool {
        self.comes_back(AgentStatus::LoggedOut);
        self.asks().is_some()
    }
}

#[test]
fn a_snapshot_that_does_not_tell_why_an_agent_is_so_is_nobodys_decision() {
    let with_reasons = AgentFacts { reasons: reason(), extensions: reason(), ..aux() };
    let doubt = |talk: &mut Talk, snapshot: AgentFacts| {
        talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
        talk.registers(snapshot);
    };
    let unasked = |talk: &mut Talk, agent: AgentFacts| {
        let told = EventKind::Registered { agent, calls: None, out_of_service: false };
        talk.line.event(told, Cause::Elsewhere, talk.now);
    };
    for answer in [with_reasons, aux()] {
        for snapshot in [aux(), facts(AgentStatus::NotReady)] {
            for reads in [&doubt as &dyn Fn(&mut Talk, AgentFacts), &unasked] {
                let mut talk = Talk::is_answered(lunch(), answer.clone());
                reads(&mut talk, snapshot.clone());
                let confirmed = talk.line.confirmed();
                assert_eq!(confirmed.seen(), answer.seen(), "it is shown as it was: {snapshot:?}");
                assert_eq!(talk.asks(), None);
                assert!(talk.wish_counts(), "{answer:?}, then {snapshot:?}");
            }
        }
    }
}

#[test]
fn a_snapshot_that_tells_another_state_or_another_reason_is_a_decision() {
    let mut other = KvList::default();
    other.push_str(REASON_CODE, "meeting");
    for snapshot in [
        AgentFacts { reasons: other.clone(), ..aux() },
        AgentFacts { extensions: other, ..aux() },
        AgentFacts { work_mode: WorkMode::AfterCallWork, ..aux() },
        facts(AgentStatus::Ready),
    ] {
        let mut talk = Talk::is_answered(lunch(), AgentFacts { reasons: reason(), extensions: reason(), ..aux() });
        talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
        talk.registers(snapshot.clone());
        assert!(!talk.wish_counts(), "{snapshot:?}");
    }
}

#[test]
fn a_reason_that_is_told_as_a_number_is_the_one_that_was_asked_for() {
    let twelve = |value: Value| KvList(vec![(REASON_CODE.into(), value)]);
    let told = |list: KvList| AgentFacts { reasons: list.clone(), extensions: list, ..aux() };
    for (value, same) in [(Value::Int(12), true), (Value::Str("12".into()), true), (Value::Int(13), false)] {
        let list = Arc::new(twelve(Value::Str("12".into())));
        let target =
            Target { work_mode: WorkMode::AuxWork, extensions: list.clone(), reasons: list, ..Target::default() };
        let mut talk = Talk::is_answered(Want::State(target.into()), aux());
        talk.says(told(twelve(value.clone())));
        assert_eq!(talk.wish_counts(), same, "{value:?}");
    }
}

#[test]
fn a_snapshot_ends_what_has_a_number_of_its_own_there() {
    for (mode, after) in [
        (WorkMode::AfterCallWork, WorkMode::Unknown),
        (WorkMode::WalkAway, WorkMode::Unknown),
        (WorkMode::AuxWork, WorkMode::AuxWork),
    ] {
        let mut talk = Talk::with(AgentStatus::NotReady);
        talk.says(AgentFacts { work_mode: mode, ..aux() });
        talk.now += MINUTE;
        talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
        talk.registers(facts(AgentStatus::NotReady));
        assert_eq!(talk.line.confirmed().work_mode, after);
    }
}

#[test]
fn a_node_that_takes_over_goes_on_with_a_wish_that_the_snapshot_may_carry() {
    for (snapshot, goes_on) in [(facts(AgentStatus::NotReady), true), (aux(), true), (facts(AgentStatus::Ready), false)]
    {
        let kept = Talk::is_answered(lunch(), aux()).line.kept();
        let mut talk = Talk { line: line(), now: Moment::since_1970(MINUTE), asked: None };
        talk.line.resume(&kept);
        talk.line.dn_free(true);
        talk.registers(snapshot.clone());
        assert_eq!(talk.asks().is_some(), goes_on, "{snapshot:?}");
    }
}

#[test]
fn the_state_behind_an_acknowledgement_is_the_answer_with_the_same_reference_or_none() {
    for cause in [Cause::EarlierRequest, Cause::Elsewhere] {
        let mut talk = Talk::with(AgentStatus::LoggedOut);
        talk.line.set_wish(ready());
        let mut told = Vec::new();
        let requests = talk.asks_for(MINUTE, |talk, request| {
            let status =
                if matches!(request, Request::AgentReady { .. }) { AgentStatus::Ready } else { AgentStatus::NotReady };
            talk.answers(EventKind::Acknowledged);
            talk.line.event(EventKind::Agent(facts(status)), cause, talk.now);
            told.push(status);
        });
        assert_eq!((requests, told), (2, vec![AgentStatus::NotReady, AgentStatus::Ready]), "{cause:?}");
        assert!(talk.line.in_service() && talk.line.kept().logged_in_here, "{cause:?}");
    }
}

#[test]
fn whoever_is_logged_in_by_a_login_that_had_no_answer_was_brought_by_us() {
    let unanswered = |talk: &mut Talk, code| {
        let refusal = Refusal { code, message: "no".into(), behaviour: Behaviour::Retry };
        let question = talk.asked.take().expect("a question");
        talk.line.refused(question.number, &refusal, talk.now);
    };
    let late = |talk: &mut Talk| {
        talk.line.event(EventKind::Agent(facts(AgentStatus::NotReady)), Cause::EarlierRequest, talk.now);
    };
    type Happens<'h> = &'h dyn Fn(&mut Talk);
    let table: [(&str, Happens<'_>, bool); 6] = [
        ("the connection breaks", &|_| (), true),
        ("its end refuses what was open", &|talk| unanswered(talk, None), true),
        (
            "the answer is late",
            &|talk| {
                unanswered(talk, None);
                late(talk);
            },
            true,
        ),
        (
            "and the second one is told so",
            &|talk| {
                unanswered(talk, None);
                talk.now += MINUTE;
                assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
                late(talk);
                talk.refuses(Behaviour::AlreadySo);
            },
            true,
        ),
        ("it is refused", &|talk| unanswered(talk, Some(57)), false),
        (
            "another desktop is there after a first snapshot",
            &|talk| {
                talk.comes_back(AgentStatus::LoggedOut);
                talk.line.event(EventKind::Agent(facts(AgentStatus::NotReady)), Cause::Elsewhere, talk.now);
            },
            false,
        ),
    ];
    for (case, happens, ours) in table {
        let mut talk = Talk::with(AgentStatus::LoggedOut);
        talk.line.set_wish(ready());
        assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
        happens(&mut talk);
        talk.comes_back(AgentStatus::NotReady);
        assert_eq!(talk.line.kept().logged_in_here, ours, "{case}");
        assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })), "{case}");
        talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
        // The T-Server notices that the client before is gone.
        talk.says(AgentFacts::default());
        talk.now += MINUTE;
        assert_eq!(talk.asks().is_some(), ours, "{case}");
        assert_eq!(talk.line.agent().is_driven(), ours, "{case}");
    }
}

#[test]
fn a_state_without_a_reason_is_another_than_the_one_with_it() {
    let mut extensions = KvList::default();
    extensions.push_str(REASON_CODE, "610");
    let state = |extensions: &KvList| {
        Want::State(Arc::new(Target {
            work_mode: WorkMode::AuxWork,
            extensions: std::sync::Arc::new(extensions.clone()),
            ..Target::default()
        }))
    };
    let meeting = AgentFacts { extensions: extensions.clone(), ..aux() };
    let mut talk = Talk::is_answered(state(&extensions), meeting);
    talk.line.set_wish(state(&KvList::default()));
    assert!(talk.asks().is_some(), "a meeting is over, and not disturbed is what they wish now");
}
