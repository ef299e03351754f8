//! What the web edge tells its owner, and how the owner writes to a page.

use super::message::ClientFrame;
use std::sync::Arc;
use tokio::sync::mpsc;

/// One open page (a WebSocket), unique while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageId(pub u64);

/// A frame as it goes out: serialised once, shared by all pages that get it.
pub type Frame = Arc<str>;

/// The owner's end of a page. Bounded: a page that does not read is closed and rebuilds itself by a snapshot.
pub type Frames = mpsc::Sender<Frame>;

/// Where a page is open: what it shows of business data depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PageKind {
    /// In a browser.
    #[default]
    Browser,
    /// In the extension window of a UC client.
    Extension,
}

/// What happened at a page.
#[derive(Debug)]
pub enum PageArrival {
    /// A signed-in worker opened a page; the owner answers with a snapshot.
    Opened {
        /// Which page.
        page: PageId,
        /// The worker: key of the directory.
        worker: Arc<str>,
        /// Language of the page, from the worker's choice or the browser; empty: the worker's own.
        language: Arc<str>,
        /// Where it is open, as it says itself.
        kind: PageKind,
        /// Where to write frames. Dropping it closes the page.
        frames: Frames,
    },
    /// A frame came in.
    Frame(PageId, ClientFrame),
    /// The page is gone.
    Closed(PageId),
    /// What a worker chose on this page, and what counts since, cannot be written down: a restart may forget it.
    NotKept(PageId),
}
