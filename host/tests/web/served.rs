//! A served web edge, and the plainest HTTP client: what goes over the wire is what the test wrote.

use futures_util::StreamExt;
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, handshake::client::Request},
};
use tokio_util::sync::CancellationToken;
use uc_connector::{
    tasks::Lost,
    web::{
        Addresses, AdminRequest, Certificate, Config, Invitations, Opens, Parts, Readiness, Server, SiteTexts,
        accounts::{Account, Accounts, Hash, Roles, hash_password},
        arrival::{Frames, PageArrival, PageId},
    },
};
use uc_store::Store;
use warp::{Filter, filters::BoxedFilter, reply::Response};

/// Nothing here takes this long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Where it listens.
#[derive(Clone, Copy)]
pub(crate) struct Opened {
    pub(crate) web: std::net::SocketAddr,
    pub(crate) admin: std::net::SocketAddr,
}

/// Everything a test holds of a served web edge.
pub(crate) struct Served {
    pub(crate) addresses: Opened,
    pub(crate) accounts: watch::Sender<Arc<Accounts>>,
    pub(crate) arrivals: mpsc::Receiver<PageArrival>,
    pub(crate) admin: mpsc::Receiver<AdminRequest>,
    pub(crate) readiness: Readiness,
    pub(crate) invitations: Invitations,
    pub(crate) certificate: Option<Certificate>,
    /// Whether anybody works for the workers.
    pub(crate) drives: watch::Sender<bool>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) running: JoinHandle<Result<(), Lost>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A signed-in browser.
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

pub(crate) type Socket = WebSocketStream<TcpStream>;

pub(crate) fn config(text: &str) -> Config {
    let listen = if text.contains("listen") { "" } else { "listen = \"127.0.0.1:0\"\n" };
    toml::from_str(&format!("{listen}{text}")).unwrap()
}

/// `kim` is a worker, `ada` only an admin; the password of both is `secret`.
pub(crate) fn accounts(users: &[&str]) -> Arc<Accounts> {
    static HASH: OnceLock<Hash> = OnceLock::new();
    let hash = HASH.get_or_init(|| hash_password(b"secret").unwrap());
    let mut accounts = Accounts::default();
    for &user in users {
        let roles = Roles { worker: user != "ada", admin: user == "ada" };
        let (worker, name) = (user.into(), format!("{user} the person").into());
        let account = Account { worker, hash: Some(hash.clone()), name, language: "".into(), roles };
        accounts.insert(user.into(), account);
    }
    Arc::new(accounts)
}

pub(crate) async fn serve(text: &str) -> Served {
    serve_with(text, "", 64).await
}

pub(crate) async fn serve_with(web: &str, admin: &str, queued_arrivals: usize) -> Served {
    serve_from(Store::in_memory(), web, admin, queued_arrivals).await
}

/// With what this store has of an earlier run.
pub(crate) async fn serve_from(store: Store, web: &str, admin: &str, queued_arrivals: usize) -> Served {
    let (arrivals, arrived) = mpsc::channel(queued_arrivals);
    let (accounts, current) = watch::channel(accounts(&["kim", "robin", "ada"]));
    let (operator, requests) = mpsc::channel(4);
    let readiness = Readiness::default();
    let invitations = Invitations::new(Some("https://uc.example"));
    let (drives, driven) = watch::channel(true);
    let parts = Parts {
        language: "fi".into(),
        texts: watch::channel(SiteTexts::default()).1,
        accounts: current,
        arrivals,
        opens: Opens::ALL,
        extra: vec![panicking(), echo()],
        readiness: readiness.clone(),
        invitations: invitations.clone(),
        metrics: Arc::new(|| "uc_up 1\n".into()),
        admin: operator,
        arbiter: None,
        keeper: store.into(),
        serves: watch::channel(true).1,
        driven: Arc::new(move |_| *driven.borrow()),
    };
    let admin = toml::from_str(&format!("listen = \"127.0.0.1:0\"\n{admin}")).unwrap();
    let bound = Server::bind(&config(web), &admin, parts).await.unwrap();
    let Addresses { web: Some(web), admin: Some(operators) } = bound.addresses() else { panic!("both are open") };
    let addresses = Opened { web, admin: operators };
    let (certificate, shutdown) = (bound.certificate(), CancellationToken::new());
    let running = tokio::spawn(bound.run(shutdown.clone()));
    let (arrivals, admin) = (arrived, requests);
    Served { addresses, accounts, arrivals, admin, readiness, invitations, certificate, drives, shutdown, running }
}

