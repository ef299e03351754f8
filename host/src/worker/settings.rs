//! What the configuration fixes for every worker.

use super::ChatRules;
use crate::{
    agent_link::{Dn, RegisterMode},
    policy::{AgentMap, Mapping},
};
use std::time::Duration;

/// The settings of all workers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Share, or Monitor where no request may ever be sent (presence connector mode).
    pub register_mode: RegisterMode,
    /// `login-queue` (requirements F13).
    pub login_queue: Option<Dn>,
    /// What UC platforms are shown.
    pub publishes: Publishes,
    /// UC platforms say who is available (normal mode, presence propagation): whoever is on one, and of whom nothing fresh
    /// is known, is not ready.
    pub follows_platforms: bool,
    /// Browser plug-ins are told how agents are.
    pub reports: bool,
    /// How long a stale presence counts before it is unknown, and a publication of a stale agent state.
    pub presence_grace: Duration,
    /// Longest After Call Work in presence propagation; zero: the T-Server's timer alone ends it.
    pub after_call_work_limit: Duration,
    /// So many previews missed in a row make the agent not ready until the worker acts; 0: never.
    pub after_missed_previews: u32,
    /// What a UC presence means for the agent.
    pub mapping: Mapping,
    /// What a UC platform shows of an agent.
    pub agent_map: AgentMap,
    /// Chats on workers' pages.
    pub chats: ChatRules,
}

/// What UC platforms are shown of agents (host/docs/requirements.md, "Presence pushed" and "After Call Work").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishes {
    /// Nothing.
    Nothing,
    /// The states that they have no word for: who is in one is held (presence propagation).
    BeyondPlatforms,
    /// Every state (presence connector).
    Everything,
}
