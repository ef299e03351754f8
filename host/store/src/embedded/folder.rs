//! The folder of the file: made, ours alone, and held by one process.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

/// The process before may be about to end, and has the folder for so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// A folder that this process holds until it ends, however it does.
#[derive(Debug)]
pub(super) struct Held {
    _lock: File,
}

impl Held {
    /// # Errors
    /// The folder cannot be written, or another process holds it: the operator's to mend.
    pub(super) fn take(folder: &Path, lock: &str, patient: bool) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let path = folder.join(lock);
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let until = Instant::now() + if patient { PATIENCE } else { Duration::ZERO };
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _lock: file }),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(Duration::from_millis(20)),
                Err(TryLockError::WouldBlock) => {
                    let why = format!("another process holds {}: give each a state-dir of its own", path.display());
                    return Err(io::Error::new(ErrorKind::WouldBlock, why));
                }
            }
        }
    }
}

/// Moves a damaged file, and what belongs to it, out of the way; returns where to. What lay there before is replaced: the
/// last is the one to look at.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn move_aside(file: &Path) -> io::Result<PathBuf> {
    let aside = file.with_extension("unreadable");
    fs::rename(file, &aside)?;
    for part in ["-wal", "-shm", "-journal"] {
        let named =
            |path: &Path| PathBuf::from([path.as_os_str(), part.as_ref()].into_iter().collect::<std::ffi::OsString>());
        // One of an earlier file would be read with this one.
        let moved = fs::rename(named(file), named(&aside)).or_else(|error| match error.kind() {
            ErrorKind::NotFound => fs::remove_file(named(&aside)),
            _ => Err(error),
        });
        match moved {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}
