//! What a pure machine wants of a store, and what came of it. A [lease](crate::lease) and a [part among
//! nodes](crate::nodes) are such machines: whoever runs them asks the store, and brings the answer back.

use crate::{Change, Error, Fence, Revision, Snapshot, Span, Store};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Comes back with the answer. An answer to an older one is nobody's.
    pub number: u64,
    /// What is wanted.
    pub what: What,
}

/// Of which operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// [`Store::get`].
    Read(Span),
    /// [`Store::compare_and_set`].
    Write(Vec<Change>, Option<Fence>),
}

/// What came of it, where it was done.
#[derive(Clone, Debug)]
pub enum Answered {
    /// What was read.
    Read(Snapshot),
    /// It was written at this revision.
    Written(Revision),
}

impl What {
    /// Asks this store.
    ///
    /// # Errors
    /// As the operation.
    pub async fn of(self, store: &Store) -> Result<Answered, Error> {
        match self {
            Self::Read(span) => store.get(&span).await.map(Answered::Read),
            Self::Write(changes, fence) => store.compare_and_set(changes, fence).await.map(Answered::Written),
        }
    }

    /// Asks one in memory, which answers at once.
    #[cfg(test)]
    pub(crate) fn of_memory(self, memory: &crate::memory::Memory) -> Result<Answered, Error> {
        match self {
            Self::Read(span) => Ok(Answered::Read(memory.get(&span))),
            Self::Write(changes, fence) => memory.compare_and_set(changes, fence.as_ref()).map(Answered::Written),
        }
    }
}

/// Asks a store for one machine, and says in the log when it answers no more, and when it does again.
#[derive(Debug)]
pub(crate) struct Asker {
    store: Store,
    /// No answer for so long is none. What it was asked about is the machine's to doubt.
    deadline: Duration,
    /// Whose store it is, and what nobody can do meanwhile.
    of: [&'static str; 2],
    faults: Faults,
    /// Since when it has not done what is asked of it.
    since: Option<Instant>,
}

impl Asker {
    pub(crate) fn new(store: Store, deadline: Duration, of: [&'static str; 2]) -> Self {
        Self { store, deadline, of, faults: Faults::default(), since: None }
    }

    /// None: no answer came in time.
    pub(crate) async fn ask(&mut self, what: What) -> Option<Result<Answered, Error>> {
        let answer = timeout(self.deadline, what.of(&self.store)).await.ok();
        let [of, cannot] = self.of;
        match self.faults.after(answer.as_ref()) {
            Some(News::Fails(how, why)) => tracing::warn!(why, "the store of {of} {how}: {cannot}"),
            Some(News::Answers) => tracing::info!("the store of {of} answers again"),
            None => {}
        }
        self.since = self.faults.any().map(|_| self.since.unwrap_or_else(Instant::now));
        answer
    }

    /// How the store fails now, and since when; none: it answers.
    pub(crate) fn fault(&self) -> Option<(Fault, Instant)> {
        self.faults.any().zip(self.since)
    }
}

/// How a store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not answer this node; it may answer another.
    Silent,
    /// It takes nothing, of nobody.
    Full,
}

/// What was said of a store last.
#[derive(Debug, Default)]
struct Faults {
    silent: bool,
    /// It takes nothing. It may answer whoever reads all the same, so that an answer alone does not end this.
    full: bool,
}

/// What is to be said of it now.
#[derive(Debug, PartialEq, Eq)]
enum News {
    /// How it fails, and why.
    Fails(&'static str, String),
    Answers,
}

impl Faults {
    /// What an answer changes; none: no answer came in time.
    fn after(&mut self, answer: Option<&Result<Answered, Error>>) -> Option<News> {
        let failed_before = self.silent || self.full;
        match answer {
            Some(Err(error @ Error::Full(_))) => {
                self.silent = false;
                (!std::mem::replace(&mut self.full, true)).then(|| News::Fails("is full", error.to_string()))
            }
            Some(Err(error)) if error.may_pass() => self.falls_silent(error.to_string()),
            None => self.falls_silent("no answer in time".to_owned()),
            Some(answer) => {
                self.silent = false;
                // Whether there is room, a read and a write that somebody else has forestalled do not tell.
                self.full &= !matches!(answer, Ok(Answered::Written(_)));
                (failed_before && !self.full).then_some(News::Answers)
            }
        }
    }

    /// That it is silent says less of others than that it is full.
    fn any(&self) -> Option<Fault> {
        match (self.full, self.silent) {
            (true, _) => Some(Fault::Full),
            (false, true) => Some(Fault::Silent),
            (false, false) => None,
        }
    }

    fn falls_silent(&mut self, why: String) -> Option<News> {
        (!std::mem::replace(&mut self.silent, true)).then_some(News::Fails("does not answer", why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;
    use std::collections::BTreeMap;

    #[test]
    fn each_fault_is_said_once_and_its_end_when_it_ends() {
        let read = || Some(Ok(Answered::Read(Snapshot { revision: Revision(1), entries: BTreeMap::new() })));
        let written = || Some(Ok(Answered::Written(Revision(2))));
        let lost = || Some(Err(Error::OutOfReach("x".into())));
        let full = || Some(Err(Error::Full("x".into())));
        let conflict = || Some(Err(Error::Conflict { key: Key::new("a").unwrap(), found: Revision(1) }));
        for (answers, said) in [
            (vec![read(), written(), conflict()], &[][..]),
            // A full one goes on to answer whoever reads.
            (vec![read(), full(), read(), full(), read(), full()], &["is full"]),
            (vec![full(), conflict(), read(), written(), read()], &["is full", "answers"]),
            (vec![None, lost(), read(), written()], &["does not answer", "answers"]),
            (vec![full(), None, read(), full(), written()], &["is full", "does not answer", "answers"]),
            (vec![lost(), full(), written()], &["does not answer", "is full", "answers"]),
        ] {
            let mut faults = Faults::default();
            let news: Vec<_> = answers.iter().filter_map(|answer| faults.after(answer.as_ref())).collect();
            let words = |news: &News| match news {
                News::Fails(how, _) => *how,
                News::Answers => "answers",
            };
            assert_eq!(news.iter().map(words).collect::<Vec<_>>(), said, "{answers:?}");
        }
    }
}
