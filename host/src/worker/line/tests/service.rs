//! A DN that its T-Server does not serve.

use super::*;

#[test]
fn what_keeps_a_dn_from_being_served_is_said_until_its_snapshot_comes() {
    for served_otherwise in [AgentStatus::NotReady, AgentStatus::Ready, AgentStatus::LoggedOut] {
        let mut talk = Talk { line: line(), now: Moment::default(), asked: None };
        talk.line.dn_free(true);
        assert!(matches!(talk.asks(), Some(Request::RegisterAddress { .. })));
        talk.answers(EventKind::Acknowledged);
        talk.says(facts(served_otherwise));
        talk.line.set_wish(ready());
        assert!(
            talk.line.fault().is_some_and(|fault| fault.to_string().contains("EventRegistered")),
            "{served_otherwise:?}"
        );
        talk.now += MINUTE;
        talk.registers(facts(AgentStatus::Ready));
        assert_eq!((talk.line.fault(), talk.line.problem()), (None, None));
    }
}
