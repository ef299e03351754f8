//! A lease: at most one of several processes acts, and another takes over when that one does not.
//!
//! It is a record in the store, and never a key that the engine lets expire: an engine prolongs its own leases when its
//! leader changes (measured with etcd 3.4: 4.5 s instead of 2.5 s). Nobody's wall clock counts, and nobody's clock is
//! compared with another's:
//!
//! * The holder renews the record. It holds for [`Timing::holds`] from the moment when it *sent* the last renewal
//!   that was confirmed, by its own monotonic clock. The renewal reached the store later than that, if at all.
//! * A reader takes over when it has seen the same revision for [`Timing::takes`] by its own monotonic clock, counted
//!   from the *answer* that first showed it. That answer was later than the renewal. So the holder stopped before, as
//!   long as neither clock runs wrong by more than the difference between the two spans ([`Timing::DEFAULT`]: one
//!   seventh each).
//! * Where there is no record, which may be because somebody removed it, one is laid down that is nobody's. Its
//!   revision is a new one; that there is none looks always the same.
//! * It takes over by compare-and-set on that revision. A renewal that was under way makes it fail.
//! * A process that has become of another in the same place need not wait for the record of that one, which is no more and
//!   renews nothing ([`Lease::after`]).
//! * With the record it sets a second key, the *tenure*, which renewals leave alone. Its revision is the [`Fence`] of
//!   every write of state: what a holder of before still has under way is refused by the store.
//! * An answer that does not come in time is doubt: the record is read again before anything else. Whether a renewal
//!   that was not answered was made, the next read shows.
//!
//! A process that stops between looking at [`Lease::fence`] and acting acts late: writes of state are fenced against
//! that, requests to others cannot be. The same goes for a machine that is suspended while its monotonic clock stands
//! still: such machines are not for pairs.
//!
//! [`Lease`] is pure; [`keep`] runs it on a store. What its model finds: `src/lease/model.rs`.

mod keep;
#[cfg(test)]
mod model;
mod record;

pub use keep::{Holding, Known, keep};

use crate::{
    Change, Error, Fence, Key, Revision, Snapshot, Store,
    asking::{Answered, Ask, What},
};
use record::{Keys, Record};
use std::time::Duration;
use tokio::time::sleep;

/// How long everything takes. All spans are by each one's own monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// The record is renewed, or looked at, this often.
    pub every: Duration,
    /// No answer for so long is doubt.
    pub deadline: Duration,
    /// A renewal holds for so long from when it was sent; longer than `every` and `deadline` together, so that one lost
    /// answer loses nothing.
    pub holds: Duration,
    /// A record that has not changed for so long may be taken over; longer than `holds`, by more than clocks differ.
    pub takes: Duration,
}

impl Timing {
    /// Take-over in 1.2 to 1.6 s.
    pub const DEFAULT: Self = Self {
        every: Duration::from_millis(300),
        deadline: Duration::from_millis(400),
        holds: Duration::from_millis(900),
        takes: Duration::from_millis(1200),
    };
}

/// One process's part in a lease. `now` is always its own monotonic clock, from any beginning.
#[derive(Debug)]
pub struct Lease {
    keys: Keys,
    me: Record,
    /// A life that has ended, for certain.
    before: Option<Record>,
    timing: Timing,
    /// The record as it was read or written last; none: not yet, or in doubt.
    seen: Option<Seen>,
    held: Option<Held>,
    asked: Option<Asked>,
    number: u64,
    /// The next question is not asked before.
    next: Duration,
    leaves: bool,
    /// While something is there nobody may hold it.
    unless: Option<Fence>,
    /// The revision at which a write was refused, though nobody had changed the record, as far as is known.
    in_vain: Option<Revision>,
    /// When the record was read first: what was there before may be of this process's own life before.
    first: Option<Duration>,
}

#[derive(Debug)]
struct Seen {
    revision: Revision,
    tenure: Revision,
    record: Option<Record>,
    /// When this revision was seen first.
    since: Duration,
    /// The answer to a question that was asked since the last doubt.
    sure: bool,
}

#[derive(Debug)]
struct Held {
    tenure: Revision,
    until: Duration,
}

#[derive(Debug)]
struct Asked {
    number: u64,
    sent: Duration,
    written: Option<Written>,
}

#[derive(Debug)]
struct Written {
    record: Record,
    takes_over: bool,
}

