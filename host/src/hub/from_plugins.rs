//! What plug-ins report, and what they are told.

use super::{Hub, Now, Want, effect::Effect, hold::Heard, mapping, shown::Menu, timers::Timer, user::User};
use crate::plugins::{Arrival, PluginId};
use std::borrow::Cow;
use uc_plugin_api::{Command, Event, LinkStatus, PresenceUpdate, Role, UserHandle, Wanted, Wish};

impl Hub {
    pub(super) fn plugin_arrival(&mut self, arrival: Arrival, now: Now) {
        match arrival {
            Arrival::Started { plugin, info } => {
                self.plugin_started(plugin, info.roles.into_iter().collect());
            }
            Arrival::Stopped { plugin } => {
                self.plugin_stopped(&plugin, now);
                self.effects.push(Effect::PluginForgotten(plugin));
            }
            Arrival::Failed { plugin, why, .. } => {
                self.plugin_stopped(&plugin, now);
                self.effects.push(Effect::PluginReadiness(plugin, Some(why.into())));
            }
            Arrival::Event { plugin, event } => self.plugin_event(&plugin, event, now),
        }
    }

    fn plugin_event(&mut self, plugin: &PluginId, event: Event, now: Now) {
        match event {
            Event::Presence(updates) => {
                metrics::counter!("uc_presence_updates_total").increment(updates.len() as u64);
                updates.into_iter().for_each(|update| self.presence(&update, now));
            }
            Event::Wanted(wishes) => wishes.iter().for_each(|wanted| self.wished(wanted, now)),
            Event::StateMenu(menu) => {
                self.menu = Menu::from(menu);
                self.handles().for_each(|user| self.show_state(user));
            }
            Event::Published(results) => {
                let failed = results.iter().filter(|result| !result.error.is_empty()).count();
                metrics::counter!("uc_publications_failed_total").increment(failed as u64);
                results.iter().for_each(|result| self.published(result));
            }
            Event::Chosen(updates) => {
                metrics::counter!("uc_presence_chosen_total").increment(updates.len() as u64);
                updates.iter().for_each(|update| self.chosen(update, now));
            }
            Event::Invited(invited) => {
                tracing::info!(id = invited.id, error = %invited.error, "invitation ended");
                if let (false, Ok(user)) = (invited.error.is_empty(), u32::try_from(invited.id)) {
                    self.unreachable(UserHandle(user));
                }
            }
            Event::Link(status, detail) => self.platform_link(plugin, status, &detail, now),
            Event::Failed(reason) => {
                tracing::error!(%plugin, %reason, "plug-in failed");
                self.plugin_stopped(plugin, now);
            }
        }
    }

    /// What a platform says of a user. In presence propagation it may be our own word, or come while he is held.
    pub(super) fn presence(&mut self, update: &PresenceUpdate, now: Now) {
        let Some(user) = self.users.get_mut(update.user.0 as usize).and_then(Option::as_mut) else {
            metrics::counter!("uc_presence_of_unknown_users_total").increment(1);
            return;
        };
        let heard = user.hold.as_mut().map_or(Heard::Drives, |hold| hold.heard(&update.presence, now.mono));
        if heard == Heard::Ours {
            metrics::counter!("uc_presence_own_total").increment(1);
            return user.sources.echoed();
        }
        let his = user.hold.as_ref().map_or(Cow::Borrowed(&update.presence), |hold| hold.his(&update.presence));
        let want = self.settings.mapping.want(&his);
        let unknown = want.is_none();
        let news = user.sources.platform(want, now.mono);
        if unknown {
            self.watch_grace(update.user);
        }
        match (heard, news) {
            (Heard::Drives, Some(want)) => self.want(update.user, &want, now),
            (Heard::Replaced, _) => self.end_hold(update.user, "the user's presence replaced ours", now),
            (Heard::Drives, None) | (Heard::Remembered | Heard::Ours, _) => {}
        }
    }

    fn wished(&mut self, wanted: &Wanted, now: Now) {
        let Some(user) = self.user_mut(wanted.user) else { return };
        // A plug-in that starts again registers everybody again: who logged out meanwhile stays logged out.
        let registration = !wanted.explicit && wanted.wish == Wish::LogIn;
        if registration && user.lines.iter().any(|line| *line.agent.wanted() != Want::Observe) {
            return;
        }
        match user.sources.browser(mapping::wish(wanted), wanted.explicit) {
            Some(want) => {
                self.want(wanted.user, &want, now);
                self.say_if_it_waits(wanted);
            }
            None => {
                self.problem(wanted.user, "state-refused", "your UC client decides your state while it is connected");
            }
        }
    }

