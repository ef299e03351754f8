//! Requests that ended without an answer: the connection was lost, another T-Server of a pair took over, or nothing came in
//! time. The switch may carry such a request out yet, and what tells it is nobody's decision then, though no ReferenceID
//! says whose it is. The requests of one connection are carried out in order (`tlib/PROTOCOL.md`, section 4): what was
//! asked before one that is answered has come about by then, or never will. Pure.

use super::{line::Asked, pace::Step};
use crate::{agent_link::AgentFacts, clock::Moment};
use std::time::Duration;

/// What was sent longer ago is not carried out any more.
const LATE: Duration = Duration::from_secs(60);
/// More than this do not wait for their end at one DN.
const MOST: usize = 4;

/// Those of one line, oldest first, whoever holds it now: what they bring about is no decision of the next one's either.
#[derive(Clone, Debug, Default)]
pub(super) struct LostRequests(Vec<Lost>);

#[derive(Clone, Debug)]
struct Lost {
    asked: Asked,
    /// The connection that it went out by has ended since.
    elsewhere: bool,
}

impl LostRequests {
    /// This one has ended so.
    pub(super) fn note(&mut self, asked: Asked) {
        if matches!(asked.step, Step::State | Step::Logout) {
            self.0.drain(..self.0.len().saturating_sub(MOST - 1));
            self.0.push(Lost { asked, elsewhere: false });
        }
    }

    /// A later request of this connection is answered.
    pub(super) fn are_over(&mut self) {
        self.0.retain(|lost| lost.elsewhere);
    }

    /// What is answered from now on is asked over another connection.
    pub(super) fn connection_is_gone(&mut self) {
        self.0.iter_mut().for_each(|lost| lost.elsewhere = true);
    }

    /// A snapshot tells this: those that bring it about have, or nothing shows whether they had to.
    pub(super) fn have_come_about(&mut self, facts: &AgentFacts) {
        self.0.retain(|lost| !lost.asked.may_bring_about(facts));
    }

    /// One of them may have brought this about. It has ended by that.
    pub(super) fn end_by(&mut self, facts: &AgentFacts, now: Moment) -> bool {
        self.0.retain(|lost| now < lost.asked.sent + LATE);
        let ended = self.0.iter().rposition(|lost| lost.asked.may_bring_about(facts));
        ended.map(|at| self.0.remove(at)).is_some()
    }

    /// One of them may bring this about.
    #[cfg(test)]
    pub(super) fn may_bring_about(&self, facts: &AgentFacts, now: Moment) -> bool {
        self.clone().end_by(facts, now)
    }
}
