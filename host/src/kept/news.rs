//! What other nodes change on a shelf that they share.

use super::Shelf;
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uc_store::{Changed, Entry, Error, Key, Seen, Span, Watch};

/// What is seen of a shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News<T> {
    /// Everything, by name: what is not among it is not there.
    All(BTreeMap<Arc<str>, T>),
    /// What has changed, in this order; none: it is gone.
    Changed(Vec<(Arc<str>, Option<T>)>),
}

impl<T: Serialize + DeserializeOwned + Clone> Shelf<T> {
    /// Follows what is there, and reads it whole at least this often. Within a runtime.
    pub fn watch(&self, every: Duration) -> Watch {
        self.keeper.watch(Span::Below(self.prefix.into()), every)
    }

    /// Waits for the next, of a watch of this shelf. Cancelling it loses nothing.
    ///
    /// # Errors
    /// The store cannot be reached; the next call reads everything.
    pub async fn news(&self, watch: &mut Watch) -> Result<News<T>, Error> {
        Ok(match watch.next().await? {
            Seen::All(snapshot) => News::All(self.takes(snapshot, |_| true)),
            Seen::Changed(changes) => {
                News::Changed(changes.iter().filter_map(|changed| self.changed(changed)).collect())
            }
        })
    }

    /// What is there of one name.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn one(&self, name: &str) -> Result<Option<T>, Error> {
        let key = Key::new(&format!("{}{name}", self.prefix))?;
        let found = self.keeper.read(&Span::One(key.clone())).await?;
        let entry = found.entries.get(&key);
        self.stands().read(name, entry);
        Ok(entry.and_then(|entry| self.value(&entry.value)))
    }

    fn changed(&self, changed: &Changed) -> Option<(Arc<str>, Option<T>)> {
        let Changed { key, revision, value } = changed;
        let name = key.text().strip_prefix(self.prefix)?;
        {
            let mut stands = self.stands();
            // A write of this node's own may be newer than what is told only now.
            if stands.revision(name).is_none_or(|known| known < *revision) {
                let entry = value.clone().map(|value| Entry { value, revision: *revision });
                stands.read(name, entry.as_ref());
            }
        }
        let read = value.as_ref().map(|value| self.value(value));
        // One that cannot be read is left, as at any other time.
        (!matches!(read, Some(None))).then(|| (name.into(), read.flatten()))
    }
}
