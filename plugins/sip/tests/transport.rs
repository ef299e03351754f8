//! Connections over loopback: TLS with private CA, mutual TLS, what is refused and what the operator reads, slow
//! and broken peers.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uc_sip::message::Limits;
use uc_sip::transport::tls::{BadTls, ClientTls, Identity, ServerTls, server_name};
use uc_sip::transport::{CannotConnect, LinkEnd, LinkSettings, Stream, accept_tls, connect_tcp, connect_tls, split};

const NOTIFY: &[u8] = include_bytes!("notify-on-the-phone.sip");
const LIMIT: Duration = Duration::from_secs(10);

/// A CA and what it issued, as files.
struct Pki {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { dir, issuer }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    fn issue(&self, name: &str, last_year: i32) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let path = |end: &str| self.dir.path().join(format!("{name}-{last_year}.{end}"));
        std::fs::write(path("crt"), certificate.pem()).unwrap();
        std::fs::write(path("key"), key.serialize_pem()).unwrap();
        Identity { certificates: path("crt"), key: path("key") }
    }
}

/// Accepts one connection; gives the client's certificate if the handshake succeeds.
async fn serve(tls: ServerTls) -> (SocketAddr, tokio::task::JoinHandle<Option<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = tls.load().unwrap();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = accept_tls(stream, config, LIMIT).await.ok()?;
        let certificate = stream.peer_certificate().unwrap_or_default().to_vec();
        let (mut reader, mut writer) = split(stream, LinkSettings::default());
        let message = reader.next().await.ok()?;
        writer.write(message.as_bytes()).await.ok()?;
        Some(certificate)
    });
    (address, task)
}

async fn echo(address: SocketAddr, name: &str, client: &ClientTls) -> Result<(), CannotConnect> {
    let config = client.load().unwrap();
    let stream = connect_tls(address, server_name(name).unwrap(), config, LIMIT).await?;
    assert_eq!(stream.transport(), "TLS");
    let (mut reader, mut writer) = split(stream, LinkSettings::default());
    writer.write(NOTIFY).await.unwrap();
    assert_eq!(reader.next().await.unwrap().as_bytes(), NOTIFY);
    Ok(())
}

#[tokio::test]
async fn a_private_ca_and_a_client_certificate_are_checked_on_both_sides() {
    let pki = Pki::new();
    let server = ServerTls { identity: pki.issue("fe01.example.com", 2090), client_ca: Some(pki.ca()) };
    let own = pki.issue("app.example.com", 2090);
    for identity in [None, Some(own)] {
        let (address, task) = serve(server.clone()).await;
        let shown = identity.is_some();
        echo(address, "fe01.example.com", &ClientTls { ca: Some(pki.ca()), identity }).await.unwrap();
        assert_eq!(task.await.unwrap().unwrap().is_empty(), !shown);
    }
}

#[tokio::test]
async fn refused_certificates_say_what_to_do() {
    let (pki, stranger) = (Pki::new(), Pki::new());
    let good = ServerTls { identity: pki.issue("fe01.example.com", 2090), client_ca: None };
    let expired = ServerTls { identity: pki.issue("fe01.example.com", 2021), client_ca: None };
    for (server, ca, name, advice) in [
        (&good, pki.ca(), "fe02.example.com", "another name"),
        (&good, stranger.ca(), "fe01.example.com", "CA is unknown"),
        (&expired, pki.ca(), "fe01.example.com", "has expired"),
    ] {
        let (address, _task) = serve(server.clone()).await;
        let error = echo(address, name, &ClientTls { ca: Some(ca), identity: None }).await.unwrap_err();
        assert!(error.to_string().contains(advice), "{error}");
        assert!(error.needs_administrator());
    }
}

#[tokio::test]
async fn a_port_without_tls_or_without_anybody_is_named() {
    let pki = Pki::new();
    let client = ClientTls { ca: Some(pki.ca()), identity: None };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let silent = tokio::spawn(async move { listener.accept().await.unwrap() });
    let config = client.load().unwrap();
    let short = Duration::from_millis(200);
    let error = connect_tls(address, server_name("x").unwrap(), Arc::clone(&config), short).await.unwrap_err();
    assert!(matches!(error, CannotConnect::Slow { .. }), "{error}");
    drop(silent.await.unwrap());
    let error = connect_tcp(address, LIMIT).await.unwrap_err();
    assert!(matches!(error, CannotConnect::Network { .. }) && !error.needs_administrator(), "{error}");
}

