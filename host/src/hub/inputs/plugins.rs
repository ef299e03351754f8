//! What plug-ins report, and what they are told.

use crate::{
    clock::Moment,
    desk::Menu,
    hub::{Hub, effect::Effect, inputs::texts, preview::InvitationId, user::News},
    plugins::{PluginArrival, PluginId},
    wire::Shown,
    worker::Input,
};
use uc_plugin_api::{Action, Command, Event, LinkStatus, PresenceUpdate, Role, UserAction};

impl Hub {
    pub(in crate::hub) fn plugin_arrival(&mut self, arrival: PluginArrival, now: Moment) {
        match arrival {
            PluginArrival::Started { plugin, info } => {
                self.plugin_started(plugin, info.roles.into_iter().collect(), now);
            }
            PluginArrival::Leaving { plugin } if self.has_role(&plugin, Role::PresenceSink) => {
                self.step_all(|| Input::PublicationInDoubt, now);
            }
            PluginArrival::Hangs { plugin } if self.has_role(&plugin, Role::PresenceSource) => {
                self.step_all(|| Input::PresenceStale, now);
            }
            PluginArrival::Answers { plugin } if self.has_role(&plugin, Role::PresenceSource) => {
                self.ask_anew(&plugin, now);
            }
            PluginArrival::Leaving { .. } | PluginArrival::Hangs { .. } | PluginArrival::Answers { .. } => {}
            PluginArrival::Stopped { plugin } => {
                self.plugin_stopped(&plugin, now);
                self.effects.push(Effect::PluginForgotten(plugin));
            }
            PluginArrival::Failed { plugin, why, .. } => {
                self.plugin_stopped(&plugin, now);
                self.effects.push(Effect::PluginReadiness(plugin, Some(why.into())));
            }
            PluginArrival::Event { plugin, event } => match role_of(&event) {
                Some((role, what)) if !self.has_role(&plugin, role) => self.says_without_role(&plugin, what, now),
                _ => self.plugin_event(&plugin, event, now),
            },
            PluginArrival::OwnEndpoints { plugin, .. } if !self.has_role(&plugin, Role::PresenceSink) => {
                self.says_without_role(&plugin, "OwnEndpoints", now);
            }
            PluginArrival::OwnEndpoints { endpoints, .. } => {
                endpoints
                    .into_iter()
                    .for_each(|(user, endpoint)| self.step_of_plugin(user, Input::OwnEndpoint(endpoint), now));
            }
        }
    }

    fn has_role(&self, plugin: &PluginId, role: Role) -> bool {
        self.plugins.get(plugin).is_some_and(|roles| roles.contains(&role))
    }

    fn plugin_event(&mut self, plugin: &PluginId, event: Event, now: Moment) {
        match event {
            Event::Presence(mut updates) => {
                texts::cut(&mut updates);
                metrics::counter!("uc_presence_updates_total").increment(updates.len() as u64);
                updates.into_iter().for_each(|update| self.presence(&update, now));
            }
            Event::Wanted(mut wishes) => {
                texts::cut_wishes(&mut wishes);
                wishes.iter().for_each(|wanted| self.step_of_plugin(wanted.user, Input::Wish(wanted), now));
            }
            Event::StateMenu(menu) => self.replace_menu(menu.into()),
            Event::Published(results) => {
                let failed = results.iter().filter(|result| !result.error.is_empty()).count();
                metrics::counter!("uc_publications_failed_total").increment(failed as u64);
                results.iter().for_each(|result| self.publication_ended(result, now));
            }
            Event::Chosen(mut updates) => {
                texts::cut(&mut updates);
                metrics::counter!("uc_presence_chosen_total").increment(updates.len() as u64);
                updates
                    .iter()
                    .for_each(|update| self.step_of_plugin(update.user, Input::Chosen(&update.presence), now));
            }
            Event::Invited(invited) => {
                tracing::info!(%plugin, id = invited.id, error = %Shown::new(&invited.error), "invitation ended");
                self.invitation_ended(plugin, InvitationId(invited.id), !invited.error.is_empty());
            }
            Event::Link(status, detail) => self.platform_link(plugin, status, &detail, now),
            // It goes to the supervisor, who says so by an arrival of its own.
            Event::Failed(_) => {}
        }
    }

    /// What a platform says of a user. In presence propagation it may be our own word, or come while they are held.
    fn presence(&mut self, update: &PresenceUpdate, now: Moment) {
        if self.roster.present(update.user).is_none() {
            return metrics::counter!("uc_presence_of_unknown_users_total").increment(1);
        }
        self.step(update.user, Input::Presence(&update.presence), now);
    }

    fn platform_link(&mut self, plugin: &PluginId, status: LinkStatus, detail: &str, now: Moment) {
        let said = || format!("its platform: {detail}").into();
        self.effects.push(match status {
            LinkStatus::Up => Effect::PluginReadiness(plugin.clone(), None),
            LinkStatus::Degraded => Effect::PluginDegraded(plugin.clone(), said()),
            LinkStatus::Down => Effect::PluginReadiness(plugin.clone(), Some(said())),
        });
        let (source, sink) = (self.has_role(plugin, Role::PresenceSource), self.has_role(plugin, Role::PresenceSink));
        // In presence connector mode the platform is the one that is published to.
        let platform = source || (sink && !self.settings.mode.drives_agents());
        if sink && status == LinkStatus::Down {
            self.step_all(|| Input::PublicationInDoubt, now);
        }
        if !platform || status == LinkStatus::Down {
            self.platforms_up.remove(plugin);
        } else if self.platforms_up.insert(plugin.clone()) {
            self.reseat_all(now);
        }
        if source && status == LinkStatus::Down {
            self.step_all(|| Input::PresenceStale, now);
        }
    }

