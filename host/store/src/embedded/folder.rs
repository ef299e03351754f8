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

/// Whether the files that are there already can be written. That another process holds them is no fault: it is the service
/// that runs, and writes them.
///
/// # Errors
/// They cannot be: the operator's to mend.
pub(super) fn usable(folder: &Path, file: &str, lock: &str) -> io::Result<()> {
    let Some(held) = opened(&folder.join(lock))? else { return is_writable(&folder.join(file)) };
    match held.try_lock() {
        // What SQLite has locked it loses when its own process closes the file a second time.
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => is_writable(&folder.join(file)),
    }
}

fn is_writable(path: &Path) -> io::Result<()> {
    opened(path).map(drop)
}

/// None: nothing is there.
fn opened(path: &Path) -> io::Result<Option<File>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{} cannot be written: {error}", path.display()));
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(there) if !there.is_file() => return Err(named(io::Error::other("this is no file"))),
        _ => {}
    }
    OpenOptions::new().write(true).open(path).map(Some).map_err(named)
}

/// Moves a damaged file, and what belongs to it, out of the way; returns where to. What lay there before is replaced: the
/// last is the one to look at.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn move_aside(file: &Path) -> io::Result<PathBuf> {
    let aside = file.with_extension("unreadable");
    fs::rename(file, &aside)?;
    for (part, other) in parts(file).into_iter().zip(parts(&aside)) {
        // One of an earlier file would be read with this one.
        fs::rename(part, &other).or_else(|error| match error.kind() {
            ErrorKind::NotFound => is_gone(&other),
            _ => Err(error),
        })?;
    }
    Ok(aside)
}

/// Takes away what an earlier file of this name left, which would be read with the next one; also what there is of the file
/// itself.
///
/// # Errors
/// The folder cannot be written.
pub(super) fn clear(file: &Path) -> io::Result<()> {
    is_gone(file)?;
    parts(file).iter().try_for_each(|part| is_gone(part))
}

/// What SQLite has beside a file.
fn parts(file: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", "-journal"].map(|part| {
        let mut name = file.as_os_str().to_owned();
        name.push(part);
        name.into()
    })
}

fn is_gone(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
