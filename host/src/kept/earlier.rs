//! Files in which earlier versions kept what is in the store now.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
};

/// More is in none of these files.
const MOST_BYTES: u64 = 64 << 20;

/// One of them.
#[derive(Debug)]
pub(super) struct Earlier {
    path: PathBuf,
    pub(super) text: String,
}

impl Earlier {
    /// The file of this name, if it is there and can be read.
    pub(super) fn read(folder: &Path, name: &str) -> Option<Self> {
        let mut earlier = Self { path: folder.join(name), text: String::new() };
        let mut bytes = Vec::new();
        let read = match File::open(&earlier.path) {
            Ok(file) => file.take(MOST_BYTES + 1).read_to_end(&mut bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => Err(error),
        };
        match read {
            Ok(_) if earlier.is_in_use() => earlier.left("a process of an earlier version keeps it"),
            Ok(_) if bytes.len() as u64 <= MOST_BYTES => {
                earlier.text = String::from_utf8_lossy(&bytes).into_owned();
                Some(earlier)
            }
            Ok(_) => earlier.put_aside("it is too large"),
            // It may be in order, and read at the next start.
            Err(error) => earlier.left(&error.to_string()),
        }
    }

    /// Processes of that version hold a lock beside it.
    fn is_in_use(&self) -> bool {
        let lock = File::open(self.path.with_extension("lock"));
        lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
    }

    fn left(&self, why: &str) -> Option<Self> {
        tracing::warn!(file = %self.path.display(), why, "what an earlier version kept is not taken over now");
        None
    }

    /// Moves it out of the way, for whoever wants to look at it.
    pub(super) fn put_aside<T>(&self, why: &str) -> Option<T> {
        let aside = self.path.with_extension("unreadable");
        let moved = fs::rename(&self.path, &aside);
        tracing::error!(file = %self.path.display(), why, aside = %aside.display(), moved = moved.is_ok(),
            "what was kept cannot be read: the service begins without it, and the file is moved aside");
        None
    }

    /// What it held is in the store.
    pub(super) fn taken_over(&self) {
        match self.rename() {
            Ok(()) => tracing::info!(file = %self.path.display(), "what an earlier version kept is in the store now"),
            Err(error) => {
                tracing::warn!(file = %self.path.display(), %error, "what an earlier version kept is in the store now, and its \
                    file cannot be renamed: remove it, or the next start takes it over again");
            }
        }
    }

    fn rename(&self) -> io::Result<()> {
        match fs::remove_file(self.path.with_extension("lock")) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => fs::rename(&self.path, self.path.with_extension("taken-over")),
        }
    }
}
