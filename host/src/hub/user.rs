//! One user as the hub holds them: their directory entry, the worker, their open pages.

use super::call_news::CallNews;
use crate::{
    agent_link::Permit,
    clock::Moment,
    directory::{self, Directory},
    web::arrival::PageId,
    worker::{Place, Profile, Settings, Worker},
};
use std::{collections::VecDeque, sync::Arc};
use uc_plugin_api::{UserHandle, WatchedUser};

/// One user.
#[derive(Debug)]
pub(super) struct User {
    /// Their entry in the directory.
    pub(super) entry: Arc<directory::Worker>,
    /// Their state.
    pub(super) worker: Worker,
    /// Their open pages.
    pub(super) pages: Vec<PageId>,
    /// When the last page closed.
    pub(super) pages_closed: Option<Moment>,
    /// When one of their pages was last known to be touched; none: longer ago than anybody knows.
    pub(super) active_at: Option<Moment>,
    /// When the worker steps again by itself, if a timer is set.
    pub(super) wakes_at: Option<Moment>,
    /// What their pages are to be sent when the turn ends.
    pub(super) news: News,
    /// What is kept of them is to be written down.
    pub(super) listed_for_keeping: bool,
    /// What their pages are to be told of calls then.
    pub(super) call_news: CallNews,
    /// What they last answered to previews, oldest first.
    pub(super) answered: VecDeque<(u64, bool)>,
    /// Holds while requests may be made for them.
    pub(super) permit: Permit,
    /// They have left the directory; their lines are being given up.
    pub(super) retired: bool,
}

/// A free seat: a line that nobody has. It is registered and retried like any other, and nobody logs in.
#[derive(Debug)]
pub(super) struct Seat {
    /// Nobody, with one line.
    pub(super) worker: Worker,
    /// When it steps again by itself, if a timer is set.
    pub(super) wakes_at: Option<Moment>,
}

/// What the pages of a user are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// Nothing.
    None,
    /// Calls, each for itself.
    Calls,
    /// The state part.
    State,
    /// A snapshot.
    Everything,
}

/// Answers that are remembered of each: no more previews are open at once.
const ANSWERS: usize = 16;

impl User {
    /// They have answered a preview.
    pub(super) fn note_answer(&mut self, preview: u64, accept: bool) {
        if self.answered.len() == ANSWERS {
            self.answered.pop_front();
        }
        self.answered.push_back((preview, accept));
    }

    /// A worker of whom nobody has reported anything, their lines still to be added.
    pub(super) fn new(
        handle: UserHandle,
        entry: &Arc<directory::Worker>,
        directory: &Directory,
        settings: &Settings,
    ) -> Self {
        Self {
            entry: entry.clone(),
            worker: Worker::new(handle, profile(entry, directory), settings),
            pages: Vec::new(),
            pages_closed: None,
            active_at: None,
            wakes_at: None,
            news: News::None,
            listed_for_keeping: false,
            call_news: CallNews::default(),
            answered: VecDeque::new(),
            permit: Permit::default(),
            retired: false,
        }
    }

    /// As plug-ins watch them.
    pub(super) fn watched(&self, handle: UserHandle) -> WatchedUser {
        WatchedUser {
            handle,
            id: (&*self.entry.id).into(),
            address: self.entry.address.as_deref().unwrap_or_default().into(),
            language: (&*self.entry.language).into(),
        }
    }
}

/// A directory's entry as the worker goes by it.
pub(super) fn profile(entry: &directory::Worker, directory: &Directory) -> Profile {
    let none = || {
        let disputed = directory.disputed(&entry.id).cloned();
        disputed.unwrap_or_else(|| "the directory has no sip-address for this worker".into())
    };
    Profile {
        id: entry.id.clone(),
        agent_id: entry.agent_id.clone(),
        password: entry.agent_password.clone(),
        address: entry.address.clone().ok_or_else(none),
    }
}

/// A directory's line as a worker goes by it.
pub(super) fn place(line: &directory::Line) -> Place {
    Place { link: line.link, dn: line.dn.clone(), switch: line.switch.clone() }
}
