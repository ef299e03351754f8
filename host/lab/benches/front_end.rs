//! How much the simulated Front End carries: 100,000 users watched over one signed connection, by TLS and by TCP, and
//! how many notifies a second it writes to a client that only counts them. What measures the product with it must
//! know that it is not the bottleneck.
#![allow(clippy::unwrap_used, reason = "a measurement that fails has nothing else to say")]

#[path = "../tests/front_end/mod.rs"]
mod front_end;

use front_end::{certificates::Authority, client::Client, client::ntlm};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use std::{sync::Arc, time::Instant};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::TlsConnector;
use uc_lab::front_end::{Config, Crowd, FrontEnd, Presence, SiteFile};

const USERS: u32 = 100_000;
/// As many as a plug-in asks for in one request.
const BATCH: u32 = 100;
const ROUNDS: u32 = 3;

fn main() {
    // `cargo test --benches` only wants to know whether it runs.
    let users = if std::env::args().any(|argument| argument == "--bench") { USERS } else { 1000 };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for secure in [false, true] {
        runtime.block_on(measure(users, secure));
    }
}

async fn measure(users: u32, secure: bool) {
    let authority = Authority::new();
    let site = SiteFile {
        crowds: vec![Crowd { prefix: "u".into(), count: users, availability: Some(3500) }],
        ..front_end::site()
    };
    let tls = secure.then(|| authority.front_end(None));
    let server = FrontEnd::start(Config { tls, record: false, ..Config::for_tests(site) }).await.unwrap();
    let mut client = connect(&server, secure.then_some(&authority)).await;
    assert_eq!(client.register().await.status(), Some(200));
    let kind = if secure { "TLS" } else { "TCP" };
    subscribe(&server, &mut client, users, kind).await;
    push(&server, client, users, kind).await;
}

async fn connect(server: &FrontEnd, authority: Option<&Authority>) -> Client {
    let stream = TcpStream::connect(server.addr()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let credentials = ntlm("alice", front_end::PASSWORD);
    let Some(authority) = authority else { return Client::over(stream, "alice", credentials) };
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.ca()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("fe01.example.com").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    Client::over(stream, "alice", credentials)
}

async fn subscribe(server: &FrontEnd, client: &mut Client, users: u32, kind: &str) {
    let begin = Instant::now();
    let names = |from: u32| (from..(from + BATCH).min(users)).map(|user| format!("u{user}")).collect::<Vec<_>>();
    let first = names(0);
    let (_, mut dialog) = client.watch(&first.iter().map(String::as_str).collect::<Vec<_>>(), true).await;
    for from in (BATCH..users).step_by(BATCH as usize) {
        let names = names(from);
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let request = client.within(&mut dialog, "SUBSCRIBE").field("Event", "presence");
        let request = request.field("Supported", "ms-piggyback-first-notify");
        let body = front_end::batch("subscribe", "alice", &names, &["state", "note"]);
        let request = request.body("application/msrtc-adrl-categorylist+xml", body.into_bytes());
        assert_eq!(client.ask(&request).await.status(), Some(200));
    }
    assert_eq!(server.counts().watched, users as usize);
    let took = begin.elapsed();
    println!("{kind}: {users} users watched after {took:.2?}, {:.0} users/s", f64::from(users) / took.as_secs_f64());
}

/// The client counts bytes; how many there must be is known by what the server wrote.
async fn push(server: &FrontEnd, client: Client, users: u32, kind: &str) {
    let mut stream = client.into_stream();
    let uris: Vec<_> = (0..users).map(|user| format!("sip:u{user}@example.com")).collect();
    let begin = Instant::now();
    let reading = tokio::spawn(async move {
        let (mut buffer, mut bytes, mut messages) = (vec![0; 1024 * 1024], 0_usize, 0_u32);
        // Heads never contain it, and each body closes with it once.
        let finder = |text: &[u8]| text.windows(13).filter(|window| window == b"</categories>").count();
        let mut tail = 0;
        while messages < users * ROUNDS {
            let read = stream.read(&mut buffer[tail..]).await.unwrap();
            let filled = tail + read;
            messages += finder(&buffer[..filled]) as u32;
            tail = filled.min(12);
            buffer.copy_within(filled - tail..filled, 0);
            bytes += read;
        }
        bytes
    });
    for round in 0..ROUNDS {
        let presence = Presence::new(6500 + round).activity("on-the-phone");
        for chunk in uris.chunks(1000) {
            server.set_presences(chunk.iter().map(|uri| (uri.as_str(), presence.clone()))).unwrap();
            server.drained().await.unwrap();
        }
    }
    let bytes = reading.await.unwrap();
    let (count, took) = (f64::from(users * ROUNDS), begin.elapsed().as_secs_f64());
    println!("{kind}: {count} notifies of {:.0} bytes in {took:.2} s: {:.0}/s", bytes as f64 / count, count / took);
}
