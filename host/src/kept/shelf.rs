//! Values of one kind in the store: read at the start, and written whenever there is time.

use super::{Keeper, earlier::Earlier};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher as _, RandomState},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use uc_store::{Change, Entry, Error, Key, Span, bounds};

/// Changes within this time are written down together.
const GATHER: Duration = Duration::from_millis(20);

/// Pauses before what could not be written is written again: the first, and the longest.
const WRITTEN_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Bytes of values that go into one transaction before its last; that one may be large.
const ENOUGH: usize = bounds::TRANSACTION / 4;

/// More changes than this do not wait for a store that takes none.
const MOST_WAITING: usize = 100_000;

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
    keeper: Keeper,
    prefix: &'static str,
    words: Words,
    waiting: Mutex<BTreeMap<String, Option<T>>>,
    /// Fingerprints of what is there, of each that was written.
    written: Mutex<HashMap<String, u64>>,
    prints: RandomState,
    writing: tokio::sync::Mutex<()>,
    changed: Notify,
}

impl<T: Serialize + DeserializeOwned + Clone> Shelf<T> {
    /// Values whose keys begin with this, which ends with a slash.
    pub fn new(keeper: Keeper, prefix: &'static str, words: Words) -> Self {
        Self {
            keeper,
            prefix,
            words,
            waiting: Mutex::default(),
            written: Mutex::default(),
            prints: RandomState::new(),
            writing: tokio::sync::Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// What an earlier run left, by name. What cannot be read stays where it is for whoever can, and the log says so.
    pub async fn read(&self) -> BTreeMap<Arc<str>, T> {
        let mut found = self.found().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "{}", self.words.fails);
            BTreeMap::new()
        });
        // What a full disk has not taken counts all the same.
        for (name, value) in &*self.lock() {
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
        let found = self.keeper.read(&Span::Below(self.prefix.into())).await?;
        let value = |(key, entry): (&Key, &Entry)| match serde_json::from_slice(&entry.value) {
            Ok(value) => Some((key.text().strip_prefix(self.prefix)?.into(), value)),
            Err(error) => {
                let below = self.prefix;
                tracing::error!(below, %error, "what was kept cannot be read: the service begins without it");
                None
            }
        };
        Ok(found.entries.iter().inspect(|entry| self.note_found(entry)).filter_map(value).collect())
    }

    /// It stands there, and need not be written again.
    fn note_found(&self, (key, entry): &(&Key, &Entry)) {
        if let Some(name) = key.text().strip_prefix(self.prefix) {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.insert(name.to_owned(), self.prints.hash_one(&entry.value));
        }
    }

