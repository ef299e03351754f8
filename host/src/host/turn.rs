//! This node's turn to work: what begins with it, and what ends.

use crate::{
    config::Standby,
    hub,
    kept::{KeptState, TakenUp},
    role::{Primacy, Role, Script},
    tasks::contained,
    web::{Readiness, SessionsLeft},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;
use uc_backoff::Backoff;

/// What readiness calls it.
const ROLE: &str = "role";

/// What is kept last may take so long.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// What is kept is read within this time, or another node may try.
const READS: Duration = Duration::from_secs(15);

/// First pause before what is kept is read again.
const AGAIN: Duration = Duration::from_millis(200);

/// How often a standby looks whether another node works.
const LOOK: Duration = Duration::from_secs(2);

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
    pub scripts: Option<AbortOnDropHandle<Option<()>>>,
    /// What another node has kept is read here.
    pub shares: bool,
}

impl Turn {
    /// Waits for it and begins it; returns when it is over.
    pub(super) async fn run(mut self) {
        if self.primacy.is_alone() {
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
            () = self.begin(worked) => {}
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

    /// Begins to work, and goes on. It returns when what is kept cannot be read: another node may have more luck. `worked`:
    /// when another node was seen to work last, whatever the clocks of both say.
    async fn begin(&mut self, worked: Option<Instant>) {
        tracing::info!(event = "00-5150", "this node is primary");
        self.script(self.standby.on_promotion.clone(), Role::Primary);
        let Ok(mut left) = timeout(READS, self.read()).await else {
            return tracing::error!(within = ?READS, "what is kept cannot be read: this node gives its turn up");
        };
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
        self.readiness.ready(ROLE);
        self.serves.send_replace(true);
        self.primacy.ended().await;
    }

    /// What the node before has left; who is signed in there is signed in here from now on.
    async fn read(&self) -> TakenUp {
        let mut pauses = Backoff::new(AGAIN, READS);
        loop {
            let read = async {
                let left = self.kept.found().await?;
                self.sessions.take_up().await.map(|()| left)
            };
            match read.await {
                Ok(left) => return left,
                Err(error) => {
                    tracing::warn!(%error, "what is kept cannot be read, and nothing begins before; it is tried again");
                }
            }
            sleep(pauses.fail(Instant::now())).await;
        }
    }

    /// Runs beside, and after the one before: what the site's programs take delays nobody, and one that gives an address up
    /// must not end after one that takes it.
    fn script(&mut self, command: Vec<String>, role: Role) {
        let (script, before) = (Script::new(command, self.standby.script_deadline), self.scripts.take());
        self.scripts = Some(AbortOnDropHandle::new(tokio::spawn(contained("script", async move {
            if let Some(before) = before {
                // However it ended, it has.
                let _ = before.await;
            }
            script.run(role).await;
        }))));
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
