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
use uc_sip::transport::{
    Arrived, CannotConnect, LinkEnd, LinkSettings, Stream, accept_tls, connect_tcp, connect_tls, peer_certificate,
    protocol, split,
};

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
        let certificate = peer_certificate(&stream).unwrap_or_default().to_vec();
        let (mut reader, mut writer) = split(stream, LinkSettings::default());
        let Arrived::Message(message) = reader.next().await.ok()? else { return None };
        writer.write(message.as_bytes()).await.ok()?;
        Some(certificate)
    });
    (address, task)
}

async fn echo(address: SocketAddr, name: &str, client: &ClientTls) -> Result<(), CannotConnect> {
    let config = client.load().unwrap();
    let stream = connect_tls(address, server_name(name).unwrap(), config, LIMIT).await?;
    assert_eq!(protocol(&stream), "TLS");
    let (mut reader, mut writer) = split(stream, LinkSettings::default());
    writer.write(NOTIFY).await.unwrap();
    assert!(matches!(reader.next().await.unwrap(), Arrived::Message(message) if message.as_bytes() == NOTIFY));
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

#[test]
fn certificates_and_keys_are_read_whatever_editor_wrote_them() {
    let pki = Pki::new();
    let identity = pki.issue("a", 2090);
    let (server, client) = (
        ServerTls { identity: identity.clone(), client_ca: Some(pki.ca()) },
        ClientTls { ca: Some(pki.ca()), identity: Some(identity.clone()) },
    );
    let files =
        [identity.certificates, identity.key, pki.ca()].map(|path| (std::fs::read_to_string(&path).unwrap(), path));
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| {
        format!("\u{FEFF}{text}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    type Editor<'e> = &'e dyn Fn(&str) -> Vec<u8>;
    let editors: [Editor<'_>; 4] = [
        &|text| text.replace('\n', "\r\n").into_bytes(),
        &|text| format!("\u{FEFF}{text}").into_bytes(),
        &|text| utf16(text, u16::to_le_bytes),
        &|text| utf16(text, u16::to_be_bytes),
    ];
    for (number, editor) in editors.iter().enumerate() {
        for (text, path) in &files {
            std::fs::write(path, editor(text)).unwrap();
        }
        assert!(server.load().is_ok(), "{number}: {:?}", server.load());
        assert!(client.load().is_ok(), "{number}: {:?}", client.load());
    }
}

#[tokio::test]
async fn files_that_hold_something_else_are_named() {
    let pki = Pki::new();
    let missing = ClientTls { ca: Some(pki.dir.path().join("none.pem")), identity: None };
    let error = missing.load().unwrap_err();
    assert!(matches!(error, BadTls::File { .. }) && error.to_string().contains("none.pem"), "{error}");
    let (one, other) = (pki.issue("a", 2090), pki.issue("b", 2090));
    let mixed = Identity { certificates: one.certificates, key: other.key };
    assert!(matches!(ServerTls { identity: mixed, client_ca: None }.load(), Err(BadTls::Identity { .. })));
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
    assert!(matches!(reader.next().await.unwrap(), Arrived::Message(message) if message.as_bytes() == NOTIFY));
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
    let (reader, writer) = split(ours, LinkSettings::default());
    let (answers, _writing) = writer.spawn();
    let mut reader = reader.answering(answers);
    let bad = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nCall-ID: c1\r\nContent-Length: -1\r\n\r\n";
    peer.write_all(bad.as_bytes()).await.unwrap();
    assert!(matches!(reader.next().await, Err(LinkEnd::Unreadable(_))));
    // What came behind it is not read, and the answer arrives nevertheless.
    peer.write_all(&[b'x'; 5000]).await.unwrap();
    let lingering = tokio::spawn(reader.linger(LIMIT));
    let mut answer = Vec::new();
    peer.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"SIP/2.0 400 ") && answer.windows(11).any(|bytes| bytes == b"Call-ID: c1"));
    drop(peer);
    lingering.await.unwrap();
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
    task.await.unwrap();
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
    assert_eq!(task.await.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

/// Answers the first flight of a handshake with these bytes and goes away.
async fn answers(bytes: Vec<u8>) -> String {
    let pki = Pki::new();
    let config = ClientTls { ca: Some(pki.ca()), identity: None }.load().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = vec![0; 8192];
        let _ = stream.read(&mut hello).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
    });
    connect_tls(address, server_name("fe01.example.com").unwrap(), config, LIMIT).await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_an_old_front_end_answers_is_told_apart() {
    let alert = |number: u8| vec![21, 3, 1, 0, 2, 2, number];
    // A ServerHello of TLS 1.0 that takes TLS_RSA_WITH_AES_128_CBC_SHA, as Windows Server 2008 R2 sends it.
    let hello = [&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
    for (bytes, advice) in [
        (hello, "speaks no TLS 1.2"),
        (alert(70), "speaks no TLS 1.2"),
        (alert(40), "no cipher suite"),
        (alert(71), "no cipher suite"),
        (alert(48), "does not trust the CA of our certificate"),
        (alert(45), "our own certificate has expired"),
        (alert(44), "our own certificate is revoked"),
        (alert(116), "it wants a certificate"),
        (alert(42), "mostly our certificate"),
        (b"SIP/2.0 400 Bad Request\r\n\r\n".to_vec(), "speaks no TLS on this port"),
        (Vec::new(), "broke off in the handshake"),
    ] {
        let told = answers(bytes.clone()).await;
        assert!(told.contains(advice), "{bytes:?}: {told}");
    }
}

#[tokio::test]
async fn versions_and_suites_that_do_not_meet_are_told_apart() {
    let pki = Pki::new();
    let identity = pki.issue("fe01.example.com", 2090);
    let chain = vec![rustls_pem::certificate(&identity.certificates)];
    let suites = rustls::crypto::ring::default_provider();
    let only = |name: &str| {
        let mut provider = suites.clone();
        provider.cipher_suites.retain(|suite| format!("{:?}", suite.suite()).contains(name));
        Arc::new(provider)
    };
    let server = rustls::ServerConfig::builder_with_provider(only("TLS13_AES_128_GCM"))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, rustls_pem::key(&identity.key))
        .unwrap();
    let roots = {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(rustls_pem::certificate(&pki.ca())).unwrap();
        roots
    };
    let client = rustls::ClientConfig::builder_with_provider(only("TLS13_CHACHA20"))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        accept_tls(stream, Arc::new(server), LIMIT).await.map(drop)
    });
    let told =
        connect_tls(address, server_name("fe01.example.com").unwrap(), Arc::new(client), LIMIT).await.unwrap_err();
    assert!(told.to_string().contains("no cipher suite"), "{told}");
}

