//! Holds carried out: who is held, what drives him afterwards; see [`hold`](super::hold).

use super::{Hub, timers::Timer};
use crate::agent_link::AgentStatus;
use crate::policy::Want;
use crate::{
    clock::Now,
    worker::hold::{Due, Turn},
};
use uc_plugin_api::{Availability, PresenceUpdate, UserHandle};

impl Hub {
    /// The platform drives no line of this user.
    pub(super) fn held(&self, handle: UserHandle) -> bool {
        self.user(handle).and_then(|user| user.hold.as_ref()).is_some_and(|hold| hold.holds())
    }

    /// The T-Server said something of a line. `snapshot`: EventRegistered.
    pub(super) fn t_server_word(&mut self, handle: UserHandle, snapshot: bool, now: Now) {
        let Some(user) = self.user_mut(handle).filter(|user| user.hold.is_some()) else { return };
        let mode = user.beyond().map(|(_, view)| view.work_mode);
        let worker = user.worker.id.clone();
        let Some(hold) = &mut user.hold else { return };
        match hold.t_server(mode, snapshot, now.mono) {
            Turn::Stays => {}
            Turn::Entered => {
                tracing::info!(%worker, ?mode, "held: the platform does not drive the agent until this ends");
                self.want(handle, &Want::Observe, now);
            }
            Turn::Ended => {
                tracing::info!(%worker, "held no longer: the T-Server ended it");
                self.follow_memory(handle, !snapshot, now);
            }
        }
        self.watch_hold(handle);
    }

    /// The user, or the limit, ends it.
    pub(super) fn end_hold(&mut self, handle: UserHandle, cause: &str, now: Now) {
        let Some(user) = self.user_mut(handle) else { return };
        let worker = user.worker.id.clone();
        if user.hold.as_mut().is_some_and(|hold| hold.let_go(now.mono)) {
            tracing::info!(%worker, cause, "held no longer");
            self.follow_memory(handle, false, now);
            self.watch_hold(handle);
        }
    }

    /// What a user chose on the platform while a publication of ours stood.
    pub(super) fn chosen(&mut self, update: &PresenceUpdate, now: Now) {
        if !self.held(update.user) {
            return;
        }
        if update.presence.availability != Availability::Unknown {
            let want = self.settings.mapping.want(&update.presence);
            let user = self.user_mut(update.user);
            user.into_iter().for_each(|user| drop(user.sources.platform(want.clone(), now.mono)));
        }
        self.end_hold(update.user, "the user chose a state on the platform", now);
    }

    /// The agent follows what the platform said last, where nothing of ours was in it. Who logged himself out stays so:
    /// nobody is logged in by the end of his After Call Work.
    fn follow_memory(&mut self, handle: UserHandle, logged_out_counts: bool, now: Now) {
        let Some(user) = self.user_mut(handle) else { return };
        let memory = user.sources.current().unwrap_or_default();
        for line in &mut user.lines {
            let gone = line.agent.in_service() && line.agent.confirmed().status == AgentStatus::LoggedOut;
            line.agent.want(if gone && logged_out_counts { Want::LoggedOut } else { memory.clone() });
        }
        self.reconcile_all(handle, now);
        self.agent_changed(handle);
    }

    /// A limit may be over, or an echo too late.
    pub(super) fn hold_due(&mut self, handle: UserHandle, now: Now) {
        let limit = self.settings.after_call_work_limit;
        while let Some(due) = self.user_mut(handle).and_then(|user| user.hold.as_mut()?.due(limit, now.mono)) {
            match due {
                Due::Limit => self.end_hold(handle, "after-call-work-limit", now),
                Due::Himself(presence) => self.presence(&PresenceUpdate { user: handle, presence }, now),
            }
        }
        self.watch_hold(handle);
    }

    /// Wakes up when time may change something.
    pub(super) fn watch_hold(&mut self, handle: UserHandle) {
        let limit = self.settings.after_call_work_limit;
        let deadline = self.user(handle).and_then(|user| user.hold.as_ref()?.deadline(limit));
        deadline.into_iter().for_each(|at| self.timers.set(at, Timer::Hold(handle)));
    }

    /// A sink, or its link, failed.
    pub(super) fn publications_in_doubt(&mut self) {
        self.users.iter_mut().flatten().filter_map(|user| user.hold.as_mut()).for_each(|hold| hold.in_doubt());
    }
}
