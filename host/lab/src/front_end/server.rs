//! Sockets of a Front End: accepting, reading, writing, and misbehaving where bytes are concerned.

use super::{connection::ConnectionId, faults::Mood, log::Direction, pool::Pool, shared::Shared, tls};
use bytes::Bytes;
use std::{
    future::pending,
    io,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
    time::{interval, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use uc_sip::message::{Frame, Framer, Limits, Response};

/// Room for batches of thousands of users.
const LIMITS: fn() -> Limits = || Limits::with_message(4 * 1024 * 1024);
/// Grace behind the announced keep-alive: one SIP transaction.
const GRACE: Duration = Duration::from_secs(32);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves until the task is aborted; every connection ends with it.
pub(super) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    let mut tick = interval(Duration::from_secs(1));
    let delays_more = shared.look(|pool| Arc::clone(&pool.delays_more));
    loop {
        let due = shared.look(Pool::next_due);
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, tls.clone(), Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
            () = delays_more.notified() => {}
            () = until(due) => shared.change(|pool| pool.serve_delayed(SystemTime::now())),
            _ = tick.tick() => shared.change(|pool| pool.expire(SystemTime::now())),
        }
    }
}

/// Waits until then; for ever without a time.
async fn until(at: Option<SystemTime>) {
    match at {
        Some(at) => sleep(at.duration_since(SystemTime::now()).unwrap_or_default()).await,
        None => pending().await,
    }
}

/// Removes a connection from the pool when its task ends, however it ends.
struct Guard(ConnectionId, Arc<Shared>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.1.change(|pool| pool.disconnected(self.0, SystemTime::now()));
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let peer = stream.peer_addr().map(|peer| peer.ip());
    let site = &shared.config.site;
    let trusted_host = peer.is_ok_and(|peer| site.trusted_hosts.contains(&peer));
    // Without it every answer waits for the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return talk(stream, trusted_host, "TCP", shared).await };
    match timeout(HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let names = &site.trusted_applications;
            let trusted = tls::is_trusted_application(stream.get_ref().1.peer_certificates(), names);
            talk(stream, trusted || trusted_host, "TLS", shared).await;
        }
        Ok(Err(error)) => tracing::warn!(%error, "a TLS handshake failed"),
        Err(_) => tracing::warn!("a TLS handshake took too long"),
    }
}

async fn talk<S: AsyncRead + AsyncWrite>(stream: S, trusted: bool, transport: &'static str, shared: Arc<Shared>) {
    let id = shared.change(|pool| pool.connected(trusted, transport));
    let _guard = Guard(id, Arc::clone(&shared));
    let wake = shared.look(|pool| pool.connections.get(&id).map(|known| Arc::clone(&known.wake))).unwrap_or_default();
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        end = read(reader, id, &shared) => tracing::debug!(?end, "a client is gone"),
        end = write(writer, id, &shared, &wake) => tracing::debug!(?end, "a connection is closed"),
    }
}

async fn read(mut stream: impl AsyncRead + Unpin, id: ConnectionId, shared: &Shared) -> io::Result<()> {
    let mut framer = Framer::new(LIMITS());
    let limit = Duration::from_secs(shared.config.site.keep_alive.into()) + GRACE;
    let mut mood = shared.mood.subscribe();
    loop {
        let stalled = *mood.borrow_and_update() == Mood::Stalled;
        tokio::select! {
            changed = mood.changed() => if changed.is_err() { return Ok(()) },
            read = timeout(limit, fill(&mut stream, &mut framer)), if !stalled => {
                if read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?? == 0 {
                    return Ok(());
                }
                if !take(&mut framer, id, shared) {
                    return Err(io::ErrorKind::InvalidData.into());
                }
            }
        }
    }
}

async fn fill(stream: &mut (impl AsyncRead + Unpin), framer: &mut Framer) -> io::Result<usize> {
    let buffer = framer.buffer();
    buffer.reserve(16 * 1024);
    stream.read_buf(buffer).await
}

/// Works through everything that has arrived. False: the stream cannot be read any further.
fn take(framer: &mut Framer, id: ConnectionId, shared: &Shared) -> bool {
    shared.change(|pool| {
        let now = SystemTime::now();
        loop {
            match framer.take() {
                Ok(Some(Frame::Message(message))) => pool.receive(id, &message, now),
                Ok(Some(Frame::KeepAlive)) => pool.counts.keep_alives += 1,
                Ok(Some(Frame::Skipped(_))) => pool.counts.malformed += 1,
                Ok(None) => return true,
                Err(fault) => {
                    pool.counts.malformed += 1;
                    if let Some(request) = framer.unreadable().filter(uc_sip::message::Message::is_request) {
                        let (status, reason) = fault.answer();
                        pool.reply(id, None, &Response::to(&request, status, reason).tag("malformed"));
                    }
                    return false;
                }
            }
        }
    })
}

/// What there is to write for a connection.
enum Work {
    Bytes(Bytes),
    /// Only so much of it, and then the end.
    Cut(Bytes),
    Close,
    Nothing,
}

async fn write(
    mut stream: impl AsyncWrite + Unpin,
    id: ConnectionId,
    shared: &Shared,
    wake: &Notify,
) -> io::Result<()> {
    let mut mood = shared.mood.subscribe();
    loop {
        let now = *mood.borrow_and_update();
        if now == Mood::Stalled {
            let _ = mood.changed().await;
            continue;
        }
        match work(id, shared) {
            Work::Bytes(bytes) => match now {
                Mood::Slow { bytes: piece, pause } => trickle(&mut stream, &bytes, piece, pause).await?,
                _ => stream.write_all(&bytes).await?,
            },
            Work::Cut(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.flush().await;
            }
            Work::Close => return stream.shutdown().await,
            Work::Nothing => {
                stream.flush().await?;
                tokio::select! {
                    () = wake.notified() => {}
                    _ = mood.changed() => {}
                }
            }
        }
    }
}

fn work(id: ConnectionId, shared: &Shared) -> Work {
    shared.change(|pool| {
        let Some(connection) = pool.connections.get_mut(&id) else { return Work::Close };
        if connection.out.is_empty() {
            return if connection.closing { Work::Close } else { Work::Nothing };
        }
        let bytes = connection.out.split().freeze();
        if pool.faults.take_cut() {
            return Work::Cut(bytes.slice(..bytes.len() / 2));
        }
        pool.log.add(Direction::Sent, &bytes);
        Work::Bytes(bytes)
    })
}

async fn trickle(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    piece: usize,
    pause: Duration,
) -> io::Result<()> {
    for piece in bytes.chunks(piece.max(1)) {
        stream.write_all(piece).await?;
        stream.flush().await?;
        sleep(pause).await;
    }
    Ok(())
}
