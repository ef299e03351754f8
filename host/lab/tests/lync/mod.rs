//! The product's files, and a peer that writes bytes.
#![allow(dead_code, reason = "each file uses what it needs")]

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use uc_connector::{
    Addresses,
    check::{Sound, inspect},
    config::Problem,
    wire::KvList,
};
use uc_lab::{
    PATIENCE,
    lab::{self, plugin_directory},
    t_server::{self, Direction, Entry, SwitchFile, TServer},
};
use uc_sip::transport::tls::{Identity, ServerTls};

/// Between two looks at what tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(50);

/// A folder with a certificate for `localhost`.
pub(crate) struct Rig {
    folder: TempDir,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { folder }
    }

    pub(crate) fn certificate(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("cert.pem"), self.folder.path().join("key.pem"))
    }

    /// A file beside the configuration.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Copies a configuration and the directory beside it here, with other places for plug-ins.
    pub(crate) fn copy(&self, config: &str, plugins: &str) {
        let config = Path::new(config);
        let text = fs::read_to_string(config).unwrap();
        fs::create_dir(self.folder.path().join("private")).unwrap();
        let text = format!("{text}\n[plugins]\ndirectory = '{plugins}'\nprivate-directory = 'private'\n");
        fs::write(self.folder.path().join(config.file_name().unwrap()), text).unwrap();
        fs::copy(config.with_file_name("directory.toml"), self.folder.path().join("directory.toml")).unwrap();
    }

    /// As `uc-connector check` does.
    pub(crate) fn inspect(&self, config: &str) -> Result<Sound, Vec<Problem>> {
        inspect(&self.folder.path().join(config))
    }

    /// Starts T-Server and product with a worker for each DN and SIP address.
    pub(crate) async fn start(self, workers: &[(&str, &str)], settings: &str) -> Product {
        self.start_with(workers, settings, "").await
    }

    /// The same, with more configuration.
    pub(crate) async fn start_with(self, workers: &[(&str, &str)], settings: &str, more: &str) -> Product {
        let dns = workers.iter().map(|(dn, _)| *dn);
        let t_server = TServer::start(t_server::Config::new(SwitchFile::of_extensions(dns))).await.unwrap();
        self.start_beside(t_server, workers, settings, more).await
    }

    /// Starts the product beside a T-Server.
    pub(crate) async fn start_beside(
        self,
        t_server: TServer,
        workers: &[(&str, &str)],
        settings: &str,
        more: &str,
    ) -> Product {
        fs::write(self.folder.path().join("directory.toml"), directory(workers)).unwrap();
        fs::create_dir(self.folder.path().join("private")).unwrap();
        self.write("connector.toml", &(more.to_owned() + &configuration(t_server.addr(), settings)));
        self.launch(t_server).await
    }

    /// Starts the product with the files that are here.
    pub(crate) async fn launch(self, t_server: TServer) -> Product {
        let running = lab::Product::start(&self.folder.path().join("connector.toml")).await;
        let running = running.unwrap_or_else(|error| panic!("build the plug-in first? {error}"));
        Product { t_server, addresses: running.addresses, running, folder: self.folder }
    }
}

fn directory(workers: &[(&str, &str)]) -> String {
    let worker = |(dn, address): &(&str, &str)| {
        format!(
            "[[place]]\nname = 'desk-{dn}'\ndns = [{{ dn = '{dn}', switch = 'lab' }}]\n[[worker]]\nuser = 'user{dn}'\n\
             agent-id = '{dn}'\nplace = 'desk-{dn}'\nsip-address = '{address}'\n"
        )
    };
    format!("[[switch]]\nname = 'lab'\nt-server = 'lab'\n{}", workers.iter().map(worker).collect::<String>())
}

/// Where cargo puts the plug-ins.
pub(crate) fn plugins() -> String {
    plugin_directory().unwrap().display().to_string()
}

fn configuration(t_server: SocketAddr, settings: &str) -> String {
    let plugins = plugins();
    // Tables of the settings come last, so that the plug-in's own keys stay above them.
    let (keys, tables) = settings.split_once("[plugin.settings.").unwrap_or((settings, ""));
    let tls = if settings.contains("[plugin.settings.tls]") { "" } else { "[plugin.settings.tls]\nca = 'cert.pem'\n" };
    let tables = if tables.is_empty() { String::new() } else { format!("[plugin.settings.{tables}") };
    format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n[web]\nlisten = '127.0.0.1:0'\n\
         public-url = 'https://uc.example'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{plugins}'\nprivate-directory = 'private'\n[[plugin]]\nname = 'lync'\n\
         file = 'libuc_lync.so'\n[plugin.settings]\n{keys}\n{tls}{tables}"
    )
}

