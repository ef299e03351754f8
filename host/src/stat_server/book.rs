//! Which statistics are open at one Stat Server, and which are to be: on one connection. Pure: requests and readings
//! come out, `now` goes in. Each statistic that is wanted is open once; what is not given is asked for again after a
//! growing pause; what is wanted no longer is closed.

use super::{
    decode::Error,
    encode::Request,
    message::{Reading, Statistic, Wanted},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use uc_backoff::Backoff;

/// Statistics that wait for their first answer at a time: a Stat Server that comes back is not flooded.
const MOST_OPENING: usize = 100;

/// Before a statistic that was not given is asked for again, first and longest: operators mend things meanwhile.
const RETRY: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));

/// The statistics of one connection.
pub(super) struct Book {
    request_timeout: Duration,
    max_open: usize,
    entries: BTreeMap<Arc<Statistic>, Entry>,
    by_id: HashMap<i64, Arc<Statistic>>,
    /// When something is to be done about an entry.
    due: BTreeSet<(Instant, Arc<Statistic>)>,
    /// Wanted, and not yet asked for.
    waiting: BTreeSet<Arc<Statistic>>,
    opening: usize,
    last_id: i64,
    /// To be sent.
    pub(super) requests: Vec<Request>,
    /// To be told; the latest of each.
    pub(super) news: BTreeMap<Arc<Statistic>, Reading>,
}

struct Entry {
    stage: Stage,
    told: Option<Reading>,
    backoff: Backoff,
    /// When it was asked for last.
    asked_at: Option<Instant>,
    due: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not asked for.
    Waiting,
    /// Asked for under this number.
    Opening(i64),
    /// Open under this number.
    Open(i64),
}

/// What became of a message about a statistic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It changed what is known.
    News,
    /// It said what is known already.
    Known,
    /// It is about a statistic that was closed: it was under way.
    Late,
    /// It is about none that was ever asked for on this connection.
    Unexpected,
}

impl Book {
    /// Nothing is wanted yet.
    pub(super) fn new(request_timeout: Duration, max_open: usize) -> Self {
        Self {
            request_timeout,
            max_open,
            entries: BTreeMap::new(),
            by_id: HashMap::new(),
            due: BTreeSet::new(),
            waiting: BTreeSet::new(),
            opening: 0,
            last_id: 0,
            requests: Vec::new(),
            news: BTreeMap::new(),
        }
    }

    /// Exactly these are to be open from now on.
    pub(super) fn want(&mut self, wanted: &Wanted, now: Instant) {
        let gone: Vec<_> = self.entries.keys().filter(|known| !wanted.contains(*known)).cloned().collect();
        for statistic in gone {
            self.close(&statistic);
            self.forget(&statistic);
        }
        self.news.retain(|statistic, _| wanted.contains(statistic));
        let fresh: Vec<_> = wanted.iter().filter(|wanted| !self.entries.contains_key(*wanted)).cloned().collect();
        for statistic in fresh {
            if self.entries.len() >= self.max_open {
                // Asked for when others go: what is wanted is told anew then.
                self.news.insert(statistic, Reading::Failed("more statistics are wanted than `max-open`".into()));
                continue;
            }
            let backoff = Backoff::new(RETRY.0, RETRY.1);
            let entry = Entry { stage: Stage::Waiting, told: None, backoff, asked_at: None, due: None };
            self.entries.insert(statistic.clone(), entry);
            self.waiting.insert(statistic);
        }
        self.open_more(now);
    }

    /// A statistic was opened, and has this value if it was told.
    pub(super) fn opened(&mut self, id: i64, value: Option<f64>, now: Instant) -> Taken {
        let Some(statistic) = self.by_id.get(&id).cloned() else { return self.of_none(id) };
        self.now_open(&statistic, id);
        match value {
            Some(value) => self.told(&statistic, Reading::Value(value)),
            None => {
                // It may take until the first change for a value to come: then it is asked for.
                self.set_due(&statistic, Some(now + self.request_timeout));
                Taken::Known
            }
        }
    }

    /// A statistic has this value; none: one that cannot be shown, for this reason.
    pub(super) fn info(&mut self, id: i64, value: Result<f64, Arc<str>>) -> Taken {
        let Some(statistic) = self.by_id.get(&id).cloned() else { return self.of_none(id) };
        self.now_open(&statistic, id);
        self.set_due(&statistic, None);
        self.told(&statistic, value.map_or_else(Reading::Failed, Reading::Value))
    }

    /// A statistic is not given, or no longer.
    pub(super) fn refused(&mut self, id: i64, error: Error, words: &str, now: Instant) -> Taken {
        let Some(statistic) = self.by_id.get(&id).cloned() else { return self.of_none(id) };
        let what = match error {
            Error::UnknownStatistic => format!("the Stat Server knows no statistic {:?}", statistic.name),
            Error::UnknownObject => {
                format!("the Stat Server knows no {} {:?}", statistic.object_type.word(), statistic.object)
            }
            Error::Other => format!("the Stat Server refused {:?} of {:?}", statistic.name, statistic.object),
        };
        let words = if words.is_empty() { what } else { format!("{what}: {words}") };
        self.fail(&statistic, id, words.into(), now)
    }

