//! Values of one kind in the store: read at the start, and written whenever there is time.
//! Long, because what waits, what stands and what is under way must be told apart in one place.

use super::{Keeper, earlier::Earlier, stands::Stands};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uc_store::{Change, Entry, Error, Key, Revision, Snapshot, Span, bounds, nodes::Partition};

/// Changes within this time are written down together.
const GATHER: Duration = Duration::from_millis(20);

/// Pauses before what could not be written is written again: the first, and the longest.
const WRITTEN_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Bytes of values that go into one transaction before its last; that one may be large.
const ENOUGH: usize = bounds::TRANSACTION / 4;

/// Bytes of a value: beyond, it cannot be kept.
pub(super) const LARGEST: usize = bounds::TRANSACTION - ENOUGH - bounds::KEY - 1;

/// More changes than this do not wait for a store that takes none.
const MOST_WAITING: usize = 100_000;

/// What waits, by partition and name: one transaction is of one partition.
type Waiting<T> = BTreeMap<(Option<Partition>, String), Option<T>>;

/// One of them.
type Next<T> = ((Option<Partition>, String), Option<T>);

/// What the log says.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// When what was kept cannot be read, or something cannot be written now.
    pub fails: &'static str,
    /// When the last of it could not be written.
    pub lost: &'static str,
}

/// All values below one prefix. Only the latest of each is ever written.
#[derive(Debug)]
pub struct Shelf<T> {
    pub(super) keeper: Keeper,
    pub(super) prefix: &'static str,
    words: Words,
    /// Of which worker something with this name is; none: of nobody.
    whose: fn(&str) -> Option<&str>,
    waiting: Mutex<Waiting<T>>,
    stands: Mutex<Stands>,
    /// Of what the last value could not be kept, ever: told once.
    unfit: Mutex<BTreeSet<String>>,
    /// What an earlier run left could not be read: the next may, so none of it is written over.
    leaves: AtomicBool,
    writing: tokio::sync::Mutex<()>,
    changed: Notify,
}

impl<T: Serialize + DeserializeOwned + Clone> Shelf<T> {
    /// Values whose keys begin with this, which ends with a slash.
    pub fn new(keeper: Keeper, prefix: &'static str, words: Words) -> Self {
        Self::of_workers(keeper, prefix, words, |_| None)
    }

