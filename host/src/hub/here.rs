//! Of many nodes, which workers are driven here: those of the partitions that this node owns. All others are
//! elsewhere, and the hub knows nothing of them but their entry in the directory.
//!
//! A partition is lost without a word to anybody outside: another node may work for its workers by now. Whoever waits
//! here for one of them is told that there is no client; what waits in a queue to a T-Server ends where it would be
//! written ([`Permit`]). A partition that is gained begins like a node that becomes primary.

use super::{Hub, effect::Effect};
use crate::{
    agent_link::Permit,
    clock::{Moment, SameMoment},
    directory::{Directory, Worker, WorkerId},
    kept::TakenUp,
    worker::{Input, LineId, Place},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;
use uc_plugin_api::UserHandle;
use uc_store::nodes::{Partition, Partitions};

/// Which workers are driven here.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// None: everybody is.
    partitions: Option<Partitions>,
    owned: BTreeMap<Partition, Permit>,
}

/// A partition that this node owns from now on.
#[derive(Debug)]
pub struct Gained {
    /// Which one.
    pub partition: Partition,
    /// Holds while requests may be made for its workers.
    pub permit: Permit,
    /// For how long nobody worked for them, as far as that is known.
    pub away: Duration,
    /// The clock of the node before, by which what it kept was written.
    pub clock: SameMoment,
}

impl Here {
    /// Of one of many nodes, which owns nothing yet; none: everybody is driven here.
    pub(super) fn of(partitions: Option<Partitions>) -> Self {
        Self { partitions, owned: BTreeMap::new() }
    }

    /// Whether this worker is driven here.
    pub(super) fn has(&self, worker: &str) -> bool {
        self.partitions.is_none_or(|partitions| self.owned.contains_key(&partitions.of(worker)))
    }

    /// Holds while requests may be made for this worker.
    pub(super) fn permit(&self, worker: &str) -> Permit {
        let Some(partitions) = self.partitions else { return Permit::default() };
        self.owned.get(&partitions.of(worker)).cloned().unwrap_or_else(|| Permit::while_so(|| false))
    }

    /// Those of these workers that are in one of these partitions.
    fn among<'w>(&self, workers: &'w [Arc<Worker>], partitions: &BTreeSet<Partition>) -> Vec<&'w Arc<Worker>> {
        let Some(all) = self.partitions else { return Vec::new() };
        workers.iter().filter(|worker| partitions.contains(&all.of(&worker.id))).collect()
    }
}

impl Hub {
    /// This node owns these partitions from now on: their workers begin where the node before has left off.
    pub(super) fn gain(&mut self, gained: Vec<Gained>, left: TakenUp, now: Moment) {
        let TakenUp { mut workers, mut past, redirects, left_open, signed_in, .. } = left;
        self.keeping.begin();
        let partitions: BTreeSet<_> = gained.iter().map(|gained| gained.partition).collect();
        let before: BTreeMap<_, _> =
            gained.iter().map(|gained| (gained.partition, (gained.away, gained.clock))).collect();
        self.here.owned.extend(gained.into_iter().map(|gained| (gained.partition, gained.permit)));
        self.redirects.take_up_more(redirects);
        self.take_up_reports(&left_open);
        let directory = self.directory.clone();
        let (mut handles, mut taken_up, mut come) = (Vec::new(), 0, Vec::new());
        for entry in self.here.among(directory.workers(), &partitions) {
            let kept = workers.remove(&entry.id);
            if self.by_worker.contains_key(&entry.id) {
                continue;
            }
            let (away, clock) = self.before(&entry.id, &before);
            let long = away > self.settings.worker.presence_grace;
            let kept = kept.map(|kept| kept.written_by(clock, &self.settings.worker, now));
            taken_up += usize::from(kept.is_some());
            come.extend(signed_in.contains(&entry.id).then(|| entry.id.clone()));
            let handle = self.add_with(entry, kept.map(|kept| (kept, long)), now);
            if let (Some(past), Some(worker)) = (past.remove(&entry.id), self.roster.worker_mut(handle)) {
                worker.take_up_past(past, clock, now);
            }
            handles.push(handle);
        }
        if !workers.is_empty() {
            // Another node may have a newer directory than this one has read.
            tracing::info!(workers = workers.len(), "kept of workers who are not in the directory here: it is left");
        }
        tracing::info!(
            partitions = partitions.len(),
            workers = handles.len(),
            taken_up,
            "partitions are owned here now"
        );
        self.watch(handles.into_iter());
        self.take_seats(now);
        // Their pages were at the node before.
        come.iter().for_each(|worker| self.page_may_come(worker, now));
        self.tell_owned();
    }