/// Settings of an account with a password.
pub(crate) fn password_account(rig: &Rig, address: &str, login: &str, password: &str) -> String {
    fs::write(rig.folder.path().join("watcher.secret"), password).unwrap();
    format!("{{ address = '{address}', auth = 'ntlm', login = '{login}', password-file = 'watcher.secret' }}")
}

/// Reasons as normal mode gives them.
pub(crate) fn reasons(status: &str, note: &str) -> KvList {
    let mut reasons = KvList::default();
    reasons.push_str("KW_UC_STATUS", status);
    reasons.push_str("KW_UC_NOTE", note);
    reasons
}

/// A running product and its T-Server.
pub(crate) struct Product {
    t_server: TServer,
    pub(crate) addresses: Addresses,
    running: lab::Product,
    folder: TempDir,
}

impl Product {
    pub(crate) fn t_server(&self) -> &TServer {
        &self.t_server
    }

    /// The first request of that name for a DN, with exactly these reasons if any are given.
    pub(crate) async fn sent(&self, name: &str, dn: &str, reasons: Option<KvList>) -> Entry {
        self.sent_after(0, name, dn, reasons).await
    }

    /// The same, from this place in the T-Server's log on.
    pub(crate) async fn sent_after(&self, mark: usize, name: &str, dn: &str, reasons: Option<KvList>) -> Entry {
        let fits = |entry: &Entry| {
            let message = &entry.message;
            let right = message.name == name && message.str("thisDN") == Some(dn);
            let told = reasons.is_none() || message.kv_list("reasons") == reasons.as_ref();
            entry.direction == Direction::Received && right && told
        };
        self.t_server.wait_for(mark, name, fits).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Every request about an agent's state at a DN, in order, with its reasons.
    pub(crate) fn agent_requests(&self, dn: &str) -> Vec<(String, Option<KvList>)> {
        self.agent_requests_before(usize::MAX, dn)
    }

    /// Those before this place in the T-Server's log.
    pub(crate) fn agent_requests_before(&self, mark: usize, dn: &str) -> Vec<(String, Option<KvList>)> {
        let before = self.t_server.log().into_iter().filter(|entry| entry.number < mark);
        let received = before.filter(|entry| entry.direction == Direction::Received);
        let own = received
            .map(|entry| entry.message)
            .filter(|message| message.name.starts_with("RequestAgent") && message.str("thisDN") == Some(dn));
        own.map(|message| (message.name.to_string(), message.kv_list("reasons").cloned())).collect()
    }

    /// Changes who works here; the product watches the file.
    pub(crate) fn employ(&self, workers: &[(&str, &str)]) {
        fs::write(self.folder.path().join("directory.toml"), directory(workers)).unwrap();
    }

    /// A file beside the configuration.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// What an operator reads at that path.
    pub(crate) async fn operator(&self, path: &str) -> String {
        ask("GET", (self.addresses.admin.unwrap(), "localhost"), path, "Accept: */*").await
    }

    /// An operator asks for a reload; what it answers.
    pub(crate) async fn reload(&self) -> String {
        ask("POST", (self.addresses.admin.unwrap(), "localhost"), "/-/reload", "Content-Length: 0").await
    }

    /// What a browser with this header field gets at that path.
    pub(crate) async fn web(&self, path: &str, field: &str) -> String {
        ask("GET", (self.addresses.web.unwrap(), "uc.example"), path, field).await
    }

    /// Waits until an operator reads all of that of the plug-in at once.
    pub(crate) async fn plugin_says(&self, wanted: &[&str]) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let report = self.operator("/readyz?verbose").await;
            let said = report.lines().find(|line| line.contains("plugin lync")).unwrap_or_default().to_owned();
            if wanted.iter().all(|wanted| said.contains(wanted)) {
                return said;
            }
            assert!(Instant::now() < end, "{wanted:?} was never said; at last: {said}");
            sleep(LOOK).await;
        }
    }

    /// Waits until a counter of the plug-in is at least that.
    pub(crate) async fn counted(&self, counter: &str, least: f64) -> f64 {
        let end = Instant::now() + PATIENCE;
        loop {
            let metrics = self.operator("/metrics").await;
            let of = |line: &str| line.rsplit(' ').next().and_then(|value| value.trim().parse::<f64>().ok());
            let count = metrics.lines().filter(|line| line.starts_with(counter)).filter_map(of).sum();
            if count >= least {
                return count;
            }
            assert!(Instant::now() < end, "{counter} stayed at {count}");
            sleep(LOOK).await;
        }
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await.unwrap();
    }
}

