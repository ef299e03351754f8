//! The list of agents for operators: what the T-Server says of each, and what the UC platform shows.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where a publication can stand.
pub const PUBLICATION_WORDS: [&str; 6] = ["nothing", "asked", "published", "failed", "unmapped", "no-address"];

/// One agent, as `/-/agents` lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentRow {
    /// User name.
    pub worker: Arc<str>,
    /// Login code.
    pub agent_id: Arc<str>,
    /// SIP address; none: the directory has none.
    pub address: Option<Arc<str>>,
    /// State at the T-Server, with the work mode; none: no line is in service.
    pub state: Option<Arc<str>>,
    /// Presence propagation: the platform does not drive the agent at present.
    pub held: bool,
    /// Where the agent's publication stands: one of [`PUBLICATION_WORDS`].
    pub publication: Arc<str>,
    /// What is published.
    pub shows: Option<Shows>,
    /// What is wrong with the publication, else with a DN, and what to do.
    pub problem: Option<Arc<str>>,
}

/// What is published of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shows {
    /// The platform's number; 0: only a note.
    pub availability: u32,
    /// Activity token; empty: none.
    pub activity: Arc<str>,
    /// Note; empty: none.
    pub note: Arc<str>,
    /// In the place of the user's own choice.
    pub manual: bool,
}
