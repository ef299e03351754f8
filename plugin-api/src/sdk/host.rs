//! What an author may ask of the host.

use super::{
    guard::contained,
    meters::{self, Meters},
    outbox::Outbox,
};
use crate::{
    abi::{HostBox, Level, MetricKind, PluginError},
    message::{Event, LinkStatus, StateMenu},
    metric_descriptions::{self, DESCRIBE_METRICS},
    own_endpoints::{self, OWN_ENDPOINTS, OwnEndpoint},
    presence::{PresenceUpdate, UserHandle},
};
use abi_stable::std_types::RVec;
use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{runtime::Handle, sync::Notify, time::sleep};
use uc_backoff::pause;

/// First and longest pause before an event that found the host's queue full is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(250));

/// The host, as one instance of a plug-in sees it. Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    edge: HostBox,
    directory: PathBuf,
    runtime: Handle,
    outbox: Mutex<Outbox>,
    waiting: Notify,
    /// Something waits in the outbox; written while its lock is held.
    behind: AtomicBool,
    link: Mutex<String>,
    meters: Meters,
    closed: AtomicBool,
}

impl Host {
    pub(super) fn new(edge: HostBox, config_file: &str, runtime: Handle) -> Self {
        let directory = Path::new(config_file).parent().map(Path::to_owned).unwrap_or_default();
        Self(Arc::new(Inner {
            edge,
            directory,
            runtime,
            outbox: Mutex::default(),
            waiting: Notify::new(),
            behind: AtomicBool::new(false),
            link: Mutex::new("link not reported yet".to_owned()),
            meters: Meters::default(),
            closed: AtomicBool::new(false),
        }))
    }

    /// Reports presence: the latest of each user reaches the host, at once or as soon as its queue has room. Put many
    /// users into one call.
    pub fn presence(&self, updates: impl IntoIterator<Item = PresenceUpdate>) {
        let updates: RVec<_> = updates.into_iter().collect();
        if !updates.is_empty() {
            self.queue(|outbox, emit| outbox.presence(updates, emit));
        }
    }

    /// Reports the state of the link to the platform, with the reason and what to do. The latest counts.
    pub fn link(&self, status: LinkStatus, reason: impl Into<String>) {
        let reason = reasoned(reason.into());
        *lock(&self.0.link) = format!("link {}: {reason}", format!("{status:?}").to_lowercase());
        self.queue(|outbox, emit| outbox.link(status, reason.into(), emit));
    }

    /// Sets the menu that pages offer. The latest counts.
    pub fn state_menu(&self, menu: StateMenu) {
        self.queue(|outbox, emit| outbox.menu(menu, emit));
    }

    /// Queues any event at once.
    ///
    /// # Errors
    /// The event itself when the host's queue is full, also while what was said before still waits for room there, or
    /// when the instance has stopped.
    #[must_use = "an event that is handed back was not sent"]
    pub fn try_send(&self, event: Event) -> Result<(), Event> {
        if self.0.behind.load(Ordering::Acquire) && !matches!(event, Event::Failed(_)) {
            return Err(event);
        }
        self.emit(event)
    }

    fn emit(&self, event: Event) -> Result<(), Event> {
        if self.0.closed.load(Ordering::Acquire) {
            return Err(event);
        }
        self.0.edge.emit(event).into()
    }

    /// Queues any event, waiting for room: without end once the instance has stopped, for nobody takes events then.
    pub async fn send(&self, mut event: Event) {
        let mut tries = 0_u32;
        while let Err(back) = self.try_send(event) {
            event = back;
            tries = tries.saturating_add(1);
            sleep(pause(RETRY, tries)).await;
        }
    }

