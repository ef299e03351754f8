//! The requests UC Connector makes of a T-Server (genesys.md 4.2, 4.3, 4.4).

use super::WorkMode;
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

/// A password: printed as `***`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub zeroize::Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
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
}

/// One request. The client adds the ReferenceID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// RequestRegisterAddress (3).
    RegisterAddress { this_dn: Dn, mode: RegisterMode },
    /// RequestUnregisterAddress (4).
    UnregisterAddress { this_dn: Dn },
    /// RequestAgentLogin (8).
    AgentLogin { this_dn: Dn, this_queue: Option<Dn>, agent_id: Arc<str>, password: Option<Password> },
    /// RequestAgentLogout (9).
    AgentLogout { this_dn: Dn, this_queue: Option<Dn> },
    /// RequestAgentReady (10).
    AgentReady { this_dn: Dn, this_queue: Option<Dn>, work_mode: WorkMode, reasons: KvList, extensions: KvList },
    /// RequestAgentNotReady (11).
    AgentNotReady { this_dn: Dn, this_queue: Option<Dn>, work_mode: WorkMode, reasons: KvList, extensions: KvList },
    /// A call request.
    Call { this_dn: Dn, conn_id: ConnId, action: CallAction },
    /// RequestDistributeUserEvent (48).
    DistributeUserEvent { this_dn: Dn, conn_id: Option<ConnId>, agent_id: Option<Arc<str>>, user_data: KvList },
}
