//! Who is covered by which live subscription, until when: the one answer to whether a person's presence counts as known
//! (host/docs/developing.md, "Decisions, and why"). Known is who has been told of in a subscription that lives, is
//! answered when asked, and has not run out. Whatever ends that makes those people unknown at once; what came before
//! counts for nothing afterwards.
//!
//! Pure: `now` is an argument. Every change of who is known is in [`Coverage::take_changed`], but for the good news
//! that [`Coverage::told`] gives at once.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};
use uc_plugin_api::UserHandle;

/// Number of a pool: of a place where people are subscribed to, with one subscription at a time.
pub(crate) type PoolNumber = usize;

/// How far a person's SUBSCRIBE got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Not asked for, or refused.
    Waiting,
    /// Named in a SUBSCRIBE that is not answered yet.
    Asked,
    /// Named in one that was accepted.
    Covered,
}

/// One person.
#[derive(Clone, Copy, Debug)]
struct Place {
    pool: u32,
    step: Step,
    /// The subscription has said how the person is.
    told: bool,
    /// What is kept of the person was said before that, or in doubt: what is said whole takes its place.
    stale: bool,
    /// To be asked for again, though covered.
    again: bool,
    /// Covered, but what was said last may be wrong, and nothing was said since.
    dark: bool,
    /// Known, and asked for again: what was said last may be wrong, though probably it is not.
    unsure: bool,
}

impl Place {
    /// Whether the person is known if the subscription is sure.
    fn counts(&self) -> bool {
        self.told && self.step == Step::Covered
    }
}

/// One pool's subscription.
#[derive(Debug, Default)]
struct Hold {
    people: HashSet<UserHandle>,
    /// It lives until then; none: there is none.
    until: Option<Instant>,
    /// It does not answer.
    doubted: bool,
}

impl Hold {
    /// Whether there is a subscription that is not in doubt.
    fn is_sure(&self) -> bool {
        self.until.is_some() && !self.doubted
    }
}

/// Whether what a subscription says of a person counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is another's business, or nobody's.
    Strange,
    /// To be kept.
    Kept(Kept),
}

/// What a document says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Says {
    /// It could be read: otherwise the person is unknown from now on.
    pub(crate) clear: bool,
    /// Their state is in it.
    pub(crate) state: bool,
    /// It came in an answer.
    pub(crate) answer: bool,
}

/// What is said of a person counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// In the place of what was kept before.
    pub(crate) first: bool,
    /// To be reported.
    pub(crate) known: bool,
    /// It is all that there is to say: somebody asked.
    pub(crate) whole: bool,
    /// Likewise, and somebody asked because what was said before was in doubt.
    pub(crate) doubted: bool,
}

/// All people of one account.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    people: HashMap<UserHandle, Place>,
    holds: Vec<Hold>,
    /// Whom a subscription covers that has told of them.
    told: usize,
    changed: Vec<UserHandle>,
}

impl Coverage {
    /// Puts a person into a pool, to be subscribed to there; what covered the person before does not any more.
    pub(crate) fn put(&mut self, user: UserHandle, pool: PoolNumber) {
        self.remove(user);
        if self.holds.len() <= pool {
            self.holds.resize_with(pool + 1, Hold::default);
        }
        self.holds[pool].people.insert(user);
        self.people.insert(
            user,
            Place {
                pool: pool as u32,
                step: Step::Waiting,
                told: false,
                stale: true,
                again: false,
                dark: false,
                unsure: false,
            },
        );
    }

    /// Forgets a person; whether a subscription covered the person.
    pub(crate) fn remove(&mut self, user: UserHandle) -> bool {
        let before = self.step(user, Step::Waiting);
        if let Some(place) = self.people.remove(&user) {
            self.holds[place.pool as usize].people.remove(&user);
        }
        before == Some(Step::Covered)
    }

    /// A SUBSCRIBE names the person.
    pub(crate) fn asked(&mut self, user: UserHandle) {
        let Some(place) = self.people.get_mut(&user) else { return };
        place.again = false;
        if place.step == Step::Waiting {
            self.step(user, Step::Asked);
        }
    }

