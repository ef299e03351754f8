//! One agent's publications: what is to stand at the server against what is believed to stand there, and the request
//! that makes up for the difference. Pure: no network and no clock of its own.
//!
//! * The latest wish counts; between two requests nothing is queued.
//! * Versions come from the user's own data (roaming-self), from answers, and from conflicts (409). A request that meets
//!   another version is made again with the server's, [`MAX_CONFLICTS`] times in a row.
//! * Under our own instances ([`Instances`]) everything that should not stand is removed, whoever left it there: an
//!   earlier run of this endpoint.
//! * In the place of the user's choice ([`Choice`]) nobody can tell who published. A value that stands there is ours if
//!   we put it there, if a request of ours is on its way that puts it there, or, in the first document of all, if it is
//!   what the host wants there now (it has stood since before a restart). Any other value is the user's new choice: it
//!   stays, is told to the host, and ours is not put over it until the host publishes again.
//! * Ours is put back when the wish for it ends: to what stood before, or to nothing.

mod place;

use crate::{
    choice::Choice,
    fault::Conflict,
    key::{Category, Instances, Key, LASTING, Lifetime, TIMED},
    roaming::Own,
    show::{self, Item, Style, Wanted},
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};
use uc_plugin_api::Publication;

/// Requests that may meet another version, one after the other.
const MAX_CONFLICTS: u8 = 4;
/// Our choice of the kind that ends by itself is published anew after that time: half its life.
const RENEW: Duration = Duration::from_secs(43_200);

/// What is believed of one publication at the server.
#[derive(Clone, Copy, Debug)]
struct Stood {
    key: Key,
    /// 0: nothing is there.
    version: u32,
    /// Fingerprint of what is there, if that is known.
    print: Option<u64>,
}

/// One publication of a request.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) key: Key,
    pub(crate) version: u32,
    pub(crate) lifetime: Lifetime,
    /// None removes it.
    pub(crate) value: Option<String>,
}

/// A publication of the request under way.
#[derive(Clone, Copy, Debug)]
struct Asked {
    key: Key,
    version: u32,
    print: Option<u64>,
}

/// Whether a conflict is worth another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflicted {
    /// The versions are known now.
    Again,
    /// Enough of them in a row, or nothing to learn from.
    GiveUp,
}

/// The publications of one agent.
#[derive(Debug)]
pub(crate) struct Publisher {
    instances: Instances,
    style: Style,
    wanted: Option<Wanted>,
    stood: Vec<Stood>,
    /// Whether this session's first document has come, and whether any ever has.
    heard: bool,
    heard_ever: bool,
    /// Whether it is decided what of the user's choice is ours from before a restart: once document and wish are there.
    judged: bool,
    asked: Option<Vec<Asked>>,
    /// Whether anything has changed since the difference was looked for.
    stirred: bool,
    conflicts: u8,
    /// What is believed to stand in the place of the user's choice.
    there: Option<Choice>,
    /// What a request puts there whose answer has not come, or will never.
    trying: Option<Option<Choice>>,
    /// Whether that is ours, and not what stood there before.
    putting: bool,
    /// What stood there before what a request puts there was seen, while its answer has not come.
    under: Option<Option<Choice>>,
    /// What stood there before ours.
    replaced: Option<Option<Choice>>,
    /// The user has chosen over ours.
    overruled: bool,
    put_at: Option<Instant>,
}

impl Publisher {
    /// Nothing wanted and nothing known.
    pub(crate) fn new(instances: Instances, style: Style) -> Self {
        Self {
            instances,
            style,
            wanted: None,
            stood: Vec::new(),
            heard: false,
            heard_ever: false,
            judged: false,
            asked: None,
            stirred: true,
            conflicts: 0,
            there: None,
            trying: None,
            putting: false,
            under: None,
            replaced: None,
            overruled: false,
            put_at: None,
        }
    }

    /// Takes the host's latest wish.
    pub(crate) fn publish(&mut self, publication: &Publication) {
        self.wanted = Some(Wanted::of(publication, self.style));
        self.stirred = true;
        self.overruled = false;
        self.judge();
    }

    /// Takes the end of the wish.
    pub(crate) fn withdraw(&mut self) {
        self.wanted = None;
        self.stirred = true;
        self.overruled = false;
        self.judged |= self.heard_ever;
    }

    /// Whether something is wanted.
    pub(crate) fn is_publishing(&self) -> bool {
        self.wanted.is_some()
    }

    /// Whether something of ours would outlive the endpoint.
    pub(crate) fn outlives(&self) -> bool {
        self.replaced.is_some()
    }

    /// The endpoint is gone: what is at the server will be told anew.
    pub(crate) fn lost(&mut self) {
        self.asked = None;
        self.stirred = true;
        self.heard = false;
        self.conflicts = 0;
    }

