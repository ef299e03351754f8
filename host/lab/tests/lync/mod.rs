//! The product's files, and a peer that writes bytes.
#![allow(dead_code, reason = "each file uses what it needs")]

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::{Duration, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;
use uc_connector::{
    Host, Process,
    cli::{Sound, inspect},
    config::Problem,
    telemetry,
    wire::KvList,
};
use uc_lab::t_server::{self, Direction, Entry, SwitchFile, TServer};
use uc_sip::transport::tls::{Identity, ServerTls};

const PATIENCE: Duration = Duration::from_secs(20);

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
        let dns = workers.iter().map(|(dn, _)| *dn);
        let t_server = TServer::start(t_server::Config::new(SwitchFile::of_extensions(dns))).await.unwrap();
        fs::write(self.folder.path().join("directory.toml"), directory(workers)).unwrap();
        fs::create_dir(self.folder.path().join("private")).unwrap();
        let config = self.folder.path().join("connector.toml");
        fs::write(&config, configuration(t_server.addr(), settings)).unwrap();
        let sound = inspect(&config).unwrap_or_else(|problems| panic!("build the plug-in first? {problems:?}"));
        static RECORDER: OnceLock<Process> = OnceLock::new();
        let process = RECORDER.get_or_init(|| Process { log: None, metrics: telemetry::metrics::install().unwrap() });
        let host = Host::build(sound, Process { log: None, metrics: process.metrics.clone() }).await.unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(host.run(stop.clone()));
        Product { t_server, stop, running, _folder: self.folder }
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
    let program = env::current_exe().unwrap();
    program.parent().unwrap().parent().unwrap().display().to_string()
}

fn configuration(t_server: SocketAddr, settings: &str) -> String {
    let plugins = plugins();
    // Tables of the settings come last, so that the plug-in's own keys stay above them.
    let (keys, tables) = settings.split_once("[plugin.settings.").unwrap_or((settings, ""));
    let tables = if tables.is_empty() { String::new() } else { format!("[plugin.settings.{tables}") };
    format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n[web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{plugins}'\nprivate-directory = 'private'\n[[plugin]]\nname = 'lync'\n\
         file = 'libuc_lync.so'\n[plugin.settings]\n{keys}\n[plugin.settings.tls]\nca = 'cert.pem'\n{tables}"
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
    stop: CancellationToken,
    running: JoinHandle<()>,
    _folder: TempDir,
}

impl Product {
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
        let mut last = None;
        // The T-Server's own patience is shorter than a reconnection may take on a busy machine.
        for _ in 0..2 {
            match self.t_server.wait_for(mark, name, fits).await {
                Ok(entry) => return entry,
                Err(error) => last = Some(error),
            }
        }
        panic!("{}", last.unwrap())
    }

    /// Every request about an agent's state at a DN, in order, with its reasons.
    pub(crate) fn agent_requests(&self, dn: &str) -> Vec<(String, Option<KvList>)> {
        let received = self.t_server.log().into_iter().filter(|entry| entry.direction == Direction::Received);
        let own = received
            .map(|entry| entry.message)
            .filter(|message| message.name.starts_with("RequestAgent") && message.str("thisDN") == Some(dn));
        own.map(|message| (message.name.to_string(), message.kv_list("reasons").cloned())).collect()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.running).await.unwrap().unwrap();
    }
}

/// A TLS server that knows no SIP but a few answers.
pub(crate) struct RawPeer {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl RawPeer {
    pub(crate) async fn listen(rig: &Rig) -> Self {
        let (certificates, key) = rig.certificate();
        let tls = ServerTls { identity: Identity { certificates, key }, client_ca: None }.load().unwrap();
        Self { listener: TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), acceptor: TlsAcceptor::from(tls) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// Answers REGISTER and the first SUBSCRIBE: with this tag, and as if that many notifies had come.
    pub(crate) async fn sign_in_and_accept(&self, tag: &str, notifies: u32) -> RawLink {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.unwrap().unwrap();
        let mut link = RawLink { stream: self.acceptor.accept(stream).await.unwrap(), read: String::new() };
        let register = link.until("REGISTER ").await;
        link.answer(&register, "s", "Expires: 7200\r\n").await;
        let subscribe = link.until("SUBSCRIBE ").await;
        let more = format!(
            "Expires: 29909\r\nEvent: presence\r\nms-piggyback-cseq: {notifies}\r\nContact: <sip:fe01.lyncdco13.lab>\r\n"
        );
        link.answer(&subscribe, tag, &more).await;
        link
    }
}

/// One connection.
pub(crate) struct RawLink {
    stream: TlsStream<tokio::net::TcpStream>,
    read: String,
}

impl RawLink {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
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
            let mut bytes = [0; 8192];
            let count = timeout(PATIENCE, self.stream.read(&mut bytes)).await.unwrap().unwrap();
            assert!(count > 0, "the product closed the connection; it sent {}", self.read);
            self.read.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
    }

    async fn answer(&mut self, request: &str, tag: &str, more: &str) {
        let mut answer = String::from("SIP/2.0 200 OK\r\n");
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
