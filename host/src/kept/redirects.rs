//! Which outside number each worker's calls go to, through a restart.

use super::file::WholeFile;
use crate::tasks;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;

/// Changes within this time are written down together.
const GATHER: Duration = Duration::from_millis(200);

/// Pauses before what could not be written is written again: the first, and the longest.
const WRITTEN_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// One worker's, where it differs from what the directory says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptRedirect {
    /// The number; empty: none.
    pub number: Arc<str>,
    /// Accepted calls go to it.
    pub on: bool,
    /// Only administrators change it.
    pub locked: bool,
    /// What the directory said then: once it says something else, that counts.
    pub directory: Arc<str>,
}

/// Everybody's.
#[derive(Debug)]
pub struct KeptRedirects {
    all: Mutex<BTreeMap<Arc<str>, KeptRedirect>>,
    changed: Notify,
    /// Something is not written down yet.
    unwritten: AtomicBool,
    /// None: nothing lives through a restart.
    file: Option<WholeFile>,
}

impl KeptRedirects {
    /// Reads what an earlier run left in this folder; none: nothing is kept.
    pub fn open(folder: Option<&Path>) -> Arc<Self> {
        let file = folder.map(|folder| WholeFile::new(folder, "redirects.json"));
        let all = file.as_ref().and_then(WholeFile::read).unwrap_or_default();
        Arc::new(Self { all: Mutex::new(all), changed: Notify::new(), unwritten: AtomicBool::new(false), file })
    }

    /// Everybody's.
    pub fn all(&self) -> BTreeMap<Arc<str>, KeptRedirect> {
        self.lock().clone()
    }

    /// This is this worker's from now on; none: what the directory says.
    pub fn keep(&self, worker: Arc<str>, redirect: Option<KeptRedirect>) {
        let mut all = self.lock();
        match redirect {
            Some(redirect) => drop(all.insert(worker, redirect)),
            None => drop(all.remove(&worker)),
        }
        drop(all);
        self.unwritten.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Writes down every change until `stop`, and then the last one. What could not be written is tried again.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        if self.file.is_none() {
            return stop.cancelled().await;
        }
        while stop.run_until_cancelled(self.changed.notified()).await.is_some() {
            let mut pause = WRITTEN_AGAIN.0;
            while let Err(error) = self.write().await {
                if pause == WRITTEN_AGAIN.0 {
                    tracing::warn!(%error, "redirect numbers cannot be kept, and a restart goes by what was kept before: see \
                        state-dir in [web]; it is tried again");
                }
                if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                    break;
                }
                pause = (pause * 2).min(WRITTEN_AGAIN.1);
            }
            stop.run_until_cancelled(sleep(GATHER)).await;
        }
        if self.unwritten.load(Ordering::Relaxed)
            && let Err(error) = self.write().await
        {
            tracing::warn!(%error, "redirect numbers cannot be kept: the next start goes by what was kept before");
        }
    }

    async fn write(self: &Arc<Self>) -> io::Result<()> {
        let this = self.clone();
        let write = move || this.file.as_ref().map_or(Ok(()), |file| file.write(&this.all()));
        self.unwritten.store(false, Ordering::Relaxed);
        let written = tasks::aside("kept redirects", write).await.map_err(io::Error::other).flatten();
        self.unwritten.fetch_or(written.is_err(), Ordering::Relaxed);
        written
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, KeptRedirect>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_chosen_lives_through_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let kept = |number: &str| KeptRedirect { number: number.into(), on: true, locked: false, directory: "".into() };
        let first = KeptRedirects::open(Some(folder.path()));
        let (stop, running) = (CancellationToken::new(), first.clone());
        let run = tokio::spawn(running.run(stop.clone()));
        first.keep("kim".into(), Some(kept("+491")));
        first.keep("lee".into(), Some(kept("+492")));
        first.keep("kim".into(), None);
        stop.cancel();
        run.await.unwrap();
        drop(first);
        let second = KeptRedirects::open(Some(folder.path()));
        assert_eq!(second.all(), BTreeMap::from([("lee".into(), kept("+492"))]));
        assert!(KeptRedirects::open(None).all().is_empty());
    }
}
