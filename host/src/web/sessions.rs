//! Server-side sessions: who is signed in, for how long, with how many pages. Pure: time is an argument.

use super::{
    accounts::{Account, Accounts, Hash},
    kept_sessions::KeptSession,
    message::SignedOutWhy,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Sessions of one user; one more ends the oldest. A person has a few devices, a thief's script has thousands.
const PER_USER: usize = 8;

/// Of those that have ended here for good so many are remembered, so that an old record does not bring them back.
const MOST_OVER: usize = 100_000;

/// SHA-256 of the session's id: the table holds nothing that could be replayed, and looking it up leaks no timing.
pub(super) type Key = [u8; 32];

/// One signed-in browser.
pub(super) struct Session {
    pub(super) key: Key,
    /// User name signed in with.
    pub(super) user: Arc<str>,
    /// The account as it was at sign-in.
    pub(super) account: Arc<Account>,
    /// What unsafe requests must carry in `X-CSRF-Token`.
    pub(super) csrf: Arc<str>,
    /// Cancelled when the session ends; its pages watch it.
    pub(super) ended: CancellationToken,
    why: OnceLock<SignedOutWhy>,
    since: Instant,
}

/// One moment by both clocks: that of timers, and that of a file which outlives the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) instant: Instant,
    /// Seconds since 1970 UTC.
    pub(super) unix: u64,
}

impl Now {
    pub(super) fn read() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { instant: Instant::now(), unix: since_1970.as_secs() }
    }
}

struct Entry {
    session: Arc<Session>,
    seen: Instant,
    pages: u32,
    /// Up to when other nodes know that it was in use.
    told: Instant,
}

#[derive(Default)]
struct Table {
    by_key: HashMap<Key, Entry>,
    /// Of those that other nodes know too: which have ended for good since this was asked.
    ended: Vec<Key>,
    /// Which have ended for good, and may stand in the store for another moment.
    over: Over,
    /// Which were idle here for too long, and may be used at another node.
    idle: HashSet<Key>,
    pages: HashMap<Arc<str>, u32>,
}

/// Sessions that have ended: the latest of them.
#[derive(Default)]
struct Over {
    keys: HashSet<Key>,
    order: VecDeque<Key>,
}

impl Over {
    fn insert(&mut self, key: Key) {
        if self.keys.insert(key) {
            self.order.push_back(key);
        }
        if self.order.len() > MOST_OVER
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }
}

/// All sessions. Locked for a table look-up, at sign-in and when a page opens or closes; never on the path of a frame.
pub(super) struct Sessions {
    idle: Duration,
    life: Duration,
    /// Other nodes know them, too.
    shared: bool,
    table: Mutex<Table>,
    /// Somebody signed in, or a session ended: what is kept is no longer right.
    pub(super) changed: Notify,
}

impl Session {
    fn new(key: Key, user: Arc<str>, account: Arc<Account>, since: Instant) -> Arc<Self> {
        let csrf = csrf_of(&key).into();
        let (ended, why) = (CancellationToken::new(), OnceLock::new());
        Arc::new(Self { key, user, account, csrf, ended, why, since })
    }

    /// What whoever comes later needs to know of it.
    pub(super) fn kept(&self, now: Now) -> KeptSession {
        let Self { key, user, account, since, .. } = self;
        let age = now.instant.saturating_duration_since(*since).as_secs();
        let since = now.unix.saturating_sub(age);
        KeptSession { key: *key, user: user.clone(), account: mark_of(account), since, seen: None }
    }

    /// Why it ended.
    pub(super) fn why(&self) -> SignedOutWhy {
        self.why.get().copied().unwrap_or(SignedOutWhy::Expired)
    }

    fn finish(&self, why: SignedOutWhy) {
        let _ = self.why.set(why);
        self.ended.cancel();
    }

    /// Whether a request carries this session's token.
    pub(super) fn csrf_matches(&self, token: &[u8]) -> bool {
        self.csrf.as_bytes().ct_eq(token).into()
    }
}

impl Sessions {
    pub(super) fn new(idle: Duration, life: Duration, shared: bool) -> Self {
        Self { idle, life, shared, table: Mutex::default(), changed: Notify::new() }
    }

    /// Other nodes know them, too.
    pub(super) fn is_shared(&self) -> bool {
        self.shared
    }

    /// Of those that other nodes know, too: which have ended here for good since this was asked last. None: no other
    /// node does.
    pub(super) fn ended(&self) -> Option<Vec<Key>> {
        let ended = std::mem::take(&mut self.lock().ended);
        self.shared.then_some(ended)
    }

