//! What is remembered of one agent beyond the life of this process: what stood in the place of the user's choice before
//! ours, and what of ours may stand there now. It is on disk before ours is sent, so that no crash leaves ours behind
//! as the user's own choice. Pure.

use crate::choice::Choice;

/// One agent's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// What stood there before ours; none: nothing.
    pub(crate) before: Option<Choice>,
    /// What of ours may stand there: more than one while a request's outcome is not known. With the version in which it
    /// stands and the time since when, once the server has told them: whatever stands there in another one, or since
    /// another time, is a choice of the user's.
    pub(crate) ours: Vec<Choice>,
}

impl Record {
    /// Whether this one, on disk, is enough where that one is needed.
    pub(crate) fn covers(&self, needed: &Self) -> bool {
        self.before == needed.before && needed.ours.iter().all(|choice| self.ours.contains(choice))
    }

    /// This one, where an earlier life had left that one: what is ours there by that one was no choice of the user's.
    pub(crate) fn over(self, left: &Self) -> Self {
        match &self.before {
            Some(before) if left.knows(before) => Self { before: left.before.clone(), ..self },
            _ => self,
        }
    }

    /// Whether what stands there is ours.
    pub(crate) fn knows(&self, choice: &Choice) -> bool {
        self.ours.iter().any(|ours| ours.is_as(choice))
    }
}

/// What an earlier life of the plug-in has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recalled {
    pub(crate) record: Record,
    /// It is so old that ours of the kind that ends by itself has ended.
    pub(crate) expired: bool,
}

impl Recalled {
    /// What stands there is to make room for what stood before.
    pub(crate) fn stands(&self, seen: Option<&Choice>) -> bool {
        match seen {
            Some(seen) => self.record.knows(seen),
            None => self.expired && self.record.before.is_some() && self.record.ours.iter().all(|ours| ours.timed),
        }
    }
}
