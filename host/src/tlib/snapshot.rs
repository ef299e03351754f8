//! EventRegistered: the state of a DN at the moment of its registration. T-Servers tell it in Extensions whose keys
//! are not public in full; PROTOCOL.md, "Snapshot", fixes the ones this link uses.

use super::decode::agent;
use crate::agent_link::{AgentFacts, AgentStatus, Call, CallStep, CallType, EventKind, WorkMode};
use crate::wire::{KvList, Record, RecordError, Value};

/// Calls read from one snapshot.
const MAX_CALLS: usize = 64;

/// Reads the message's Extensions. What is missing there counts as logged out, in service, without calls.
pub(super) fn read(record: &Record<'_>) -> Result<EventKind, RecordError> {
    let mut facts = agent(record, AgentStatus::LoggedOut)?;
    let extensions = std::mem::take(&mut facts.extensions);
    (facts.status, facts.work_mode) = agent_status(&facts, int(&extensions, "AgentStatus"));
    let calls = (1..=MAX_CALLS).map_while(|number| call(&extensions, number)).collect();
    let out_of_service = int(&extensions, "status").is_some_and(|status| status < 0);
    facts.extensions = extensions;
    Ok(EventKind::Registered { agent: facts, calls, out_of_service })
}

/// The status of the number under `AgentStatus`. An agent without it is logged in: not ready, to be on the safe side.
fn agent_status(facts: &AgentFacts, number: Option<i64>) -> (AgentStatus, WorkMode) {
    let or = |mode| if facts.work_mode == WorkMode::Unknown { mode } else { facts.work_mode };
    match number {
        Some(2) => (AgentStatus::Ready, facts.work_mode),
        Some(1 | 3) => (AgentStatus::NotReady, facts.work_mode),
        Some(4) => (AgentStatus::NotReady, or(WorkMode::AfterCallWork)),
        Some(5) => (AgentStatus::NotReady, or(WorkMode::WalkAway)),
        None if facts.agent_id.is_some() => (AgentStatus::NotReady, facts.work_mode),
        _ => (AgentStatus::LoggedOut, WorkMode::Unknown),
    }
}

fn call(extensions: &KvList, number: usize) -> Option<(Call, CallStep)> {
    let key = |name: &str| format!("{name}-{number}");
    let text = |name: &str| extensions.str(&key(name)).map(Into::into);
    let conn_id = extensions.str(&key("conn"))?.parse().ok()?;
    let user_data = match extensions.first(&key("ud")) {
        Some(Value::List(list)) => Some(list.clone()),
        _ => None,
    };
    let call = Call {
        conn_id,
        previous_conn_id: None,
        call_type: CallType::from_number(int(extensions, &key("ct")).unwrap_or_default()),
        other_dn: text("odn"),
        ani: text("ani"),
        dnis: text("dnis"),
        user_data,
    };
    Some((call, step(extensions.str(&key("step")))))
}

/// A call that is there but whose step is not told is taken for a conversation.
fn step(word: Option<&str>) -> CallStep {
    match word {
        Some("ringing") => CallStep::Ringing,
        Some("dialing") => CallStep::Dialing,
        Some("held") => CallStep::Held,
        _ => CallStep::Established,
    }
}

fn int(list: &KvList, key: &str) -> Option<i64> {
    match list.first(key) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(rest: &str) -> (AgentFacts, Vec<(Call, CallStep)>, bool) {
        let line = format!(r#"{{"messageName":"EventRegistered","thisDN":"5002"{rest}}}"#);
        match read(&Record::parse(line.as_bytes()).unwrap()).unwrap() {
            EventKind::Registered { agent, calls, out_of_service } => (agent, calls, out_of_service),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_empty_snapshot_is_a_free_dn() {
        assert_eq!(snapshot(""), (AgentFacts::default(), vec![], false));
    }

    #[test]
    fn every_agent_status() {
        for (number, status, mode) in [
            (0, AgentStatus::LoggedOut, WorkMode::Unknown),
            (1, AgentStatus::NotReady, WorkMode::Unknown),
            (2, AgentStatus::Ready, WorkMode::Unknown),
            (3, AgentStatus::NotReady, WorkMode::Unknown),
            (4, AgentStatus::NotReady, WorkMode::AfterCallWork),
            (5, AgentStatus::NotReady, WorkMode::WalkAway),
            (9, AgentStatus::LoggedOut, WorkMode::Unknown),
        ] {
            let (facts, ..) = snapshot(&format!(r#","extensions":{{"AgentStatus":{number}}}"#));
            assert_eq!((facts.status, facts.work_mode), (status, mode), "{number}");
        }
        assert_eq!(snapshot(r#","agentID":"12""#).0.status, AgentStatus::NotReady);
    }

    #[test]
    fn calls_in_progress() {
        let (_, calls, out) = snapshot(concat!(
            r#","extensions":{"status":-1,"conn-1":"a1","ct-1":2,"step-1":"held","odn-1":"0199","ud-1":{"k":"v"},"#,
            r#""conn-2":"a2","conn-4":"a4"}"#
        ));
        assert!(out);
        let found: Vec<_> = calls.iter().map(|(call, step)| (call.conn_id.0, *step)).collect();
        assert_eq!(found, [(0xa1, CallStep::Held), (0xa2, CallStep::Established)]);
        assert_eq!(calls[0].0.user_data.as_ref().unwrap().str("k"), Some("v"));
    }
}
