//! What pages are sent: the state, snapshots and calls once a turn, what answers them at once.

use super::{
    Hub,
    effect::Effect,
    inputs::routing::delivery_place,
    pages::{serialise, windows},
    preview::Preview,
    user::{News, User},
};
use crate::{
    clock::Moment,
    desk::{self, View},
    policy::UserDataForm,
    remark::Remark,
    web::{
        arrival::{PageId, PageKind},
        message::{self, Person, ServerFrame, Snapshot},
    },
};
use std::sync::Arc;
use uc_plugin_api::UserHandle;

impl Hub {
    /// The pages of this user are sent this when the turn ends.
    pub(super) fn list_news(&mut self, handle: UserHandle, news: News) {
        let Some(user) = self.user_mut(handle).filter(|user| !user.pages.is_empty()) else { return };
        if user.news == News::None {
            user.news = news;
            self.news.push(handle);
        } else {
            user.news = user.news.max(news);
        }
    }

    /// Sends the pages what changed in this turn.
    pub(super) fn tell_pages(&mut self, now: Moment) {
        self.tell_chats();
        for handle in std::mem::take(&mut self.news) {
            let Some(user) = self.user_mut(handle) else { continue };
            let (news, pages) = (std::mem::replace(&mut user.news, News::None), user.pages.clone());
            self.tell_calls(handle, news);
            for page in pages {
                match news {
                    News::None | News::Calls => {}
                    News::State => self.send_state(page),
                    News::Everything => self.snapshot(page, now),
                }
            }
        }
    }

    /// Sends everything to one page.
    pub(super) fn snapshot(&mut self, page: PageId, now: Moment) {
        let Some((handle, language)) = self.pages.who(page) else { return };
        let Some(user) = self.user(handle) else { return };
        let kind = self.pages.kind(page);
        let previews =
            self.previews.shown_to(&user.entry.id).map(|(id, p)| self.preview_frame(id, p, user, kind)).collect();
        let snapshot = desk::snapshot(&self.view(user, language, kind), previews, &self.settings.audio, now);
        let snapshot = Snapshot { alive_seconds: self.settings.alive_seconds, ..snapshot };
        self.frame_to(page, &ServerFrame::Snapshot(Box::new(snapshot)));
    }

    fn send_state(&mut self, page: PageId) {
        let Some((handle, language)) = self.pages.who(page) else { return };
        let Some(user) = self.user(handle) else { return };
        let frame = desk::state(&self.view(user, language, self.pages.kind(page)));
        self.frame_to(page, &frame);
    }

    fn view<'v>(&'v self, user: &'v User, language: &'v Arc<str>, kind: PageKind) -> View<'v> {
        let entry = &user.entry;
        let marked = |line: &crate::worker::Line| {
            let place = line.place();
            let theirs = entry.lines.iter().any(|line| (line.link, &line.dn) == (place.link, &place.dn));
            !theirs && self.seating.marked(&(place.link, place.dn.clone()), &entry.id)
        };
        let handle = self.by_worker.get(&entry.id).copied();
        let outcomes = handle.into_iter().flat_map(|handle| self.outcomes_at(handle, kind));
        View {
            person: Person { id: entry.id.clone(), name: entry.name.clone(), language: language.clone() },
            worker: &user.worker,
            menu: &self.menu,
            marked: user.worker.lines().filter(|line| marked(line)).map(|line| line.id()).collect(),
            form: &self.settings.user_data,
            windows: windows(kind),
            note: !self.settings.transfer_note_key.is_empty(),
            longest_line: u32::try_from(self.settings.worker.chats.longest_line).unwrap_or(u32::MAX),
            redirect: self.redirects.of(entry),
            outcomes: outcomes.map(|one| desk::outcome(&one.view(), &self.settings.outcome, language)).collect(),
        }
    }

    /// The window as this worker sees it: the DN is where the call would go now.
    pub(super) fn preview_frame(&self, id: u64, preview: &Preview, user: &User, kind: PageKind) -> message::Preview {
        let shown = match kind {
            PageKind::Browser => &preview.shown.window,
            PageKind::Extension => &preview.shown.extension,
        };
        let place = preview.candidate(&user.entry.id).and_then(|candidate| delivery_place(user, candidate));
        message::Preview {
            id,
            conn_id: preview.conn_id.to_string().into(),
            media_type: preview.shown.media_type.clone(),
            dn: place.map(|place| place.dn.clone()).unwrap_or_default(),
            deadline: preview.deadline.unix_ms(),
            length: u64::try_from(preview.length.as_millis()).unwrap_or(u64::MAX),
            caller: preview.shown.caller.clone(),
            notes: shown.notes.clone(),
            data: shown.data.clone(),
            more: shown.more,
            broadcast: preview.broadcast(),
            redirect: self.redirects.of_media(&user.entry, &preview.shown.media_type),
        }
    }

    /// Other keys are shown from now on, or under other names. Open previews keep what they were offered with.
    pub(super) fn show_user_data(&mut self, form: Arc<UserDataForm>) {
        self.settings.user_data = form;
        self.roster.handles().for_each(|handle| self.list_news(handle, News::Everything));
    }

    /// Tells a worker that their action did not work.
    pub(super) fn tell_problem(&mut self, user: UserHandle, code: &str, remark: impl Into<Remark>) {
        self.frame_to_all(user, &ServerFrame::Problem { code: code.into(), remark: remark.into() });
    }

    /// Tells one page that what it asked for did not work.
    pub(super) fn problem_to(&mut self, page: PageId, code: &str, remark: impl Into<Remark>) {
        self.frame_to(page, &ServerFrame::Problem { code: code.into(), remark: remark.into() });
    }

    pub(super) fn frame_to(&mut self, page: PageId, frame: &ServerFrame) {
        self.effects.push(Effect::Frame(page, serialise(frame)));
    }

    pub(super) fn frame_to_all(&mut self, user: UserHandle, frame: &ServerFrame) {
        let Some(found) = self.roster.user(user) else { return };
        if !found.pages.is_empty() {
            let frame = serialise(frame);
            self.effects.extend(found.pages.iter().map(|page| Effect::Frame(*page, frame.clone())));
        }
    }
}
