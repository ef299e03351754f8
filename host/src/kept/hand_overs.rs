//! How often one node after another has let the next one work because it had no T-Server.

use super::Keeper;
use serde::{Deserialize, Serialize};
use uc_store::{Change, Error, Key, Span};

const KEY: &str = "hand-over/count";

/// The count, for the pauses between them ([`crate::role::Situation`]).
#[derive(Clone, Debug)]
pub struct HandOvers(Keeper);

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    count: u32,
}

impl HandOvers {
    pub(super) fn new(keeper: Keeper) -> Self {
        Self(keeper)
    }

    /// How many there were. What is there and cannot be read is none: at worst one pause is too short.
    ///
    /// # Errors
    /// As [`uc_store::Store::get`].
    pub async fn count(&self) -> Result<u32, Error> {
        let key = Key::new(KEY)?;
        let found = self.0.read(&Span::One(key.clone())).await?;
        let kept = found.entries.get(&key).and_then(|entry| serde_json::from_slice::<Kept>(&entry.value).ok());
        Ok(kept.unwrap_or_default().count)
    }

    /// So many, as the primary.
    ///
    /// # Errors
    /// As [`Keeper::write`].
    pub async fn keep(&self, count: u32) -> Result<(), Error> {
        // A number is always written.
        let value = serde_json::to_vec(&Kept { count }).unwrap_or_default();
        self.0.write(None, vec![Change::set(Key::new(KEY)?, value)]).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_store::Store;

    #[tokio::test]
    async fn what_was_counted_is_there_and_nothing_is_none() {
        let hand_overs = HandOvers::new(Store::in_memory().into());
        assert_eq!(hand_overs.count().await.unwrap(), 0);
        hand_overs.keep(3).await.unwrap();
        assert_eq!(hand_overs.count().await.unwrap(), 3);
    }

    #[test]
    fn every_form_that_was_ever_kept_is_read() {
        let kept = serde_json::from_str::<Kept>(include_str!("forms/hand-over-1.json")).unwrap();
        assert_eq!(kept, Kept { count: 3 });
        assert_eq!(serde_json::to_string(&kept).unwrap(), include_str!("forms/hand-over-1.json").trim_end());
    }
}
