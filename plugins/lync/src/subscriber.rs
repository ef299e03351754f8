//! Who is subscribed to where: batches inside one dialog a pool, paced one after the other; people of other pools in
//! dialogs with those; what was refused is tried again after a while.
//!
//! The first SUBSCRIBE of a dialog carries one batch (its head), further batches follow inside the dialog. A refresh
//! repeats the head alone: it prolongs the dialog with everybody in it and stays as small as any other message.
//!
//! A dialog of a pool that nothing was heard of for a while is asked about one person: a server that lost it says so
//! (481) only to those who ask, and the silence of ten thousand people looks the same.

use crate::{
    adhoc_list::{self, Action},
    resource_list::{Resource, Standing},
    roster::Roster,
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;
use uc_sip::{
    subscription::{Ended, Event},
    user_agent::{SubscriptionId, UserAgent},
};

/// Who was refused is asked for again after that time, as UCMA polls.
const AGAIN: Duration = Duration::from_secs(300);
/// How long before its end a subscription is refreshed.
const MARGIN: Duration = Duration::from_secs(120);
/// A pool's dialog is asked about after so much silence.
const DOUBT: Duration = Duration::from_secs(6);
/// Number of the home pool's dialog.
const HOME: usize = 0;

/// One dialog's people.
#[derive(Debug, Default)]
struct Pool {
    /// Request-URI.
    target: String,
    /// Whether it is one person's own address and not a pool's.
    single: bool,
    id: Option<SubscriptionId>,
    /// Who is watched here, and whether a SUBSCRIBE has said so.
    members: HashMap<UserHandle, bool>,
    to_add: VecDeque<UserHandle>,
    to_remove: VecDeque<Arc<str>>,
    /// Whom a refresh names.
    head: Vec<UserHandle>,
    /// A SUBSCRIBE is under way.
    asking: bool,
    /// Refused: not before that time.
    not_before: Option<Instant>,
    /// When its dialog last said something.
    heard: Option<Instant>,
    /// It is to be asked whether it still stands.
    doubted: bool,
}

impl Pool {
    fn begin_anew(&mut self) {
        self.id = None;
        self.asking = false;
        self.head.clear();
        self.to_remove.clear();
        self.members.values_mut().for_each(|sent| *sent = false);
        self.to_add = self.members.keys().copied().collect();
    }

    /// Everybody but the head, who is in the SUBSCRIBE that goes out by itself.
    fn repeat(&mut self) {
        self.to_remove.clear();
        let head = &self.head;
        self.members.iter_mut().for_each(|(user, sent)| *sent = head.contains(user));
        self.to_add = self.members.iter().filter(|(_, sent)| !**sent).map(|(user, _)| *user).collect();
    }

    /// When its silence becomes suspicious. Who waits for an answer already will hear.
    fn doubtful_at(&self) -> Option<Instant> {
        self.heard.filter(|_| self.id.is_some() && !self.asking && !self.doubted).map(|heard| heard + DOUBT)
    }

    fn take(&mut self, count: usize) -> Vec<UserHandle> {
        let mut batch = Vec::new();
        while batch.len() < count
            && let Some(user) = self.to_add.pop_front()
        {
            if let Some(sent) = self.members.get_mut(&user).filter(|sent| !**sent) {
                *sent = true;
                batch.push(user);
            }
        }
        batch
    }
}

/// What the session is to know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// All is well with the home pool's subscription.
    Fine,
    /// Presence is not told at the moment, and why.
    Trouble(String),
    /// What is known of these people is not true any more.
    Unknown(Vec<UserHandle>),
}

/// The subscriptions of one endpoint over one connection.
#[derive(Debug)]
pub(crate) struct Subscriber {
    own: String,
    batch: usize,
    pools: Vec<Pool>,
    by_target: HashMap<String, usize>,
    by_id: HashMap<SubscriptionId, usize>,
    /// Those of pools, few; people's own are not doubted, there may be thousands.
    of_pools: Vec<usize>,
    /// Where people are who are not at home.
    abroad: HashMap<UserHandle, usize>,
    later: BTreeSet<(Instant, UserHandle)>,
    /// Pools with something to send.
    stirred: VecDeque<usize>,
    next_action: u32,
    /// A person who may not be watched has been logged.
    refusal_told: bool,
    /// Identifiers of the first dialog, for replays.
    identity: Option<(String, String)>,
}

