//! The requests UC Connector makes of a T-Server (host/docs/t-library.md, "Registering a DN", "Agent requests" and
//! "Calls").

use super::{CallAction, ChatAction, WorkMode};
pub use crate::wire::Password;
use crate::wire::{ConnId, KvList};
use std::sync::Arc;

/// A DN as the T-Server writes it.
pub type Dn = Arc<str>;

/// How a DN is registered (`TRegisterMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterMode {
    /// Requests and events, shared with others.
    Share,
    /// Events only: presence connector mode never sends an agent request.
    Monitor,
}

/// One request. The client adds the ReferenceID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// RequestRegisterAddress (3). Without the agent's login: T-Library registers a DN whoever is there, and logs in
    /// by a request of its own. A protocol that can register only who logs in registers at [`Request::AgentLogin`],
    /// which has all that it needs, and until then answers this by the snapshot of a DN where nobody is.
    RegisterAddress {
        /// Which DN.
        this_dn: Dn,
        /// With or without the right to make requests.
        mode: RegisterMode,
    },
    /// RequestUnregisterAddress (4).
    UnregisterAddress {
        /// Which DN.
        this_dn: Dn,
    },
    /// RequestAgentLogin (8).
    AgentLogin {
        /// Where.
        this_dn: Dn,
        /// Queue to log in to (option `login-queue`, requirements F13).
        this_queue: Option<Dn>,
        /// Login code: not the person's employee ID.
        agent_id: Arc<str>,
        /// Password of the login code.
        password: Option<Password>,
    },
    /// RequestAgentLogout (9).
    AgentLogout {
        /// Where.
        this_dn: Dn,
        /// From which queue; none: from all.
        this_queue: Option<Dn>,
    },
    /// RequestAgentReady (10).
    AgentReady {
        /// Where.
        this_dn: Dn,
        /// For which queue; none: for all.
        this_queue: Option<Dn>,
        /// [`WorkMode::Unknown`]: not given.
        work_mode: WorkMode,
        /// Software reasons.
        reasons: Arc<KvList>,
        /// Hardware reasons and the rest.
        extensions: Arc<KvList>,
    },
    /// RequestAgentNotReady (11).
    AgentNotReady {
        /// Where.
        this_dn: Dn,
        /// For which queue; none: for all.
        this_queue: Option<Dn>,
        /// [`WorkMode::Unknown`]: not given.
        work_mode: WorkMode,
        /// Software reasons.
        reasons: Arc<KvList>,
        /// Hardware reasons and the rest.
        extensions: Arc<KvList>,
    },
    /// RequestMakeCall (14).
    MakeCall {
        /// From where.
        this_dn: Dn,
        /// To whom.
        other_dn: Dn,
    },
    /// A call request.
    Call {
        /// Whose leg.
        this_dn: Dn,
        /// Which call.
        conn_id: ConnId,
        /// What to do.
        action: CallAction,
    },
    /// RequestPrivateService (149) that speaks of a chat.
    Chat {
        /// Where the worker is.
        this_dn: Dn,
        /// Which chat.
        conn_id: ConnId,
        /// What to do.
        action: ChatAction,
    },
    /// RequestDistributeUserEvent (48).
    DistributeUserEvent {
        /// Who gets the event.
        this_dn: Dn,
        /// The call it belongs to.
        conn_id: Option<ConnId>,
        /// The agent it speaks of.
        agent_id: Option<Arc<str>>,
        /// Its content.
        user_data: KvList,
    },
}

impl Request {
    /// Which DN it is made for.
    pub fn this_dn(&self) -> &Dn {
        match self {
            Self::RegisterAddress { this_dn, .. }
            | Self::UnregisterAddress { this_dn }
            | Self::AgentLogin { this_dn, .. }
            | Self::AgentLogout { this_dn, .. }
            | Self::AgentReady { this_dn, .. }
            | Self::AgentNotReady { this_dn, .. }
            | Self::Call { this_dn, .. }
            | Self::MakeCall { this_dn, .. }
            | Self::Chat { this_dn, .. }
            | Self::DistributeUserEvent { this_dn, .. } => this_dn,
        }
    }

    /// It only says whose events are wanted: made once more it does no harm.
    pub fn is_of_registration(&self) -> bool {
        matches!(self, Self::RegisterAddress { .. } | Self::UnregisterAddress { .. })
    }
}