    /// When [`Self::request`] has something again without any input.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.put_at.map(|at| at + RENEW).filter(|_| self.heard && self.asked.is_none())
    }

    /// Takes a document of the user's own data. What he has chosen himself, if it tells of a choice that is not ours
    /// while something of ours is wanted: none when he took his choice back.
    pub(crate) fn heard(&mut self, own: &Own) -> Option<Option<Choice>> {
        let first = !std::mem::replace(&mut self.heard, true);
        self.stirred = true;
        for category in Category::ALL {
            if first || own.named.contains(&category) {
                self.learn(category, own, first);
            }
        }
        if !first && !own.named.contains(&Category::State) {
            return None;
        }
        self.seen(own.choice(), own.beside())
    }

    fn learn(&mut self, category: Category, own: &Own, first: bool) {
        for known in self.stood.iter_mut().filter(|known| known.key.category == category) {
            let version = own.versions.iter().find(|(key, _)| *key == known.key).map_or(0, |(_, version)| *version);
            if first || version != known.version {
                (known.version, known.print) = (version, None);
            }
        }
        let ours = |key: Key| key.category == category && (self.instances.own(key) || key.is_choice());
        for (key, version) in own.versions.iter().filter(|(key, _)| ours(*key)) {
            if !self.stood.iter().any(|known| known.key == *key) {
                self.stood.push(Stood { key: *key, version: *version, print: None });
            }
        }
    }

    /// Whether [`Self::request`] may have something.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let renew = self.poll_timeout().is_some_and(|at| at <= now);
        self.heard && self.asked.is_none() && (self.stirred || renew)
    }

    /// The operations that are due; none while a request is under way, or before the first document.
    pub(crate) fn request(&mut self, now: Instant) -> Option<Vec<Operation>> {
        if !self.is_due(now) {
            return None;
        }
        self.stirred = false;
        let renew = self.poll_timeout().is_some_and(|at| at <= now);
        let mut operations = self.differences(
            show::items(self.wanted.as_ref(), self.instances, self.style),
            |publisher, key| publisher.instances.own(key),
            false,
        );
        operations.extend(self.choice_operations(renew, now));
        if operations.is_empty() {
            return None;
        }
        let asked = |operation: &Operation| Asked {
            key: operation.key,
            version: operation.version,
            print: operation.value.as_ref().map(|value| print_of(operation.lifetime, value)),
        };
        self.asked = Some(operations.iter().map(asked).collect());
        Some(operations)
    }

    /// What must be published and removed so that, among the keys that `covers`, exactly these items stand.
    fn differences(&self, items: Vec<Item>, covers: impl Fn(&Self, Key) -> bool, all: bool) -> Vec<Operation> {
        let known = |key: Key| self.stood.iter().find(|known| known.key == key);
        let surplus = |known: &&Stood| {
            known.version > 0 && covers(self, known.key) && !items.iter().any(|item| item.key == known.key)
        };
        let removed = self.stood.iter().filter(surplus).map(|known| Operation {
            key: known.key,
            version: known.version,
            lifetime: match known.key.instance {
                LASTING => Lifetime::Lasting,
                TIMED => Lifetime::Seconds(0),
                _ => Lifetime::Endpoint,
            },
            value: None,
        });
        let mut operations: Vec<_> = removed.collect();
        for item in items {
            let version = known(item.key).map_or(0, |known| known.version);
            if all || version == 0 || known(item.key).and_then(|known| known.print) != Some(print(&item)) {
                let Item { key, lifetime, value } = item;
                operations.push(Operation { key, version, lifetime, value: Some(value) });
            }
        }
        operations
    }

    /// The server took the request; `own` is what it says of the versions now.
    pub(crate) fn published(&mut self, own: &Own) {
        for asked in self.asked.take().unwrap_or_default() {
            let told = own.versions.iter().find(|(key, _)| *key == asked.key).map(|(_, version)| *version);
            let version = match asked.print {
                Some(_) => told.unwrap_or(asked.version + 1),
                None => 0,
            };
            self.stand(Stood { key: asked.key, version, print: asked.print });
        }
        self.conflicts = 0;
        if let Some(choice) = self.trying.take() {
            let before = self.under.take().unwrap_or_else(|| self.there.clone());
            self.placed(choice, before);
        }
    }

    fn stand(&mut self, stood: Stood) {
        match self.stood.iter_mut().find(|known| known.key == stood.key) {
            Some(known) => *known = stood,
            None => self.stood.push(stood),
        }
    }

    /// The request met other versions.
    pub(crate) fn conflicted(&mut self, conflicts: &[Conflict]) -> Conflicted {
        let asked = self.asked.take().unwrap_or_default();
        self.refused();
        self.conflicts += 1;
        let mut learned = false;
        for conflict in conflicts {
            let Some(asked) = asked.get(conflict.index - 1) else { continue };
            learned = true;
            self.stand(Stood { key: asked.key, version: conflict.current, print: None });
        }
        if learned && self.conflicts <= MAX_CONFLICTS {
            return Conflicted::Again;
        }
        self.conflicts = 0;
        Conflicted::GiveUp
    }

    /// The server refused the request: nothing of it was applied.
    pub(crate) fn refused(&mut self) {
        self.asked = None;
        self.stirred = true;
        self.trying = None;
        self.under = None;
    }
}

fn print(item: &Item) -> u64 {
    print_of(item.lifetime, &item.value)
}

fn print_of(lifetime: Lifetime, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (lifetime, value).hash(&mut hasher);
    hasher.finish()
}
