//! The engine that several nodes share: etcd, version 3.4.31, 3.5.13 or newer (tests run on Debian's 3.4.23).
//!
//! Of etcd only transactions, reads and watches are used, and of its revisions that they grow. Its own leases are not: it
//! prolongs them when its leader changes. One member is asked at a time; whoever does not answer in time is left for the next
//! one, and what was asked is answered as out of reach unless it was a read, which is made again there.

mod at;
mod calls;
mod failure;
mod members;
mod watching;

pub use at::{EtcdAt, EtcdTls};

use crate::{Change, Error, Fence, Revision, Snapshot, Span, watch::Feed};
use calls::Reading;
use etcd_client::GetResponse;
use members::Members;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// An etcd.
#[derive(Debug)]
pub(crate) struct Etcd {
    members: Arc<Members>,
    feed: Arc<Feed>,
    /// Follows what changes; it ends with the last clone of the store.
    watching: JoinHandle<()>,
}

impl Etcd {
    pub(crate) fn new(at: EtcdAt) -> Result<Self, Error> {
        at.check()?;
        let (members, feed) = (Arc::new(Members::new(at)), Arc::<Feed>::default());
        let watching = tokio::spawn(watching::follow(members.clone(), feed.clone()));
        Ok(Self { members, feed, watching })
    }

    /// Reads page by page, each at the member that answers first, one after the other.
    pub(crate) async fn get(&self, span: &Span) -> Result<Snapshot, Error> {
        let mut reading = Reading::of(self.members.prefix(), span);
        while reading.take(self.members.prefix(), self.page(&reading).await?) {}
        Ok(reading.whole())
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

    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        self.watching.abort();
    }
}
