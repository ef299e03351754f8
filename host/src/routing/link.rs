//! The preview link: URS, or a bridge in front of it, connects here and sends preview messages as JSON lines.

use super::{
    asker::Askers,
    complaints::Complaints,
    config::Config,
    link_connection::{self, Shared},
    link_session::Limits,
};
use crate::{
    tasks::contained,
    wire::{
        CannotListen,
        listening::listen,
        stream,
        tls::{ServerTls, TlsError},
    },
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So many links above `max-links` are told that they are at a time; others are closed without a word.
const REFUSED: usize = 16;
/// What they are told.
const FULL: &str = "all links are taken (`[routing] max-links`)";
/// Pause after `accept` failed, which is for want of file descriptors as a rule.
const BREATH: Duration = Duration::from_millis(100);

/// The link cannot be offered. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is taken or not ours.
    #[error("[routing] listen: {0}")]
    Listen(CannotListen),
    /// The certificate files.
    #[error("[routing] {0}")]
    Tls(#[from] TlsError),
}

/// Bound, and not serving yet.
pub struct PreviewLink {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<ServerTls>,
    shared: Shared,
    max_links: usize,
}

impl PreviewLink {
    /// Opens the port of `[routing] listen`; none: the operator wants no link. `serves`: this node works; another refuses
    /// whoever connects.
    ///
    /// # Errors
    /// Any [`BindError`].
    pub async fn bind(
        config: &Config,
        askers: Askers,
        serves: watch::Receiver<bool>,
    ) -> Result<Option<Self>, BindError> {
        let Some(address) = config.listen else { return Ok(None) };
        let tls = config.tls.as_ref().map(ServerTls::load).transpose()?;
        let listener = listen(address).map_err(BindError::Listen)?;
        let address = listener.local_addr().map_err(|cause| BindError::Listen(CannotListen { address, cause }))?;
        let limits = Limits {
            max_targets: config.max_targets.count(),
            max_open: config.max_open_per_link.count(),
            addp_timeout: config.addp_timeout,
        };
        let max_line = config.max_message_bytes.count();
        let shared = Shared { askers, serves, limits, max_line, complaints: Complaints::default() };
        Ok(Some(Self { listener, address, tls, shared, max_links: config.max_links.count() }))
    }

    /// Where it listens, with the port the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then closes every link; what they waited for is withdrawn.
    pub async fn serve(self, stop: CancellationToken) {
        let [places, spare] = [self.max_links, REFUSED].map(|places| Arc::new(Semaphore::new(places)));
        let links = TaskTracker::new();
        let this = Arc::new(self);
        while let Some(accepted) = stop.run_until_cancelled(this.accept()).await {
            match (accepted, Arc::clone(&places).try_acquire_owned()) {
                (Ok((stream, peer)), Ok(place)) => {
                    links.spawn(contained("preview link", Arc::clone(&this).link(stream, peer, place, stop.clone())));
                }
                (Ok((stream, peer)), Err(_)) => {
                    metrics::counter!("uc_routing_refused_total", "way" => "link", "reason" => "links").increment(1);
                    this.shared.complaints.warn(peer, "", "refused: `[routing] max-links` are open");
                    if let Ok(place) = Arc::clone(&spare).try_acquire_owned() {
                        let refused = Arc::clone(&this).refuse(stream, peer, place, stop.clone());
                        links.spawn(contained("preview link", refused));
                    }
                }
                (Err(cause), _) => {
                    this.shared.complaints.warn(this.address, "", &format!("cannot accept: {cause}"));
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
        links.close();
        links.wait().await;
    }

    /// The next connection; meanwhile, repeats complaints that are due.
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    self.shared.complaints.repeat();
                    return accepted;
                }
                () = self.shared.complaints.due() => self.shared.complaints.repeat(),
            }
        }
    }

    async fn link(
        self: Arc<Self>,
        tcp: TcpStream,
        peer: SocketAddr,
        _place: OwnedSemaphorePermit,
        stop: CancellationToken,
    ) {
        let Some(stream) = self.opened(tcp, peer, &stop).await else { return };
        metrics::gauge!("uc_routing_links").increment(1);
        let (name, ended) = link_connection::run(stream, &self.shared, None, &stop).await;
        metrics::gauge!("uc_routing_links").decrement(1);
        match ended {
            Ok(()) => self.shared.complaints.ended(peer, &name),
            Err(cause) => self.shared.complaints.warn(peer, &name, &format!("closed: {}", cause.0)),
        }
    }

    /// There is no place for this one: it hears so when it says hello.
    async fn refuse(
        self: Arc<Self>,
        tcp: TcpStream,
        peer: SocketAddr,
        _place: OwnedSemaphorePermit,
        stop: CancellationToken,
    ) {
        if let Some(stream) = self.opened(tcp, peer, &stop).await {
            // Whatever it makes of that was said before.
            let _ = link_connection::run(stream, &self.shared, Some(FULL), &stop).await;
        }
    }

    /// None: it came to nothing.
    async fn opened(&self, tcp: TcpStream, peer: SocketAddr, stop: &CancellationToken) -> Option<stream::Stream> {
        let handshake = timeout(HANDSHAKE, stream::accept(tcp, self.tls.as_ref()));
        let why = match stop.run_until_cancelled(handshake).await? {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(cause)) => format!("not opened: {cause}"),
            Err(_) => "not opened: no TLS handshake in time".to_owned(),
        };
        self.shared.complaints.warn(peer, "", &why);
        None
    }
}
