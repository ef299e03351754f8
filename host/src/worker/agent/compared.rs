//! What is wished of an agent, compared with what the T-Server has confirmed: what is left to ask for.

use super::Agent;
use crate::{
    agent_link::{AgentFacts, AgentStatus, KvList, REASON_CODE, Value, WorkMode},
    policy::{Target, Want, beyond_platforms},
    worker::pace::Step,
};
use std::{borrow::Cow, sync::Arc};

impl Agent {
    /// Whether others may overrule the wish.
    pub(super) fn is_anybodys_to_decide(&self) -> bool {
        match &self.wish {
            Want::State(_) | Want::WhileLoggedIn(_) | Want::LoggedOut => true,
            Want::LoggedIn => self.is_logged_out() || self.is_foreign(),
            Want::Observe => false,
        }
    }

    /// The next step, if any, that brings confirmed closer to what is wished.
    pub(crate) fn next(&self) -> Option<Step> {
        if self.is_satisfied() || self.is_foreign() {
            return None;
        }
        match self.wish() {
            Want::Observe => None,
            Want::LoggedOut => Some(Step::Logout),
            _ if self.is_logged_out() => Some(Step::Login),
            Want::LoggedIn => None,
            Want::State(_) | Want::WhileLoggedIn(_) => Some(Step::State),
        }
    }

    /// The state the wish's own request asks for.
    pub(crate) fn target(&self) -> Option<&Arc<Target>> {
        match self.wish() {
            Want::State(target) | Want::WhileLoggedIn(target) => Some(target),
            Want::Observe | Want::LoggedIn | Want::LoggedOut => None,
        }
    }

    pub(super) fn is_satisfied(&self) -> bool {
        match self.wish() {
            Want::Observe => true,
            Want::LoggedIn => !self.is_logged_out(),
            Want::LoggedOut => self.is_logged_out() || self.is_foreign(),
            Want::WhileLoggedIn(_) if self.is_logged_out() => true,
            wish @ (Want::State(_) | Want::WhileLoggedIn(_)) => {
                self.matches(wish) && (self.fulfilled || (self.carries(wish) && !self.is_assumed_otherwise(wish)))
            }
        }
    }

    /// Status and work mode are as wished; a work mode that either side leaves out fits any, but one that ends by itself
    /// is only where it was wished: at its end the T-Server makes the agent ready.
    pub(super) fn matches(&self, wish: &Want) -> bool {
        match wish {
            Want::State(target) | Want::WhileLoggedIn(target) => !self.is_foreign() && is_in(target, &self.confirmed),
            Want::LoggedIn => !self.is_logged_out() && !self.is_foreign(),
            Want::LoggedOut => self.is_logged_out() || self.is_foreign(),
            Want::Observe => true,
        }
    }

    /// A mode that ends by itself keeps calls away, and the wish is to keep them away beyond it: a T-Server may let that
    /// mode run to its end whatever is asked.
    pub(in crate::worker) fn waits_for_end_of_mode(&self) -> bool {
        self.is_kept_from(self.wish())
    }

    /// In a mode that ends by itself, and this is wished for the time beyond it.
    fn is_kept_from(&self, wish: &Want) -> bool {
        let beyond = match wish {
            Want::State(target) | Want::WhileLoggedIn(target) => {
                !target.ready && target.work_mode != self.confirmed.work_mode
            }
            Want::LoggedOut => true,
            Want::LoggedIn | Want::Observe => false,
        };
        beyond && self.is_in_passing_mode()
    }

    /// What was asked for, where the T-Server's answer to it told less; none: it told as much.
    pub(super) fn told_less(&self, wish: &Want) -> Option<Arc<Target>> {
        let target = match wish {
            Want::State(target) | Want::WhileLoggedIn(target) if self.matches(wish) => target,
            _ => return None,
        };
        let tells = self.confirmed.work_mode != WorkMode::Unknown && is_for_its_reasons(target, &self.confirmed);
        (!tells).then(|| target.clone())
    }

