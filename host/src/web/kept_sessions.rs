//! Sessions that live through a restart of the service: one file in the state directory. It holds hashes of what the
//! browsers' cookies hold, so nobody can sign in with it; taking the file away before a start signs everybody out.

use crate::kept;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Name of the file in the state directory.
const FILE: &str = "sessions.json";

/// Name of the file beside it that whoever keeps sessions there holds locked: the first one is another file after each
/// change.
const LOCK: &str = "sessions.lock";

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
}

/// The file.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
    /// The lock, once it is held; it goes with the process. Also, one writes at a time: both would write the same fresh
    /// file.
    writing: Mutex<Option<File>>,
}

impl Store {
    /// Kept in `directory`, which is made when it is missing; none: systemd's (`StateDirectory=`, the first of several),
    /// else nowhere.
    pub(super) fn of(directory: Option<&Path>) -> Option<Self> {
        Some(Self { file: kept::folder(directory)?.join(FILE), writing: Mutex::default() })
    }

    /// What an earlier run left. Unreadable: nothing, and the log says so; people sign in again.
    pub(super) fn read(&self) -> Vec<KeptSession> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(error) => return self.unread(&error),
        };
        serde_json::from_str(&text).unwrap_or_else(|error| self.unread(&error))
    }

    /// Makes the directory ours before anybody signs in. Whoever cannot goes on without keeping anything, and tries again
    /// with each change: the process before may be about to end.
    ///
    /// # Errors
    /// The directory cannot be written, or another process keeps its sessions there: the operator's to mend.
    pub(super) fn hold(&self) -> io::Result<()> {
        self.held(&mut self.writing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn held(&self, lock: &mut Option<File>) -> io::Result<()> {
        if lock.is_some() {
            return Ok(());
        }
        if let Some(directory) = self.file.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let path = self.file.with_file_name(LOCK);
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                ErrorKind::WouldBlock,
                format!("another process holds {}: give each a state-dir of its own", path.display()),
            ),
            TryLockError::Error(error) => error,
        })?;
        *lock = Some(file);
        Ok(())
    }

    /// Replaces the file, whole or not at all.
    ///
    /// # Errors
    /// As [`Store::hold`].
    pub(super) fn write(&self, sessions: &[KeptSession]) -> io::Result<()> {
        let mut lock = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.held(&mut lock)?;
        let fresh = self.file.with_extension("new");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(&serde_json::to_vec(sessions)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.file)
    }

    fn unread(&self, error: &dyn std::fmt::Display) -> Vec<KeptSession> {
        tracing::warn!(file = %self.file.display(), %error, "kept sessions cannot be read: everybody signs in again");
        Vec::new()
    }
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
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn two_that_keep_sessions_in_one_place_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| Store::of(Some(folder.path())).unwrap());
        let kept = |user: &str| vec![KeptSession { key: [7; 32], user: user.into(), account: [9; 32], since: 1 }];
        first.hold().unwrap();
        first.write(&kept("kim")).unwrap();
        for refused in [second.hold(), second.write(&kept("lee"))] {
            let why = refused.unwrap_err().to_string();
            assert!(why.contains("sessions.lock: give each a state-dir of its own"), "{why}");
        }
        first.write(&kept("ann")).unwrap();
        assert_eq!(second.read(), kept("ann"));
        drop(first);
        second.write(&kept("lee")).unwrap();
        assert_eq!(second.read(), kept("lee"));
    }

    #[test]
    fn what_is_written_reads_back_and_is_the_services_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::of(Some(&folder.path().join("made"))).unwrap();
        assert_eq!(store.read(), []);
        let kept = [KeptSession { key: [7; 32], user: "kim".into(), account: [9; 32], since: 1_700_000_000 }];
        store.write(&kept).unwrap();
        assert_eq!(store.read(), kept);
        assert_eq!(fs::metadata(&store.file).unwrap().permissions().mode() & 0o777, 0o600);
        for odd in ["", "{}", "[{\"key\":\"eA\",\"user\":\"kim\",\"account\":\"eA\",\"since\":1}]"] {
            fs::write(&store.file, odd).unwrap();
            assert_eq!(store.read(), [], "{odd}");
        }
    }
}
