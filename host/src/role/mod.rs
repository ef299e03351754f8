//! Which of several nodes does the work: the primary. Another is standby: its plug-ins are loaded, its links
//! connected and registered, its directory read, and it sends nothing.
//!
//! | Who decides | By | The node that was primary |
//! |---|---|---|
//! | nobody: there is one node | | |
//! | what each node owns of the partitions in the etcd of `[cluster]` | [`uc_store::nodes`] | stops for each partition by its own clock before another may own it |
//! | the lease in the etcd of `[cluster]` | [`uc_store::lease`] | stops by its own clock before another may begin |
//! | the site's own arbiter (`arbiter = "external"`) | command, signal, HTTP | stops when it is told to, or when its machine dies |
//!
//! A primary that holds the lease and has lost every T-Server lets another node work that has one ([`Situation`]).
//!
//! With partitions every node works, for what it owns. Without, a node that is primary no more begins anew as a
//! process: what it still had under way, in whatever queue, is not sent then, and nothing of what it knew is taken
//! for true later.

mod hand_over;
mod primacy;
mod script;

pub use hand_over::{LONG_TURN, Others, Situation, Verdict};
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
