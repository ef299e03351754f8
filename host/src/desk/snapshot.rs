//! Everything a page shows, and the state part of it.

use super::{
    calls, chats,
    menu::{Menu, site_file},
    user_data,
};
use crate::{
    clock::Moment,
    policy::{UserDataForm, Window},
    web::message::{
        Channel, Outcome, PastPreview, Person, Preview, Redirect, ServerFrame, ShownState, Snapshot, Sounds, StateKind,
    },
    worker::{self, Line, LineId, Worker},
};
use std::sync::Arc;

/// What a page is drawn from.
pub(crate) struct View<'v> {
    /// Who sits at it; their language is the page's.
    pub(crate) person: Person,
    /// Their state.
    pub(crate) worker: &'v Worker,
    /// The states there are.
    pub(crate) menu: &'v Menu,
    /// Lines with the yellow triangle (requirements F44).
    pub(crate) marked: Vec<LineId>,
    /// What is shown of business data.
    pub(crate) form: &'v UserDataForm,
    /// The windows of the page: of previews, and of calls.
    pub(crate) windows: [Window; 2],
    /// A note can be passed on with a call.
    pub(crate) note: bool,
    /// Most bytes of a line in a chat.
    pub(crate) longest_line: u32,
    /// What is asked of calls and previews that are over.
    pub(crate) outcomes: Vec<Outcome>,
    /// Where accepted calls go.
    pub(crate) redirect: Option<Redirect>,
}

/// Everything, for a page that begins or has lost the thread.
pub(crate) fn snapshot(view: &View<'_>, previews: Vec<Preview>, audio: &Sounds, now: Moment) -> Snapshot {
    let shown = shown(view);
    Snapshot {
        log_in: log_in(view, &shown),
        log_out: log_out(view, &shown),
        person: view.person.clone(),
        menu: view.menu.entries(&view.person.language),
        idle_after: view.menu.idle_after,
        channels: channels(view),
        previews,
        calls: calls::all(view.worker, view.form, view.windows[1]),
        chats: chats::all(view.worker, view.form, view.windows[1]),
        longest_line: view.longest_line,
        form: user_data::form(view.form, &view.windows, &view.person.language),
        server_time: now.unix_ms(),
        audio: site_sounds(audio),
        note: view.note,
        outcomes: view.outcomes.clone(),
        redirect: view.redirect.clone(),
        missed: view.worker.missed_previews(),
        past: view.worker.past_previews(now).map(past).collect(),
        alive_seconds: 0,
        state: shown,
    }
}

fn past(past: &worker::PastPreview) -> PastPreview {
    let worker::PastPreview { id, at, deadline, caller, dn, end, seen } = past.clone();
    PastPreview { id, at: at.unix_ms(), deadline: deadline.unix_ms(), caller, dn, end, seen }
}

/// Where a page finds the site's sounds.
fn site_sounds(named: &Sounds) -> Sounds {
    let found = |name: &str| Arc::from(site_file(name));
    Sounds {
        preview: found(&named.preview),
        chat_preview: found(&named.chat_preview),
        call: found(&named.call),
        chat: found(&named.chat),
    }
}

/// The state part, for a page that has the rest.
pub(crate) fn state(view: &View<'_>) -> ServerFrame {
    let shown = shown(view);
    ServerFrame::State {
        log_in: log_in(view, &shown),
        log_out: log_out(view, &shown),
        menu: view.menu.entries(&view.person.language),
        channels: channels(view),
        missed: view.worker.missed_previews(),
        state: shown,
    }
}

fn shown(view: &View<'_>) -> ShownState {
    view.menu.whole(view.worker, &view.person.language)
}

fn log_in(view: &View<'_>, shown: &ShownState) -> bool {
    view.menu.offered && shown.kind == StateKind::LoggedOut
}

fn log_out(view: &View<'_>, shown: &ShownState) -> bool {
    view.menu.log_out && shown.kind != StateKind::LoggedOut
}

fn channels(view: &View<'_>) -> Vec<Channel> {
    let channel = |line: &Line| Channel {
        dn: line.place().dn.clone(),
        switch: line.place().switch.clone(),
        state: view.menu.line(line, &view.person.language),
        problem: line.problem(),
        marked: view.marked.contains(&line.id()),
        dial: line.can_dial(),
    };
    view.worker.lines().map(channel).collect()
}
