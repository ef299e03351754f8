//! The events UC Connector acts on (host/docs/t-library.md, "Registering a DN", "Agent requests" and "Calls").
//! Everything else arrives as [`EventKind::Other`]: tolerated, shown in the log, never an error.

use super::{Call, CallStep, ChatEvent, Dn, PartyChange, WorkMode};
use crate::wire::{ConnId, KvList, Value};
use std::{borrow::Cow, sync::Arc};

/// State of an agent on one DN, as the T-Server reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum AgentStatus {
    /// Nobody is logged in.
    #[default]
    LoggedOut,
    /// Ready.
    Ready,
    /// Not ready.
    NotReady,
}

/// An agent's state with its mode and reasons.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AgentFacts {
    /// State.
    pub status: AgentStatus,
    /// The agent login ID, when the T-Server knows it.
    pub agent_id: Option<Arc<str>>,
    /// Work mode.
    pub work_mode: WorkMode,
    /// Software reasons (AttributeReasons).
    pub reasons: KvList,
    /// Hardware reasons and the rest (AttributeExtensions).
    pub extensions: KvList,
}

/// Key of a reason code in Reasons and Extensions (host/docs/t-library.md, "Reasons").
pub const REASON_CODE: &str = "ReasonCode";

/// An agent's state as whoever looks on sees it: pages, UC platforms and browser plug-ins are all shown what is in
/// here, and a change of the facts is what changes this.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen<'f> {
    /// State.
    pub status: AgentStatus,
    /// The agent login ID, when the T-Server knows it.
    pub agent_id: Option<&'f str>,
    /// Work mode; of nobody it is unknown.
    pub work_mode: WorkMode,
    /// Software reasons.
    pub reasons: &'f KvList,
    /// Hardware reason codes. What else Extensions carry is nobody's state.
    pub hardware_codes: Vec<&'f Value>,
}

impl AgentFacts {
    /// What of them is seen.
    pub fn seen(&self) -> Seen<'_> {
        let logged_out = self.status == AgentStatus::LoggedOut;
        let codes = self.extensions.0.iter().filter(|(key, _)| key == REASON_CODE);
        Seen {
            status: self.status,
            agent_id: self.agent_id.as_deref(),
            work_mode: if logged_out { WorkMode::Unknown } else { self.work_mode },
            reasons: &self.reasons,
            hardware_codes: codes.map(|(_, code)| code).collect(),
        }
    }
}

impl Seen<'_> {
    /// The reason code, of software before hardware; else the first reason.
    pub fn reason(&self) -> Arc<str> {
        let first = || self.reasons.0.iter().find_map(|(key, _)| self.reasons.str(key).map(Into::into));
        self.code(false).or_else(|| self.code(true)).map(Arc::from).or_else(first).unwrap_or_default()
    }

    /// The code that a definition of a state is compared with, of hardware or of software.
    pub fn code(&self, hardware: bool) -> Option<Cow<'_, str>> {
        let code = if hardware { self.hardware_codes.first().copied() } else { self.reasons.first(REASON_CODE) };
        code.and_then(Value::text)
    }
}

/// What happened. `EventError` is not here: it ends a request, see [`super::Report::Refused`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// EventRegistered (53): the DN's snapshot; calls in progress with their step.
    Registered {
        /// State of the agent on this DN.
        agent: AgentFacts,
        /// Calls in progress; none: the T-Server does not tell them.
        calls: Option<Vec<(Call, CallStep)>>,
        /// The DN takes no calls at present.
        out_of_service: bool,
    },
    /// EventRegistered (53) that tells nothing of the DN: it is registered, and its state is not known.
    RegisteredAlone,
    /// EventUnregistered (54).
    Unregistered,
    /// EventAgentLogin (73), EventAgentLogout (74), EventAgentReady (75), EventAgentNotReady (76).
    ///
    /// After EventAgentLogin the status is NotReady until the T-Server says otherwise (Null → login → NotReady or
    /// Ready).
    Agent(AgentFacts),
    /// EventAgentLogin (73) at a queue. An agent works for several, and logs in at each: of whoever was logged in before it
    /// does not say whether they are ready.
    QueueLogin(AgentFacts),
    /// EventDNOutOfService (147) and EventDNBackInService (148).
    OutOfService(bool),
    /// A call event of [`CallStep`].
    Call(Call, CallStep),
    /// EventAttachedDataChanged (85): the call's facts, its step unchanged.
    CallChanged(Call),
    /// EventPartyAdded (69), EventPartyDeleted (70), EventPartyChanged (68): who takes part, its step unchanged.
    Party(Call, PartyChange),
    /// EventMuteOn (145), EventMuteOff (146): whether the other parties of a call hear the one at this DN.
    Muted(ConnId, bool),
    /// EventPrivateInfo (150) that speaks of a chat.
    Chat(ChatEvent),
    /// EventUserEvent (96).
    UserEvent {
        /// Its content.
        user_data: KvList,
    },
    /// EventLinkConnected (95) and EventLinkDisconnected (94): the CTI link behind the T-Server.
    CtiLink(bool),
    /// EventACK: the request was taken. It tells no state; the event that does may follow, or not.
    Acknowledged,
    /// An event of this DN that lacks what is needed, or in which that cannot be read, in words for an operator: what
    /// was known of the DN is in doubt. Without a DN: it may have been about any of the link's.
    Unreadable(Arc<str>),
    /// The DN is served as before, and what was told of it may not be all: its state is to be read again, and what the
    /// snapshot leaves out is as it was. Of a client's own, which hears more than one T-Server.
    ReadAgain,
    /// Any other message, by name.
    Other(Arc<str>),
}

/// One event for one DN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// AttributeThisDN; empty for events of the server itself.
    pub this_dn: Dn,
    /// What happened.
    pub kind: EventKind,
}
