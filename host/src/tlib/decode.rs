//! Messages of a T-Server as events: what the service acts on, in one pass over the line. No message is lost for what
//! it holds besides: only what is read is typed, and what cannot be read and is needed puts its DN in doubt.

use super::{
    attribute::{CALL_TYPES, call_state, position},
    chat, names,
    reader::Reader,
    snapshot,
};
use crate::agent_link::{
    AgentFacts, AgentStatus, Call, CallStep, CallType, Ending, Event, EventKind, PartyChange, WorkMode,
};
use crate::wire::{ConnId, KvList, Record, RecordError, Shown};
use std::sync::Arc;

/// Letters shown of a message's name that is not in [`names::NAMES`].
const MAX_NAME: usize = 60;

/// One message of a T-Server.
#[derive(Debug)]
pub struct Incoming {
    /// The request it answers; 0, absence and what is no ReferenceID mean none.
    pub reference_id: Option<i64>,
    /// `linkSequence`, the link's own counter.
    pub link_sequence: Option<u64>,
    /// What it says.
    pub content: Content,
    /// What could not be read; the T-Server's fault, or the bridge's.
    pub faults: Vec<RecordError>,
}

/// An event, or the refusal of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Any message but EventError.
    Event(Event),
    /// EventError (52).
    Error {
        /// AttributeErrorCode; none when it is missing or cannot be read.
        code: Option<i64>,
        /// AttributeErrorMessage, may be empty; fit to be shown.
        message: Arc<str>,
    },
    /// An event that needs a DN and names none that can be read: it tells nothing, but answers its request.
    OfNoDn,
}

impl Incoming {
    /// Reads a message of a T-Server.
    pub fn read(record: &Record<'_>) -> Self {
        let mut reader = Reader::new(record);
        let name = names::canonical(record.name());
        let content = if name == Some("EventError") { error(&mut reader) } else { event(&mut reader, name) };
        let reference_id = record.number("referenceID");
        let sequence = record.number("linkSequence");
        Self {
            reference_id: reader.optional(reference_id).filter(|id| *id != 0),
            link_sequence: reader.optional(sequence).and_then(|number| u64::try_from(number).ok()),
            content,
            faults: reader.faults,
        }
    }
}

fn error(reader: &mut Reader<'_, '_>) -> Content {
    let code = match reader.record.number("errorCode") {
        Ok(None) => Err(reader.record.missing("errorCode")),
        read => read,
    };
    let code = reader.optional(code);
    let message = reader.words("errorMessage").unwrap_or_default();
    Content::Error { code, message: Shown::new(&message).to_string().into() }
}

fn event(reader: &mut Reader<'_, '_>, name: Option<&'static str>) -> Content {
    let Some(name) = name else {
        let name = Shown::up_to(reader.record.name(), MAX_NAME).to_string();
        let this_dn = reader.text("thisDN").unwrap_or_default();
        return Content::Event(Event { this_dn, kind: EventKind::Other(name.into()) });
    };
    let this_dn = reader.text("thisDN");
    let kind = kind(reader, name).unwrap_or_else(|fault| {
        let words = fault.to_string().into();
        reader.faults.push(fault);
        EventKind::Unreadable(words)
    });
    match this_dn {
        None if concerns_a_dn(&kind) => {
            reader.faults.push(reader.record.missing("thisDN"));
            Content::OfNoDn
        }
        this_dn => Content::Event(Event { this_dn: this_dn.unwrap_or_default(), kind }),
    }
}

/// True for what says nothing without its DN.
fn concerns_a_dn(kind: &EventKind) -> bool {
    match kind {
        EventKind::Registered { .. }
        | EventKind::RegisteredAlone
        | EventKind::Unregistered
        | EventKind::Agent(_)
        | EventKind::QueueLogin(_)
        | EventKind::OutOfService(_)
        | EventKind::Call(..)
        | EventKind::CallChanged(_)
        | EventKind::Party(..)
        | EventKind::Muted(..)
        | EventKind::Chat(_)
        | EventKind::Unreadable(_)
        | EventKind::ReadAgain => true,
        EventKind::UserEvent { .. } | EventKind::CtiLink(_) | EventKind::Acknowledged | EventKind::Other(_) => false,
    }
}