    fn before(&self, worker: &str, before: &BTreeMap<Partition, (Duration, SameMoment)>) -> (Duration, SameMoment) {
        let partition = self.here.partitions.map(|partitions| partitions.of(worker));
        let before = partition.and_then(|partition| before.get(&partition).copied());
        before.unwrap_or((Duration::MAX, SameMoment::default()))
    }

    /// Another node is to own these partitions, or may own them already; without `told` the latter. What is to be
    /// kept of their workers is said first, if this node still may.
    pub(super) fn lose(&mut self, lost: &BTreeSet<Partition>, told: Option<oneshot::Sender<()>>, now: Moment) {
        if told.is_some() {
            self.keep_all();
        }
        let directory = self.directory.clone();
        let lost_workers = self.here.among(directory.workers(), lost);
        let workers: HashSet<_> = lost_workers.into_iter().map(|entry| entry.id.clone()).collect();
        self.here.owned.retain(|partition, _| !lost.contains(partition));
        self.let_reports_go(&workers);
        let handles: Vec<_> = workers.iter().filter_map(|id| self.by_worker.get(id).copied()).collect();
        handles.iter().for_each(|handle| self.let_go(*handle, now));
        self.redirects.let_go(&workers);
        self.let_outcomes_go(&handles);
        self.unwatch(&handles);
        tracing::info!(partitions = lost.len(), workers = handles.len(), "partitions are not owned here any more");
        self.effects.extend(told.map(Effect::AllKept));
        self.tell_owned();
    }

    /// A worker is another node's. Nothing is asked of a T-Server for them, not even that their DNs be unregistered:
    /// there are T-Servers that log agents out with that.
    fn let_go(&mut self, handle: UserHandle, now: Moment) {
        let Some(user) = self.user_mut(handle) else { return };
        user.retired = true;
        let (id, pages) = (user.entry.id.clone(), std::mem::take(&mut user.pages));
        let lines: Vec<_> = user.worker.all_lines().iter().map(|line| (line.id(), line.place().clone())).collect();
        self.by_worker.remove(&id);
        self.previews.left(&id, &mut self.steps);
        self.carry_out_steps();
        // Each page finds its way to the other node when it connects again.
        self.effects.extend(pages.into_iter().map(Effect::ClosePage));
        lines.into_iter().for_each(|(line, place)| self.let_line_go(handle, line, &place, now));
        self.roster.remove(handle);
    }

    fn let_line_go(&mut self, handle: UserHandle, line: LineId, place: &Place, now: Moment) {
        let at = (place.link, place.dn.clone());
        let sits = self.dns.at(place.link, &place.dn).is_some_and(|(_, have)| have == line);
        if sits && self.settings.free_seating && self.directory.is_free(&at) {
            self.seating.assign(&at, None);
            let line = self.roster.worker_mut(handle).and_then(|worker| worker.get_up_from(line));
            if let Some(line) = line {
                let seat = self.free_seat(line);
                self.step(seat, Input::Time, now);
            }
            return;
        }
        self.forget_line(line, place.link, &place.dn, now);
    }

    /// The partitions of workers who are being asked.
    pub(super) fn open_previews(&self) -> BTreeSet<Partition> {
        let Some(partitions) = self.here.partitions else { return BTreeSet::new() };
        self.previews.asked().map(|worker| partitions.of(worker)).collect()
    }

    fn tell_owned(&self) {
        metrics::gauge!("uc_partitions_owned").set(self.here.owned.len() as f64);
        metrics::gauge!("uc_workers_here").set(self.by_worker.len() as f64);
    }

    /// Everybody of this directory who is driven here.
    pub(super) fn workers_here(&self, directory: &Directory) -> Vec<Arc<Worker>> {
        directory.workers().iter().filter(|worker| self.here.has(&worker.id)).cloned().collect()
    }

    /// Whether another node is to drive this worker of the directory, or none does now.
    pub(super) fn is_elsewhere(&self, worker: &WorkerId) -> bool {
        !self.here.has(worker)
    }
}
