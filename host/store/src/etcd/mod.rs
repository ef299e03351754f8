//! The engine that several nodes share: etcd, version 3.4.31, 3.5.13 or newer (tests run on Debian's 3.4.23).
//!
//! Of etcd only transactions, reads and watches are used, and of its revisions that they grow. Its own leases are not: it
//! prolongs them when its leader changes. One member is asked at a time; whoever does not answer in time is left for the next
//! one, and what was asked is answered as out of reach unless it was a read, which is made again there. All of them are asked
//! now and then how they are, and before anything else which etcd they belong to.

mod at;
mod calls;
mod connecting;
mod failure;
mod identity;
mod members;
mod surveying;
mod watching;

pub use at::{EtcdAt, EtcdTls};

use crate::{Change, Error, Fence, History, Revision, Snapshot, Span, Survey, watch::Feed};
use calls::Reading;
use etcd_client::GetResponse;
use members::Members;
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// An etcd.
#[derive(Debug)]
pub(crate) struct Etcd {
    members: Arc<Members>,
    feed: Arc<Feed>,
    /// Follows what changes, once somebody wants to know; it ends with the last clone of the store.
    watching: OnceLock<JoinHandle<()>>,
    /// What looks at the members; it ends likewise.
    _surveying: JoinSet<()>,
}

impl Etcd {
    pub(crate) fn new(at: EtcdAt) -> Result<Self, Error> {
        at.check()?;
        let (members, feed) = (Arc::new(Members::new(at)), Arc::<Feed>::default());
        let mut surveying = JoinSet::new();
        surveying.spawn(surveying::follow(members.clone()));
        Ok(Self { members, feed, watching: OnceLock::new(), _surveying: surveying })
    }

    /// Reads page by page, each at the member that answers first, one after the other. It takes as long as pages come.
    pub(crate) async fn get(&self, span: &Span) -> Result<Snapshot, Error> {
        let mut reading = Reading::of(self.members.prefix(), span);
        loop {
            let begun = Instant::now();
            let page = match self.page(&reading).await {
                Err(Error::OutOfReach(_)) if reading.failed() => continue,
                page => page?,
            };
            reading.took(begun.elapsed());
            if !reading.take(self.members.prefix(), page) {
                return Ok(reading.whole());
            }
        }
    }

    async fn page(&self, reading: &Reading) -> Result<GetResponse, Error> {
        let mut last = Error::OutOfReach("no member was asked".into());
        for _ in 0..self.members.count() {
            match self.members.ask(async |client, _| calls::page(client, reading).await).await {
                Err(error @ Error::OutOfReach(_)) => last = error,
                answered => return answered,
            }
        }
        Err(last)
    }

    /// Asks one member once: whether it was made, where no answer comes, whoever asked finds out by reading.
    pub(crate) async fn compare_and_set(&self, changes: Vec<Change>, fence: Option<Fence>) -> Result<Revision, Error> {
        self.members.ask(async |client, prefix| calls::write(client, prefix, &changes, fence.as_ref()).await).await
    }

    /// For whoever watches: what changes is asked for from then on. Within a runtime.
    pub(crate) fn feed(&self) -> &Feed {
        let follow = || tokio::spawn(watching::follow(self.members.clone(), self.feed.clone()));
        self.watching.get_or_init(follow);
        &self.feed
    }

    pub(crate) fn history(&self) -> Option<History> {
        self.members.history()
    }

    pub(crate) fn goes_on_from(&self, before: History) {
        self.members.goes_on_from(before);
    }

    pub(crate) fn surveys(&self) -> watch::Receiver<Survey> {
        self.members.surveys()
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.watching.get().into_iter().for_each(JoinHandle::abort);
    }
}
