//! The accept loop: connections, TLS, and HTTP/1.1 in front of warp's routes. warp's own server has neither TLS nor
//! limits.

use super::{browser::Peer, connection::Connection, fault::Fault, head, hosts::Hosts, standby::Serves};
use crate::tasks::contained;
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, net::SocketAddr, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
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
    pub(super) connections: usize,
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

impl Listener {
    /// Serves until `stop`, then lets open requests finish until `drain` has passed.
    pub(super) async fn run(self, stop: CancellationToken, drain: Duration) {
        let slots = Arc::new(Semaphore::new(self.bounds.connections));
        let mut tasks = JoinSet::new();
        let mut full = false;
        let hosts = self.hosts.clone();
        let mut telling = pin!(hosts.tell_again());
        loop {
            let (stream, peer) = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&self.socket) => accepted,
                Some(_) = tasks.join_next() => continue,
                () = &mut telling => continue,
            };
            let Ok(slot) = slots.clone().try_acquire_owned() else {
                metrics::counter!("uc_web_connections_refused_total").increment(1);
                if !std::mem::replace(&mut full, true) {
                    let limit = self.bounds.connections;
                    tracing::warn!(limit, %peer, "connections are refused: all are taken; see connections in [web.limits]");
                }
                continue;
            };
            full = false;
            let (tls, bounds, stop) = (self.tls.clone(), self.bounds, stop.clone());
            let (routes, door) = (self.routes.clone(), Door { hosts: self.hosts.clone(), serves: self.serves.clone() });
            tasks.spawn(contained("connection", async move {
                let _ = stream.set_nodelay(true);
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

/// The next connection. A failure is one peer's, or the process is out of files: then waiting is all that helps.
async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                metrics::counter!("uc_web_accept_errors_total").increment(1);
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
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
        Ok(Err(_)) => Err(Fault::new(StatusCode::BAD_REQUEST, "bad-request", "The body cannot be read.")),
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
