//! Work modes that end by themselves, and what is carried out after nobody waits for it any more: neither decides anything
//! against the wish.

use super::*;

fn in_mode(work_mode: WorkMode) -> AgentFacts {
    AgentFacts { work_mode, ..facts(AgentStatus::NotReady) }
}

fn away(work_mode: WorkMode) -> Want {
    Want::State(Arc::new(Target { work_mode, ..Target::default() }))
}

/// Ready as wished, until the T-Server puts the agent into this mode.
fn after_a_call(mode: WorkMode) -> Talk {
    let mut talk = Talk::with(AgentStatus::Ready);
    talk.line.set_wish(ready());
    talk.says(in_mode(mode));
    assert_eq!(talk.asks(), None, "that is the T-Server's");
    talk
}

/// Whether what is asked is what is wished.
fn is_for(request: Option<&Request>, wish: &Want) -> bool {
    match wish {
        Want::LoggedOut => matches!(request, Some(Request::AgentLogout { .. })),
        _ => matches!(request, Some(Request::AgentNotReady { .. })),
    }
}

/// What the T-Server makes of requests while the mode lasts.
type Keeps = fn(&mut Talk, WorkMode);

const KEEPS: [(&str, Keeps); 4] = [
    ("it goes on", |talk, mode| talk.answers(EventKind::Agent(in_mode(mode)))),
    ("it is refused for good", |talk, _| talk.refuses(Behaviour::Permanent)),
    ("it is refused for now", |talk, _| talk.refuses(Behaviour::Retry)),
    ("it is acknowledged alone", |talk, _| {
        talk.answers(EventKind::Acknowledged);
        talk.now += Duration::from_secs(4);
    }),
];

/// How the mode goes on after that.
const GOES_ON: [fn(&mut Talk, WorkMode); 3] = [
    |_, _| {},
    |talk, mode| {
        let other = if mode == WorkMode::LegalGuard { WorkMode::AfterCallWork } else { WorkMode::LegalGuard };
        talk.says(in_mode(other));
    },
    |talk, mode| {
        let mut reasons = KvList::default();
        reasons.push_str("ReasonCode", "wrap-up");
        talk.says(AgentFacts { reasons, ..in_mode(mode) });
    },
];

/// How its end, and what it leaves behind, is told.
type Tells = fn(&mut Talk, AgentFacts);

const TELLS: [(&str, Tells); 4] = [
    ("an event", |talk, left| talk.says(left)),
    ("an answer", |talk, left| {
        talk.asks();
        match talk.asked {
            Some(_) => talk.answers(EventKind::Agent(left)),
            None => talk.says(left),
        }
    }),
    ("a snapshot for what could not be read", |talk, left| {
        talk.line.event(EventKind::Unreadable("?".into()), Cause::Elsewhere, talk.now);
        talk.now += MINUTE;
        talk.is_read_again(left);
    }),
    ("a snapshot after a time without the connection", |talk, left| {
        talk.asked = None;
        talk.line.link_down();
        talk.line.link_up();
        talk.registers(left);
    }),
];

impl Talk {
    /// The DN is read, whatever is asked before that.
    fn is_read_again(&mut self, agent: AgentFacts) {
        while let Some(request) = self.asks() {
            if matches!(request, Request::RegisterAddress { .. }) {
                return self.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
            }
            self.refuses(Behaviour::Permanent);
        }
        panic!("the DN is not read");
    }
}

