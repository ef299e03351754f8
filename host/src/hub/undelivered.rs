//! Commands that a plug-in's queue had no room for.
//!
//! Nearly all that plug-ins are told of a user is a level: whom to watch, what to show, how the agent is. Of these
//! only is kept whom they were about, and when there is room they are told of as they are by then: a slow plug-in is
//! late, and neither shown what is over nor wrong for ever. What happens once is kept in its order, within a bound.
//!
//! At a reload one instance ends before the next one begins, and for that moment none takes commands: what happens once
//! waits for the next one, and it alone, because whatever is a level that one is told anyway.

use super::{Hub, User, effect::Effect, preview::InvitationId, publications::BATCH, timers::Timer};
use crate::{clock::Moment, plugins::PluginId, policy, remark::Why, worker::Input};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use uc_plugin_api::{Command, Publication, Role, UserAction, UserHandle};

/// First pause before commands are sent again; it doubles up to [`LONGEST`] while there is no room.
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);
/// Most actions of workers kept for one plug-in that does not take them.
const MOST_KEPT: usize = 10_000;
/// How long the first of them may have waited for the next instance: nobody means by then what they chose before.
const HAND_OVER: Duration = Duration::from_secs(30);
/// How long an invitation waits at most: the caller does as well, and somebody else may be asked.
const INVITATION: Duration = Duration::from_secs(5);

/// What waits, by plug-in.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    kept: HashMap<PluginId, Kept>,
    /// Plug-ins whose queue was full a moment ago.
    pauses: HashMap<PluginId, Pause>,
}

/// A plug-in without room.
#[derive(Clone, Copy, Debug)]
struct Pause {
    last: Duration,
    /// It has had none since then.
    since: Moment,
}

/// What waits for one plug-in.
#[derive(Debug)]
struct Kept {
    /// When it is sent again.
    due: Moment,
    /// What happened once, in order.
    actions: Vec<Command>,
    /// Of whom it does not know how they are.
    behind: BTreeSet<UserHandle>,
    /// Whom it is to forget before it watches them again: it tells nothing anew of those it knows.
    unwatched: BTreeSet<UserHandle>,
    /// Actions were lost because there were too many.
    overflowed: bool,
}

impl Kept {
    fn until(due: Moment) -> Self {
        Self { due, actions: Vec::new(), behind: BTreeSet::new(), unwatched: BTreeSet::new(), overflowed: false }
    }
}

impl Waiting {
    /// Commands wait for this plug-in: the next one has to wait behind them.
    pub(super) fn behind(&self, plugin: &PluginId) -> bool {
        self.kept.contains_key(plugin)
    }

    /// A command found room.
    pub(super) fn note_room(&mut self, plugin: &PluginId) {
        if !self.pauses.is_empty() {
            self.pauses.remove(plugin);
        }
    }

    fn pause(&mut self, plugin: &PluginId, now: Moment) -> Duration {
        let pause = match self.pauses.get(plugin) {
            Some(before) => Pause { last: (before.last * 2).min(LONGEST), ..*before },
            None => Pause { last: FIRST, since: now },
        };
        self.pauses.insert(plugin.clone(), pause);
        pause.last
    }

    /// How long the plug-in has had no room.
    fn waited(&self, plugin: &PluginId, now: Moment) -> Duration {
        self.pauses.get(plugin).map_or(Duration::ZERO, |pause| now.since(pause.since))
    }

    fn take_due(&mut self, now: Moment) -> Vec<(PluginId, Kept)> {
        self.kept.extract_if(|_, kept| kept.due <= now).collect()
    }
}

impl Hub {
    /// Keeps for later what a command was about.
    pub(super) fn keep_command(&mut self, plugin: &PluginId, command: Command, now: Moment) {
        if !self.plugins.contains_key(plugin) {
            return self.lost(plugin, &command, now);
        }
        if !self.undelivered.behind(plugin) {
            let due = now + self.undelivered.pause(plugin, now);
            self.timers.set(due, Timer::Commands);
            self.undelivered.kept.insert(plugin.clone(), Kept::until(due));
        }
        let waited = self.undelivered.waited(plugin, now);
        let Some(kept) = self.undelivered.kept.get_mut(plugin) else { return };
        if let Command::Unwatch(users) = &command {
            kept.unwatched.extend(users.iter().copied());
        }
        match command {
            late @ Command::Invite(_) if waited > INVITATION => self.lost(plugin, &late, now),
            action @ (Command::Act(_) | Command::Invite(_)) if kept.actions.len() < MOST_KEPT => {
                kept.actions.push(action);
            }
            action @ (Command::Act(_) | Command::Invite(_)) => {
                if !std::mem::replace(&mut kept.overflowed, true) {
                    tracing::warn!(%plugin, kept = MOST_KEPT, "the plug-in takes its commands too slowly: workers' \
                        actions are lost, and they are told; its own log may say what holds it up");
                }
                self.lost(plugin, &action, now);
            }
            level => kept.behind.extend(users(&level)),
        }
    }

