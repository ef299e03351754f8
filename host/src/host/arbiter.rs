//! The site's own arbiter, which tells a node by signal or HTTP what it is to be. It has told another node already, or will
//! in a moment, and nothing else keeps two nodes from working at once: its word counts when it is heard, before any queue
//! and any disk.

use crate::{
    role::{Decider, Role},
    web,
};
use std::sync::Arc;

/// Takes its word.
pub(super) fn hears(decider: &Decider, role: Role) {
    if decider.say(role) {
        tracing::warn!(role = role.word(), "somebody has said what this node is to be");
    }
}

/// The same, for the operator's address.
pub(super) fn over_http(decider: Decider) -> web::Arbiter {
    Arc::new(move |role| hears(&decider, role))
}
