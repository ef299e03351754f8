//! EventRegistered: the state of a DN at the moment of its registration. T-Servers tell it in Extensions whose keys
//! are not public in full; PROTOCOL.md, "Snapshot", fixes the ones this link uses.

use super::{
    decode::agent,
    reader::{Reader, told},
};
use crate::agent_link::{AgentFacts, AgentStatus, Call, CallStep, CallType, EventKind, WorkMode};
use crate::wire::{ConnId, KvList, RecordError, Value};

/// Calls read from one snapshot.
const MAX_CALLS: usize = 64;

/// `AgentStatus` of who is ready.
const READY: i64 = 2;

/// Reads the message's Extensions. What is missing there counts as logged out, in service, without calls. Without them,
/// and without an agent beside them, nothing is told; beside an agent nothing of calls is, nor where there are some by
/// number alone.
///
/// # Errors
/// The agent's state is there and cannot be read.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<EventKind, RecordError> {
    let extensions = reader.record.kv_list("extensions")?;
    let tells = extensions.is_some();
    let extensions = extensions.unwrap_or_default();
    let number = int(reader, &extensions, "AgentStatus");
    // What the number of a work mode means depends on it.
    let ready = matches!(number, Ok(Some(READY)));
    let mut facts = agent(reader, if ready { AgentStatus::Ready } else { AgentStatus::NotReady });
    if !tells && facts.agent_id.is_none() {
        return Ok(EventKind::RegisteredAlone);
    }
    (facts.status, facts.work_mode) = agent_status(&facts, number?);
    let status = int(reader, &extensions, "status");
    let status = reader.optional(status).unwrap_or_default();
    let calls = calls(reader, &extensions);
    let calls = Some(calls).filter(|calls| tells && (!calls.is_empty() || status <= 0));
    facts.extensions = extensions;
    Ok(EventKind::Registered { agent: facts, calls, out_of_service: status < 0 })
}

fn calls(reader: &mut Reader<'_, '_>, extensions: &KvList) -> Vec<(Call, CallStep)> {
    let mut calls = Vec::new();
    for number in 1..=MAX_CALLS {
        let Some(value) = extensions.first(&format!("conn-{number}")) else { break };
        match value.text().and_then(|id| id.parse().ok()) {
            Some(conn_id) => calls.push(call(extensions, number, conn_id)),
            None => reader.faults.push(reader.record.wrong("extensions", CONN, &format!(" under `conn-{number}`"))),
        }
    }
    calls
}

const CONN: &str = "a list with a ConnID, a string of 1 to 16 hexadecimal digits,";

/// The status of the number under `AgentStatus`. An agent without it, or with one of tomorrow, is logged in: not ready,
/// to be on the safe side.
fn agent_status(facts: &AgentFacts, number: Option<i64>) -> (AgentStatus, WorkMode) {
    let or = |mode| if facts.work_mode == WorkMode::Unknown { mode } else { facts.work_mode };
    match number {
        Some(0) => (AgentStatus::LoggedOut, WorkMode::Unknown),
        Some(READY) => (AgentStatus::Ready, facts.work_mode),
        Some(1 | 3) => (AgentStatus::NotReady, facts.work_mode),
        Some(4) => (AgentStatus::NotReady, or(WorkMode::AfterCallWork)),
        Some(5) => (AgentStatus::NotReady, or(WorkMode::WalkAway)),
        _ if facts.agent_id.is_some() => (AgentStatus::NotReady, facts.work_mode),
        _ => (AgentStatus::LoggedOut, WorkMode::Unknown),
    }
}

fn call(extensions: &KvList, number: usize, conn_id: ConnId) -> (Call, CallStep) {
    let key = |name: &str| format!("{name}-{number}");
    let text = |name: &str| extensions.first(&key(name)).and_then(Value::text).and_then(|text| told(&text));
    let user_data = match extensions.first(&key("ud")) {
        Some(Value::List(list)) => Some(list.clone()),
        _ => None,
    };
    let call_type = extensions.first(&key("ct")).and_then(Value::number).unwrap_or_default();
    let made_from = extensions.first(&key("pconn")).and_then(Value::text).and_then(|id| id.parse().ok());
    let made_from = made_from.filter(ConnId::is_of_a_call);
    let call = Call {
        transfer_conn_id: made_from,
        call_type: CallType::from_number(call_type),
        other_dn: text("odn"),
        ani: text("ani"),
        dnis: text("dnis"),
        user_data,
        ..Call::new(conn_id)
    };
    (call, step(extensions.str(&key("step"))))
}

/// A call that is there but whose step is not told is taken for a conversation.
fn step(word: Option<&str>) -> CallStep {
    match word {
        Some("ringing") => CallStep::Ringing,
        Some("dialing") => CallStep::Dialing,
        Some("network-reached") => CallStep::NetworkReached,
        Some("busy") => CallStep::Busy,
        Some("held") => CallStep::Held,
        _ => CallStep::Established,
    }
}

/// A number; null is absent, as everywhere.
fn int(reader: &Reader<'_, '_>, list: &KvList, key: &str) -> Result<Option<i64>, RecordError> {
    let value = list.first(key).filter(|value| !matches!(value, Value::Other(other) if other.json() == "null"));
    let number = |value: &Value| {
        value.number().ok_or_else(|| reader.record.wrong("extensions", INT, &format!(" under `{key}`")))
    };
    value.map(number).transpose()
}

