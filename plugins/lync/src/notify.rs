//! What a notify makes known of people, and what it leaves in doubt.

use crate::{
    categories::Categories,
    coverage::{PoolNumber, Told},
    documents::{self, BadDocument, Document, Whose, Why},
    roster::Roster,
    subscriber::{Subscriber, UNREADABLE},
};
use std::time::Instant;
use uc_plugin_api::PresenceUpdate;
use uc_sip::message::{Message, Name};

/// Since the host was told last.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) notifies: u64,
    pub(crate) unreadable: u64,
    pub(crate) strangers: u64,
}

/// Whom it concerns.
pub(crate) struct Notified<'a> {
    pub(crate) subscriber: &'a mut Subscriber,
    pub(crate) roster: &'a mut Roster,
    pub(crate) reports: &'a mut Vec<PresenceUpdate>,
    pub(crate) counts: &'a mut Counts,
}

impl Notified<'_> {
    /// Takes a notify of a pool's subscription; what could not be read in it.
    pub(crate) fn take(mut self, at: PoolNumber, notify: &Message, now: Instant) -> Option<Why> {
        self.counts.notifies += 1;
        let kind = notify.get(Name::ContentType).unwrap_or_default();
        let mut first = None;
        documents::read(kind, notify.body(), |document| {
            let fault = match document {
                Ok(Document::Categories(news)) => self.categories(at, news, now),
                Ok(Document::Resources(resources)) => {
                    self.subscriber.resources(at, &resources, self.roster, now);
                    resources.broken.map(|why| self.unreadable(at, why.into(), "", now))
                }
                Err(BadDocument { why, whose: Whose::Perhaps(whose) }) => Some(self.unreadable(at, why, &whose, now)),
                Err(BadDocument { why, whose: Whose::Listed(uri) }) => Some(self.unreadable_of(at, why, &uri, now)),
            };
            if let Some(fault) = fault {
                self.counts.unreadable += 1;
                first.get_or_insert(fault);
            }
        });
        first
    }

    fn categories(&mut self, at: PoolNumber, mut news: Categories, now: Instant) -> Option<Why> {
        let Some(user) = self.roster.find(&news.uri) else {
            self.counts.strangers += 1;
            return None;
        };
        let (clear, state, fault) = (news.is_clear(), news.state.is_some(), news.broken.take());
        match self.subscriber.told(at, user, clear, state) {
            Told::Strange => self.counts.strangers += 1,
            Told::Kept(kept) => {
                let before = kept.doubted.then(|| self.roster.report(user, true));
                // What is left of a document that could not be read is no more to be believed than what was known.
                let update = clear.then(|| self.roster.apply(user, news, kept.first)).flatten();
                let news = before.is_some_and(|before| update.as_ref() != Some(&before));
                self.subscriber.compared(at, user, kept, state, news);
                self.reports.extend(update.filter(|_| kept.known));
            }
        }
        if !clear {
            self.subscriber.ask_again(user, UNREADABLE, self.roster, now);
        }
        fault.map(Why::from)
    }

    /// The same of somebody who is named beside it: nobody else is in doubt.
    fn unreadable_of(&mut self, at: PoolNumber, why: Why, uri: &str, now: Instant) -> Why {
        match self.roster.find(uri).is_some_and(|user| self.subscriber.is_in(at, user)) {
            true => self.subscriber.unreadable(at, uri, self.roster, now),
            false => self.counts.strangers += 1,
        }
        why
    }

    fn unreadable(&mut self, at: PoolNumber, why: Why, whose: &str, now: Instant) -> Why {
        self.subscriber.unreadable(at, whose, self.roster, now);
        why
    }
}
