//! Watches the directory file and reads it again when it changed.
//!
//! The file is looked at twice a second instead of being notified of: a notification sees neither what happens behind a
//! link nor a mount that is put over the folder, and none at all comes from another machine's file system.

use super::{
    file::{self, Loaded},
    stamp::Stamp,
};
use crate::{
    config::Problem,
    tasks::{Aside, NoThread, aside},
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Between two looks, and the silence that must follow a change before the file is read: editors and copies write in
/// several steps.
const LOOK: Duration = Duration::from_millis(500);

/// A file that never settles is read anyway after this time.
const LONGEST: Duration = Duration::from_secs(5);

/// A directory file under watch.
#[derive(Debug)]
pub struct Watch {
    file: PathBuf,
    t_servers: Vec<Arc<str>>,
    /// As it was when it was read last.
    read: Stamp,
    /// As it was at the last look.
    last: Stamp,
    /// Since when it differs from what was read.
    unsettled: Option<Instant>,
    next: Instant,
    /// What goes on beside, kept while nobody waits: a mount that hangs costs one thread and not one for each wait.
    looking: Option<Aside<Stamp>>,
    reading: Option<Aside<Reading>>,
}

/// How the file looked when it was read, and what was read.
type Reading = (Stamp, Result<Loaded, Vec<Problem>>);

impl Watch {
    /// Begins to watch a file that was read when it looked like `read`.
    pub fn new(file: PathBuf, t_servers: Vec<Arc<str>>, read: Stamp) -> Self {
        Self {
            file,
            t_servers,
            read,
            last: read,
            unsettled: None,
            next: Instant::now() + LOOK,
            looking: None,
            reading: None,
        }
    }

    /// Somebody else read a file, this one or another, which is watched from now on.
    pub fn follow(&mut self, file: PathBuf, read: Stamp) {
        let next = self.next;
        *self = Self { next, ..Self::new(file, std::mem::take(&mut self.t_servers), read) };
    }

    /// This file is watched from now on, and read at the next look.
    pub fn read_again(&mut self, file: PathBuf) {
        self.follow(file, Stamp::default());
    }

    /// Waits until the file changed and settled, and reads it. An error leaves the old directory in force; it was
    /// logged. Cancelling it loses no change: the next call waits for the same read.
    pub async fn changed(&mut self) -> Result<Loaded, Vec<Problem>> {
        let (seen, result) = loop {
            match self.read().await {
                Ok(read) => break read,
                Err(error) => self.put_off(&error),
            }
        };
        (self.read, self.last, self.unsettled) = (seen, seen, None);
        match &result {
            Ok(loaded) => {
                tracing::info!(workers = loaded.directory.workers().len(), "the directory file changed and was read");
            }
            Err(problems) => {
                metrics::counter!("uc_directory_loads_total", "result" => "error").increment(1);
                for problem in problems {
                    tracing::error!("the directory stays as it was: {problem}");
                }
            }
        }
        result
    }

    /// Reads the file once it has settled.
    async fn read(&mut self) -> Result<(Stamp, Result<Loaded, Vec<Problem>>), NoThread> {
        while self.reading.is_none() && !self.settled().await? {}
        let (file, t_servers) = (self.file.clone(), self.t_servers.clone());
        let begin = || aside("directory", move || (Stamp::of(&file), file::load(&file, &t_servers)));
        let read = self.reading.get_or_insert_with(begin).await;
        self.reading = None;
        read
    }

    /// Looks once; true: the file is another than was read, and is to be read now.
    async fn settled(&mut self) -> Result<bool, NoThread> {
        sleep_until(self.next).await;
        let file = self.file.clone();
        let looked = self.looking.get_or_insert_with(|| aside("directory", move || Stamp::of(&file))).await;
        self.looking = None;
        let now = looked?;
        self.next = Instant::now() + LOOK;
        let quiet = std::mem::replace(&mut self.last, now) == now;
        if now == self.read {
            self.unsettled = None;
            return Ok(false);
        }
        let since = *self.unsettled.get_or_insert_with(Instant::now);
        Ok(quiet || since.elapsed() >= LONGEST)
    }

    /// Nothing can be looked at for now.
    fn put_off(&mut self, error: &NoThread) {
        tracing::error!(%error, "the directory file is not looked at for {} s", LONGEST.as_secs());
        self.next = Instant::now() + LONGEST;
    }
}