impl Subscriber {
    /// On a fresh connection: everybody is to be subscribed to at home.
    pub(crate) fn new(own: &str, batch: usize, identity: Option<(String, String)>, roster: &Roster) -> Self {
        let home = Pool {
            target: own.to_owned(),
            members: roster.handles().map(|user| (user, false)).collect(),
            to_add: roster.handles().collect(),
            ..Pool::default()
        };
        Self {
            own: own.to_owned(),
            batch,
            pools: vec![home],
            by_target: HashMap::new(),
            by_id: HashMap::new(),
            of_pools: vec![HOME],
            abroad: HashMap::new(),
            later: BTreeSet::new(),
            stirred: VecDeque::from([HOME]),
            next_action: 1,
            refusal_told: false,
            identity,
        }
    }

    /// Watches a person.
    pub(crate) fn add(&mut self, user: UserHandle) {
        self.put(HOME, user);
    }

    /// Watches a person no more.
    pub(crate) fn remove(&mut self, user: UserHandle, address: &Arc<str>) {
        let at = self.abroad.remove(&user).unwrap_or(HOME);
        self.take_out(at, user, Some(address));
    }

    fn put(&mut self, at: usize, user: UserHandle) {
        let pool = &mut self.pools[at];
        pool.members.insert(user, false);
        pool.to_add.push_back(user);
        self.stirred.push_back(at);
    }

    fn take_out(&mut self, at: usize, user: UserHandle, tell: Option<&Arc<str>>) {
        let pool = &mut self.pools[at];
        if pool.members.remove(&user) == Some(true) {
            pool.to_remove.extend(tell.cloned());
        }
        if pool.head.contains(&user) {
            let (members, batch) = (&pool.members, self.batch);
            pool.head = members.iter().filter(|(_, sent)| **sent).map(|(user, _)| *user).take(batch).collect();
        }
        self.stirred.push_back(at);
    }

