//! Open secure pages: memory of one, and how long a frame takes to reach the last of many.
//!
//! The service runs in a process of its own, so that its memory is its own. `cargo bench --bench pages [-- PAGES]`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has no result")]

use futures_util::StreamExt;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{WebSocketStream, tungstenite::client::IntoClientRequest};
use tokio_util::sync::CancellationToken;
use uc_connector::web::{
    Invitations, Opens, Parts, Readiness, Server, SiteTexts,
    accounts::{Account, Accounts, Roles, hash_password},
    arrival::{Frame, PageArrival},
};
use uc_store::Store;

const FOLDER: &str = "UC_BENCH_FOLDER";
const ROUNDS: usize = 100;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match std::env::var_os(FOLDER) {
        Some(folder) => runtime.block_on(serve(Path::new(&folder))),
        None => {
            let pages = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1000);
            runtime.block_on(measure(pages));
        }
    }
}

/// The child: serves, and at every line of its input sends one frame to all pages.
async fn serve(folder: &Path) {
    let (arrivals, mut arrived) = mpsc::channel(1024);
    let mut accounts = Accounts::default();
    let hash = hash_password(b"secret").ok();
    let roles = Roles { worker: true, admin: false };
    let kim = Account { worker: "kim".into(), hash, name: "Kim".into(), language: "".into(), roles };
    accounts.insert("kim".into(), kim);
    let path = |name| folder.join(name).display().to_string();
    let web = format!(
        "listen = \"127.0.0.1:0\"\ntls-cert = {:?}\ntls-key = {:?}\n[limits]\npages-per-worker = 100000",
        path("cert.pem"),
        path("key.pem")
    );
    let parts = Parts {
        language: "".into(),
        texts: watch::channel(SiteTexts::default()).1,
        opens: Opens::ALL,
        accounts: watch::channel(Arc::new(accounts)).1,
        arrivals,
        extra: Vec::new(),
        readiness: Readiness::default(),
        invitations: Invitations::new(None),
        metrics: Arc::new(String::new),
        admin: mpsc::channel(1).0,
        arbiter: None,
        keeper: Store::in_memory().into(),
        serves: tokio::sync::watch::channel(true).1,
        driven: Arc::new(|_| true),
    };
    let admin = toml::from_str("listen = \"127.0.0.1:0\"").unwrap();
    let bound = Server::bind(&toml::from_str(&web).unwrap(), &admin, parts).await.unwrap();
    println!("{}", bound.addresses().web.unwrap());
    tokio::spawn(bound.run(CancellationToken::new()));
    let (line, mut lines) = mpsc::channel(1);
    std::thread::spawn(move || std::io::stdin().lines().for_each(|_| line.blocking_send(()).unwrap()));
    let mut pages = Vec::new();
    let offer: Frame = include_str!("../src/web/golden/server-preview-offer.json").into();
    loop {
        tokio::select! {
            Some(arrival) = arrived.recv() => {
                if let PageArrival::Opened { frames, .. } = arrival {
                    pages.push(frames);
                }
            }
            line = lines.recv() => match line {
                Some(()) => pages.iter().for_each(|page| page.try_send(offer.clone()).unwrap()),
                None => return,
            },
        }
    }
}

async fn measure(pages: usize) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let browser = Browser { address: line.trim().parse().unwrap(), connector };
    let cookie = browser.sign_in().await;
    // The first pages also pay for threads and tables.
    let mut open = browser.open(&cookie, 50).await;
    let before = memory(&child);
    open.extend(browser.open(&cookie, pages).await);
    let after = memory(&child);
    println!("memory of a secure page: {:.1} KiB", (after - before) as f64 / pages as f64);
    broadcast(&mut child, open).await;
    println!(
        "memory of a secure page after {ROUNDS} frames: {:.1} KiB",
        (memory(&child) - before) as f64 / pages as f64
    );
    drop(child.stdin.take());
    child.wait().unwrap();
}

type Socket = WebSocketStream<TlsStream<TcpStream>>;

struct Browser {
    address: SocketAddr,
    connector: TlsConnector,
}

impl Browser {
    async fn connect(&self) -> TlsStream<TcpStream> {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        self.connector.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap()
    }

    fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    async fn sign_in(&self) -> String {
        let (host, body) = (self.host(), r#"{"user":"kim","password":"secret"}"#);
        let request = format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: {host}\r\nOrigin: https://{host}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect(&answer);
        cookie.split(';').next().unwrap().to_owned()
    }

    async fn open(&self, cookie: &str, pages: usize) -> Vec<Socket> {
        let one = |_| async {
            let mut request = format!("wss://{}/api/v1/pages", self.host()).into_client_request().unwrap();
            request.headers_mut().insert("origin", format!("https://{}", self.host()).parse().unwrap());
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
            tokio_tungstenite::client_async(request, self.connect().await).await.unwrap().0
        };
        let open = futures_util::stream::iter(0..pages).map(one).buffer_unordered(16).collect().await;
        // The service has a moment to let go of what only the handshakes needed.
        tokio::time::sleep(Duration::from_secs(1)).await;
        open
    }
}

/// From the line that asks for it to the last page that has it.
async fn broadcast(child: &mut Child, open: Vec<Socket>) {
    let pages = open.len();
    let (got, mut all) = mpsc::channel(pages);
    for mut socket in open {
        let got = got.clone();
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() {
                    got.send(()).await.unwrap();
                }
            }
        });
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        for _ in 0..pages {
            all.recv().await.unwrap();
        }
        rounds.push(start.elapsed());
    }
    rounds.sort_unstable();
    let (median, worst) = (rounds[ROUNDS / 2], rounds[ROUNDS - 1]);
    println!("one frame to {pages} secure pages, last one: median {median:.1?}, worst of {ROUNDS} {worst:.1?}");
}

/// Resident memory of the service in KiB.
fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
