//! TCP and TLS: connecting, accepting, and one [`link`] for both.

mod advice;
pub mod link;
mod liveness;
mod public_key;
pub mod tls;
mod verifier;
mod writing;

pub use link::{Arrived, LinkEnd, LinkSettings, Reader, Writer, split};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use tokio_util::either::Either;
pub use writing::Writing;

/// A connection of either kind: TCP, or TLS over it.
pub type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// A connection could not be made.
#[derive(Debug, Error)]
pub enum CannotConnect {
    /// The network's fault, or nobody listens.
    #[error("{address}: {error}")]
    Network {
        /// Whom we tried.
        address: SocketAddr,
        /// What happened.
        error: io::Error,
    },
    /// TLS failed; the text says what to do.
    #[error("{address}: {error}: {advice}")]
    Tls {
        /// Whom we tried.
        address: SocketAddr,
        /// What happened.
        error: io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// The peer took too long.
    #[error("{address}: no connection after {after:?}")]
    Slow {
        /// Whom we tried.
        address: SocketAddr,
        /// How long.
        after: Duration,
    },
}

impl CannotConnect {
    /// Whether only a change of certificates or configuration helps.
    pub fn needs_administrator(&self) -> bool {
        let Self::Tls { error, .. } = self else { return false };
        matches!(inner(error), Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)))
    }
}

/// Connects by TCP.
///
/// # Errors
/// [`CannotConnect`].
pub async fn connect_tcp(address: SocketAddr, limit: Duration) -> Result<Stream, CannotConnect> {
    within(address, limit, tcp(address)).await.map(Either::Left)
}

/// Connects by TLS and checks that the peer's certificate carries `name`.
///
/// # Errors
/// [`CannotConnect`].
pub async fn connect_tls(
    address: SocketAddr,
    name: rustls::pki_types::ServerName<'static>,
    config: Arc<rustls::ClientConfig>,
    limit: Duration,
) -> Result<Stream, CannotConnect> {
    within(address, limit, async {
        let stream = tcp(address).await?;
        let stream = TlsConnector::from(config).connect(name, stream).await;
        let stream = stream.map_err(|error| tls_failed(address, error))?;
        Ok(Either::Right(Box::new(stream.into())))
    })
    .await
}

/// The server's side of a TLS handshake.
///
/// # Errors
/// [`CannotConnect`].
pub async fn accept_tls(
    stream: TcpStream,
    config: Arc<rustls::ServerConfig>,
    limit: Duration,
) -> Result<Stream, CannotConnect> {
    let address = stream
        .peer_addr()
        .map_err(|error| CannotConnect::Network { address: SocketAddr::from(([0, 0, 0, 0], 0)), error })?;
    within(address, limit, async {
        let stream = prepare(stream).map_err(|error| CannotConnect::Network { address, error })?;
        let stream = TlsAcceptor::from(config).accept(stream).await;
        let stream = stream.map_err(|error| tls_failed(address, error))?;
        Ok(Either::Right(Box::new(stream.into())))
    })
    .await
}

async fn within<T>(
    address: SocketAddr,
    after: Duration,
    work: impl Future<Output = Result<T, CannotConnect>>,
) -> Result<T, CannotConnect> {
    tokio::time::timeout(after, work).await.map_err(|_| CannotConnect::Slow { address, after })?
}

async fn tcp(address: SocketAddr) -> Result<TcpStream, CannotConnect> {
    let connected = TcpStream::connect(address).await.and_then(prepare);
    connected.map_err(|error| CannotConnect::Network { address, error })
}

fn prepare(stream: TcpStream) -> io::Result<TcpStream> {
    // A NOTIFY's 200 must not wait for more bytes to join it.
    stream.set_nodelay(true)?;
    liveness::watch(&stream)?;
    Ok(stream)
}

fn tls_failed(address: SocketAddr, error: io::Error) -> CannotConnect {
    let advice = advice::of_io(&error);
    CannotConnect::Tls { address, error, advice }
}

fn inner(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Our end of a connection.
///
/// # Errors
/// The system's.
pub fn local_addr(stream: &Stream) -> io::Result<SocketAddr> {
    match stream {
        Either::Left(stream) => stream.local_addr(),
        Either::Right(stream) => stream.get_ref().0.local_addr(),
    }
}

/// The peer's certificate in DER, if it showed one.
pub fn peer_certificate(stream: &Stream) -> Option<&[u8]> {
    let Either::Right(stream) = stream else { return None };
    stream.get_ref().1.peer_certificates()?.first().map(|certificate| certificate.as_ref())
}

/// `TLS` or `TCP`, as Via has it.
pub fn protocol(stream: &Stream) -> &'static str {
    match stream {
        Either::Left(_) => "TCP",
        Either::Right(_) => "TLS",
    }
}