#[test]
fn faulty_key_files_are_told_apart() {
    let pki = Pki::new();
    let (good, other) = (pki.issue("a.example.com", 2090), pki.issue("b.example.com", 2090));
    let written = |name: &str, bytes: &[u8]| {
        let path = pki.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let damaged = "-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4=\n-----END PRIVATE KEY-----\n";
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (key, told) in [
        (other.key, "certificate and key do not fit"),
        (good.certificates.clone(), "holds a certificate and no key"),
        (written("encrypted.key", encrypted.as_bytes()), "without passphrase"),
        (written("binary.pfx", &[0x30, 0x82, 1, 2, 3]), "it is DER and no PEM"),
        (written("damaged.key", damaged.as_bytes()), "damaged, or not the key of this certificate: write both anew"),
        (written("empty.key", b""), "a private key cannot be read"),
    ] {
        let identity = Identity { certificates: good.certificates.clone(), key };
        let error = ClientTls { ca: Some(pki.ca()), identity: Some(identity) }.load().unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
}

/// Made by OpenSSL, certificate and key in one file.
#[test]
fn a_weak_key_and_one_of_a_foreign_kind_of_our_own_are_told_apart() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (file, told) in [
        ("weak-own.pem", "too weak, an RSA key of 1024 bits"),
        ("foreign-own.pem", "of a kind that TLS has no use for"),
    ] {
        let path = here.join(file);
        let identity = Identity { certificates: path.clone(), key: path };
        let error = ServerTls { identity, client_ca: None }.load().unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("RSA of 2048"), "{file}: {error}");
    }
}

/// PEM files as rustls takes them.
mod rustls_pem {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    use std::path::Path;

    pub(super) fn certificate(path: &Path) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(path).unwrap()
    }

    pub(super) fn key(path: &Path) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_file(path).unwrap()
    }
}