    /// A person is to be asked for again, though a subscription covers the person: what it said last may be wrong.
    pub(crate) fn again(&mut self, user: UserHandle) {
        let known = self.knows(user);
        if let Some(place) = self.people.get_mut(&user) {
            self.told -= usize::from(place.counts());
            (place.told, place.stale, place.again, place.unsure) = (false, true, true, false);
            place.dark |= place.step == Step::Covered;
            self.changed.extend(Some(user).filter(|_| known));
        }
    }

    /// The same of a person who stays known meanwhile: probably it is not wrong.
    pub(crate) fn recheck(&mut self, user: UserHandle) {
        let known = |place: &&mut Place| place.told && place.step == Step::Covered;
        if let Some(place) = self.people.get_mut(&user).filter(known) {
            (place.again, place.unsure) = (true, true);
        }
    }

    /// The server accepted a SUBSCRIBE of the pool for these people.
    pub(crate) fn accepted(&mut self, pool: PoolNumber, users: &[UserHandle]) {
        for user in users {
            if self.people.get(user).is_some_and(|place| place.pool as usize == pool) {
                self.step(*user, Step::Covered);
                self.changed.extend(Some(*user).filter(|user| self.knows(*user)));
            }
        }
    }

    /// The server refused a person, or has stopped.
    pub(crate) fn refused(&mut self, user: UserHandle) {
        self.step(user, Step::Waiting);
    }

    /// The pool's subscription lives until then, and is answered.
    pub(crate) fn live(&mut self, pool: PoolNumber, until: Instant) {
        let Some(hold) = self.holds.get_mut(pool) else { return };
        let dark = hold.doubted || hold.until.is_none();
        (hold.until, hold.doubted) = (Some(until), false);
        if dark {
            self.change_told(pool);
        }
    }

    /// The pool's subscription does not answer: nobody knows whether it still lives. Whether that is news.
    pub(crate) fn doubt(&mut self, pool: PoolNumber) -> bool {
        let lights = self.holds.get_mut(pool).filter(|hold| hold.until.is_some() && !hold.doubted);
        let Some(hold) = lights else { return false };
        hold.doubted = true;
        self.change_told(pool);
        true
    }

    /// What the subscription said of its people may be wrong by now; it lives on.
    pub(crate) fn forget(&mut self, pool: PoolNumber) {
        let users: Vec<_> = self.people_of(pool).collect();
        users.into_iter().for_each(|user| self.again(user));
    }

    /// The pool's subscription is over.
    pub(crate) fn end(&mut self, pool: PoolNumber) {
        let Some(hold) = self.holds.get_mut(pool) else { return };
        (hold.until, hold.doubted) = (None, false);
        // Each is unknown from here on, whatever order they are taken in.
        let users: Vec<_> = hold.people.iter().copied().collect();
        for user in users {
            self.changed.extend(Some(user).filter(|user| self.people.get(user).is_some_and(|place| place.told)));
            self.step(user, Step::Waiting);
        }
    }

    /// The pool's subscription has said something of a person.
    pub(crate) fn told(&mut self, pool: PoolNumber, user: UserHandle, says: Says) -> Told {
        let Some(place) = self.people.get_mut(&user).filter(|place| place.pool as usize == pool) else {
            return Told::Strange;
        };
        if place.step == Step::Waiting {
            return Told::Strange;
        }
        // A change may come in the place of what is awaited, and names no state then unless that has changed.
        let awaited = !place.again && (!place.told || place.unsure) && says.state;
        let whole = says.clear && (says.answer || awaited);
        let doubted = whole && (place.dark || place.unsure);
        let first = whole && std::mem::take(&mut place.stale);
        let before = place.told;
        self.told -= usize::from(place.counts());
        place.told = says.clear && (before || whole || says.state);
        // A change says nothing of what was said before it, and makes nobody known without their state.
        place.again &= !whole;
        place.unsure = place.told && !whole && (place.unsure || place.again);
        place.dark &= !place.told;
        self.told += usize::from(place.counts());
        let known = place.told && place.step == Step::Covered && self.holds[pool].is_sure();
        if before && !place.told {
            self.changed.push(user);
        }
        Told::Kept(Kept { first, known, whole, doubted })
    }

