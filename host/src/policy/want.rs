//! What is wanted of an agent: the result of every rule and wish, and what a line's next request is made of.

use crate::agent_link::{KvList, WorkMode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A state to be in, with everything the request carries.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Target {
    /// Ready or not.
    pub ready: bool,
    /// Work mode, `Unknown` to leave it out.
    pub work_mode: WorkMode,
    /// AttributeReasons.
    pub reasons: Arc<KvList>,
    /// AttributeExtensions.
    pub extensions: Arc<KvList>,
}

/// What is wanted of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Want {
    /// Nothing: what the T-Server says stands.
    #[default]
    Observe,
    /// Logged in; the T-Server decides ready or not (requirements F39).
    LoggedIn,
    /// Logged out.
    LoggedOut,
    /// This state; logs in first when needed.
    State(Arc<Target>),
    /// This state while somebody is logged in; never logs in ("presence unknown").
    WhileLoggedIn(Arc<Target>),
}

impl Want {
    /// Calls may be routed to the agent: they are to be ready, or the T-Server decides.
    pub fn may_be_ready(&self) -> bool {
        match self {
            Self::State(target) | Self::WhileLoggedIn(target) => target.ready,
            Self::Observe | Self::LoggedIn => true,
            Self::LoggedOut => false,
        }
    }

    /// Nobody is to be logged in.
    pub fn is_logged_out(&self) -> bool {
        *self == Self::LoggedOut
    }
}
