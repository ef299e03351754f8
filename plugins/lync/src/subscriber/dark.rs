//! Since when not everybody is known. A server that refuses nobody may still tell nothing: it accepts and is silent, or
//! sends people on and on. That is said after a while, whatever it answers meanwhile, because the people are unknown all
//! the same.

use super::{Subscriber, pump::UNTOLD};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;

/// How long a server may take to tell of everybody before that is told.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
pub(super) struct Dark {
    /// Not everybody is known since then, and no other reason is.
    since: Option<Instant>,
    /// What was told of that.
    told: Option<String>,
    /// How many are known, as it was last looked at.
    known: usize,
    /// Whom one pool has sent to another, and none told of since.
    sent: HashSet<UserHandle>,
}

impl Dark {
    /// When it is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.filter(|_| self.told.is_none()).map(|since| since + PATIENCE)
    }

    /// Whether somebody is waited for.
    pub(super) fn waits(&self) -> bool {
        self.since.is_some()
    }

    /// A pool that a person was sent to sends the person on.
    pub(super) fn sent_on(&mut self, user: UserHandle) {
        self.sent.insert(user);
    }

    fn why(&self) -> String {
        match self.sent.len() {
            0 => UNTOLD.to_owned(),
            1 => "the server sends one of them from pool to pool".to_owned(),
            people => format!("the server sends {people} of them from pool to pool"),
        }
    }
}

impl Subscriber {
    /// Looks who is known: a reason that nobody is concerned by any more is none, and where there is none that can be
    /// told after a while it is what the server does.
    pub(super) fn look(&mut self, now: Instant) {
        let (people, known) = self.coverage.count();
        self.changes += u64::from(std::mem::replace(&mut self.dark.known, known) != known);
        if known == people {
            self.trouble = None;
            self.dark = Dark { known, ..Dark::default() };
        } else if self.trouble.is_some() && self.trouble != self.dark.told {
            (self.dark.since, self.dark.told) = (None, None);
        } else if now >= *self.dark.since.get_or_insert(now) + PATIENCE {
            self.dark.sent.retain(|user| self.coverage.pool_of(*user).is_some() && !self.coverage.knows(*user));
            let why = self.dark.why();
            if self.dark.told.replace(why.clone()).as_ref() != Some(&why) {
                self.trouble(why);
            }
        }
    }
}
