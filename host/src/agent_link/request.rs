//! The requests UC Connector makes of a T-Server (host/docs/t-library.md, "Registering a DN", "Agent requests" and
//! "Calls").

use super::WorkMode;
pub use crate::wire::Password;
use crate::wire::{ConnId, KvList, Value};
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

/// What is done to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallAction {
    /// RequestAnswerCall (16).
    Answer,
    /// RequestReleaseCall (17).
    Release,
    /// RequestHoldCall (18).
    Hold,
    /// RequestRetrieveCall (19).
    Retrieve,
    /// RequestSingleStepTransfer (25) to this DN.
    SingleStepTransfer(Dn),
    /// Another value in its attached data.
    UserData(UserDataChange),
}

/// What is done to one pair of a call's attached data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserDataChange {
    /// RequestAttachUserData (30): the pair is added, also where the key is there already.
    Attach(Arc<str>, Value),
    /// RequestUpdateUserData (31): the pair replaces that of its key, or is added.
    Update(Arc<str>, Value),
    /// RequestDeletePair (33): whatever is under this key goes.
    DeletePair(Arc<str>),
}

/// One request. The client adds the ReferenceID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// RequestRegisterAddress (3).
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
    /// A call request.
    Call {
        /// Whose leg.
        this_dn: Dn,
        /// Which call.
        conn_id: ConnId,
        /// What to do.
        action: CallAction,
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