    /// The Stat Server has closed a statistic.
    pub(super) fn closed(&mut self, id: i64, now: Instant) -> Taken {
        let Some(statistic) = self.by_id.get(&id).cloned() else { return self.of_none(id) };
        self.fail(&statistic, id, "the Stat Server has closed the statistic".into(), now)
    }

    /// Does what is due; says how many requests were not answered.
    pub(super) fn tick(&mut self, now: Instant) -> u64 {
        let mut unanswered = 0;
        while let Some((at, statistic)) = self.due.first().cloned().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, statistic.clone()));
            let Some(entry) = self.entries.get_mut(&statistic) else { continue };
            entry.due = None;
            match entry.stage {
                Stage::Waiting => drop(self.waiting.insert(statistic)),
                Stage::Open(id) => self.requests.push(Request::Peek(id)),
                Stage::Opening(id) => {
                    unanswered += 1;
                    // It may be open by now, and would be twice.
                    self.requests.push(Request::Close(id));
                    let words = "the Stat Server did not answer in time (`request-timeout`)".into();
                    self.fail(&statistic, id, words, now);
                }
            }
        }
        self.open_more(now);
        unanswered
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    fn open_more(&mut self, now: Instant) {
        while self.opening < MOST_OPENING
            && let Some(statistic) = self.waiting.pop_first()
        {
            self.last_id += 1;
            self.opening += 1;
            self.by_id.insert(self.last_id, statistic.clone());
            self.requests.push(Request::Open(self.last_id, statistic.clone()));
            self.stage(&statistic, Stage::Opening(self.last_id));
            self.entries.get_mut(&statistic).into_iter().for_each(|entry| entry.asked_at = Some(now));
            self.set_due(&statistic, Some(now + self.request_timeout));
        }
    }

    fn now_open(&mut self, statistic: &Arc<Statistic>, id: i64) {
        if self.entries.get(statistic).is_some_and(|entry| entry.stage == Stage::Opening(id)) {
            self.opening -= 1;
            self.stage(statistic, Stage::Open(id));
            self.set_due(statistic, None);
        }
    }

    fn fail(&mut self, statistic: &Arc<Statistic>, id: i64, words: Arc<str>, now: Instant) -> Taken {
        self.by_id.remove(&id);
        let Some(entry) = self.entries.get_mut(statistic) else { return Taken::Late };
        self.opening -= usize::from(matches!(entry.stage, Stage::Opening(_)));
        entry.stage = Stage::Waiting;
        // One that is told and closed at once again and again was not given.
        if entry.asked_at.is_some_and(|at| now.saturating_duration_since(at) >= RETRY.1) {
            entry.backoff.succeed();
        }
        let again = now + entry.backoff.fail(now);
        self.set_due(statistic, Some(again));
        self.told(statistic, Reading::Failed(words))
    }

    fn told(&mut self, statistic: &Arc<Statistic>, reading: Reading) -> Taken {
        let Some(entry) = self.entries.get_mut(statistic) else { return Taken::Late };
        if entry.told.as_ref() == Some(&reading) {
            return Taken::Known;
        }
        entry.told = Some(reading.clone());
        self.news.insert(statistic.clone(), reading);
        Taken::News
    }

    fn close(&mut self, statistic: &Arc<Statistic>) {
        let stage = self.entries.get(statistic).map(|entry| entry.stage);
        self.opening -= usize::from(matches!(stage, Some(Stage::Opening(_))));
        if let Some(Stage::Open(id) | Stage::Opening(id)) = stage {
            self.by_id.remove(&id);
            self.requests.push(Request::Close(id));
        }
    }

    fn forget(&mut self, statistic: &Arc<Statistic>) {
        self.set_due(statistic, None);
        self.waiting.remove(statistic);
        self.entries.remove(statistic);
    }

    fn of_none(&self, id: i64) -> Taken {
        if (1..=self.last_id).contains(&id) { Taken::Late } else { Taken::Unexpected }
    }

    fn stage(&mut self, statistic: &Arc<Statistic>, stage: Stage) {
        self.entries.get_mut(statistic).into_iter().for_each(|entry| entry.stage = stage);
    }

    fn set_due(&mut self, statistic: &Arc<Statistic>, at: Option<Instant>) {
        let Some(entry) = self.entries.get_mut(statistic) else { return };
        if let Some(before) = std::mem::replace(&mut entry.due, at) {
            self.due.remove(&(before, statistic.clone()));
        }
        self.due.extend(at.map(|at| (at, statistic.clone())));
    }
}

#[cfg(test)]
mod tests;