    /// The same, of workers: `whose` finds one in a name.
    pub fn of_workers(keeper: Keeper, prefix: &'static str, words: Words, whose: fn(&str) -> Option<&str>) -> Self {
        Self {
            keeper,
            prefix,
            words,
            whose,
            waiting: Mutex::default(),
            stands: Mutex::default(),
            unfit: Mutex::default(),
            leaves: AtomicBool::default(),
            writing: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// This node works for somebody now.
    pub fn is_at_work(&self) -> bool {
        self.keeper.is_at_work()
    }

    /// What an earlier run left, by name. What cannot be read stays where it is for whoever can, and the log says so; where
    /// nothing can, that is all of it.
    pub async fn read(&self) -> BTreeMap<Arc<str>, T> {
        let mut found = self.found().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "{}", self.words.fails);
            self.leaves.store(true, Ordering::Relaxed);
            BTreeMap::new()
        });
        // What a full disk has not taken counts all the same.
        for ((_, name), value) in &*self.lock() {
            match value.clone() {
                Some(value) => drop(found.insert(name.as_str().into(), value)),
                None => drop(found.remove(name.as_str())),
            }
        }
        found
    }

    /// What another node left, by name; what cannot be read of it is left, as [`Self::read`] does.
    ///
    /// # Errors
    /// The store cannot be reached: whoever begins without would write over what is there.
    pub async fn found(&self) -> Result<BTreeMap<Arc<str>, T>, Error> {
        let found = self.found_where(|_| true).await?;
        self.stands().complete();
        Ok(found)
    }

    /// The same of these partitions, whose owner this node has become. What waits to be written of one that was
    /// another node's meanwhile is void; what waits of the others has been written.
    ///
    /// # Errors
    /// As [`Self::found`].
    pub async fn found_of(
        &self,
        partitions: &BTreeSet<Partition>,
        others: &BTreeSet<Partition>,
    ) -> Result<BTreeMap<Arc<str>, T>, Error> {
        {
            // A write under way may lay back what it could not write.
            let _alone = self.writing.lock().await;
            self.lock().retain(|(partition, _), _| partition.is_none_or(|partition| !others.contains(&partition)));
            while self.write_next().await? {}
        }
        let of_them = |name: &str| self.partition_of(name).is_some_and(|partition| partitions.contains(&partition));
        self.found_where(of_them).await
    }

    fn partition_of(&self, name: &str) -> Option<Partition> {
        self.keeper.partition_of((self.whose)(name))
    }

    async fn found_where(&self, wanted: impl Fn(&str) -> bool) -> Result<BTreeMap<Arc<str>, T>, Error> {
        Ok(self.takes(self.keeper.read(&Span::Below(self.prefix.into())).await?, wanted))
    }

    /// This is all there is of these names.
    pub(super) fn takes(&self, mut found: Snapshot, wanted: impl Fn(&str) -> bool) -> BTreeMap<Arc<str>, T> {
        found.entries.retain(|key, _| key.text().strip_prefix(self.prefix).is_some_and(&wanted));
        let value = |(key, entry): (&Key, &Entry)| {
            Some((key.text().strip_prefix(self.prefix)?.into(), self.value(&entry.value)?))
        };
        let named = |(key, entry)| Some((Key::text(key).strip_prefix(self.prefix)?, entry));
        self.stands().found(&wanted, found.entries.iter().filter_map(named));
        found.entries.iter().filter_map(value).collect()
    }

    /// None: it cannot be read.
    pub(super) fn value(&self, written: &[u8]) -> Option<T> {
        serde_json::from_slice(written)
            .inspect_err(|error| {
                let below = self.prefix;
                tracing::error!(below, %error, "what was kept cannot be read: the service begins without it");
            })
            .ok()
    }

    /// Takes over what an earlier version kept in this file, which is not read again. It is newer than what is here:
    /// that version has run since.
    pub async fn take_over(&self, folder: Option<&Path>, file: &str, read: impl FnOnce(&str) -> Read<T>) {
        let Some(earlier) = folder.and_then(|folder| Earlier::read(folder, file)) else { return };
        let found = match read(&earlier.text) {
            Ok(found) => found,
            Err(error) => return earlier.put_aside::<()>(&error.to_string()).unwrap_or_default(),
        };
        found.into_iter().for_each(|(name, value)| self.keep(&name, Some(value)));
        match self.write().await {
            Ok(()) => earlier.taken_over(),
            Err(error) => tracing::warn!(%error, "{}", self.words.fails),
        }
    }

    /// This is the value from now on; none: there is none.
    pub fn keep(&self, name: &str, value: Option<T>) {
        let key = (self.partition_of(name), name.to_owned());
        let mut waiting = self.lock();
        if waiting.len() >= MOST_WAITING && !waiting.contains_key(&key) {
            metrics::counter!("uc_kept_changes_lost_total", "below" => self.prefix).increment(1);
            return;
        }
        if waiting.insert(key, value).is_none() && waiting.len() == MOST_WAITING {
            tracing::error!(below = self.prefix, waiting = MOST_WAITING, "{}", self.words.lost);
        }
        self.changed.notify_one();
    }

    /// Writes down every change until `stop`, and then the last one. What could not be written is tried again.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(self.changed.notified()).await.is_some() {
            let mut pause = WRITTEN_AGAIN.0;
            while let Err(error) = self.write().await {
                if pause == WRITTEN_AGAIN.0 && self.waits_on(&error) {
                    tracing::warn!(%error, "{}", self.words.fails);
                }
                if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                    break;
                }
                pause = (pause * 2).min(WRITTEN_AGAIN.1);
            }
            stop.run_until_cancelled(sleep(GATHER)).await;
        }
        if let Err(error) = self.write().await {
            tracing::warn!(%error, "{}", self.words.lost);
        }
    }

    /// Writes down what waits.
    ///
    /// # Errors
    /// The store cannot be reached or is full: what is not written waits on. It takes one of the values never: that one
    /// is lost.
    pub async fn write(&self) -> Result<(), Error> {
        // Whoever waits for the last change waits for what another has taken to write it, too.
        let _alone = self.writing.lock().await;
        while self.write_next().await? {}
        Ok(())
    }

    /// The last that was said of this name is written down, within this time. What is not is tried again, as ever.
    pub async fn is_written(&self, name: &str, within: Duration) -> bool {
        let written = timeout(within, self.write()).await.is_ok_and(|written| written.is_ok());
        // What another node is to write waits on.
        written && !self.lock().contains_key(&(self.partition_of(name), name.to_owned()))
    }

    /// Writes down as much as one transaction takes. False: nothing waits any more.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_some(&self) -> Result<bool, Error> {
        let _alone = self.writing.lock().await;
        self.write_next().await
    }

    /// By one at a time.
    async fn write_next(&self) -> Result<bool, Error> {
        let (partition, taken) = self.some();
        if taken.is_empty() {
            return Ok(false);
        }
        let mut batch = Batch { shelf: self, partition, taken };
        let result = match self.know(&mut batch.taken).await {
            Ok(()) => self.write_what_is_new(partition, &batch.taken).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(()) => batch.taken.clear(),
            Err(error) if self.waits_on(&error) => return Err(error),
            Err(Error::Refused(_)) if batch.taken.len() > 1 => self.write_each(batch).await?,
            Err(error) => return Err(self.lose(batch, error)),
        }
        Ok(true)
    }

    /// Of several that the store does not take together each is written alone: nobody's is lost for another's sake.
    async fn write_each(&self, mut batch: Batch<'_, T>) -> Result<(), Error> {
        let (partition, mut outcome) = (batch.partition, Ok(()));
        while let Some(one) = batch.taken.pop() {
            let mut alone = Batch { shelf: self, partition, taken: vec![one] };
            match self.write_what_is_new(partition, &alone.taken).await {
                Ok(()) => alone.taken.clear(),
                Err(error) if self.waits_on(&error) => return Err(error),
                Err(error) => outcome = Err(self.lose(alone, error)),
            }
        }
        outcome
    }

    /// The store will never take these.
    fn lose(&self, mut batch: Batch<'_, T>, error: Error) -> Error {
        let lost = std::mem::take(&mut batch.taken);
        let first = lost.first().map(|lost| lost.change.key.to_string());
        metrics::counter!("uc_kept_changes_lost_total", "below" => self.prefix).increment(lost.len() as u64);
        tracing::error!(%error, values = lost.len(), first, "{}", self.words.lost);
        error
    }

    /// What could not be written is tried again. A write that was given up was made late: what stands there is read, and
    /// this written over it.
    fn waits_on(&self, error: &Error) -> bool {
        error.may_pass() || self.is_ours(error)
    }

    fn is_ours(&self, error: &Error) -> bool {
        matches!(error, Error::Conflict { key, .. } if key.text().starts_with(self.prefix))
    }

    /// Reads what stands there where that is not known, and takes out what is not to be written over it.
    async fn know(&self, taken: &mut Vec<Taken<T>>) -> Result<(), Error> {
        let mut left = BTreeSet::new();
        for Taken { name, change, .. } in &*taken {
            if self.stands().revision(name).is_some() {
                continue;
            }
            let found = self.keeper.read_to_write(&Span::One(change.key.clone())).await?;
            let entry = found.entries.get(&change.key);
            let mut stands = self.stands();
            if entry.is_some() && self.leaves.load(Ordering::Relaxed) && !stands.has_met(name) {
                left.insert(name.clone());
            } else {
                stands.read(name, entry);
            }
        }
        if !left.is_empty() {
            metrics::counter!("uc_kept_changes_lost_total", "below" => self.prefix).increment(left.len() as u64);
            taken.retain(|taken| !left.contains(&taken.name));
        }
        Ok(())
    }

    async fn write_what_is_new(&self, partition: Option<Partition>, taken: &[Taken<T>]) -> Result<(), Error> {
        let (changes, new): (Vec<_>, Vec<_>) = {
            let stands = self.stands();
            let new = taken.iter().filter(|taken| !stands.is(&taken.name, taken.change.value.as_deref()));
            let at = |taken: &Taken<T>| stands.revision(&taken.name).unwrap_or(Revision::ABSENT);
            new.map(|taken| (taken.change.clone().at(at(taken)), taken)).unzip()
        };
        if changes.is_empty() {
            return Ok(());
        }
        let revision = self.keeper.write(partition, changes).await?;
        let mut stands = self.stands();
        new.iter().for_each(|taken| stands.written(&taken.name, taken.change.value.as_deref(), revision));
        Ok(())
    }

    /// As much as fits into one transaction, each name once: what is said of one meanwhile goes with the next.
    fn some(&self) -> (Option<Partition>, Vec<Taken<T>>) {
        let (mut last, mut taken, mut bytes) = (None, Vec::new(), 0);
        while taken.len() < bounds::CHANGES && bytes < ENOUGH {
            let Some((key, value)) = self.next(last.as_ref()) else { break };
            let name = key.1.clone();
            if let Some(change) = self.change(&name, value.as_ref()) {
                bytes += change.value.as_ref().map_or(0, |value| value.len());
                taken.push(Taken { name, value, change });
                last = Some(key);
            }
        }
        (last.and_then(|(partition, _)| partition), taken)
    }

    /// The first that waits: after this one of the same partition, or of any that may be written.
    fn next(&self, after: Option<&(Option<Partition>, String)>) -> Option<Next<T>> {
        let mut waiting = self.lock();
        let key = match after {
            Some(last) => {
                let rest = waiting.range((Bound::Excluded(last), Bound::Unbounded)).next();
                rest.filter(|((partition, _), _)| *partition == last.0)
            }
            None => waiting.iter().find(|((partition, _), _)| self.keeper.may_write(*partition) || partition.is_none()),
        };
        let key = key.map(|(key, _)| key.clone())?;
        waiting.remove_entry(&key)
    }

    /// None: it cannot be kept, ever.
    fn change(&self, name: &str, value: Option<&T>) -> Option<Change> {
        let key = Key::new(&format!("{}{name}", self.prefix));
        let value = value.map(serde_json::to_vec).transpose();
        match (key, value) {
            (Ok(key), Ok(Some(value))) if value.len() <= LARGEST => {
                self.unfit().remove(name);
                Some(Change::set(key, value))
            }
            (Ok(key), Ok(None)) => {
                self.unfit().remove(name);
                Some(Change::remove(key))
            }
            (key, value) => {
                let (key, bytes) = (key.map(|key| key.to_string()), value.map(|value| value.map(|value| value.len())));
                metrics::counter!("uc_kept_changes_lost_total", "below" => self.prefix).increment(1);
                if self.unfit().insert(name.to_owned()) {
                    tracing::error!(?key, ?bytes, "{}", self.words.lost);
                }
                None
            }
        }
    }

    fn unfit(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.unfit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is written until this is dropped, as by a store that hangs.
    #[cfg(test)]
    pub(super) async fn hangs(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    pub(super) fn stands(&self) -> MutexGuard<'_, Stands> {
        self.stands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is being written. Whatever becomes of that, be it that whoever asked for it waits no longer: what is not known to
/// be written waits again, unless something newer does.
struct Batch<'s, T> {
    shelf: &'s Shelf<T>,
    partition: Option<Partition>,
    taken: Vec<Taken<T>>,
}

impl<T> Drop for Batch<'_, T> {
    fn drop(&mut self) {
        for Taken { name, value, .. } in std::mem::take(&mut self.taken) {
            self.shelf.stands.lock().unwrap_or_else(PoisonError::into_inner).doubt(&name);
            let mut waiting = self.shelf.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.entry((self.partition, name)).or_insert(value);
            self.shelf.changed.notify_one();
        }
    }
}

/// What is about to be written of one name.
struct Taken<T> {
    name: String,
    value: Option<T>,
    change: Change,
}

/// What a file of an earlier version held, by name.
pub type Read<T> = Result<BTreeMap<String, T>, serde_json::Error>;

#[cfg(test)]
mod tests;
