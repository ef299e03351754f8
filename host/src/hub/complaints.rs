//! Faults that thousands of workers may meet in one moment, or a plug-in make without end: each distinct one is logged at
//! once, with who met it first, then once a minute with a count. `/-/agents` lists everybody who meets one.

use super::{Hub, timers::Timer};
use crate::{
    agent_link::{Dn, LinkId, Refusal},
    clock::Moment,
    plugins::PluginId,
    remark::Remark,
    wire::{Shown, Throttle},
};
use std::{collections::HashMap, time::Duration};
use uc_plugin_api::UserHandle;

/// So many changes of a link are told as they come.
const CHANGES: u32 = 10;
/// A link that did not change for so long starts over.
const CALM: Duration = Duration::from_secs(5 * 60);

/// What was logged lately.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    of_links: HashMap<LinkId, Throttle<Moment>>,
    of_changes: HashMap<LinkId, Changes>,
    of_publications: Throttle<Moment>,
    of_plugins: Throttle<Moment>,
}

/// How often a link came and went of late.
#[derive(Debug, Default)]
struct Changes {
    count: u32,
    last: Moment,
    beyond: Throttle<Moment>,
}

impl Complaints {
    fn deadline(&self) -> Option<Moment> {
        let changes = self.of_changes.values().map(|changes| &changes.beyond);
        let links = self.of_links.values().chain(changes).filter_map(Throttle::deadline);
        links.chain(self.of_publications.deadline()).chain(self.of_plugins.deadline()).min()
    }
}

/// Which fault a refusal is.
fn code_or_words(code: Option<i64>, message: &str, dn: &Dn) -> String {
    code.map_or_else(|| without(message, dn), |code| format!("error {code}"))
}

/// Words that are the same whoever they are about.
fn without(words: &str, name: &str) -> String {
    if name.is_empty() { words.to_owned() } else { words.replace(name, "…") }
}

impl Hub {
    /// A link came up, went down, or waits. True: it is to be logged; one that comes and goes is logged here.
    pub(super) fn tells_change(&mut self, link: LinkId, words: &str, now: Moment) -> bool {
        let changes = self.complaints.of_changes.entry(link).or_default();
        changes.count = if now.since(changes.last) > CALM { 1 } else { changes.count.saturating_add(1) };
        changes.last = now;
        if changes.count <= CHANGES {
            return true;
        }
        if let Some(words) = changes.beyond.note(words, now) {
            tracing::warn!(link = link.0, "{words}; it comes and goes, and is told once a minute with a count");
        }
        self.tell_again_in_time();
        false
    }

    /// A T-Server refuses for good what was asked at a DN. Its code says which fault it is: its words may name the DN.
    pub(super) fn refused_for_good(&mut self, link: LinkId, dn: &Dn, code: Option<i64>, message: &str, now: Moment) {
        if self.is_to_be_told(link, &code_or_words(code, message, dn), now) {
            tracing::warn!(link = link.0, %dn, code, words = message, "the T-Server refuses: correct the DN or the agent login, \
                then reload; it is tried again in minutes");
        }
    }

    /// A T-Server does not do what is asked at a DN, time and again, and does not say that it never will. What it says may
    /// name the DN, or the agent.
    pub(super) fn asked_in_vain(&mut self, link: LinkId, dn: &Dn, agent_id: &str, what: &Remark, now: Moment) {
        let why = what.to_string();
        if self.is_to_be_told(link, &format!("asked in vain: {}", without(&without(&why, dn), agent_id)), now) {
            tracing::warn!(link = link.0, %dn, why = %Shown::new(&why), "the T-Server does not do what it was asked twice: \
                it is asked again after growing pauses");
        }
    }

    /// A T-Server refuses to pass on that the state of a preview has begun, or for good that it has ended.
    pub(super) fn preview_report_refused(&mut self, link: LinkId, dn: &Dn, what: &str, refusal: &Refusal, now: Moment) {
        let Refusal { code, message, .. } = refusal;
        if self.is_to_be_told(link, &format!("previews that have {what}: {}", code_or_words(*code, message, dn)), now) {
            tracing::warn!(link = link.0, %dn, code, words = %message, "the T-Server does not pass on that a preview has \
                {what}: ICON does not know, or has a state that stays open");
        }
    }

    /// Notes a fault at a T-Server. False: it was told a moment ago, and will be told with a count.
    fn is_to_be_told(&mut self, link: LinkId, fault: &str, now: Moment) -> bool {
        let news = self.complaints.of_links.entry(link).or_default().note(fault, now).is_some();
        self.tell_again_in_time();
        news
    }

    /// Nothing is shown of an agent on the platform.
    pub(super) fn not_shown(&mut self, handle: UserHandle, why: &str, now: Moment) {
        if let Some(why) = self.complaints.of_publications.note(why, now) {
            let worker = self.user(handle).map(|user| &*user.entry.id);
            tracing::warn!(worker, why, "the platform does not show this agent's state");
        }
        self.tell_again_in_time();
    }

    /// A plug-in says what only those of a role may say that it did not declare: it is not listened to.
    pub(super) fn says_without_role(&mut self, plugin: &PluginId, what: &str, now: Moment) {
        metrics::counter!("uc_plugin_events_without_role_total", "plugin" => plugin.to_string()).increment(1);
        let fault = format!("plug-in {plugin} says {what}, and has not declared the role for it");
        if let Some(fault) = self.complaints.of_plugins.note(&fault, now) {
            tracing::warn!(%plugin, "{fault}: it is not listened to, the plug-in is to be mended");
        }
        self.tell_again_in_time();
    }

    fn tell_again_in_time(&mut self) {
        if let Some(at) = self.complaints.deadline() {
            self.timers.set(at, Timer::Complaints);
        }
    }

    /// Tells what was kept back and is due.
    pub(super) fn tell_again(&mut self, now: Moment) {
        for (link, throttle) in &mut self.complaints.of_links {
            for again in throttle.due(now) {
                tracing::warn!(
                    link = link.0,
                    count = again.count,
                    fault = &*again.fault,
                    "the T-Server refused, or did not do, so many more since it was told last: /-/agents lists whom"
                );
            }
        }
        for (link, changes) in &mut self.complaints.of_changes {
            for again in changes.beyond.due(now) {
                tracing::warn!(
                    link = link.0,
                    count = again.count,
                    "again since it was told last: {}; /readyz has how it is now",
                    again.fault
                );
            }
        }
        for again in self.complaints.of_publications.due(now) {
            tracing::warn!(
                count = again.count,
                why = &*again.fault,
                "the platform did not show so many more since it was told last: /-/agents lists whom"
            );
        }
        for again in self.complaints.of_plugins.due(now) {
            tracing::warn!(count = again.count, "again since it was told last: {}", again.fault);
        }
        self.tell_again_in_time();
    }
}