fn panicking() -> BoxedFilter<(Response,)> {
    warp::path!("api" / "v1" / "panic").map(|| -> Response { panic!("on purpose") }).boxed()
}

fn echo() -> BoxedFilter<(Response,)> {
    let path = warp::path!("api" / "v1" / "echo");
    path.and(warp::body::bytes()).map(|body: bytes::Bytes| Response::new(body.into())).boxed()
}

impl Served {
    /// A request as the served page's own script would send it.
    pub(crate) async fn ask(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        let address = self.addresses.web;
        let origin = format!("Origin: http://{address}");
        let mut headers = headers.to_vec();
        if !headers.iter().any(|header| header.starts_with("Origin:")) {
            headers.push(&origin);
        }
        ask(TcpStream::connect(address).await.unwrap(), line, &address.to_string(), &headers, body).await
    }

    /// A request as browsers send it for a script of the page that only reads.
    pub(crate) async fn ask_without_origin(&self, line: &str, headers: &[&str]) -> Answer {
        let address = self.addresses.web;
        ask(TcpStream::connect(address).await.unwrap(), line, &address.to_string(), headers, "").await
    }

    pub(crate) async fn ask_admin(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        let address = self.addresses.admin;
        ask(TcpStream::connect(address).await.unwrap(), line, &address.to_string(), headers, body).await
    }

    pub(crate) async fn try_sign_in(&self, user: &str, password: &str) -> Answer {
        let body = format!(r#"{{"user":{user:?},"password":{password:?}}}"#);
        self.ask("POST /api/v1/session", &["Content-Type: application/json"], &body).await
    }

    pub(crate) async fn sign_in(&self, user: &str) -> Browser {
        let answer = self.try_sign_in(user, "secret").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.browser()
    }

    pub(crate) fn upgrade(&self, browser: &Browser) -> Request {
        let mut request = format!("ws://{}/api/v1/pages", self.addresses.web).into_client_request().unwrap();
        let origin = format!("http://{}", self.addresses.web);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        request.headers_mut().insert("cookie", browser.cookie.parse().unwrap());
        request
    }

    /// Opens a page; the status when it is refused.
    pub(crate) async fn try_open(&self, request: Request) -> Result<Socket, u16> {
        let tcp = TcpStream::connect(self.addresses.web).await.unwrap();
        match tokio_tungstenite::client_async(request, tcp).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a page and waits until the owner has heard of it.
    pub(crate) async fn open(&mut self, browser: &Browser) -> (Socket, PageId, Frames) {
        let socket = self.try_open(self.upgrade(browser)).await.unwrap();
        match self.arrival().await {
            PageArrival::Opened { page, frames, .. } => (socket, page, frames),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn arrival(&mut self) -> PageArrival {
        timeout(PATIENCE, self.arrivals.recv()).await.expect("no arrival").unwrap()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn browser(&self) -> Browser {
        let cookie = self.headers["set-cookie"].split(';').next().unwrap().to_owned();
        Browser { cookie, csrf: self.json()["csrf"].as_str().unwrap().to_owned() }
    }

    /// The answer is a problem document with this status and code.
    #[track_caller]
    pub(crate) fn expect_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json()["code"], code);
    }
}

pub(crate) async fn ask<S>(stream: S, line: &str, host: &str, headers: &[&str], body: &str) -> Answer
where
    S: AsyncReadExt + AsyncWriteExt + Unpin,
{
    let mut head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    for header in headers {
        head += header;
        head += "\r\n";
    }
    exchange(stream, format!("{head}\r\n{body}").as_bytes()).await
}

/// Sends bytes, reads until the other side closes. The other side may refuse before it has read everything.
pub(crate) async fn exchange<S: AsyncReadExt + AsyncWriteExt + Unpin>(mut stream: S, bytes: &[u8]) -> Answer {
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection stays open");
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

/// The next text frame.
pub(crate) async fn frame<S>(socket: &mut WebSocketStream<S>) -> serde_json::Value
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("no frame").expect("closed").unwrap() {
            Message::Text(text) => return serde_json::from_str(&text).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Reads until the close frame; its code.
pub(crate) async fn close_code<S>(socket: &mut WebSocketStream<S>) -> u16
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("not closed") {
            Some(Ok(Message::Close(Some(close)))) => return close.code.into(),
            Some(Ok(_)) => {}
            other => panic!("closed without a code: {other:?}"),
        }
    }
}
