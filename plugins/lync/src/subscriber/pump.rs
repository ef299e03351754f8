//! What is sent: one request a dialog at a time.

use super::{
    MARGIN, Subscriber, addresses,
    pool::{Asking, QUIET},
};
use crate::{
    adhoc_list::{self, Action},
    coverage::PoolNumber,
    roster::Roster,
};
use std::time::{Duration, Instant};
use uc_plugin_api::UserHandle;
use uc_sip::{
    subscription::Body,
    user_agent::{SubscriptionId, UserAgent},
};

/// How long a dialog waits for somebody to come back.
const EMPTY: Duration = Duration::from_secs(60);
/// So long before it would prolong itself, or be over, it is let go without a word.
const BEFORE: Duration = Duration::from_secs(1);
/// Why somebody is asked for again, or not known.
pub(super) const UNTOLD: &str = "the server has not said how everybody is whom it lets be watched";

impl Subscriber {
    pub(super) fn pump_pool(&mut self, at: PoolNumber, agent: &mut UserAgent, roster: &mut Roster, now: Instant) {
        self.ask_for_the_untold(at, roster, now);
        self.recheck(at, now);
        let pool = &mut self.pools[at];
        if pool.asking != Asking::Nothing {
            return;
        }
        if let Some(id) = pool.id
            && (pool.given_up_at.is_some() || self.coverage.people_of(at).next().is_none())
        {
            // Whoever is to come back waits for their time, and the dialog for them, but not for ever.
            let back = if pool.rests(now) { Vec::new() } else { self.take(at, roster, now) };
            return match back.is_empty() {
                true => self.give_up(at, id, agent, now),
                false => self.ask_for(at, id, back, agent, roster, now),
            };
        }
        let pool = &mut self.pools[at];
        if pool.rests(now) {
            // It matters to all of a dialog at once whether it stands.
            let suspect = pool.id.filter(|_| pool.suspect);
            return suspect.into_iter().for_each(|id| self.ask_for_a_sign(at, id, agent, roster, now));
        }
        pool.not_before = None;
        let Some(id) = pool.id else {
            let people = self.take(at, roster, now);
            if !people.is_empty() {
                self.begin(at, people, agent, roster, now);
            }
            return;
        };
        let count = pool.to_remove.len().min(self.batch);
        let removed: Vec<_> = pool.to_remove.drain(..count).collect();
        if !removed.is_empty() {
            let change = self.body(Action::Unsubscribe, removed.iter().map(|key| &**key));
            return self.change(at, id, Asking::Removal, change, agent, roster, now);
        }
        let added = self.take(at, roster, now);
        if !added.is_empty() {
            return self.ask_for(at, id, added, agent, roster, now);
        }
        self.ask_for_a_sign(at, id, agent, roster, now);
    }

    fn ask_for(
        &mut self,
        at: PoolNumber,
        id: SubscriptionId,
        added: Vec<UserHandle>,
        agent: &mut UserAgent,
        roster: &Roster,
        now: Instant,
    ) {
        let change = self.body(Action::Subscribe, addresses(roster, &added).iter().map(|key| &**key));
        let pool = &mut self.pools[at];
        pool.given_up_at = None;
        if pool.head.is_empty() {
            pool.head.clone_from(&added);
        }
        self.change(at, id, Asking::People(added), change, agent, roster, now);
    }

    /// Ends a dialog with nobody in it: at once if they are to be watched no more. Whoever was sent elsewhere may be sent
    /// back, and each end of a dialog is one more SUBSCRIBE about the person. It is never prolonged meanwhile.
    fn give_up(&mut self, at: PoolNumber, id: SubscriptionId, agent: &mut UserAgent, now: Instant) {
        let pool = &mut self.pools[at];
        let wait = if pool.to_remove.is_empty() { EMPTY } else { Duration::ZERO };
        let runs_out = agent.refreshes_at(id).into_iter().chain(self.coverage.until(at)).min();
        let runs_out = runs_out.map(|at| at.checked_sub(BEFORE).unwrap_or(at));
        let given_up = pool.given_up_at.unwrap_or(now + wait);
        pool.given_up_at = Some(runs_out.map_or(given_up, |end| given_up.min(end)));
        if pool.given_up_at.is_some_and(|at| at > now) {
            return;
        }
        let silently = pool.to_remove.is_empty() && runs_out.is_some_and(|end| end <= now);
        self.by_id.remove(&id);
        self.pools[at].clear();
        self.coverage.end(at);
        match silently {
            true => agent.forget(id),
            false => agent.unsubscribe(id, now),
        }
        self.pools[at].to_add = self.coverage.people_of(at).collect();
        self.stir(at);
    }

