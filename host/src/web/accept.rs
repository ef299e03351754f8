//! The accept loop: connections, TLS, and HTTP/1.1 in front of warp's routes. warp's own server has neither TLS nor
//! limits.

use super::{browser::Peer, connection::Connection, fault::Fault, head, hosts::Hosts, rates::network, standby::Serves};
use crate::{
    tasks::contained,
    wire::{
        Throttle,
        throttle::{PERIOD, Repeated},
    },
};
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    pin::pin,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower_service::Service;
use warp::{
    filters::BoxedFilter,
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header, request::Parts},
    reply::Response,
};

/// Longest head of a request, and the size of a connection's read buffer at most.
const HEAD: usize = 16 * 1024;

/// Bounds of one listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// The key of the address.
    pub(super) key: &'static str,
    pub(super) connections: usize,
    /// How many of them one address has at most (IPv6: one /64).
    pub(super) of_one_peer: usize,
    pub(super) body: usize,
    /// For the TLS handshake, for a head (also an idle connection's next one), for a body.
    pub(super) patience: Duration,
    /// Browsers reach it over TLS, and are told never to come otherwise.
    pub(super) secure: bool,
}

/// One bound address and what it serves.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) routes: BoxedFilter<(Response,)>,
    pub(super) hosts: Arc<Hosts>,
    /// None: whatever the node's role.
    pub(super) serves: Option<Serves>,
    pub(super) bounds: Bounds,
}

/// What lets a request in.
#[derive(Clone)]
struct Door {
    hosts: Arc<Hosts>,
    serves: Option<Serves>,
}

impl Door {
    fn check(&self, parts: &Parts, peer: SocketAddr) -> Result<(), Box<Response>> {
        let refused = |fault: Fault| Box::new(fault.into_response());
        head::check(parts).map_err(refused)?;
        self.hosts.check(parts, peer.ip()).map_err(refused)?;
        self.serves.as_ref().map_or(Ok(()), |serves| serves.check(parts))
    }
}

/// The places for connections of one listener.
struct Places {
    bounds: Bounds,
    all: Arc<Semaphore>,
    /// Of those who have any.
    peers: HashMap<IpAddr, Arc<Semaphore>>,
    /// When it was said last that they are taken.
    told: Option<Instant>,
}

impl Places {
    fn new(bounds: Bounds) -> Self {
        Self { bounds, all: Arc::new(Semaphore::new(bounds.connections)), peers: HashMap::new(), told: None }
    }

    /// One of all and one of this peer's; none: one or the other are taken.
    fn take(&mut self, peer: SocketAddr) -> Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)> {
        let of_one = self.bounds.of_one_peer;
        let all = self.all.clone().try_acquire_owned().ok()?;
        if of_one >= self.bounds.connections {
            return Some((all, None));
        }
        // Whoever holds a place holds the semaphore that it is of.
        self.peers.retain(|_, places| Arc::strong_count(places) > 1);
        let own = self.peers.entry(network(peer.ip())).or_insert_with(|| Arc::new(Semaphore::new(of_one)));
        Some((all, Some(own.clone().try_acquire_owned().ok()?)))
    }

    /// Says, once a minute, whom that keeps out, and by which bound.
    fn refuse(&mut self, peer: SocketAddr) {
        let Bounds { key, connections, of_one_peer, .. } = self.bounds;
        metrics::counter!("uc_web_connections_refused_total", "listener" => key).increment(1);
        if self.told.is_some_and(|told| told.elapsed() < PERIOD) {
            return;
        }
        self.told = Some(Instant::now());
        match of_one_peer < connections {
            true => tracing::warn!(
                key, connections, of_one_peer, %peer,
                "connections are refused: all of this address are taken, or all that one peer may have; whoever holds them \
                 loses them within seconds unless they ask something: see who else reaches this address"
            ),
            false => tracing::warn!(
                key, connections, %peer,
                "connections are refused: all are taken; see connections in [web.limits]"
            ),
        }
    }
}

impl Listener {
    /// Serves until `stop`, then lets open requests finish until `drain` has passed.
    pub(super) async fn run(self, stop: CancellationToken, drain: Duration) {
        let mut places = Places::new(self.bounds);
        let mut tasks = JoinSet::new();
        let hosts = self.hosts.clone();
        let mut telling = pin!(hosts.tell_again());
        let mut failures = Throttle::default();
        loop {
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&self.socket, &mut failures) => accepted,
                Some(_) = tasks.join_next() => continue,
                () = &mut telling => continue,
            };
            let Some((slot, own)) = places.take(peer) else {
                places.refuse(peer);
                continue;
            };
            let (tls, bounds, stop) = (self.tls.clone(), self.bounds, stop.clone());
            let (routes, door) = (self.routes.clone(), Door { hosts: self.hosts.clone(), serves: self.serves.clone() });
            tasks.spawn(contained("connection", async move {
                let (_own, _) = (own, stream.set_nodelay(true));
                let shake = Connection::establish(stream, tls, bounds.patience, slot);
                if let Some(Some(io)) = stop.run_until_cancelled(shake).await {
                    serve(io, (routes, door), bounds, peer, stop).await;
                }
            }));
        }
        drop(self.socket);
        if timeout(drain, async { while tasks.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(open = tasks.len(), "requests not finished at the end of the drain time are cut");
        }
    }
}

