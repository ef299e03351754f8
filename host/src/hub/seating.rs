//! Free seating (requirements F2; host/docs/requirements.md, "Free seating"): who sits at which DN that is nobody's by
//! configuration. Pure.
//!
//! The AgentID of the T-Server's events says who sits there. What is heard is always remembered; it leads to an
//! assignment only while all conditions hold. One that stands outlives a lost platform link: stale, not lost.

use crate::{
    agent_link::{AgentFacts, AgentStatus, Dn, LinkId},
    directory::WorkerId,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The DN of a link.
pub(super) type At = (LinkId, Dn);

/// What is known of one DN.
#[derive(Debug, Default)]
struct Record {
    /// AgentID of who is logged in there, as the T-Server said last.
    sitting: Option<Arc<str>>,
    /// Who has it dynamically.
    holder: Option<WorkerId>,
    /// The last two who had it dynamically: of two, one is always another than the one who looks.
    before: Vec<WorkerId>,
    /// Who had it by configuration before it became nobody's.
    formerly: Option<WorkerId>,
}

/// All DNs that anything was heard of.
#[derive(Debug, Default)]
pub(super) struct Seating(HashMap<At, Record>);

impl Seating {
    /// An agent event or a snapshot: a login names the agent, a logout ends it, silence about them changes nothing.
    /// A snapshot without agent says that nobody is there.
    pub(super) fn heard(&mut self, at: &At, facts: &AgentFacts) {
        let record = self.0.entry(at.clone()).or_default();
        if facts.status == AgentStatus::LoggedOut {
            record.sitting = None;
        } else if facts.agent_id.is_some() {
            record.sitting.clone_from(&facts.agent_id);
        }
    }

    /// AgentID of who sits there.
    pub(super) fn sitting(&self, at: &At) -> Option<&Arc<str>> {
        self.0.get(at)?.sitting.as_ref()
    }

    /// Who has it dynamically.
    pub(super) fn holder(&self, at: &At) -> Option<&WorkerId> {
        self.0.get(at)?.holder.as_ref()
    }

    /// Who should have the DN, given whom its sitting agent is. New assignments need the conditions; `None`: nobody.
    pub(super) fn due(&self, at: &At, sitter: Option<&WorkerId>, conditions: bool) -> Option<WorkerId> {
        sitter.filter(|sitter| conditions || self.holder(at) == Some(*sitter)).cloned()
    }

    /// The assignment changed.
    pub(super) fn assign(&mut self, at: &At, holder: Option<WorkerId>) {
        let record = self.0.entry(at.clone()).or_default();
        if let Some(holder) = &holder {
            record.before.retain(|before| before != holder);
            record.before.push(holder.clone());
            let old = record.before.len().saturating_sub(2);
            record.before.drain(..old);
        }
        record.holder = holder;
    }

    /// Configuration took the DN from this worker and gave it to nobody.
    pub(super) fn unassigned(&mut self, at: &At, worker: &WorkerId, facts: &AgentFacts) {
        self.heard(at, facts);
        self.0.entry(at.clone()).or_default().formerly = Some(worker.clone());
    }

    /// The yellow triangle (F44): listed for this worker, theirs by configuration no longer, and another's dynamically
    /// before.
    pub(super) fn marked(&self, at: &At, worker: &WorkerId) -> bool {
        let marked = |record: &Record| {
            record.formerly.as_ref() == Some(worker) && record.before.iter().any(|before| before != worker)
        };
        self.0.get(at).is_some_and(marked)
    }

    /// Forgets DNs that no configuration names any more.
    pub(super) fn keep(&mut self, known: &HashSet<At>) {
        self.0.retain(|at, _| known.contains(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> At {
        (LinkId(0), "6001".into())
    }

    fn facts(status: AgentStatus, agent: Option<&str>) -> AgentFacts {
        AgentFacts { status, agent_id: agent.map(Into::into), ..AgentFacts::default() }
    }

    #[test]
    fn a_login_seats_silence_keeps_and_a_logout_ends() {
        let mut seating = Seating::default();
        seating.heard(&at(), &facts(AgentStatus::NotReady, Some("1001")));
        seating.heard(&at(), &facts(AgentStatus::Ready, None));
        assert_eq!(seating.sitting(&at()).map(|id| &**id), Some("1001"));
        seating.heard(&at(), &facts(AgentStatus::LoggedOut, Some("1001")));
        assert_eq!(seating.sitting(&at()), None);
    }

    #[test]
    fn conditions_are_for_new_assignments_only() {
        let (mut seating, kim, lee): (_, WorkerId, WorkerId) = (Seating::default(), "kim".into(), "lee".into());
        assert_eq!(seating.due(&at(), Some(&kim), false), None);
        assert_eq!(seating.due(&at(), Some(&kim), true), Some(kim.clone()));
        seating.assign(&at(), Some(kim.clone()));
        assert_eq!(seating.due(&at(), Some(&kim), false), Some(kim));
        assert_eq!(seating.due(&at(), Some(&lee), false), None);
        assert_eq!(seating.due(&at(), None, true), None);
    }

    #[test]
    fn the_mark_needs_a_lost_configuration_and_another_holder() {
        let (mut seating, kim, lee): (_, WorkerId, WorkerId) = (Seating::default(), "kim".into(), "lee".into());
        let there = facts(AgentStatus::Ready, Some("1001"));
        seating.unassigned(&at(), &kim, &there);
        seating.assign(&at(), Some(kim.clone()));
        assert!(!seating.marked(&at(), &kim), "nobody else had it");
        seating.assign(&at(), Some(lee.clone()));
        seating.assign(&at(), Some(kim.clone()));
        assert!(seating.marked(&at(), &kim));
        assert!(!seating.marked(&at(), &lee), "never theirs by configuration");
        seating.keep(&HashSet::new());
        assert!(!seating.marked(&at(), &kim));
    }
}
