//! What one of two T-Servers has told and the other has not yet: each event comes from both, in any order of the two.
//! Pure.

use super::meaning::Meaning;
use crate::agent_link::{Dn, Event, EventKind};
use foldhash::HashMap;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Most that wait at a time; the oldest are forgotten.
const MOST: usize = 65_536;

/// What one has told alone so far.
#[derive(Debug)]
pub(super) struct Copies {
    /// So long a copy is waited for.
    window: Duration,
    by_dn: HashMap<Dn, Vec<Waiting>>,
    order: VecDeque<(Instant, Dn)>,
    numbers: u64,
}

/// One event whose copy is waited for.
#[derive(Debug)]
struct Waiting {
    number: u64,
    at: Instant,
    meaning: Meaning,
    /// A snapshot tells it too.
    of_state: bool,
    /// None: the owner was told.
    untold: Option<Box<Event>>,
}

/// The event that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copy {
    /// The owner was told the first one.
    Told,
    /// The owner was not.
    Untold,
}

impl Copies {
    pub(super) fn new(window: Duration) -> Self {
        Self { window, by_dn: HashMap::default(), order: VecDeque::new(), numbers: 0 }
    }

    /// The owner was told this event of this one, and the other has not told it.
    pub(super) fn told(&mut self, event: &Event, meaning: Meaning, now: Instant) {
        self.wait(event.this_dn.clone(), (meaning, is_of_state(&event.kind)), None, now);
    }

    /// This one has told this event alone, and the owner was not told.
    pub(super) fn untold_yet(&mut self, event: Event, meaning: Meaning, now: Instant) {
        self.wait(event.this_dn.clone(), (meaning, is_of_state(&event.kind)), Some(event), now);
    }

    fn wait(&mut self, dn: Dn, (meaning, of_state): (Meaning, bool), untold: Option<Event>, now: Instant) {
        self.forget_old(now);
        self.numbers += 1;
        let waiting = Waiting { number: self.numbers, at: now, meaning, of_state, untold: untold.map(Box::new) };
        self.by_dn.entry(dn.clone()).or_default().push(waiting);
        self.order.push_back((now, dn));
    }

    /// The other tells it now: whether this one has before.
    pub(super) fn take(&mut self, dn: &Dn, meaning: Meaning, now: Instant) -> Option<Copy> {
        let (waiting, window) = (self.by_dn.get_mut(dn)?, self.window);
        let fresh = |waiting: &Waiting| waiting.meaning == meaning && now < waiting.at + window;
        let found = waiting.remove(waiting.iter().position(fresh)?);
        if waiting.is_empty() {
            self.by_dn.remove(dn);
        }
        Some(if found.untold.is_some() { Copy::Untold } else { Copy::Told })
    }

    /// The other has not told all that this one has of the DN.
    pub(super) fn waits_for(&self, dn: &Dn) -> bool {
        self.by_dn.contains_key(dn)
    }

    /// The other has not told all that this one has of the DN's state.
    pub(super) fn waits_for_state(&self, dn: &Dn) -> bool {
        self.by_dn.get(dn).into_iter().flatten().any(|waiting| waiting.of_state)
    }

    /// The owner was told of the DN's state by this one what the other has not told.
    pub(super) fn has_told_state(&self, dn: &Dn) -> bool {
        self.by_dn.get(dn).into_iter().flatten().any(|waiting| waiting.of_state && waiting.untold.is_none())
    }

    /// What the owner was not told of the DN, in order.
    pub(super) fn untold(&self, dn: &Dn) -> impl Iterator<Item = &Event> {
        self.by_dn.get(dn).into_iter().flatten().filter_map(|waiting| waiting.untold.as_deref())
    }

    /// Everything that the owner was not told, in order. It counts as told from now on.
    pub(super) fn tell_all(&mut self) -> Vec<Event> {
        let of_dn = |waiting: &mut Waiting| Some((waiting.number, *waiting.untold.take()?));
        let mut untold: Vec<_> = self.by_dn.values_mut().flatten().filter_map(of_dn).collect();
        untold.sort_unstable_by_key(|(number, _)| *number);
        untold.into_iter().map(|(_, event)| event).collect()
    }

    /// The DN's state was read: what was told of it before is of no account any more.
    pub(super) fn mark_read(&mut self, dn: &Dn) {
        self.keep(dn, |waiting| !waiting.of_state);
    }

    /// What the owner was not told, it need not be told of this one.
    pub(super) fn forget_untold(&mut self) {
        self.by_dn.retain(|_, waiting| {
            waiting.retain(|waiting| waiting.untold.is_none());
            !waiting.is_empty()
        });
    }

    fn forget_old(&mut self, now: Instant) {
        let window = self.window;
        while let Some((_, dn)) = self.order.pop_front_if(|(at, _)| *at + window <= now) {
            self.forget_of(&dn, |waiting| now < waiting.at + window);
        }
        if self.order.len() >= MOST
            && let Some((at, dn)) = self.order.pop_front()
        {
            self.forget_of(&dn, |waiting| at < waiting.at);
        }
    }

    fn forget_of(&mut self, dn: &Dn, stays: impl Fn(&Waiting) -> bool) {
        let gone = self.keep(dn, stays);
        if gone > 0 {
            metrics::counter!("uc_tlib_pair_events_of_one_total").increment(gone as u64);
        }
    }

    /// How many that a state tells went.
    fn keep(&mut self, dn: &Dn, stays: impl Fn(&Waiting) -> bool) -> usize {
        let Some(waiting) = self.by_dn.get_mut(dn) else { return 0 };
        let of_state = |waiting: &Vec<Waiting>| waiting.iter().filter(|waiting| waiting.of_state).count();
        let before = of_state(waiting);
        waiting.retain(stays);
        let gone = before - of_state(waiting);
        if waiting.is_empty() {
            self.by_dn.remove(dn);
        }
        gone
    }
}

/// A snapshot tells it too.
pub(super) fn is_of_state(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Agent(_)
            | EventKind::QueueLogin(_)
            | EventKind::OutOfService(_)
            | EventKind::Call(..)
            | EventKind::CallChanged(_)
            | EventKind::Party(..)
    )
}
