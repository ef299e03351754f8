//! This node's turn: what decides it, and what begins and ends with it.

use super::StartError;
use crate::{
    config::{Arbiter, Config, Standby},
    hub,
    kept::{KeptState, TakenUp},
    role::{Decider, Primacy, Role, Script},
    tasks::{Parts, contained},
    web::{Readiness, SessionsLeft},
};
use std::{
    env,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uc_store::{
    Error, Store,
    lease::{self, Lease, Timing},
};

/// Name of the lease.
const LEASE: &str = "primary";

/// What readiness calls it.
const ROLE: &str = "role";

/// What is kept last may take so long.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Pause before what is kept is read again.
const AGAIN: Duration = Duration::from_millis(200);

/// How often a standby looks whether another node works.
const LOOK: Duration = Duration::from_secs(2);

/// Set for a process that was primary and begins anew.
pub(super) const BEGAN_ANEW: &str = "UC_CONNECTOR_BEGAN_ANEW";

/// What decides whether this node works.
pub(super) struct Deciding {
    pub primacy: Primacy,
    /// With `arbiter = "external"`.
    pub decider: Option<Decider>,
    /// Keeps the lease until this is cancelled, and then lets another have it.
    pub lets_go: CancellationToken,
}

impl Deciding {
    /// As configured. Within a runtime: a lease is kept from now on.
    pub(super) fn begin(config: &Config, store: &Store, parts: &mut Parts) -> Result<Self, StartError> {
        let lets_go = CancellationToken::new();
        let arbiter = config.standby.as_ref().map(|standby| standby.arbiter);
        let (primacy, decider) = match (&config.cluster, arbiter) {
            (Some(cluster), _) => {
                let lease =
                    Lease::new(LEASE, &cluster.node, rand::random(), Timing::DEFAULT).map_err(StartError::Store)?;
                let (holding, work) = lease::keep(store.clone(), lease, lets_go.clone());
                // Whoever has just let it go lets others look first.
                let pause = env::var_os(BEGAN_ANEW).map_or(Duration::ZERO, |_| 2 * Timing::DEFAULT.takes);
                parts.begin_while_needed("lease", async move {
                    sleep(pause).await;
                    work.await;
                });
                (Primacy::leased(holding), None)
            }
            (None, Some(Arbiter::External)) => {
                let (decider, primacy) = Decider::new();
                (primacy, Some(decider))
            }
            (None, _) => (Primacy::alone(), None),
        };
        Ok(Self { primacy, decider, lets_go })
    }
}

/// The store of this configuration. `folder`: where the only node keeps its own; none: nothing outlives the process.
pub(super) fn store(config: &Config, folder: Option<&Path>) -> Result<Store, StartError> {
    match &config.cluster {
        Some(cluster) => shared(cluster).map_err(StartError::Store),
        None => Ok(folder.map_or_else(Store::in_memory, Store::embedded)),
    }
}

#[cfg(feature = "etcd")]
fn shared(cluster: &crate::config::Cluster) -> Result<Store, Error> {
    use crate::secret;
    use uc_store::{EtcdAt, EtcdTls};
    let unreadable = |why: String| Error::Refused(why.into());
    let read = |file: &Path| std::fs::read(file).map_err(|error| unreadable(format!("{}: {error}", file.display())));
    let password = cluster.password_file.as_deref().map(secret::first_line).transpose().map_err(unreadable)?;
    let tls = cluster.tls.as_ref();
    let authority = tls.and_then(|tls| tls.ca.as_deref()).map(read).transpose()?;
    let identity = match tls.and_then(|tls| tls.cert.as_deref().zip(tls.key.as_deref())) {
        Some((cert, key)) => Some((read(cert)?, read(key)?)),
        None => None,
    };
    Store::etcd(EtcdAt {
        endpoints: cluster.endpoints.clone(),
        prefix: format!("/{}/", cluster.name),
        user: cluster.user.clone().zip(password.map(|password| password.to_string())),
        tls: EtcdTls { authority, identity, server_name: tls.and_then(|tls| tls.server_name.clone()) },
    })
}

#[cfg(not(feature = "etcd"))]
fn shared(_: &crate::config::Cluster) -> Result<Store, Error> {
    Err(Error::Refused("this program was built without etcd".into()))
}

/// One turn of this node.
pub(super) struct Turn {
    pub primacy: Primacy,
    pub kept: KeptState,
    /// To the hub.
    pub turns: mpsc::Sender<hub::Turn>,
    /// To whoever starts the plug-ins; told back when they are.
    pub plugins: oneshot::Sender<oneshot::Sender<()>>,
    pub sessions: SessionsLeft,
    /// Whether users are served.
    pub serves: Arc<watch::Sender<bool>>,
    pub readiness: Readiness,
    pub standby: Standby,
    /// The site's program that runs, or ran last.
    pub scripts: Option<JoinHandle<Option<()>>>,
    /// What another node has kept is read here.
    pub shares: bool,
}

impl Turn {
    /// Waits for it and begins it; returns when it is over.
    pub(super) async fn run(mut self) {
        if self.primacy.is_alone() {
            self.serves.send_replace(true);
            return self.primacy.ended().await;
        }
        self.readiness.in_part(ROLE, "standby: another node works, or nobody has told this one to");
        tracing::info!(event = "00-5151", "this node is standby");
        self.script(self.standby.on_demotion.clone(), Role::Standby);
        let worked = self.stand_by().await;
        let mut ends = self.primacy.clone();
        tokio::select! {
            biased;
            () = ends.ended() => {}
            () = self.begin(worked) => ends.ended().await,
        }
        tracing::warn!(
            event = "00-5151",
            "this node is primary no more: it sends nothing from now on, and begins anew"
        );
        if let Some(script) = self.scripts.take() {
            script.abort();
            // However it ended, it has.
            let _ = script.await;
        }
    }

    /// Waits for this node's turn; when another was seen to work last, by this node's own clock.
    async fn stand_by(&mut self) -> Option<Instant> {
        let (kept, mut worked, mut last) = (self.kept.clone(), None, None);
        let look = async {
            loop {
                let alive = kept.alive().await;
                if last.is_some() && alive.is_some() && last != alive {
                    worked = Some(Instant::now());
                }
                last = alive.or(last);
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            () = self.primacy.begun() => {}
            () = look => {}
        }
        worked
    }

    /// `worked`: when another node was seen to work last, whatever the clocks of both say.
    async fn begin(&mut self, worked: Option<Instant>) {
        tracing::info!(event = "00-5150", "this node is primary");
        self.script(self.standby.on_promotion.clone(), Role::Primary);
        let Some(mut left) = self.found().await else { return };
        if let Some(worked) = worked {
            left.away = worked.elapsed();
        }
        if !self.shares {
            // Another node has worked since, and what it did stands at the T-Server alone.
            left.workers.clear();
        }
        // The hub takes it unless it stops.
        let _ = self.turns.send(hub::Turn::Begins(Box::new(left))).await;
        let (tell, told) = oneshot::channel();
        let plugins = std::mem::replace(&mut self.plugins, oneshot::channel().0);
        if plugins.send(tell).is_ok() {
            let _ = told.await;
        }
        while let Err(error) = self.sessions.take_up().await {
            tracing::warn!(%error, "who is signed in cannot be read; it is tried again");
            sleep(AGAIN).await;
        }
        self.readiness.ready(ROLE);
        self.serves.send_replace(true);
    }

    /// What the node before has left; none: this one is primary no more.
    async fn found(&self) -> Option<TakenUp> {
        while self.primacy.holds() {
            match self.kept.found().await {
                Ok(left) => return Some(left),
                Err(error) => {
                    tracing::warn!(%error, "what is kept cannot be read, and nothing begins before; it is tried again");
                }
            }
            sleep(AGAIN).await;
        }
        None
    }

    /// Runs beside, and after the one before: what the site's programs take delays nobody, and one that gives an address up
    /// must not end after one that takes it.
    fn script(&mut self, command: Vec<String>, role: Role) {
        let (script, before) = (Script::new(command, self.standby.script_deadline), self.scripts.take());
        self.scripts = Some(tokio::spawn(contained("script", async move {
            if let Some(before) = before {
                // However it ended, it has.
                let _ = before.await;
            }
            script.run(role).await;
        })));
    }
}

/// Lets another node work: what is to be kept is written down first.
pub(super) async fn give_up(turns: &mpsc::Sender<hub::Turn>, kept: &KeptState) {
    let (tell, told) = oneshot::channel();
    let asked = async {
        let _ = turns.send(hub::Turn::Ends(tell)).await;
        let _ = told.await;
        kept.write().await
    };
    match timeout(LAST_WRITE, asked).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "what changed last cannot be kept: the other node goes by what was kept before");
        }
        Err(_) => tracing::warn!("what changed last is not kept in time: the other node goes by what was kept before"),
    }
}