#[tokio::test]
async fn files_that_hold_something_else_are_named() {
    let pki = Pki::new();
    let missing = ClientTls { ca: Some(pki.dir.path().join("none.pem")), identity: None };
    let error = missing.load().unwrap_err();
    assert!(matches!(error, BadTls::File { .. }) && error.to_string().contains("none.pem"), "{error}");
    let (one, other) = (pki.issue("a", 2090), pki.issue("b", 2090));
    let mixed = Identity { certificates: one.certificates, key: other.key };
    assert!(matches!(ServerTls { identity: mixed, client_ca: None }.load(), Err(BadTls::Identity(_))));
    let no_key = Identity { certificates: pki.ca(), key: pki.ca() };
    assert!(ServerTls { identity: no_key, client_ca: None }.load().unwrap_err().to_string().contains("private key"));
    assert!(matches!(server_name("a b"), Err(BadTls::Name(_))));
}

/// A plain connection: our end, and the raw peer.
async fn plain() -> (Stream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ours, theirs) = tokio::join!(connect_tcp(address, LIMIT), listener.accept());
    (ours.unwrap(), theirs.unwrap().0)
}

#[tokio::test]
async fn keep_alives_and_whole_messages_come_through_in_pieces() {
    let (ours, mut peer) = plain().await;
    let (mut reader, _writer) = split(ours, LinkSettings::default());
    let feed = tokio::spawn(async move {
        peer.write_all(b"\r\n\r\n").await.unwrap();
        for piece in NOTIFY.chunks(100) {
            peer.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        peer
    });
    assert_eq!(reader.next().await.unwrap().as_bytes(), NOTIFY);
    assert_eq!(reader.keep_alives(), 2);
    drop(feed.await.unwrap());
    assert!(matches!(reader.next().await, Err(LinkEnd::Closed)));
}

#[tokio::test]
async fn a_message_that_trickles_in_ends_the_connection() {
    let (ours, mut peer) = plain().await;
    let settings = LinkSettings { message_timeout: Duration::from_millis(300), ..LinkSettings::default() };
    let (mut reader, _writer) = split(ours, settings);
    let drip = tokio::spawn(async move {
        // Every byte comes well within the limit; the message does not.
        for byte in NOTIFY {
            if peer.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(matches!(reader.next().await, Err(LinkEnd::Slow(_))));
    drip.abort();
}

#[tokio::test]
async fn a_cut_message_and_an_unreadable_stream_end_the_connection() {
    let (ours, mut peer) = plain().await;
    let (mut reader, _writer) = split(ours, LinkSettings::default());
    peer.write_all(&NOTIFY[..900]).await.unwrap();
    drop(peer);
    assert!(matches!(reader.next().await, Err(LinkEnd::Cut)));

    let (ours, mut peer) = plain().await;
    let (mut reader, _writer) = split(ours, LinkSettings::default());
    let bad = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nCall-ID: c1\r\nContent-Length: -1\r\n\r\n";
    peer.write_all(bad.as_bytes()).await.unwrap();
    let Err(LinkEnd::Unreadable(fault)) = reader.next().await else { panic!() };
    let answer = reader.last_answer(fault).unwrap();
    assert!(answer.starts_with(b"SIP/2.0 400 ") && answer.windows(11).any(|bytes| bytes == b"Call-ID: c1"));
}

#[tokio::test]
async fn the_writer_joins_what_waits_and_gives_up_on_a_peer_that_takes_nothing() {
    let (ours, mut peer) = plain().await;
    let (_reader, writer) = split(ours, LinkSettings::default());
    let (queue, task) = writer.spawn();
    for _ in 0..300 {
        queue.send(bytes::Bytes::from_static(NOTIFY)).await.unwrap();
    }
    drop(queue);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).await.unwrap_or_default();
    task.await.unwrap().unwrap();
    assert_eq!(got, NOTIFY.repeat(300));

    let (ours, _peer) = plain().await;
    let settings = LinkSettings {
        write_timeout: Duration::from_millis(200),
        queue: 4,
        limits: Limits::default(),
        ..LinkSettings::default()
    };
    let (_reader, writer) = split(ours, settings);
    let (queue, task) = writer.spawn();
    let megabyte = bytes::Bytes::from(vec![0; 1 << 20]);
    while queue.send(megabyte.clone()).await.is_ok() {}
    assert_eq!(task.await.unwrap().unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}
