//! Who is signed in, as requests ask for it: what is known here, and what is written down where other nodes see it.
//!
//! What is answered to somebody is written down before: a process that is killed a moment later, and another node that
//! their browser asks next, know it. One that waited for that in vain is told so.
//!
//! | What could not be written down in time | What becomes of it |
//! |---|---|
//! | a sign-in, kept in a folder of this node | it counts: nobody is kept from work for a disk, and a restart costs them one more |
//! | a sign-in, in a store that other nodes have | refused: the next node that the browser asks would not know it |
//! | a sign-out | it counts here, and the answer says that a restart may not know of it |

use super::{
    accounts::{Account, Accounts},
    fault::Fault,
    kept_sessions::{KeptSession, KeptSessions},
    message::SignedOutWhy,
    sessions::{Key, Now, Session, Sessions, key_of},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;
use warp::http::StatusCode;

/// Who has signed in or out at other nodes is read whole so often, whatever was told in between.
const FOLLOW: Duration = Duration::from_secs(60);

/// An answer waits so long until what it says is written down.
const WRITTEN: Duration = Duration::from_secs(2);

/// A session that is unknown here is read within this time.
const LOOKED_UP: Duration = Duration::from_secs(1);

/// Sessions that are unknown here are looked up so often a second: cookies that somebody makes up load no store.
const LOOK_UPS: NonZeroU32 = NonZeroU32::new(50).expect("not zero");

/// What was looked up in vain is not looked up again for so long, and so many are remembered.
const IN_VAIN: (Duration, usize) = (Duration::from_secs(30), 10_000);

/// Everybody's sessions. Clones are the same.
#[derive(Clone)]
pub struct KnownSessions(Arc<Inner>);

struct Inner {
    here: Arc<Sessions>,
    kept: Arc<KeptSessions>,
    accounts: watch::Receiver<Arc<Accounts>>,
    /// What is to be kept is said in the order in which it came to be.
    order: Mutex<()>,
    look_ups: DefaultDirectRateLimiter,
    in_vain: Mutex<HashMap<Key, Instant>>,
}

impl KnownSessions {
    pub(super) fn new(here: Arc<Sessions>, kept: Arc<KeptSessions>, accounts: watch::Receiver<Arc<Accounts>>) -> Self {
        let look_ups = RateLimiter::direct(Quota::per_second(LOOK_UPS));
        let (order, in_vain) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { here, kept, accounts, order, look_ups, in_vain }))
    }

    /// They are signed in here from now on; before users are served. Gives their names.
    ///
    /// # Errors
    /// The store cannot be reached: everybody would be signed out.
    pub async fn take_up(&self) -> Result<BTreeSet<Arc<str>>, uc_store::Error> {
        let found = self.0.kept.found().await?;
        let names = found.iter().map(|session| session.user.clone()).collect();
        self.restore(found);
        Ok(names)
    }

    /// The names of everybody who is signed in, as far as is known here.
    pub fn users(&self) -> BTreeSet<Arc<str>> {
        self.0.here.users()
    }

    /// Where other nodes sign people in and out, that counts here, too, soon after.
    pub async fn follow(self, stop: CancellationToken) {
        let mut followed = self.0.kept.follow(FOLLOW);
        while let Some(news) = stop.run_until_cancelled(self.0.kept.news(&mut followed)).await {
            match news {
                Ok((found, gone)) => {
                    self.restore(found);
                    self.0.here.end_with_others(&gone);
                }
                Err(error) => tracing::debug!(%error, "who is signed in at other nodes cannot be read now"),
            }
        }
    }

    /// What an earlier life left.
    pub(super) async fn take_up_earlier(&self) {
        self.restore(self.0.kept.take_up().await);
    }

    fn restore(&self, found: Vec<KeptSession>) {
        self.0.here.restore(found, &self.0.accounts.borrow(), Now::read());
    }

    /// Says what is to be kept now.
    pub(super) fn keep(&self) {
        let _order = self.0.order.lock().unwrap_or_else(PoisonError::into_inner);
        match self.0.here.ended() {
            Some(ended) => self.0.kept.keep_ours(self.0.here.kept(Now::read()), &ended),
            None => self.0.kept.keep(self.0.here.kept(Now::read())),
        }
    }

    /// Ends what is too old or was idle for too long, and tells other nodes of what is in use here.
    pub(super) fn sweep(&self) {
        self.0.here.sweep(Instant::now());
        // A store that lets nobody work takes no word of who is in use either.
        self.0.here.end_unused(self.0.kept.is_at_work(), Instant::now());
        self.0.kept.are_in_use(self.0.here.in_use(Now::read()));
    }

    /// The live session behind a cookie; looking it up counts as activity. One of another node's may have come about a
    /// moment ago: it is looked up where all nodes see it.
    ///
    /// # Errors
    /// That cannot be said now.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Arc<Session>>, Fault> {
        let found = self.0.here.find(id, Instant::now());
        if found.is_some() || !self.0.here.is_shared() || !is_of_ours(id) {
            return Ok(found);
        }
        self.look_up(key_of(id)).await?;
        Ok(self.0.here.find(id, Instant::now()))
    }

    async fn look_up(&self, key: Key) -> Result<(), Fault> {
        if self.was_in_vain(&key) {
            return Ok(());
        }
        if self.0.look_ups.check().is_err() {
            metrics::counter!("uc_web_sessions_not_looked_up_total").increment(1);
            return Err(unread());
        }
        match timeout(LOOKED_UP, self.0.kept.one(&key)).await {
            Ok(Ok(found)) => {
                // It may have ended here, or be of an account that is another by now.
                self.note_in_vain(key);
                self.restore(found.into_iter().collect());
                Ok(())
            }
            Ok(Err(_)) | Err(_) => Err(unread()),
        }
    }

    fn was_in_vain(&self, key: &Key) -> bool {
        let in_vain = self.0.in_vain.lock().unwrap_or_else(PoisonError::into_inner);
        in_vain.get(key).is_some_and(|at| at.elapsed() < IN_VAIN.0)
    }

    fn note_in_vain(&self, key: Key) {
        let mut in_vain = self.0.in_vain.lock().unwrap_or_else(PoisonError::into_inner);
        if in_vain.len() >= IN_VAIN.1 {
            in_vain.clear();
        }
        in_vain.insert(key, Instant::now());
    }

    /// Starts a session, and returns the id for the cookie.
    ///
    /// # Errors
    /// It cannot be written down, and other nodes would not know it: there is none.
    pub(super) async fn open(&self, user: Arc<str>, account: Arc<Account>) -> Result<(String, Arc<Session>), Fault> {
        let (id, session) = {
            let _order = self.0.order.lock().unwrap_or_else(PoisonError::into_inner);
            let (id, session) = self.0.here.open(user, account, Instant::now());
            self.0.kept.add(session.kept(Now::read()));
            (id, session)
        };
        if self.0.kept.is_written(&session.key, WRITTEN).await {
            return Ok((id, session));
        }
        metrics::counter!("uc_web_sessions_not_kept_total").increment(1);
        if self.0.kept.is_of_several() {
            self.end_at_once(&session, SignedOutWhy::Expired);
            let detail = "Your sign-in could not be written down where all nodes see it: try again in a moment.";
            return Err(not_kept(detail));
        }
        Ok((id, session))
    }

    /// Ends a session, and thereby its pages.
    ///
    /// # Errors
    /// It has ended here, and that cannot be written down.
    pub(super) async fn end(&self, session: &Session) -> Result<(), Fault> {
        self.end_at_once(session, SignedOutWhy::Asked);
        if self.0.kept.is_written(&session.key, WRITTEN).await {
            return Ok(());
        }
        metrics::counter!("uc_web_sessions_not_kept_total").increment(1);
        let detail = "You are signed out here, but that could not be written down yet: until it is, another node, or a restart \
            of the service, may still know this session. It is tried again; tell your administrator.";
        Err(not_kept(detail))
    }

    /// The same, where nobody waits for that.
    pub(super) fn end_at_once(&self, session: &Session, why: SignedOutWhy) {
        let _order = self.0.order.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.here.end(session, why);
        self.0.kept.remove(&session.key);
    }
}

