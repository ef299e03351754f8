//! The thread that owns the file.

use super::{
    file::{StoreFile, Unusable},
    folder::{self, Held},
};
use crate::{
    Change, Error, Fence, Revision, Snapshot, Span,
    ledger::{Batch, Ledger},
    watch::Feed,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{mpsc, oneshot};

/// Name of the file in the folder.
const FILE: &str = "store.sqlite";

/// Name of what is locked beside it: the file itself may be moved aside.
const LOCK: &str = "store.lock";

/// Calls that are answered with one commit.
const BATCH: usize = 256;

/// Whether what is in the folder of a state directory can be used.
///
/// # Errors
/// A file that is there cannot be written: the operator's to mend.
pub fn usable(folder: &Path) -> std::io::Result<()> {
    folder::usable(folder, FILE, LOCK)
}

type Answer<T> = oneshot::Sender<Result<T, Error>>;

/// What is asked of the thread.
#[derive(Debug)]
pub(super) enum Request {
    Get(Span, Answer<Snapshot>),
    Set(Vec<Change>, Option<Fence>, Answer<Revision>),
    Close(Answer<()>),
}

type Set = (Vec<Change>, Option<Fence>, Answer<Revision>);

pub(super) struct Writer {
    folder: PathBuf,
    feed: Arc<Feed>,
    held: Option<Held>,
    /// The process before may be about to end.
    patient: bool,
    file: Option<StoreFile>,
    /// None: nothing was read yet.
    ledger: Option<Ledger>,
}

impl Writer {
    pub(super) fn new(folder: &Path, feed: Arc<Feed>) -> Self {
        Self { folder: folder.to_owned(), feed, held: None, patient: true, file: None, ledger: None }
    }

    /// Serves until everybody is gone, or one has closed it.
    pub(super) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut sets = Vec::new();
        while let Some(first) = requests.blocking_recv() {
            let mut next = Some(first);
            while let Some(request) = next.take() {
                match request {
                    Request::Set(changes, fence, answer) => sets.push((changes, fence, answer)),
                    Request::Get(span, answer) => {
                        self.commit(&mut sets);
                        let read = self.ready().map(|(_, ledger)| ledger.read(&span));
                        let _ = answer.send(read);
                    }
                    Request::Close(answer) => {
                        self.commit(&mut sets);
                        drop(self);
                        let _ = answer.send(Ok(()));
                        return;
                    }
                }
                if sets.len() < BATCH {
                    next = requests.try_recv().ok();
                }
            }
            self.commit(&mut sets);
        }
    }

    /// Makes what was gathered with one commit, and answers.
    fn commit(&mut self, sets: &mut Vec<Set>) {
        if sets.is_empty() {
            return;
        }
        let mut sets = std::mem::take(sets);
        // Whoever waits no longer has been told that it was not done.
        sets.retain(|(_, _, answer)| !answer.is_closed());
        if let Err(error) = self.ready() {
            return sets.into_iter().for_each(|(_, _, answer)| drop(answer.send(Err(error.clone()))));
        }
        let Some(ledger) = &mut self.ledger else { return };
        let mut staged = ledger.stage();
        let mut answers = Vec::new();
        for (changes, fence, answer) in sets {
            answers.push((staged.add(changes, fence.as_ref()), answer));
        }
        let batch = staged.batch();
        let written = if batch.changed.is_empty() { Ok(()) } else { write(&mut self.file, &batch) };
        if written.is_ok() {
            ledger.make(&batch);
            self.feed.tell(batch.changed);
        }
        for (result, answer) in answers {
            let _ = answer.send(written.clone().and(result));
        }
    }

    /// The open file, and what is in it.
    fn ready(&mut self) -> Result<(&mut StoreFile, &Ledger), Error> {
        if !self.file.as_ref().is_some_and(StoreFile::is_there) {
            // The folder may be another one than before.
            (self.file, self.held) = (None, None);
            self.open()?;
        }
        match (&mut self.file, &self.ledger) {
            (Some(file), Some(ledger)) => Ok((file, ledger)),
            _ => Err(Error::OutOfReach("it is not open".into())),
        }
    }

    fn open(&mut self) -> Result<(), Error> {
        let held = Held::take(&self.folder, LOCK, std::mem::take(&mut self.patient));
        let held = held.map_err(|error| Error::OutOfReach(error.to_string().into()))?;
        let path = self.folder.join(FILE);
        let (mut file, found) = open(&path)?;
        if let Some(ledger) = &self.ledger {
            file.replace(ledger).map_err(error)?;
            tracing::error!(file = %path.display(), "the store's file was taken away or damaged under this process, which has \
                written it anew from memory: nothing is lost");
        }
        self.ledger.get_or_insert(found);
        (self.file, self.held) = (Some(file), Some(held));
        Ok(())
    }
}

fn write(file: &mut Option<StoreFile>, batch: &Batch) -> Result<(), Error> {
    let Some(open) = file else { return Err(Error::OutOfReach("it is not open".into())) };
    open.commit(batch).map_err(|unusable| {
        if matches!(unusable, Unusable::Damaged(_)) {
            // The next call moves it aside.
            *file = None;
        }
        error(unusable)
    })
}

/// Opens the file; a damaged one is moved aside for whoever wants to look at it, and another begun.
fn open(path: &Path) -> Result<(StoreFile, Ledger), Error> {
    let opened = match StoreFile::open(path) {
        Err(Unusable::Damaged(why)) => {
            let aside = folder::move_aside(path).map_err(|error| {
                Error::OutOfReach(
                    format!("{} is damaged ({why}), and cannot be moved aside: {error}", path.display()).into(),
                )
            })?;
            tracing::error!(file = %path.display(), why, aside = %aside.display(), "the store cannot be read: the service \
                begins without what was kept, and the file is moved aside");
            StoreFile::open(path)
        }
        opened => opened,
    };
    opened.map_err(error)
}

fn error(unusable: Unusable) -> Error {
    match unusable {
        Unusable::Full(why) => Error::Full(why.into()),
        Unusable::Damaged(why) | Unusable::Other(why) => Error::OutOfReach(why.into()),
    }
}
