//! What a T-Server leaves out of an agent's state, and an answer that it leaves out altogether. What is not told is not
//! known, and nobody's decision.

use super::{Agent, Doing, compared::tells_why};
use crate::{
    agent_link::{AgentFacts, AgentStatus, REASON_CODE, WorkMode},
    policy::Want,
    worker::pace::Step,
};

impl Agent {
    /// A T-Server may leave out who an event is about: then it is about whoever was there.
    pub(super) fn completed(&self, mut facts: AgentFacts, doing: &Doing) -> AgentFacts {
        if facts.agent_id.is_none() && facts.status != AgentStatus::LoggedOut {
            facts.agent_id = match doing {
                Doing::Answer(Step::Login, _) => Some(self.id.clone()),
                _ if self.is_logged_out() => None,
                _ => self.confirmed.agent_id.clone(),
            };
        }
        facts
    }

    /// A snapshot with what it leaves out of an agent who is as they were: their work mode, and why they are so. Where it
    /// tells what came of a request, or of a time of silence, what was known before says nothing of that.
    pub(in crate::worker) fn still(&self, facts: AgentFacts) -> AgentFacts {
        let before = &self.confirmed;
        let same = facts.status == before.status && self.may_be_the_same(&facts);
        let mut still = AgentFacts { work_mode: self.mode_still(&facts), ..facts };
        if !same || still.work_mode != before.work_mode {
            return AgentFacts { work_mode: facts.work_mode, ..still };
        }
        if still.reasons.0.is_empty() {
            still.reasons = before.reasons.clone();
        }
        if still.seen().hardware_codes.is_empty() {
            let codes = before.extensions.0.iter().filter(|(key, _)| key == REASON_CODE);
            still.extensions.0.extend(codes.cloned());
        }
        still
    }

    /// After-call work and walking away have numbers of their own in a snapshot: it does not leave them out.
    fn mode_still(&self, facts: &AgentFacts) -> WorkMode {
        let before = self.confirmed.work_mode;
        let told = facts.work_mode != WorkMode::Unknown;
        if told || matches!(before, WorkMode::AfterCallWork | WorkMode::WalkAway) { facts.work_mode } else { before }
    }

    /// As wished, as far as was told why the agent is so.
    pub(super) fn may_carry(&self, wish: &Want) -> bool {
        if tells_why(&self.confirmed) { self.carries(wish) } else { self.matches(wish) }
    }

    /// Our login had no answer: it may have been carried out, or be so yet.
    pub(in crate::worker) fn login_is_lost(&mut self) {
        self.login_lost = self.is_logged_out();
    }

    /// The first snapshot of a connection came: of a login over the one before nothing more comes.
    pub(in crate::worker) fn login_is_over(&mut self) {
        self.login_lost = false;
    }

    /// `came`: nobody was logged in until now.
    pub(super) fn note_lost_login(&mut self, came: bool) {
        if !self.is_logged_out() {
            let lost = std::mem::take(&mut self.login_lost);
            self.logged_in_here |= lost && came && !self.another;
        }
    }
}
