//! Sessions that live through a restart of the service. What is kept are hashes of what the browsers' cookies hold,
//! so nobody can sign in with it; a state directory that is emptied before a start signs everybody out.

use crate::kept::{Keeper, News, Shelf, Words};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use uc_store::{Error, Watch};

const WORDS: Words = Words {
    fails: "who is signed in cannot be kept, and a restart signs everybody out: see state-dir in [web]; it is tried again",
    lost: "who is signed in cannot be kept: the next start goes by what was kept before",
};

/// What is left of a session while the service is down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptSession {
    #[serde(with = "hash")]
    pub(super) key: [u8; 32],
    /// User name signed in with.
    pub(super) user: Arc<str>,
    /// Fingerprint of the account at sign-in: another password or other roles end the session.
    #[serde(with = "hash")]
    pub(super) account: [u8; 32],
    /// When they signed in, seconds since 1970 UTC.
    pub(super) since: u64,
    /// Something else each time one of several nodes says that they are there, later than what stood there, and roughly
    /// when that was by its own clock: other nodes go by the change alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<u64>,
}

/// Those in a store.
#[derive(Debug)]
pub(super) struct KeptSessions {
    shelf: Arc<Shelf<KeptSession>>,
    /// Which are kept, by name.
    kept: Mutex<BTreeSet<String>>,
    /// Other nodes have the same store.
    of_several: bool,
}

/// What becomes of those that all nodes have.
pub(super) struct Followed {
    watch: Watch,
    /// Which stood there when that was looked at last.
    names: BTreeSet<String>,
}

/// Those that stand there, and those that have gone from there.
pub(super) type FoundAndGone = (Vec<KeptSession>, Vec<[u8; 32]>);

impl KeptSessions {
    /// Those of this keeper. An earlier version had them in `sessions.json` of this folder.
    pub(super) async fn open(keeper: Keeper, folder: Option<&Path>) -> Self {
        let of_several = keeper.is_of_several();
        let shelf = Shelf::new(keeper, "session/", WORDS);
        shelf.take_over(folder, "sessions.json", |text| Ok(by_name(serde_json::from_str(text)?))).await;
        Self { shelf: Arc::new(shelf), kept: Mutex::default(), of_several }
    }

    /// What an earlier life left.
    pub(super) async fn take_up(&self) -> Vec<KeptSession> {
        self.are_kept(self.shelf.read().await)
    }

    /// What another node left.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(super) async fn found(&self) -> Result<Vec<KeptSession>, Error> {
        Ok(self.are_kept(self.shelf.found().await?))
    }

    fn are_kept(&self, found: BTreeMap<Arc<str>, KeptSession>) -> Vec<KeptSession> {
        self.kept().extend(found.keys().map(|name| name.to_string()));
        found.into_values().collect()
    }

    /// Follows what stands there, and reads it whole at least this often. Within a runtime.
    pub(super) fn follow(&self, every: Duration) -> Followed {
        Followed { watch: self.shelf.watch(every), names: BTreeSet::new() }
    }

    /// What stands there newly, or all that does, and what has gone from there.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(super) async fn news(&self, followed: &mut Followed) -> Result<FoundAndGone, Error> {
        match self.shelf.news(&mut followed.watch).await? {
            News::All(found) => {
                let names: BTreeSet<_> = found.keys().map(|name| name.to_string()).collect();
                let gone = followed.names.difference(&names).filter_map(|name| key_of(name)).collect();
                followed.names = names;
                Ok((self.are_kept(found), gone))
            }
            News::Changed(changes) => {
                let (mut found, mut gone) = (BTreeMap::new(), Vec::new());
                for (name, session) in changes {
                    match session {
                        Some(session) => {
                            followed.names.insert(name.to_string());
                            found.insert(name, session);
                        }
                        None => {
                            followed.names.remove(&*name);
                            found.remove(&name);
                            gone.extend(key_of(&name));
                        }
                    }
                }
                Ok((self.are_kept(found), gone))
            }
        }
    }

    /// One that another node may have written down.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(super) async fn one(&self, key: &[u8; 32]) -> Result<Option<KeptSession>, Error> {
        let name = BASE64_URL_SAFE_NO_PAD.encode(key);
        let found = self.shelf.one(&name).await?;
        if found.is_some() {
            self.kept().insert(name);
        }
        Ok(found)
    }

    /// Other nodes have the same store.
    pub(super) fn is_of_several(&self) -> bool {
        self.of_several
    }

    /// This node works for somebody now.
    pub(super) fn is_at_work(&self) -> bool {
        self.shelf.is_at_work()
    }

    /// This one is to be kept, too.
    pub(super) fn add(&self, session: KeptSession) {
        let name = BASE64_URL_SAFE_NO_PAD.encode(session.key);
        if self.kept().insert(name.clone()) {
            self.shelf.keep(&name, Some(session));
        }
    }

    /// They are in use here: other nodes are to know.
    pub(super) fn are_in_use(&self, sessions: Vec<KeptSession>) {
        by_name(sessions).into_iter().for_each(|(name, session)| self.shelf.keep(&name, Some(session)));
    }

    /// This one is not to be kept any more.
    pub(super) fn remove(&self, key: &[u8; 32]) {
        let name = BASE64_URL_SAFE_NO_PAD.encode(key);
        self.kept().remove(&name);
        self.shelf.keep(&name, None);
    }

    /// What was said last of this one is written down, within this time.
    pub(super) async fn is_written(&self, key: &[u8; 32], within: Duration) -> bool {
        self.shelf.is_written(&BASE64_URL_SAFE_NO_PAD.encode(key), within).await
    }

    /// These are to be kept, and those no longer that have ended; other nodes keep theirs.
    pub(super) fn keep_ours(&self, sessions: Vec<KeptSession>, ended: &[[u8; 32]]) {
        let mut kept = self.kept();
        for name in ended.iter().map(|key| BASE64_URL_SAFE_NO_PAD.encode(key)) {
            kept.remove(&name);
            self.shelf.keep(&name, None);
        }
        for (name, session) in by_name(sessions) {
            if kept.insert(name.clone()) {
                self.shelf.keep(&name, Some(session));
            }
        }
    }

    /// Exactly these are to be kept. What a session is never changes: only new ones and missing ones are written.
    pub(super) fn keep(&self, sessions: Vec<KeptSession>) {
        let mut kept = self.kept();
        let sessions = by_name(sessions);
        kept.iter().filter(|name| !sessions.contains_key(*name)).for_each(|name| self.shelf.keep(name, None));
        let names = sessions.keys().cloned().collect();
        let fresh = sessions.into_iter().filter(|(name, _)| !kept.contains(name));
        fresh.for_each(|(name, session)| self.shelf.keep(&name, Some(session)));
        *kept = names;
    }

    fn kept(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes whatever changes, for ever.
    pub(super) async fn run(&self) {
        self.shelf.clone().run(CancellationToken::new()).await;
    }

    /// Writes what has changed.
    ///
    /// # Errors
    /// The store cannot be reached or is full: the operator's to mend.
    pub(super) async fn write(&self) -> Result<(), Error> {
        self.shelf.write().await
    }
}

