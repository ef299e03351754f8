//! What the plug-ins say to requests that come to their own ports: RFC 4475, messages like those of RFC 5118, and mutated
//! ones, over a connection that a Front End opens.

use crate::rig::{APPLICATION, PULL, PUSH, Plugin, Pool, site};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use uc_sip::transport::{Stream, connect_tls, tls};

const LIMIT: Duration = uc_lab::PATIENCE;
/// Nobody waits longer for an answer that is not to come: a request behind it is answered first.
const MARK: &str = "OPTIONS sip:kim@example.com SIP/2.0\r\nVia: SIP/2.0/TLS fe;branch=z9hG4bKmark\r\nFrom: <sip:a@b>;tag=1\r\n\
                    To: <sip:kim@example.com>\r\nCall-ID: mark\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

/// What the product says to a message, over a connection of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// This answer.
    Answer(String),
    /// No answer, and the connection serves on.
    Nothing,
    /// No answer, and the connection is closed.
    Closed,
}

impl Said {
    /// The status; 0: nothing was said and nothing closed.
    fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(text) => text.split(' ').nth(1).and_then(|status| status.parse().ok()),
            Self::Nothing => Some(0),
            Self::Closed => None,
        }
    }
}

/// Statuses of the product for each message of RFC 4475; 0: none, it is a response. Who is meant is no agent here, and
/// it is no registrar. The one that is not here waits for the rest of itself (`clerr`, a test of its own).
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
    library: &'static str,
    address: SocketAddr,
    config: std::sync::Arc<rustls::ClientConfig>,
}

impl Port {
    async fn open() -> Self {
        Self::of(PUSH).await
    }

    async fn of(library: &'static str) -> Self {
        let pool = Pool::start(site()).await;
        // The system has just given this port and gives others first.
        let address = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let account = if library == PULL {
            "accounts = [{ address = 'sip:colleague@example.com', auth = 'trusted' }]"
        } else {
            ""
        };
        let settings = pool.settings(APPLICATION, account);
        let settings = format!("{settings}[plugin.settings.listen]\naddress = '{address}'\n");
        let mut plugin = Plugin::of(library, &settings).await;
        plugin.watch(&["kim"]);
        plugin.link(uc_plugin_api::LinkStatus::Up).await;
        let (certificates, key) = pool.authority.issue("front-end", &["localhost"]);
        let identity = Some(tls::Identity { certificates, key });
        let config = tls::ClientTls { ca: Some(pool.authority.ca()), identity }.load().unwrap();
        Self { _pool: pool, _plugin: plugin, library, address, config }
    }

    /// Who is meant is an agent of the one, and nobody to the other.
    fn knows(&self, status: u16) -> u16 {
        if self.library == PULL && status == 200 { 404 } else { status }
    }

    async fn connect(&self) -> Stream {
        let name = tls::server_name(APPLICATION).unwrap();
        connect_tls(self.address, name, self.config.clone(), LIMIT).await.unwrap()
    }

    /// What is said to a message, over a connection of its own.
    async fn says(&self, message: &[u8]) -> Said {
        let mut stream = self.connect().await;
        // It may be refused, and the connection closed, before it has been read whole.
        let _ = stream.write_all(message).await;
        let _ = stream.write_all(MARK.as_bytes()).await;
        let _ = stream.flush().await;
        says(&mut stream).await
    }
}

/// What is said first on a connection behind whose messages a mark was sent.
async fn says(stream: &mut Stream) -> Said {
    let mut got = String::new();
    let mut piece = [0; 4096];
    while !got.contains("Call-ID: mark\r\n") {
        match timeout(LIMIT, stream.read(&mut piece)).await.unwrap() {
            Ok(0) | Err(_) => break,
            Ok(count) => got += &String::from_utf8_lossy(&piece[..count]),
        }
    }
    match got.split_inclusive("\r\n\r\n").next() {
        Some(first) if first.contains("Call-ID: mark\r\n") => Said::Nothing,
        Some(first) => Said::Answer(first.to_owned()),
        None => Said::Closed,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_rfc_4475_gets_its_verdict_at_either_port() {
    let mut wrong = Vec::new();
    for library in [PUSH, PULL] {
        let port = Port::of(library).await;
        for (name, wanted) in TORTURE {
            let got = port.says(&torture(name)).await;
            if got.status() != Some(port.knows(*wanted)) {
                wrong.push((library, *name, *wanted, got));
            }
        }
    }
    assert!(wrong.is_empty(), "name, wanted, got: {wrong:#?}");
}

fn torture_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/sip/tests/torture")
}

fn torture(name: &str) -> Vec<u8> {
    std::fs::read(torture_folder().join(format!("{name}.dat"))).unwrap()
}

#[test]
fn every_message_of_rfc_4475_has_a_verdict() {
    let files = std::fs::read_dir(torture_folder()).unwrap().map(|entry| entry.unwrap().path());
    let messages = files.filter(|path| path.extension().is_some_and(|ending| ending == "dat"));
    let messages: BTreeSet<_> = messages.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let judged = TORTURE.iter().map(|(name, _)| (*name).to_owned()).chain(["clerr".to_owned()]).collect();
    assert_eq!(messages, judged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_body_is_not_there_yet_is_judged_when_it_is() {
    let port = Port::open().await;
    let mut stream = port.connect().await;
    let message = torture("clerr");
    let head = message.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    stream.write_all(&message).await.unwrap();
    stream.flush().await.unwrap();
    // What has come of it is no message: nothing is to be said before all of its 9999 bytes are there.
    let early = timeout(Duration::from_millis(300), stream.read(&mut [0; 1])).await;
    assert!(early.is_err(), "{early:?}");
    stream.write_all(&vec![b'\n'; 9999 - (message.len() - head)]).await.unwrap();
    stream.write_all(MARK.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(says(&mut stream).await.status(), Some(404));
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
        let said = port.says(&message).await;
        let (Said::Answer(answer), Some(status)) = (&said, said.status()) else { panic!("{said:?}") };
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
    for library in [PUSH, PULL] {
        mutated(&Port::of(library).await).await;
    }
}

async fn mutated(port: &Port) {
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
        let _ = stream.write_all(&message).await;
        // Whether it is answered or the stream waits for more is the mutation's affair.
        stream.shutdown().await.unwrap_or_default();
        let mut got = Vec::new();
        let _ = timeout(LIMIT, stream.read_to_end(&mut got)).await.unwrap();
        assert!(got.is_empty() || got.starts_with(b"SIP/2.0 "), "{}", String::from_utf8_lossy(&got));
    }
    let served = port.says(&options("sip:kim@example.com", "")).await.status();
    assert_eq!(served, Some(port.knows(200)), "it still serves");
}
