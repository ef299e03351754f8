//! Messages of a T-Server as events: what the service acts on, in one pass over the line.

use super::{
    attribute::{CALL_TYPES, position},
    names, snapshot,
};
use crate::agent_link::{AgentFacts, AgentStatus, Call, CallStep, CallType, Event, EventKind, WorkMode};
use crate::wire::{ConnId, Record, RecordError};
use serde_json::value::RawValue;
use std::sync::Arc;

/// One message of a T-Server.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The request it answers; 0 and absence mean none.
    pub reference_id: Option<i64>,
    /// AttributeEventSequenceNumber.
    pub sequence: Option<u64>,
    /// What it says.
    pub content: Content,
}

/// An event, or the refusal of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Any message but EventError.
    Event(Event),
    /// EventError (52).
    Error {
        /// AttributeErrorCode.
        code: i64,
        /// AttributeErrorMessage, may be empty.
        message: Arc<str>,
    },
}

impl Incoming {
    /// Reads a message of a T-Server.
    ///
    /// # Errors
    /// An attribute that the message needs is missing or of the wrong type: the T-Server's fault, or the bridge's.
    pub fn read(record: &Record<'_>) -> Result<Self, RecordError> {
        let name = names::canonical(record.name()).unwrap_or(record.name());
        let content = if name == "EventError" {
            let code = record.require("errorCode", record.int("errorCode"))?;
            Content::Error { code, message: shared(record, "errorMessage")?.unwrap_or_default() }
        } else {
            let this_dn = shared(record, "thisDN")?.unwrap_or_default();
            Content::Event(Event { this_dn, kind: kind(record, name)? })
        };
        let sequence = record.int("eventSequenceNumber")?.and_then(|number| u64::try_from(number).ok());
        Ok(Self { reference_id: record.int("referenceID")?.filter(|id| *id != 0), sequence, content })
    }
}

fn kind(record: &Record<'_>, name: &str) -> Result<EventKind, RecordError> {
    let step = |step| Ok(EventKind::Call(call(record)?, step));
    match name {
        "EventRegistered" => snapshot::read(record),
        "EventUnregistered" => Ok(EventKind::Unregistered),
        "EventAgentLogin" | "EventAgentNotReady" => agent(record, AgentStatus::NotReady).map(EventKind::Agent),
        "EventAgentReady" => agent(record, AgentStatus::Ready).map(EventKind::Agent),
        "EventAgentLogout" => agent(record, AgentStatus::LoggedOut).map(EventKind::Agent),
        "EventDNOutOfService" => Ok(EventKind::OutOfService(true)),
        "EventDNBackInService" => Ok(EventKind::OutOfService(false)),
        "EventRinging" => step(CallStep::Ringing),
        "EventDialing" | "EventNetworkReached" => step(CallStep::Dialing),
        "EventEstablished" | "EventRetrieved" => step(CallStep::Established),
        "EventHeld" => step(CallStep::Held),
        "EventReleased" | "EventAbandoned" | "EventDestinationBusy" => step(CallStep::Released),
        "EventAttachedDataChanged" | "EventPartyChanged" => call(record).map(EventKind::CallChanged),
        "EventUserEvent" => Ok(EventKind::UserEvent { user_data: record.kv_list("userData")?.unwrap_or_default() }),
        "EventACK" => Ok(EventKind::Acknowledged),
        "EventLinkConnected" => Ok(EventKind::CtiLink(true)),
        "EventLinkDisconnected" => Ok(EventKind::CtiLink(false)),
        other => Ok(EventKind::Other(other.into())),
    }
}

pub(super) fn agent(record: &Record<'_>, status: AgentStatus) -> Result<AgentFacts, RecordError> {
    Ok(AgentFacts {
        status,
        agent_id: shared(record, "agentID")?,
        work_mode: work_mode(record, status)?,
        reasons: record.kv_list("reasons")?.unwrap_or_default(),
        extensions: record.kv_list("extensions")?.unwrap_or_default(),
    })
}

fn call(record: &Record<'_>) -> Result<Call, RecordError> {
    let conn_id: ConnId = record.require("connID", record.conn_id("connID"))?;
    Ok(Call {
        conn_id,
        previous_conn_id: record.conn_id("previousConnID")?,
        call_type: call_type(record)?,
        other_dn: shared(record, "otherDN")?,
        ani: shared(record, "ani")?,
        dnis: shared(record, "dnis")?,
        user_data: record.kv_list("userData")?,
    })
}

/// `agentWorkMode`, or under the short name that some interfaces use.
fn work_mode(record: &Record<'_>, status: AgentStatus) -> Result<WorkMode, RecordError> {
    let attribute = if record.raw("agentWorkMode").is_some() { "agentWorkMode" } else { "workMode" };
    let parse = |raw: &RawValue| match enumerated(raw)? {
        Named::Name(name) => Ok(WorkMode::from_name(&name).unwrap_or_default()),
        Named::Number(number) => Ok(WorkMode::from_number(number, status == AgentStatus::Ready).unwrap_or_default()),
    };
    Ok(record.typed(attribute, "a work mode's name or number", parse)?.unwrap_or_default())
}

