//! What is wished of an agent, and whether facts are it: by the words of the requirements alone.

use super::world::STRANGER;
use crate::{
    agent_link::{AgentFacts, AgentStatus, KvList, REASON_CODE, WorkMode},
    policy::Want,
};
use uc_plugin_api::Availability;

/// What the owner of an agent wants of them, told apart as the requests are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Ready,
    /// In this work mode; unknown: in any.
    NotReady(WorkMode),
    /// The T-Server decides ready or not.
    LoggedIn,
    LoggedOut,
}

/// What a platform's word makes its user want; none: it does not know.
pub(super) fn owner(availability: Availability) -> Option<Owner> {
    match availability {
        Availability::Unknown => None,
        Availability::Available | Availability::AvailableIdle => Some(Owner::Ready),
        Availability::Offline => Some(Owner::LoggedOut),
        // As the rule of [`scene::settings`](super::scene::settings) has it.
        Availability::Away | Availability::BeRightBack => Some(Owner::NotReady(WorkMode::AuxWork)),
        _ => Some(Owner::NotReady(WorkMode::Unknown)),
    }
}

/// Whether facts differ in what is seen of them; who they are about counts when it is a stranger.
pub(super) fn differ(before: &AgentFacts, after: &AgentFacts) -> bool {
    let stranger = |facts: &AgentFacts| facts.agent_id.as_deref() == Some(STRANGER);
    let same = AgentFacts { agent_id: after.agent_id.clone(), ..before.clone() };
    stranger(before) != stranger(after) || same.seen() != after.seen()
}

/// Whether somebody else may decide against this wish: who may be in any state is out of it
/// only when they are logged out.
pub(super) fn is_decided_by_others(wish: &Want, facts: &AgentFacts) -> bool {
    match wish {
        Want::State(_) | Want::WhileLoggedIn(_) | Want::LoggedOut => true,
        Want::LoggedIn => !carries(facts, wish),
        Want::Observe => false,
    }
}

/// The T-Server keeps the agent in a work mode that ends by itself, although they are to be away, or logged out, beyond it.
pub(super) fn outlasts(wish: &Want, facts: &AgentFacts) -> bool {
    let beyond = match wish {
        Want::State(target) | Want::WhileLoggedIn(target) => !target.ready && target.work_mode != facts.work_mode,
        Want::LoggedOut => true,
        Want::LoggedIn | Want::Observe => false,
    };
    beyond && passes(facts) && facts.agent_id.as_deref() != Some(STRANGER)
}

/// Such a mode is over, and nobody decided what follows. `interrupted`: the wish was there before it.
pub(super) fn runs_out(facts: &AgentFacts, interrupted: bool) -> bool {
    let tells_why = !facts.reasons.0.is_empty() || facts.extensions.first(REASON_CODE).is_some();
    let plain = facts.status == AgentStatus::Ready || (facts.work_mode == WorkMode::Unknown && !tells_why);
    let stranger = facts.agent_id.as_deref() == Some(STRANGER);
    (plain || !interrupted) && facts.status != AgentStatus::LoggedOut && !stranger
}

/// Such a mode has come over a wish to be away: nobody decided to be ready at its end.
pub(super) fn is_away_beyond(wish: &Want, facts: &AgentFacts) -> bool {
    !matches!(wish, Want::LoggedOut) && outlasts(wish, facts)
}

pub(super) fn passes(facts: &AgentFacts) -> bool {
    facts.status == AgentStatus::NotReady && matches!(facts.work_mode, WorkMode::AfterCallWork | WorkMode::LegalGuard)
}

/// A work mode that either side leaves out fits any.
pub(super) fn modes_fit(asked: WorkMode, told: WorkMode) -> bool {
    [asked, told].contains(&WorkMode::Unknown) || asked == told
}

/// Whether the facts are what is wished, by the words of the requirements alone.
pub(super) fn carries(facts: &AgentFacts, wish: &Want) -> bool {
    let stranger = facts.agent_id.as_deref() == Some(STRANGER);
    let within = |wished: &KvList, have: &KvList| wished.0.iter().all(|pair| have.0.contains(pair));
    match wish {
        Want::State(target) | Want::WhileLoggedIn(target) => {
            let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
            let named = target.work_mode != WorkMode::Unknown || !passes(facts);
            let mode = named && modes_fit(target.work_mode, facts.work_mode);
            let hardware = |extensions: &KvList| extensions.first(REASON_CODE).cloned();
            let reasons = facts.reasons == *target.reasons
                && within(&target.extensions, &facts.extensions)
                && hardware(&target.extensions) == hardware(&facts.extensions);
            !stranger && facts.status == status && mode && reasons
        }
        Want::LoggedOut => facts.status == AgentStatus::LoggedOut || stranger,
        Want::LoggedIn => !stranger && facts.status != AgentStatus::LoggedOut,
        Want::Observe => true,
    }
}

/// What a snapshot leaves out of an agent who is as they were.
pub(super) fn still(before: &AgentFacts, told: &AgentFacts) -> AgentFacts {
    let mut now = told.clone();
    let same_agent = before.agent_id.as_ref().zip(told.agent_id.as_ref()).is_none_or(|(before, told)| before == told);
    let at_work = told.status != AgentStatus::LoggedOut;
    if now.work_mode == WorkMode::Unknown && !matches!(before.work_mode, WorkMode::AfterCallWork | WorkMode::WalkAway) {
        now.work_mode = before.work_mode;
    }
    if !at_work || !same_agent || (before.status, before.work_mode) != (now.status, now.work_mode) {
        return told.clone();
    }
    if now.reasons.0.is_empty() {
        now.reasons = before.reasons.clone();
    }
    if now.extensions.0.is_empty() {
        now.extensions = before.extensions.clone();
    }
    now
}