    /// Until when the pool's subscription lives.
    pub(crate) fn until(&self, pool: PoolNumber) -> Option<Instant> {
        self.holds.get(pool)?.until
    }

    /// Ends the pool's subscription if its time is over; whether it was.
    pub(crate) fn expire(&mut self, pool: PoolNumber, now: Instant) -> bool {
        let over = self.holds.get(pool).is_some_and(|hold| hold.until.is_some_and(|until| until <= now));
        if over {
            self.end(pool);
        }
        over
    }

    /// Whether a person's presence counts as known.
    pub(crate) fn knows(&self, user: UserHandle) -> bool {
        self.people
            .get(&user)
            .is_some_and(|place| place.told && place.step == Step::Covered && self.holds[place.pool as usize].is_sure())
    }

    /// Where a person is.
    pub(crate) fn pool_of(&self, user: UserHandle) -> Option<PoolNumber> {
        self.people.get(&user).map(|place| place.pool as usize)
    }

    /// Whether a person is still to be asked for.
    pub(crate) fn waits(&self, user: UserHandle) -> bool {
        self.people.get(&user).is_some_and(|place| place.again || place.step == Step::Waiting)
    }

    /// Whether an accepted SUBSCRIBE of a live subscription names the person.
    pub(crate) fn covers(&self, user: UserHandle) -> bool {
        self.people.get(&user).is_some_and(|place| place.step == Step::Covered)
    }

    /// Whether the pool's subscription covers a person but has not told of them since they were asked for.
    pub(crate) fn is_untold(&self, pool: PoolNumber, user: UserHandle) -> bool {
        let untold = |place: &Place| place.step == Step::Covered && (!place.told || place.unsure) && !place.again;
        self.people.get(&user).is_some_and(|place| place.pool as usize == pool && untold(place))
    }

    /// Whether what was said last of a person may be wrong, and nothing was said since.
    pub(crate) fn is_dark(&self, user: UserHandle) -> bool {
        self.people.get(&user).is_some_and(|place| place.dark)
    }

    /// Everybody of a pool.
    pub(crate) fn people_of(&self, pool: PoolNumber) -> impl Iterator<Item = UserHandle> {
        self.holds.get(pool).into_iter().flat_map(|hold| hold.people.iter().copied())
    }

    /// People, and those of them who are known.
    pub(crate) fn count(&self) -> (usize, usize) {
        let told = |user: &&UserHandle| self.people.get(user).is_some_and(Place::counts);
        let doubted = self.holds.iter().filter(|hold| hold.doubted);
        let doubted: usize = doubted.map(|hold| hold.people.iter().filter(told).count()).sum();
        (self.people.len(), self.told - doubted)
    }

    /// Whose being known has changed since the last time, some of them perhaps back again.
    pub(crate) fn take_changed(&mut self) -> Vec<UserHandle> {
        std::mem::take(&mut self.changed)
    }

    /// Moves a person on or back; where the person was.
    fn step(&mut self, user: UserHandle, step: Step) -> Option<Step> {
        let known = self.knows(user);
        let place = self.people.get_mut(&user)?;
        self.told -= usize::from(place.counts());
        let before = std::mem::replace(&mut place.step, step);
        // A notify may be faster than the answer to the SUBSCRIBE that it belongs to.
        place.told &= step != Step::Waiting;
        place.stale |= step == Step::Waiting;
        place.unsure &= step != Step::Waiting;
        place.dark &= step == Step::Covered;
        self.told += usize::from(place.counts());
        self.changed.extend(Some(user).filter(|_| known && step == Step::Waiting));
        Some(before)
    }

    fn change_told(&mut self, pool: PoolNumber) {
        let told = self.holds[pool].people.iter().copied();
        let told = told.filter(|user| self.people.get(user).is_some_and(|place| place.told));
        self.changed.extend(told);
    }
}
