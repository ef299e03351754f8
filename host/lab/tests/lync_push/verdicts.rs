//! What the product says to requests that come to its own port: RFC 4475, messages like those of RFC 5118, and mutated
//! ones, over a connection that a Front End opens.

use crate::rig::{APPLICATION, Plugin, Pool, site};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use std::{net::SocketAddr, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use uc_sip::transport::{Stream, connect_tls, tls};

const LIMIT: Duration = Duration::from_secs(20);
/// Nobody waits longer for an answer that is not to come: a request behind it is answered first.
const MARK: &str = "OPTIONS sip:kim@example.com SIP/2.0\r\nVia: SIP/2.0/TLS fe;branch=z9hG4bKmark\r\nFrom: <sip:a@b>;tag=1\r\n\
                    To: <sip:kim@example.com>\r\nCall-ID: mark\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

/// Statuses of the product for each message of RFC 4475; 0: none, it is a response. Who is meant is no agent here, and
/// it is no registrar.
const TORTURE: &[(&str, u16)] = &[
    ("wsinv", 404),
    ("intmeth", 405),
    ("esc01", 404),
    ("escnull", 405),
    ("esc02", 405),
    ("lwsdisp", 404),
    ("longreq", 404),
    ("dblreq", 405),
    ("semiuri", 404),
    ("transports", 404),
    ("mpart01", 404),
    ("unreason", 0),
    ("noreason", 0),
    ("badinv01", 400),
    ("ncl", 400),
    ("scalar02", 400),
    ("scalarlg", 0),
    ("quotbal", 400),
    ("ltgtruri", 400),
    ("lwsruri", 400),
    ("lwsstart", 400),
    ("trws", 400),
    ("escruri", 400),
    ("baddate", 400),
    ("regbadct", 400),
    ("badaspec", 400),
    ("baddn", 400),
    ("badvers", 505),
    ("mismatch01", 400),
    ("mismatch02", 400),
    ("bigcode", 0),
    ("badbranch", 404),
    ("insuf", 400),
    ("unkscm", 416),
    ("novelsc", 416),
    ("unksm2", 405),
    ("bext01", 420),
    ("invut", 404),
    ("regaut01", 405),
    ("zeromf", 404),
    ("multi01", 400),
    ("mcl01", 400),
    ("bcast", 0),
    ("cparam01", 405),
    ("cparam02", 405),
    ("regescrt", 405),
    ("sdp01", 404),
    ("inv2543", 400),
];

/// The product with a port of its own.
struct Port {
    _pool: Pool,
    _plugin: Plugin,
    address: SocketAddr,
    config: std::sync::Arc<rustls::ClientConfig>,
}

impl Port {
    async fn open() -> Self {
        let pool = Pool::start(site()).await;
        // The system has just given this port and gives others first.
        let address = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let settings = format!("{}[plugin.settings.listen]\naddress = '{address}'\n", pool.settings(APPLICATION, ""));
        let mut plugin = Plugin::start(&settings).await;
        plugin.watch(&["kim"]);
        plugin.link(uc_plugin_api::LinkStatus::Up).await;
        let (certificates, key) = pool.authority.issue("front-end", &["localhost"]);
        let identity = Some(tls::Identity { certificates, key });
        let config = tls::ClientTls { ca: Some(pool.authority.ca()), identity }.load().unwrap();
        Self { _pool: pool, _plugin: plugin, address, config }
    }

    async fn connect(&self) -> Stream {
        let name = tls::server_name(APPLICATION).unwrap();
        connect_tls(self.address, name, self.config.clone(), LIMIT).await.unwrap()
    }

    /// What a message is answered, over a connection of its own; empty for nothing.
    async fn answer(&self, message: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(message).await.unwrap();
        stream.write_all(MARK.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        let mut got = Vec::new();
        let mut piece = [0; 4096];
        while !String::from_utf8_lossy(&got).contains("Call-ID: mark\r\n") {
            match timeout(LIMIT, stream.read(&mut piece)).await.unwrap() {
                Ok(0) | Err(_) => break,
                Ok(count) => got.extend_from_slice(&piece[..count]),
            }
        }
        let text = String::from_utf8_lossy(&got).into_owned();
        let first = text.split_inclusive("\r\n\r\n").next().unwrap_or_default();
        if first.contains("Call-ID: mark\r\n") { String::new() } else { first.to_owned() }
    }

    async fn status(&self, message: &[u8]) -> u16 {
        let answer = self.answer(message).await;
        answer.split(' ').nth(1).map_or(0, |status| status.parse().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_rfc_4475_gets_its_verdict_at_the_products_port() {
    let port = Port::open().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/sip/tests/torture");
    let mut wrong = Vec::new();
    for (name, wanted) in TORTURE {
        let message = std::fs::read(folder.join(format!("{name}.dat"))).unwrap();
        let got = port.status(&message).await;
        if got != *wanted {
            wrong.push((*name, *wanted, got));
        }
    }
    assert!(wrong.is_empty(), "name, wanted, got: {wrong:#?}");
}

fn options(uri: &str, more: &str) -> Vec<u8> {
    format!(
        "OPTIONS {uri} SIP/2.0\r\nVia: SIP/2.0/TLS fe;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: \
         <sip:kim@example.com>\r\nCall-ID: one\r\nCSeq: 1 OPTIONS\r\n{more}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_extensions_and_bytes_that_are_none_get_theirs() {
    let port = Port::open().await;
    let kim = "sip:kim@example.com";
    let long = format!("X: {}\r\n", "x".repeat(100_000));
    for (message, wanted) in [
        (options(kim, ""), 200),
        (options("sip:%6bim@example.com", ""), 200),
        (options("sip:2001:db8::10", ""), 400),
        (options("sip:[2001:db8::10]", ""), 200),
        (options("sip:[2001:db8::10]:5070", ""), 200),
        (options("sip:[2001:db8::10:5070]", ""), 200),
        (options("sip:kim@[::ffff:192.0.2.10]", ""), 200),
        (options("sip:[2001:db8::10", ""), 400),
        (options("tel:+4930", ""), 416),
        (options(kim, "Require: eventlist\r\n"), 200),
        (options(kim, "Require: 100rel, eventlist\r\n"), 420),
        (options(kim, "Proxy-Require: what\r\n"), 200),
        (options(kim, "X: a\0b\r\n"), 400),
        (options(kim, "X: a\u{8}b\r\n"), 400),
        (options(kim, "X\0: a\r\n"), 400),
        (options(kim, "\0\r\n"), 400),
        (options(kim, "no field\r\n"), 400),
        (options(kim, &long), 513),
        (options(kim, "Content-Length: 999999999\r\n"), 400),
        (options(kim, "").replace_length("999999999"), 513),
        (options(kim, "").replace_length("-1"), 400),
    ] {
        let answer = port.answer(&message).await;
        let status = answer.split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
        let text = String::from_utf8_lossy(&message[..message.len().min(400)]).into_owned();
        assert_eq!(status, wanted, "{text}\n{answer}");
        assert!(status != 420 || answer.contains("\r\nUnsupported: 100rel\r\n"), "{answer}");
        assert!(answer.contains("\r\nCall-ID: one\r\n"), "{answer}");
    }
}

trait ReplaceLength {
    fn replace_length(self, length: &str) -> Vec<u8>;
}

impl ReplaceLength for Vec<u8> {
    fn replace_length(self, length: &str) -> Vec<u8> {
        String::from_utf8(self).unwrap().replace("Content-Length: 0", &format!("Content-Length: {length}")).into_bytes()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mutated_messages_end_no_more_than_their_own_connection() {
    let port = Port::open().await;
    let mut random = SmallRng::seed_from_u64(4475);
    for _ in 0..150 {
        let mut message = options("sip:kim@example.com", "Require: eventlist\r\nContact: <sip:fe>\r\n");
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..message.len());
            match random.random_range(0..3) {
                0 => message[at] = random.random(),
                1 => drop(message.remove(at)),
                _ => message.insert(at, random.random()),
            }
        }
        let mut stream = port.connect().await;
        stream.write_all(&message).await.unwrap();
        // Whether it is answered or the stream waits for more is the mutation's affair.
        stream.shutdown().await.unwrap_or_default();
        let mut got = Vec::new();
        let _ = timeout(LIMIT, stream.read_to_end(&mut got)).await.unwrap();
        assert!(got.is_empty() || got.starts_with(b"SIP/2.0 "), "{}", String::from_utf8_lossy(&got));
    }
    assert_eq!(port.status(&options("sip:kim@example.com", "")).await, 200, "it still serves");
}
