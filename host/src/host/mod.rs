//! The wiring: builds the parts of a configuration, joins them through bounded queues, runs them, drains them.
//! The only place, with the hub, that knows every part.

mod arbiter;
mod between;
mod build;
mod certificates;
mod directory;
mod hand_over;
mod hanging;
mod keeping;
mod links;
mod lives;
mod nodes;
mod opens;
mod operator;
mod outlets;
mod promotion;
mod reloads;
mod role;
mod role_desk;
mod scripts;
mod serve;
mod start_error;
mod store;

pub use serve::serve;
pub use start_error::StartError;

use crate::{
    clock::Clock,
    hub::{Hub, Inlets},
    mode::Mode,
    routing,
    signals::Drained,
    tasks::{Lost, Parts},
    telemetry,
    web::{self, AdminRequest},
};
use futures_util::FutureExt as _;
use lives::ThisLife;
use metrics_exporter_prometheus::PrometheusHandle;
use operator::Operator;
use outlets::EdgeHandles;
use scripts::Scripts;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use uc_store::Store;

/// How long a node that is told to stand by waits for the store to know it.
const LETS_GO: Duration = Duration::from_millis(500);

/// What the process has once, whatever the configuration says later.
#[derive(Debug)]
pub struct Process {
    /// The log, whose levels change live; none in tests that share one.
    pub log: Option<telemetry::Log>,
    /// What `/metrics` renders.
    pub metrics: PrometheusHandle,
}

/// A host that holds its addresses and has checked everything, but serves nobody yet.
pub struct Host {
    mode: Mode,
    /// Those that began with the build; the others begin with [`Host::run`].
    parts: Parts,
    clock: Clock,
    hub: Hub,
    inlets: Inlets,
    outlets: EdgeHandles,
    web: web::Bound,
    preview_link: Option<routing::link::PreviewLink>,
    operator: Operator,
    asked: mpsc::Sender<AdminRequest>,
    life: ThisLife,
    pings: mpsc::Sender<oneshot::Sender<()>>,
    drain: Duration,
    /// Cancelled when the hub has said everything that is to be kept.
    kept: CancellationToken,
    store: Store,
    promotion: promotion::Promotion,
    /// Cancelled when another node may work.
    lets_go: CancellationToken,
    /// The site's programs at a change of roles, and how long one may take.
    scripts: Scripts,
    script_deadline: Duration,
}

/// Where a host listens; real ports, also where the configuration says 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Pages, sign-in and the preview service over HTTP; presence connector mode has them only when configured.
    pub web: Option<SocketAddr>,
    /// The operator's address; the same.
    pub admin: Option<SocketAddr>,
    /// URS's preview link, when configured.
    pub preview_link: Option<SocketAddr>,
}

impl Host {
    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        let web::Addresses { web, admin } = self.web.addresses();
        Addresses { web, admin, preview_link: self.preview_link.as_ref().map(routing::link::PreviewLink::address) }
    }

    /// The deployment mode that the plug-ins make.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What systemd shows of it.
    fn status(&self) -> String {
        self.operator.status()
    }

    /// Takes what an operator asks by signal; the same as over HTTP.
    pub fn operator(&self) -> mpsc::Sender<AdminRequest> {
        self.asked.clone()
    }

    /// What is handed on to a process that follows this one.
    fn life(&self) -> ThisLife {
        self.life.clone()
    }

    /// So long it takes at most to stop: the drain, the site's program, and what ends last.
    fn stops_within(&self) -> Duration {
        self.drain + self.script_deadline + LETS_GO
    }

    /// Serves until `stop`, then drains. What closes when, and why:
    ///
    /// 1. the hub answers every open preview with an error that says so: no strategy waits for nothing, and each may ask
    ///    another node;
    /// 2. then pages and links, which have their answers now, are closed politely and nobody new is let in;
    /// 3. the plug-ins end: sinks withdraw what they published while their links still work;
    /// 4. the T-Server links end with the last handle. Agents stay logged in: a restart must not log everybody out.
    ///
    /// Says whether everything was put away, or the drain deadline passed first. A node that is primary no more puts
    /// nothing away: [`Drained::Left`] comes at once, and the process is to begin anew.
    ///
    /// # Errors
    /// A part was lost, before `stop` or while draining: a bug. What is left has been drained all the same, so that
    /// publications are withdrawn; the process is to end and be started again.
    pub async fn run(self, stop: CancellationToken) -> Result<Drained, Lost> {
        let Self {
            mut parts,
            clock,
            hub,
            inlets,
            outlets,
            web,
            preview_link,
            operator,
            drain,
            kept,
            store,
            promotion,
            lets_go,
            scripts,
            life,
            ..
        } = self;
        let primacy = outlets.primacy.clone();
        let (stopping, answered) = (CancellationToken::new(), CancellationToken::new());
        let (keep, hub_kept) = oneshot::channel();
        // Apart from the others: it answers an operator when they have ended already.
        let mut edge = Parts::default();
        edge.begin("web", web.run(answered.clone()));
        if let Some(link) = preview_link {
            parts.begin("preview link", link.serve(answered.clone()).map(Ok));
        }
        parts.begin("operator", operator.run(stopping.clone()));
        // What is left of the hub is kept in the channel until the pages are told why they close.
        let hub = hub.run(clock, inlets, outlets, stopping.clone());
        parts.begin("hub", hub.map(|stopped| keep.send(stopped).map_or_else(|_| Ok(()), Ok)));
        let mut result = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(()),
            lost = parts.lost() => Err(lost),
            lost = edge.lost() => Err(lost),
            // Another node may work by now: what is under way is not put away but left.
            left = promotion.run() => {
                if lets_go.is_cancelled() {
                    // Another may have it at once then.
                    let _ = timeout(LETS_GO, parts.ended("lease")).await;
                } else if !primacy.holds() {
                    life.has_lost_it();
                }
                // Nothing works any more when the site's address goes; but that it lives is answered as long as that takes.
                drop(parts);
                scripts.give_up().await;
                drop(edge);
                return Ok(left);
            }
        };
        stopping.cancel();
        let drained = async {
            result = result.clone().and(parts.ended("hub").await);
            answered.cancel();
            kept.cancel();
            result = result.clone().and(edge.ended("web").await);
            drop(hub_kept);
            // What sinks withdraw is out before another node publishes.
            result = result.clone().and(parts.ended("operator").await);
        };
        let begun = Instant::now();
        let late = timeout(drain, drained).await.is_err();
        let rest = drain.saturating_sub(begun.elapsed()).max(LETS_GO);
        // It has a time of its own, and whatever it takes: another node may work afterwards.
        scripts.give_up().await;
        lets_go.cancel();
        let closed = async {
            result = result.clone().and(parts.all_ended().await);
            store.close().await;
        };
        if timeout(rest, closed).await.is_err() || late {
            tracing::warn!(deadline = ?drain, "the drain deadline has passed: what is still open is cut");
            return result.map(|()| Drained::Late);
        }
        result.map(|()| Drained::Whole)
    }
}
