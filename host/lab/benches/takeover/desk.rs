//! A worker's desk: what they are to do at their page, and what it shows.

use super::{
    page::Sitting,
    way::Works,
    words::{Said, user},
};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use uc_lab::lab::Browser;

/// What a worker does.
pub(super) enum Deed {
    /// Answers what is shown, and whatever will be; or nothing from now on.
    Answer(bool),
    /// Writes this, by this number, in the chat.
    Write(String, String),
    /// Chooses another state.
    Choose,
    /// Says what the page shows.
    Tell(oneshot::Sender<Shown>),
}

/// What a page shows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// ConnIDs of the previews.
    pub(super) previews: Vec<String>,
    /// The chat's lines.
    pub(super) lines: Vec<String>,
    /// Lines that the host has not taken, or not brought to the T-Server.
    pub(super) unsent: usize,
}

/// A page; it ends when this is dropped.
#[derive(Clone)]
pub(super) struct Desk(mpsc::UnboundedSender<Deed>);

impl Desk {
    pub(super) async fn open(
        worker: usize,
        said: Arc<Said>,
        browser: Browser,
        works: watch::Receiver<Option<Works>>,
    ) -> Self {
        let (deeds, asked) = mpsc::unbounded_channel();
        tokio::spawn(Sitting::new(worker, said, browser, works).run(asked));
        let desk = Self(deeds);
        assert!(desk.shows().await.is_some(), "the page of {} ends", user(worker));
        desk
    }

    pub(super) fn does(&self, deed: Deed) {
        // A page never ends before its desk.
        let _ = self.0.send(deed);
    }

    /// What the page shows, once it is open; none: it has ended.
    pub(super) async fn shows(&self) -> Option<Shown> {
        let (tell, told) = oneshot::channel();
        self.does(Deed::Tell(tell));
        told.await.ok()
    }
}
