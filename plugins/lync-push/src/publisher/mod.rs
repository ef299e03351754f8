//! One agent's publications: what is to stand at the server against what is believed to stand there, and the request
//! that makes up for the difference. Pure: no network, no disk and no clock of its own.
//!
//! * The latest wish counts; between two requests nothing is queued.
//! * Versions come from the user's own data (roaming-self), from answers, and from conflicts (409). A request that
//!   meets another version is made again with the server's, [`MAX_CONFLICTS`] times in a row. In the place of the
//!   user's choice another version is another choice: a document must tell it first.
//! * Under our own instances ([`Instances`]) everything that should not stand is removed, whoever left it there: an
//!   earlier run of this endpoint.
//! * In the place of the user's choice ([`Choice`]) nobody can tell who published. A value that stands there is ours if
//!   we put it there, if a request of ours is on its way that puts it there, or, in the first document of all, if an
//!   earlier life wrote down that it put it there (`memory`). What nobody wrote down is the user's, though it may be what
//!   the host wants there now, and so is what reads as ours and stands in a version that no request of ours made, or
//!   since another time (versions begin anew where a publication was removed): the user has chosen the same. What the user chooses over ours stays, is told to the host, and ours is not put over it
//!   until the host publishes again.
//! * Ours is put back when the wish for it ends: to what stood before, for as long as that would have stood, or to
//!   nothing. What stood before is on disk before ours is sent, so that a crash changes nothing about that.

mod memory;
mod place;
mod stood;

use crate::{
    choice::{Choice, is_same_time},
    fault::Conflict,
    key::{Category, Instances, Key, Lifetime},
    roaming::Own,
    show::{self, Style, Wanted},
};
use memory::Memory;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use stood::{Stood, print_of};
use uc_plugin_api::Publication;

/// Requests that may meet another version, one after the other.
const MAX_CONFLICTS: u8 = 4;
/// Our choice of the kind that ends by itself is published anew after that time: half its life.
const RENEW: Duration = Duration::from_secs(43_200);

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

/// A publication of the user's choice that stands in another version than was thought.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    key: Key,
    asked: u32,
    /// When what was thought to stand was published, if that is known.
    published: Option<u64>,
    current: u32,
}

impl Awaited {
    /// Whether a document was made before that version.
    fn is_after(&self, own: &Own) -> bool {
        let told = own.version(self.key);
        let older = told == self.asked || told > 0 && told < self.current;
        older && !self.is_anew(own.published_at(self.key))
    }

    /// Whether that was published since: after a removal versions begin anew, below those.
    fn is_anew(&self, told: Option<u64>) -> bool {
        match (self.published, told) {
            (Some(known), Some(told)) => told > known && !is_same_time(known, told),
            (None, Some(_)) => self.asked == 0,
            _ => false,
        }
    }
}

/// Whether a conflict is worth another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflicted {
    /// The versions are known now.
    Again,
    /// Enough of them in a row.
    GiveUp,
    /// The server did not say which versions stand: only a new document tells.
    Blind,
}

/// The publications of one agent.
#[derive(Debug)]
pub(crate) struct Publisher {
    instances: Instances,
    style: Style,
    /// The time of day at a moment: choices of users end by it, which outlive this process.
    epoch: (Instant, SystemTime),
    wanted: Option<Wanted>,
    stood: Vec<Stood>,
    /// Whether this session's first document has come, and whether any ever has.
    heard: bool,
    heard_ever: bool,
    /// What stands may be something else than was told last, and of the user's choice what has to be told.
    doubted: bool,
    awaited: Vec<Awaited>,
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
    /// What of ours may stand there.
    ours: Vec<Choice>,
    /// The user has chosen over ours.
    overruled: bool,
    put_at: Option<Instant>,
    memory: Memory,
}

impl Publisher {
    /// Nothing wanted and nothing known. `epoch`: a moment, and the time of day then.
    pub(crate) fn new(instances: Instances, style: Style, epoch: (Instant, SystemTime)) -> Self {
        Self {
            instances,
            style,
            epoch,
            wanted: None,
            stood: Vec::new(),
            heard: false,
            heard_ever: false,
            doubted: false,
            awaited: Vec::new(),
            asked: None,
            stirred: true,
            conflicts: 0,
            there: None,
            trying: None,
            putting: false,
            under: None,
            replaced: None,
            ours: Vec::new(),
            overruled: false,
            put_at: None,
            memory: Memory::default(),
        }
    }

    /// Takes the host's latest wish.
    pub(crate) fn publish(&mut self, publication: &Publication) {
        self.wanted = Some(Wanted::of(publication, self.style));
        self.stirred = true;
        self.overruled = false;
        self.told_by_host();
    }

    /// Takes the end of the wish.
    pub(crate) fn withdraw(&mut self) {
        self.wanted = None;
        self.stirred = true;
        self.overruled = false;
        self.told_by_host();
    }

    /// Whether something is wanted.
    pub(crate) fn is_publishing(&self) -> bool {
        self.wanted.is_some()
    }

    /// Whether something of ours would outlive the endpoint, or may from an earlier life.
    pub(crate) fn outlives(&self) -> bool {
        self.replaced.is_some() || self.memory.recalled.is_some()
    }

    /// The endpoint is gone, or nobody knows what became of a request: what is at the server will be told anew.
    pub(crate) fn lost(&mut self) {
        self.asked = None;
        self.stirred = true;
        self.unsee();
        (self.heard, self.doubted) = (false, false);
        self.awaited.clear();
        self.conflicts = 0;
    }

