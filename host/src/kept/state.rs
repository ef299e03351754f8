//! Everything that is kept of the hub's state, and what a node takes up of it when it begins to work.

use super::{
    Keeper, KeptRedirect, KeptRedirects, KeptReports, OpenReport,
    shelf::{Shelf, Words},
};
use crate::worker::Kept;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{select, time::sleep};
use tokio_util::sync::CancellationToken;
use uc_store::Error;

const WORDS: Words = Words {
    fails: "what workers wish cannot be kept, and after a restart what the T-Server says counts alone: see state-dir in [web], \
        or [cluster]; it is tried again",
    lost: "what workers wish cannot be kept: the next start goes by what was kept before",
};

/// How often it is noted that this node works.
const ALIVE: Duration = Duration::from_secs(5);

/// Name of that note.
const PRIMARY: &str = "primary";

/// What is kept of the hub's state.
#[derive(Clone, Debug)]
pub struct KeptState {
    /// Where accepted calls go.
    pub redirects: Arc<KeptRedirects>,
    /// What of reported previews is open; none: nothing is reported.
    pub reports: Option<Arc<KeptReports>>,
    /// None: nothing outlives the process.
    workers: Option<Arc<Shelf<Kept>>>,
    alive: Arc<Shelf<u64>>,
    keeper: Keeper,
    /// What the life before has left was read: nothing is written over it before.
    taken_up: Arc<AtomicBool>,
}

/// What the primary before has left.
#[derive(Debug, Default)]
pub struct TakenUp {
    /// By user name.
    pub workers: BTreeMap<Arc<str>, Kept>,
    /// By user name.
    pub redirects: BTreeMap<Arc<str>, KeptRedirect>,
    /// States of previews that it left open.
    pub left_open: Vec<OpenReport>,
    /// For how long nobody worked, as far as that is known.
    pub away: Duration,
}

impl KeptState {
    /// What is kept by this keeper. `folder`: where earlier versions kept theirs. `outlives`: the store outlives the process;
    /// else nothing is noted of workers and previews. `t_servers`: their names, in the order of their link numbers.
    pub async fn open(keeper: Keeper, folder: Option<&Path>, outlives: bool, t_servers: Vec<Arc<str>>) -> Self {
        let redirects = KeptRedirects::open(keeper.clone(), folder).await;
        let reports = match outlives {
            true => Some(KeptReports::open(keeper.clone(), folder, t_servers).await),
            false => None,
        };
        let workers = outlives.then(|| Arc::new(Shelf::new(keeper.clone(), "worker/", WORDS)));
        let alive = Arc::new(Shelf::new(keeper.clone(), "alive/", WORDS));
        Self { redirects, reports, workers, alive, keeper, taken_up: Arc::default() }
    }

    /// Reads what the life before has left, as far as it can be read.
    pub async fn take_up(&self) -> TakenUp {
        let alive = self.alive.read().await;
        let left_open = match &self.reports {
            Some(reports) => reports.take_up().await,
            None => Vec::new(),
        };
        let workers = match &self.workers {
            Some(workers) => workers.read().await,
            None => BTreeMap::new(),
        };
        let redirects = self.redirects.read().await;
        self.taken_up.store(true, Ordering::Relaxed);
        TakenUp { workers, redirects, left_open, away: away(&alive) }
    }

    /// Reads what the node before has left, whole.
    ///
    /// # Errors
    /// As [`Shelf::found`].
    pub async fn found(&self) -> Result<TakenUp, Error> {
        let left_open = match &self.reports {
            Some(reports) => reports.found().await?,
            None => Vec::new(),
        };
        let workers = match &self.workers {
            Some(workers) => workers.found().await?,
            None => BTreeMap::new(),
        };
        let (alive, redirects) = (self.alive.found().await?, self.redirects.found().await?);
        self.taken_up.store(true, Ordering::Relaxed);
        Ok(TakenUp { workers, redirects, left_open, away: away(&alive) })
    }