fn key_of(name: &str) -> Option<[u8; 32]> {
    BASE64_URL_SAFE_NO_PAD.decode(name).ok()?.try_into().ok()
}

fn by_name(sessions: Vec<KeptSession>) -> BTreeMap<String, KeptSession> {
    sessions.into_iter().map(|session| (BASE64_URL_SAFE_NO_PAD.encode(session.key), session)).collect()
}

/// 32 bytes as text.
mod hash {
    use super::{BASE64_URL_SAFE_NO_PAD, Engine};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|_| D::Error::custom("a hash has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uc_store::Store;

    fn session(number: u8, user: &str) -> KeptSession {
        KeptSession { key: [number; 32], user: user.into(), account: [9; 32], since: 1_700_000_000, seen: None }
    }

    #[tokio::test]
    async fn who_is_signed_in_is_kept_and_who_is_not_is_not() {
        let store = Store::in_memory();
        let kept = KeptSessions::open(store.clone().into(), None).await;
        assert_eq!(kept.take_up().await, []);
        kept.keep(vec![session(7, "kim"), session(8, "lee")]);
        kept.keep(vec![session(7, "kim"), session(9, "ann")]);
        kept.write().await.unwrap();
        let kept = KeptSessions::open(store.clone().into(), None).await;
        assert_eq!(kept.take_up().await, [session(7, "kim"), session(9, "ann")]);
        // Ended while the service was away: it is not taken up, and not kept any more.
        kept.keep(vec![session(9, "ann")]);
        kept.write().await.unwrap();
        assert_eq!(KeptSessions::open(store.into(), None).await.take_up().await, [session(9, "ann")]);
    }

    #[tokio::test]
    async fn every_form_that_was_ever_kept_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.json");
        std::fs::write(&file, include_str!("../kept/forms/sessions-1.json")).unwrap();
        let kept = KeptSessions::open(Store::in_memory().into(), Some(folder.path())).await;
        assert_eq!(kept.take_up().await, [session(7, "kim"), session(8, "lee")]);
        assert!(!file.exists());
        let one: KeptSession = serde_json::from_str(include_str!("../kept/forms/session-1.json")).unwrap();
        assert_eq!(one, session(7, "kim"));
        let used: KeptSession = serde_json::from_str(include_str!("../kept/forms/session-2.json")).unwrap();
        assert_eq!(used, KeptSession { seen: Some(1_700_000_900), ..session(7, "kim") });
        for odd in ["", "{}", r#"[{"key":"eA","user":"kim","account":"eA","since":1}]"#] {
            std::fs::write(&file, odd).unwrap();
            assert_eq!(
                KeptSessions::open(Store::in_memory().into(), Some(folder.path())).await.take_up().await,
                [],
                "{odd}"
            );
        }
    }
}
