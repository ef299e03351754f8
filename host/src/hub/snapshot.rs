//! What pages are sent: the whole state as one snapshot, and the state part when it changes.

use super::{Hub, Now, effect::Effect, from_routing::delivery_line, pages::serialise, preview::Preview, user::User};
use crate::web::{
    arrival::PageId,
    message::{self, Channel, Person, ServerFrame, Snapshot, StateKind},
};
use uc_plugin_api::UserHandle;

impl Hub {
    /// Sends everything to one page.
    pub(super) fn snapshot(&mut self, page: PageId, now: Now) {
        let Some((handle, language)) = self.pages.who(page) else { return };
        let Some(user) = self.user(handle) else { return };
        let ServerFrame::State { state, menu, log_in, log_out, channels } = self.state_frame(user, language) else {
            return;
        };
        let calls = user.calls.iter().filter_map(|live| {
            let line = user.lines.get(live.line as usize)?;
            Some(live.frame(&line.line.dn, line.agent.in_service()))
        });
        let snapshot = Snapshot {
            person: Person { id: user.worker.id.clone(), name: user.worker.name.clone(), language: language.clone() },
            state,
            menu,
            log_in,
            log_out,
            idle_after: self.menu.idle_after,
            channels,
            previews: self.previews.shown_to(&user.worker.id).map(|(id, p)| self.preview_frame(id, p, user)).collect(),
            calls: calls.collect(),
            server_time: now.unix_ms,
            audio: super::shown::site_file(&self.settings.audio).into(),
        };
        self.frame_to(page, &ServerFrame::Snapshot(Box::new(snapshot)));
    }

    /// Sends everything to every page of a user.
    pub(super) fn snapshot_pages(&mut self, handle: UserHandle, now: Now) {
        let pages = self.user(handle).map(|user| user.pages.clone()).unwrap_or_default();
        pages.into_iter().for_each(|page| self.snapshot(page, now));
    }

    /// Sends the state part to every page of a user.
    pub(super) fn show_state(&mut self, handle: UserHandle) {
        let Some(user) = self.user(handle).filter(|user| !user.pages.is_empty()) else { return };
        let frames = user.pages.iter().filter_map(|page| {
            let (_, language) = self.pages.who(*page)?;
            Some(Effect::Frame(*page, serialise(&self.state_frame(user, language))))
        });
        let frames: Vec<_> = frames.collect();
        self.effects.extend(frames);
    }

    pub(super) fn frame_to(&mut self, page: PageId, frame: &ServerFrame) {
        self.effects.push(Effect::Frame(page, serialise(frame)));
    }

    fn state_frame(&self, user: &User, language: &str) -> ServerFrame {
        let state = self.menu.whole(user.lines.iter().map(|line| &line.agent), language);
        let channel = |line: &super::user::UserLine| Channel {
            dn: line.line.dn.clone(),
            switch: line.line.switch.clone(),
            state: self.menu.line(&line.agent, language),
            problem: line.agent.problem().cloned(),
            marked: !user.worker.lines.contains(&line.line) && self.seating.marked(&line.line.at(), &user.worker.id),
        };
        let logged_out = state.kind == StateKind::LoggedOut;
        ServerFrame::State {
            log_in: self.menu.offered && logged_out,
            log_out: self.menu.log_out && !logged_out,
            menu: self.menu.entries(language),
            channels: user.lines.iter().map(channel).collect(),
            state,
        }
    }

    /// The window as this worker sees it: the DN is where the call would go now.
    pub(super) fn preview_frame(&self, id: u64, preview: &Preview, user: &User) -> message::Preview {
        let line = preview.candidate(&user.worker.id).and_then(|candidate| delivery_line(user, candidate));
        message::Preview {
            id,
            conn_id: preview.conn_id.to_string().into(),
            media_type: preview.shown.media_type.clone(),
            dn: line.map(|line| line.dn.clone()).unwrap_or_default(),
            deadline: preview.deadline_unix_ms,
            length: u64::try_from(preview.length.as_millis()).unwrap_or(u64::MAX),
            caller: preview.shown.caller.clone(),
            notes: preview.shown.notes.clone(),
            data: preview.shown.data.clone(),
            broadcast: preview.broadcast(),
        }
    }
}
