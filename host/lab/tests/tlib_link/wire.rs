//! The link over TLS, and its log.

use crate::desk::{Desk, not_ready, quick, switch};
use uc_connector::tlib::Config;
use uc_connector::wire::tls::{ClientConfigFiles, ServerConfigFiles};
use uc_lab::t_server::{self, Direction, TServer};

#[tokio::test]
async fn the_same_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let tls = ServerConfigFiles { cert: file("cert.pem"), key: file("key.pem"), client_ca: None };
    let server = TServer::start(t_server::Config { tls: Some(tls), ..t_server::Config::new(switch()) }).await.unwrap();
    let tls = ClientConfigFiles {
        ca: Some(file("cert.pem")),
        server_name: Some("localhost".to_owned()),
        ..ClientConfigFiles::default()
    };
    let config = Config { tls: Some(tls), ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.logs_in("5002").await;
}

#[tokio::test]
async fn the_log_shows_the_messages_of_the_documented_trace() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mark = desk.server.mark();
    desk.asks(not_ready("5002", "busy"));
    let request = |entry: &t_server::Entry| {
        entry.direction == Direction::Received && entry.message.name == "RequestAgentNotReady"
    };
    let entry = desk.server.wait_for(mark, "RequestAgentNotReady", request).await.unwrap();
    let text = entry.message.to_string();
    let expected =
        "message: RequestAgentNotReady (11)\nAttributeReferenceID [int] = 3\nAttributeThisDN [str] = \"5002\"";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("AttributeReasons [bstr] = KVList:\n    'ReasonCode' [str] = \"busy\""), "{text}");
}
