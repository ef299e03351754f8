//! What the T-Server says of a user, all his lines together, for those who show it elsewhere.

use super::user::{User, UserLine};
use crate::policy::{AgentView, beyond_platforms};
use crate::{
    agent_link::{AgentFacts, AgentStatus, WorkMode},
    wire::{KvList, Value},
};
use std::sync::Arc;

/// Key of a reason code in Reasons and Extensions (genesys.md 4.3).
const REASON_CODE: &str = "ReasonCode";

impl User {
    /// The agent as his lines in service have him: not ready at any of them counts most, then ready. None: nothing is
    /// known now.
    pub(super) fn view(&self) -> Option<AgentView> {
        let known = |line: &&UserLine| line.agent.in_service() && line.is_his();
        let most = self.lines.iter().filter(known).min_by_key(|line| match line.agent.confirmed().status {
            AgentStatus::NotReady => 0,
            AgentStatus::Ready => 1,
            AgentStatus::LoggedOut => 2,
        })?;
        let counts = |line: u8| self.lines.get(usize::from(line)).as_ref().is_some_and(known);
        Some(AgentView { call: self.calls.in_progress_on(counts), ..self.view_of(most) })
    }

    /// The agent at the line where he is in a state that platforms have no word for, by the T-Server's last word, be it
    /// stale or not. Calls are the platform's own business there.
    pub(super) fn beyond(&self) -> Option<(&UserLine, AgentView)> {
        let beyond = |facts: &AgentFacts| beyond_platforms(facts.status, facts.work_mode);
        let line = self.lines.iter().find(|line| line.is_his() && beyond(line.agent.confirmed()))?;
        Some((line, self.view_of(line)))
    }

    /// Of how many lines the T-Server's last word is stale, or never came.
    pub(super) fn out_of_service(&self) -> usize {
        self.lines.iter().filter(|line| !line.agent.in_service()).count()
    }

    fn view_of(&self, line: &UserLine) -> AgentView {
        let facts = line.agent.confirmed();
        let work_mode = if facts.status == AgentStatus::LoggedOut { WorkMode::Unknown } else { facts.work_mode };
        let agent = self.worker.agent_id.clone();
        AgentView { state: facts.status, work_mode, reason: reason(facts), call: None, agent }
    }
}

impl UserLine {
    /// Nobody else sits there.
    fn is_his(&self) -> bool {
        let facts = self.agent.confirmed();
        facts.status == AgentStatus::LoggedOut
            || facts.agent_id.as_ref().is_none_or(|agent| *agent == self.login.agent_id)
    }
}

/// The reason code, of software before hardware; else the first reason.
fn reason(facts: &AgentFacts) -> Arc<str> {
    let code = |list: &KvList| list.first(REASON_CODE).and_then(Value::text).map(Arc::from);
    let first = || facts.reasons.0.iter().find_map(|(key, _)| facts.reasons.str(key).map(Into::into));
    code(&facts.reasons).or_else(|| code(&facts.extensions)).or_else(first).unwrap_or_default()
}
