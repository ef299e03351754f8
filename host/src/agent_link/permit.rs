//! Whether a request may still be sent: of many nodes only the one that owns a worker's partition asks for them.

use std::{fmt, sync::Arc};

/// Asked again where a request leaves the process: what waited in queues meanwhile may be another node's to ask by
/// then. Clones are the same one.
#[derive(Clone, Default)]
pub struct Permit(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Permit {
    /// One that holds while this says so.
    pub fn while_so(holds: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(holds)))
    }

    /// It need not hold for ever.
    pub fn may_end(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it holds now. The default does for ever.
    pub fn holds(&self) -> bool {
        self.0.as_ref().is_none_or(|holds| holds())
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Permit(while it holds)" } else { "Permit(for ever)" })
    }
}
