//! One TCP connection, plain or TLS, and the slot it occupies for as long as it is open (also as a WebSocket).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::either::Either;

/// An established connection.
pub(super) struct Connection {
    stream: Stream,
    _slot: OwnedSemaphorePermit,
}

type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

impl Connection {
    /// Shakes hands if TLS is spoken. None: the peer did not, or took too long.
    pub(super) async fn establish(
        tcp: TcpStream,
        tls: Option<TlsAcceptor>,
        patience: Duration,
        slot: OwnedSemaphorePermit,
    ) -> Option<Self> {
        let stream = match tls {
            None => Either::Left(tcp),
            Some(acceptor) => match timeout(patience, acceptor.accept(tcp)).await {
                Ok(Ok(stream)) => Either::Right(Box::new(stream)),
                failed => {
                    metrics::counter!("uc_web_tls_failures_total").increment(1);
                    tracing::debug!(error = ?failed.map(|done| done.err()), "TLS handshake failed");
                    return None;
                }
            },
        };
        Some(Self { stream, _slot: slot })
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
