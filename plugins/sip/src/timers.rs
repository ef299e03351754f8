//! When each of many things is due, so that the next one is found without looking at all of them.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::Instant;

/// One deadline a key.
#[derive(Debug)]
pub struct Timers<K> {
    of: HashMap<K, Instant>,
    order: BTreeSet<(Instant, K)>,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self { of: HashMap::new(), order: BTreeSet::new() }
    }
}

impl<K: Copy + Ord + Hash> Timers<K> {
    /// Sets or, without `at`, clears the deadline of a key.
    pub fn set(&mut self, key: K, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.of.insert(key, at),
            None => self.of.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.order.remove(&(before, key));
        }
        self.order.extend(at.map(|at| (at, key)));
    }

    /// The earliest deadline.
    pub fn first(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest key whose time has come; call it until it gives none.
    pub fn take_due(&mut self, now: Instant) -> Option<K> {
        let (_, key) = *self.order.first().filter(|(at, _)| *at <= now)?;
        self.set(key, None);
        Some(key)
    }

    /// Forgets all deadlines.
    pub fn clear(&mut self) {
        self.of.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn what_is_due_comes_once_and_in_order(steps in proptest::collection::vec((0_u8..8, proptest::option::of(0_u64..100)), 0..60), until in 0_u64..100) {
            let start = Instant::now();
            let (mut timers, mut model) = (Timers::default(), HashMap::new());
            for (key, at) in steps {
                let at = at.map(|at| start + Duration::from_secs(at));
                timers.set(key, at);
                match at {
                    Some(at) => drop(model.insert(key, at)),
                    None => drop(model.remove(&key)),
                }
            }
            prop_assert_eq!(timers.first(), model.values().min().copied());
            let until = start + Duration::from_secs(until);
            let due: Vec<_> = std::iter::from_fn(|| timers.take_due(until)).collect();
            let mut expected: Vec<_> = model.iter().filter(|(_, at)| **at <= until).map(|(key, at)| (*at, *key)).collect();
            expected.sort_unstable();
            prop_assert_eq!(due, expected.into_iter().map(|(_, key)| key).collect::<Vec<_>>());
            prop_assert_eq!(timers.first(), model.values().filter(|at| **at > until).min().copied());
        }
    }
}
