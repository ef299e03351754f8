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
use uc_backoff::Backoff;

/// Between two looks, and the silence that must follow a change before the file is read: editors and copies write in
/// several steps.
const LOOK: Duration = Duration::from_millis(500);

/// A file that never settles is read anyway after this time.
const LONGEST: Duration = Duration::from_secs(5);

/// First and longest pause before a file that could not be used is read again although it looks the same: what is wrong
/// may be elsewhere, such as a file of a password that comes later, and is then right without a word.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

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
    unusable: Option<Unusable>,
    /// What goes on beside, kept while nobody waits: a mount that hangs costs one thread and not one for each wait.
    looking: Option<Aside<Stamp>>,
    reading: Option<Aside<Reading>>,
}

/// What was read last cannot be used.
#[derive(Debug)]
struct Unusable {
    /// Why, as it was logged.
    why: Vec<String>,
    pauses: Backoff,
    /// When it is read again.
    again: Instant,
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
            unusable: None,
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

    /// Waits until the file changed and settled, or what was wrong with it may be mended, and reads it. An error leaves the
    /// old directory in force; it was logged, and comes again only when it is another. Cancelling it loses no change: the
    /// next call waits for the same read.
    pub async fn changed(&mut self) -> Result<Loaded, Vec<Problem>> {
        loop {
            let (seen, result) = match self.read().await {
                Ok(read) => read,
                Err(error) => {
                    self.put_off(&error);
                    continue;
                }
            };
            let before = std::mem::replace(&mut self.read, seen);
            (self.last, self.unsettled) = (seen, None);
            match result {
                Ok(loaded) => {
                    self.unusable = None;
                    tracing::info!(workers = loaded.directory.workers().len(), "the directory file was read again");
                    return Ok(loaded);
                }
                Err(problems) if self.is_news(&problems, seen != before) => {
                    metrics::counter!("uc_directory_loads_total", "result" => "error").increment(1);
                    for problem in &problems {
                        tracing::error!("the directory stays as it was: {problem}");
                    }
                    return Err(problems);
                }
                Err(_) => {}
            }
        }
    }

    /// What was read cannot be used, and is read again after a pause. False: that was said already of the file as it is.
    fn is_news(&mut self, problems: &[Problem], changed: bool) -> bool {
        let (now, why) = (Instant::now(), problems.iter().map(ToString::to_string).collect());
        let before = self.unusable.take().filter(|before| !changed && before.why == why);
        let news = before.is_none();
        let mut pauses = before.map_or_else(|| Backoff::new(AGAIN.0, AGAIN.1), |before| before.pauses);
        let again = now + pauses.fail(now.into_std());
        self.unusable = Some(Unusable { why, pauses, again });
        news
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

    /// Looks once; true: the file is another than was read, or was of no use, and is to be read now.
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
            return Ok(self.unusable.as_ref().is_some_and(|unusable| unusable.again <= Instant::now()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    #[tokio::test(start_paused = true)]
    async fn the_same_fault_is_told_once_and_looked_at_ever_more_slowly() {
        let mut watch = Watch::new("d.toml".into(), Vec::new(), Stamp::default());
        let of = |why: &str| [Problem::with_file(&Source::unreadable("d.toml".as_ref()), why)];
        let mut pause = |why: &str, changed: bool, news: bool| {
            assert_eq!(watch.is_news(&of(why), changed), news, "{why} {changed}");
            watch.unusable.as_ref().unwrap().again - Instant::now()
        };
        let first = pause("no password", true, true);
        assert!((1..20).map(|_| pause("no password", false, false)).max() > Some(10 * first));
        assert!(pause("no password", false, false) <= AGAIN.1);
        assert!(pause("no password", true, true) <= AGAIN.0, "the file was written again");
        assert!(pause("no such switch", false, true) <= AGAIN.0);
    }
}
