//! Which statistics pages look at: each is to be open while one does, and a while longer, so that who types and deletes
//! a letter opens and closes nothing; unless the Stat Server has no room for what somebody looks at. Pure.

use crate::{
    clock::Moment,
    stat_server::{Statistic, Wanted},
    web::arrival::PageId,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// Who looks at what.
#[derive(Debug, Default)]
pub(super) struct Watching {
    by_page: HashMap<PageId, BTreeSet<Arc<Statistic>>>,
    /// How many pages look; at 0 it stays open until then.
    open: BTreeMap<Arc<Statistic>, Looked>,
    changed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looked {
    At(usize),
    Until(Moment),
}

impl Watching {
    /// A page looks at exactly these from now on; what nobody looks at any more stays open for `pause`.
    pub(super) fn look(&mut self, page: PageId, at: BTreeSet<Arc<Statistic>>, pause: Duration, now: Moment) {
        let before = self.by_page.remove(&page).unwrap_or_default();
        for statistic in at.difference(&before) {
            let looked = self.open.get(statistic).copied();
            self.changed |= looked.is_none();
            let count = match looked {
                Some(Looked::At(count)) => count + 1,
                _ => 1,
            };
            self.open.insert(statistic.clone(), Looked::At(count));
        }
        for statistic in before.difference(&at) {
            match self.open.get_mut(statistic) {
                Some(Looked::At(count)) if *count > 1 => *count -= 1,
                Some(looked) => *looked = Looked::Until(now + pause),
                None => {}
            }
        }
        if !at.is_empty() {
            self.by_page.insert(page, at);
        }
    }

    /// Closes what nobody has looked at for long enough.
    pub(super) fn tick(&mut self, now: Moment) {
        let before = self.open.len();
        self.open.retain(|_, looked| !matches!(looked, Looked::Until(end) if *end <= now));
        self.changed |= self.open.len() != before;
    }

    /// When to call [`Self::tick`] next.
    pub(super) fn deadline(&self) -> Option<Moment> {
        let ends = self.open.values().filter_map(|looked| match looked {
            Looked::Until(end) => Some(*end),
            Looked::At(_) => None,
        });
        ends.min()
    }

    /// Everything that is to be open, if that has changed since this was asked: `most`, unless pages look at more.
    pub(super) fn news(&mut self, most: usize) -> Option<Wanted> {
        self.make_room(most);
        std::mem::take(&mut self.changed).then(|| Arc::new(self.open.keys().cloned().collect()))
    }

    /// What nobody looks at any more gives way, what is to close first before the rest.
    fn make_room(&mut self, most: usize) {
        let over = self.open.len().saturating_sub(most);
        if over == 0 {
            return;
        }
        let lingers = |(statistic, looked): (&Arc<Statistic>, &Looked)| match looked {
            Looked::Until(end) => Some((*end, statistic.clone())),
            Looked::At(_) => None,
        };
        let mut lingering: Vec<_> = self.open.iter().filter_map(lingers).collect();
        lingering.sort_unstable();
        for (_, statistic) in lingering.iter().take(over) {
            self.open.remove(statistic);
            self.changed = true;
        }
    }

    /// Whether it is to be open.
    pub(super) fn is_open(&self, statistic: &Statistic) -> bool {
        self.open.contains_key(statistic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat_server::{Notify, ObjectType};
    use proptest::prelude::*;

    const PAUSE: Duration = Duration::from_secs(30);

    fn statistics(numbers: &BTreeSet<u8>) -> BTreeSet<Arc<Statistic>> {
        let statistic = |number: &u8| {
            Arc::new(Statistic {
                object: number.to_string().into(),
                object_type: ObjectType::Queue,
                name: "CallsInQueue".into(),
                notify: Notify::OnChange(PAUSE),
            })
        };
        numbers.iter().map(statistic).collect()
    }

    proptest! {
        #[test]
        fn each_is_open_while_a_page_looks_at_it_and_a_while_longer_where_there_is_room(
            steps in prop::collection::vec((0u64..4, prop::collection::btree_set(0u8..6, 0..4), 0u64..40), 0..60),
            most in 1usize..8,
        ) {
            let (mut watching, mut now) = (Watching::default(), Moment::default());
            let mut looks: HashMap<u64, BTreeSet<Arc<Statistic>>> = HashMap::new();
            let mut last: HashMap<Arc<Statistic>, Moment> = HashMap::new();
            let mut wanted = Wanted::default();
            for (page, numbers, seconds) in steps {
                now += Duration::from_secs(seconds);
                watching.tick(now);
                let at = statistics(&numbers);
                // Looked at until this very moment.
                last.extend(looks.values().flatten().map(|statistic| (statistic.clone(), now)));
                looks.insert(page, at.clone());
                watching.look(PageId(page), at, PAUSE, now);
                wanted = watching.news(most).unwrap_or(wanted);
                let looked_at: BTreeSet<_> = looks.values().flatten().cloned().collect();
                last.retain(|_, at| now < *at + PAUSE);
                let unseen = last.keys().filter(|statistic| !looked_at.contains(*statistic)).cloned();
                let (stay, gone): (BTreeSet<_>, BTreeSet<_>) = unseen.partition(|statistic| wanted.contains(statistic));
                prop_assert_eq!(&*wanted, &looked_at.union(&stay).cloned().collect());
                prop_assert!(gone.is_empty() || wanted.len() == most.max(looked_at.len()), "none goes without need");
                let earliest = stay.iter().map(|statistic| last[statistic]).min();
                for statistic in gone {
                    let at = last.remove(&statistic).expect("it was looked at");
                    prop_assert!(earliest.is_none_or(|earliest| at <= earliest), "the oldest goes first");
                }
            }
            looks.keys().for_each(|page| watching.look(PageId(*page), BTreeSet::new(), PAUSE, now));
            watching.tick(now + PAUSE);
            prop_assert_eq!(watching.news(most).map_or(wanted.len(), |wanted| wanted.len()), 0);
            prop_assert_eq!((watching.by_page.len(), watching.deadline()), (0, None));
        }
    }
}
