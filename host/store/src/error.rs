//! Why a store did not do what was asked: whose fault it is, and what to do.

use crate::{Key, Revision};
use std::sync::Arc;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A key was not as the change, or its fence, expected: nobody's fault, and nothing was changed. Whoever asked reads
    /// again and decides anew; whose fence failed no longer owns what they meant to change.
    #[error("{key} has changed since it was read (it is at revision {found} now)")]
    Conflict {
        /// Which one.
        key: Key,
        /// At which revision it is.
        found: Revision,
    },
    /// The engine does not answer, or cannot be used: the operator's to mend, and worth another try with growing pauses.
    /// Whether a change was made is not known; making it again does no harm where it says what must be there.
    #[error("the store cannot be reached: {0}")]
    OutOfReach(Arc<str>),
    /// There is no room: the operator's to make. Nothing was changed; worth another try.
    #[error("the store is full: {0}")]
    Full(Arc<str>),
    /// It breaks a rule of the store: the caller's fault. Nothing was changed, and nothing would be at another try.
    #[error("the store does not take this: {0}")]
    Refused(Arc<str>),
}

impl Error {
    /// The same may succeed later, without anybody deciding anew.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::OutOfReach(_) | Self::Full(_))
    }
}
