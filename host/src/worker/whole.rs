//! The agent over all lines: one answer, for pages, for UC platforms, for browser plug-ins.
//!
//! A line counts while it is in service and nobody else sits there. Not ready at any of them decides, then ready, then
//! logged out; ready at some and not at others is *partly* ready, which a page can show.

use super::{Line, Worker, calls::LiveCall};
use crate::{
    agent_link::{AgentStatus, CallType},
    policy::{AgentView, beyond_platforms},
};

/// How the agent is over all lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Standing<'w> {
    /// No line tells.
    Unknown,
    /// Ready at some lines, and not at others.
    PartlyReady,
    /// As at this line.
    As(&'w Line),
}

impl Worker {
    /// How they are shown as a whole.
    pub(crate) fn standing(&self) -> Standing<'_> {
        let ready = |line: &&Line| line.is_own() && line.confirmed().status == AgentStatus::Ready;
        let partly = self.lines().any(|line| ready(&line)) && !self.lines().all(|line| ready(&line));
        match self.deciding_line() {
            Some(_) if partly => Standing::PartlyReady,
            Some(line) => Standing::As(line),
            None => Standing::Unknown,
        }
    }

    /// The line that decides.
    pub(super) fn deciding_line(&self) -> Option<&Line> {
        self.lines().filter(|line| line.is_own()).min_by_key(|line| match line.confirmed().status {
            AgentStatus::NotReady => 0,
            AgentStatus::Ready => 1,
            AgentStatus::LoggedOut => 2,
        })
    }

    /// The agent as rules look at them; none: nothing is known now.
    pub(crate) fn view(&self) -> Option<AgentView> {
        let line = self.deciding_line()?;
        Some(AgentView { call: self.call_in_progress(), ..self.view_at(line) })
    }

    /// The type of the call that they are on, at a line that counts.
    pub(super) fn call_in_progress(&self) -> Option<CallType> {
        let on_it = |(line, live): &(&Line, &LiveCall)| line.is_own() && live.is_in_progress();
        self.calls().into_iter().find(on_it).map(|(_, live)| live.call.call_type)
    }

    /// The agent at the line where they are in a state that platforms have no word for, by the T-Server's last word, be
    /// it stale or not. Calls are the platform's own business there, and so is a state that a rule makes of a presence.
    pub(super) fn beyond_platforms(&self) -> Option<(&Line, AgentView)> {
        let line = self.lines().find(|line| line.is_beyond_platforms())?;
        Some((line, self.view_at(line)))
    }

    fn view_at(&self, line: &Line) -> AgentView {
        let seen = line.confirmed().seen();
        let agent = self.profile.agent_id.clone();
        AgentView { state: seen.status, work_mode: seen.work_mode, reason: seen.reason(), call: None, agent }
    }
}

impl Line {
    /// Their agent is there in a state that platforms have no word for.
    pub(super) fn is_beyond_platforms(&self) -> bool {
        let facts = self.confirmed();
        let others = !self.is_anothers() && !self.agent().is_in_mode_of_a_wish();
        others && beyond_platforms(facts.status, facts.work_mode)
    }
}
