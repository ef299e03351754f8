//! One file that is replaced whole or not at all.

use serde::{Serialize, de::DeserializeOwned};
use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// More is in none of these files.
const MOST_BYTES: u64 = 64 << 20;

/// The state directory: the configured one; none: systemd's (`StateDirectory=`, the first of several), else nowhere.
pub fn folder(configured: Option<&Path>) -> Option<PathBuf> {
    let given = || first_of(&std::env::var_os("STATE_DIRECTORY")?);
    configured.map(Path::to_owned).or_else(given)
}

/// systemd names several with colons between them.
fn first_of(directories: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(directories).next().filter(|first| first.is_absolute())
}

/// A file of the state directory that one process at a time keeps.
#[derive(Debug)]
pub(super) struct WholeFile {
    path: PathBuf,
    /// The lock, once it is held; it goes with the process.
    lock: Mutex<Option<File>>,
}

impl WholeFile {
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(name), lock: Mutex::default() }
    }

    /// What an earlier run left; none: nothing. What cannot be read is moved aside for whoever wants to look at it, and the
    /// log says so.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let mut text = String::new();
        let read = match File::open(&self.path) {
            Ok(file) => file.take(MOST_BYTES + 1).read_to_string(&mut text),
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => Err(error),
        };
        match read.and_then(|_| Ok(serde_json::from_str(&text)?)) {
            Ok(found) if text.len() as u64 <= MOST_BYTES => Some(found),
            Ok(_) => self.put_aside("it is too large"),
            Err(error) => self.put_aside(&error.to_string()),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn put_aside<T>(&self, why: &str) -> Option<T> {
        let aside = self.path.with_extension("unreadable");
        let moved = fs::rename(&self.path, &aside);
        tracing::error!(file = %self.path.display(), why, aside = %aside.display(), moved = moved.is_ok(),
            "what was kept cannot be read: the service begins without it, and the file is moved aside");
        None
    }

    /// Replaces the file.
    ///
    /// # Errors
    /// The directory cannot be written, or another process keeps its state there: the operator's to mend.
    pub(super) fn write<T: Serialize>(&self, what: &T) -> io::Result<()> {
        self.replace(&serde_json::to_vec(what)?)
    }

    /// The same with these bytes.
    ///
    /// # Errors
    /// As [`WholeFile::write`].
    pub(super) fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.hold(&mut lock)?;
        let fresh = self.path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.path)?;
        // The new name is as safe as what it names.
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    /// Takes the lock, for as long as this process lives.
    ///
    /// # Errors
    /// As [`WholeFile::write`].
    pub(super) fn take_lock(&self) -> io::Result<()> {
        self.hold(&mut self.lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn hold(&self, lock: &mut Option<File>) -> io::Result<()> {
        if lock.is_some() {
            return Ok(());
        }
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let path = self.path.with_extension("lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_state_directories_the_first_is_taken() {
        for (given, expected) in [("/var/lib/a", Some("/var/lib/a")), ("/a:/b", Some("/a")), ("a", None), ("", None)] {
            assert_eq!(first_of(OsStr::new(given)), expected.map(PathBuf::from), "{given}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_moved_aside_and_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = WholeFile::new(folder.path(), "x.json");
        assert_eq!(file.read::<Vec<u32>>(), None);
        for odd in ["", "[1,", "{}", "[\"a\"]"] {
            fs::write(folder.path().join("x.json"), odd).unwrap();
            assert_eq!(file.read::<Vec<u32>>(), None, "{odd}");
            assert_eq!(fs::read_to_string(folder.path().join("x.unreadable")).unwrap(), odd);
        }
        file.write(&[1, 2]).unwrap();
        assert_eq!(file.read::<Vec<u32>>(), Some(vec![1, 2]));
    }

    #[test]
    fn two_that_keep_state_in_one_place_do_not_overwrite_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| WholeFile::new(folder.path(), "x.json"));
        first.write(&1).unwrap();
        assert!(second.write(&2).unwrap_err().to_string().contains("state-dir of its own"));
        drop(first);
        second.write(&2).unwrap();
        assert_eq!(second.read(), Some(2));
    }
}