/// What this product gives out: whatever else a browser holds is looked up nowhere.
fn is_of_ours(id: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(id).is_ok_and(|bytes| bytes.len() == 32)
}

fn unread() -> Fault {
    let detail = "Whether you are signed in at another node cannot be read now: ask again in a moment.";
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "sessions", detail).retry_after(1)
}

fn not_kept(detail: &'static str) -> Fault {
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "not-kept", detail).retry_after(2)
}

#[cfg(test)]
mod tests {
    use super::{super::accounts::Roles, *};
    use crate::{kept::Keeper, role::Primacy};
    use std::fs;
    use uc_store::{
        Store,
        lease::Timing,
        nodes::{Me, Member, Partitions, take_part},
    };

    const HOUR: Duration = Duration::from_secs(3600);

    /// One of several nodes, which own nothing.
    fn shared(store: &Store) -> Keeper {
        let partitions = Partitions::new(8).unwrap();
        let (name, version, none) = ("a".to_owned(), "1".to_owned(), String::new());
        let me = Me { name, life: 1, form: 1, version, address: none.clone(), url: none, clock: Duration::ZERO };
        let member = Member::new(me, partitions, Timing::DEFAULT).unwrap();
        let (part, _) = take_part(store.clone(), member, CancellationToken::new());
        Keeper::new(store.clone(), Primacy::shared(part, partitions))
    }

