//! What presence sinks are told: in one batch a turn, in the order in which it is decided (requirements F24).

use super::{Hub, User, effect::Effect};
use crate::{
    clock::Moment,
    plugins::PluginId,
    worker::{Input, Shows},
};
use uc_plugin_api::{Command, Publication, Published, Role, UserHandle};

/// Most users of one command.
pub(super) const BATCH: usize = 1000;

/// What a turn has to tell sinks.
#[derive(Debug, Default)]
pub(super) struct Publications {
    /// Whose publication is to be looked at.
    listed: Vec<UserHandle>,
    publish: Vec<Publication>,
    withdraw: Vec<UserHandle>,
}

impl Publications {
    /// Somebody's publication may have changed.
    pub(super) fn look_at(&mut self, user: UserHandle) {
        self.listed.push(user);
    }

    /// Somebody's publication is this from now on.
    pub(super) fn tell(&mut self, user: UserHandle, shows: Option<Shows>) {
        match shows {
            Some((presence, standing)) => self.publish.push(Publication { user, presence, standing }),
            None => self.withdraw.push(user),
        }
    }
}

impl Hub {
    /// Looks at what changed in this turn, and tells sinks. True: there was something to tell.
    pub(super) fn publish_changes(&mut self, now: Moment) -> bool {
        for handle in std::mem::take(&mut self.published.listed) {
            self.step(handle, Input::TurnEnds, now);
        }
        self.tell_sinks()
    }

    /// Tells sinks what is decided so far.
    pub(super) fn tell_sinks(&mut self) -> bool {
        let publish = std::mem::take(&mut self.published.publish);
        let withdraw = std::mem::take(&mut self.published.withdraw);
        let any = !(publish.is_empty() && withdraw.is_empty());
        let sinks = if any { self.sinks() } else { Vec::new() };
        for sink in &sinks {
            let commands = withdraw.chunks(BATCH).map(|batch| Command::Withdraw(batch.into()));
            let commands = commands.chain(publish.chunks(BATCH).map(|batch| Command::Publish(batch.into())));
            self.effects.extend(commands.map(|command| Effect::Command(sink.clone(), command)));
        }
        !sinks.is_empty()
    }

    /// A sink has started: it knows nothing yet. What changed in this turn it is told with the rest.
    pub(super) fn publish_all(&mut self, sink: &PluginId, now: Moment) {
        let publication = |(handle, user): (UserHandle, &User)| {
            let (presence, standing) = user.worker.published()?.clone();
            Some(Publication { user: handle, presence, standing })
        };
        let shown: Vec<_> = self.roster.users().filter_map(publication).collect();
        let commands = shown.chunks(BATCH).map(|batch| Command::Publish(batch.into()));
        self.effects.extend(commands.map(|command| Effect::Command(sink.clone(), command)));
        let without = self.roster.users().filter(|(_, user)| user.entry.address.is_none()).count();
        if without > 0 {
            tracing::warn!(without, "nothing is published for workers without sip-address in the directory");
        }
        self.step_all(|| Input::SinkStarts, now);
    }

    /// What became of a publication.
    pub(super) fn publication_ended(&mut self, result: &Published, now: Moment) {
        let outcome = if result.error.is_empty() { Ok(()) } else { Err(result.error.as_str().into()) };
        self.step_of_plugin(result.user, Input::Published(outcome), now);
    }

    fn sinks(&self) -> Vec<PluginId> {
        let sinks = self.plugins.iter().filter(|(_, roles)| roles.contains(&Role::PresenceSink));
        sinks.map(|(plugin, _)| plugin.clone()).collect()
    }
}
