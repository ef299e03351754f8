//! Whether workers touch any of their pages. Each page knows of those in its own browser alone: who has left one open
//! at the office and works at home is not idle.

use super::{Hub, timers::Timer};
use crate::{clock::Moment, web::arrival::PageId};
use std::time::Duration;
use uc_plugin_api::{Action, UserHandle};

impl Hub {
    /// A page says that nobody has touched it for the announced time, or that somebody does again.
    pub(super) fn page_is_idle(&mut self, page: PageId, handle: UserHandle, idle: bool, now: Moment) {
        self.pages.says_idle(page, idle);
        if idle {
            return self.look_whether_idle(handle, now);
        }
        self.user_mut(handle).into_iter().for_each(|user| user.active_at = Some(now));
        self.act(handle, &Action::Active);
    }

    /// A page is about to go. Until now somebody has perhaps touched it: from now on they may be idle at those that stay.
    pub(super) fn leaves_page(&mut self, page: PageId, handle: UserHandle, now: Moment) {
        if self.pages.is_idle(page) != Some(false) {
            return;
        }
        let Some(user) = self.user_mut(handle) else { return };
        user.active_at = Some(now);
        self.timers.set(now + self.idle_after(), Timer::Idle(handle));
    }

    /// They are idle when each page that can tell says so, and none was touched meanwhile: of pages that come back one
    /// after the other, the first may be the idle one.
    pub(super) fn look_whether_idle(&mut self, handle: UserHandle, now: Moment) {
        let Some(user) = self.user(handle) else { return };
        let mut told = user.pages.iter().filter_map(|page| self.pages.is_idle(*page)).peekable();
        if told.peek().is_none() || !told.all(|idle| idle) {
            return;
        }
        match user.active_at.map(|at| at + self.idle_after()).filter(|due| *due > now) {
            Some(due) => self.timers.set(due, Timer::Idle(handle)),
            None => self.act(handle, &Action::Idle),
        }
    }

    fn idle_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.menu.idle_after))
    }
}
