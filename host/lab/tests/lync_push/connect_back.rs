//! A Front End that reaches the application over a connection of its own making.

use crate::rig::{APPLICATION, Plugin, Pool, shown, site};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uc_lab::front_end::Direction;
use uc_plugin_api::{Availability, Standing::Automatic};
use uc_sip::transport::{connect_tls, tls};

fn field<'m>(message: &'m str, name: &str) -> &'m str {
    message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

/// Kim's Do Not Disturb, in the subscription that this request began and that answer took. The numbers lie above any
/// that the server has reached: what is older than the last counts for nothing.
fn notify(subscribe: &str, answer: &str) -> String {
    let body = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><categories \
                xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:kim@example.com\"><category \
                name=\"state\" instance=\"603979776\" container=\"2\" version=\"900001\" publishTime=\"2026-01-01T00:00:00Z\"><state \
                xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
                xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"userState\"><availability>9500\
                </availability></state></category></categories></roamingData>";
    format!(
        "NOTIFY sip:kim@example.com SIP/2.0\r\nVia: SIP/2.0/TLS fe.example.com;branch=z9hG4bKn\r\nMax-Forwards: 70\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 900001 NOTIFY\r\nEvent: vnd-microsoft-roaming-self\r\n\
         subscription-state: active;expires=28800\r\nContent-Type: application/vnd-microsoft-roaming-self+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        field(answer, "To"),
        field(subscribe, "From"),
        field(subscribe, "Call-ID"),
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_over_it_is_taken_and_answered_there() {
    let pool = Pool::start(site()).await;
    // The system has just given this port and gives others first.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let settings = format!("{}[plugin.settings.listen]\naddress = '{free}'\n", pool.settings(APPLICATION, ""));
    let mut plugin = Plugin::start(&settings).await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;

    let log = pool.server.log();
    let one = |direction, begin: &str, method: &str| {
        let cseq = format!("{method}\r\n");
        let fits = |(known, text): &&(Direction, String)| {
            *known == direction && text.starts_with(begin) && text.contains("CSeq: ") && text.contains(&cseq)
        };
        log.iter().find(fits).unwrap().1.clone()
    };
    let subscribe = one(Direction::Received, "SUBSCRIBE", " SUBSCRIBE");
    let answer = one(Direction::Sent, "SIP/2.0 200", " SUBSCRIBE");
    let (certificates, key) = pool.authority.issue("front-end", &["localhost"]);
    let identity = Some(tls::Identity { certificates, key });
    let config = tls::ClientTls { ca: Some(pool.authority.ca()), identity }.load().unwrap();
    let name = tls::server_name(APPLICATION).unwrap();
    let mut back = connect_tls(free, name, config, Duration::from_secs(20)).await.unwrap();
    back.write_all(notify(&subscribe, &answer).as_bytes()).await.unwrap();
    back.flush().await.unwrap();
    assert_eq!(plugin.chosen("kim").await, Availability::DoNotDisturb);
    let mut bytes = [0; 4096];
    let count = back.read(&mut bytes).await.unwrap();
    assert!(bytes[..count].starts_with(b"SIP/2.0 200"), "{}", String::from_utf8_lossy(&bytes[..count]));
    plugin.stop().await;
}