    fn is_assumed_otherwise(&self, wish: &Want) -> bool {
        let (Want::State(target) | Want::WhileLoggedIn(target)) = wish else { return false };
        self.assumed.as_ref().is_some_and(|assumed| assumed != target)
    }

    /// The agent is in a work mode that ends by itself, and the wish is to count beyond it.
    pub(super) fn outlasts_mode(&self) -> bool {
        self.interrupted || (!self.overruled && self.waits_for_end_of_mode())
    }

    pub(super) fn is_in_passing_mode(&self) -> bool {
        passes(&self.confirmed) && !self.is_foreign()
    }

    /// `outlasted`: until now the agent was in a mode that the wish was to outlast. True: it is over, and the wish, which
    /// counts again, is not there. Nobody decided what a timer leaves behind; but over a wish that was there before it came
    /// another state with reasons or a mode is somebody's choice, and so is every logout.
    pub(super) fn has_run_out(&mut self, outlasted: bool) -> bool {
        if !outlasted || self.is_in_passing_mode() {
            return false;
        }
        let facts = &self.confirmed;
        let plain = facts.status == AgentStatus::Ready || (facts.work_mode == WorkMode::Unknown && !tells_why(facts));
        let by_itself = (plain || !self.interrupted) && !self.is_logged_out() && !self.is_foreign();
        self.interrupted = false;
        if by_itself {
            (self.overruled, self.decided, self.fulfilled) = (false, false, false);
        }
        by_itself && !self.is_satisfied()
    }

    /// A mode that ends by itself has come over a wish to be away beyond it.
    pub(super) fn is_interrupted(&self) -> bool {
        self.wish != Want::LoggedOut && self.is_kept_from(&self.wish)
    }

    /// As wished, whoever brought it about, reasons included.
    pub(in crate::worker) fn carries(&self, wish: &Want) -> bool {
        match wish {
            Want::State(target) | Want::WhileLoggedIn(target) => {
                self.matches(wish) && is_for_its_reasons(target, &self.confirmed)
            }
            wish => self.matches(wish),
        }
    }
}

/// Status and work mode, as [`Agent::matches`] has them.
fn is_in(target: &Target, facts: &AgentFacts) -> bool {
    let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
    let (wished, mode) = (target.work_mode, facts.work_mode);
    let any = mode == WorkMode::Unknown || (wished == WorkMode::Unknown && !passes(facts));
    facts.status == status && (any || wished == mode)
}

/// Likewise, and for the same reasons as far as any is told.
pub(in crate::worker) fn may_be_in(target: &Target, facts: &AgentFacts) -> bool {
    is_in(target, facts) && (!tells_why(facts) || is_for_its_reasons(target, facts))
}

/// The work mode ends by itself.
fn passes(facts: &AgentFacts) -> bool {
    beyond_platforms(facts.status, facts.work_mode)
}

/// Why the agent is so is told.
pub(super) fn tells_why(facts: &AgentFacts) -> bool {
    !facts.reasons.0.is_empty() || !facts.seen().hardware_codes.is_empty()
}

fn is_for_its_reasons(target: &Target, facts: &AgentFacts) -> bool {
    are_same(&target.reasons, &facts.reasons)
        && are_within(&target.extensions, &facts.extensions)
        && hardware_reason(&target.extensions) == hardware_reason(&facts.extensions)
}

fn are_same(wished: &KvList, have: &KvList) -> bool {
    wished.0.len() == have.0.len() && wished.0.iter().zip(&have.0).all(|(wished, have)| is_same(wished, have))
}

fn are_within(wished: &KvList, have: &KvList) -> bool {
    wished.0.iter().all(|wished| have.0.iter().any(|have| is_same(wished, have)))
}

/// A state with a reason is another than the same one without.
fn hardware_reason(extensions: &KvList) -> Option<Cow<'_, str>> {
    extensions.first(REASON_CODE).and_then(Value::text)
}

/// A T-Server may tell a number as one that was asked for as text.
fn is_same((key, wished): &(String, Value), (told, have): &(String, Value)) -> bool {
    key == told && (wished == have || wished.text().is_some_and(|text| have.text() == Some(text)))
}
