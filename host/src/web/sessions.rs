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
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Sessions of one user; one more ends the oldest. A person has a few devices, a thief's script has thousands.
const PER_USER: usize = 8;

/// SHA-256 of the session's id: the table holds nothing that could be replayed, and looking it up leaks no timing.
type Key = [u8; 32];

/// One signed-in browser.
pub(super) struct Session {
    key: Key,
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
}

#[derive(Default)]
struct Table {
    by_key: HashMap<Key, Entry>,
    pages: HashMap<Arc<str>, u32>,
}

/// All sessions. Locked for a table look-up, at sign-in and when a page opens or closes; never on the path of a frame.
pub(super) struct Sessions {
    idle: Duration,
    life: Duration,
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
    pub(super) fn new(idle: Duration, life: Duration) -> Self {
        Self { idle, life, table: Mutex::default(), changed: Notify::new() }
    }

    /// Starts a session. Returns the id for the cookie, 256 random bits; it is stored nowhere else.
    pub(super) fn open(&self, user: Arc<str>, account: Arc<Account>, now: Instant) -> (String, Arc<Session>) {
        let id = random_token();
        let session = Session::new(key_of(&id), user, account, now);
        let mut table = self.lock();
        table.make_room(&session.user);
        table.by_key.insert(session.key, Entry { session: session.clone(), seen: now, pages: 0 });
        drop(table);
        self.changed.notify_one();
        (id, session)
    }

    /// Takes up what an earlier run of the service left: the sessions that are not too old, of accounts that are as
    /// they were. The time while the service was away does not count as idle.
    pub(super) fn restore(&self, kept: Vec<KeptSession>, accounts: &Accounts, now: Now) {
        let mut table = self.lock();
        for KeptSession { key, user, account: then, since } in kept {
            // How old one is that begins only later by a clock that went back, nobody knows.
            let Some(age) = now.unix.checked_sub(since).map(Duration::from_secs) else { continue };
            let Some(since) = now.instant.checked_sub(age).filter(|_| age < self.life) else { continue };
            let Some(account) = accounts.get(&user).filter(|account| mark_of(account) == then) else { continue };
            let session = Session::new(key, user, account.clone(), since);
            table.by_key.insert(key, Entry { session, seen: now.instant, pages: 0 });
        }
    }