fn kind(reader: &mut Reader<'_, '_>, name: &'static str) -> Result<EventKind, RecordError> {
    let step = match name {
        "EventRegistered" => return snapshot::read(reader),
        "EventUnregistered" => return Ok(EventKind::Unregistered),
        "EventAgentLogin" => {
            let facts = agent(reader, AgentStatus::NotReady);
            let at_a_queue = reader.text("thisQueue").is_some();
            return Ok(if at_a_queue { EventKind::QueueLogin(facts) } else { EventKind::Agent(facts) });
        }
        "EventAgentNotReady" => return Ok(EventKind::Agent(agent(reader, AgentStatus::NotReady))),
        "EventAgentAfterCallWork" => {
            let facts = agent(reader, AgentStatus::NotReady);
            let told = facts.work_mode != WorkMode::Unknown;
            let work_mode = if told { facts.work_mode } else { WorkMode::AfterCallWork };
            return Ok(EventKind::Agent(AgentFacts { work_mode, ..facts }));
        }
        "EventAgentReady" => return Ok(EventKind::Agent(agent(reader, AgentStatus::Ready))),
        "EventAgentLogout" => return Ok(EventKind::Agent(agent(reader, AgentStatus::LoggedOut))),
        "EventDNOutOfService" => return Ok(EventKind::OutOfService(true)),
        "EventDNBackInService" => return Ok(EventKind::OutOfService(false)),
        "EventRinging" => CallStep::Ringing,
        "EventDialing" => CallStep::Dialing,
        "EventNetworkReached" => CallStep::NetworkReached,
        "EventDestinationBusy" => CallStep::Busy,
        "EventEstablished" | "EventRetrieved" => CallStep::Established,
        "EventHeld" => CallStep::Held,
        "EventReleased" => CallStep::Released,
        "EventAbandoned" => {
            let call = Call { ending: Ending::Abandoned, ..call(reader)? };
            return Ok(EventKind::Call(call, CallStep::Released));
        }
        "EventAttachedDataChanged" => return data_changed(reader).map(EventKind::CallChanged),
        "EventPartyAdded" => return Ok(EventKind::Party(call(reader)?, PartyChange::Added)),
        "EventPartyDeleted" => return Ok(EventKind::Party(call(reader)?, PartyChange::Deleted)),
        "EventPartyChanged" => return Ok(EventKind::Party(call(reader)?, PartyChange::Changed)),
        "EventMuteOn" => return Ok(EventKind::Muted(call(reader)?.conn_id, true)),
        "EventMuteOff" => return Ok(EventKind::Muted(call(reader)?.conn_id, false)),
        "EventUserEvent" => {
            return Ok(EventKind::UserEvent { user_data: reader.list("userData").unwrap_or_default() });
        }
        "EventPrivateInfo" => return chat::read(reader),
        "EventACK" => return Ok(EventKind::Acknowledged),
        "EventLinkConnected" => return Ok(EventKind::CtiLink(true)),
        "EventLinkDisconnected" => return Ok(EventKind::CtiLink(false)),
        other => return Ok(EventKind::Other(other.into())),
    };
    Ok(EventKind::Call(call(reader)?, step))
}

pub(super) fn agent(reader: &mut Reader<'_, '_>, status: AgentStatus) -> AgentFacts {
    AgentFacts {
        status,
        agent_id: reader.text("agentID"),
        work_mode: work_mode(reader, status),
        reasons: reader.list("reasons").unwrap_or_default(),
        extensions: reader.list("extensions").unwrap_or_default(),
    }
}

fn call(reader: &mut Reader<'_, '_>) -> Result<Call, RecordError> {
    let conn_id = reader.record.require("connID", reader.record.conn_id("connID"))?;
    let mut other = |attribute: &str| {
        let read = reader.record.conn_id(attribute);
        reader.optional(read).filter(ConnId::is_of_a_call)
    };
    let (previous_conn_id, transfer_conn_id) = (other("previousConnID"), other("transferConnID"));
    // Nobody is the other party of their own call.
    let this_dn = reader.text("thisDN");
    let other_dn = reader.text("otherDN").filter(|other| Some(other) != this_dn.as_ref());
    let call_type = |name: &str| position(&CALL_TYPES, name).map(CallType::from_number);
    let ending = |name: &str| call_state(name).map(Ending::from_number);
    Ok(Call {
        conn_id,
        previous_conn_id,
        transfer_conn_id,
        call_type: reader.named("callType", call_type, |n| Some(CallType::from_number(n))).unwrap_or_default(),
        ending: reader.named("callState", ending, |n| Some(Ending::from_number(n))).unwrap_or_default(),
        other_dn,
        third_party_dn: reader.text("thirdPartyDN"),
        ani: reader.text("aNI"),
        dnis: reader.text("dNIS"),
        user_data: reader.list("userData"),
    })
}

/// Whoever says that the data changed, and says none, says that the last pair is gone.
fn data_changed(reader: &mut Reader<'_, '_>) -> Result<Call, RecordError> {
    let mut call = call(reader)?;
    if reader.record.raw("userData").is_none() {
        call.user_data = Some(KvList::default());
    }
    Ok(call)
}

/// `agentWorkMode`, or under the short name that some interfaces use.
fn work_mode(reader: &mut Reader<'_, '_>, status: AgentStatus) -> WorkMode {
    let attribute = if reader.record.raw("agentWorkMode").is_some() { "agentWorkMode" } else { "workMode" };
    let number = |number| WorkMode::from_number(number, status == AgentStatus::Ready);
    reader.named(attribute, WorkMode::from_name, number).unwrap_or_default()
}

#[cfg(test)]
mod tests;
