//! Which node a worker is at.

use crate::directory::{Directory, WorkerId};
use std::sync::Arc;
use tokio::sync::watch;
use uc_store::nodes::{Partitions, View};

/// Which node a worker is at. Clones know the same.
#[derive(Clone, Debug)]
pub struct Who {
    /// The name of this node.
    pub me: Arc<str>,
    /// How many there are.
    pub partitions: Partitions,
    /// Who owns what.
    pub views: watch::Receiver<View>,
    /// Who is who.
    pub directory: watch::Receiver<Arc<Directory>>,
}

impl Who {
    /// The other node that a worker is at; none: this one, or nobody's at the moment.
    pub(super) fn elsewhere(&self, worker: &str) -> Option<Arc<str>> {
        let view = self.views.borrow();
        let owner = view.owners.get(&self.partitions.of(worker))?.as_deref()?;
        (*owner != *self.me).then(|| owner.into())
    }

    /// The same of whom a strategy names by agent ID or user name; who is not in the directory is nobody's.
    pub(super) fn agent_elsewhere(&self, agent: &str) -> Option<Arc<str>> {
        let worker: WorkerId = self.directory.borrow().agent(agent)?.id.clone();
        self.elsewhere(&worker)
    }
}
