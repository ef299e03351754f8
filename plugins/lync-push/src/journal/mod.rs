//! What manual publications replaced, kept over the end of the process. One task writes for all connections of an
//! instance: what waits is written together, so that a thousand agents at once cost one flush of the disk.

mod elsewhere;
mod file;

#[cfg(test)]
mod tests;

use crate::record::{Recalled, Record};
use elsewhere::Elsewhere;
use file::{Agents, Known, MAX_AGENTS, Opened, StateFile, is_over};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::{mpsc, oneshot};
use uc_backoff::pause;

/// How long an instance that ends may keep the file from the one that follows it, or another one that has just begun may
/// look into it.
const HANDOVER: Duration = Duration::from_secs(8);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// First and longest pause before what could not be written is written again, though nobody asks for anything.
const AGAIN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));
/// Changes that are written together.
const TOGETHER: usize = 10_000;

/// What changes of one agent: remembered, or forgotten.
pub(crate) type Change = (Arc<str>, Option<Record>);

/// What became of something to be remembered: what is on disk, or why it is not.
pub(crate) type Written = (Arc<str>, Result<Record, Arc<str>>);

enum Ask {
    Keep {
        changes: Vec<Change>,
        answers: mpsc::UnboundedSender<Written>,
    },
    /// What is remembered of these elsewhere is this instance's.
    TakeOver(Vec<Arc<str>>),
    /// What nobody has asked for is another instance's.
    LeaveTheRest,
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
    /// The same in files of other names, which may be another instance's: of agents of this one it is to be taken over
    /// ([`Journal::take_over`]).
    pub(crate) elsewhere: HashMap<Arc<str>, Recalled>,
}

impl Journal {
    /// Opens the file of this name. Without a directory that works nothing can be remembered, and no manual publication
    /// is made; the reason is each one's error. The writer is the future, which is to be spawned.
    pub(crate) async fn open(
        directory: PathBuf,
        name: String,
    ) -> (Self, Left, impl Future<Output = Result<(), String>>) {
        let opened = open(&directory, &name).await;
        let (sender, asks) = mpsc::unbounded_channel();
        let now = unix(SystemTime::now());
        let recalled = |agents: &Agents| {
            let one = |(address, (record, since)): (&Arc<str>, &Known)| {
                (address.clone(), Recalled { record: record.clone(), expired: is_over(*since, now) })
            };
            agents.iter().map(one).collect()
        };
        let (state, elsewhere, left) = match opened {
            Ok(Opened { file, agents }) => {
                let elsewhere = Elsewhere::open(&directory, &name).await;
                let left = Left { agents: recalled(&agents), elsewhere: recalled(&elsewhere.agents()) };
                (Ok((file, agents)), elsewhere, left)
            }
            Err(error) => {
                let why = unusable(&directory, &error);
                tracing::error!("{why}");
                (Err(why.into()), Elsewhere::default(), Left::default())
            }
        };
        let writer = Writer {
            state,
            elsewhere,
            leaves: false,
            directory,
            name,
            inherited: HashSet::new(),
            behind: false,
            told: false,
            failures: 0,
        };
        (Self(sender), left, writer.run(asks))
    }

    /// Has changes written, in order; what became of those that remember comes over `answers`.
    pub(crate) fn keep(&self, changes: Vec<Change>, answers: &mpsc::UnboundedSender<Written>) {
        // The writer lives as long as the instance.
        let _ = self.0.send(Ask::Keep { changes, answers: answers.clone() });
    }

    /// Has what is remembered of these elsewhere written where this instance remembers, before anything that is asked for
    /// afterwards.
    pub(crate) fn take_over(&self, addresses: Vec<Arc<str>>) {
        // The writer lives as long as the instance.
        let _ = self.0.send(Ask::TakeOver(addresses));
    }

    /// Leaves the rest of what is elsewhere to whoever it belongs to.
    pub(crate) fn leave_the_rest(&self) {
        // As above.
        let _ = self.0.send(Ask::LeaveTheRest);
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
    elsewhere: Elsewhere,
    /// Nobody takes anything over any more.
    leaves: bool,
    directory: PathBuf,
    name: String,
    /// Of whom an earlier life wrote what this one had not read when it began, and has not written since.
    inherited: HashSet<Arc<str>>,
    /// Whether the disk lacks something.
    behind: bool,
    /// That the file cannot be written has been logged.
    told: bool,
    /// Writes in a row that left something unwritten.
    failures: u32,
}

/// What was remembered before of those whom one write is about.
type Undo = HashMap<Arc<str>, Option<Known>>;

impl Writer {
    /// Ends when nobody asks any more; an error: it fell over, and nothing is remembered from then on.
    async fn run(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) -> Result<(), String> {
        while let Some(together) = self.next(&mut asks).await {
            let work = tokio::task::spawn_blocking(move || {
                self.serve(together);
                self
            });
            match work.await {
                Ok(writer) => self = writer,
                Err(error) => return Err(format!("what agents chose is remembered no more: {error}")),
            }
        }
        Ok(())
    }