    /// The last note of a primary that it works; none: there is none, or it cannot be read.
    pub async fn alive(&self) -> Option<u64> {
        self.alive.found().await.ok()?.remove(PRIMARY)
    }

    /// What is to be known of a worker by whoever works next; none: nothing.
    pub fn keep_worker(&self, worker: &str, kept: Option<Kept>) {
        if let Some(workers) = &self.workers {
            workers.keep(worker, kept);
        }
    }

    /// Writes down what has changed.
    ///
    /// # Errors
    /// The store cannot be reached or is full: the operator's to mend.
    pub async fn write(&self) -> Result<(), Error> {
        if let Some(workers) = &self.workers {
            workers.write().await?;
        }
        self.redirects.write().await
    }

    /// Writes whatever changes until `stop`, and then the last of it.
    pub async fn run(self, stop: CancellationToken) {
        let reports = async {
            if let Some(reports) = self.reports.clone() {
                reports.run(stop.clone()).await;
            }
        };
        let workers = async {
            if let Some(workers) = self.workers.clone() {
                workers.run(stop.clone()).await;
            }
        };
        let alive = self.alive.clone().run(stop.clone());
        tokio::join!(reports, workers, alive, self.redirects.clone().run(stop.clone()), self.note_alive(&stop));
    }

    async fn note_alive(&self, stop: &CancellationToken) {
        loop {
            if self.taken_up.load(Ordering::Relaxed) && self.keeper.is_primary() {
                self.alive.keep(PRIMARY, Some(u64::try_from(since_1970().as_millis()).unwrap_or(u64::MAX)));
            }
            select! {
                () = stop.cancelled() => return,
                () = sleep(ALIVE) => {}
            }
        }
    }
}

/// By the clocks of both lives. Where they contradict each other, or nothing was noted, it may have been long.
fn away(alive: &BTreeMap<Arc<str>, u64>) -> Duration {
    let Some(alive) = alive.get(PRIMARY).copied().map(Duration::from_millis) else { return Duration::MAX };
    let now = since_1970();
    match now.checked_sub(alive) {
        Some(away) => away,
        None if alive - now < ALIVE => Duration::ZERO,
        None => Duration::MAX,
    }
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[tokio::test]
    async fn how_long_nobody_worked_is_known_or_was_long() {
        let (now, hour) = (since_1970(), Duration::from_secs(3600));
        let of = |noted: Option<Duration>| {
            let noted = noted.map(|noted| (Arc::from(PRIMARY), noted.as_millis() as u64));
            away(&noted.into_iter().collect())
        };
        assert!(of(Some(now - hour)) >= hour && of(Some(now)) < ALIVE);
        assert_eq!((of(Some(now + hour)), of(None)), (Duration::MAX, Duration::MAX));
        let store = uc_store::Store::in_memory();
        let open = async || KeptState::open(store.clone().into(), None, true, Vec::new()).await;
        let (before, stop) = (open().await, CancellationToken::new());
        before.alive.keep(PRIMARY, Some((now - hour).as_millis() as u64));
        before.alive.write().await.unwrap();
        let after = open().await;
        let run = tokio::spawn(after.clone().run(stop.clone()));
        tokio::task::yield_now().await;
        assert!(after.take_up().await.away >= hour, "it is not noted that this one works before that was read");
        stop.cancel();
        run.await.unwrap();
    }

    #[test]
    fn every_form_that_was_ever_kept_is_read() {
        let form = include_str!("forms/worker-1.json");
        let kept: Kept = serde_json::from_str(form).unwrap();
        assert_eq!(serde_json::to_value(kept).unwrap(), serde_json::from_str::<Value>(form).unwrap());
        assert_eq!(serde_json::from_str::<u64>(include_str!("forms/alive-1.json")).unwrap(), 1_764_411_234_567);
    }
}
