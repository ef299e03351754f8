//! Emulated agents: login, ready, not ready, logout, wrap-up.

use super::{
    config::{DnKind, InitialState},
    switch::{ClientId, DnState, Refused, Switch},
};
use uc_connector::{
    agent_link::{AgentStatus, WorkMode},
    tlib::Message,
    wire::KvList,
};

/// An agent logged in at a DN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agent {
    pub(super) id: String,
    /// Who logged them in; none: the switch itself.
    by: Option<ClientId>,
    queue: Option<String>,
    pub(super) status: AgentStatus,
    work_mode: Option<String>,
    reasons: KvList,
}

impl Agent {
    /// The name of the work mode, when one was given.
    pub(super) fn work_mode(&self) -> Option<&str> {
        self.work_mode.as_deref()
    }

    /// The reasons of the agent's last change.
    pub(super) fn reasons(&self) -> &KvList {
        &self.reasons
    }

    /// The number under `AgentStatus` in a snapshot.
    pub(super) fn status_number(&self) -> i64 {
        match (self.status, self.work_mode.as_deref()) {
            (AgentStatus::LoggedOut, _) => 0,
            (AgentStatus::Ready, _) => 2,
            (AgentStatus::NotReady, Some("AfterCallWork")) => 4,
            (AgentStatus::NotReady, _) => 3,
        }
    }

    /// Adds AgentID, work mode and reasons.
    pub(super) fn describe(&self, message: Message) -> Message {
        message
            .with("agentID", self.id.clone())
            .with_some("agentWorkMode", self.work_mode.clone())
            .with_some("reasons", (!self.reasons.is_empty()).then(|| self.reasons.clone()))
    }
}

impl Switch {
    pub(super) fn agent_request(&mut self, dn: &str, request: &Message) -> Result<(), Refused> {
        match &*request.name {
            "RequestAgentLogin" => self.log_in(dn, request),
            "RequestAgentLogout" => self.log_out(dn),
            "RequestAgentReady" => self.change(dn, AgentStatus::Ready, request),
            "RequestAgentNotReady" => self.change(dn, AgentStatus::NotReady, request),
            _ => Err(Refused { code: 51 }),
        }
    }

    /// Ends the After Call Work of this agent, if they are still in it.
    pub(super) fn end_wrap_up(&mut self, dn: &str, agent_id: &str) {
        let working = |agent: &&mut Agent| agent.id == agent_id && agent.status_number() == 4;
        if let Some(agent) = self.dns.get_mut(dn).and_then(|state| state.agent.as_mut()).filter(working) {
            (agent.status, agent.work_mode) = (AgentStatus::Ready, None);
            self.tell_state(dn, &KvList::default());
        }
    }

    /// A call ended at this DN: a ready agent goes into After Call Work, when the switch has any.
    pub(super) fn begin_wrap_up(&mut self, dn: &str) {
        if self.file.wrap_up_time > 0 {
            self.send_into_wrap_up(dn);
        }
    }

    /// A ready agent goes into After Call Work.
    pub(super) fn send_into_wrap_up(&mut self, dn: &str) {
        let ready = |agent: &&mut Agent| agent.status == AgentStatus::Ready;
        let Some(agent) = self.dns.get_mut(dn).and_then(|state| state.agent.as_mut()).filter(ready) else {
            return;
        };
        agent.status = AgentStatus::NotReady;
        agent.work_mode = Some(WorkMode::AfterCallWork.name().to_owned());
        self.wrap_ups.push((dn.to_owned(), agent.id.clone()));
        self.tell_state(dn, &KvList::default());
    }

    fn log_in(&mut self, dn: &str, request: &Message) -> Result<(), Refused> {
        let id = request.str("agentID").filter(|id| !id.is_empty()).ok_or(Refused { code: 53 })?;
        self.may_log_in(dn, id, request)?;
        let agent = Agent {
            id: id.to_owned(),
            by: self.asking(),
            queue: request.str("thisQueue").map(str::to_owned),
            status: match self.file.initial_state {
                InitialState::NotReady => AgentStatus::NotReady,
                InitialState::Ready => AgentStatus::Ready,
            },
            work_mode: request.str("agentWorkMode").map(str::to_owned),
            reasons: KvList::default(),
        };
        let event = agent.describe(Message::new("EventAgentLogin").with("thisDN", dn));
        let event = event.with_some("thisQueue", agent.queue.clone());
        self.logged_in.insert(agent.id.clone());
        self.dns.get_mut(dn).ok_or(Refused { code: 59 })?.agent = Some(agent);
        self.event(dn, &event);
        self.tell_state(dn, &KvList::default());
        Ok(())
    }