impl Lease {
    /// Somebody who wants this lease. `owner`: its name, for whoever reads who holds it; `life`: a number that no
    /// other process has or had, not even one of the same name.
    ///
    /// # Errors
    /// [`Error::Refused`]: the lease's name is none.
    pub fn new(name: &str, owner: &str, life: u64, timing: Timing) -> Result<Self, Error> {
        let me = Record::Held { owner: owner.to_owned(), life };
        let (keys, next) = (Keys::new(name)?, Duration::ZERO);
        Ok(Self {
            keys,
            me,
            before: None,
            timing,
            seen: None,
            held: None,
            asked: None,
            number: 0,
            next,
            leaves: false,
            unless: None,
            in_vain: None,
            first: None,
        })
    }

    /// The process with this life, of the same owner, has become this one: it holds nothing any more.
    #[must_use]
    pub fn after(self, life: u64) -> Self {
        let Record::Held { owner, .. } = &self.me else { return self };
        Self { before: Some(Record::Held { owner: owner.clone(), life }), ..self }
    }

    /// Nobody may hold it while this key is there.
    pub fn unless(self, key: Key) -> Self {
        Self { unless: Some(Fence { key, revision: Revision::ABSENT }), ..self }
    }

    /// What every write of state carries while the lease is held; none: it is not, and nobody acts.
    pub fn fence(&self, now: Duration) -> Option<Fence> {
        let held = self.held.as_ref().filter(|held| now < held.until)?;
        Some(Fence { key: self.keys.tenure.clone(), revision: held.tenure })
    }

    /// Until when it is held, if nothing else happens.
    pub fn until(&self) -> Option<Duration> {
        self.held.as_ref().map(|held| held.until)
    }

    /// Another process renews it under the name of this one, as far as is known.
    pub fn has_twin(&self) -> bool {
        let (Some(seen), Record::Held { owner, life }) = (&self.seen, &self.me) else { return false };
        let is_twin = |record: &Record| matches!(record, Record::Held { owner: its, life: other } if its == owner && other != life);
        seen.record.as_ref().is_some_and(is_twin) && self.first.is_some_and(|first| seen.since > first)
    }

    /// Who held it when somebody looked last; none: nobody, or that is not known.
    pub fn owner(&self) -> Option<&str> {
        match self.seen.as_ref()?.record.as_ref()? {
            Record::Held { owner, .. } => Some(owner),
            Record::Begun | Record::LetGo => None,
        }
    }

    /// Who holds it, as far as the last reading tells; none: it is free for whoever comes, or was not read yet.
    pub fn holder(&self, now: Duration) -> Option<&str> {
        self.owner().filter(|_| self.seen.as_ref().is_some_and(|seen| self.is_mine(seen) || !self.is_free(seen, now)))
    }

    /// Gives it up for good. From now on it is not held; the next question lets another have it at once.
    pub fn leave(&mut self) {
        (self.held, self.leaves, self.next) = (None, true, Duration::ZERO);
    }

    /// It was given up, and the store has been told, or nobody holds it who could tell.
    pub fn has_left(&self) -> bool {
        self.leaves && self.asked.is_none() && self.seen.as_ref().is_some_and(|seen| seen.sure && !self.is_mine(seen))
    }

    /// When [`Lease::ask`] is called again at the latest.
    pub fn wake(&self) -> Duration {
        let asks = self.asked.as_ref().map_or(self.next, |asked| asked.sent + self.timing.deadline);
        self.until().map_or(asks, |until| until.min(asks))
    }

    /// The next question, once it is due.
    pub fn ask(&mut self, now: Duration) -> Option<Ask> {
        if self.held.as_ref().is_some_and(|held| now >= held.until) {
            self.held = None;
        }
        if self.asked.take_if(|asked| now >= asked.sent + self.timing.deadline).is_some() {
            self.doubt(now);
        }
        if self.asked.is_some() || now < self.next || self.has_left() {
            return None;
        }
        let (what, written) = self.what(now);
        self.number += 1;
        (self.asked, self.next) = (Some(Asked { number: self.number, sent: now, written }), now + self.timing.every);
        Some(Ask { number: self.number, what })
    }

    fn what(&self, now: Duration) -> (What, Option<Written>) {
        let Some(seen) = self.seen.as_ref().filter(|seen| seen.sure) else { return self.look() };
        let (is_mine, is_absent) = (self.is_mine(seen), seen.revision == Revision::ABSENT);
        let record = match (is_mine, self.leaves) {
            (true, true) => Record::LetGo,
            (true, false) => self.me.clone(),
            (false, false) if is_absent => Record::Begun,
            (false, false) if self.is_free(seen, now) => self.me.clone(),
            (false, _) => return self.look(),
        };
        let takes_over = !is_mine && !is_absent;
        let mut changes = vec![Change::set(self.keys.record.clone(), record.written()).at(seen.revision)];
        if takes_over {
            changes.push(Change::set(self.keys.tenure.clone(), record.written()));
        }
        (What::Write(changes, self.unless.clone()), Some(Written { record, takes_over }))
    }

