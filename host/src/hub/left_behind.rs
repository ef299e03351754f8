//! What the life before has kept, and nobody is there for now: of workers whom this directory does not have, and of DNs
//! that workers have no longer.
//!
//! A directory that was empty or cut short at the start takes nothing from anybody: whoever comes back with the next one
//! goes on where they stopped.

use super::{Hub, effect::Effect, timers::Timer};
use crate::{
    clock::{Moment, SameMoment},
    directory,
    kept::TakenUp,
    worker::{Kept, KeptLine, PastPreviews},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uc_plugin_api::UserHandle;

/// For so long a missing worker may come back with the directory.
const KEPT_FOR: Duration = Duration::from_secs(3600);

/// What is kept of workers who are not in the directory.
#[derive(Debug, Default)]
pub(super) struct LeftBehind {
    workers: BTreeMap<Arc<str>, Kept>,
    past: BTreeMap<Arc<str>, PastPreviews>,
    /// Since when nobody works for them, by the clock here.
    since: Option<Moment>,
    /// By which it was written.
    clock: SameMoment,
}

impl Hub {
    /// The rest of what was taken up, of whom this directory does not have.
    pub(super) fn leave_behind(&mut self, rest: TakenUp, now: Moment) {
        let TakenUp { workers, past, away, clock, .. } = rest;
        if workers.is_empty() && past.is_empty() {
            return;
        }
        tracing::warn!(
            workers = workers.len(),
            "the directory lacks workers who were in it before the start: what is kept of them is forgotten after an \
            hour without them, and agents that were logged in for them are left as they are"
        );
        self.left_behind = LeftBehind { workers, past, since: Some(now - away.min(KEPT_FOR)), clock };
        self.timers.set(now + KEPT_FOR, Timer::LeftBehind);
    }

    /// What is kept of a worker who has come, and whether nobody worked for them for long.
    pub(super) fn claim(&mut self, worker: &str, now: Moment) -> Option<(Kept, bool)> {
        let LeftBehind { workers, since, clock, .. } = &mut self.left_behind;
        let kept = workers.remove(worker)?.written_by(*clock, &self.settings.worker, now);
        let long = since.is_none_or(|since| now.since(since) > self.settings.worker.presence_grace);
        Some((kept, long))
    }

    /// Their previews that are over, likewise.
    pub(super) fn claim_past(&mut self, worker: &str, handle: UserHandle, now: Moment) {
        let Some(past) = self.left_behind.past.remove(worker) else { return };
        if let Some(worker) = self.roster.worker_mut(handle) {
            worker.take_up_past(past, self.left_behind.clock, now);
        }
    }

    /// Whoever has not come back by now is gone.
    pub(super) fn forget_left_behind(&mut self) {
        let LeftBehind { workers, past, .. } = std::mem::take(&mut self.left_behind);
        self.effects.extend(workers.into_keys().map(|worker| Effect::KeepWorker(worker, None)));
        self.effects.extend(past.into_keys().map(|worker| Effect::KeepPast(worker, None)));
    }

    /// A worker goes on where the life before has stopped. An agent whom it has logged in at a DN that is theirs no
    /// longer is logged out, as if the DN had been taken from them now.
    pub(super) fn resume(&mut self, handle: UserHandle, kept: Kept, long: bool, now: Moment) {
        let Some(worker) = self.roster.worker_mut(handle) else { return };
        for line in worker.resume(kept, long, now) {
            self.give_up_kept(handle, &line, now);
        }
    }

    fn give_up_kept(&mut self, handle: UserHandle, kept: &KeptLine, now: Moment) {
        let at = (kept.link, kept.dn.clone());
        // Who sits down at a free seat logs in there on their own account.
        if self.directory.is_free(&at) {
            return;
        }
        if self.dns.at(kept.link, &kept.dn).is_some() {
            metrics::counter!("uc_agents_left_logged_in_total").increment(1);
            tracing::error!(dn = %kept.dn, "the DN has gone to another worker while the service was not running, and whom \
                it had logged in there may still be: log them out at the T-Server");
            return;
        }
        let line = directory::Line { dn: kept.dn.clone(), switch: "".into(), link: kept.link };
        self.add_line(handle, &line, now);
        let given_up = self.dns.at(kept.link, &kept.dn).map(|(_, line)| line);
        if let (Some(line), Some(worker)) = (given_up, self.roster.worker_mut(handle)) {
            worker.leave_kept(line, kept, now);
        }
    }
}