    async fn known(keeper: Keeper) -> KnownSessions {
        let here = Arc::new(Sessions::new(HOUR, HOUR, keeper.is_shared()));
        let mut accounts = Accounts::default();
        accounts.insert("kim".into(), (*kim()).clone());
        let accounts = watch::channel(Arc::new(accounts)).1;
        KnownSessions::new(here, Arc::new(KeptSessions::open(keeper, None).await), accounts)
    }

    fn kim() -> Arc<Account> {
        let roles = Roles { worker: true, admin: false };
        Arc::new(Account { worker: "kim".into(), hash: None, name: "".into(), language: "".into(), roles })
    }

    async fn open(at: &KnownSessions) -> (String, Arc<Session>) {
        at.open("kim".into(), kim()).await.unwrap()
    }

    #[tokio::test]
    async fn who_has_just_signed_in_at_one_node_is_known_at_the_next_at_once_and_who_has_not_is_not() {
        let store = Store::in_memory();
        let (one, other) = (known(shared(&store)).await, known(shared(&store)).await);
        let (id, session) = open(&one).await;
        let there = other.find(&id).await.unwrap().expect("signed in a moment ago");
        assert_eq!(there.csrf, session.csrf);
        for made_up in ["", "x", &id[1..], &BASE64_URL_SAFE_NO_PAD.encode([7; 32])] {
            assert!(other.find(made_up).await.unwrap().is_none(), "{made_up}");
        }
        assert_eq!(other.0.in_vain.lock().unwrap().len(), 2, "whatever has another form is looked up nowhere");
        other.end(&there).await.unwrap();
        assert!(other.find(&id).await.unwrap().is_none());
        assert!(known(shared(&store)).await.find(&id).await.unwrap().is_none(), "it is gone from the store");
    }

    #[tokio::test]
    async fn a_session_that_has_ended_here_does_not_come_back_from_the_store() {
        let store = Store::in_memory();
        let one = known(shared(&store)).await;
        let (id, session) = open(&one).await;
        one.end_at_once(&session, SignedOutWhy::Asked);
        assert!(one.find(&id).await.unwrap().is_none(), "it stands there still");
        one.take_up().await.unwrap();
        assert!(one.find(&id).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn made_up_cookies_load_no_store() {
        let other = known(shared(&Store::in_memory())).await;
        let (mut read, mut put_off) = (0, 0);
        for number in 0..200_u8 {
            match other.find(&BASE64_URL_SAFE_NO_PAD.encode([number; 32])).await {
                Ok(found) => read += usize::from(found.is_none()),
                Err(_) => put_off += 1,
            }
        }
        assert!(read >= 50 && put_off > 0, "{read} {put_off}");
    }

    #[tokio::test]
    async fn what_happens_at_one_node_is_soon_so_at_all() {
        let store = Store::in_memory();
        let (one, other) = (known(shared(&store)).await, known(shared(&store)).await);
        let stop = CancellationToken::new();
        let follows = tokio::spawn(other.clone().follow(stop.clone()));
        let (id, session) = open(&one).await;
        let is_there = |expected: bool| {
            let (other, id) = (other.clone(), id.clone());
            async move {
                while other.0.here.find(&id, Instant::now()).is_some() != expected {
                    tokio::task::yield_now().await;
                }
            }
        };
        timeout(HOUR / 360, is_there(true)).await.expect("told by the store");
        one.end(&session).await.unwrap();
        timeout(HOUR / 360, is_there(false)).await.expect("told by the store");
        stop.cancel();
        follows.await.unwrap();
    }

    #[tokio::test]
    async fn what_cannot_be_written_down_is_said_and_keeps_nobody_out_of_a_node_that_is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let no_folder = folder.path().join("file");
        fs::write(&no_folder, "").unwrap();
        let fails = Store::embedded(&no_folder);
        let alone = known(fails.clone().into()).await;
        let (id, session) = open(&alone).await;
        assert!(alone.find(&id).await.unwrap().is_some(), "a disk keeps nobody from work");
        assert_eq!(alone.end(&session).await.unwrap_err().into_response().status(), 503);
        assert!(alone.find(&id).await.unwrap().is_none(), "it has ended here");
        let one_of_several = known(shared(&fails)).await;
        let refused = one_of_several.open("kim".into(), kim()).await.map(drop).unwrap_err().into_response();
        assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (503, true));
        assert_eq!(one_of_several.0.here.kept(Now::read()), [], "there is none");
    }
}
