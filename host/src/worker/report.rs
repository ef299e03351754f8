//! What browser plug-ins are told of a worker.

use super::{Output, Settings, Worker, whole::REASON_CODE};
use crate::{
    agent_link::{AgentFacts, AgentStatus, CallType, WorkMode},
    policy,
};
use uc_plugin_api as edge;
use uc_plugin_api::{AgentReport, AgentState, Reason};

impl Worker {
    /// Reports how the agent is, when that changed.
    pub(super) fn report(&mut self, settings: &Settings, outputs: &mut Vec<Output>) {
        if !settings.reports {
            return;
        }
        let Some(line) = self.deciding_line() else { return };
        let report = AgentReport { user: self.handle, state: edge_state(line.confirmed()), call: self.edge_call() };
        if self.reported.as_ref() != Some(&report) {
            outputs.push(Output::Report(self.reported.insert(report).clone()));
        }
    }

    fn edge_call(&self) -> edge::CallType {
        match self.call_in_progress() {
            None => edge::CallType::None,
            Some(CallType::Unknown) => edge::CallType::Unknown,
            Some(CallType::Internal) => edge::CallType::Internal,
            Some(CallType::Inbound) => edge::CallType::Inbound,
            Some(CallType::Outbound) => edge::CallType::Outbound,
            Some(CallType::Consult) => edge::CallType::Consult,
        }
    }
}

fn edge_state(facts: &AgentFacts) -> AgentState {
    let status = match facts.status {
        AgentStatus::LoggedOut => edge::AgentStatus::LoggedOut,
        AgentStatus::Ready => edge::AgentStatus::Ready,
        AgentStatus::NotReady => edge::AgentStatus::NotReady,
    };
    let reason =
        |hardware| move |(key, value): (String, String)| Reason { key: key.into(), value: value.into(), hardware };
    let mut reasons: Vec<_> = facts.reasons.flat().into_iter().map(reason(false)).collect();
    let hardware = facts.extensions.flat().into_iter().filter(|(key, _)| key == REASON_CODE);
    reasons.extend(hardware.map(reason(true)));
    let work_mode = if facts.status == AgentStatus::LoggedOut { WorkMode::Unknown } else { facts.work_mode };
    AgentState { status, work_mode: policy::edge_work_mode(work_mode), reasons: reasons.into() }
}