    /// These have ended at another node.
    pub(super) fn end_with_others(&self, gone: &[Key]) {
        let mut table = self.lock();
        for key in gone {
            table.idle.remove(key);
            table.over.insert(*key);
            if let Some(entry) = table.by_key.remove(key) {
                entry.session.finish(SignedOutWhy::Expired);
            }
        }
    }

    /// Starts a session. Returns the id for the cookie, 256 random bits; it is stored nowhere else.
    pub(super) fn open(&self, user: Arc<str>, account: Arc<Account>, now: Instant) -> (String, Arc<Session>) {
        let id = random_token();
        let session = Session::new(key_of(&id), user, account, now);
        let mut table = self.lock();
        table.make_room(&session.user);
        table.by_key.insert(session.key, Entry { session: session.clone(), seen: now, pages: 0, told: now });
        drop(table);
        self.changed.notify_one();
        (id, session)
    }

    /// Takes up what an earlier run of the service left: the sessions that are not too old, of accounts that are as
    /// they were. The time while the service was away does not count as idle.
    pub(super) fn restore(&self, kept: Vec<KeptSession>, accounts: &Accounts, now: Now) {
        let mut table = self.lock();
        for KeptSession { key, user, account: then, since, seen } in kept {
            // By the clock of another node, or by one that went back since, it may begin only later: nobody is signed out
            // for that, and it is not longer than others from now on.
            let age = Duration::from_secs(now.unix.saturating_sub(since));
            let Some(since) = now.instant.checked_sub(age).filter(|_| age < self.life) else {
                table.has_ended(key);
                self.changed.notify_one();
                continue;
            };
            let seen =
                seen.and_then(|seen| now.instant.checked_sub(Duration::from_secs(now.unix.saturating_sub(seen))));
            if seen.is_some_and(|seen| now.instant < seen + self.idle) {
                table.idle.remove(&key);
            }
            if table.over.keys.contains(&key) {
                // Another node, which did not know it yet, may have said that it is in use.
                table.ended.push(key);
                self.changed.notify_one();
                continue;
            }
            if table.idle.contains(&key) {
                continue;
            }
            let Some(account) = accounts.get(&user).filter(|account| mark_of(account) == then) else { continue };
            // One that is here already has its pages.
            let entry = table.by_key.entry(key).or_insert_with(|| {
                let (session, seen) = (Session::new(key, user, account.clone(), since), seen.unwrap_or(now.instant));
                Entry { session, seen, pages: 0, told: seen }
            });
            if let Some(seen) = seen {
                (entry.seen, entry.told) = (entry.seen.max(seen), entry.told.max(seen));
            }
        }
    }

    /// Those in use here of which other nodes do not know that any more.
    pub(super) fn in_use(&self, now: Now) -> Vec<KeptSession> {
        if !self.shared {
            return Vec::new();
        }
        let (mut table, often) = (self.lock(), self.idle / 4);
        let told = |entry: &mut Entry| {
            let seen = if entry.pages > 0 { now.instant } else { entry.seen };
            (seen >= entry.told + often).then(|| {
                entry.told = seen;
                let ago = now.instant.saturating_duration_since(seen).as_secs();
                KeptSession { seen: Some(now.unix.saturating_sub(ago)), ..entry.session.kept(now) }
            })
        };
        table.by_key.values_mut().filter_map(told).collect()
    }

    /// The names of everybody who is signed in.
    pub(super) fn users(&self) -> BTreeSet<Arc<str>> {
        self.lock().by_key.values().map(|entry| entry.session.user.clone()).collect()
    }

    /// What the next run of the service needs to know of them.
    pub(super) fn kept(&self, now: Now) -> Vec<KeptSession> {
        self.lock().by_key.values().map(|entry| entry.session.kept(now)).collect()
    }

    /// The live session behind a cookie; looking it up counts as activity.
    pub(super) fn find(&self, id: &str, now: Instant) -> Option<Arc<Session>> {
        let mut table = self.lock();
        let entry = table.by_key.get_mut(&key_of(id))?;
        if self.expired(entry, now) {
            return None;
        }
        entry.seen = now;
        Some(entry.session.clone())
    }

    /// Ends a session and thereby its pages.
    pub(super) fn end(&self, session: &Session, why: SignedOutWhy) {
        let mut table = self.lock();
        if let Some(entry) = table.by_key.remove(&session.key) {
            table.has_ended(session.key);
            entry.session.finish(why);
            self.changed.notify_one();
        }
    }