fn call_type(record: &Record<'_>) -> Result<CallType, RecordError> {
    let parse = |raw: &RawValue| match enumerated(raw)? {
        Named::Name(name) => Ok(CallType::from_number(position(&CALL_TYPES, &name).unwrap_or_default())),
        Named::Number(number) => Ok(CallType::from_number(number)),
    };
    Ok(record.typed("callType", "a call type's name or number", parse)?.unwrap_or_default())
}

/// A value of an enumeration. A name or number that this version does not know is no error.
enum Named {
    Name(String),
    Number(i64),
}

fn enumerated(raw: &RawValue) -> Result<Named, String> {
    let number = raw.get().parse().map(Named::Number);
    number.or_else(|_| serde_json::from_str(raw.get()).map(Named::Name)).map_err(|_| String::new())
}

fn shared(record: &Record<'_>, attribute: &str) -> Result<Option<Arc<str>>, RecordError> {
    Ok(record.str(attribute)?.map(Arc::from))
}

impl CallType {
    /// The type of this number (genesys.md 5.2).
    pub fn from_number(number: i64) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Inbound,
            3 => Self::Outbound,
            4 => Self::Consult,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Incoming, RecordError> {
        Incoming::read(&Record::parse(line.as_bytes()).unwrap())
    }

    fn event(line: &str) -> Event {
        match read(line).unwrap().content {
            Content::Event(event) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_agent_event() {
        let incoming = read(concat!(
            r#"{"messageName":"EventAgentNotReady","referenceID":7,"thisDN":"5002","agentID":"12","agentWorkMode":2,"#,
            r#""reasons":[{"key":"ReasonCode","type":"str","value":"lunch"}],"eventSequenceNumber":3}"#
        ))
        .unwrap();
        assert_eq!((incoming.reference_id, incoming.sequence), (Some(7), Some(3)));
        let Content::Event(Event { this_dn, kind: EventKind::Agent(facts) }) = incoming.content else { panic!() };
        assert_eq!(&*this_dn, "5002");
        assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::LegalGuard));
        assert_eq!(facts.agent_id.as_deref(), Some("12"));
        assert_eq!(facts.reasons.str("ReasonCode"), Some("lunch"));
    }

    #[test]
    fn names_in_any_case_and_in_the_other_spelling() {
        let event = event(r#"{"messagename":"EVENTAGENTREADY","THISDN":"1","workmode":"autoin"}"#);
        let EventKind::Agent(facts) = event.kind else { panic!() };
        assert_eq!((facts.status, facts.work_mode), (AgentStatus::Ready, WorkMode::AutoIn));
    }

    #[test]
    fn a_call_event() {
        let event = event(concat!(
            r#"{"messageName":"EventRinging","thisDN":"5002","connID":"a1","callType":"Inbound","otherDN":"0199","#,
            r#""aNI":"0199","dNIS":"800","userData":{"Name":"Kim"}}"#
        ));
        let EventKind::Call(call, CallStep::Ringing) = event.kind else { panic!() };
        assert_eq!((call.conn_id, call.call_type), (ConnId(0xa1), CallType::Inbound));
        assert_eq!((call.ani.as_deref(), call.dnis.as_deref()), (Some("0199"), Some("800")));
        assert_eq!(call.user_data.unwrap().str("Name"), Some("Kim"));
    }

    #[test]
    fn an_error_needs_its_code() {
        let incoming = read(r#"{"messageName":"EventError","referenceID":0,"errorCode":59}"#).unwrap();
        assert_eq!(incoming.reference_id, None);
        assert_eq!(incoming.content, Content::Error { code: 59, message: "".into() });
        let error = read(r#"{"messageName":"EventError"}"#).unwrap_err().to_string();
        assert_eq!(error, "EventError: attribute `errorCode` is missing");
    }

    #[test]
    fn wrong_types_are_errors_and_unknown_things_are_not() {
        for line in [
            r#"{"messageName":"EventRinging","thisDN":"1"}"#,
            r#"{"messageName":"EventRinging","thisDN":"1","connID":5}"#,
            r#"{"messageName":"EventAgentReady","thisDN":["1"]}"#,
            r#"{"messageName":"EventAgentReady","agentWorkMode":{}}"#,
            r#"{"messageName":"EventUserEvent","userData":"text"}"#,
            r#"{"messageName":"EventUserEvent","referenceID":"7"}"#,
        ] {
            assert!(read(line).is_err(), "{line}");
        }
        let event = event(r#"{"messageName":"EventOfTomorrow","thisDN":"1","new":[[]]}"#);
        assert_eq!(event.kind, EventKind::Other("EventOfTomorrow".into()));
        assert!(read(r#"{"messageName":"EventAgentReady","agentWorkMode":"NewMode"}"#).is_ok());
    }
}