/// Whatever became of the requests meanwhile, and whatever the mode leaves behind, however that is told.
#[test]
fn the_end_of_a_mode_that_the_t_server_keeps_against_a_wish_makes_that_wish_count_at_once() {
    for mode in [WorkMode::AfterCallWork, WorkMode::LegalGuard] {
        for wish in [away(WorkMode::Unknown), away(WorkMode::WalkAway), busy(), Want::LoggedOut] {
            for (kept, keeps) in KEEPS {
                for (way, goes_on) in GOES_ON.iter().enumerate() {
                    for left in [facts(AgentStatus::Ready), in_mode(WorkMode::AuxWork)] {
                        for (told, tells) in TELLS {
                            let mut talk = after_a_call(mode);
                            talk.line.set_wish(wish.clone());
                            talk.asks_for(10 * MINUTE, |talk, request| {
                                if !matches!(request, Request::RegisterAddress { .. }) {
                                    assert!(is_for(Some(request), &wish), "{request:?}");
                                    keeps(talk, mode);
                                } else {
                                    let (calls, out_of_service) = (Some(Vec::new()), false);
                                    talk.answers(EventKind::Registered { agent: in_mode(mode), calls, out_of_service });
                                }
                            });
                            goes_on(&mut talk, mode);
                            tells(&mut talk, left.clone());
                            let asked = talk.asks();
                            let there = !matches!(wish, Want::LoggedOut) && is_there(&left, &wish);
                            assert!(
                                there || is_for(asked.as_ref(), &wish),
                                "{mode:?} {wish:?}, {kept}, {way}, {left:?} by {told}: {asked:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn who_is_let_out_of_such_a_mode_is_asked_once() {
    for (wish, left) in [
        (busy(), AgentStatus::NotReady),
        (away(WorkMode::WalkAway), AgentStatus::NotReady),
        (Want::LoggedOut, AgentStatus::LoggedOut),
        (ready(), AgentStatus::Ready),
    ] {
        let mut talk = after_a_call(WorkMode::AfterCallWork);
        talk.line.set_wish(away(WorkMode::AuxWork));
        talk.line.set_wish(wish.clone());
        let asked = talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(left))));
        assert_eq!(asked, 1, "{wish:?}");
    }
}

/// What is left is what is wished already.
fn is_there(left: &AgentFacts, wish: &Want) -> bool {
    let Want::State(target) = wish else { return false };
    left.status == AgentStatus::NotReady
        && [WorkMode::Unknown, left.work_mode].contains(&target.work_mode)
        && target.reasons.0.is_empty()
}

#[test]
fn a_mode_that_comes_and_goes_all_the_time_is_asked_less_than_ten_times_a_minute() {
    let mut talk = after_a_call(WorkMode::AfterCallWork);
    talk.line.set_wish(busy());
    let mut asked = 0;
    for _ in 0..60 {
        asked += talk.asks_for(Duration::from_millis(500), |talk, _| talk.refuses(Behaviour::Permanent));
        talk.says(facts(AgentStatus::Ready));
        asked += talk.asks_for(Duration::from_millis(500), |talk, _| talk.refuses(Behaviour::Permanent));
        talk.says(in_mode(WorkMode::AfterCallWork));
    }
    assert!((2..10).contains(&asked), "{asked}");
}

/// What happens while the mode lasts, and how it ends.
type Ends = fn(&mut Talk, WorkMode);

/// Whether the wish to be away is asked for then.
const ENDS: [(&str, Ends, bool); 7] = [
    ("its timer", |talk, _| talk.says(facts(AgentStatus::Ready)), true),
    (
        "another mode that ends by itself",
        |talk, mode| {
            let other = if mode == WorkMode::LegalGuard { WorkMode::AfterCallWork } else { WorkMode::LegalGuard };
            talk.says(in_mode(other));
            talk.says(facts(AgentStatus::Ready));
        },
        true,
    ),
    (
        "while the connection was lost",
        |talk, _| {
            talk.line.link_down();
            talk.line.link_up();
            talk.registers(facts(AgentStatus::Ready));
        },
        true,
    ),
    (
        "after a time without the connection",
        |talk, mode| {
            talk.line.link_down();
            talk.line.link_up();
            talk.registers(in_mode(mode));
            talk.says(facts(AgentStatus::Ready));
        },
        true,
    ),
    (
        "in another life of the service",
        |talk, _| {
            let kept = talk.line.kept();
            *talk = Talk { line: line(), asked: None, ..*talk };
            talk.line.dn_free(true);
            talk.line.resume(&kept);
            talk.registers(facts(AgentStatus::Ready));
        },
        true,
    ),
    ("a logout", |talk, _| talk.says(facts(AgentStatus::LoggedOut)), false),
    ("another choice", |talk, _| talk.says(in_mode(WorkMode::AuxWork)), false),
];

#[test]
fn a_mode_that_comes_by_itself_over_a_wish_to_be_away_makes_nobody_ready_at_its_end() {
    for mode in [WorkMode::AfterCallWork, WorkMode::LegalGuard] {
        for wish in [away(WorkMode::Unknown), away(WorkMode::WalkAway), busy()] {
            for (case, ends, asks) in ENDS {
                let mut talk = Talk::with(AgentStatus::NotReady);
                talk.line.set_wish(wish.clone());
                talk.asks();
                let Want::State(target) = &wish else { panic!("a state") };
                let there = AgentFacts { reasons: (*target.reasons).clone(), ..in_mode(target.work_mode) };
                talk.line.event(EventKind::Agent(there), Cause::Elsewhere, talk.now);
                assert_eq!(talk.asks(), None, "{wish:?}");
                talk.says(in_mode(mode));
                assert_eq!(talk.asks_for(MINUTE, |_, request| panic!("{mode:?} {request:?}")), 0, "it is left alone");
                ends(&mut talk, mode);
                assert_eq!(is_for(talk.asks().as_ref(), &wish), asks, "{mode:?} {wish:?} {case}");
            }
        }
    }
}

#[test]
fn what_else_the_t_server_decides_stands() {
    // A mode that does not end by itself, and one that was wished.
    for (wish, mode) in
        [(away(WorkMode::WalkAway), WorkMode::AuxWork), (away(WorkMode::AfterCallWork), WorkMode::AfterCallWork)]
    {
        let mut talk = Talk::with(AgentStatus::Ready);
        talk.line.set_wish(wish.clone());
        talk.asks_for(10 * MINUTE, |talk, _| talk.answers(EventKind::Agent(in_mode(mode))));
        talk.says(facts(AgentStatus::Ready));
        assert_eq!(talk.asks_for(10 * MINUTE, |_, request| panic!("{request:?}")), 0, "{wish:?}");
    }
}

/// How a request ends without an answer.
type Loses = fn(&mut Talk);

const LOSES: [(&str, Loses); 2] = [
    ("not answered, or asked of the one before", |talk| {
        let question = talk.asked.take().expect("a question");
        let refusal = Refusal { code: None, message: "late".into(), behaviour: Behaviour::Retry };
        talk.line.refused(question.number, &refusal, talk.now);
    }),
    ("the connection is lost", |talk| {
        talk.asked = None;
        talk.line.link_down();
        talk.line.link_up();
        talk.registers(in_mode(WorkMode::Unknown));
    }),
];

#[test]
fn what_is_carried_out_late_is_nobodys_decision_once_and_for_a_minute() {
    for (case, loses) in LOSES {
        for (late, again, ours) in [(0, false, true), (0, true, false), (61, false, false)] {
            let mut talk = Talk::with(AgentStatus::NotReady);
            talk.line.set_wish(ready());
            assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })));
            loses(&mut talk);
            talk.line.set_wish(away(WorkMode::Unknown));
            assert_eq!(talk.asks(), None, "{case}: they are so");
            talk.now += Duration::from_secs(late);
            if again {
                talk.says(facts(AgentStatus::Ready));
                talk.asks();
                talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
            }
            talk.says(facts(AgentStatus::Ready));
            let asked = talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
            assert_eq!(asked > 0, ours, "{case}, {late} s later, again: {again}");
        }
    }
}

