//! What presence sinks were told of one user, and what became of it. Pure.
//!
//! A T-Server that is out of reach makes the agent's state stale. What is published then stands for the grace time,
//! because a short gap must not make anybody flicker; after it, only lines in service count and the rest is withdrawn:
//! a stale "in a call" does not stand for ever, and the user's own presence is all that is known of them.

use crate::clock::Moment;
use std::{sync::Arc, time::Duration};
use uc_plugin_api::{Presence, Standing};

/// What is shown of a user by us.
pub(crate) type Shows = (Presence, Standing);

/// One user's publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    /// What sinks were told last; none: nothing of ours. Boxed: most have none, and every step of everybody reads
    /// what is beside it.
    told: Option<Box<Shows>>,
    /// What the sink said last: it speaks only when that changes.
    outcome: Option<Result<(), Arc<str>>>,
    state: PublicationState,
    /// Lines out of service when last looked at.
    out_of_service: usize,
    /// A line in service said what is shown, when last looked at.
    was_fresh: bool,
    /// Since when a line's word is stale.
    stale_since: Option<Moment>,
}

/// Where a user's publication stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum PublicationState {
    /// Nothing is to be shown.
    #[default]
    Nothing,
    /// The sink was told, and has said nothing of them yet.
    Asked,
    /// The platform shows it, as far as the sink has not said otherwise.
    Published,
    /// The platform does not take it, for this reason.
    Failed(Arc<str>),
    /// The rule that decides is wrong: nothing is published.
    Unmapped(Arc<str>),
    /// The directory has no SIP address for them, for this reason: nothing is published.
    NoAddress(Arc<str>),
}

impl PublicationState {
    /// The word in metrics and lists.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Asked => "asked",
            Self::Published => "published",
            Self::Failed(_) => "failed",
            Self::Unmapped(_) => "unmapped",
            Self::NoAddress(_) => "no-address",
        }
    }

    /// What is wrong.
    pub(crate) fn problem(&self) -> Option<Arc<str>> {
        match self {
            Self::Failed(why) | Self::Unmapped(why) | Self::NoAddress(why) => Some(why.clone()),
            Self::Nothing | Self::Asked | Self::Published => None,
        }
    }
}

impl Publication {
    /// What sinks were told last.
    pub(crate) fn told(&self) -> Option<&Shows> {
        self.told.as_deref()
    }

    /// Where it stands.
    pub(crate) fn state(&self) -> &PublicationState {
        &self.state
    }

    /// What is to be shown now of what the lines in service say: of lines lost a moment ago the last word stands.
    pub(crate) fn due(
        &mut self,
        fresh: Option<Shows>,
        out_of_service: usize,
        grace: Duration,
        now: Moment,
    ) -> Option<Shows> {
        // A line that says nothing and comes and goes must not let the last word of another one stand for ever.
        if out_of_service > self.out_of_service && (self.was_fresh || self.stale_since.is_none()) {
            self.stale_since = Some(now);
        } else if out_of_service == 0 {
            self.stale_since = None;
        }
        (self.out_of_service, self.was_fresh) = (out_of_service, fresh.is_some());
        let waits = self.deadline(grace).is_some_and(|until| now < until);
        if fresh.is_none() && waits { self.told().cloned() } else { fresh }
    }

    /// When stale words stop to count.
    pub(crate) fn deadline(&self, grace: Duration) -> Option<Moment> {
        self.stale_since.map(|since| since + grace)
    }

    /// Sinks are told this; false: they know.
    pub(crate) fn told_now(&mut self, shows: Option<Shows>) -> bool {
        let news = self.told() != shows.as_ref();
        self.told = shows.map(Box::new);
        news
    }

    /// A sink starts with them, or with a new address of theirs: what was said before counts no more.
    pub(crate) fn sink_starts(&mut self) {
        self.outcome = None;
        if self.told.is_some() {
            self.set_state(PublicationState::Asked);
        }
    }

    /// The sink said how publication goes for them, until it says otherwise.
    pub(crate) fn outcome_is(&mut self, outcome: Result<(), Arc<str>>) {
        let failed = matches!(self.state, PublicationState::Failed(_));
        self.outcome = Some(outcome);
        if self.told.is_some() || self.outcome.as_ref().is_some_and(Result::is_err) {
            self.set_state(self.shown());
        } else if failed {
            self.set_state(PublicationState::Nothing);
        }
    }

    /// Where it is when nothing is to be shown: a withdrawal that failed is a failed publication until it is gone.
    pub(crate) fn withdrawn(&self) -> PublicationState {
        match &self.outcome {
            Some(Err(why)) => PublicationState::Failed(why.clone()),
            None | Some(Ok(())) => PublicationState::Nothing,
        }
    }

    /// Where a publication that was told stands.
    pub(crate) fn shown(&self) -> PublicationState {
        match &self.outcome {
            None => PublicationState::Asked,
            Some(Ok(())) => PublicationState::Published,
            Some(Err(why)) => PublicationState::Failed(why.clone()),
        }
    }

    /// Moves to another state, and the count of both along.
    pub(crate) fn set_state(&mut self, state: PublicationState) {
        if self.state.word() != state.word() {
            let count = |state: &PublicationState| metrics::gauge!("uc_publications", "state" => state.word());
            if self.state != PublicationState::Nothing {
                count(&self.state).decrement(1);
            }
            if state != PublicationState::Nothing {
                count(&state).increment(1);
            }
        }
        self.state = state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(30);

    fn busy() -> Option<Shows> {
        Some((Presence { number: 6500, ..Presence::default() }, Standing::Automatic))
    }

    #[test]
    fn a_lost_line_keeps_what_stands_for_the_grace_time_and_no_longer() {
        let (mut publication, now) = (Publication::default(), Moment::default());
        let shows = publication.due(busy(), 0, GRACE, now);
        assert!(publication.told_now(shows) && !publication.told_now(busy()));
        assert_eq!(publication.due(None, 1, GRACE, now), busy(), "the other line is ready, this one was on a call");
        assert_eq!(publication.deadline(GRACE), Some(now + GRACE));
        assert_eq!(publication.due(None, 1, GRACE, now + GRACE / 2), busy());
        assert_eq!(publication.due(None, 1, GRACE, now + GRACE), None);
        assert_eq!(publication.due(busy(), 0, GRACE, now + GRACE), busy(), "it is back");
        assert_eq!(publication.deadline(GRACE), None);
    }

    #[test]
    fn a_line_that_comes_and_goes_does_not_let_the_word_of_another_one_stand_for_ever() {
        let (mut publication, begin) = (Publication::default(), Moment::default());
        let shows = publication.due(busy(), 0, GRACE, begin);
        publication.told_now(shows);
        for half in 0..8 {
            let due = publication.due(None, 1 + half % 2, GRACE, begin + GRACE / 2 * half as u32);
            assert_eq!(due, if half < 2 { busy() } else { None }, "after {half} half graces");
            publication.told_now(due);
        }
        // What was true until a line was lost has a grace of its own.
        let now = begin + GRACE * 10;
        let shows = publication.due(busy(), 1, GRACE, now);
        publication.told_now(shows);
        assert_eq!(publication.due(None, 2, GRACE, now + GRACE / 2), busy());
        assert_eq!(publication.due(None, 2, GRACE, now + GRACE), busy());
        assert_eq!(publication.due(None, 2, GRACE, now + GRACE * 2), None);
    }

    #[test]
    fn what_the_t_server_says_itself_counts_at_once() {
        let (mut publication, now) = (Publication::default(), Moment::default());
        publication.told_now(busy());
        assert_eq!(publication.due(None, 0, GRACE, now), None);
    }
}