    /// Ends what is too old or was idle for too long.
    pub(super) fn sweep(&self, now: Instant) {
        self.retain(SignedOutWhy::Expired, |entry| !self.expired(entry, now));
    }

    /// Ends the sessions of everybody who is gone, or whose worker, password or roles changed.
    pub(super) fn apply(&self, accounts: &Accounts) {
        self.retain(SignedOutWhy::Account, |entry| {
            let then = &entry.session.account;
            accounts
                .get(&entry.session.user)
                .is_some_and(|now| (&now.worker, &now.hash, now.roles) == (&then.worker, &then.hash, then.roles))
        });
    }

    /// Counts a page in, unless its worker has `limit` of them already or the session has ended.
    pub(super) fn page_opened(&self, session: &Session, limit: u32) -> bool {
        let mut table = self.lock();
        let Table { by_key, pages, .. } = &mut *table;
        let Some(entry) = by_key.get_mut(&session.key) else { return false };
        let open = pages.entry(session.account.worker.clone()).or_default();
        if *open >= limit {
            return false;
        }
        *open += 1;
        entry.pages += 1;
        true
    }

    /// Whether a worker has as many pages as they may have.
    pub(super) fn has_all_pages(&self, session: &Session, limit: u32) -> bool {
        self.lock().pages.get(&session.account.worker).is_some_and(|open| *open >= limit)
    }

    /// Counts a page out.
    pub(super) fn page_closed(&self, session: &Session, now: Instant) {
        let mut table = self.lock();
        if let Some(entry) = table.by_key.get_mut(&session.key) {
            entry.pages -= 1;
            entry.seen = now;
        }
        if let Some(open) = table.pages.get_mut(&session.account.worker) {
            *open -= 1;
            if *open == 0 {
                table.pages.remove(&session.account.worker);
            }
        }
    }

    fn too_old(&self, entry: &Entry, now: Instant) -> bool {
        now.saturating_duration_since(entry.session.since) >= self.life
    }

    fn expired(&self, entry: &Entry, now: Instant) -> bool {
        self.too_old(entry, now) || (entry.pages == 0 && now.saturating_duration_since(entry.seen) >= self.idle)
    }

    fn retain(&self, why: SignedOutWhy, keep: impl Fn(&Entry) -> bool) {
        let mut table = self.lock();
        let Table { by_key, ended, over, idle, .. } = &mut *table;
        by_key.retain(|key, entry| {
            let keep = keep(entry);
            if !keep {
                // Which one is idle here may be in use at another node.
                match self.shared && why == SignedOutWhy::Expired && !self.too_old(entry, Instant::now()) {
                    true => drop(idle.insert(*key)),
                    false => {
                        over.insert(*key);
                        ended.push(*key);
                    }
                }
                entry.session.finish(why);
                self.changed.notify_one();
            }
            keep
        });
    }

    /// A panic elsewhere leaves the table whole: every change to it is a single step.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn has_ended(&mut self, key: Key) {
        self.ended.push(key);
        self.over.insert(key);
    }

    fn make_room(&mut self, user: &str) {
        let mine = self.by_key.values().filter(|entry| &*entry.session.user == user);
        let mut mine: Vec<_> = mine.map(|entry| (entry.session.since, entry.session.key)).collect();
        if mine.len() < PER_USER {
            return;
        }
        mine.sort_unstable();
        for (_, key) in &mine[..=mine.len() - PER_USER] {
            if let Some(entry) = self.by_key.remove(key) {
                self.has_ended(*key);
                entry.session.finish(SignedOutWhy::TooMany);
            }
        }
    }
}

pub(super) fn key_of(id: &str) -> Key {
    Sha256::digest(id.as_bytes()).into()
}

/// The token that guards unsafe requests: known to whoever knows the session's key, never the other way round, and the
/// same after a restart.
fn csrf_of(key: &Key) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(b"csrf").chain_update(key).finalize())
}

/// Fingerprint of what decides about a session.
fn mark_of(account: &Account) -> [u8; 32] {
    let Account { worker, hash, roles, .. } = account;
    let hash = hash.as_ref().map_or("", Hash::as_str);
    Sha256::digest(format!("{worker}\n{hash}\n{} {}", roles.worker, roles.admin)).into()
}

pub(super) fn random_token() -> String {
    let mut bytes = [0; 32];
    OsRng.try_fill_bytes(&mut bytes).expect("the kernel's random source never fails once the system is up");
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests;
