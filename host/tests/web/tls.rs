//! The users' address over TLS: requests, the upgrade, and what is not TLS.

use crate::served::{Answer, PATIENCE, Served, ask, close_code, frame, serve};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use std::{path::Path, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{WebSocketStream, tungstenite::client::IntoClientRequest};
use uc_connector::web::arrival::{Frames, PageArrival};

struct Secure {
    served: Served,
    connector: TlsConnector,
    origin: String,
}

/// Writes a new certificate; returns a client that trusts it alone.
fn certify(folder: &Path) -> TlsConnector {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

impl Secure {
    async fn serve(folder: &Path) -> Self {
        let connector = certify(folder);
        let path = |name| folder.join(name).display().to_string();
        let files = format!("tls-cert = {:?}\ntls-key = {:?}", path("cert.pem"), path("key.pem"));
        let served = serve(&format!("{files}\n[limits]\nrequest-seconds = 2")).await;
        let origin = format!("https://localhost:{}", served.addresses.web.port());
        Self { served, connector, origin }
    }

    async fn page(&mut self) -> (WebSocketStream<TlsStream<TcpStream>>, Frames) {
        let answer = self.sign_in().await;
        let cookie = &answer.headers["set-cookie"];
        assert!(cookie.starts_with("__Host-uc-session=") && cookie.ends_with("Secure"), "{cookie}");
        let address = self.origin.replace("https", "wss") + "/api/v1/pages";
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("origin", self.origin.parse().unwrap());
        request.headers_mut().insert("cookie", answer.browser().cookie.parse().unwrap());
        let (socket, _) = tokio_tungstenite::client_async(request, self.connect().await).await.unwrap();
        let PageArrival::Opened { frames, .. } = self.served.arrival().await else { panic!() };
        (socket, frames)
    }

    async fn connect(&self) -> TlsStream<TcpStream> {
        let tcp = TcpStream::connect(self.served.addresses.web).await.unwrap();
        self.connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap()
    }

    async fn sign_in(&self) -> Answer {
        let host = self.origin.trim_start_matches("https://");
        let headers = ["Content-Type: application/json", &format!("Origin: {}", self.origin)];
        let body = r#"{"user":"kim","password":"secret"}"#;
        ask(self.connect().await, "POST /api/v1/session", host, &headers, body).await
    }
}

#[tokio::test]
async fn a_page_lives_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let mut secure = Secure::serve(folder.path()).await;
    let (mut socket, frames) = secure.page().await;
    frames.try_send(r#"{"type":"signedOut"}"#.into()).unwrap();
    assert_eq!(frame(&mut socket).await["type"], "signedOut");
    drop(frames);
    assert_eq!(close_code(&mut socket).await, 4001);
}

#[tokio::test]
async fn a_new_certificate_is_taken_over_while_pages_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut secure = Secure::serve(folder.path()).await;
    let (mut socket, frames) = secure.page().await;
    secure.connector = certify(folder.path());
    let tcp = TcpStream::connect(secure.served.addresses.web).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    assert!(secure.connector.connect(name, tcp).await.is_err(), "still the old certificate");
    assert!(secure.served.certificate.as_ref().unwrap().read_again().unwrap().put_in_force());
    assert_eq!(secure.sign_in().await.status, 200);
    frames.try_send(r#"{"type":"signedOut"}"#.into()).unwrap();
    assert_eq!(frame(&mut socket).await["type"], "signedOut");
}

#[tokio::test]
async fn what_is_not_tls_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let secure = Secure::serve(folder.path()).await;
    for opening in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", "\u{16}\u{3}\u{1}"] {
        let mut tcp = TcpStream::connect(secure.served.addresses.web).await.unwrap();
        tcp.write_all(opening.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, tcp.read_to_end(&mut rest)).await.expect("the slot is held for ever");
        assert!(!rest.starts_with(b"HTTP"), "plain HTTP at a TLS address");
    }
    assert_eq!(secure.sign_in().await.status, 200);
}