    /// No line in service shows the choice: the worker would take it for lost.
    fn say_if_it_waits(&mut self, wanted: &Wanted) {
        let in_service = |user: &User| user.lines.iter().any(|line| line.agent.in_service());
        if wanted.explicit && !self.user(wanted.user).is_some_and(in_service) {
            let text = "the contact centre cannot be reached now: your choice takes effect when it is back";
            self.problem(wanted.user, "state-waits", text);
        }
    }

    fn platform_link(&mut self, plugin: &PluginId, status: LinkStatus, detail: &str, now: Now) {
        let said = || format!("its platform: {detail}").into();
        self.effects.push(match status {
            LinkStatus::Up => Effect::PluginReadiness(plugin.clone(), None),
            LinkStatus::Degraded => Effect::PluginDegraded(plugin.clone(), said()),
            LinkStatus::Down => Effect::PluginReadiness(plugin.clone(), Some(said())),
        });
        let has = |role| self.plugins.get(plugin).is_some_and(|roles| roles.contains(&role));
        let (source, sink) = (has(Role::PresenceSource), has(Role::PresenceSink));
        // In presence connector mode the platform is the one that is published to.
        let platform = source || (sink && !self.settings.mode.drives_agents());
        if sink && status == LinkStatus::Down {
            self.publications_in_doubt();
        }
        if platform && status == LinkStatus::Up {
            self.platforms_up.insert(plugin.clone());
            self.reseat_all(now);
        } else {
            self.platforms_up.remove(plugin);
        }
        if source && status == LinkStatus::Down {
            self.stale(now);
        }
    }

    fn stale(&mut self, now: Now) {
        for handle in self.handles() {
            if let Some(user) = self.user_mut(handle) {
                user.sources.stale(now.mono);
                self.watch_grace(handle);
            }
        }
    }

    fn watch_grace(&mut self, handle: UserHandle) {
        let grace = self.settings.presence_grace;
        let deadline = self.user(handle).and_then(|user| user.sources.deadline(grace));
        deadline.into_iter().for_each(|at| self.timers.set(at, Timer::PresenceGrace(handle)));
    }

    pub(super) fn presence_grace_over(&mut self, handle: UserHandle, now: Now) {
        let grace = self.settings.presence_grace;
        let want = self.user_mut(handle).and_then(|user| user.sources.expire(grace, now.mono));
        if let Some(want) = want {
            metrics::counter!("uc_presence_unknown_total").increment(1);
            if !self.held(handle) {
                self.want(handle, &want, now);
            }
        }
    }

    fn plugin_started(&mut self, plugin: PluginId, roles: Vec<Role>) {
        let users: Vec<_> = self.handles().filter_map(|h| self.user(h).map(|user| user.watched(h))).collect();
        self.lose_kept(&plugin);
        self.effects.push(Effect::Command(plugin.clone(), Command::Watch(users.into())));
        let reports: Vec<_> = self.users.iter().flatten().filter_map(|user| user.reported.clone()).collect();
        for role in &roles {
            let reports = reports.clone().into();
            match role {
                Role::BrowserPresence => self.effects.push(Effect::Command(plugin.clone(), Command::Report(reports))),
                Role::PresenceSink => self.publish_all(&plugin),
                Role::PresenceSource | Role::Inviter => {}
            }
        }
        self.effects.push(Effect::PluginReadiness(plugin.clone(), None));
        self.plugins.insert(plugin, roles);
    }

    fn plugin_stopped(&mut self, plugin: &PluginId, now: Now) {
        self.lose_kept(plugin);
        self.platforms_up.remove(plugin);
        let roles = self.plugins.remove(plugin).unwrap_or_default();
        if roles.contains(&Role::PresenceSource) {
            self.stale(now);
        }
        if roles.contains(&Role::PresenceSink) {
            self.publications_in_doubt();
        }
        // A menu whose every choice would be refused is no offer; the next instance sends its own.
        if roles.contains(&Role::BrowserPresence) && !self.anybody_has(&[Role::BrowserPresence]) {
            self.menu = Menu::default();
            self.handles().for_each(|user| self.show_state(user));
        }
    }

    pub(super) fn anybody_has(&self, roles: &[Role]) -> bool {
        self.plugins.values().flatten().any(|role| roles.contains(role))
    }

    /// One command for every plug-in and each of its roles that is among `roles`.
    pub(super) fn command_roles(&mut self, roles: &[Role], command: impl Fn(Role) -> Command) {
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
