//! The boundary: three operations, whatever engine stands behind them.

use crate::{
    Change, Error, Fence, History, Revision, Snapshot, Span, Survey, Watch, bounds, embedded::Embedded, memory::Memory,
    watch::Feed,
};
use std::{future::pending, path::Path, sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};

/// No call takes longer, but a read of which parts arrive all the while. An engine that hangs is out of reach.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A store. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Store(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Memory(Arc<Memory>),
    Embedded(Arc<Embedded>),
    #[cfg(feature = "etcd")]
    Etcd(Arc<crate::etcd::Etcd>),
}

impl Store {
    /// One that ends with the process.
    pub fn in_memory() -> Self {
        Self(Engine::Memory(Arc::default()))
    }

    /// One in a file of this folder, which is made when it is missing, for one process at a time. It is opened by the
    /// first call, and by every later one until that succeeds: a folder that cannot be written, and a process that
    /// has it, may be gone by then. A damaged file is moved aside and said in the log, and the store begins empty.
    pub fn embedded(folder: &Path) -> Self {
        Self(Engine::Embedded(Arc::new(Embedded::new(folder))))
    }

    /// One that several nodes share. It is connected to by the first call. Within a runtime.
    ///
    /// # Errors
    /// [`Error::Refused`]: there is nothing to connect to.
    #[cfg(feature = "etcd")]
    pub fn etcd(at: crate::EtcdAt) -> Result<Self, Error> {
        Ok(Self(Engine::Etcd(Arc::new(crate::etcd::Etcd::new(at)?))))
    }

    /// Reads everything of a span, at one moment: what was answered to anybody before is in it.
    ///
    /// # Errors
    /// [`Error::OutOfReach`].
    pub async fn get(&self, span: &Span) -> Result<Snapshot, Error> {
        match &self.0 {
            Engine::Memory(memory) => Ok(memory.get(span)),
            Engine::Embedded(embedded) => in_time(embedded.get(span.clone())).await,
            #[cfg(feature = "etcd")]
            // Boxed: its client's futures are nested so deeply that whoever awaits them here would not compile.
            Engine::Etcd(etcd) => Box::pin(etcd.get(span)).await,
        }
    }

    /// Makes all of these changes at one moment, if each finds what it expects and the fence still holds, else none.
    /// When it answers, they are there after a crash.
    ///
    /// # Errors
    /// Any; see there.
    pub async fn compare_and_set(&self, changes: Vec<Change>, fence: Option<Fence>) -> Result<Revision, Error> {
        bounds::check(&changes)?;
        match &self.0 {
            Engine::Memory(memory) => memory.compare_and_set(changes, fence.as_ref()),
            Engine::Embedded(embedded) => in_time(embedded.compare_and_set(changes, fence)).await,
            #[cfg(feature = "etcd")]
            Engine::Etcd(etcd) => in_time(Box::pin(etcd.compare_and_set(changes, fence))).await,
        }
    }

    /// Watches a span, with a full read at least this often. Within a runtime.
    pub fn watch(&self, span: Span, every: Duration) -> Watch {
        Watch::new(self.clone(), span, every, self.feed().subscribe())
    }

    /// Waits until the engine's part in this process has panicked, a bug: nothing more is kept in this process. An
    /// engine outside of it is out of reach at worst.
    pub async fn lost(&self) {
        match &self.0 {
            Engine::Embedded(embedded) => embedded.lost().await,
            Engine::Memory(_) => pending().await,
            #[cfg(feature = "etcd")]
            Engine::Etcd(_) => pending().await,
        }
    }

    /// Ends it: what was asked before is done, what is asked afterwards is out of reach, and another process may have
    /// the file.
    pub async fn close(&self) {
        if let Engine::Embedded(embedded) = &self.0 {
            let _ = timeout(DEADLINE, embedded.close()).await;
        }
    }

    /// What the members of the engine say of themselves, again and again; none: it has none.
    pub fn surveys(&self) -> Option<watch::Receiver<Survey>> {
        match &self.0 {
            Engine::Memory(_) | Engine::Embedded(_) => None,
            #[cfg(feature = "etcd")]
            Engine::Etcd(etcd) => Some(etcd.surveys()),
        }
    }

    /// What is known of the engine that several nodes share; none: nothing yet, or it is another one.
    pub fn history(&self) -> Option<History> {
        match &self.0 {
            Engine::Memory(_) | Engine::Embedded(_) => None,
            #[cfg(feature = "etcd")]
            Engine::Etcd(etcd) => etcd.history(),
        }
    }

    /// The process before this one knew so much of it, and this one judges it by that. Before the first call.
    #[must_use]
    pub fn after(self, before: Option<History>) -> Self {
        match (&self.0, before) {
            #[cfg(feature = "etcd")]
            (Engine::Etcd(etcd), Some(before)) => etcd.goes_on_from(before),
            _ => {}
        }
        self
    }

    fn feed(&self) -> &Feed {
        match &self.0 {
            Engine::Memory(memory) => &memory.feed,
            Engine::Embedded(embedded) => embedded.feed(),
            #[cfg(feature = "etcd")]
            Engine::Etcd(etcd) => etcd.feed(),
        }
    }
}

async fn in_time<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = |_| Error::OutOfReach(format!("no answer in {} s", DEADLINE.as_secs()).into());
    timeout(DEADLINE, call).await.map_err(late).flatten()
}
