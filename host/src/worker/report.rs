//! What browser plug-ins are told of a worker.

use super::{Output, Settings, Worker};
use crate::{
    agent_link::{AgentStatus, CallType, REASON_CODE, Seen},
    policy,
};
use uc_plugin_api as edge;
use uc_plugin_api::{AgentReport, AgentState, Reason};

impl Worker {
    /// Reports how the agent is, when that changed.
    pub(super) fn report(&mut self, settings: &Settings, outputs: &mut Vec<Output>) {
        if !settings.reports || self.profile.is_nobody() {
            return;
        }
        let Some(line) = self.deciding_line() else { return };
        let report =
            AgentReport { user: self.handle, state: edge_state(&line.confirmed().seen()), call: self.edge_call() };
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

fn edge_state(seen: &Seen<'_>) -> AgentState {
    let status = match seen.status {
        AgentStatus::LoggedOut => edge::AgentStatus::LoggedOut,
        AgentStatus::Ready => edge::AgentStatus::Ready,
        AgentStatus::NotReady => edge::AgentStatus::NotReady,
    };
    let reason = |key: &str, value: &str, hardware| Reason { key: key.into(), value: value.into(), hardware };
    let mut reasons: Vec<_> = seen.reasons.flat().iter().map(|(key, value)| reason(key, value, false)).collect();
    let codes = seen.hardware_codes.iter().filter_map(|code| code.text());
    reasons.extend(codes.map(|code| reason(REASON_CODE, &code, true)));
    AgentState { status, work_mode: policy::edge_work_mode(seen.work_mode), reasons: reasons.into() }
}
