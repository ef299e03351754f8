//! A line that is given up: an agent whom we brought there is logged out before the DN is left. The logout is owed
//! for as long as the T-Server cannot be reached; once it can, there is a time for it, and what could not be done in
//! that time is said. Pure.

use super::line::Line;
use crate::{
    agent_link::{RegisterMode, Request},
    clock::Moment,
    policy::Want,
    remark::Why,
};
use std::{sync::Arc, time::Duration};

/// How long the logout may take while the T-Server can be reached: the DN may be somebody else's next.
const LEAVING: Duration = Duration::from_secs(10);

/// Where a line stands that is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// The T-Server is out of reach.
    Waits,
    /// It is gone by then.
    By(Moment),
}

impl Line {
    /// The line is given up: its agent is logged out if we brought them there, then the DN is unregistered.
    pub(crate) fn leave(&mut self, now: Moment) {
        if self.is_leaving() {
            return;
        }
        let wish = if self.agent.is_driven() { Want::LoggedOut } else { Want::Observe };
        self.calls.forget();
        self.leaving = Some(Leaving::Waits);
        self.count_down(now);
        self.set_doubt(false);
        self.set_wish(wish);
    }

    /// It is being given up.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Time counts from the moment at which the T-Server can be reached, and anew when it could not be.
    pub(super) fn count_down(&mut self, now: Moment) {
        let Some(leaving) = &mut self.leaving else { return };
        match (self.registration.is_reached(), *leaving) {
            (true, Leaving::Waits) => *leaving = Leaving::By(now + LEAVING),
            (false, _) => *leaving = Leaving::Waits,
            (true, Leaving::By(_)) => {}
        }
    }

    pub(super) fn leaves_by(&self) -> Option<Moment> {
        match self.leaving? {
            Leaving::Waits => None,
            Leaving::By(by) => Some(by),
        }
    }

    /// It is given up, and nothing is left to do there, or nothing more can be done.
    pub(crate) fn has_left(&self, now: Moment) -> bool {
        let over = self.leaves_by().is_some_and(|by| by <= now);
        let answer_is_due = self.registration.is_reached() && self.asked.is_some();
        let busy = self.login.mode == RegisterMode::Share && (self.owes_logout() || answer_is_due);
        self.is_leaving() && (over || !busy)
    }

    /// Whom we brought there is logged in, as far as anybody knows.
    fn owes_logout(&self) -> bool {
        let is_out = self.in_service() && self.agent.next().is_none();
        self.agent.wish().is_logged_out() && !self.waits_for_dn && !is_out
    }

    /// Why whom we brought there stays logged in, in words for an operator; none: they do not.
    pub(super) fn stays_behind(&self) -> Option<Arc<str>> {
        let asks = self.login.mode == RegisterMode::Share;
        (self.is_leaving() && asks && self.owes_logout())
            .then(|| self.problem.clone().unwrap_or(Why::CallUnanswered.into()).to_string().into())
    }

    /// What ends the registration, when there is one to end.
    pub(crate) fn farewell(&self) -> Option<Request> {
        self.registration.link_is_up().then(|| Request::UnregisterAddress { this_dn: self.place.dn.clone() })
    }
}
