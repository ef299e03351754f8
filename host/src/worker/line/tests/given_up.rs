//! Lines that are given up: nobody stays logged in whom we brought there, or it is said.

use super::*;

#[test]
fn a_line_that_is_given_up_logs_out_whom_we_brought_and_nobody_else() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
    talk.line.leave(talk.now);
    assert!(!talk.line.has_left(talk.now));
    assert!(matches!(talk.asks(), Some(Request::AgentLogout { .. })));
    talk.answers(EventKind::Agent(facts(AgentStatus::LoggedOut)));
    assert!(talk.line.has_left(talk.now));

    let mut talk = Talk::with(AgentStatus::Ready);
    talk.line.leave(talk.now);
    assert!(talk.line.has_left(talk.now), "they logged in by themselves");
}

#[test]
fn a_line_that_is_given_up_waits_for_nobody_for_long() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    talk.asks();
    talk.line.leave(talk.now);
    assert!(!talk.line.has_left(talk.now));
    assert!(talk.line.deadline(talk.now).is_some_and(|at| talk.line.has_left(at)));
}

/// Logged in by us, and given up a moment ago.
fn given_up() -> Talk {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
    talk.line.leave(talk.now);
    talk
}

type Step = fn(&mut Talk);

/// Whether it has left by now, with what stays behind.
fn left(talk: &mut Talk) -> Option<String> {
    talk.line.count_down(talk.now);
    let behind = talk.line.stays_behind().map(|why| why.to_string()).unwrap_or_default();
    talk.line.has_left(talk.now).then_some(behind)
}

#[test]
fn a_logout_is_owed_for_as_long_as_the_t_server_is_out_of_reach() {
    let outages: [(&str, Step, Step); 2] = [
        ("link", |talk| talk.line.link_down(), |talk| talk.line.link_up()),
        ("switch", |talk| talk.line.switch(false), |talk| talk.line.switch(true)),
    ];
    for (what, goes, comes) in outages {
        for (before, after) in [(true, facts(AgentStatus::Ready)), (false, facts(AgentStatus::NotReady))] {
            let mut talk = Talk::with(AgentStatus::LoggedOut);
            talk.line.set_wish(busy());
            talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
            let steps: [&dyn Fn(&mut Talk); 2] = [&|talk| goes(talk), &|talk| talk.line.leave(talk.now)];
            let order = if before { [0, 1] } else { [1, 0] };
            order.into_iter().for_each(|step| steps[step](&mut talk));
            assert_eq!(left(&mut talk), None, "{what}");
            talk.now += MINUTE * 60;
            assert_eq!((left(&mut talk), talk.asks()), (None, None), "{what}: nothing can be done");
            comes(&mut talk);
            talk.registers(after);
            assert_eq!(left(&mut talk), None, "{what}: now it can");
            assert!(matches!(talk.asks(), Some(Request::AgentLogout { .. })), "{what}");
            talk.answers(EventKind::Agent(facts(AgentStatus::LoggedOut)));
            assert_eq!(left(&mut talk).as_deref(), Some(""), "{what}");
        }
    }
}

#[test]
fn who_is_gone_or_another_after_the_outage_is_not_logged_out() {
    for agent in [AgentFacts::default(), AgentFacts { agent_id: Some("7777".into()), ..facts(AgentStatus::Ready) }] {
        let mut talk = given_up();
        talk.line.link_down();
        talk.line.link_up();
        talk.registers(agent);
        assert_eq!((talk.asks(), left(&mut talk).as_deref()), (None, Some("")));
    }
}

#[test]
fn a_logout_that_is_refused_is_tried_again_and_said_when_the_time_is_over() {
    let refusals: [(Step, &str, usize); 3] = [
        (|talk| talk.refuses(Behaviour::Retry), "no", 3),
        (|talk| talk.refuses(Behaviour::Permanent), "no", 1),
        (|_| (), "did not answer in time", 1),
    ];
    for (answer, why, expected) in refusals {
        let (mut talk, mut logouts) = (given_up(), 0);
        talk.asks_for(Duration::from_secs(9), |talk, request| match request {
            Request::AgentLogout { .. } => {
                logouts += 1;
                answer(talk);
            }
            _ => {
                let agent = facts(AgentStatus::Ready);
                talk.answers(EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false });
            }
        });
        assert_eq!((logouts, left(&mut talk)), (expected, None), "{why}");
        talk.now += Duration::from_secs(1);
        assert!(left(&mut talk).is_some_and(|behind| behind.contains(why)), "{why}");
    }
}

#[test]
fn a_line_that_waits_for_its_dn_owes_nothing() {
    let mut waiting = line();
    waiting.set_wish(busy());
    waiting.wait_for_dn();
    waiting.leave(Moment::default());
    assert!(waiting.has_left(Moment::default()) && waiting.stays_behind().is_none());
}

#[test]
fn whom_we_brought_is_ours_to_log_out_whoever_had_the_line_meanwhile() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_wish(busy());
    talk.asks_for(MINUTE, |talk, _| talk.answers(EventKind::Agent(facts(AgentStatus::NotReady))));
    let login = talk.line.login.clone();
    let nobody = Login { agent_id: "".into(), ..login.clone() };
    let mut line = talk.line.handed_over(nobody, Want::Observe).handed_over(login.clone(), Want::Observe);
    assert!(line.agent().is_driven());
    let other = AgentFacts { agent_id: Some("1002".into()), ..facts(AgentStatus::Ready) };
    line.event(EventKind::Agent(other), Cause::Elsewhere, talk.now);
    let line = line.handed_over(Login { agent_id: "1002".into(), ..login }, Want::Observe);
    assert!(!line.agent().is_driven(), "they logged in by themselves");
}