    /// What was kept goes before what this turn adds: a plug-in that hears old news last would believe them.
    pub(super) fn send_again(&mut self, now: Moment) {
        let mut effects = Vec::new();
        for (plugin, kept) in self.undelivered.take_due(now) {
            let behind: Vec<_> = kept.behind.into_iter().collect();
            let levels = behind.chunks(BATCH).flat_map(|handles| self.anew(&plugin, handles, &kept.unwatched));
            let actions = kept.actions.into_iter().filter(|action| self.concerns_somebody(&plugin, action));
            let commands = levels.chain(actions);
            effects.extend(commands.map(|command| Effect::Command(plugin.clone(), command)));
        }
        self.effects.splice(0..0, effects);
    }

    /// Of who has left the directory meanwhile plug-ins know nothing any more, and nobody is invited to what is over.
    fn concerns_somebody(&self, plugin: &PluginId, action: &Command) -> bool {
        match action {
            Command::Act(action) => self.roster.present(action.user).is_some(),
            Command::Invite(invitation) => self.previews.awaits(plugin, InvitationId(invitation.id)),
            _ => true,
        }
    }

    /// All that this plug-in is to know of these users. `unwatched`: whom it has to forget first.
    fn anew(&self, plugin: &PluginId, handles: &[UserHandle], unwatched: &BTreeSet<UserHandle>) -> Vec<Command> {
        let has = |role| self.plugins.get(plugin).is_some_and(|roles| roles.contains(&role));
        let (here, gone): (Vec<_>, Vec<_>) =
            handles.iter().map(|handle| (*handle, self.roster.present(*handle))).partition(|(_, user)| user.is_some());
        let here: Vec<_> = here.into_iter().filter_map(|(handle, user)| Some((handle, user?))).collect();
        let forgotten = here.iter().map(|(handle, _)| *handle).filter(|handle| unwatched.contains(handle));
        let mut commands = vec![
            Command::Unwatch(gone.iter().map(|(handle, _)| *handle).chain(forgotten).collect()),
            Command::Watch(here.iter().map(|(handle, user)| user.watched(*handle)).collect()),
        ];
        if has(Role::PresenceSink) {
            let (shown, blank): (Vec<_>, Vec<_>) = here.iter().partition(|(_, user)| user.worker.published().is_some());
            let publication = |(user, found): (UserHandle, &User)| {
                let (presence, standing) = found.worker.published()?.clone();
                Some(Publication { user, presence, standing })
            };
            commands.push(Command::Withdraw(blank.into_iter().map(|(handle, _)| handle).collect()));
            commands.push(Command::Publish(shown.into_iter().filter_map(publication).collect()));
        }
        if has(Role::BrowserPresence) {
            commands
                .push(Command::Report(here.iter().filter_map(|(_, user)| user.worker.reported().cloned()).collect()));
        }
        commands.retain(|command| !users(command).is_empty());
        commands
    }

    /// A command that its plug-in will never see. What a worker did themselves they are told; the rest comes again,
    /// at the latest when the plug-in starts. Until then nobody knows what stands of a publication.
    fn lost(&mut self, plugin: &PluginId, command: &Command, now: Moment) {
        metrics::counter!("uc_plugin_commands_lost_total").increment(1);
        tracing::debug!(%plugin, "the plug-in takes no commands: one is lost");
        match command {
            Command::Act(UserAction { user, action }) if policy::changes_state(action) => {
                self.tell_problem(*user, "state-refused", Why::StateLost);
            }
            Command::Publish(_) | Command::Withdraw(_) => users(command).into_iter().for_each(|handle| {
                self.step(handle, Input::PublicationInDoubt, now);
            }),
            Command::Invite(invitation) => self.invitation_ended(plugin, InvitationId(invitation.id), true),
            _ => {}
        }
    }

    /// The next instance of this plug-in is there: what waited for it and may still be meant.
    pub(super) fn hand_over(&mut self, plugin: &PluginId, now: Moment) -> Vec<Command> {
        if self.undelivered.waited(plugin, now) > HAND_OVER {
            return Vec::new();
        }
        self.undelivered.note_room(plugin);
        let actions = self.undelivered.kept.remove(plugin).map(|kept| kept.actions).unwrap_or_default();
        actions.into_iter().filter(|action| self.concerns_somebody(plugin, action)).collect()
    }

    /// This plug-in takes nothing any more: what waited for it is void.
    pub(super) fn lose_kept(&mut self, plugin: &PluginId, now: Moment) {
        self.undelivered.note_room(plugin);
        let Some(Kept { actions, behind, .. }) = self.undelivered.kept.remove(plugin) else { return };
        actions.iter().for_each(|action| self.lost(plugin, action, now));
        if !behind.is_empty() {
            self.lost(plugin, &Command::Withdraw(behind.into_iter().collect()), now);
        }
    }
}

/// Whom a level is about; nobody for what happens once.
fn users(command: &Command) -> Vec<UserHandle> {
    match command {
        Command::Watch(users) => users.iter().map(|user| user.handle).collect(),
        Command::Unwatch(users) | Command::Withdraw(users) => users.to_vec(),
        Command::Publish(publications) => publications.iter().map(|publication| publication.user).collect(),
        Command::Report(reports) => reports.iter().map(|report| report.user).collect(),
        Command::Invite(_) | Command::Act(_) => Vec::new(),
    }
}