    /// What is at the server may be something else than was told last, and will be told anew. What is under way goes
    /// on.
    pub(crate) fn doubt(&mut self) {
        self.doubted = true;
    }

    /// Whether the server is to tell anew what stands.
    pub(crate) fn doubts(&self) -> bool {
        self.heard && self.doubted
    }

    /// Whether what stands is known.
    pub(crate) fn knows(&self) -> bool {
        self.heard && !self.doubted
    }

    /// When [`Self::request`] has something again without any input.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let wait = self.memory.wait.filter(|_| self.replaced.is_some());
        let renewal = self.renewal().filter(|_| !self.memory.holds_up);
        [renewal, wait].into_iter().flatten().min().filter(|_| self.knows() && self.asked.is_none())
    }

    /// When what ends by itself is published anew.
    fn renewal(&self) -> Option<Instant> {
        self.put_at.map(|at| at + RENEW)
    }

    /// Takes a document of the user's own data; `answers`: it is the server's answer to the question what stands. What
    /// the user has chosen, if it tells of a choice that is not ours while something of ours is wanted: none when the
    /// choice was taken back. A document that lists no publications is none of them: another follows that does.
    pub(crate) fn heard(&mut self, own: &Own, answers: bool, now: Instant) -> Option<Option<Choice>> {
        if !own.lists {
            return None;
        }
        let whole = !self.heard || self.doubted && answers;
        let tells = whole || own.named.contains(&Category::State);
        if tells && self.awaited.iter().any(|awaited| awaited.is_after(own)) {
            return None;
        }
        let first = !std::mem::replace(&mut self.heard, true);
        self.stirred = true;
        for category in Category::ALL {
            if whole || own.named.contains(&category) {
                self.learn(category, own, first);
            }
        }
        if !tells {
            return None;
        }
        self.doubted = false;
        self.awaited.clear();
        let wall = self.wall(now);
        self.seen(own.choice(wall), own.beside(wall))
    }

    /// In seconds of Unix time.
    fn wall(&self, now: Instant) -> u64 {
        let wall = self.epoch.1 + now.saturating_duration_since(self.epoch.0);
        wall.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// Whether [`Self::request`] may have something.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let due = self.poll_timeout().is_some_and(|at| at <= now);
        self.knows() && self.asked.is_none() && (self.stirred || due)
    }

    /// Whether exactly what is wanted is believed to stand: nothing is under way and nothing is missing.
    pub(crate) fn is_settled(&self) -> bool {
        let quiet = self.knows() && self.asked.is_none() && !self.memory.is_pending() && !self.memory.holds_up;
        quiet && self.place_is_settled() && self.own_differences().is_empty()
    }

    /// The operations that are due; none while a request is under way, before the first document, and while what the
    /// request replaces is being written down ([`Self::take_memory`]).
    pub(crate) fn request(&mut self, now: Instant) -> Option<Vec<Operation>> {
        if !self.is_due(now) {
            return None;
        }
        self.stirred = false;
        self.memory.wait.take_if(|at| *at <= now);
        let renew = self.renewal().is_some_and(|at| at <= now);
        let choice = self.choice_operations(renew, now)?;
        let mut operations = self.own_differences();
        operations.extend(choice);
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

    /// Whether something stands that is not to, and that goes when the endpoint does: nothing is wanted any more.
    pub(crate) fn has_remains(&self) -> bool {
        self.wanted.is_none() && self.own_differences().iter().any(|operation| operation.value.is_none())
    }

    fn own_differences(&self) -> Vec<Operation> {
        let items = show::items(self.wanted.as_ref(), self.instances, self.style);
        self.differences(items, |publisher, key| publisher.instances.own(key), false)
    }

    /// The server took the request; `own` is what it says of the versions now.
    pub(crate) fn published(&mut self, own: &Own) {
        let asked = self.asked.take().unwrap_or_default();
        for asked in &asked {
            let version = match asked.print {
                Some(_) => Some(own.version(asked.key)).filter(|told| *told > 0).unwrap_or(asked.version + 1),
                None => 0,
            };
            let published = own.published_at(asked.key).filter(|_| version > 0);
            self.stand(Stood { key: asked.key, version, published, print: asked.print });
        }
        self.conflicts = 0;
        if let Some(choice) = self.trying.take() {
            let before = self.under.take().unwrap_or_else(|| self.there.clone());
            self.placed(choice.map(|choice| self.in_its_version(choice, &asked, own)), before);
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
            self.met(*asked, conflict.current);
        }
        if learned && self.conflicts <= MAX_CONFLICTS {
            return Conflicted::Again;
        }
        self.conflicts = 0;
        if learned { Conflicted::GiveUp } else { Conflicted::Blind }
    }

    /// Another version stands than a request named.
    fn met(&mut self, Asked { key, version, .. }: Asked, current: u32) {
        if !key.is_choice() {
            self.stand(Stood { key, version: current, published: None, print: None });
        } else if self.version(key) != current {
            // The user has chosen, and nobody has said what.
            self.awaited.push(Awaited { key, asked: version, published: self.published_at(key), current });
            self.doubted = true;
        }
    }

    /// The server refused the request: nothing of it was applied. What was seen of it nevertheless was the user's, and is
    /// judged when the server has told it again ([`Self::doubts`]).
    pub(crate) fn refused(&mut self) {
        self.asked = None;
        self.stirred = true;
        self.doubted |= self.unsee();
        self.not_placed();
    }
}
