//! How many agents stand where.

use crate::agent::{Agent, Phase};

/// How many agents stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) all: usize,
    pub(crate) registered: usize,
    pub(crate) failing: usize,
}

impl Census {
    /// Counts an agent as they stand now, instead of as they stood.
    pub(super) fn take(&mut self, agent: &mut Agent) {
        self.leave(agent);
        let (registered, failing) = (agent.phase() == Phase::Open, agent.is_failing());
        agent.counted = Some((registered, failing));
        self.all += 1;
        self.registered += usize::from(registered);
        self.failing += usize::from(failing);
    }

    pub(super) fn leave(&mut self, agent: &mut Agent) {
        if let Some((registered, failing)) = agent.counted.take() {
            self.all -= 1;
            self.registered -= usize::from(registered);
            self.failing -= usize::from(failing);
        }
    }
}
