//! The open pages: whose they are, in which language, and where their frames go.

use super::effect::Effect;
use crate::{
    policy::Window,
    web::{
        arrival::{Frame, Frames, PageId, PageKind},
        message::ServerFrame,
    },
};
use std::{collections::HashMap, sync::Arc};
use uc_plugin_api::UserHandle;

/// One open page.
#[derive(Debug)]
pub(super) struct Page {
    /// Its worker.
    pub user: UserHandle,
    /// Its language.
    pub language: Arc<str>,
    /// Where it is open.
    kind: PageKind,
    /// Nobody has touched it for the announced time.
    idle: bool,
    frames: Frames,
}

/// All open pages.
#[derive(Debug, Default)]
pub(super) struct Pages(HashMap<PageId, Page>);

impl Pages {
    /// A page opened.
    pub(super) fn open(&mut self, page: PageId, user: UserHandle, language: Arc<str>, kind: PageKind, frames: Frames) {
        self.0.insert(page, Page { user, language, kind, idle: false, frames });
    }

    /// A page is gone; dropping its sender closes it if it is still open.
    pub(super) fn close(&mut self, page: PageId) -> Option<UserHandle> {
        self.0.remove(&page).map(|page| page.user)
    }

    /// Who sits at a page, and in which language.
    pub(super) fn who(&self, page: PageId) -> Option<(UserHandle, &Arc<str>)> {
        self.0.get(&page).map(|page| (page.user, &page.language))
    }

    /// Where a page is open; what is said of one that is gone does not matter.
    pub(super) fn kind(&self, page: PageId) -> PageKind {
        self.0.get(&page).map(|page| page.kind).unwrap_or_default()
    }

    /// A page says whether somebody touches it.
    pub(super) fn says_idle(&mut self, page: PageId, idle: bool) {
        self.0.get_mut(&page).into_iter().for_each(|page| page.idle = idle);
    }

    /// Whether somebody touches a page, as far as it can tell: an extension page cannot.
    pub(super) fn is_idle(&self, page: PageId) -> Option<bool> {
        self.0.get(&page).filter(|page| page.kind == PageKind::Browser).map(|page| page.idle)
    }

    /// Where a page's frames go.
    pub(super) fn get(&self, page: PageId) -> Option<&Frames> {
        self.0.get(&page).map(|page| &page.frames)
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The windows of such a page: of previews, and of calls.
pub(super) fn windows(kind: PageKind) -> [Window; 2] {
    match kind {
        PageKind::Browser => [Window::Preview, Window::Interaction],
        PageKind::Extension => [Window::Extension; 2],
    }
}

/// A frame as it goes out.
pub(super) fn serialise(frame: &ServerFrame) -> Frame {
    serde_json::to_string(frame).expect("frames hold only strings, numbers and lists").into()
}

/// A frame to each of these pages; written once for each kind of them.
pub(super) fn by_kind(pages: &Pages, open: &[PageId], frame: impl Fn(PageKind) -> Option<ServerFrame>) -> Vec<Effect> {
    let mut written: Vec<(PageKind, Option<Frame>)> = Vec::new();
    let mut effects = Vec::with_capacity(open.len());
    for page in open {
        let kind = pages.kind(*page);
        let known = written.iter().find(|(known, _)| *known == kind).map(|(_, frame)| frame.clone());
        let text = known.unwrap_or_else(|| {
            let text = frame(kind).as_ref().map(serialise);
            written.push((kind, text.clone()));
            text
        });
        effects.extend(text.map(|text| Effect::Frame(*page, text)));
    }
    effects
}
