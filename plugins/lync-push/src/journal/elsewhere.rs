//! What lies in the directory under other names: files of earlier settings, and of versions that named them otherwise. What
//! is remembered there of somebody who is an agent of this instance is taken over, once; everything else stays where it
//! is, because it may be another instance's, which does not run at the moment.

use super::file::{Agents, Known, Opened, StateFile};
use crate::state_directory::FILES;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// How long an instance that ends may keep its file from the one that follows it under another name.
const HANDOVER: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Files that are looked into.
const MAX_FILES: usize = 100;

/// Files that no other instance has.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(Vec<Other>);

/// One of them.
#[derive(Debug)]
struct Other {
    file: StateFile,
    agents: Agents,
    /// Whether the file on disk still holds what was taken over.
    changed: bool,
    /// That it cannot be written has been logged.
    told: bool,
}

impl Elsewhere {
    /// Opens those beside the file of that name. One that cannot be used is said, and left.
    pub(super) async fn open(directory: &Path, own: &str) -> Self {
        let (mut all, until) = (Vec::new(), Instant::now() + HANDOVER);
        for path in others(directory, own) {
            match open(&path, until).await {
                Ok(Opened { agents, .. }) if agents.is_empty() => {}
                Ok(Opened { file, agents }) => all.push(Other { file, agents, changed: false, told: false }),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tracing::info!("{} is not looked into: another instance uses it", path.display());
                }
                Err(error) => tracing::warn!(
                    "{} is not looked into ({error}): if it was this instance's, what the agents named in it had chosen \
                     before ours was published is not put back; look at their presence",
                    path.display()
                ),
            }
        }
        Self(all)
    }

    /// Everybody of whom something is remembered, with the newest of it.
    pub(super) fn agents(&self) -> Agents {
        let mut all = Agents::default();
        for (address, known) in self.0.iter().flat_map(|other| &other.agents) {
            if all.get(address).is_none_or(|(_, since)| *since < known.1) {
                all.insert(address.clone(), known.clone());
            }
        }
        all
    }

    /// Takes out what is remembered of an agent, the newest of it.
    pub(super) fn take(&mut self, address: &Arc<str>) -> Option<Known> {
        let taken = self.0.iter_mut().filter_map(|other| {
            let known = other.agents.remove(address)?;
            other.changed = true;
            Some(known)
        });
        taken.max_by_key(|(_, since)| *since)
    }

    /// What was taken over is on disk under its new name: it need not stand under the old one.
    pub(super) fn forget_taken(&mut self) {
        for other in self.0.iter_mut().filter(|other| other.changed) {
            match other.file.write_rest(&other.agents) {
                Ok(()) => (other.changed, other.told) = (false, false),
                Err(error) if !std::mem::replace(&mut other.told, true) => tracing::warn!(
                    "cannot write {}: {error}: what was moved from there stands there until that works, which is tried \
                     again and again",
                    other.file.place()
                ),
                Err(_) => {}
            }
        }
        self.0.retain(|other| other.changed || !other.agents.is_empty());
    }

    /// Whether what was taken over still stands under an old name.
    pub(super) fn is_behind(&self) -> bool {
        self.0.iter().any(|other| other.changed)
    }

    /// Lets go of what belongs to others: of files in which nothing stands that was taken over.
    pub(super) fn leave_the_rest(&mut self) {
        self.0.retain(|other| other.changed);
    }
}

/// The other files, in the order of their names.
fn others(directory: &Path, own: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let name = |path: &PathBuf| path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
    let other = |path: &PathBuf| name(path).is_some_and(|name| name.starts_with(FILES) && name != own);
    let mut all: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|kind| kind == "json") && other(path)).collect();
    all.sort_unstable();
    all.truncate(MAX_FILES);
    all
}

async fn open(path: &Path, until: Instant) -> io::Result<Opened> {
    loop {
        match StateFile::open_unused(path.to_owned()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < until => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            opened => return opened,
        }
    }
}