    fn may_log_in(&self, dn: &str, id: &str, request: &Message) -> Result<(), Refused> {
        let state = self.dn(dn)?;
        let refused = |code| Err(Refused { code });
        if state.kind != DnKind::Extension {
            return refused(51);
        }
        match &state.agent {
            Some(agent) if agent.id == id => return refused(1700),
            Some(_) => return refused(1702),
            None => {}
        }
        if self.logged_in.contains(id) {
            return refused(1703);
        }
        let login = self.file.agent.iter().find(|login| login.id == id);
        let password = login.and_then(|login| login.password.as_deref());
        let known = self.file.agent.is_empty() || login.is_some();
        let allowed = state.agents_allowed.is_empty() || state.agents_allowed.iter().any(|allowed| allowed == id);
        if !known || !allowed || password.is_some_and(|password| request.str("password") != Some(password)) {
            return refused(1704);
        }
        let queue = request.str("thisQueue").filter(|queue| !queue.is_empty());
        let is_queue = |queue: &str| self.dns.get(queue).is_some_and(|state| state.kind == DnKind::Queue);
        if queue.is_some_and(|queue| !is_queue(queue)) { refused(1705) } else { Ok(()) }
    }

    /// The client leaves these DNs: with some switches whoever it logged in there goes too.
    pub(super) fn log_out_with(&mut self, client: ClientId, leaves: impl Fn(&str) -> bool) {
        let of_theirs = |(dn, state): (&String, &DnState)| {
            let theirs = state.agent.as_ref().is_some_and(|agent| agent.by == Some(client));
            (theirs && leaves(dn)).then(|| dn.clone())
        };
        let dns: Vec<_> = self.dns.iter().filter(|_| self.file.logs_out_with_client).filter_map(of_theirs).collect();
        for dn in dns {
            let _ = self.log_out(&dn);
        }
    }

    /// Logs the agent out. Also what another desktop or a supervisor would do.
    pub(super) fn log_out(&mut self, dn: &str) -> Result<(), Refused> {
        let state = self.dns.get_mut(dn).ok_or(Refused { code: 59 })?;
        let agent = state.agent.take().ok_or(Refused { code: 1701 })?;
        self.logged_in.remove(&agent.id);
        let event = Message::new("EventAgentLogout").with("thisDN", dn).with("agentID", agent.id);
        self.event(dn, &event.with_some("thisQueue", agent.queue));
        Ok(())
    }

    /// Changes the agent's state. A repetition is told too: only mode or reasons may differ.
    fn change(&mut self, dn: &str, status: AgentStatus, request: &Message) -> Result<(), Refused> {
        let state = self.dns.get_mut(dn).ok_or(Refused { code: 59 })?;
        let agent = state.agent.as_mut().ok_or(Refused { code: 1701 })?;
        let mode = request.str("agentWorkMode").map(str::to_owned);
        let extensions = request.kv_list("extensions").cloned().unwrap_or_default();
        (agent.status, agent.work_mode) = (status, mode);
        agent.reasons = request.kv_list("reasons").cloned().unwrap_or_default();
        self.tell_state(dn, &extensions);
        Ok(())
    }

    fn tell_state(&mut self, dn: &str, extensions: &KvList) {
        let Some(agent) = self.dns.get(dn).and_then(|state| state.agent.as_ref()) else { return };
        let name = if agent.status == AgentStatus::Ready { "EventAgentReady" } else { "EventAgentNotReady" };
        let event = agent.describe(Message::new(name).with("thisDN", dn));
        let event = event.with_some("extensions", (!extensions.is_empty()).then(|| extensions.clone()));
        self.event(dn, &event);
    }
}
