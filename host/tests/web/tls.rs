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
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use uc_connector::web::arrival::Arrival;

struct Secure {
    served: Served,
    connector: TlsConnector,
    origin: String,
}

impl Secure {
    async fn serve(folder: &Path) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let (cert, key) = (cert.display().to_string(), key.display().to_string());
        let served = serve(&format!("tls-cert = {cert:?}\ntls-key = {key:?}\n[limits]\nrequest-seconds = 2")).await;
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let origin = format!("https://localhost:{}", served.addresses.web.port());
        Self { served, connector: TlsConnector::from(Arc::new(config)), origin }
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
    let answer = secure.sign_in().await;
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.starts_with("__Host-uc-session=") && cookie.ends_with("Secure"), "{cookie}");
    let host = secure.origin.trim_start_matches("https://");
    let mut request = format!("wss://{host}/api/v1/pages").into_client_request().unwrap();
    request.headers_mut().insert("origin", secure.origin.parse().unwrap());
    request.headers_mut().insert("cookie", answer.browser().cookie.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, secure.connect().await).await.unwrap();
    let Arrival::Opened { frames, .. } = secure.served.arrival().await else { panic!() };
    frames.try_send(r#"{"type":"signedOut"}"#.into()).unwrap();
    assert_eq!(frame(&mut socket).await["type"], "signedOut");
    drop(frames);
    assert_eq!(close_code(&mut socket).await, 4008);
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