async fn ask(method: &str, (address, host): (SocketAddr, &str), path: &str, field: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{field}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

/// A server that knows no SIP but a few answers.
pub(crate) struct RawPeer {
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
}

impl RawPeer {
    /// Over TLS.
    pub(crate) async fn listen(rig: &Rig) -> Self {
        let (certificates, key) = rig.certificate();
        Self::listen_as(Identity { certificates, key }).await
    }

    /// Over TLS, with this certificate.
    pub(crate) async fn listen_as(identity: Identity) -> Self {
        let tls = ServerTls { identity, client_ca: None }.load().unwrap();
        Self { acceptor: Some(TlsAcceptor::from(tls)), ..Self::listen_plain().await }
    }

    /// Over TCP.
    pub(crate) async fn listen_plain() -> Self {
        Self { listener: TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), acceptor: None }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> RawLink {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.unwrap().unwrap();
        let stream: Box<dyn Wire> = match &self.acceptor {
            Some(acceptor) => Box::new(acceptor.accept(stream).await.unwrap()),
            None => Box::new(stream),
        };
        RawLink { stream, read: String::new() }
    }

    /// Answers REGISTER and the first SUBSCRIBE: with this tag, and as if that many notifies had come.
    pub(crate) async fn sign_in_and_accept(&self, tag: &str, notifies: u32) -> RawLink {
        let mut link = self.accept().await;
        let register = link.until("REGISTER ").await;
        link.respond("200 OK", &register, "s", "Expires: 7200\r\n").await;
        let subscribe = link.until("SUBSCRIBE ").await;
        let more = format!(
            "Expires: 29909\r\nEvent: presence\r\nms-piggyback-cseq: {notifies}\r\nContact: <sip:fe01.lyncdco13.lab>\r\n"
        );
        link.respond("200 OK", &subscribe, tag, &more).await;
        link
    }
}

/// What bytes go through.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// One connection.
pub(crate) struct RawLink {
    pub(crate) stream: Box<dyn Wire>,
    read: String,
}

impl RawLink {
    pub(crate) fn over(stream: impl Wire + 'static) -> Self {
        Self { stream: Box::new(stream), read: String::new() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).await.unwrap();
    }

    /// The product may have closed the connection meanwhile.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The head that begins with this start, whatever came before it.
    pub(crate) async fn until(&mut self, start: &str) -> String {
        loop {
            if let Some(at) = self.read.find(start)
                && let Some(end) = self.read[at..].find("\r\n\r\n")
            {
                let head = self.read[at..at + end].to_owned();
                self.read.drain(..at + end + 4);
                return head;
            }
            assert!(self.fill().await, "the product closed the connection; it sent {}", self.read);
        }
    }

    /// Everything up to the end of the connection.
    pub(crate) async fn until_closed(mut self) -> String {
        while self.fill().await {}
        self.read
    }

    /// False: the connection has ended.
    async fn fill(&mut self) -> bool {
        let mut bytes = [0; 8192];
        let count = timeout(PATIENCE, self.stream.read(&mut bytes)).await.unwrap().unwrap_or(0);
        self.read.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        count > 0
    }

    /// Answers a request, of which this is the head.
    pub(crate) async fn respond(&mut self, status: &str, request: &str, tag: &str, more: &str) {
        let mut answer = format!("SIP/2.0 {status}\r\n");
        for line in request.lines().skip(1) {
            match line.split_once(':').map(|(name, _)| name) {
                Some("Via" | "From" | "Call-ID" | "CSeq") => answer += &format!("{line}\r\n"),
                Some("To") => answer += &format!("{line};tag={tag}\r\n"),
                _ => {}
            }
        }
        answer += &format!("{more}Content-Length: 0\r\n\r\n");
        self.send(answer.as_bytes()).await;
    }
}
