//! Agent logins of a link one after another, as fast as the operator allows (`login-rate`): a T-Server that has logged
//! everybody out, because their client went or because it started again, is not flooded by their return. Whoever has a
//! preview or a call comes first.

use super::{Hub, timers::Timer};
use crate::{
    agent_link::LinkId,
    clock::Moment,
    worker::{Input, Question},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    num::NonZeroU32,
    time::Duration,
};
use uc_plugin_api::UserHandle;

/// So long after a calm time as many may go at once as the rate has in it; at least one.
const SLICE: Duration = Duration::from_millis(100);

/// Logins by link; those of links without a rate are not among them.
#[derive(Debug, Default)]
pub(super) struct Logins {
    links: HashMap<LinkId, Turns>,
}

/// Whose turn it is on one link.
#[derive(Debug)]
struct Turns {
    rate: NonZeroU32,
    /// All of the rate is used up until then.
    used_until: Moment,
    /// In the order in which they came.
    waiting: Vec<UserHandle>,
    known: HashSet<UserHandle>,
}

impl Logins {
    pub(super) fn new(rates: &BTreeMap<LinkId, NonZeroU32>) -> Self {
        let turns = |rate| Turns { rate, used_until: Moment::default(), waiting: Vec::new(), known: HashSet::new() };
        Self { links: rates.iter().map(|(link, rate)| (*link, turns(*rate))).collect() }
    }

    /// Whether a login may go out now; then it counts.
    fn may_go(&mut self, link: LinkId, now: Moment) -> bool {
        self.links.get_mut(&link).is_none_or(|turns| turns.may_go(now))
    }

    fn has_room(&self, link: LinkId, now: Moment) -> bool {
        self.links.get(&link).is_some_and(|turns| turns.next(now).is_some())
    }

    fn wait(&mut self, link: LinkId, users: impl Iterator<Item = UserHandle>) {
        let Some(turns) = self.links.get_mut(&link) else { return };
        let Turns { waiting, known, .. } = turns;
        waiting.extend(users.filter(|user| known.insert(*user)));
    }

    /// Nobody waits on this link any more.
    pub(super) fn forget(&mut self, link: LinkId) {
        if let Some(turns) = self.links.get_mut(&link) {
            turns.waiting.clear();
            turns.known.clear();
        }
    }
}

impl Turns {
    fn may_go(&mut self, now: Moment) -> bool {
        let next = self.next(now);
        self.used_until = next.unwrap_or(self.used_until);
        next.is_some()
    }

    /// Until when the rate is used up by one more now; none: it is used up.
    fn next(&self, now: Moment) -> Option<Moment> {
        let (from, gap) = (self.used_until.max(now), Duration::from_secs(1) / self.rate.get());
        (from == now || from + gap <= now + SLICE).then(|| from + gap)
    }
}

impl Hub {
    /// False: a login has to wait for its turn.
    pub(super) fn login_may_go(&mut self, link: LinkId, now: Moment) -> bool {
        self.logins.may_go(link, now)
    }

    /// A login waits for its turn: its line asks again then, for what is wished by then.
    pub(super) fn login_waits(&mut self, user: UserHandle, link: LinkId, question: Question, now: Moment) {
        metrics::counter!("uc_hub_logins_deferred_total").increment(1);
        self.step(user, Input::LoginWaits(question), now);
        self.logins.wait(link, [user].into_iter());
        self.look_at_logins_later(link, now);
    }

    /// The rate has room again.
    pub(super) fn next_logins(&mut self, link: LinkId, now: Moment) {
        let Some(turns) = self.logins.links.get_mut(&link) else { return };
        let mut waiting = std::mem::take(&mut turns.waiting);
        turns.known.clear();
        waiting.sort_by_key(|user| !self.is_wanted_now(*user));
        let mut waiting = waiting.into_iter();
        while self.logins.has_room(link, now)
            && let Some(user) = waiting.next()
        {
            self.step(user, Input::Time, now);
        }
        self.logins.wait(link, waiting);
        self.look_at_logins_later(link, now);
    }

    fn look_at_logins_later(&mut self, link: LinkId, now: Moment) {
        if let Some(turns) = self.logins.links.get(&link).filter(|turns| !turns.waiting.is_empty()) {
            self.timers.set(turns.used_until.max(now), Timer::Logins(link));
        }
    }

    /// A caller waits for them.
    fn is_wanted_now(&self, user: UserHandle) -> bool {
        let Some(user) = self.user(user) else { return false };
        !user.worker.calls().is_empty() || self.previews.shown_to(&user.entry.id).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINK: LinkId = LinkId(0);

    fn logins(rate: u32) -> Logins {
        let rate = NonZeroU32::new(rate).expect("a rate");
        Logins::new(&BTreeMap::from([(LINK, rate)]))
    }

    #[test]
    fn a_link_without_a_rate_is_not_held_up() {
        let mut logins = logins(1);
        assert!((0..1000).all(|_| logins.may_go(LinkId(1), Moment::default())));
    }

    proptest! {
        /// In no second more than the rate and what a calm time saved; and the rate is used where somebody wants it.
        #[test]
        fn the_rate_is_kept_and_used(rate in 1..2_000_u32, looks in 1..400_u64) {
            let (mut logins, begin) = (logins(rate), Moment::default() + Duration::from_secs(60));
            let mut gone = 0_u32;
            for look in 0..looks {
                let now = begin + Duration::from_millis(look * 10);
                while logins.may_go(LINK, now) {
                    gone += 1;
                }
            }
            let passed = (looks - 1) as f64 / 100.0;
            let whole = f64::from(rate) * passed;
            prop_assert!(f64::from(gone) <= whole + f64::from(rate) / 10.0 + 1.0, "{gone} in {passed} s");
            // One is always on its way, and the last look is before the last turn.
            prop_assert!(f64::from(gone) >= whole - 2.0, "{gone} in {passed} s");
        }
    }
}