/// Requests of one connection, until it is closed, becomes a WebSocket, or `stop` lets it finish its last one.
async fn serve(
    io: Connection,
    (routes, door): (BoxedFilter<(Response,)>, Door),
    bounds: Bounds,
    peer: SocketAddr,
    stop: CancellationToken,
) {
    let service =
        hyper::service::service_fn(move |request| answer(routes.clone(), door.clone(), bounds, peer, request));
    let mut connection = pin!(http1(bounds).serve_connection(TokioIo::new(io), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

/// The next connection. A failure is one peer's, or the process is out of files: then waiting is all that helps, and the
/// same fails many times a second.
async fn accept(socket: &TcpListener, failures: &mut Throttle<Instant>) -> (TcpStream, SocketAddr) {
    loop {
        let accepted = socket.accept().await;
        for Repeated { fault, count } in failures.due(Instant::now()) {
            tracing::warn!(error = &*fault, count, "connections could not be accepted again and again");
        }
        match accepted {
            Ok(accepted) => return accepted,
            Err(error) => {
                metrics::counter!("uc_web_accept_errors_total").increment(1);
                if let Some(error) = failures.note(&error.to_string(), Instant::now()) {
                    tracing::warn!(error, "a connection could not be accepted");
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn http1(bounds: Bounds) -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(bounds.patience).max_buf_size(HEAD);
    builder
}

/// One request: its body first, whole and bounded, then the routes; a panic in one is a 500 of its own.
async fn answer(
    routes: BoxedFilter<(Response,)>,
    door: Door,
    bounds: Bounds,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let (mut parts, body) = request.into_parts();
    let collected = match door.check(&parts, peer) {
        Ok(()) => collect(body, bounds).await.map_err(Fault::into_response),
        Err(refusal) => Err(*refusal),
    };
    let mut response = match collected {
        Ok(body) => {
            parts.extensions.insert(Peer(peer.ip().to_canonical()));
            let request = Request::from_parts(parts, Full::new(body));
            let routed = AssertUnwindSafe(warp::service(routes).call(request)).catch_unwind().await;
            routed.unwrap_or_else(|_| Ok(panicked().into_response()))?
        }
        Err(mut response) => {
            // The rest of the body is not worth reading.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    };
    harden(response.headers_mut(), bounds.secure);
    Ok(response)
}

async fn collect(body: Incoming, bounds: Bounds) -> Result<Bytes, Fault> {
    let too_large = || Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large.");
    if body.size_hint().lower() > bounds.body as u64 {
        return Err(too_large());
    }
    match timeout(bounds.patience, Limited::new(body, bounds.body).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            Err(Fault::new(StatusCode::BAD_REQUEST, "malformed", "The body broke off, or is not framed as HTTP wants."))
        }
        Err(_) => Err(Fault::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The body took too long.")),
    }
}

fn panicked() -> Fault {
    metrics::counter!("uc_web_panics_total").increment(1);
    Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed; its log says why.")
}

/// Everything is ours, nothing is inline, nobody frames us (OWASP Secure Headers).
fn harden(headers: &mut HeaderMap, secure: bool) {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
        font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
        form-action 'self'; frame-ancestors 'none'";
    const FEATURES: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), FEATURES),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        // A year, as browsers' lists demand; this host alone: what else the domain serves is the operator's.
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        key: "admin.listen",
        connections: 4,
        of_one_peer: 2,
        body: 1,
        patience: Duration::from_secs(1),
        secure: false,
    };

    #[test]
    fn one_peer_leaves_places_for_others() {
        let mut places = Places::new(BOUNDS);
        let mut take = |peer: &str| places.take(SocketAddr::new(peer.parse().unwrap(), 1));
        let held = [take("10.0.0.1"), take("::ffff:10.0.0.1")];
        assert!(held.iter().all(Option::is_some) && take("10.0.0.1").is_none());
        let other = take("2001:db8::1");
        assert!(other.is_some() && take("2001:db8::2").is_some(), "what was refused holds nothing");
        let full = [take("2001:db8::3"), take("2001:db8::4")];
        assert!(full[0].is_some() && full[1].is_none(), "one network is one peer");
        assert!(take("10.0.0.2").is_none(), "all are taken");
        drop(held);
        assert!(take("10.0.0.1").is_some());
    }

    #[test]
    fn whoever_has_no_bound_of_their_own_may_take_all() {
        let mut places = Places::new(Bounds { of_one_peer: 4, ..BOUNDS });
        let peer = SocketAddr::from(([10, 0, 0, 1], 1));
        let held: Vec<_> = std::iter::from_fn(|| places.take(peer)).collect();
        assert_eq!((held.len(), places.peers.len()), (4, 0));
    }
}