    fn plugin_started(&mut self, plugin: PluginId, roles: Vec<Role>, now: Moment) {
        // Another instance in the place of one that said nothing of its end.
        let before = self.plugins.remove(&plugin).unwrap_or_default();
        let handed_over = self.hand_over(&plugin, now);
        self.instance_ended(&plugin, &before, &handed_over, now);
        let reports: Vec<_> = self.roster.users().filter_map(|(_, user)| user.worker.reported().cloned()).collect();
        self.effects.push(Effect::Command(plugin.clone(), self.watch_all()));
        for role in &roles {
            let reports = reports.clone().into();
            match role {
                Role::BrowserPresence => {
                    self.effects.push(Effect::Command(plugin.clone(), Command::Report(reports)));
                    self.tell_who_has_gone(&plugin);
                }
                Role::PresenceSink => self.publish_all(&plugin, now),
                Role::PresenceSource => self.step_all(|| Input::PresenceStale, now),
                Role::Inviter => {}
            }
        }
        self.effects.extend(handed_over.into_iter().map(|action| Effect::Command(plugin.clone(), action)));
        let platform = roles.iter().any(|role| *role != Role::BrowserPresence);
        let missing = platform.then(|| "it has not said yet how its platform is".into());
        self.effects.push(Effect::PluginReadiness(plugin.clone(), missing));
        self.plugins.insert(plugin, roles);
    }

    /// It may have missed what its platform said of anybody, and repeats nothing of whom it watches already.
    fn ask_anew(&mut self, plugin: &PluginId, now: Moment) {
        let users: Vec<_> = self.roster.users().map(|(handle, _)| handle).collect();
        if users.is_empty() {
            return;
        }
        if self.has_role(plugin, Role::PresenceSink) {
            // What it takes back is nobody's choice.
            self.step_all(|| Input::PublicationInDoubt, now);
        }
        self.effects.push(Effect::Command(plugin.clone(), Command::Unwatch(users.into())));
        self.effects.push(Effect::Command(plugin.clone(), self.watch_all()));
        if self.has_role(plugin, Role::PresenceSink) {
            self.publish_all(plugin, now);
        }
    }

    fn watch_all(&self) -> Command {
        let watched: Vec<_> = self.roster.users().map(|(handle, user)| user.watched(handle)).collect();
        Command::Watch(watched.into())
    }

    /// A new instance knows nothing of pages: whoever has closed all of theirs is not there, however long ago it was.
    /// Of one who never had a page nothing is known.
    fn tell_who_has_gone(&mut self, plugin: &PluginId) {
        let closed = self.roster.users().filter(|(_, user)| user.pages_closed.is_some());
        let gone = closed.map(|(user, _)| Command::Act(UserAction { user, action: Action::PagesClosed }));
        self.effects.extend(gone.map(|command| Effect::Command(plugin.clone(), command)));
    }

    fn plugin_stopped(&mut self, plugin: &PluginId, now: Moment) {
        let roles = self.plugins.remove(plugin).unwrap_or_default();
        self.instance_ended(plugin, &roles, &[], now);
        // A menu whose every choice would be refused is no offer; the next instance sends its own.
        if roles.contains(&Role::BrowserPresence) && !self.anybody_has(&[Role::BrowserPresence]) {
            self.replace_menu(Menu::default());
        }
    }

    fn replace_menu(&mut self, menu: Menu) {
        if self.menu != menu {
            self.menu = menu;
            self.roster.handles().for_each(|user| self.list_news(user, News::State));
        }
    }

    /// What an instance said may be over, and what it was asked may never be done; but for what it was never asked,
    /// because the next one is.
    fn instance_ended(&mut self, plugin: &PluginId, roles: &[Role], handed_over: &[Command], now: Moment) {
        self.lose_kept(plugin, now);
        self.platforms_up.remove(plugin);
        self.inviter_ended(plugin, handed_over);
        if roles.contains(&Role::PresenceSource) {
            self.step_all(|| Input::PresenceStale, now);
        }
        if roles.contains(&Role::PresenceSink) {
            self.step_all(|| Input::PublicationInDoubt, now);
        }
    }

    pub(in crate::hub) fn anybody_has(&self, roles: &[Role]) -> bool {
        self.plugins.values().flatten().any(|role| roles.contains(role))
    }

    /// One command for every plug-in and each of its roles that is among `roles`.
    pub(in crate::hub) fn command_roles(&mut self, roles: &[Role], command: impl Fn(Role) -> Command) {
        for (plugin, have) in &self.plugins {
            let mut sent: Vec<Command> = Vec::with_capacity(1);
            for role in have.iter().filter(|role| roles.contains(role)) {
                let command = command(*role);
                // A plug-in with two roles is told a thing once.
                if !sent.contains(&command) {
                    self.effects.push(Effect::Command(plugin.clone(), command.clone()));
                    sent.push(command);
                }
            }
        }
    }
}

/// Which role a plug-in has to have declared to say this, and what this is; none: any may.
fn role_of(event: &Event) -> Option<(Role, &'static str)> {
    Some(match event {
        Event::Presence(_) => (Role::PresenceSource, "Presence"),
        Event::Wanted(_) => (Role::BrowserPresence, "Wanted"),
        Event::StateMenu(_) => (Role::BrowserPresence, "StateMenu"),
        Event::Published(_) => (Role::PresenceSink, "Published"),
        Event::Chosen(_) => (Role::PresenceSink, "Chosen"),
        Event::Invited(_) => (Role::Inviter, "Invited"),
        Event::Link(..) | Event::Failed(_) => return None,
    })
}
