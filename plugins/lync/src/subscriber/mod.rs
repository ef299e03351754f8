//! Who is subscribed to where: batches inside one dialog a pool, one after the other; people of other pools in dialogs
//! with those. What that makes known is [`Coverage`]'s; here is what is asked for (`pump`), what answers mean
//! (`answers`), where people belong (`resources`), and what becomes of them when numbers are missing (`gaps`).
//!
//! The first SUBSCRIBE of a dialog carries one batch (its head), further batches follow inside the dialog. A refresh
//! repeats the head alone: it prolongs the dialog with everybody in it and stays as small as any other message.
//!
//! A dialog that nothing was heard of for a while is asked about one person: a server that lost it says so (481) only
//! to those who ask, and the silence of ten thousand people looks the same. Of dialogs with single persons one after
//! the other is asked (`rotation`).
//!
//! Whatever a server refuses, ends or leaves unanswered is asked for again after a growing pause, for ever; nobody is
//! named ten times in a minute ([`Pace`](crate::pace::Pace)), and whoever is refused in company is alone soon.

mod answers;
mod dark;
mod gaps;
mod pool;
mod pump;
mod resources;
mod rotation;

use crate::{
    coverage::{Coverage, Kept, PoolNumber, Says, Told},
    roster::{Change, Roster},
};
pub(crate) use answers::UNREADABLE;
use dark::Dark;
use gaps::Hearing;
use pool::Pool;
use rotation::Rotation;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;
use uc_sip::{
    timers::Timers,
    user_agent::{SubscriptionId, UserAgent},
};

/// How long before its end a subscription is refreshed.
const MARGIN: Duration = Duration::from_secs(120);
/// Number of the home pool.
const HOME: PoolNumber = 0;
/// People whose pauses end so close to each other are asked for together.
const TOGETHER: Duration = Duration::from_secs(1);
/// Pools besides those of single people; a real site has a few.
const MAX_POOLS: usize = 256;

/// Since the last time it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// People whom the server did not let be watched.
    pub(crate) refused: u64,
    /// Subscriptions that the server ended, lost, refused or left unanswered.
    pub(crate) lost: u64,
    /// Those among them whose notifies were numbered anew.
    pub(crate) renumbered: u64,
    /// Gaps in numbers after two of which asking again has shown nothing lost.
    pub(crate) skipped: u64,
}

/// The subscriptions of one endpoint over one connection.
#[derive(Debug)]
pub(crate) struct Subscriber {
    own: String,
    batch: usize,
    /// Who is covered, and so known.
    coverage: Coverage,
    pools: Vec<Pool>,
    by_target: HashMap<String, PoolNumber>,
    by_id: HashMap<SubscriptionId, PoolNumber>,
    /// People who wait for their next turn.
    later: Timers<UserHandle>,
    /// When something is to be done about a pool; may be too early.
    timers: Timers<PoolNumber>,
    /// Which dialog with a single person is asked next whether it still stands.
    rotation: Rotation,
    /// Pools with something to send.
    stirred: VecDeque<PoolNumber>,
    /// Dialogs that count for nothing any more.
    abandoned: Vec<SubscriptionId>,
    next_action: u32,
    /// Why some people are not known.
    trouble: Option<String>,
    dark: Dark,
    /// Rises whenever [`Self::trouble`] may say something else.
    changes: u64,
    counts: Counts,
    /// A person who may not be watched has been logged; a server that numbers anew has.
    refusal_told: bool,
    renumbering_told: bool,
    skipping_told: bool,
    /// Whom the last message has told of.
    hearing: Hearing,
    /// Identifiers of the first dialog, for replays.
    identity: Option<(String, String)>,
}

impl Subscriber {
    /// On a fresh connection: everybody is to be subscribed to at home.
    pub(crate) fn new(own: &str, batch: usize, identity: Option<(String, String)>, roster: &Roster) -> Self {
        let mut subscriber = Self {
            own: own.to_owned(),
            batch,
            coverage: Coverage::default(),
            pools: vec![Pool::new(own, false)],
            by_target: HashMap::new(),
            by_id: HashMap::new(),
            later: Timers::default(),
            timers: Timers::default(),
            rotation: Rotation::default(),
            stirred: VecDeque::new(),
            abandoned: Vec::new(),
            next_action: 1,
            trouble: None,
            dark: Dark::default(),
            changes: 0,
            counts: Counts::default(),
            refusal_told: false,
            renumbering_told: false,
            skipping_told: false,
            hearing: Hearing::default(),
            identity,
        };
        roster.handles().for_each(|user| subscriber.put(HOME, user));
        subscriber
    }

