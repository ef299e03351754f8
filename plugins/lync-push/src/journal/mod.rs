//! What manual publications replaced, kept over the end of the process. One task writes for all connections of an
//! instance: what waits is written together, so that a thousand agents at once cost one flush of the disk.

mod file;

#[cfg(test)]
mod tests;

use crate::record::{Recalled, Record};
use file::{Agents, MAX_AGENTS, Opened, StateFile, is_over};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{mpsc, oneshot};

/// How long an instance that ends may keep the file from the one that follows it.
const HANDOVER: Duration = Duration::from_secs(6);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Changes that are written together.
const TOGETHER: usize = 10_000;

/// What changes of one agent: remembered, or forgotten.
pub(crate) type Change = (Arc<str>, Option<Record>);

/// What became of something to be remembered: on disk, or why not.
pub(crate) type Written = (Arc<str>, Result<(), Arc<str>>);

enum Ask {
    Keep { changes: Vec<Change>, answers: mpsc::UnboundedSender<Written> },
    Flush(oneshot::Sender<()>),
}

/// The way to the writer. Each agent has one change under way, which bounds the queue.
#[derive(Clone)]
pub(crate) struct Journal(mpsc::UnboundedSender<Ask>);

/// What an earlier life left.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// By key of the SIP address.
    pub(crate) agents: HashMap<Arc<str>, Recalled>,
    /// Whether there is a file to rely on: what it does not name is the user's own.
    pub(crate) reliable: bool,
}

impl Journal {
    /// Opens the file of this name. Without a directory that works nothing can be remembered, and no manual publication
    /// is made; the reason is each one's error. The writer is the future, which is to be spawned.
    pub(crate) async fn open(directory: PathBuf, name: String) -> (Self, Left, impl Future<Output = ()>) {
        let opened = open(&directory, &name).await;
        let (sender, asks) = mpsc::unbounded_channel();
        let now = unix(SystemTime::now());
        let (state, left) = match opened {
            Ok(Opened { file, agents, reliable }) => {
                let recalled = |(address, (record, since)): (&Arc<str>, &(Record, u64))| {
                    (address.clone(), Recalled { record: record.clone(), expired: is_over(*since, now) })
                };
                let left = Left { agents: agents.iter().map(recalled).collect(), reliable };
                (Ok((file, agents)), left)
            }
            Err(error) => {
                let why = unusable(&directory, &error);
                tracing::error!("{why}");
                (Err(why.into()), Left::default())
            }
        };
        let writer = Writer { state, directory, name };
        (Self(sender), left, writer.run(asks))
    }

    /// Has changes written, in order; what became of those that remember comes over `answers`.
    pub(crate) fn keep(&self, changes: Vec<Change>, answers: &mpsc::UnboundedSender<Written>) {
        // The writer lives as long as the instance.
        let _ = self.0.send(Ask::Keep { changes, answers: answers.clone() });
    }

    /// Waits until everything is written.
    pub(crate) async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(Ask::Flush(done)).is_ok() {
            // A writer that has ended has nothing left to write.
            let _ = written.await;
        }
    }
}

fn unusable(directory: &Path, error: &io::Error) -> String {
    let who = match error.kind() {
        io::ErrorKind::WouldBlock => "another instance uses it".to_owned(),
        _ => error.to_string(),
    };
    format!(
        "what agents chose themselves cannot be remembered in {}: {who}: give `state-dir` a directory that the service may \
         write, to each instance its own; until then nothing is published in the place of their choice",
        directory.display()
    )
}

async fn open(directory: &Path, name: &str) -> io::Result<Opened> {
    let until = tokio::time::Instant::now() + HANDOVER;
    loop {
        match StateFile::open(directory, name) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && tokio::time::Instant::now() < until => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            opened => return opened,
        }
    }
}

fn unix(now: SystemTime) -> u64 {
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

struct Writer {
    state: Result<(StateFile, Agents), Arc<str>>,
    directory: PathBuf,
    name: String,
}

impl Writer {
    async fn run(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) {
        while let Some(first) = asks.recv().await {
            let mut together = vec![first];
            while together.len() < TOGETHER
                && let Ok(ask) = asks.try_recv()
            {
                together.push(ask);
            }
            let work = tokio::task::spawn_blocking(move || {
                self.serve(together);
                self
            });
            match work.await {
                Ok(writer) => self = writer,
                Err(error) => return tracing::error!(%error, "what agents chose is remembered no more"),
            }
        }
    }

    fn serve(&mut self, asks: Vec<Ask>) {
        let before = self.state.as_ref().ok().map(|(_, agents)| agents.clone());
        let mut written = Vec::new();
        let mut flushes = Vec::new();
        for ask in asks {
            match ask {
                Ask::Keep { changes, answers } => {
                    for (address, record) in changes {
                        let remembers = record.is_some();
                        let took = self.change(address.clone(), record);
                        if remembers {
                            written.push((answers.clone(), address, took));
                        }
                    }
                }
                Ask::Flush(done) => flushes.push(done),
            }
        }
        let whole = self.write(before.as_ref());
        for (answers, address, took) in written {
            // A connection that has ended needs no answer.
            let _ = answers.send((address, took.and(whole.clone())));
        }
        for done in flushes {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
    }

    fn change(&mut self, address: Arc<str>, record: Option<Record>) -> Result<(), Arc<str>> {
        if self.state.is_err()
            && let Ok(opened) = StateFile::open(&self.directory, &self.name)
        {
            self.state = Ok((opened.file, opened.agents));
        }
        let (file, agents) = self.state.as_mut().map_err(|why| why.clone())?;
        match record {
            Some(record) if agents.len() < MAX_AGENTS || agents.contains_key(&address) => {
                agents.insert(address, (record, unix(SystemTime::now())));
            }
            Some(_) => {
                return Err(format!("{} holds {MAX_AGENTS} agents already and takes no more", file.place()).into());
            }
            None => drop(agents.remove(&address)),
        }
        Ok(())
    }

    /// Writes what changed; if that fails, what is remembered is what the disk has.
    fn write(&mut self, before: Option<&Agents>) -> Result<(), Arc<str>> {
        let (file, agents) = self.state.as_mut().map_err(|why| why.clone())?;
        if before == Some(&*agents) {
            return Ok(());
        }
        file.write(agents).map_err(|error| {
            // What is forgotten stays forgotten: the next write takes it along.
            agents.retain(|address, _| before.is_none_or(|before| before.contains_key(address)));
            format!("cannot write {}: {error}: what the agent chose would be lost", file.place()).into()
        })
    }
}