const INT: &str = "a list with an integer";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Record;

    fn told(rest: &str) -> (AgentFacts, Option<Vec<(Call, CallStep)>>, bool) {
        let line = format!(r#"{{"messageName":"EventRegistered","thisDN":"5002"{rest}}}"#);
        match read(&mut Reader::new(&Record::parse_str(&line).unwrap())).unwrap() {
            EventKind::Registered { agent, calls, out_of_service } => (agent, calls, out_of_service),
            other => panic!("{other:?}"),
        }
    }

    fn snapshot(rest: &str) -> (AgentFacts, Vec<(Call, CallStep)>, bool) {
        let (agent, calls, out_of_service) = told(rest);
        (agent, calls.unwrap(), out_of_service)
    }

    #[test]
    fn calls_that_are_not_told_are_not_none() {
        for (rest, tells) in [
            (r#","extensions":{}"#, true),
            (r#","extensions":{"AgentStatus":2}"#, true),
            (r#","extensions":{"status":0}"#, true),
            (r#","extensions":{"status":-1}"#, true),
            (r#","extensions":{"status":1,"conn-1":"a1"}"#, true),
            (r#","extensions":{"status":1}"#, false),
            (r#","extensions":{"status":1,"conn-1":[]}"#, false),
            (r#","agentID":"12""#, false),
        ] {
            assert_eq!(told(rest).1.is_some(), tells, "{rest}");
        }
    }

    #[test]
    fn an_empty_snapshot_is_a_free_dn_and_none_tells_nothing() {
        assert_eq!(snapshot(r#","extensions":{}"#), (AgentFacts::default(), vec![], false));
        for rest in ["", r#","extensions":null"#, r#","agentWorkMode":3,"reasons":{"a":1}"#] {
            let line = format!(r#"{{"messageName":"EventRegistered","thisDN":"5002"{rest}}}"#);
            let read = read(&mut Reader::new(&Record::parse_str(&line).unwrap()));
            assert_eq!(read.unwrap(), EventKind::RegisteredAlone, "{rest}");
        }
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
        for extensions in ["", r#","extensions":{"AgentStatus":9}"#, r#","extensions":{"AgentStatus":null}"#] {
            let (facts, ..) = told(&format!(r#","agentID":"12"{extensions}"#));
            assert_eq!(facts.status, AgentStatus::NotReady, "{extensions}");
        }
        assert_eq!(snapshot(r#","extensions":{"AgentStatus":"2"}"#).0.status, AgentStatus::Ready);
    }

    #[test]
    fn the_number_of_a_work_mode_is_read_by_the_status() {
        for (status, mode, expected) in [
            (2, "2", WorkMode::AutoIn),
            (2, "1", WorkMode::ManualIn),
            (2, "\"AutoIn\"", WorkMode::AutoIn),
            (3, "2", WorkMode::LegalGuard),
            (3, "4", WorkMode::AuxWork),
            (4, "2", WorkMode::LegalGuard),
        ] {
            let extensions = format!(r#""extensions":{{"AgentStatus":{status}}}"#);
            let (facts, ..) = snapshot(&format!(r#","agentID":"12","agentWorkMode":{mode},{extensions}"#));
            assert_eq!(facts.work_mode, expected, "{status} {mode}");
        }
    }

    #[test]
    fn a_call_that_cannot_be_read_takes_no_other_with_it() {
        let (_, calls, _) = snapshot(r#","extensions":{"conn-1":[],"conn-2":"a2","ct-2":"x","odn-2":199,"status":{}}"#);
        let [(call, CallStep::Established)] = calls.as_slice() else { panic!("{calls:?}") };
        assert_eq!((call.conn_id, call.other_dn.as_deref()), (ConnId(0xa2), Some("199")));
    }

    #[test]
    fn what_is_empty_or_zero_is_not_told() {
        for empty in ["", " "] {
            let (_, calls, _) = snapshot(&format!(
                r#","extensions":{{"conn-1":"a1","odn-1":"{empty}","ani-1":"{empty}","dnis-1":"{empty}","pconn-1":"0"}}"#
            ));
            assert_eq!(calls, [(Call::new(ConnId(0xa1)), CallStep::Established)], "{empty:?}");
        }
    }

    #[test]
    fn calls_in_progress() {
        let (_, calls, out) = snapshot(concat!(
            r#","extensions":{"status":-1,"conn-1":"a1","ct-1":2,"step-1":"held","odn-1":"0199","ud-1":{"k":"v"},"#,
            r#""conn-2":"a2","step-2":"network-reached","pconn-2":"a1","conn-3":"a3","step-3":"busy","conn-5":"a5"}"#
        ));
        assert!(out);
        let found: Vec<_> = calls.iter().map(|(call, step)| (call.conn_id.0, *step)).collect();
        assert_eq!(found, [(0xa1, CallStep::Held), (0xa2, CallStep::NetworkReached), (0xa3, CallStep::Busy)]);
        assert_eq!((calls[0].0.made_from()[0], calls[1].0.made_from()[0]), (None, Some(ConnId(0xa1))));
        assert_eq!(calls[0].0.user_data.as_ref().unwrap().str("k"), Some("v"));
    }
}