/// The requests of one connection are carried out in order.
#[test]
fn what_was_lost_before_a_request_that_is_answered_is_over_on_its_connection() {
    for (elsewhere, decision) in
        [(false, AgentStatus::LoggedOut), (false, AgentStatus::NotReady), (true, AgentStatus::NotReady)]
    {
        let mut talk = Talk::with(AgentStatus::Ready);
        let lost = if decision == AgentStatus::LoggedOut { Want::LoggedOut } else { away(WorkMode::Unknown) };
        talk.line.set_wish(lost);
        assert!(talk.asks().is_some());
        LOSES[0].1(&mut talk);
        talk.line.set_wish(busy());
        if elsewhere {
            talk.line.link_down();
            talk.line.link_up();
            talk.registers(facts(AgentStatus::Ready));
        }
        talk.asks_for(MINUTE / 6, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
        talk.line.set_wish(ready());
        talk.asks_for(MINUTE / 6, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::Ready))));
        talk.says(facts(decision));
        let answer = |talk: &mut Talk, _: &Request| talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
        assert_eq!(talk.asks_for(MINUTE / 6, answer) > 0, elsewhere, "{decision:?}");
    }
}

#[test]
fn what_somebody_says_for_a_reason_that_was_not_asked_for_is_their_decision() {
    let mut code = KvList::default();
    code.push_str("ReasonCode", "4");
    let not_ready = facts(AgentStatus::NotReady);
    for decision in [
        AgentFacts { reasons: code.clone(), ..not_ready.clone() },
        AgentFacts { extensions: code, ..not_ready },
        in_mode(WorkMode::AfterCallWork),
    ] {
        for lost in [busy(), away(WorkMode::Unknown)] {
            let mut talk = Talk::with(AgentStatus::Ready);
            talk.line.set_wish(lost.clone());
            talk.asks();
            LOSES[0].1(&mut talk);
            talk.line.set_wish(ready());
            assert_eq!(talk.asks(), None);
            talk.says(decision.clone());
            assert_eq!(talk.asks_for(MINUTE, |_, request| panic!("{request:?}")), 0, "{lost:?} {decision:?}");
        }
    }
}

#[test]
fn what_a_snapshot_shows_to_have_come_about_brings_about_nothing_more() {
    let mut talk = Talk::with(AgentStatus::Ready);
    talk.line.set_wish(Want::LoggedOut);
    assert!(matches!(talk.asks(), Some(Request::AgentLogout { .. })));
    talk.asked = None;
    talk.line.link_down();
    talk.line.link_up();
    talk.registers(facts(AgentStatus::LoggedOut));
    talk.line.set_wish(ready());
    assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })));
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    talk.says(facts(AgentStatus::LoggedOut));
    assert_eq!(talk.asks_for(MINUTE, |_, request| panic!("{request:?}")), 0, "that is theirs");
}
