//! The engine in a file of the state directory: SQLite.
//!
//! # Why SQLite
//!
//! | | SQLite 3.54 (rusqlite 0.43, bundled) | redb 4.6 |
//! |---|---|---|
//! | one durable change | 58 µs | 77 µs |
//! | a damaged file | an error with a code; fuzzed for two decades | panics were closed as late as August 2026 (cberner/redb#1333, #1334), some of them aborts that no caller can catch |
//! | a full disk | `SQLITE_FULL`: the change is undone, the file stays usable | the handle is lost after any I/O error |
//! | kept | file format fixed and promised until 2050 (sqlite.org/lts.html) | one author; format 3 since 2025 |
//! | looked into by an operator | `sqlite3 store.sqlite 'select key, value from entries'` | by a program |
//! | price | C, which `ring` needs a compiler for already | none |
//!
//! SQLite has no checksums of its own over what it stores, so every row has one, and the whole has one over all of
//! them: a flipped bit in `store.sqlite` is found when it is opened (`file.rs`). One in `store.sqlite-wal` is not: after
//! `kill -9` the latest changes are there alone, and SQLite takes its first damaged part for the end. What is found then
//! is what stood there a moment earlier, whole and in order; what came after it is gone, and nothing can tell. Whoever
//! ends in order leaves no such file.
//!
//! # How
//!
//! One thread owns the file ([`writer`]). It takes whatever waits as one batch and commits it once; everybody is
//! answered when the commit is on the disk (`synchronous = FULL`). What the file holds is in memory too, so reads do
//! not touch the disk, and a file that was taken away or damaged under a running process is written anew from there.

mod file;
mod folder;
mod writer;

use crate::{Change, Error, Fence, Revision, Snapshot, Span, watch::Feed};
use std::{future::pending, path::Path, sync::Arc, thread};
use tokio::sync::{mpsc, oneshot, watch};
pub use writer::usable;
use writer::{Request, Writer};

/// Calls that may wait for the thread; further callers wait for room.
const WAITING: usize = 1024;

#[derive(Debug)]
pub(crate) struct Embedded {
    requests: mpsc::Sender<Request>,
    feed: Arc<Feed>,
    /// True when the thread has ended as it was told to; closed before: it is lost.
    ended: watch::Receiver<bool>,
}

impl Embedded {
    pub(crate) fn new(folder: &Path) -> Self {
        let (requests, waiting) = mpsc::channel(WAITING);
        let feed = Arc::<Feed>::default();
        let writer = Writer::new(folder, feed.clone());
        let ended = begin(move || writer.run(waiting));
        Self { requests, feed, ended }
    }

    pub(crate) async fn lost(&self) {
        if self.ended.clone().wait_for(|ended| *ended).await.is_ok() {
            pending::<()>().await;
        }
    }

    pub(crate) async fn get(&self, span: Span) -> Result<Snapshot, Error> {
        self.ask(|answer| Request::Get(span, answer)).await
    }

    pub(crate) async fn compare_and_set(&self, changes: Vec<Change>, fence: Option<Fence>) -> Result<Revision, Error> {
        self.ask(|answer| Request::Set(changes, fence, answer)).await
    }

    pub(crate) async fn close(&self) {
        let _ = self.ask(Request::Close).await;
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Request) -> Result<T, Error> {
        let ended = || Error::OutOfReach("it has ended".into());
        let (answer, answered) = oneshot::channel();
        self.requests.send(request(answer)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }
}

/// Begins the thread. Without one its end of the queue is gone, and every call is told.
fn begin(run: impl FnOnce() + Send + 'static) -> watch::Receiver<bool> {
    let (end, ended) = watch::channel(false);
    let thread = thread::Builder::new().name("store".to_owned()).spawn(move || {
        run();
        end.send_replace(true);
    });
    if let Err(error) = thread {
        tracing::error!(%error, "the store has no thread, and nothing is kept");
    }
    ended
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_thread_that_panics_is_lost_and_one_that_is_closed_is_not() {
        let of = |ended| Embedded { requests: mpsc::channel(1).0, feed: Arc::default(), ended };
        let panics = of(begin(|| panic!("rehearsed")));
        timeout(Duration::from_secs(10), panics.lost()).await.expect("lost");
        let (ended, mut closed) = (begin(|| ()), begin(|| ()));
        closed.wait_for(|ended| *ended).await.expect("ended as it was told to");
        assert!(timeout(Duration::from_millis(1), of(ended).lost()).await.is_err());
    }
}
