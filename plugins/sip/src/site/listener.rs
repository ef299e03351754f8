//! Connections that Front Ends open back to a trusted application: what they ask of it outside the connections it
//! opened itself comes over those, from machines that prove by certificate to be among the configured servers.

use super::{Mistake, Server, Tls, own_socket};
use crate::message::{Limits, Message, Response};
use crate::transport::tls::{self, ServerTls};
use crate::transport::{Arrived, LinkSettings, Stream, accept_tls, peer_certificate, split};
use crate::user_agent::verdict;
use bytes::{Bytes, BytesMut};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ServerConfig, client::verify_server_name, server::ParsedCertificate};
use serde::Deserialize;
use socket2::SockRef;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

/// Connections at the same time; a pool has at most twelve Front Ends.
const MAX: usize = 64;
/// Longest that a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(8);
/// How long a Front End may take to read the answer to what ended its connection.
const LAST_WORD: Duration = Duration::from_secs(2);
/// Connections that wait to be taken: those that find no room come a second later, or three.
const BACKLOG: u32 = 4096;
/// Pause when the system gives no more sockets.
const EXHAUSTED: Duration = Duration::from_secs(1);

/// Where a trusted application is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listen {
    /// Address and port of the application in the topology.
    pub address: SocketAddr,
    /// The application's name in the topology, which requests then give as where they come from; none: our end of the
    /// connection, which is enough for what comes back over it.
    pub name: Option<String>,
}

impl Listen {
    /// What is wrong that types cannot say.
    pub fn mistake(&self, tls: &Tls) -> Option<Mistake> {
        if self.name.as_deref().is_some_and(|name| !matches!(tls::server_name(name), Ok(ServerName::DnsName(_)))) {
            return Some(Mistake::new("listen.name", "the name of a host, without port"));
        }
        if self.name.is_some() && self.address.port() == 0 {
            return Some(Mistake::new("listen.address", "`name` needs the port that the topology has, not 0"));
        }
        let whole = tls.cert.is_some() && tls.key.is_some() && tls.ca.is_some();
        let needs = "listening needs `ca`, `cert` and `key` in tls: both sides show a certificate";
        (!whole).then(|| Mistake::new("listen.address", needs))
    }

    /// Name and port, for requests of the application.
    pub fn sent_by(&self) -> Option<String> {
        self.name.as_ref().map(|name| format!("{name}:{}", self.address.port()))
    }
}

/// A message that came over such a connection.
#[derive(Debug)]
pub struct Incoming {
    /// A request.
    pub message: Message,
    /// Whether it may be acted upon ([`verdict`]); one that may not has been answered, and says no more than that
    /// something was to be said.
    pub admitted: bool,
    /// Where its answers go.
    pub answers: mpsc::Sender<Bytes>,
}

impl Incoming {
    /// Sends answers back. What the Front End does not take is dropped and counted: it asks again or gives up.
    pub fn answer(&self, bytes: Bytes) {
        if !bytes.is_empty() && self.answers.try_send(bytes).is_err() {
            metrics::counter!("sip_answers_dropped_total").increment(1);
        }
    }

    /// Answers without looking any further; ACK, BENOTIFY and what has been answered have no answer.
    pub fn refuse(&self, status: u16, reason: &str) {
        let mut out = BytesMut::new();
        let answered = self.admitted && !matches!(self.message.method(), "ACK" | "BENOTIFY");
        if answered && Response::to(&self.message, status, reason).tag("connector").write(&mut out).is_ok() {
            self.answer(out.freeze());
        }
    }
}

/// Takes connections once it serves.
#[derive(Debug)]
pub struct Listener {
    socket: TcpSocket,
    address: SocketAddr,
    tls: Arc<ServerConfig>,
    names: Arc<[ServerName<'static>]>,
}

impl Listener {
    /// Takes the address, and no connection before it serves: the instance before this one may still listen there, and
    /// is given all of them until then. A Front End must show a certificate of `tls.ca` with the name of one of the
    /// servers.
    ///
    /// # Errors
    /// What to do about the files or the address.
    pub fn bind(listen: &Listen, tls: &Tls, servers: &[Server], directory: &Path) -> Result<Self, String> {
        let client = tls.client(directory);
        let identity = client.identity.ok_or("listening needs `cert` and `key` in tls")?;
        let config = ServerTls { identity, client_ca: client.ca }.load().map_err(|error| error.to_string())?;
        let own = servers.iter().map(|server| &*server.host).chain(tls.server_name.as_deref());
        let names = own.filter_map(|name| tls::server_name(name).ok()).collect();
        let socket = bound(listen.address).map_err(|error| cannot_listen(listen.address, &error))?;
        Ok(Self { socket, address: listen.address, tls: config, names })
    }

    /// Listens, and passes on what comes, until nobody takes it any more.
    ///
    /// # Errors
    /// The address is taken after all. Or a connection's task was lost: nobody knows what the Front End said meanwhile,
    /// and whoever serves begins anew.
    pub async fn serve(self, incoming: mpsc::Sender<Incoming>, limits: Limits) -> Result<(), String> {
        let listener = listening(self.socket).map_err(|error| cannot_listen(self.address, &error))?;
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(ended) = connections.join_next() => {
                    unharmed(ended)?;
                    continue;
                }
                () = incoming.closed() => return Ok(()),
            };
            match accepted {
                Ok((stream, from)) if connections.len() < MAX => {
                    let (tls, names, incoming) = (self.tls.clone(), self.names.clone(), incoming.clone());
                    connections.spawn(async move {
                        if let Err(why) = connection(stream, tls, &names, &incoming, limits).await {
                            metrics::counter!("sip_connections_refused_total").increment(1);
                            tracing::warn!(%from, why, "a connection to the trusted application was refused");
                        }
                    });
                }
                Ok(_) => metrics::counter!("sip_connections_refused_total").increment(1),
                Err(_) => tokio::time::sleep(EXHAUSTED).await,
            }
        }
    }
}