    /// When [`Self::handle_timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let later = self.later.first().map(|(at, _)| *at);
        let doubts = self.of_pools.iter().filter_map(|at| self.pools[*at].doubtful_at());
        self.pools[HOME].not_before.into_iter().chain(later).chain(doubts).min()
    }

    /// Asks again for whom or what was refused.
    pub(crate) fn handle_timeout(&mut self, roster: &Roster, now: Instant) {
        while let Some((at, user)) = self.later.first().copied().filter(|(at, _)| *at <= now) {
            self.later.remove(&(at, user));
            let watched = roster.address(user).is_some() && !self.pools[HOME].members.contains_key(&user);
            if watched && !self.abroad.contains_key(&user) {
                self.put(HOME, user);
            }
        }
        let home = &mut self.pools[HOME];
        if home.not_before.is_some_and(|at| at <= now) {
            home.not_before = None;
            self.stirred.push_back(HOME);
        }
        for at in &self.of_pools {
            let pool = &mut self.pools[*at];
            if pool.doubtful_at().is_some_and(|due| due <= now) {
                pool.doubted = true;
                self.stirred.push_back(*at);
            }
        }
    }

    /// Sends what can be sent.
    pub(crate) fn pump(&mut self, agent: &mut UserAgent, roster: &Roster, now: Instant) {
        while let Some(at) = self.stirred.pop_front() {
            self.pump_pool(at, agent, roster, now);
        }
    }

    fn pump_pool(&mut self, at: usize, agent: &mut UserAgent, roster: &Roster, now: Instant) {
        let pool = &mut self.pools[at];
        if pool.asking || pool.not_before.is_some_and(|at| at > now) {
            return;
        }
        let Some(id) = pool.id else {
            pool.head = pool.take(self.batch);
            if !pool.head.is_empty() {
                self.begin(at, agent, roster, now);
            }
            return;
        };
        if pool.members.is_empty() {
            pool.id = None;
            self.by_id.remove(&id);
            return agent.unsubscribe(id, now);
        }
        let count = pool.to_remove.len().min(self.batch);
        let removed: Vec<_> = pool.to_remove.drain(..count).collect();
        let added = if removed.is_empty() { pool.take(self.batch) } else { Vec::new() };
        if pool.head.is_empty() {
            pool.head.clone_from(&added);
        }
        let (action, people): (_, Vec<_>) = match (removed.is_empty(), added.is_empty()) {
            (false, _) => (Action::Unsubscribe, removed),
            (true, false) => (Action::Subscribe, addresses(roster, &added)),
            (true, true) if pool.doubted => {
                (Action::Subscribe, addresses(roster, &pool.head[..pool.head.len().min(1)]))
            }
            (true, true) => return,
        };
        (pool.asking, pool.doubted) = (true, false);
        self.next_action += 2;
        let change = adhoc_list::body(&self.own, action, self.next_action, people.iter().map(|key| &**key));
        let head = addresses(roster, &self.pools[at].head);
        let whole = adhoc_list::body(&self.own, Action::Subscribe, self.next_action + 1, head.iter().map(|key| &**key));
        // Only one change waits at a time, so there is room.
        let _ = agent.change(id, change, whole, now);
    }

    fn begin(&mut self, at: usize, agent: &mut UserAgent, roster: &Roster, now: Instant) {
        let pool = &self.pools[at];
        let people = addresses(roster, &pool.head);
        let body = adhoc_list::body(&self.own, Action::Subscribe, self.next_action, people.iter().map(|key| &**key));
        self.next_action += 1;
        let settings = adhoc_list::settings(&pool.target, pool.single, MARGIN);
        let id = match self.identity.take() {
            Some((call_id, tag)) => agent.subscribe_as(settings, Some(body), &call_id, &tag, now),
            None => agent.subscribe(settings, Some(body), now),
        };
        self.pools[at].id = Some(id);
        self.pools[at].asking = true;
        self.by_id.insert(id, at);
    }

    /// Takes what happened to a subscription; notifies are the session's.
    pub(crate) fn handle(&mut self, id: SubscriptionId, event: &Event, now: Instant) -> Option<News> {
        let at = *self.by_id.get(&id)?;
        let pool = &mut self.pools[at];
        self.stirred.push_back(at);
        if matches!(event, Event::Active { .. } | Event::Notify(_)) {
            pool.heard = Some(now);
        }
        match event {
            Event::Active { .. } => {
                pool.asking = false;
                (at == HOME).then_some(News::Fine)
            }
            Event::Notify(_) => None,
            Event::Lost { .. } => {
                pool.repeat();
                None
            }
            Event::Stale { why } => {
                pool.repeat();
                pool.asking = true;
                (at == HOME).then(|| News::Trouble(why.clone()))
            }
            Event::Ended(Ended::ByUs) => {
                pool.begin_anew();
                self.by_id.remove(&id);
                None
            }
            Event::Ended(Ended::Refused { status, reason, diagnostics }) => {
                let advice = diagnostics.as_ref().map_or(String::new(), |told| format!(": {told}"));
                let why = format!("the presence subscription is refused ({status} {reason}){advice}");
                self.by_id.remove(&id);
                Some(self.refused(at, why, now))
            }
        }
    }

    fn refused(&mut self, at: usize, why: String, now: Instant) -> News {
        let pool = &mut self.pools[at];
        pool.begin_anew();
        if at == HOME {
            pool.not_before = Some(now + AGAIN);
            return News::Trouble(why);
        }
        let members: Vec<_> = std::mem::take(&mut pool.members).into_keys().collect();
        pool.to_add.clear();
        for user in &members {
            self.abroad.remove(user);
            self.later.insert((now + AGAIN, *user));
        }
        News::Unknown(members)
    }

    /// Takes how the watching of people stands; who is not watched at the moment.
    pub(crate) fn resources(&mut self, resources: &[Resource], roster: &Roster, now: Instant) -> Vec<UserHandle> {
        let mut unknown = Vec::new();
        for resource in resources {
            let Some(user) = roster.find(&resource.uri) else { continue };
            match &resource.standing {
                Standing::Active => {}
                Standing::Terminated { reason } => {
                    if !std::mem::replace(&mut self.refusal_told, true) {
                        tracing::warn!(
                            person = %resource.uri, reason,
                            "the server does not let this person be watched: check that the address exists, is enabled \
                             and lets the account see it (MaxCategorySubscription, blocked contacts); asked again every \
                             5 minutes. Further ones on this connection are only counted (lync_people_refused_total)"
                        );
                    }
                    self.take_out(self.abroad.get(&user).copied().unwrap_or(HOME), user, None);
                    self.abroad.remove(&user);
                    self.later.insert((now + AGAIN, user));
                    unknown.push(user);
                }
                Standing::Resubscribe { pool } => self.move_to(user, pool.as_deref(), roster),
            }
        }
        unknown
    }

    fn move_to(&mut self, user: UserHandle, pool: Option<&str>, roster: &Roster) {
        let Some(address) = roster.address(user) else { return };
        let own = format!("sip:{address}");
        let target = pool.unwrap_or(&own);
        let at = match self.by_target.get(target) {
            Some(at) => *at,
            None => {
                self.pools.push(Pool { target: target.to_owned(), single: pool.is_none(), ..Pool::default() });
                let at = self.pools.len() - 1;
                self.by_target.insert(target.to_owned(), at);
                self.of_pools.extend(pool.map(|_| at));
                at
            }
        };
        let before = self.abroad.get(&user).copied().unwrap_or(HOME);
        if before != at || !self.pools[at].members.contains_key(&user) {
            self.take_out(before, user, None);
            self.abroad.insert(user, at);
            self.put(at, user);
        }
    }
}

fn addresses(roster: &Roster, users: &[UserHandle]) -> Vec<Arc<str>> {
    users.iter().filter_map(|user| roster.address(*user)).cloned().collect()
}
