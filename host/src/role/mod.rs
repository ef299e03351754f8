//! Which of several nodes does the work: the primary. Another is standby: its plug-ins are loaded, its links connected and
//! registered, its directory read, and it sends nothing.
//!
//! | Who decides | By | The node that was primary |
//! |---|---|---|
//! | nobody: there is one node | | |
//! | the lease in the etcd of `[cluster]` | [`uc_store::lease`] | stops by its own clock before another may begin |
//! | the site's own arbiter (`arbiter = "external"`) | command, signal, HTTP | stops when it is told to, or when its machine dies |
//!
//! Whoever is primary no longer begins anew as a process: what it still had under way, in whatever queue, is not sent
//! then, and nothing of what it knew is taken for true later.

mod primacy;
mod script;

pub use primacy::{Decider, Primacy};
pub use script::Script;

use serde::{Deserialize, Serialize};

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The work.
    Primary,
    /// Nothing, but it is ready to.
    Standby,
}

impl Role {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Standby => "standby",
        }
    }
}