/// Nobody else may have the address: Front Ends would reach either of two processes at random. The instance that follows
/// in this process shares it with the one before.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let alone = socket(address)?;
    match alone.bind(address) {
        Ok(()) => Ok(alone),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && own_socket::listens_at(address) => {
            let shared = socket(address)?;
            shared.set_reuseport(true)?;
            shared.bind(address)?;
            Ok(shared)
        }
        Err(error) => Err(error),
    }
}

/// From here on whoever follows may share the address.
fn listening(socket: TcpSocket) -> io::Result<TcpListener> {
    if own_socket::listens_at(socket.local_addr()?) {
        socket.set_reuseport(true)?;
    }
    let listener = socket.listen(BACKLOG)?;
    SockRef::from(&listener).set_reuse_port(true)?;
    Ok(listener)
}

fn socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    Ok(socket)
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            ": another program has it (`ss -ltnp` shows which): end that one, or change `listen.address`"
        }
        io::ErrorKind::AddrNotAvailable => {
            ": this machine has no such address (`ip address` lists them): change `listen.address`"
        }
        _ => "",
    };
    format!("listen.address: cannot listen at {address}: {error}{remedy}")
}

fn unharmed(ended: Result<(), JoinError>) -> Result<(), String> {
    ended.map_err(|lost| format!("a connection of a Front End fell over (a bug in the plug-in): {lost}"))
}

async fn connection(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    names: &[ServerName<'static>],
    incoming: &mpsc::Sender<Incoming>,
    limits: Limits,
) -> Result<(), String> {
    let stream = accept_tls(stream, tls, HANDSHAKE).await.map_err(|error| error.to_string())?;
    if !is_front_end(&stream, names) {
        return Err("its certificate names none of the configured servers: add its pool to `servers`".into());
    }
    let (reader, writer) = split(stream, LinkSettings { limits, ..LinkSettings::default() });
    let (answers, mut writing) = writer.spawn();
    let mut reader = reader.answering(answers.clone());
    // Whyever it ends, the Front End opens another one.
    loop {
        let read = tokio::select! {
            read = reader.next() => read,
            // Nobody could be answered any more.
            _ = &mut writing => return Ok(()),
        };
        let Ok(arrived) = read else { break };
        let (message, refusal) = match arrived {
            Arrived::Message(message) => {
                let refusal = verdict::of(&message);
                (message, refusal)
            }
            // It has been answered.
            Arrived::LostNotify(Some(notify)) => (notify, Some(Bytes::new())),
            Arrived::LostNotify(None) => continue,
        };
        let request = Incoming { message, admitted: refusal.is_none(), answers: answers.clone() };
        refusal.into_iter().for_each(|answer| request.answer(answer));
        // A notify that may not be read is passed on too: its subscription is not complete any more.
        let matters = match request.admitted {
            true => request.message.is_request(),
            false => matches!(request.message.method(), "NOTIFY" | "BENOTIFY"),
        };
        if matters && incoming.send(request).await.is_err() {
            break;
        }
    }
    drop(answers);
    // Whom its requests are with may still hold the queue, and have nothing more to say.
    let _ = tokio::join!(reader.linger(LAST_WORD), timeout(LAST_WORD, writing));
    Ok(())
}

fn is_front_end(stream: &Stream, names: &[ServerName<'static>]) -> bool {
    let Some(certificate) = peer_certificate(stream).map(CertificateDer::from) else { return false };
    let Ok(parsed) = ParsedCertificate::try_from(&certificate) else { return false };
    names.iter().any(|name| verify_server_name(&parsed, name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_that_falls_over_is_an_error_of_whoever_serves() {
        let mut connections = JoinSet::new();
        connections.spawn(async {});
        assert_eq!(unharmed(connections.join_next().await.unwrap()), Ok(()));
        connections.spawn(async { panic!("an odd message") });
        let why = unharmed(connections.join_next().await.unwrap()).unwrap_err();
        assert!(why.contains("an odd message"), "{why}");
    }

    #[tokio::test]
    async fn connections_are_taken_only_once_somebody_serves_and_a_taken_address_is_found_before() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let [ca, cert, key] = ["cert.pem", "cert.pem", "key.pem"].map(|name| Some(name.into()));
        let tls = Tls { ca, cert, key, server_name: None };
        let bind = |address| Listener::bind(&Listen { address, name: None }, &tls, &[], folder.path());

        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let why = bind(other.local_addr().unwrap()).unwrap_err();
        assert!(why.starts_with("listen.address: cannot listen at 127.0.0.1:") && why.contains("ss -ltnp"), "{why}");
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.socket.local_addr().unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody would ever take it");
        let follower = bind(address).unwrap();
        let (incoming, _taken) = mpsc::channel(1);
        let serving = tokio::spawn(listener.serve(incoming, Limits::default()));
        tokio::task::yield_now().await;
        for _ in 0..16 {
            TcpStream::connect(address).await.unwrap();
        }
        drop(follower);
        serving.abort();
    }
}
