//! Everything that is kept of the hub's state, and what a node takes up of it when it begins to work.

use super::{
    Alive, HandOvers, Keeper, KeptRedirect, KeptRedirects, KeptReports, OpenReport, Standbys,
    alive::{NOTED_EVERY, away},
    shelf::{LARGEST, Shelf, Words},
};
use crate::{
    clock::{Clock, Moment, SameMoment},
    worker::{Kept, PastPreviews},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{select, time::sleep};
use tokio_util::sync::CancellationToken;
use uc_store::{Error, nodes::Partition};

const WORDS: Words = Words {
    fails: "what workers wish cannot be kept, and after a restart what the T-Server says counts alone: see state-dir in [web], \
        or [cluster]; it is tried again",
    lost: "what workers wish cannot be kept: the next start goes by what was kept before",
};

const PAST: Words = Words {
    fails: "workers' previews that are over cannot be kept, and pages that open later will not list them: see state-dir in \
        [web], or [cluster]; it is tried again",
    lost: "workers' previews that are over cannot be kept: pages list those that they have seen",
};

/// Room for the names of T-Servers beside what is kept of a worker, who may have to be kept whatever happens.
const NAMES: usize = 64 * 1024;
const _: () = assert!(Kept::MOST + NAMES <= LARGEST, "what is kept of a worker always finds room");

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
    /// Likewise.
    past: Option<Arc<Shelf<PastPreviews>>>,
    alive: Arc<Shelf<Alive>>,
    /// The hub's, by which it writes what it keeps.
    clock: Clock,
    keeper: Keeper,
    /// Names of the T-Servers, in the order of their link numbers: after a restart, or at another node, the numbers may
    /// be others.
    t_servers: Arc<[Arc<str>]>,
    /// What the life before has left was read: nothing is written over it before.
    taken_up: Arc<AtomicBool>,
}

/// What the primary before has left.
#[derive(Debug, Default)]
pub struct TakenUp {
    /// By user name.
    pub workers: BTreeMap<Arc<str>, Kept>,
    /// Previews that are over, by user name.
    pub past: BTreeMap<Arc<str>, PastPreviews>,
    /// By user name.
    pub redirects: BTreeMap<Arc<str>, KeptRedirect>,
    /// States of previews that it left open.
    pub left_open: Vec<OpenReport>,
    /// Who was signed in, as far as that is known: their pages are about to come here.
    pub signed_in: BTreeSet<Arc<str>>,
    /// For how long nobody worked, as far as that is known.
    pub away: Duration,
    /// The clock by which it was written.
    pub clock: SameMoment,
}

impl KeptState {
    /// What is kept by this keeper. `folder`: where earlier versions kept theirs. `outlives`: the store outlives the
    /// process; else nothing is noted of workers and previews. `t_servers`: their names, in the order of their link
    /// numbers. `clock`: the hub's.
    pub async fn open(
        keeper: Keeper,
        folder: Option<&Path>,
        outlives: bool,
        t_servers: Vec<Arc<str>>,
        clock: Clock,
    ) -> Self {
        let redirects = KeptRedirects::open(keeper.clone(), folder).await;
        let names = t_servers.clone().into();
        let reports = match outlives {
            true => Some(KeptReports::open(keeper.clone(), folder, t_servers).await),
            false => None,
        };
        let workers =
            outlives.then(|| Arc::new(Shelf::of_workers(keeper.clone(), "worker/", WORDS, |name| Some(name))));
        let past = outlives.then(|| Arc::new(Shelf::of_workers(keeper.clone(), "past/", PAST, |name| Some(name))));
        let alive = Arc::new(Shelf::new(keeper.clone(), "alive/", WORDS));
        Self { redirects, reports, workers, past, alive, clock, keeper, t_servers: names, taken_up: Arc::default() }
    }

    /// Reads what the life before has left, as far as it can be read.
    pub async fn take_up(&self, signed_in: BTreeSet<Arc<str>>) -> TakenUp {
        let alive = self.alive.read().await.remove(PRIMARY);
        let left_open = match &self.reports {
            Some(reports) => reports.take_up().await,
            None => Vec::new(),
        };
        let workers = match &self.workers {
            Some(workers) => workers.read().await,
            None => BTreeMap::new(),
        };
        let past = match &self.past {
            Some(past) => past.read().await,
            None => BTreeMap::new(),
        };
        let redirects = self.redirects.read().await;
        self.taken_up.store(true, Ordering::Relaxed);
        TakenUp {
            workers: self.at_links_here(workers),
            past,
            redirects,
            left_open,
            signed_in,
            away: away(alive),
            clock: self.clock_of(alive),
        }
    }

    /// Reads what the node before has left, whole.
    ///
    /// # Errors
    /// As [`Shelf::found`].
    pub async fn found(
        &self,
        signed_in: impl Future<Output = Result<BTreeSet<Arc<str>>, Error>>,
    ) -> Result<TakenUp, Error> {
        let left_open = async {
            match &self.reports {
                Some(reports) => reports.found().await,
                None => Ok(Vec::new()),
            }
        };
        let workers = async {
            match &self.workers {
                Some(workers) => workers.found().await,
                None => Ok(BTreeMap::new()),
            }
        };
        let past = async {
            match &self.past {
                Some(past) => past.found().await,
                None => Ok(BTreeMap::new()),
            }
        };
        // Beside each other: one after the other each page of each waits for all before it.
        let (left_open, workers, past, mut alive, redirects, signed_in) =
            tokio::try_join!(left_open, workers, past, self.alive.found(), self.redirects.found(), signed_in)?;
        let (alive, workers) = (alive.remove(PRIMARY), self.at_links_here(workers));
        Ok(TakenUp { workers, past, redirects, left_open, signed_in, away: away(alive), clock: self.clock_of(alive) })
    }

