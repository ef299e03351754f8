//! The handle by which tests, benches and the control port play with a simulated Front End.

use super::{
    config::Config,
    counts::Counts,
    deregistration::Deregistration,
    documents::{CATEGORIES, Standing},
    faults::{Fault, Mood},
    log::{Direction, Log},
    notify::Resource,
    pool::Pool,
    presence::Presence,
    publications::Publication,
    server,
    shared::Shared,
    subscription::Package,
    tls,
    users::UserId,
};
use crate::PATIENCE;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

/// Bytes that may wait in [`FrontEnd::drained`].
const DRAINED: usize = 1024 * 1024;

/// No such user. The caller's fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no user of this pool")]
pub struct Unknown(pub String);

/// What was waited for never came.
#[derive(Debug, Error)]
#[error("{wanted} did not come within {PATIENCE:?}; counts: {counts:?}")]
pub struct NeverCame {
    wanted: String,
    counts: Box<Counts>,
}

/// A running simulated Front End; clones are the same server. It ends with the last clone.
#[derive(Clone)]
pub struct FrontEnd {
    shared: Arc<Shared>,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    serving: Arc<Mutex<Serving>>,
}

/// The accepting task; every connection lives inside it.
struct Serving(Option<JoinHandle<()>>);

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl FrontEnd {
    /// Listens and serves.
    ///
    /// # Errors
    /// The address cannot be listened on, or the TLS files are of no use.
    pub async fn start(config: Config) -> io::Result<Self> {
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let pool = Pool::new(config.site.clone(), address, Log::new(config.print, config.record));
        let shared = Shared::new(pool, config);
        let task = tokio::spawn(server::serve(listener, tls.clone(), Arc::clone(&shared)));
        Ok(Self { shared, address, tls, serving: Arc::new(Mutex::new(Serving(Some(task)))) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Ends abruptly, as by `kill -9`: listener and connections are closed without a word, and with them all
    /// endpoints and subscriptions are lost. What was set by hand or published for good stays.
    pub async fn kill(&self) {
        let task = self.serving.lock().unwrap_or_else(PoisonError::into_inner).0.take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
        // A connection that is just being served ends when that is done.
        while self.shared.look(|pool| !pool.connections.is_empty()) {
            tokio::task::yield_now().await;
        }
    }

    /// Serves again after [`Self::kill`].
    ///
    /// # Errors
    /// The port was taken meanwhile.
    pub async fn restart_on_same_port(&self) -> io::Result<()> {
        self.kill().await;
        let listener = TcpListener::bind(self.address).await?;
        let task = tokio::spawn(server::serve(listener, self.tls.clone(), Arc::clone(&self.shared)));
        self.serving.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(task);
        Ok(())
    }

    pub(super) fn with_user<T>(&self, uri: &str, then: impl FnOnce(&mut Pool, UserId) -> T) -> Result<T, Unknown> {
        self.shared.change(|pool| {
            let user = pool.users.find(uri).ok_or_else(|| Unknown(uri.to_owned()))?;
            Ok(then(pool, user))
        })
    }

    /// Sets what watchers see of a user, until the user publishes something, and tells the watchers.
    ///
    /// # Errors
    /// No such user.
    pub fn set_presence(&self, user: &str, presence: Presence) -> Result<(), Unknown> {
        self.with_user(user, |pool, user| pool.show(user, presence, SystemTime::now()))
    }

    /// Sets several users, one notify each.
    ///
    /// # Errors
    /// One of them does not exist; those before it are set.
    pub fn set_presences<'u>(&self, all: impl IntoIterator<Item = (&'u str, Presence)>) -> Result<(), Unknown> {
        self.shared.change(|pool| {
            let now = SystemTime::now();
            for (uri, presence) in all {
                let user = pool.users.find(uri).ok_or_else(|| Unknown(uri.to_owned()))?;
                pool.show(user, presence, now);
            }
            Ok(())
        })
    }

    /// Sets several users; each watcher gets one notify for all of them.
    ///
    /// # Errors
    /// One of them does not exist; nobody is set.
    pub fn set_together<'u>(&self, all: impl IntoIterator<Item = (&'u str, Presence)>) -> Result<(), Unknown> {
        self.shared.change(|pool| {
            let known = all.into_iter().map(|(uri, presence)| {
                let user = pool.users.find(uri).ok_or_else(|| Unknown(uri.to_owned()))?;
                Ok((user, presence))
            });
            let updates = known.collect::<Result<_, _>>()?;
            pool.show_together(updates, SystemTime::now());
            Ok(())
        })
    }

    /// What colleagues see of a user.
    ///
    /// # Errors
    /// No such user.
    pub fn presence(&self, user: &str) -> Result<Presence, Unknown> {
        self.with_user(user, |pool, user| pool.users.get(user).shown.clone())
    }

    /// What a user has published.
    ///
    /// # Errors
    /// No such user.
    pub fn publications(&self, user: &str) -> Result<Vec<Publication>, Unknown> {
        let of = |pool: &mut Pool, user| {
            pool.users.get(user).account.as_ref().map(|account| account.publications.0.clone()).unwrap_or_default()
        };
        self.with_user(user, of)
    }

    /// Whom a user watches, and what the user would be told of each when asking now.
    ///
    /// # Errors
    /// No such user.
    pub fn seen_by(&self, watcher: &str) -> Result<Vec<(String, Presence)>, Unknown> {
        let owned = |(uri, presence): (&str, Presence)| (uri.to_owned(), presence);
        self.with_user(watcher, |pool, user| pool.seen_by(user).into_iter().map(owned).collect())
    }

    /// Addresses in a user's contact list.
    ///
    /// # Errors
    /// No such user.
    pub fn contacts(&self, user: &str) -> Result<Vec<String>, Unknown> {
        let of = |pool: &mut Pool, user| {
            let account = pool.users.get(user).account.as_ref();
            account.map(|account| account.contacts.uris().map(str::to_owned).collect()).unwrap_or_default()
        };
        self.with_user(user, of)
    }

    /// Sends a body, whatever it is, as a notify in each presence subscription of a watcher. Gives how many.
    ///
    /// # Errors
    /// No such user.
    pub fn push(&self, watcher: &str, content_type: Option<&str>, body: &[u8]) -> Result<usize, Unknown> {
        self.with_user(watcher, |pool, user| {
            let all = of_watcher(pool, user);
            all.iter().for_each(|id| pool.notify(*id, content_type.unwrap_or(CATEGORIES), body, SystemTime::now()));
            all.len()
        })
    }

    /// Sends bytes, whatever they are, on each connection of a user. Gives how many.
    ///
    /// # Errors
    /// No such user.
    pub fn send_raw(&self, user: &str, bytes: &[u8]) -> Result<usize, Unknown> {
        self.with_user(user, |pool, user| {
            let endpoints = pool.endpoints.of_user(user);
            for id in &endpoints {
                let connection =
                    pool.endpoints.get(*id).and_then(|endpoint| pool.connections.get_mut(&endpoint.connection));
                if let Some(connection) = connection {
                    connection.write(bytes);
                }
            }
            endpoints.len()
        })
    }

    /// Users move to another pool, or, without a pool, are to be asked themselves: their watchers are told to
    /// subscribe there. [`Self::move_home`] brings them back.
    ///
    /// # Errors
    /// One of them does not exist.
    pub fn move_users(&self, users: &[&str], pool_gruu: Option<&str>) -> Result<(), Unknown> {
        let standing = Standing::Resubscribe(pool_gruu.map(Into::into));
        self.shared.change(|pool| {
            let ids: Vec<_> = users
                .iter()
                .map(|uri| pool.users.find(uri).ok_or_else(|| Unknown((*uri).to_owned())))
                .collect::<Result<_, _>>()?;
            for user in &ids {
                pool.users.get_mut(*user).moved = Some(Box::new(standing.clone()));
            }
            let holds =
                |known: &super::subscription::Subscription| ids.iter().any(|user| known.watched.contains_key(user));
            for id in pool.subscriptions.find(holds) {
                tell_moved(pool, id, &ids, &standing);
            }
            Ok(())
        })
    }

    /// Brings a moved user back.
    ///
    /// # Errors
    /// No such user.
    pub fn move_home(&self, user: &str) -> Result<(), Unknown> {
        self.with_user(user, |pool, user| pool.users.get_mut(user).moved = None)
    }

    /// Deregisters all endpoints of a user, and says so to them.
    ///
    /// # Errors
    /// No such user.
    pub fn deregister(&self, user: &str, why: Deregistration) -> Result<usize, Unknown> {
        self.with_user(user, |pool, user| {
            let all = pool.endpoints.of_user(user);
            all.iter().for_each(|id| pool.deregister(*id, why, SystemTime::now()));
            all.len()
        })
    }

    /// Ends a watcher's presence subscriptions, and says so, with that reason if it is not empty.
    ///
    /// # Errors
    /// No such user.
    pub fn terminate_subscriptions(&self, watcher: &str, reason: &str) -> Result<usize, Unknown> {
        self.with_user(watcher, |pool, user| {
            let all = of_watcher(pool, user);
            all.iter().for_each(|id| pool.terminate(*id, reason, SystemTime::now()));
            all.len()
        })
    }

    /// Forgets all endpoints and subscriptions without a word; connections stay.
    pub fn lose_registrations(&self) {
        self.shared.change(|pool| {
            let all: Vec<_> = pool.endpoints.find(|_| true).collect();
            all.into_iter().for_each(|id| pool.remove_endpoint(id, SystemTime::now()));
            pool.subscriptions.find(|_| true).into_iter().for_each(|id| pool.end_subscription(id));
        });
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.change(|pool| pool.faults.add(fault));
    }

    /// Serves, stalls or slows down all connections.
    pub fn mood(&self, mood: Mood) {
        self.shared.mood.send_replace(mood);
    }

    /// Ends all faults, and serves.
    pub fn heal(&self) {
        self.shared.change(|pool| pool.faults.clear());
        self.mood(Mood::Serving);
    }

    /// Closes every connection in good order; the listener stays.
    pub fn close_connections(&self) {
        self.shared.change(|pool| pool.connections.values_mut().for_each(|connection| connection.close()));
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.shared.look(Pool::counts)
    }

    /// Every message that passed, if the configuration says to remember them.
    pub fn log(&self) -> Vec<(Direction, String)> {
        self.shared.look(|pool| pool.log.entries().cloned().collect())
    }

    /// Waits until `look` finds something.
    ///
    /// # Errors
    /// It did not within [`PATIENCE`].
    pub async fn wait_for<T>(&self, wanted: &str, look: impl Fn(&Self) -> Option<T>) -> Result<T, NeverCame> {
        let mut changes = self.shared.changes();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                changes.borrow_and_update();
                if let Some(found) = look(self) {
                    return found;
                }
                // The sender lives as long as this handle.
                let _ = changes.changed().await;
            }
        });
        found.await.map_err(|_| NeverCame { wanted: wanted.to_owned(), counts: Box::new(self.counts()) })
    }

    /// Waits until the counters are as they should be.
    ///
    /// # Errors
    /// They were not within [`PATIENCE`].
    pub async fn wait_for_counts(&self, wanted: &str, fits: impl Fn(&Counts) -> bool) -> Result<Counts, NeverCame> {
        self.wait_for(wanted, |server| Some(server.counts()).filter(|counts| fits(counts))).await
    }

    /// Waits until nearly everything is written: for those who push faster than a client reads.
    ///
    /// # Errors
    /// Something still waits after [`PATIENCE`].
    pub async fn drained(&self) -> Result<(), NeverCame> {
        self.wait_for("room", |server| (server.shared.look(Pool::waiting) < DRAINED).then_some(())).await
    }
}

fn of_watcher(pool: &Pool, watcher: UserId) -> Vec<super::subscription::SubscriptionId> {
    pool.subscriptions.of_watcher(watcher, |known| known.package == Package::Presence)
}

fn tell_moved(pool: &mut Pool, id: super::subscription::SubscriptionId, moved: &[UserId], standing: &Standing) {
    let Some(subscription) = pool.subscriptions.get_mut(id) else { return };
    let mut resources = Vec::new();
    for user in moved.iter().filter(|user| subscription.watched.remove(user).is_some()) {
        let known = pool.users.get_mut(*user);
        known.watchers.retain(|(watcher, _)| *watcher != id);
        resources.push(Resource { uri: known.uri.clone(), user: None, standing: standing.clone() });
    }
    pool.notify_standing(id, &resources, SystemTime::now());
}