    /// Who is covered and not told of in time has been overlooked.
    fn ask_for_the_untold(&mut self, at: PoolNumber, roster: &mut Roster, now: Instant) {
        while let Some(people) = self.pools[at].take_overdue(now) {
            for user in people.into_iter().filter(|user| self.coverage.is_untold(at, *user)).collect::<Vec<_>>() {
                self.ask_again(user, UNTOLD, roster, now);
            }
        }
    }

    /// Asks a silent dialog about one person who may be named again.
    fn ask_for_a_sign(
        &mut self,
        at: PoolNumber,
        id: SubscriptionId,
        agent: &mut UserAgent,
        roster: &mut Roster,
        now: Instant,
    ) {
        if self.pools[at].quiet_at().is_none_or(|due| due > now) {
            return;
        }
        let pool = &mut self.pools[at];
        let ready = |user: &&UserHandle| {
            roster.pace(**user).is_some_and(|pace| pace.ready_at().is_none_or(|ready| ready <= now))
        };
        match pool.head.iter().find(ready).copied() {
            Some(user) => {
                roster.named(&[user], now);
                let change = self.body(Action::Subscribe, addresses(roster, &[user]).iter().map(|key| &**key));
                self.change(at, id, Asking::Sign, change, agent, roster, now);
            }
            None => {
                let ready = pool.head.iter().filter_map(|user| roster.pace(*user)?.ready_at()).min();
                pool.sign_at = Some(ready.unwrap_or(now + QUIET));
            }
        }
    }

    /// The next people to be asked for: as many as may be named together, none before its time.
    fn take(&mut self, at: PoolNumber, roster: &mut Roster, now: Instant) -> Vec<UserHandle> {
        let (mut batch, mut share) = (Vec::new(), None);
        while batch.len() < share.unwrap_or(self.batch)
            && let Some(user) = self.pools[at].to_add.pop_front()
        {
            let here = self.coverage.pool_of(user) == Some(at) && self.coverage.waits(user);
            let Some(pace) = roster.pace(user).filter(|_| here) else { continue };
            if let Some(ready) = pace.ready_at().filter(|ready| *ready > now) {
                self.later.set(user, Some(ready));
                continue;
            }
            let own = pace.share(self.batch);
            if *share.get_or_insert(own) != own {
                self.pools[at].to_add.push_front(user);
                break;
            }
            self.coverage.asked(user);
            batch.push(user);
        }
        roster.named(&batch, now);
        batch
    }

    fn body<'a>(&mut self, action: Action, people: impl Iterator<Item = &'a str>) -> Body {
        self.next_action += 1;
        adhoc_list::body(&self.own, action, self.next_action, people)
    }

    #[allow(clippy::too_many_arguments, reason = "the request, who sends it, and when")]
    fn change(
        &mut self,
        at: PoolNumber,
        id: SubscriptionId,
        asking: Asking,
        change: Body,
        agent: &mut UserAgent,
        roster: &Roster,
        now: Instant,
    ) {
        self.pools[at].ask(asking, now);
        let head = addresses(roster, &self.pools[at].head);
        let whole = self.body(Action::Subscribe, head.iter().map(|key| &**key));
        // Only one change waits at a time, so there is room.
        let _ = agent.change(id, change, whole, now);
    }

    fn begin(&mut self, at: PoolNumber, people: Vec<UserHandle>, agent: &mut UserAgent, roster: &Roster, now: Instant) {
        let body = self.body(Action::Subscribe, addresses(roster, &people).iter().map(|key| &**key));
        let pool = &mut self.pools[at];
        let settings = adhoc_list::settings(&pool.target, pool.single, pool.expires, MARGIN);
        let id = match self.identity.take() {
            Some((call_id, tag)) => agent.subscribe_as(settings, Some(body), &call_id, &tag, now),
            None => agent.subscribe(settings, Some(body), now),
        };
        pool.id = Some(id);
        pool.head.clone_from(&people);
        pool.ask(Asking::People(people), now);
        self.by_id.insert(id, at);
    }
}