    /// Everything that the node before has left was read: this one may note that it works.
    pub fn note_taken_up(&self) {
        self.taken_up.store(true, Ordering::Relaxed);
    }

    /// Reads what was left of these partitions, whose owner this node has become; some of them were others' meanwhile.
    ///
    /// # Errors
    /// As [`Shelf::found_of`].
    pub async fn found_of(
        &self,
        partitions: &BTreeSet<Partition>,
        others: &BTreeSet<Partition>,
        signed_in: BTreeSet<Arc<str>>,
    ) -> Result<TakenUp, Error> {
        let left_open = match &self.reports {
            Some(reports) => reports.found_of(partitions, others).await?,
            None => Vec::new(),
        };
        let workers = match &self.workers {
            Some(workers) => self.at_links_here(workers.found_of(partitions, others).await?),
            None => BTreeMap::new(),
        };
        let past = match &self.past {
            Some(past) => past.found_of(partitions, others).await?,
            None => BTreeMap::new(),
        };
        let redirects = self.redirects.found_of(partitions, others).await?;
        let clock = SameMoment::default();
        Ok(TakenUp { workers, past, redirects, left_open, signed_in, away: Duration::MAX, clock })
    }

    /// The last note of a primary that it works; none: there is none, or it cannot be read.
    pub async fn alive(&self) -> Option<Alive> {
        self.alive.found().await.ok()?.remove(PRIMARY)
    }

    /// Which nodes stand by.
    pub fn standbys(&self) -> Standbys {
        Standbys::new(self.keeper.clone())
    }

    /// How often one node after another has let the next one work for want of a T-Server.
    pub fn hand_overs(&self) -> HandOvers {
        HandOvers::new(self.keeper.clone())
    }

    /// By the clock here.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    fn at_links_here(&self, workers: BTreeMap<Arc<str>, Kept>) -> BTreeMap<Arc<str>, Kept> {
        workers.into_iter().map(|(worker, kept)| (worker, kept.at_links_of(&self.t_servers))).collect()
    }

    fn clock_of(&self, alive: Option<Alive>) -> SameMoment {
        alive.map(|alive| alive.unseen(self.now())).unwrap_or_default()
    }

    /// What is to be known of a worker by whoever works next; none: nothing.
    pub fn keep_worker(&self, worker: &str, kept: Option<Kept>) {
        if let Some(workers) = &self.workers {
            workers.keep(worker, kept.map(|kept| kept.with_names(&self.t_servers)));
        }
    }

    /// The worker's previews that are over; none: nothing is to be known of any.
    pub fn keep_past(&self, worker: &str, kept: Option<PastPreviews>) {
        if let Some(past) = &self.past {
            past.keep(worker, kept);
        }
    }

    /// Writes down what has changed.
    ///
    /// # Errors
    /// The store cannot be reached or is full: the operator's to mend.
    pub async fn write(&self) -> Result<(), Error> {
        if let Some(reports) = &self.reports {
            reports.write().await?;
        }
        if let Some(workers) = &self.workers {
            workers.write().await?;
        }
        if let Some(past) = &self.past {
            past.write().await?;
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
        let past = async {
            if let Some(past) = self.past.clone() {
                past.run(stop.clone()).await;
            }
        };
        let alive = self.alive.clone().run(stop.clone());
        tokio::join!(reports, workers, past, alive, self.redirects.clone().run(stop.clone()), self.note_alive(&stop));
    }

    async fn note_alive(&self, stop: &CancellationToken) {
        loop {
            if self.taken_up.load(Ordering::Relaxed) && self.keeper.is_primary() {
                self.alive.keep(PRIMARY, Some(Alive::now(self.clock)));
            }
            select! {
                () = stop.cancelled() => return,
                () = sleep(NOTED_EVERY) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::alive::since_1970, *};
    use serde_json::Value;

    #[tokio::test]
    async fn how_long_nobody_worked_is_known_or_was_long() {
        let (now, hour) = (since_1970(), Duration::from_secs(3600));
        let alive = |noted: Duration| serde_json::from_value::<Alive>((noted.as_millis() as u64).into()).unwrap();
        let of = |noted: Option<Duration>| away(noted.map(alive));
        assert!(of(Some(now - hour)) >= hour && of(Some(now)) < NOTED_EVERY);
        assert_eq!((of(Some(now + hour)), of(None)), (Duration::MAX, Duration::MAX));
        let store = uc_store::Store::in_memory();
        let open = async || KeptState::open(store.clone().into(), None, true, Vec::new(), Clock::start()).await;
        let (before, stop) = (open().await, CancellationToken::new());
        before.alive.keep(PRIMARY, Some(alive(now - hour)));
        before.alive.write().await.unwrap();
        let after = open().await;
        let run = tokio::spawn(after.clone().run(stop.clone()));
        tokio::task::yield_now().await;
        assert!(
            after.take_up(BTreeSet::new()).await.away >= hour,
            "it is not noted that this one works before that was read"
        );
        stop.cancel();
        run.await.unwrap();
    }

    #[test]
    fn every_form_that_was_ever_kept_is_read() {
        let past: PastPreviews = serde_json::from_str(include_str!("forms/past-1.json")).unwrap();
        assert_eq!(serde_json::to_string(&past).unwrap(), include_str!("forms/past-1.json").trim_end());
        for form in [
            include_str!("forms/worker-1.json"),
            include_str!("forms/worker-2.json"),
            include_str!("forms/worker-3.json"),
        ] {
            let kept: Kept = serde_json::from_str(form).unwrap();
            assert_eq!(serde_json::to_value(kept).unwrap(), serde_json::from_str::<Value>(form).unwrap());
        }
    }
}
