//! What is under way in a model: calls and answers that come soon, late, twice or never.

use rand::{Rng as _, rngs::StdRng};
use std::{collections::BTreeMap, time::Duration};

/// By the moment of arrival, and which life of which process it is of.
pub(crate) struct Post<T> {
    under_way: BTreeMap<(Duration, u64), (u64, T)>,
    sent: u64,
}

/// When it is sent, and how.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) now: Duration,
    pub(crate) stormy: bool,
    /// Nothing of this sender comes through.
    pub(crate) cut: bool,
}

impl<T> Post<T> {
    pub(crate) fn new() -> Self {
        Self { under_way: BTreeMap::new(), sent: 0 }
    }

    /// Most come soon, some late, some twice, some never.
    pub(crate) fn send(&mut self, random: &mut StdRng, weather: Weather, life: u64, what: &dyn Fn() -> T) {
        let Weather { now, stormy, cut } = weather;
        let copies = match random.random_range(0..100) {
            _ if cut => 0,
            0..5 if stormy => 0,
            5..10 if stormy => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let late = stormy && random.random_ratio(1, 12);
            let takes = Duration::from_millis(random.random_range(0..=if late { 2500 } else { 25 }));
            self.sent += 1;
            self.under_way.insert((now + takes, self.sent), (life, what()));
        }
    }

    /// What has arrived by now, in its order.
    pub(crate) fn arrived(&mut self, now: Duration) -> BTreeMap<(Duration, u64), (u64, T)> {
        let later = self.under_way.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.under_way, later)
    }

    /// It lies in the socket of who is stopped until then.
    pub(crate) fn lies_until(&mut self, until: Duration, number: u64, (life, what): (u64, T)) {
        self.under_way.insert((until, number), (life, what));
    }
}
