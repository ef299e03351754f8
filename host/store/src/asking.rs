//! What a pure machine wants of a store, and what came of it. A [lease](crate::lease) and a [part among
//! nodes](crate::nodes) are such machines: whoever runs them asks the store, and brings the answer back.

use crate::{Change, Error, Fence, Revision, Snapshot, Span, Store};
use std::time::Duration;
use tokio::time::timeout;

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
    /// What was said of it last; none: it answers.
    fails: Option<&'static str>,
}

impl Asker {
    pub(crate) fn new(store: Store, deadline: Duration, of: [&'static str; 2]) -> Self {
        Self { store, deadline, of, fails: None }
    }

    /// None: no answer came in time.
    pub(crate) async fn ask(&mut self, what: What) -> Option<Result<Answered, Error>> {
        let answer = timeout(self.deadline, what.of(&self.store)).await.ok();
        let failed = match &answer {
            Some(Err(error @ Error::Full(_))) => Some(("is full", error.to_string())),
            Some(Err(error)) if error.may_pass() => Some(("does not answer", error.to_string())),
            None => Some(("does not answer", "no answer in time".to_owned())),
            Some(_) => None,
        };
        let ([of, cannot], fails) = (self.of, failed.as_ref().map(|(how, _)| *how));
        match failed {
            Some((how, why)) if self.fails != fails => tracing::warn!(why, "the store of {of} {how}: {cannot}"),
            None if self.fails.is_some() => tracing::info!("the store of {of} answers again"),
            _ => {}
        }
        self.fails = fails;
        answer
    }
}
