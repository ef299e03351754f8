//! The file of what is remembered: read once, written whole and at once or not at all (a new file, flushed to the disk,
//! takes the old one's name).

use crate::{
    choice::{Choice, DAY},
    record::Record,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Agents that are remembered at once; one takes about half a KiB.
pub(super) const MAX_AGENTS: usize = 20_000;
/// Longest file that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Form of the file.
const FORM: u32 = 1;

/// What is remembered of one agent, and since when in seconds of Unix time.
pub(super) type Known = (Record, u64);

/// The same of each, by the key of the SIP address.
pub(super) type Agents = BTreeMap<Arc<str>, Known>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<E> {
    form: u32,
    agents: E,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    since: u64,
    before: Option<Choice>,
    ours: Vec<Choice>,
}

/// The same as it is written.
#[derive(Serialize)]
struct Written<'a> {
    since: u64,
    before: &'a Option<Choice>,
    ours: &'a [Choice],
}

/// The file, which no other instance writes meanwhile.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    /// Held as long as this lives; the system lets go of it when the process dies.
    _lock: File,
}

/// What reading gave.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: StateFile,
    pub(super) agents: Agents,
}

impl StateFile {
    /// Opens the file in this directory, which is made when it is missing. A file that cannot be understood is moved
    /// aside, and said.
    ///
    /// # Errors
    /// `WouldBlock`: another instance has it. Others: what is wrong with the directory.
    pub(super) fn open(directory: &Path, name: &str) -> io::Result<Opened> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let file = Self::lock(directory.join(format!("{name}.json")))?;
        let agents = file.read_or_move_aside()?;
        // From now on there is one, and it can be written: found out before anything depends on it.
        file.write(&agents)?;
        Ok(Opened { file, agents })
    }

    /// Opens another instance's file, if none has it. It is left as it is, whatever is in it.
    ///
    /// # Errors
    /// As of [`Self::open`]; `InvalidData`: it cannot be understood.
    pub(super) fn open_unused(path: PathBuf) -> io::Result<Opened> {
        let file = Self::lock(path)?;
        let agents = understand(&file.bytes()?).map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))?;
        Ok(Opened { file, agents })
    }

    fn lock(path: PathBuf) -> io::Result<Self> {
        let lock = path.with_extension("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(lock)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
            TryLockError::Error(error) => error,
        })?;
        Ok(Self { path, _lock: lock })
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn read_or_move_aside(&self) -> io::Result<Agents> {
        let bytes = match self.bytes() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Agents::default()),
            bytes => bytes?,
        };
        match understand(&bytes) {
            Ok(agents) => Ok(agents),
            Err(why) => {
                let aside = self.path.with_extension("unreadable");
                fs::rename(&self.path, &aside)?;
                tracing::error!(
                    "{} cannot be understood ({why}) and is now {}: what the agents named in it had chosen before ours \
                     was published is not put back; look at their presence",
                    self.path.display(),
                    aside.display()
                );
                Ok(Agents::default())
            }
        }
    }

    /// Replaces the content.
    ///
    /// # Errors
    /// The file stands as it was.
    pub(super) fn write(&self, agents: &Agents) -> io::Result<()> {
        let all = agents.iter().map(|(address, (Record { before, ours }, since))| {
            let written = Written { since: *since, before, ours };
            (&**address, written)
        });
        let content = Content { form: FORM, agents: all.collect::<BTreeMap<&str, _>>() };
        let unfinished = self.path.with_extension("new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        file.write_all(&serde_json::to_vec(&content)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        // The new name is on the disk when its directory is.
        self.path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    }

    /// Replaces the content of a file that no instance goes on with: without any agent it is not needed any more.
    ///
    /// # Errors
    /// The file stands as it was.
    pub(super) fn write_rest(&self, agents: &Agents) -> io::Result<()> {
        if agents.is_empty() { fs::remove_file(&self.path) } else { self.write(agents) }
    }

    /// Where it is, for people.
    pub(super) fn place(&self) -> String {
        self.path.display().to_string()
    }
}

fn understand(bytes: &[u8]) -> Result<Agents, String> {
    let content: Content<BTreeMap<String, Entry>> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if content.form != FORM {
        return Err(format!("form {}, not {FORM}", content.form));
    }
    let agents = content.agents.into_iter().take(MAX_AGENTS);
    let known =
        |(address, Entry { since, before, ours }): (String, Entry)| (address.into(), (Record { before, ours }, since));
    Ok(agents.map(known).collect())
}

/// Whether what was remembered then is older than what ends by itself.
pub(super) fn is_over(since: u64, now: u64) -> bool {
    now > since.saturating_add(DAY.into())
}