    /// Takes over what an earlier version kept in this file, which is not read again. It is newer than what is here: that
    /// version has run since.
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
        let mut waiting = self.lock();
        if waiting.len() >= MOST_WAITING && !waiting.contains_key(name) {
            metrics::counter!("uc_kept_changes_lost_total", "below" => self.prefix).increment(1);
            return;
        }
        if waiting.insert(name.to_owned(), value).is_none() && waiting.len() == MOST_WAITING {
            tracing::error!(below = self.prefix, waiting = MOST_WAITING, "{}", self.words.lost);
        }
        self.changed.notify_one();
    }

    /// Writes down every change until `stop`, and then the last one. What could not be written is tried again.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        while stop.run_until_cancelled(self.changed.notified()).await.is_some() {
            let mut pause = WRITTEN_AGAIN.0;
            while let Err(error) = self.write().await {
                if pause == WRITTEN_AGAIN.0 {
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
    /// The store cannot be reached or is full: what is not written waits on.
    pub async fn write(&self) -> Result<(), Error> {
        // Whoever waits for the last change waits for what another has taken to write it, too.
        let _alone = self.writing.lock().await;
        while self.write_some().await? {}
        Ok(())
    }

    /// Writes down as much as one transaction takes. False: nothing waits any more.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_some(&self) -> Result<bool, Error> {
        let (changes, taken) = self.some();
        if changes.is_empty() {
            return Ok(false);
        }
        let prints: Vec<_> = changes.iter().map(|change| self.print(change)).collect();
        match self.keeper.write(changes).await {
            Ok(_) => self.note_written(&taken, prints),
            Err(error) if error.may_pass() => {
                // It may have been made all the same: what stands there is not known.
                self.note_written(&taken, vec![None; taken.len()]);
                // What came meanwhile is newer.
                let mut waiting = self.lock();
                for (name, value) in taken {
                    waiting.entry(name).or_insert(value);
                }
                return Err(error);
            }
            Err(error) => tracing::error!(%error, values = taken.len(), "{}", self.words.lost),
        }
        Ok(true)
    }

    /// As much as fits into one transaction.
    fn some(&self) -> (Vec<Change>, Vec<(String, Option<T>)>) {
        let (mut changes, mut taken, mut bytes) = (Vec::new(), Vec::new(), 0);
        while changes.len() < bounds::CHANGES && bytes < ENOUGH {
            let Some((name, value)) = self.lock().pop_first() else { break };
            let Some(change) = self.change(&name, value.as_ref()) else { continue };
            if self.is_written(&name, &change) {
                continue;
            }
            bytes += change.value.as_ref().map_or(0, |value| value.len());
            changes.push(change);
            taken.push((name, value));
        }
        (changes, taken)
    }

    /// None: it cannot be kept, ever.
    fn change(&self, name: &str, value: Option<&T>) -> Option<Change> {
        let key = Key::new(&format!("{}{name}", self.prefix));
        let value = value.map(serde_json::to_vec).transpose();
        match (key, value) {
            (Ok(key), Ok(Some(value))) if value.len() < bounds::TRANSACTION - ENOUGH - bounds::KEY => {
                Some(Change::set(key, value))
            }
            (Ok(key), Ok(None)) => Some(Change::remove(key)),
            (key, value) => {
                let (key, bytes) = (key.map(|key| key.to_string()), value.map(|value| value.map(|value| value.len())));
                tracing::error!(?key, ?bytes, "{}", self.words.lost);
                None
            }
        }
    }

    /// The same stands there already: many steps of a worker change nothing of what is kept of them.
    fn is_written(&self, name: &str, change: &Change) -> bool {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        self.print(change).is_some_and(|print| written.get(name) == Some(&print))
    }

    fn note_written(&self, taken: &[(String, Option<T>)], prints: Vec<Option<u64>>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        for ((name, _), print) in taken.iter().zip(prints) {
            match print {
                Some(print) => drop(written.insert(name.clone(), print)),
                None => drop(written.remove(name)),
            }
        }
    }

    fn print(&self, change: &Change) -> Option<u64> {
        change.value.as_ref().map(|value| self.prints.hash_one(value))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Option<T>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a file of an earlier version held, by name.
pub type Read<T> = Result<BTreeMap<String, T>, serde_json::Error>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use uc_store::Store;

    const WORDS: Words = Words { fails: "it is tried again", lost: "it is lost" };

    fn shelf(store: &Store) -> Arc<Shelf<String>> {
        Arc::new(Shelf::new(store.clone().into(), "thing/", WORDS))
    }

    fn pairs<K: From<&'static str> + Ord>(pairs: &[(&'static str, &str)]) -> BTreeMap<K, String> {
        pairs.iter().map(|(name, value)| (K::from(*name), (*value).to_owned())).collect()
    }

    #[tokio::test]
    async fn the_latest_of_each_lives_through_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::embedded(folder.path());
        let (shelf_before, stop) = (shelf(&store), CancellationToken::new());
        let run = tokio::spawn(shelf_before.clone().run(stop.clone()));
        for (name, value) in [("kim", Some("1")), ("lee", Some("2")), ("kim", None), ("lee", Some("3"))] {
            shelf_before.keep(name, value.map(str::to_owned));
        }
        stop.cancel();
        run.await.unwrap();
        store.close().await;
        let store = Store::embedded(folder.path());
        assert_eq!(shelf(&store).read().await, pairs(&[("lee", "3")]));
    }

    #[tokio::test]
    async fn more_than_one_transaction_takes_is_written_in_several() {
        let store = Store::in_memory();
        let shelf = shelf(&store);
        for number in 0..500 {
            shelf.keep(&number.to_string(), Some("x".repeat(10_000)));
        }
        shelf.keep("too large ever", Some("x".repeat(bounds::TRANSACTION)));
        shelf.write().await.unwrap();
        assert_eq!(shelf.read().await.len(), 500);
    }

    #[tokio::test]
    async fn what_could_not_be_written_is_written_once_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        fs::write(&place, "a file in the way").unwrap();
        let shelf = shelf(&Store::embedded(&place.join("state")));
        shelf.keep("kim", Some("1".to_owned()));
        shelf.keep("lee", Some("1".to_owned()));
        assert!(matches!(shelf.write().await, Err(Error::OutOfReach(_))));
        shelf.keep("kim", Some("2".to_owned()));
        fs::remove_file(&place).unwrap();
        shelf.write().await.unwrap();
        assert_eq!(shelf.read().await, pairs(&[("kim", "2"), ("lee", "1")]));
    }

    /// How often the store was changed by what was written.
    async fn revision(store: &Store) -> u64 {
        store.get(&Span::Below("".into())).await.unwrap().revision.0
    }

    #[tokio::test]
    async fn what_stands_there_already_is_not_written_again() {
        let store = Store::in_memory();
        let write = async |shelf: &Shelf<String>, value: &str| {
            shelf.keep("kim", Some(value.to_owned()));
            shelf.write().await.unwrap();
            revision(&store).await
        };
        let before = shelf(&store);
        let first = write(&before, "1").await;
        assert_eq!((write(&before, "1").await, write(&before, "2").await), (first, first + 1));
        let after = shelf(&store);
        after.read().await;
        assert_eq!((write(&after, "2").await, write(&after, "1").await), (first + 1, first + 2));
    }

    #[tokio::test]
    async fn what_may_not_have_been_written_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::embedded(folder.path());
        let shelf = shelf(&store);
        shelf.keep("kim", Some("1".to_owned()));
        shelf.write().await.unwrap();
        store.close().await;
        shelf.keep("kim", Some("2".to_owned()));
        assert!(shelf.write().await.is_err(), "whether it was made nobody knows");
        shelf.keep("kim", Some("1".to_owned()));
        assert!(shelf.write().await.is_err(), "it is no success because the same was there before");
    }

    #[tokio::test]
    async fn what_an_earlier_version_kept_is_taken_over_once() {
        let folder = tempfile::tempdir().unwrap();
        let (store, file) = (Store::in_memory(), folder.path().join("things.json"));
        let shelf = shelf(&store);
        shelf.keep("ann", Some("1".to_owned()));
        shelf.keep("kim", Some("older".to_owned()));
        shelf.write().await.unwrap();
        fs::write(&file, r#"{"kim":"newer","lee":"2"}"#).unwrap();
        fs::write(file.with_extension("lock"), "").unwrap();
        let take_over = async || {
            shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
            shelf.read().await
        };
        assert_eq!(take_over().await, pairs(&[("ann", "1"), ("kim", "newer"), ("lee", "2")]));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["things.taken-over"], "for whoever wants to look at it");
        for odd in ["", "{1", "[]", r#"{"ann":1}"#] {
            fs::write(&file, odd).unwrap();
            assert_eq!(take_over().await.len(), 3, "{odd}");
            assert_eq!(fs::read_to_string(file.with_extension("unreadable")).unwrap(), odd);
        }
    }

    #[tokio::test]
    async fn what_an_earlier_version_keeps_still_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, shelf) = (folder.path().join("things.json"), shelf(&Store::in_memory()));
        fs::write(&file, r#"{"kim":"1"}"#).unwrap();
        let lock = fs::File::create(file.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let take_over =
            async || shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
        take_over().await;
        assert!(shelf.read().await.is_empty() && file.exists());
        drop(lock);
        take_over().await;
        assert_eq!(shelf.read().await, pairs(&[("kim", "1")]));
    }

    #[tokio::test]
    async fn what_was_taken_over_counts_though_the_disk_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        fs::write(&place, "a file in the way").unwrap();
        fs::write(folder.path().join("things.json"), r#"{"kim":"1"}"#).unwrap();
        let shelf = shelf(&Store::embedded(&place.join("state")));
        shelf.take_over(Some(folder.path()), "things.json", |text| serde_json::from_str(text)).await;
        assert_eq!(shelf.read().await, pairs(&[("kim", "1")]));
        assert!(folder.path().join("things.json").exists(), "it is read again at the next start");
    }

    #[tokio::test]
    async fn no_more_than_so_many_changes_wait_for_a_store_that_takes_none() {
        let shelf = shelf(&Store::in_memory());
        (0..MOST_WAITING + 10).for_each(|number| shelf.keep(&number.to_string(), None));
        shelf.keep("0", Some("1".to_owned()));
        let waiting = shelf.lock();
        assert_eq!((waiting.len(), waiting["0"].as_deref()), (MOST_WAITING, Some("1")));
    }

    #[tokio::test]
    async fn what_this_version_cannot_read_is_left_for_one_that_can() {
        let store = Store::in_memory();
        let odd = Change::set(Key::new("thing/lee").unwrap(), "{\"of\":\"tomorrow\"}");
        store.compare_and_set(vec![odd, Change::set(Key::new("thing/kim").unwrap(), "\"1\"")], None).await.unwrap();
        assert_eq!(shelf(&store).read().await, pairs(&[("kim", "1")]));
        assert_eq!(store.get(&Span::Below("thing/".into())).await.unwrap().entries.len(), 2);
    }
}
