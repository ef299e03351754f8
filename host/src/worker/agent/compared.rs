//! What is wished of an agent, compared with what the T-Server has confirmed: what is left to ask for.

use super::Agent;
use crate::{
    agent_link::{AgentStatus, KvList, WorkMode},
    policy::{Target, Want},
    worker::pace::Step,
};
use std::sync::Arc;

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
                self.matches(wish) && (self.fulfilled || self.carries(wish))
            }
        }
    }

    /// Status and work mode are as wished; a work mode that either side leaves out fits any.
    pub(super) fn matches(&self, wish: &Want) -> bool {
        match wish {
            Want::State(target) | Want::WhileLoggedIn(target) => {
                let status = if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady };
                let either_unknown = [target.work_mode, self.confirmed.work_mode].contains(&WorkMode::Unknown);
                let there = self.confirmed.status == status && !self.is_foreign();
                there && (either_unknown || target.work_mode == self.confirmed.work_mode)
            }
            Want::LoggedIn => !self.is_logged_out() && !self.is_foreign(),
            Want::LoggedOut => self.is_logged_out() || self.is_foreign(),
            Want::Observe => true,
        }
    }

    /// As wished, whoever brought it about, reasons included.
    pub(in crate::worker) fn carries(&self, wish: &Want) -> bool {
        let within = |wished: &KvList, have: &KvList| wished.0.iter().all(|pair| have.0.contains(pair));
        match wish {
            Want::State(target) | Want::WhileLoggedIn(target) => {
                self.matches(wish)
                    && self.confirmed.reasons == *target.reasons
                    && within(&target.extensions, &self.confirmed.extensions)
            }
            wish => self.matches(wish),
        }
    }
}
