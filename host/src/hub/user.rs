//! One user as the hub holds him: his lines, sources, pages and calls.

use super::Settings;
use crate::policy;
use crate::worker::{
    agent::{AgentLine, Login},
    calls::Calls,
    hold::Hold,
    publication::Publishing,
    sources::Sources,
};
use crate::{
    agent_link::{AgentStatus, CallType, Dn, WorkMode},
    directory::{Line, Worker},
    web::arrival::PageId,
};
use std::{sync::Arc, time::Instant};
use uc_plugin_api as edge;
use uc_plugin_api::{AgentReport, AgentState, Reason, UserHandle, WatchedUser};

/// One DN of a user and the agent on it.
#[derive(Debug)]
pub(super) struct UserLine {
    pub line: Line,
    pub login: Login,
    pub agent: AgentLine,
}

/// One user.
#[derive(Debug)]
pub(super) struct User {
    pub worker: Arc<Worker>,
    pub lines: Vec<UserLine>,
    pub sources: Sources,
    pub pages: Vec<PageId>,
    /// When the last page closed.
    pub pages_closed: Option<Instant>,
    pub calls: Calls,
    /// What browser plug-ins were told last: only changes are reported.
    pub reported: Option<AgentReport>,
    /// What presence sinks show of him.
    pub publishing: Publishing,
    /// Presence propagation alone has one.
    pub hold: Option<Box<Hold>>,
}

impl User {
    /// A worker nobody has reported anything of, his lines still to be added.
    pub(super) fn new(worker: Arc<Worker>) -> Self {
        let lines = Vec::with_capacity(worker.lines.len());
        let (sources, pages, calls) = (Sources::default(), Vec::new(), Calls::default());
        let (publishing, hold) = (Publishing::default(), None);
        Self { worker, lines, sources, pages, pages_closed: None, calls, reported: None, publishing, hold }
    }

    pub(super) fn line_of(&self, dn: &str) -> Option<(u8, &UserLine)> {
        let index = self.lines.iter().position(|line| &*line.line.dn == dn)?;
        Some((u8::try_from(index).ok()?, &self.lines[index]))
    }

    pub(super) fn main_dn(&self) -> Option<&Dn> {
        self.worker.lines.first().map(|line| &line.dn)
    }

    pub(super) fn watched(&self, handle: UserHandle) -> WatchedUser {
        WatchedUser {
            handle,
            id: (&*self.worker.id).into(),
            address: self.worker.address.as_deref().unwrap_or_default().into(),
            language: (&*self.worker.language).into(),
        }
    }

    /// What plug-ins are told, if it changed: the least available line counts.
    pub(super) fn news(&mut self, user: UserHandle) -> Option<AgentReport> {
        let in_service = self.lines.iter().filter(|line| line.agent.in_service());
        let least = in_service.min_by_key(|line| match line.agent.confirmed().status {
            AgentStatus::NotReady => 0,
            AgentStatus::LoggedOut => 1,
            AgentStatus::Ready => 2,
        })?;
        let report = AgentReport { user, state: edge_state(&least.agent), call: self.edge_call() };
        (self.reported.as_ref() != Some(&report)).then(|| self.reported.insert(report).clone())
    }

    fn edge_call(&self) -> edge::CallType {
        match self.calls.in_progress() {
            None => edge::CallType::None,
            Some(CallType::Unknown) => edge::CallType::Unknown,
            Some(CallType::Internal) => edge::CallType::Internal,
            Some(CallType::Inbound) => edge::CallType::Inbound,
            Some(CallType::Outbound) => edge::CallType::Outbound,
            Some(CallType::Consult) => edge::CallType::Consult,
        }
    }
}

impl UserLine {
    pub(super) fn new(worker: &Worker, line: &Line, settings: &Settings) -> Self {
        let login = Login {
            dn: line.dn.clone(),
            agent_id: worker.agent_id.clone(),
            password: worker.agent_password.clone(),
            queue: settings.login_queue.clone(),
            mode: settings.register_mode(),
        };
        Self { line: line.clone(), login, agent: AgentLine::default() }
    }

    /// A line that nobody has: it is registered, and nobody logs in.
    pub(super) fn free(line: &Line, settings: &Settings) -> Self {
        let (queue, mode) = (None, settings.register_mode());
        let login = Login { dn: line.dn.clone(), agent_id: "".into(), password: None, queue, mode };
        Self { line: line.clone(), login, agent: AgentLine::default() }
    }
}

fn edge_state(agent: &AgentLine) -> AgentState {
    let facts = agent.confirmed();
    let status = match facts.status {
        AgentStatus::LoggedOut => edge::AgentStatus::LoggedOut,
        AgentStatus::Ready => edge::AgentStatus::Ready,
        AgentStatus::NotReady => edge::AgentStatus::NotReady,
    };
    let reason = |hardware| {
        move |pair: &crate::web::message::Pair| Reason {
            key: (&*pair.key).into(),
            value: (&*pair.value).into(),
            hardware,
        }
    };
    let mut reasons: Vec<_> = crate::worker::calls::pairs(&facts.reasons).iter().map(reason(false)).collect();
    reasons.extend(
        crate::worker::calls::pairs(&facts.extensions).iter().filter(|p| &*p.key == "ReasonCode").map(reason(true)),
    );
    let work_mode = if facts.status == AgentStatus::LoggedOut { WorkMode::Unknown } else { facts.work_mode };
    AgentState { status, work_mode: policy::edge_work_mode(work_mode), reasons: reasons.into() }
}
