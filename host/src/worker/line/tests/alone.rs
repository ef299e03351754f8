//! A T-Server that registers a DN and tells nothing of it.

use super::*;

impl Talk {
    /// The DN is registered, and nothing told.
    fn registers_alone(&mut self) {
        self.now += MINUTE;
        assert!(matches!(self.asks(), Some(Request::RegisterAddress { .. })));
        self.answers(EventKind::RegisteredAlone);
    }

    fn is(&self) -> AgentStatus {
        self.line.confirmed().status
    }
}

#[test]
fn what_is_read_again_and_not_told_stays_as_it_was_and_is_nobodys_decision() {
    for status in [AgentStatus::Ready, AgentStatus::NotReady, AgentStatus::LoggedOut] {
        let mut talk = Talk::with(status);
        talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
        talk.registers_alone();
        assert_eq!(talk.is(), status);
        assert!(talk.problem().contains("EventRegistered"), "{}", talk.problem());
        talk.line.set_wish(busy());
        assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. } | Request::AgentNotReady { .. })), "{status:?}");
        talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
        assert_eq!(talk.problem(), "", "it is told now");
    }
}

#[test]
fn after_a_reconnect_whoever_is_logged_in_already_is_brought_to_what_is_wished() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    talk.asks();
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    talk.line.link_down();
    talk.line.link_up();
    talk.registers_alone();
    assert_eq!(talk.is(), AgentStatus::LoggedOut, "nobody knows");
    assert!(talk.problem().contains("EventRegistered"));
    assert!(matches!(talk.asks(), Some(Request::AgentLogin { .. })));
    talk.refuses(Behaviour::AlreadySo);
    talk.registers_alone();
    assert_eq!(talk.is(), AgentStatus::NotReady);
    assert!(matches!(talk.asks(), Some(Request::AgentReady { .. })));
    talk.answers(EventKind::Agent(facts(AgentStatus::Ready)));
    assert_eq!((talk.asks(), talk.problem().as_str()), (None, ""));
}

#[test]
fn what_is_acknowledged_and_never_told_is_taken_to_be_so_and_shown_as_not_told() {
    let mut talk = Talk::with(AgentStatus::NotReady);
    talk.line.set_wish(ready());
    let requests = talk.asks_for(10 * MINUTE, |talk, request| {
        let alone = matches!(request, Request::RegisterAddress { .. });
        talk.answers(if alone { EventKind::RegisteredAlone } else { EventKind::Acknowledged });
    });
    assert!(requests <= 2, "{requests}");
    assert_eq!(talk.is(), AgentStatus::Ready);
    assert!(talk.problem().contains("EventRegistered"));
    talk.says(facts(AgentStatus::NotReady));
    assert_eq!((talk.is(), talk.asks()), (AgentStatus::NotReady, None), "somebody's decision");
}

#[test]
fn calls_stay_but_after_a_time_without_a_link() {
    let mut talk = Talk::with(AgentStatus::Ready);
    let call = crate::agent_link::Call::new(crate::agent_link::ConnId(7));
    let established = EventKind::Call(call, crate::agent_link::CallStep::Established);
    talk.line.event(established, Cause::Elsewhere, talk.now);
    talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
    talk.registers_alone();
    assert_eq!(talk.line.calls().iter().count(), 1);
    talk.line.link_down();
    talk.line.link_up();
    talk.registers_alone();
    assert!(talk.line.calls().is_empty());
}

#[test]
fn a_request_that_fails_twice_takes_neither_the_agent_nor_a_call_away() {
    let silent = || EventKind::Registered { agent: facts(AgentStatus::NotReady), calls: None, out_of_service: false };
    let alone = || EventKind::RegisteredAlone;
    for (snapshot, in_doubt) in [(silent as fn() -> EventKind, false), (alone, false), (silent, true), (alone, true)] {
        let mut talk = Talk::with(AgentStatus::NotReady);
        let call = crate::agent_link::Call::new(crate::agent_link::ConnId(7));
        let established = EventKind::Call(call, crate::agent_link::CallStep::Established);
        talk.line.event(established, Cause::Elsewhere, talk.now);
        if in_doubt {
            talk.line.event(EventKind::Unreadable("odd".into()), Cause::Elsewhere, talk.now);
        }
        talk.line.set_wish(ready());
        let mut read = 0;
        talk.asks_for(10 * MINUTE, |talk, request| match request {
            Request::RegisterAddress { .. } => {
                read += 1;
                talk.answers(snapshot());
            }
            Request::AgentReady { .. } => talk.refuses(Behaviour::Retry),
            other => panic!("{other:?}"),
        });
        assert!(read > 0 && talk.line.in_service());
        assert_eq!((talk.is(), talk.line.calls().iter().count()), (AgentStatus::NotReady, 1));
    }
}
