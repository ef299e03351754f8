//! What stands in the store for a lease.

use crate::{Error, Key, Span};
use serde::{Deserialize, Serialize};

/// The record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Record {
    /// There was none: whoever came first has laid this down, and its time runs from here.
    Begun,
    /// By this process, in this life of it.
    Held { owner: String, life: u64 },
    /// Whoever held it has stopped.
    LetGo,
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) record: Key,
    /// Set with each take-over, and not since.
    pub(super) tenure: Key,
    span: Span,
}

impl Keys {
    pub(super) fn new(name: &str) -> Result<Self, Error> {
        let key = |part| Key::new(&format!("lease/{name}/{part}"));
        let span = Span::Below(format!("lease/{name}/").into());
        Ok(Self { record: key("record")?, tenure: key("tenure")?, span })
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }
}

impl Record {
    pub(super) fn written(&self) -> Vec<u8> {
        // Texts and numbers are always written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// None: what stands there is nobody's, and is taken over as any other.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