    fn look(&self) -> (What, Option<Written>) {
        (What::Read(self.keys.span()), None)
    }

    fn is_mine(&self, seen: &Seen) -> bool {
        seen.record.as_ref() == Some(&self.me)
    }

    /// Its holder has let it go, or does not hold it any more.
    fn is_free(&self, seen: &Seen, now: Duration) -> bool {
        let is_over = seen.record == Some(Record::LetGo) || self.before.is_some() && seen.record == self.before;
        is_over || now >= seen.since + self.timing.takes
    }

    /// Takes an answer.
    pub fn answer(&mut self, number: u64, answer: Result<Answered, Error>, now: Duration) {
        let Some(asked) = self.asked.take_if(|asked| asked.number == number) else { return };
        match answer {
            Ok(Answered::Read(snapshot)) => self.read(&snapshot, now),
            Ok(Answered::Written(revision)) => self.written(asked, revision, now),
            Err(error) => {
                if matches!(error, Error::Conflict { .. }) {
                    // Somebody else's, or an earlier one of ours that came late: not to be told apart.
                    (self.held, self.next) = (None, now);
                    self.in_vain = self.seen.as_ref().map(|seen| seen.revision);
                }
                self.doubt(self.next);
            }
        }
    }

    fn read(&mut self, snapshot: &Snapshot, now: Duration) {
        let record = snapshot.entries.get(&self.keys.record);
        let revision = |entry: Option<&crate::Entry>| entry.map_or(Revision::ABSENT, |entry| entry.revision);
        let tenure = revision(snapshot.entries.get(&self.keys.tenure));
        self.first.get_or_insert(now);
        let in_vain = self.in_vain.take() == Some(revision(record));
        let before = self.seen.take().filter(|before| before.revision == revision(record));
        let since = before.map_or(now, |before| before.since);
        let (revision, record) = (revision(record), record.and_then(|entry| Record::read(&entry.value)));
        let seen = Seen { revision, tenure, record, since, sure: true };
        if !self.is_mine(&seen) {
            self.held = None;
            self.next = self.next.min(since + self.timing.takes);
        }
        // Ours, but nobody knows since when: it is held once a renewal is confirmed.
        if !in_vain && (self.is_mine(&seen) || self.is_free(&seen, now) || revision == Revision::ABSENT) {
            self.next = now;
        }
        self.seen = Some(seen);
    }

    fn written(&mut self, asked: Asked, revision: Revision, now: Duration) {
        let (Some(seen), Some(Written { record, takes_over })) = (&mut self.seen, asked.written) else { return };
        let tenure = if takes_over { revision } else { seen.tenure };
        let (until, holds) = (asked.sent + self.timing.holds, record == self.me && !self.leaves);
        *seen = Seen { revision, tenure, record: Some(record), since: now, sure: true };
        self.held = (holds && now < until).then_some(Held { tenure, until });
    }

    /// What was seen may not be so any more: it is read again, from this moment on. Since when it is so still counts.
    fn doubt(&mut self, from: Duration) {
        self.seen.iter_mut().for_each(|seen| seen.sure = false);
        self.next = from;
    }
}

/// Who renews this lease now, whoever looks; none: nobody. It takes twice as long as a holder may be silent.
///
/// # Errors
/// As [`Store::get`], and [`Error::Refused`]: the lease's name is none.
pub async fn renewed_by(store: &Store, name: &str, timing: Timing) -> Result<Option<String>, Error> {
    let keys = Keys::new(name)?;
    let record = async || {
        let snapshot = store.get(&keys.span()).await?;
        Ok(snapshot.entries.get(&keys.record).map(|entry| (entry.revision, Record::read(&entry.value))))
    };
    let before = record().await?;
    if !matches!(before, Some((_, Some(Record::Held { .. })))) {
        return Ok(None);
    }
    sleep(2 * timing.takes).await;
    match record().await? {
        now @ Some((_, Some(Record::Held { .. }))) if now == before => Ok(None),
        Some((_, Some(Record::Held { owner, .. }))) => Ok(Some(owner)),
        _ => Ok(None),
    }
}
