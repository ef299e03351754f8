//! The wiring: builds the parts of a configuration, joins them through bounded queues, runs them, drains them.
//! The only place, with the hub, that knows every part.

mod build;
mod hanging;
mod operator;
mod outlets;
mod serve;
mod start_error;

pub use serve::serve;
pub use start_error::StartError;

use crate::{
    clock::Clock,
    hub::{Hub, Inlets},
    mode::Mode,
    routing, telemetry,
    web::{self, AdminRequest},
};
use metrics_exporter_prometheus::PrometheusHandle;
use operator::Operator;
use outlets::EdgeHandles;
use std::{net::SocketAddr, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

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
    clock: Clock,
    hub: Hub,
    inlets: Inlets,
    outlets: EdgeHandles,
    web: web::Bound,
    preview_link: Option<routing::link::PreviewLink>,
    operator: Operator,
    asked: mpsc::Sender<AdminRequest>,
    pings: mpsc::Sender<oneshot::Sender<()>>,
    drain: Duration,
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

    /// Takes what an operator asks by signal; the same as over HTTP.
    pub fn operator(&self) -> mpsc::Sender<AdminRequest> {
        self.asked.clone()
    }

    /// Serves until `stop`, then drains. What closes when, and why:
    ///
    /// 1. the hub answers every open preview as cancelled, so that no strategy waits for nothing;
    /// 2. then pages and links, which have their answers now, are closed politely and nobody new is let in;
    /// 3. the plug-ins end: sinks withdraw what they published while their links still work;
    /// 4. the T-Server links end with the last handle. Agents stay logged in: a restart must not log everybody out.
    pub async fn run(self, stop: CancellationToken) {
        let answered = CancellationToken::new();
        let web = tokio::spawn(self.web.run(answered.clone()));
        let preview_link = self.preview_link.map(|link| tokio::spawn(link.serve(answered.clone())));
        let hub = tokio::spawn(self.hub.run(self.clock, self.inlets, self.outlets, stop.clone()));
        let operator = tokio::spawn(self.operator.run(stop.clone()));
        stop.cancelled().await;
        let drained = async {
            let hub = joined(hub, "hub").await;
            answered.cancel();
            joined(web, "web").await;
            drop(hub);
            if let Some(link) = preview_link {
                joined(link, "preview link").await;
            }
            joined(operator, "plug-ins").await;
        };
        if timeout(self.drain, drained).await.is_err() {
            answered.cancel();
            tracing::warn!(deadline = ?self.drain, "the drain deadline has passed: what is still open is cut");
        }
    }
}

async fn joined<T>(task: JoinHandle<T>, part: &str) -> Option<T> {
    task.await.inspect_err(|lost| tracing::error!(part, %lost, "a part of the host ended by a bug")).ok()
}
