//! What a model of everything around a line looks at.

use super::{Line, Reading};
use crate::{
    agent_link::{AgentFacts, Cause},
    clock::Moment,
    worker::pace::Step,
};

impl Line {
    /// The agent is as wished, the T-Server's decision stands, or nobody wishes anything; and the T-Server is heard.
    pub(crate) fn is_settled(&self) -> bool {
        let asked = self.asked.as_ref().is_some_and(|asked| asked.step != Step::Register);
        let settled = self.agent.foreign().is_none() && (self.agent.next().is_none() || self.agent.is_decided());
        self.registration.was_read() && !asked && settled
    }

    /// The link's queue had no room for its last request.
    pub(crate) fn waits_for_room(&self) -> bool {
        self.waits_for_room
    }

    /// Why the next snapshot is needed, when one is.
    pub(crate) fn reading(&self) -> Option<Reading> {
        self.registration.reading()
    }

    /// A snapshot with this cause tells nothing of a request, nor of a time of silence: what it leaves out is as it was.
    pub(crate) fn reads_on(&self, cause: Cause) -> bool {
        let of_a_request = self.answers(cause) && self.asked.as_ref().is_some_and(|asked| asked.step != Step::Register);
        !of_a_request && !matches!(self.reading(), Some(Reading::Afresh | Reading::AfterAnswer(_)))
    }

    /// It should have asked by then and does not, or cannot be in service and does nothing about it.
    pub(crate) fn is_mute(&self, now: Moment) -> bool {
        if self.asked.is_some() || self.waits_for_room || self.waits_for_dn || !self.registration.is_served() {
            return false;
        }
        let pace = |step| if step == Step::Register { &self.registering } else { &self.asking };
        match self.next_step() {
            Some(step) => pace(step).waits(step, now).is_none(),
            None => !self.in_service(),
        }
    }

    /// The T-Server answers whenever the DN is read, and yet it will not be read again by then.
    pub(crate) fn is_long_unread(&self, by: Moment) -> bool {
        let registration = &self.registration;
        let is_read = registration.is_served_so_far() && registration.is_needed() && !registration.is_unanswered();
        let reads = self.asked.is_none() && !self.waits_for_room && is_read;
        reads && self.registering.is_answered() && self.registering.waits(Step::Register, by).is_some()
    }

    /// A request whose answer was lost may bring this about.
    pub(crate) fn may_be_of_a_lost_request(&self, facts: &AgentFacts, now: Moment) -> bool {
        self.asked.is_none() && self.lost.may_bring_about(facts, now)
    }

    /// A logout now would be for the sake of a client that is gone.
    pub(crate) fn may_lose_old_login(&self, now: Moment) -> bool {
        self.old_login.may_end(now)
    }
}