    /// What the next run of the service needs to know of them.
    pub(super) fn kept(&self, now: Now) -> Vec<KeptSession> {
        let kept = |entry: &Entry| {
            let Session { key, user, account, since, .. } = &*entry.session;
            let age = now.instant.saturating_duration_since(*since).as_secs();
            let since = now.unix.saturating_sub(age);
            KeptSession { key: *key, user: user.clone(), account: mark_of(account), since }
        };
        self.lock().by_key.values().map(kept).collect()
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
        if let Some(entry) = self.lock().by_key.remove(&session.key) {
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
        let Table { by_key, pages } = &mut *table;
        let Some(entry) = by_key.get_mut(&session.key) else { return false };
        let open = pages.entry(session.account.worker.clone()).or_default();
        if *open >= limit {
            return false;
        }
        *open += 1;
        entry.pages += 1;
        true
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

    fn expired(&self, entry: &Entry, now: Instant) -> bool {
        now.saturating_duration_since(entry.session.since) >= self.life
            || (entry.pages == 0 && now.saturating_duration_since(entry.seen) >= self.idle)
    }

    fn retain(&self, why: SignedOutWhy, keep: impl Fn(&Entry) -> bool) {
        self.lock().by_key.retain(|_, entry| {
            let keep = keep(entry);
            if !keep {
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
    fn make_room(&mut self, user: &str) {
        let mine = self.by_key.values().filter(|entry| &*entry.session.user == user);
        let mut mine: Vec<_> = mine.map(|entry| (entry.session.since, entry.session.key)).collect();
        if mine.len() < PER_USER {
            return;
        }
        mine.sort_unstable();
        for (_, key) in &mine[..=mine.len() - PER_USER] {
            if let Some(entry) = self.by_key.remove(key) {
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
mod tests {
    use super::{
        super::accounts::{DECOY, Roles},
        *,
    };

    const IDLE: Duration = Duration::from_secs(60);
    const LIFE: Duration = Duration::from_secs(600);

    fn account(worker: &str) -> Arc<Account> {
        let roles = Roles { worker: true, admin: false };
        let hash = Hash::try_from(Arc::<str>::from(DECOY)).ok();
        Arc::new(Account { worker: worker.into(), hash, name: "".into(), language: "".into(), roles })
    }

    fn sessions() -> (Sessions, Instant) {
        (Sessions::new(IDLE, LIFE), Instant::now())
    }

    #[test]
    fn activity_keeps_a_session_but_not_for_ever() {
        let (sessions, start) = sessions();
        let (id, session) = sessions.open("kim".into(), account("kim"), start);
        for step in 1..12 {
            assert!(sessions.find(&id, start + step * IDLE / 2).is_some(), "{step}");
        }
        assert!(sessions.find(&id, start + 6 * IDLE + IDLE / 2).is_none(), "idle");
        sessions.sweep(start + 7 * IDLE);
        assert!(session.ended.is_cancelled());
    }

    #[test]
    fn an_open_page_is_activity_up_to_the_absolute_life() {
        let (sessions, start) = sessions();
        let (id, session) = sessions.open("kim".into(), account("kim"), start);
        assert!(sessions.page_opened(&session, 1));
        assert!(sessions.find(&id, start + 5 * IDLE).is_some());
        assert!(sessions.find(&id, start + LIFE).is_none());
    }

    #[test]
    fn pages_are_counted_by_worker_over_all_sessions() {
        let (sessions, start) = sessions();
        let (_, one) = sessions.open("kim".into(), account("kim"), start);
        let (_, two) = sessions.open("kim".into(), account("kim"), start);
        assert!(sessions.page_opened(&one, 2) && sessions.page_opened(&two, 2));
        assert!(!sessions.page_opened(&one, 2));
        sessions.end(&two, SignedOutWhy::Asked);
        sessions.page_closed(&two, start);
        assert!(sessions.page_opened(&one, 2));
        assert!(!sessions.page_opened(&two, 9), "ended");
    }

    #[test]
    fn the_oldest_session_of_a_user_makes_room() {
        let (sessions, start) = sessions();
        let opened: Vec<_> = (0..=PER_USER as u32)
            .map(|second| sessions.open("kim".into(), account("kim"), start + Duration::from_secs(second.into())).1)
            .collect();
        let ended: Vec<_> = opened.iter().map(|session| session.ended.is_cancelled()).collect();
        assert!(ended[0] && ended[1..].iter().all(|ended| !ended), "{ended:?}");
    }

    #[test]
    fn a_reload_ends_the_sessions_of_the_removed() {
        let (sessions, start) = sessions();
        let (id, session) = sessions.open("kim".into(), account("kim"), start);
        sessions.apply(&Accounts::default());
        assert!(session.ended.is_cancelled() && sessions.find(&id, start).is_none());
        assert_eq!(session.why(), SignedOutWhy::Account);
    }

    #[test]
    fn a_restart_keeps_who_is_signed_in_and_nobody_who_should_not_be() {
        let (first, start) = sessions();
        let account = Arc::new(Account { hash: None, ..(*account("kim")).clone() });
        let (id, session) = first.open("kim".into(), account.clone(), start);
        let kept = first.kept(Now { instant: start, unix: 1_000 });
        let accounts = |account: &Account| {
            let mut accounts = Accounts::default();
            accounts.insert("kim".into(), account.clone());
            accounts
        };
        let after = |seconds, accounts: &Accounts| {
            let second = Sessions::new(IDLE, LIFE);
            let now = Now { instant: start + LIFE + LIFE, unix: 1_000 + seconds };
            second.restore(kept.clone(), accounts, now);
            second.find(&id, now.instant).map(|session| session.csrf.clone())
        };
        assert_eq!(after(300, &accounts(&account)), Some(session.csrf.clone()), "longer than idle, within its life");
        assert_eq!(after(LIFE.as_secs(), &accounts(&account)), None, "too old");
        let other = Account { roles: Roles { worker: true, admin: true }, ..(*account).clone() };
        assert_eq!(after(1, &accounts(&other)), None, "other roles");
        assert_eq!(after(1, &Accounts::default()), None, "gone");
        first.end(&session, SignedOutWhy::Asked);
        assert_eq!(first.kept(Now { instant: start, unix: 1_000 }), [], "signed out");
    }

    #[test]
    fn ids_and_tokens_are_long_and_differ() {
        let (sessions, start) = sessions();
        let (id, session) = sessions.open("kim".into(), account("kim"), start);
        assert_eq!((id.len(), session.csrf.len()), (43, 43));
        assert_ne!(*id, *session.csrf);
        assert!(session.csrf_matches(session.csrf.as_bytes()) && !session.csrf_matches(b""));
    }
}
