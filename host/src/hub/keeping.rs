//! What whoever works next is to know of workers: written down soon after it changes, a bounded number at a time, and
//! taken up when this node begins to work.

use super::{Hub, effect::Effect, timers::Timer};
use crate::{clock::Moment, kept::TakenUp, worker::Input};
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::oneshot;
use uc_plugin_api::UserHandle;

/// What changes within this time is written down once.
const GATHER: Duration = Duration::from_millis(10);

/// Workers that are written down at a time, ten times a second at most: those of a storm wait for their turn.
const SOME: usize = 500;

/// Pause between two times while more wait.
const PAUSE: Duration = Duration::from_millis(100);

/// Who is to be written down.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// Each once, in the order in which they changed.
    changed: Vec<UserHandle>,
    due: bool,
    /// This node works: what a standby sees is not written over what the primary keeps.
    begun: bool,
}

impl Keeping {
    /// This node works from now on.
    pub(super) fn begin(&mut self) {
        self.begun = true;
    }
}

impl Hub {
    /// Something of a user may have changed.
    pub(super) fn list_for_keeping(&mut self, handle: UserHandle, now: Moment) {
        if !(self.settings.keeps && self.keeping.begun) {
            return;
        }
        let Some(user) = self.user_mut(handle) else { return };
        if std::mem::replace(&mut user.listed_for_keeping, true) {
            return;
        }
        self.keeping.changed.push(handle);
        if !std::mem::replace(&mut self.keeping.due, true) {
            self.timers.set(now + GATHER, Timer::Keep);
        }
    }

    /// Writes some of them down.
    pub(super) fn keep_some(&mut self, now: Moment) {
        let more = self.keeping.changed.split_off(self.keeping.changed.len().min(SOME));
        let some = std::mem::replace(&mut self.keeping.changed, more);
        some.into_iter().for_each(|handle| self.keep(handle));
        self.keeping.due = !self.keeping.changed.is_empty();
        if self.keeping.due {
            self.timers.set(now + PAUSE, Timer::Keep);
        }
    }

    /// Writes all of them down.
    pub(super) fn keep_all(&mut self) {
        std::mem::take(&mut self.keeping.changed).into_iter().for_each(|handle| self.keep(handle));
    }

    /// Another node is to work.
    pub(super) fn end_turn(&mut self, ticket: oneshot::Sender<()>) {
        self.keep_all();
        self.effects.push(Effect::AllKept(ticket));
    }

    fn keep(&mut self, handle: UserHandle) {
        let Some(user) = self.user_mut(handle) else { return };
        user.listed_for_keeping = false;
        let kept = (!user.retired).then(|| Box::new(user.worker.kept()));
        let (worker, past) = (user.entry.id.clone(), user.worker.past_to_keep().filter(|_| !user.retired));
        self.effects.extend(past.map(|past| Effect::KeepPast(worker.clone(), past)));
        self.effects.push(Effect::KeepWorker(worker, kept));
    }

    /// Begins where the primary before has left off. What the T-Server says counts as ever; what a UC platform said
    /// is to be said again.
    pub fn take_up(&mut self, left: TakenUp, now: Moment) {
        let TakenUp { workers, past, redirects, left_open, signed_in, away, clock } = left;
        let (mut missing, mut past_of_missing) = (BTreeMap::new(), BTreeMap::new());
        self.keeping.begin();
        self.redirects.take_up(redirects);
        self.take_up_reports(&left_open);
        let long = away > self.settings.worker.presence_grace;
        let mut taken_up = Vec::with_capacity(workers.len());
        for (id, kept) in workers {
            let Some(handle) = self.by_worker.get(&id).copied() else {
                missing.insert(id, kept);
                continue;
            };
            self.resume(handle, kept.written_by(clock, &self.settings.worker, now), long, now);
            taken_up.push(handle);
        }
        for (id, past) in past {
            match self.by_worker.get(&id).and_then(|handle| self.roster.worker_mut(*handle)) {
                Some(worker) => worker.take_up_past(past, clock, now),
                None => drop(past_of_missing.insert(id, past)),
            }
        }
        self.leave_behind(TakenUp { workers: missing, past: past_of_missing, away, clock, ..TakenUp::default() }, now);
        signed_in.iter().for_each(|user| self.page_may_come(user, now));
        self.read_again(now);
        tracing::info!(taken_up = taken_up.len(), long, "what was kept of workers is taken up");
        taken_up.into_iter().for_each(|handle| self.step(handle, Input::Time, now));
    }

    /// Every line whose link is up is read at the T-Server as after a lost connection: what became of it meanwhile,
    /// such as a logout with the client of the node before, was nobody's decision.
    fn read_again(&mut self, now: Moment) {
        for link in self.links_up.iter().copied().collect::<Vec<_>>() {
            for up in [false, true] {
                self.step_all(|| Input::Link(link, up), now);
            }
        }
    }
}
