//! A doubt about the platform's word, and decisions of others, laid over what is wished.

use super::*;

#[test]
fn presence_unknown_never_logs_anybody_in_and_lets_nobody_be_ready() {
    let mut talk = Talk::with(AgentStatus::LoggedOut);
    talk.line.set_doubt(true);
    assert_eq!(talk.asks(), None);
    talk.says(facts(AgentStatus::Ready));
    assert!(matches!(talk.asks(), Some(Request::AgentNotReady { .. })));
}

/// Where an agent is, and how they got there, before a doubt.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// Nobody wishes anything.
    Unwished(AgentStatus),
    /// The platform's wish.
    Wished(fn() -> Want, AgentStatus),
    /// Somebody decided otherwise than the platform.
    Decided(fn() -> Want, AgentStatus),
}

fn lunch() -> AgentFacts {
    let mut reasons = KvList::default();
    reasons.push_str("ReasonCode", "lunch");
    AgentFacts { reasons, work_mode: WorkMode::AuxWork, ..facts(AgentStatus::NotReady) }
}

fn decision(status: AgentStatus) -> AgentFacts {
    if status == AgentStatus::NotReady { lunch() } else { facts(status) }
}

impl Talk {
    fn before(before: Before) -> Self {
        let (Before::Unwished(status) | Before::Wished(_, status) | Before::Decided(_, status)) = before;
        let mut talk = Self::with(AgentStatus::NotReady);
        match before {
            Before::Unwished(_) => talk.says(decision(status)),
            Before::Wished(wish, _) => talk.fulfils(wish()),
            Before::Decided(wish, _) => {
                talk.fulfils(wish());
                talk.says(decision(status));
            }
        }
        talk
    }

    fn fulfils(&mut self, wish: Want) {
        self.line.set_wish(wish);
        self.does_what_is_asked();
    }

    /// The link goes and comes back, and this is how the agent is then.
    pub(super) fn comes_back(&mut self, status: AgentStatus) {
        self.line.link_down();
        self.line.link_up();
        self.registers(facts(status));
    }

    /// The T-Server does what it is asked, reasons and all. What it was asked last.
    fn does_what_is_asked(&mut self) -> Option<&'static str> {
        let mut asked = None;
        while let Some(request) = self.asks() {
            let (name, answer) = match request {
                Request::AgentLogin { .. } => ("login", facts(AgentStatus::NotReady)),
                Request::AgentLogout { .. } => ("logout", facts(AgentStatus::LoggedOut)),
                Request::AgentReady { .. } => ("ready", facts(AgentStatus::Ready)),
                Request::AgentNotReady { reasons, .. } => {
                    let unknown = reasons.str("KW_UC_STATUS") == Some("presence unknown");
                    let name = if unknown { "unknown" } else { "not ready" };
                    (name, AgentFacts { reasons: (*reasons).clone(), ..facts(AgentStatus::NotReady) })
                }
                other => panic!("{other:?}"),
            };
            self.answers(EventKind::Agent(answer));
            asked = Some(name);
            self.now += MINUTE;
        }
        asked
    }
}

#[test]
fn a_doubt_takes_ready_away_and_gives_back_what_was_wished_and_nothing_else() {
    use AgentStatus::{LoggedOut, NotReady, Ready};
    use Before::{Decided, Unwished, Wished};
    // Before, decided in doubt, asked in doubt, asked when it ends.
    let table = [
        (Unwished(Ready), None, Some("unknown"), None),
        (Unwished(NotReady), None, None, None),
        (Unwished(LoggedOut), None, None, None),
        (Wished(ready, Ready), None, Some("unknown"), Some("ready")),
        (Wished(busy, NotReady), None, Some("unknown"), Some("not ready")),
        (Wished(|| Want::LoggedOut, LoggedOut), None, None, None),
        (Decided(ready, NotReady), None, None, None),
        (Decided(ready, LoggedOut), None, None, None),
        (Decided(busy, Ready), None, Some("unknown"), Some("not ready")),
        (Wished(ready, Ready), Some(NotReady), None, None),
        (Wished(ready, Ready), Some(LoggedOut), None, None),
        (Wished(ready, Ready), Some(Ready), Some("unknown"), Some("ready")),
        (Wished(busy, NotReady), Some(Ready), Some("unknown"), Some("not ready")),
        (Decided(ready, NotReady), Some(Ready), Some("unknown"), Some("ready")),
    ];
    for (before, decided, in_doubt, afterwards) in table {
        let mut talk = Talk::before(before);
        talk.line.set_doubt(true);
        if let Some(status) = decided {
            talk.does_what_is_asked();
            talk.says(decision(status));
        }
        talk.now += MINUTE;
        let case = format!("{before:?}, then {decided:?}");
        assert_eq!(talk.does_what_is_asked(), in_doubt, "in doubt: {case}");
        assert_ne!(talk.line.confirmed().status, Ready, "{case}");
        talk.line.set_doubt(false);
        assert_eq!(talk.does_what_is_asked(), afterwards, "afterwards: {case}");
    }
}

#[test]
fn what_a_doubt_took_away_is_given_back_when_its_answer_comes_late() {
    let mut talk = Talk::before(Before::Wished(ready, AgentStatus::Ready));
    talk.says(AgentFacts { reasons: lunch().reasons, ..facts(AgentStatus::Ready) });
    talk.line.set_doubt(true);
    assert!(matches!(talk.asks(), Some(Request::AgentNotReady { .. })), "somebody else had made them ready");
    talk.line.set_doubt(false);
    talk.answers(EventKind::Agent(facts(AgentStatus::NotReady)));
    assert_eq!(talk.does_what_is_asked(), Some("ready"));
}

#[test]
fn a_decision_ends_where_the_agent_is_as_wished_again() {
    for reconnects in [false, true] {
        let mut talk = Talk::before(Before::Decided(ready, AgentStatus::NotReady));
        if reconnects {
            talk.comes_back(AgentStatus::Ready);
        } else {
            talk.says(facts(AgentStatus::Ready));
        }
        talk.comes_back(AgentStatus::NotReady);
        assert_eq!(talk.does_what_is_asked(), Some("ready"), "the wish counts again");
    }
}