    /// Watches people, and others no more.
    pub(crate) fn follow(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Added(user) => self.put(HOME, *user),
                Change::Removed(user, address) => self.take_out(*user, Some(address)),
            }
        }
    }

    fn put(&mut self, at: PoolNumber, user: UserHandle) {
        self.coverage.put(user, at);
        self.pools[at].to_add.push_back(user);
        self.stir(at);
    }

    fn stir(&mut self, at: PoolNumber) {
        self.changes += 1;
        if self.stirred.back() != Some(&at) {
            self.stirred.push_back(at);
        }
    }

    /// Takes a person out of the pool; `tell`: the server is to be told, by that address.
    fn take_out(&mut self, user: UserHandle, tell: Option<&Arc<str>>) {
        let Some(at) = self.coverage.pool_of(user) else { return };
        let covered = self.coverage.remove(user);
        let pool = &mut self.pools[at];
        pool.to_remove.extend(tell.filter(|_| covered).cloned());
        pool.head.retain(|other| *other != user);
        if pool.head.is_empty() {
            let covered = self.coverage.people_of(at).filter(|user| self.coverage.covers(*user));
            pool.head = covered.take(self.batch).collect();
        }
        self.stir(at);
    }

    /// Has a person asked for after that time, at home or where the person is.
    fn later(&mut self, user: UserHandle, at: Instant) {
        self.later.set(user, Some(at));
    }

    /// When [`Self::handle_timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        [self.later.first(), self.timers.first(), self.rotation.at, self.dark.due()].into_iter().flatten().min()
    }

    /// Does what is due: people whose turn has come, dialogs that were silent or do not answer.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.later.first().is_some_and(|at| at <= now) {
            while let Some(user) = self.later.take_due(now + TOGETHER) {
                self.turn_comes(user);
            }
        }
        self.rotate(now);
        while let Some(at) = self.timers.take_due(now) {
            if self.coverage.expire(at, now) {
                self.lose(at, "the server's time for it is over".to_owned(), Duration::ZERO, now);
            }
            if self.pools[at].doubtful_at().is_some_and(|due| due <= now) {
                self.doubt(at, now);
            } else {
                self.stir(at);
            }
        }
        if self.dark.waits() {
            self.look(now);
        }
    }

    fn turn_comes(&mut self, user: UserHandle) {
        if let Some(at) = self.coverage.pool_of(user).filter(|_| self.coverage.waits(user)) {
            self.pools[at].to_add.push_back(user);
            self.stir(at);
        }
    }

    /// Somebody may have mended what was refused: everybody is asked for as soon as nobody is asked for too often.
    pub(crate) fn try_now(&mut self) {
        for at in 0..self.pools.len() {
            self.pools[at].try_now();
            self.stir(at);
        }
        while let Some(at) = self.later.first() {
            self.later.take_due(at).into_iter().for_each(|user| self.turn_comes(user));
        }
    }

    fn arm(&mut self, at: PoolNumber) {
        let due = self.pools[at].due().into_iter().chain(self.coverage.until(at)).min();
        self.timers.set(at, due);
    }

    fn doubt(&mut self, at: PoolNumber, now: Instant) {
        if self.coverage.doubt(at) {
            self.suspect_another(at, now);
        }
        self.trouble(format!("the server does not answer a presence subscription within {} s", pool::ANSWER.as_secs()));
    }

    fn trouble(&mut self, why: String) {
        self.trouble = Some(why);
        self.changes += 1;
    }

    /// Sends what can be sent.
    pub(crate) fn pump(&mut self, agent: &mut UserAgent, roster: &mut Roster, now: Instant) {
        self.abandoned.drain(..).for_each(|id| agent.forget(id));
        while let Some(at) = self.stirred.pop_front() {
            self.pump_pool(at, agent, roster, now);
            self.arm(at);
        }
        self.look(now);
    }

    /// Who is covered.
    pub(crate) fn coverage(&mut self) -> &mut Coverage {
        &mut self.coverage
    }

    /// A pool's dialog says something, perhaps in an answer.
    pub(crate) fn heard(&mut self, at: PoolNumber, answer: bool, now: Instant) {
        self.hearing = Hearing::of(answer);
        self.pools[at].heard(now);
    }

    /// What was kept of a person, with their `state`; whether it is `news`.
    pub(crate) fn compared(&mut self, at: PoolNumber, user: UserHandle, kept: Kept, state: bool, news: bool) {
        self.hearing.told(user, kept, state);
        if kept.doubted {
            self.pools[at].gaps.compared(news, self.hearing.is_answer());
        }
    }

    /// A pool's dialog said how a person is, perhaps with their `state`; not `clear`ly: it is to say so again.
    pub(crate) fn told(&mut self, at: PoolNumber, user: UserHandle, clear: bool, state: bool) -> Told {
        let says = Says { clear, state, answer: self.hearing.is_answer() };
        let told = self.coverage.told(at, user, says);
        if clear && told != Told::Strange {
            self.pools[at].told = true;
            self.may_be_asked(at);
        }
        told
    }

    /// Which pool a subscription is one of.
    pub(crate) fn pool(&self, id: SubscriptionId) -> Option<PoolNumber> {
        self.by_id.get(&id).copied()
    }

    /// Why not everybody is known, with how many are there and how many of them are known; none when all are, or while
    /// nothing was refused and the server has had no time yet.
    pub(crate) fn state(&self) -> Option<(&str, usize, usize)> {
        let (people, known) = self.coverage.count();
        self.trouble.as_deref().filter(|_| known < people).map(|why| (why, people, known))
    }

    /// Rises whenever [`Self::state`] may have changed.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// What happened since the last time.
    pub(crate) fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }
}

fn addresses(roster: &Roster, users: &[UserHandle]) -> Vec<Arc<str>> {
    users.iter().filter_map(|user| roster.address(*user)).cloned().collect()
}