    /// Runs a task on the plug-in's runtime until it ends or the instance stops. If it panics or returns an error,
    /// the instance fails with that reason.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = Result<(), String>> + Send + 'static) {
        let host = self.clone();
        self.0.runtime.spawn(async move {
            match contained(task).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => host.fail(&format!("task {name}: {why}")),
                Err(panic) => host.fail(&format!("task {name} panicked (a bug in the plug-in): {panic}")),
            }
        });
    }

    /// The same for what lasts as long as the instance and cannot fail.
    pub(super) fn keep(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.spawn(name, async {
            task.await;
            Ok(())
        });
    }

    /// Adds to the counter `uc_plugin_<name>`. Names are `[a-z0-9_]`, say what is counted and end in `_total`. At most 127
    /// names of an instance, of all kinds together: changes of further ones are counted in `uc_plugin_metrics_lost_total`.
    pub fn count(&self, name: &str, more: u64) {
        self.metric(MetricKind::Counter, name, more as f64);
    }

    /// Sets the gauge `uc_plugin_<name>`; names and their bound as of [`Host::count`].
    pub fn gauge(&self, name: &str, value: f64) {
        self.metric(MetricKind::Gauge, name, value);
    }

    /// Adds a value to the histogram `uc_plugin_<name>`; times in seconds, the name then ends in `_seconds`. Names and
    /// their bound as of [`Host::count`].
    pub fn measure(&self, name: &str, value: f64) {
        self.metric(MetricKind::Histogram, name, value);
    }

    fn metric(&self, kind: MetricKind, name: &str, value: f64) {
        if self.0.meters.admits(name) {
            self.0.edge.metric(kind, name.into(), value);
        }
    }

    /// Takes the place at the host of the counter of what is lost, before the author's metrics take all.
    pub(super) fn reserve_lost(&self) {
        self.0.edge.metric(MetricKind::Counter, meters::LOST.into(), 0.0);
    }

    /// Asks the host for an operation outside the frozen vocabulary.
    ///
    /// # Errors
    /// [`PluginError::Unsupported`] when this host does not know it, [`PluginError::Failed`] when it cannot read the body: a
    /// fault of the plug-in.
    pub fn call(&self, op: &str, body: &[u8]) -> Result<Vec<u8>, PluginError> {
        Result::from(self.0.edge.call(op.into(), body.into())).map(RVec::into)
    }

    /// Says of endpoints that this plug-in signs in as users themselves whether the platform may take them for devices
    /// at which somebody works. Tell [`Appears`](crate::own_endpoints::OwnEndpoint::Appears) before the platform hears
    /// of the endpoint: from then on until ten seconds after `Stands` nobody counts as there for
    /// its sake.
    pub fn own_endpoints(&self, endpoints: impl IntoIterator<Item = (UserHandle, OwnEndpoint)>) {
        let text = own_endpoints::write(endpoints);
        // An older host does not know it, and has nothing to do about it.
        let _ = self.call(OWN_ENDPOINTS, text.as_bytes());
    }

    pub(super) fn describe_metrics<'d>(&self, descriptions: impl IntoIterator<Item = &'d (&'d str, &'d str)>) {
        let text = metric_descriptions::write(descriptions);
        // An older host does not know it, and shows them without a word.
        let _ = (!text.is_empty()).then(|| self.call(DESCRIBE_METRICS, text.as_bytes()));
    }

    /// A path from the settings, taken from the directory of the configuration file.
    pub fn resolve(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.directory.join(path)
    }

    pub(super) fn fail(&self, why: &str) {
        let why = reasoned(why.to_owned());
        self.log(Level::Error, "supervisor", &why);
        self.queue(|outbox, emit| outbox.failed(why.into(), emit));
    }

    pub(super) fn health(&self) -> String {
        lock(&self.0.link).clone()
    }

    pub(super) fn forget(&self, users: &[UserHandle]) {
        lock(&self.0.outbox).forget(&users.iter().copied());
    }

    /// From here on no event leaves.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
    }

    pub(super) fn meters(&self) -> &Meters {
        &self.0.meters
    }

    /// Tells what was counted by macro since.
    pub(super) fn flush_meters(&self) {
        self.0.meters.flush(|kind, name, value| self.0.edge.metric(kind, name.into(), value));
    }

    pub(super) fn log_enabled(&self, level: Level, target: &str) -> bool {
        self.0.edge.log_enabled(level, target.into())
    }

    pub(super) fn log(&self, level: Level, target: &str, text: &str) {
        self.0.edge.log(level, target.into(), text.into());
    }

    pub(super) fn downgrade(&self) -> WeakHost {
        WeakHost(Arc::downgrade(&self.0))
    }

    /// Sends again what the host had no room for, for as long as the instance lives.
    pub(super) async fn retry(self) {
        loop {
            self.0.waiting.notified().await;
            let mut tries = 0_u32;
            while !self.flushed() {
                tries = tries.saturating_add(1);
                sleep(pause(RETRY, tries)).await;
            }
        }
    }

    fn flushed(&self) -> bool {
        let mut outbox = lock(&self.0.outbox);
        outbox.flush(|event| self.emit(event));
        self.0.behind.store(!outbox.is_empty(), Ordering::Release);
        outbox.is_empty()
    }

    fn queue(&self, put: impl FnOnce(&mut Outbox, &dyn Fn(Event) -> Result<(), Event>)) {
        let mut outbox = lock(&self.0.outbox);
        put(&mut outbox, &|event| self.emit(event));
        if !outbox.is_empty() {
            self.0.behind.store(true, Ordering::Release);
            self.0.waiting.notify_one();
        }
    }
}

/// A host that may be gone with its instance.
#[derive(Clone, Default)]
pub(super) struct WeakHost(Weak<Inner>);

impl WeakHost {
    pub(super) fn upgrade(&self) -> Option<Host> {
        self.0.upgrade().map(Host)
    }

    /// Without holding it: whoever drops the last one ends it.
    pub(super) fn lives(&self) -> bool {
        self.0.strong_count() > 0
    }
}

/// What an operator reads where nothing was said.
pub(super) fn reasoned(why: String) -> String {
    if why.trim().is_empty() { "without a reason".to_owned() } else { why }
}

/// A poisoned lock here only means that somebody's `Into` panicked; the value behind it is whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
