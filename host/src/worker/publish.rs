//! What presence sinks are told of a worker, and what they say to it: only changes, looked at once a turn
//! (requirements F24).

use super::{Output, PublicationState, Publishes, Settings, Worker, publication::Publication};
use crate::{clock::Moment, policy::Shown};
use std::sync::Arc;

impl Worker {
    /// Asks, once a turn, for a look at the publication.
    pub(super) fn list_publication(&mut self, settings: &Settings, outputs: &mut Vec<Output>) {
        let publishes = settings.publishes != Publishes::Nothing && !self.profile.is_nobody();
        let due = std::mem::take(&mut self.publication_due) && publishes;
        if due && !std::mem::replace(&mut self.publication_listed, true) {
            outputs.push(Output::LookAtPublication);
        }
    }

    /// Tells sinks what is shown now, if it changed.
    pub(super) fn publish(&mut self, settings: &Settings, now: Moment, outputs: &mut Vec<Output>) {
        self.publication_listed = false;
        let grace = settings.presence_grace;
        let no_address = self.profile.address.as_ref().err().cloned();
        let (fresh, fault) = match self.shown(settings) {
            Shown::Presence(presence, standing) => (Some((presence, standing)), None),
            Shown::Faulty(why) => (None, Some(why)),
            Shown::Nothing => (None, None),
        };
        let due = self.publication.due(fresh, self.lines_out_of_service(), grace, now);
        let ended = self.hold.as_ref().is_some_and(|hold| !hold.is_held());
        let due = due.filter(|_| fault.is_none() && no_address.is_none() && !ended);
        if let Some(hold) = &mut self.hold
            && hold.publishes(due.as_ref().map(|(presence, standing)| (presence, *standing)), now)
        {
            self.sources.forget();
        }
        let news = self.publication.told_now(due.clone());
        let state = publication_state(no_address, fault, due.is_some(), news, &self.publication);
        state.into_iter().for_each(|state| self.set_publication_state(state, outputs));
        outputs.extend(news.then_some(Output::Publish(due)));
    }

    /// What the map says of them now. In presence propagation only who is held is shown.
    fn shown(&self, settings: &Settings) -> Shown {
        let view = match settings.publishes {
            Publishes::Nothing => None,
            Publishes::BeyondPlatforms => {
                let there = self.beyond_platforms().filter(|(line, _)| self.is_held() && line.in_service());
                there.map(|(_, view)| view)
            }
            Publishes::Everything => self.view(),
        };
        view.map_or(Shown::Nothing, |view| settings.agent_map.shown(&view).0)
    }

    /// One that an operator has to mend is said once.
    fn set_publication_state(&mut self, state: PublicationState, outputs: &mut Vec<Output>) {
        if let PublicationState::Unmapped(why) = &state
            && state != *self.publication.state()
        {
            outputs.push(Output::NotShown(format!("correct the rule and restart: {why}").into()));
        }
        self.publication.set_state(state);
    }

    /// What became of a publication.
    pub(super) fn outcome(&mut self, outcome: Result<(), Arc<str>>, now: Moment, outputs: &mut Vec<Output>) {
        let worker = &self.profile.id;
        match &outcome {
            Ok(()) => {
                tracing::debug!(%worker, "the platform shows what was published");
                self.hold.iter_mut().for_each(|hold| hold.ours_is_taken(now));
            }
            Err(error) => {
                tracing::debug!(%worker, %error, "the platform does not show this agent's state");
                outputs.push(Output::NotShown(error.clone()));
                self.hold.iter_mut().for_each(|hold| hold.doubt_ours(now));
            }
        }
        self.publication.outcome_is(outcome);
    }

    /// A sink starts, or starts with another address: what was said before counts no more.
    pub(super) fn sink_starts(&mut self) {
        self.publication.sink_starts();
        self.publication_due = true;
    }

    /// The address changes: what stands at the old one goes, before sinks know the new one.
    pub(super) fn withdraw_from_address(&mut self, outputs: &mut Vec<Output>) {
        let stood = self.publication.told_now(None);
        self.publication.sink_starts();
        outputs.extend(stood.then_some(Output::Publish(None)));
    }

    /// They leave: nothing is counted of them any more.
    pub(crate) fn forget_publication(&mut self) {
        self.publication.set_state(PublicationState::Nothing);
    }

    fn lines_out_of_service(&self) -> usize {
        self.lines().filter(|line| !line.in_service()).count()
    }
}

/// Where the publication is now; none: where it was. `shows`: something is shown of them; `news`: since now.
fn publication_state(
    no_address: Option<Arc<str>>,
    fault: Option<Arc<str>>,
    shows: bool,
    news: bool,
    publication: &Publication,
) -> Option<PublicationState> {
    match (no_address, fault) {
        (Some(why), _) => Some(PublicationState::NoAddress(why)),
        (None, Some(why)) => Some(PublicationState::Unmapped(why)),
        (None, None) if !shows => Some(publication.withdrawn()),
        (None, None) => news.then(|| publication.shown()),
    }
}