    /// What is asked for next, with all that waits; nothing: it is time to write again what could not be written. None:
    /// nobody asks any more.
    async fn next(&self, asks: &mut mpsc::UnboundedReceiver<Ask>) -> Option<Vec<Ask>> {
        let first = match self.is_behind() {
            true => match tokio::time::timeout(pause(AGAIN, self.failures), asks.recv()).await {
                Ok(first) => first?,
                Err(_) => return Some(Vec::new()),
            },
            false => asks.recv().await?,
        };
        let mut together = vec![first];
        while together.len() < TOGETHER
            && let Ok(ask) = asks.try_recv()
        {
            together.push(ask);
        }
        Some(together)
    }

    fn is_behind(&self) -> bool {
        self.behind || self.elsewhere.is_behind()
    }

    fn serve(&mut self, asks: Vec<Ask>) {
        let (mut undo, mut written, mut flushes) = (Undo::new(), Vec::new(), Vec::new());
        for ask in asks {
            match ask {
                Ask::Keep { changes, answers } => {
                    for (address, record) in changes {
                        match record {
                            Some(record) => {
                                let took = self.remember(address.clone(), record, &mut undo);
                                written.push((answers.clone(), address, took));
                            }
                            None => self.forget(&address, &mut undo),
                        }
                    }
                }
                Ask::TakeOver(addresses) => addresses.iter().for_each(|address| self.take_over(address)),
                Ask::LeaveTheRest => self.leaves = true,
                Ask::Flush(done) => flushes.push(done),
            }
        }
        let whole = self.write(undo);
        if whole.is_ok() {
            self.elsewhere.forget_taken();
        }
        if self.leaves {
            self.elsewhere.leave_the_rest();
        }
        self.failures = if self.is_behind() { self.failures.saturating_add(1) } else { 0 };
        for (answers, address, took) in written {
            // A connection that has ended needs no answer.
            let _ = answers.send((address, took.and_then(|record| whole.clone().map(|()| record))));
        }
        for done in flushes {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
    }

    /// The directory may work by now.
    fn open_late(&mut self) {
        if self.state.is_err()
            && let Ok(opened) = StateFile::open(&self.directory, &self.name)
        {
            self.inherited = opened.agents.keys().cloned().collect();
            self.state = Ok((opened.file, opened.agents));
        }
    }

    /// What is to be on disk of an agent, as asked but for what an earlier life knew better.
    fn remember(&mut self, address: Arc<str>, record: Record, undo: &mut Undo) -> Result<Record, Arc<str>> {
        self.open_late();
        let (file, agents) = self.state.as_mut().map_err(|why| why.clone())?;
        let known = agents.get(&address);
        if known.is_none() && agents.len() >= MAX_AGENTS {
            return Err(format!("{} holds {MAX_AGENTS} agents already and takes no more", file.place()).into());
        }
        let record = match known.filter(|_| self.inherited.contains(&address)) {
            Some((left, _)) => record.over(left),
            None => record,
        };
        let before = agents.insert(address.clone(), (record.clone(), unix(SystemTime::now())));
        undo.entry(address).or_insert(before);
        self.behind = true;
        Ok(record)
    }

    /// What is known here already is newer. Until it is on disk here it stays where it was.
    fn take_over(&mut self, address: &Arc<str>) {
        let Some(known) = self.elsewhere.take(address) else { return };
        if let Ok((_, agents)) = &mut self.state {
            agents.entry(address.clone()).or_insert(known);
            self.behind = true;
        }
    }

    /// What is forgotten stays forgotten, if not on disk at once then with the next write, which is not waited for.
    fn forget(&mut self, address: &Arc<str>, undo: &mut Undo) {
        self.open_late();
        undo.remove(address);
        self.inherited.remove(address);
        if let Ok((_, agents)) = &mut self.state {
            self.behind |= agents.remove(address).is_some();
        }
    }

    /// Writes what changed; if that fails, what is remembered is what it was.
    fn write(&mut self, undo: Undo) -> Result<(), Arc<str>> {
        let (file, agents) = self.state.as_mut().map_err(|why| why.clone())?;
        if !self.behind {
            return Ok(());
        }
        if let Err(error) = file.write(agents) {
            for (address, before) in undo {
                match before {
                    Some(before) => drop(agents.insert(address, before)),
                    None => drop(agents.remove(&address)),
                }
            }
            if !std::mem::replace(&mut self.told, true) {
                tracing::warn!(
                    "cannot write {}: {error}: until that works, which is tried again and again, nothing more is published \
                     in the place of agents' choices, and what is done with still stands there",
                    file.place()
                );
            }
            return Err(format!("cannot write {}: {error}: what the agent chose would be lost", file.place()).into());
        }
        (self.behind, self.told) = (false, false);
        self.inherited.retain(|address| !undo.contains_key(address));
        Ok(())
    }
}
