//! T-Library: message model, JSON-lines codec, client. Knows nothing of the host.

pub mod event;
pub mod report;
pub mod request;

pub use report::{Behaviour, LinkId, Outgoing, Refusal, Report, Ticket};

/// `TAgentWorkMode` (public T-Library reference). AutoIn and LegalGuard share the number 2: the agent's status tells
/// them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WorkMode {
    /// 0: not given.
    #[default]
    Unknown,
    /// 1, Ready.
    ManualIn,
    /// 2, Ready.
    AutoIn,
    /// 2, NotReady.
    LegalGuard,
    /// 3, NotReady.
    AfterCallWork,
    /// 4, NotReady.
    AuxWork,
    /// 5, NotReady.
    NoCallDisconnect,
    /// 6, NotReady.
    WalkAway,
    /// 7, Ready.
    ReturnBack,
}
