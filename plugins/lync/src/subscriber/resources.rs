//! How the watching of people stands, as resource lists say: watched, refused, to be subscribed to elsewhere, or missing.

use super::{HOME, MAX_POOLS, Subscriber, pool::Pool};
use crate::{
    coverage::PoolNumber,
    resource_list::{Resources, Standing},
    roster::Roster,
};
use std::{collections::HashSet, time::Instant};
use uc_plugin_api::UserHandle;

/// Why somebody is asked for again.
const MISSING: &str = "the server's list of everybody whom it tells of lacks some";

impl Subscriber {
    /// Takes a list of a pool's subscription. Wherever it says that somebody is not watched or is elsewhere, it is
    /// followed: the worst that comes of it is that the person is asked for once more.
    pub(crate) fn resources(&mut self, at: PoolNumber, list: &Resources, roster: &mut Roster, now: Instant) {
        if list.full && list.broken.is_none() {
            self.ask_for_the_missing(at, list, roster, now);
        }
        for resource in &list.all {
            if let (Some(user), Some(standing)) = (roster.find(&resource.uri), resource.standing()) {
                self.resource(at, user, &resource.uri, standing, roster, now);
            }
        }
    }

    fn resource(
        &mut self,
        at: PoolNumber,
        user: UserHandle,
        uri: &str,
        standing: &Standing,
        roster: &mut Roster,
        now: Instant,
    ) {
        match standing {
            Standing::Active => {}
            // What a pool says of somebody whom another one tells of by now ends nothing.
            Standing::Unclear { .. } | Standing::Terminated { .. } if !self.is_in(at, user) => {}
            Standing::Terminated { reason } => self.terminated(user, uri, reason, roster, now),
            Standing::Unclear { state } => {
                let why = format!("the server says `{state}` of how {uri} is watched");
                self.ask_again(user, &why, roster, now);
            }
            Standing::Resubscribe { pool } => self.move_to(user, pool.as_deref(), roster, now),
        }
    }

    /// Whoever is missing from a list of everybody is not watched any more (RFC 4662, section 5.2). An answer, or a list
    /// that names nobody but those who were asked for just now, tells of them alone, whatever it calls itself: otherwise
    /// each batch would make all before it unknown.
    fn ask_for_the_missing(&mut self, at: PoolNumber, list: &Resources, roster: &mut Roster, now: Instant) {
        let named: HashSet<_> = list.all.iter().filter_map(|resource| roster.find(&resource.uri)).collect();
        let told = |user: &UserHandle| !self.coverage.is_untold(at, *user);
        if self.hearing.is_answer() || !named.is_empty() && !named.iter().any(told) {
            return;
        }
        let missing = |user: &UserHandle| self.coverage.covers(*user) && !named.contains(user);
        let missing: Vec<_> = self.coverage.people_of(at).filter(missing).collect();
        missing.into_iter().for_each(|user| self.ask_again(user, MISSING, roster, now));
    }

    fn terminated(&mut self, user: UserHandle, uri: &str, reason: &str, roster: &mut Roster, now: Instant) {
        self.counts.refused += 1;
        if !std::mem::replace(&mut self.refusal_told, true) {
            tracing::warn!(
                person = %uri, reason,
                "the server does not let this person be watched: check that the address exists, is enabled and lets the \
                 account see it (MaxCategorySubscription, blocked contacts); asked again, at least every half minute. \
                 Further ones on this connection are only counted (lync_people_refused_total)"
            );
        }
        self.take_out(user, None);
        self.coverage.put(user, HOME);
        let pause = roster.denied(user);
        self.later(user, now + pause);
        self.trouble(format!("the server does not let everybody be watched ({uri}: {reason})"));
    }

    /// Has a person subscribed to at another pool, or alone at the own address.
    pub(super) fn move_to(&mut self, user: UserHandle, pool: Option<&str>, roster: &mut Roster, now: Instant) {
        let Some(address) = roster.address(user) else { return };
        let own = format!("sip:{address}");
        let before = self.coverage.pool_of(user);
        match self.pool_at(pool.unwrap_or(&own), pool.is_none(), roster) {
            Some(at) if before == Some(at) => {}
            Some(at) => {
                if before.is_some_and(|before| before != HOME) {
                    self.dark.sent_on(user);
                }
                self.take_out(user, None);
                self.put(at, user);
            }
            None => self.terminated(user, &own, "the server names more pools than there can be", roster, now),
        }
    }

    /// The pool of a target, made if there is none; none if there are too many.
    fn pool_at(&mut self, target: &str, single: bool, roster: &Roster) -> Option<PoolNumber> {
        if let Some(at) = self.by_target.get(target) {
            return Some(*at);
        }
        let at = match self.free_pool() {
            Some(at) => at,
            None if self.pools.len() > MAX_POOLS + roster.len() => return None,
            None => {
                self.pools.push(Pool::new("", false));
                self.pools.len() - 1
            }
        };
        self.by_target.remove(&std::mem::replace(&mut self.pools[at], Pool::new(target, single)).target);
        self.by_target.insert(target.to_owned(), at);
        Some(at)
    }

    /// One that nobody is in any more. Its pauses are remembered as long as there is room for others.
    fn free_pool(&mut self) -> Option<PoolNumber> {
        if self.pools.len() <= MAX_POOLS {
            return None;
        }
        let empty = |at: &PoolNumber| self.coverage.people_of(*at).next().is_none();
        let mut all = (HOME + 1..self.pools.len()).filter(empty);
        let at = all.clone().find(|at| self.pools[*at].id.is_none()).or_else(|| all.next())?;
        if let Some(id) = self.pools[at].id {
            self.by_id.remove(&id);
            self.abandoned.push(id);
            self.coverage.end(at);
        }
        Some(at)
    }
}
