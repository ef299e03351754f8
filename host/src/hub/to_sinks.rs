//! What presence sinks are told: publications, only when they change, in one batch a turn (requirements F24).

use super::{Hub, effect::Effect, timers::Timer, user::User};
use crate::policy::{AgentMap, Shown};
use crate::{
    clock::Now,
    worker::publication::{PublicationState, Publishing, Shows},
};
use crate::{mode::Mode, plugins::PluginId};
use std::sync::Arc;
use uc_plugin_api::{Command, Publication, Published, Role, UserHandle};

/// Most users of one command.
pub(super) const BATCH: usize = 1000;

impl Hub {
    /// Something of this agent changed: his publication is looked at before this turn's effects are performed.
    pub(super) fn agent_changed(&mut self, handle: UserHandle) {
        if !matches!(self.settings.mode, Mode::PresencePropagation | Mode::PresenceConnector) {
            return;
        }
        if let Some(user) = self.user_mut(handle).filter(|user| !user.publishing.listed) {
            user.publishing.listed = true;
            self.changed.push(handle);
        }
    }

    /// Tells sinks what changed in this turn. True: there was something to tell.
    pub(super) fn publish_changes(&mut self, now: Now) -> bool {
        let (mut publish, mut withdraw) = (Vec::new(), Vec::new());
        for handle in std::mem::take(&mut self.changed) {
            match self.publication(handle, now) {
                Some(Some((presence, standing))) => publish.push(Publication { user: handle, presence, standing }),
                Some(None) => withdraw.push(handle),
                None => {}
            }
        }
        let any = !(publish.is_empty() && withdraw.is_empty());
        let sinks = if any { self.sinks() } else { Vec::new() };
        for sink in &sinks {
            let commands = publish.chunks(BATCH).map(|batch| Command::Publish(batch.into()));
            let commands = commands.chain(withdraw.chunks(BATCH).map(|batch| Command::Withdraw(batch.into())));
            self.effects.extend(commands.map(|command| Effect::Command(sink.clone(), command)));
        }
        !sinks.is_empty()
    }

    /// What is to be told of this user, if it changed.
    fn publication(&mut self, handle: UserHandle, now: Now) -> Option<Option<Shows>> {
        let grace = self.settings.presence_grace;
        let no_address = self.no_address(handle);
        let user = self.users.get_mut(handle.0 as usize)?.as_mut()?;
        user.publishing.listed = false;
        let (fresh, fault) = match shown(user, self.settings.mode, &self.settings.agent_map) {
            Shown::Presence(presence, standing) => (Some((presence, standing)), None),
            Shown::Faulty(why) => (None, Some(why)),
            Shown::Nothing => (None, None),
        };
        let due = user.publishing.due(fresh, user.out_of_service(), grace, now.mono);
        let ended = user.hold.as_ref().is_some_and(|hold| !hold.holds());
        let due = due.filter(|_| fault.is_none() && no_address.is_none() && !ended);
        if let Some(hold) = &mut user.hold
            && hold.stands(due.as_ref().map(|(presence, standing)| (presence, *standing)), now.mono)
        {
            user.sources.forget();
        }
        let news = user.publishing.tell(due.clone());
        let state = place(no_address, fault, due.is_some(), news, &user.publishing);
        state.into_iter().for_each(|state| becomes(user, state));
        let deadline = user.publishing.deadline(grace).filter(|at| now.mono < *at);
        deadline.into_iter().for_each(|at| self.timers.set(at, Timer::Publication(handle)));
        self.watch_hold(handle);
        news.then_some(due)
    }

    /// Why this user cannot be published.
    fn no_address(&self, handle: UserHandle) -> Option<Arc<str>> {
        let worker = &self.user(handle).filter(|user| user.worker.address.is_none())?.worker;
        let disputed = self.directory.disputed(&worker.id).cloned();
        Some(disputed.unwrap_or_else(|| "the directory has no sip-address for this worker".into()))
    }

    /// A sink has started: it knows nothing yet. What changed in this turn it is told with the rest.
    pub(super) fn publish_all(&mut self, sink: &PluginId) {
        let publication = |handle| {
            let (presence, standing) = self.user(handle)?.publishing.told()?.clone();
            Some(Publication { user: handle, presence, standing })
        };
        let standing: Vec<_> = self.handles().filter_map(publication).collect();
        self.users.iter_mut().flatten().for_each(|user| user.publishing.sink_starts());
        let commands = standing.chunks(BATCH).map(|batch| Command::Publish(batch.into()));
        self.effects.extend(commands.map(|command| Effect::Command(sink.clone(), command)));
        let without = self.users.iter().flatten().filter(|user| user.worker.address.is_none()).count();
        if without > 0 {
            tracing::warn!(without, "nothing is published for workers without sip-address in the directory");
        }
        self.handles().for_each(|handle| self.agent_changed(handle));
    }

    /// A user's address changes: what stands at the old one goes, before sinks hear of the new one.
    pub(super) fn withdraw_from(&mut self, handle: UserHandle) {
        let Some(user) = self.user_mut(handle) else { return };
        let stood = user.publishing.tell(None);
        user.publishing.sink_starts();
        if stood {
            for sink in self.sinks() {
                self.effects.push(Effect::Command(sink, Command::Withdraw(vec![handle].into())));
            }
        }
    }

    /// What became of a publication.
    pub(super) fn published(&mut self, result: &Published) {
        let Some(user) = self.user_mut(result.user) else { return };
        let worker = &user.worker.id;
        if !result.error.is_empty() {
            tracing::warn!(%worker, error = %result.error, "the platform does not show this agent's state");
            user.hold.iter_mut().for_each(|hold| hold.in_doubt());
            return user.publishing.goes(Err(result.error.as_str().into()));
        }
        tracing::debug!(%worker, "the platform shows what was published");
        user.publishing.goes(Ok(()));
    }

    fn sinks(&self) -> Vec<PluginId> {
        let sinks = self.plugins.iter().filter(|(_, roles)| roles.contains(&Role::PresenceSink));
        sinks.map(|(plugin, _)| plugin.clone()).collect()
    }
}

/// What the map says of a user now. In presence propagation only who is held is shown.
fn shown(user: &User, mode: Mode, map: &AgentMap) -> Shown {
    let view = match mode {
        Mode::PresencePropagation => {
            let held = user.hold.as_ref().is_some_and(|hold| hold.holds());
            user.beyond().filter(|(line, _)| held && line.agent.in_service()).map(|(_, view)| view)
        }
        _ => user.view(),
    };
    view.map_or(Shown::Nothing, |view| map.shown(&view).0)
}

/// Where his publication stands now; none: where it stood. `shows`: something is shown of him; `news`: since now.
fn place(
    no_address: Option<Arc<str>>,
    fault: Option<Arc<str>>,
    shows: bool,
    news: bool,
    publishing: &Publishing,
) -> Option<PublicationState> {
    match (no_address, fault) {
        (Some(why), _) => Some(PublicationState::NoAddress(why)),
        (None, Some(why)) => Some(PublicationState::Unmapped(why)),
        (None, None) if !shows => Some(PublicationState::Nothing),
        (None, None) => news.then(|| publishing.shown()),
    }
}

/// Moves to another state; one that an operator has to mend is said once.
fn becomes(user: &mut User, state: PublicationState) {
    if let PublicationState::Unmapped(why) = &state
        && state != *user.publishing.state()
    {
        tracing::warn!(worker = %user.worker.id, %why, "nothing is published for this agent: correct the rule and restart");
    }
    user.publishing.becomes(state);
}
