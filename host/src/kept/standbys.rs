//! Which nodes stand by: each writes something else again and again, and whoever changes what is there lives.

use super::Keeper;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use tokio::time::{Instant, sleep};
use uc_store::{Change, Error, Key, Revision, Span};

const BELOW: &str = "standby/";

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(300);

/// Whether a node that stands by has a link to a T-Server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// At least one.
    Yes,
    /// None.
    No,
    /// An older version, which does not say.
    Unknown,
}

/// A node's note.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(from = "Form")]
struct Note {
    /// Something else each time.
    look: u64,
    /// Some link to a T-Server is up; none: an older version does not say.
    linked: Option<bool>,
}

/// Every form in which it was ever kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Look(u64),
    Both {
        look: u64,
        #[serde(default)]
        linked: Option<bool>,
    },
}

impl From<Form> for Note {
    fn from(form: Form) -> Self {
        match form {
            Form::Look(look) => Self { look, linked: None },
            Form::Both { look, linked } => Self { look, linked },
        }
    }
}

impl Linked {
    /// What cannot be read is of a version that is not known here.
    fn read(value: &[u8]) -> Self {
        match serde_json::from_slice::<Note>(value).ok().and_then(|note| note.linked) {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// The notes of all nodes that stand by. A lease decides who works; they only say whether it is worth letting go, so
/// that none guards them.
#[derive(Clone, Debug)]
pub struct Standbys(Keeper);

impl Standbys {
    pub(super) fn new(keeper: Keeper) -> Self {
        Self(keeper)
    }

    /// Notes that the node of this name stands by, and whether it has a link to a T-Server.
    ///
    /// # Errors
    /// The store cannot be reached, or is full.
    pub async fn note(&self, node: &str, linked: bool) -> Result<(), Error> {
        let note = Note { look: rand::random(), linked: Some(linked) };
        // Numbers and truth values are always written.
        let value = serde_json::to_vec(&note).unwrap_or_default();
        self.0.note(Change::set(Key::new(&format!("{BELOW}{node}"))?, value)).await
    }

    /// Whether somebody notes it within this time, who is linked like that.
    pub async fn is_somebody(&self, within: Duration, fits: impl Fn(Linked) -> bool) -> bool {
        let (until, mut first) = (Instant::now() + within, None);
        loop {
            if let Ok(now) = self.read().await {
                let first = first.get_or_insert_with(|| now.clone());
                let noted = |key, revision| first.get(key).is_none_or(|(before, _)| before != revision);
                if now.iter().any(|(key, (revision, linked))| noted(key, revision) && fits(*linked)) {
                    return true;
                }
            }
            if Instant::now() >= until {
                return false;
            }
            sleep(LOOK).await;
        }
    }

    async fn read(&self) -> Result<BTreeMap<Key, (Revision, Linked)>, Error> {
        let found = self.0.read(&Span::Below(BELOW.into())).await?;
        Ok(found.entries.into_iter().map(|(key, entry)| (key, (entry.revision, Linked::read(&entry.value)))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_store::Store;

    #[tokio::test(start_paused = true)]
    async fn who_notes_it_again_stands_by_and_an_old_note_is_nobodys() {
        let store = Store::in_memory();
        let standbys = Standbys::new(store.into());
        let (within, anybody) = (Duration::from_secs(6), |_| true);
        assert!(!standbys.is_somebody(within, anybody).await);
        standbys.note("b", true).await.unwrap();
        assert!(!standbys.is_somebody(within, anybody).await, "it may be long dead");
        let notes = standbys.clone();
        let again = tokio::spawn(async move {
            sleep(Duration::from_secs(2)).await;
            notes.note("b", true).await.unwrap();
        });
        assert!(standbys.is_somebody(within, anybody).await);
        again.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_node_says_of_its_links_is_what_it_said_last() {
        let store = Store::in_memory();
        let standbys = Standbys::new(store.clone().into());
        let within = Duration::from_secs(6);
        for (linked, is) in [(true, Linked::Yes), (false, Linked::No)] {
            let notes = standbys.clone();
            let noting = tokio::spawn(async move {
                for _ in 0..5 {
                    notes.note("b", linked).await.unwrap();
                    sleep(Duration::from_secs(2)).await;
                }
            });
            assert!(standbys.is_somebody(within, |linked| linked == is).await, "{is:?}");
            assert!(!standbys.is_somebody(Duration::from_secs(3), |linked| linked != is).await, "{is:?}");
            noting.await.unwrap();
        }
    }

    #[test]
    fn every_form_that_was_ever_kept_is_read() {
        let forms = [include_str!("forms/standby-1.json"), include_str!("forms/standby-2.json"), "{", "[]"];
        let read = forms.map(|form| Linked::read(form.as_bytes()));
        assert_eq!(read, [Linked::Unknown, Linked::Yes, Linked::Unknown, Linked::Unknown]);
        let note = serde_json::from_str::<Note>(forms[1]).unwrap();
        assert_eq!(serde_json::to_string(&note).unwrap(), forms[1].trim_end());
    }
}
