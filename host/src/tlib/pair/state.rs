//! What one of two T-Servers has said of one DN, as far as it is compared with what the other has said. Pure.

use super::meaning::{Meaning, number_of};
use crate::agent_link::{AgentFacts, CallStep, ConnId, EventKind};

/// Calls and their steps, in no order.
pub(super) type Calls = Vec<(ConnId, CallStep)>;

/// The agent, the calls and the service of a DN.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) agent: Meaning,
    pub(super) out_of_service: bool,
    pub(super) calls: Calls,
}

impl State {
    /// What it is after an event. False: nothing of what is compared.
    pub(super) fn apply(&mut self, kind: &EventKind) -> bool {
        match kind {
            EventKind::Registered { agent, calls, out_of_service } => {
                (self.agent, self.out_of_service) = (agent_of(agent), *out_of_service);
                if let Some(calls) = calls {
                    self.calls = calls.iter().map(|(call, step)| (call.conn_id, *step)).collect();
                }
            }
            EventKind::Agent(facts) | EventKind::QueueLogin(facts) => self.agent = agent_of(facts),
            EventKind::OutOfService(out) => self.out_of_service = *out,
            EventKind::Call(call, step) => self.step(call.conn_id, *step),
            EventKind::Party(call, _) => {
                let before = call.previous_conn_id.filter(|before| *before != call.conn_id);
                if let Some((id, _)) = self.calls.iter_mut().find(|(id, _)| Some(*id) == before) {
                    *id = call.conn_id;
                }
            }
            _ => return false,
        }
        true
    }

    /// Both say the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let within = |some: &Calls, all: &Calls| some.iter().all(|call| all.contains(call));
        let calls = within(&self.calls, &other.calls) && within(&other.calls, &self.calls);
        (self.agent, self.out_of_service) == (other.agent, other.out_of_service) && calls
    }

    fn step(&mut self, conn_id: ConnId, step: CallStep) {
        self.calls.retain(|(id, _)| *id != conn_id);
        if step != CallStep::Released {
            self.calls.push((conn_id, step));
        }
    }
}

fn agent_of(facts: &AgentFacts) -> Meaning {
    number_of(&facts.seen())
}
