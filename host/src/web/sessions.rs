//! Server-side sessions: who is signed in, for how long, with how many pages. Pure: time is an argument.

mod over;
mod records;
mod together;

use super::{
    accounts::{Account, Accounts, Hash},
    kept_sessions::KeptSession,
    message::SignedOutWhy,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use over::Over;
use rand::{TryRngCore, rngs::OsRng};
use records::Records;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Sessions of one user; one more ends the oldest. A person has a few devices, a thief's script has thousands.
const PER_USER: usize = 8;

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
    /// What is used after this moment other nodes are to know of.
    untold: Instant,
}

#[derive(Default)]
struct Table {
    by_key: HashMap<Key, Entry>,
    /// Of those that other nodes know too: which have ended for good since this was asked.
    ended: Vec<Key>,
    /// Which have ended for good, and may stand in the store for another moment.
    over: Over,
    /// What the store that other nodes have, too, says of each.
    records: Records,
    pages: HashMap<Arc<str>, u32>,
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

    /// Starts a session. Returns the id for the cookie, 256 random bits; it is stored nowhere else.
    pub(super) fn open(&self, user: Arc<str>, account: Arc<Account>, now: Instant) -> (String, Arc<Session>) {
        let id = random_token();
        let session = Session::new(key_of(&id), user, account, now);
        let mut table = self.lock();
        table.make_room(&session.user);
        if self.shared {
            table.records.say(session.key, None, now);
        }
        table
            .by_key
            .insert(session.key, Entry { session: session.clone(), seen: now, pages: 0, untold: now + self.often() });
        drop(table);
        self.changed.notify_one();
        (id, session)
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
            table.end_and_tell(session.key);
            entry.session.finish(why);
            self.changed.notify_one();
        }
    }

    /// Ends what is too old or was idle for too long. What is idle here may be in use at another node: that is the
    /// store's to say.
    pub(super) fn sweep(&self, now: Instant) {
        let ends = |entry: &Entry| self.expired(entry, now).then(|| !self.shared || self.too_old(entry, now));
        self.finish(SignedOutWhy::Expired, ends);
    }

    /// Ends the sessions of everybody who is gone, or whose worker, password or roles changed.
    pub(super) fn apply(&self, accounts: &Accounts) {
        self.finish(SignedOutWhy::Account, |entry| {
            let then = &entry.session.account;
            let is_same =
                |now: &Arc<Account>| (&now.worker, &now.hash, now.roles) == (&then.worker, &then.hash, then.roles);
            (!accounts.get(&entry.session.user).is_some_and(is_same)).then_some(true)
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

    /// Ends those of which `ends` says whether that is for good; none: it goes on.
    fn finish(&self, why: SignedOutWhy, ends: impl Fn(&Entry) -> Option<bool>) {
        let mut table = self.lock();
        let ending: Vec<_> =
            table.by_key.values().filter_map(|entry| Some((entry.session.clone(), ends(entry)?))).collect();
        for (session, for_good) in ending {
            table.by_key.remove(&session.key);
            if for_good {
                table.end_and_tell(session.key);
            }
            session.finish(why);
            self.changed.notify_one();
        }
    }

    /// A panic elsewhere leaves the table whole: every change to it is a single step.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn end_and_tell(&mut self, key: Key) {
        self.ended.push(key);
        self.end(key);
    }

    fn end(&mut self, key: Key) {
        self.over.insert(key);
        self.records.forget(&key);
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
                self.end_and_tell(*key);
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
