//! The open pages: whose they are, in which language, and where their frames go.

use crate::web::{
    arrival::{Frame, Frames, PageId},
    message::ServerFrame,
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
    frames: Frames,
}

/// All open pages.
#[derive(Debug, Default)]
pub(super) struct Pages(HashMap<PageId, Page>);

impl Pages {
    /// A page opened.
    pub(super) fn open(&mut self, page: PageId, user: UserHandle, language: Arc<str>, frames: Frames) {
        self.0.insert(page, Page { user, language, frames });
    }

    /// A page is gone; dropping its sender closes it if it is still open.
    pub(super) fn close(&mut self, page: PageId) -> Option<UserHandle> {
        self.0.remove(&page).map(|page| page.user)
    }

    /// Who sits at a page, and in which language.
    pub(super) fn who(&self, page: PageId) -> Option<(UserHandle, &Arc<str>)> {
        self.0.get(&page).map(|page| (page.user, &page.language))
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

/// A frame as it goes out.
pub(super) fn serialise(frame: &ServerFrame) -> Frame {
    serde_json::to_string(frame).expect("frames hold only strings, numbers and lists").into()
}
