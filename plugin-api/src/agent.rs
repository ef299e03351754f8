//! Agent state as the T-Server knows it, and what a plug-in may wish it to be.

use crate::presence::UserHandle;
use abi_stable::{
    StableAbi,
    std_types::{RString, RVec},
};

/// The state of an agent on a DN (Events and Models Reference, "Agent States and Work Modes").
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum AgentStatus {
    /// Nobody is logged in.
    #[default]
    LoggedOut,
    /// Logged in, takes calls.
    Ready,
    /// Logged in, takes no calls.
    NotReady,
}

/// `TAgentWorkMode` of the public T-Library reference. `LegalGuard` and `AutoIn` share the number 2 there; the agent
/// status tells them apart.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WorkMode {
    /// Not given.
    #[default]
    Unknown,
    /// Ready by hand after each call.
    ManualIn,
    /// The switch decides.
    AutoIn,
    /// Legal pause between calls.
    LegalGuard,
    /// Wrap-up.
    AfterCallWork,
    /// Break.
    AuxWork,
    /// Meridian specific.
    NoCallDisconnect,
    /// Away from the station.
    WalkAway,
    /// Came back.
    ReturnBack,
}

/// One key and value of `AttributeReasons`, or of `AttributeExtensions` for a hardware reason.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Key, usually `ReasonCode`.
    pub key: RString,
    /// Value, sent as a string.
    pub value: RString,
    /// True: a hardware reason, carried in the Extensions (host/docs/requirements.md, "Presence definition document":
    /// `reason/@ext`).
    pub hardware: bool,
}

/// State, work mode and reasons of an agent.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct AgentState {
    /// Logged out, ready or not ready.
    pub status: AgentStatus,
    /// Work mode, [`WorkMode::Unknown`] when none is given.
    pub work_mode: WorkMode,
    /// Reasons in order.
    pub reasons: RVec<Reason>,
}

impl AgentState {
    /// Most reasons of a wish that the host takes, each with a key and a value of as many letters as
    /// [`Presence::LETTERS`](crate::Presence::LETTERS): they become part of a request, whose length is bounded. How much it cuts is
    /// `uc_presence_texts_cut_total`.
    pub const REASONS: usize = 10;
}

/// What a worker wants to be, by their own choice in the browser.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Logged in; the T-Server decides whether ready or not (requirements F39).
    LogIn,
    /// Exactly this state. A status of [`AgentStatus::LoggedOut`] logs out.
    State(AgentState),
}

/// One worker's wish.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who.
    pub user: UserHandle,
    /// What.
    pub wish: Wish,
    /// True when the worker acted; false when a timer or a start-up rule did. An explicit action beats a timer.
    pub explicit: bool,
}

/// The type of the call an agent is on (`TCallType`).
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CallType {
    /// No call.
    #[default]
    None,
    /// A call of unknown type.
    Unknown,
    /// Between two DNs of the switch.
    Internal,
    /// From outside.
    Inbound,
    /// To outside.
    Outbound,
    /// Consultation.
    Consult,
}

/// What the T-Server reports of one agent: sent to browser plug-ins to know.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct AgentReport {
    /// Who.
    pub user: UserHandle,
    /// The agent's state, aggregated over all DNs: the least available one counts.
    pub state: AgentState,
    /// The call in progress, if any.
    pub call: CallType,
}
