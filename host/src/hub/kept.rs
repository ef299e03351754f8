//! Commands that a plug-in's queue had no room for: kept in their order, and sent again.

use super::{Hub, Now, effect::Effect, mapping, timers::Timer};
use crate::plugins::PluginId;
use std::time::Duration;
use uc_plugin_api::{Command, UserAction};

/// Pause before commands that a plug-in's queue had no room for are sent again.
const AGAIN: Duration = Duration::from_millis(50);
/// Most commands kept for one plug-in that does not take them.
const MOST_KEPT: usize = 10_000;

impl Hub {
    /// Keeps a command for later, in its order. Beyond the bound the plug-in is too slow to be of use.
    pub(super) fn keep_command(&mut self, plugin: &PluginId, command: Command, now: Now) {
        if !self.plugins.contains_key(plugin) {
            return self.lost(plugin, &command);
        }
        let kept = self.undelivered.entry(plugin.clone()).or_default();
        if kept.len() >= MOST_KEPT {
            return self.lost(plugin, &command);
        }
        kept.push(command);
        if kept.len() == 1 {
            self.timers.set(now.mono + AGAIN, Timer::Commands);
        }
    }

    /// What was kept goes before what this turn adds: a plug-in that hears old news last would believe them.
    pub(super) fn send_again(&mut self) {
        let kept = std::mem::take(&mut self.undelivered).into_iter();
        let kept = kept.flat_map(|(plugin, commands)| {
            commands.into_iter().map(move |command| Effect::Command(plugin.clone(), command))
        });
        let kept: Vec<_> = kept.collect();
        self.effects.splice(0..0, kept);
    }

    /// Commands wait for this plug-in: the next one has to wait behind them.
    pub(super) fn behind(&self, plugin: &PluginId) -> bool {
        self.undelivered.contains_key(plugin)
    }

    /// A command that its plug-in will never see. What a worker did himself he is told; the rest is level and comes
    /// again when the plug-in starts.
    fn lost(&mut self, plugin: &PluginId, command: &Command) {
        metrics::counter!("uc_plugin_commands_lost_total").increment(1);
        tracing::debug!(%plugin, "the plug-in takes no commands: one is lost");
        if let Command::Act(UserAction { user, action }) = command
            && mapping::changes_state(action)
        {
            self.problem(*user, "state-refused", "your choice could not be passed on: choose again");
        }
    }

    pub(super) fn lose_kept(&mut self, plugin: &PluginId) {
        let kept = self.undelivered.remove(plugin).unwrap_or_default();
        kept.iter().for_each(|command| self.lost(plugin, command));
    }
}
