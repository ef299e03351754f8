//! The product in its folder: configured, started, stopped, started again.

use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use uc_connector::{Addresses, Host, Process, check::inspect, signals::Drained, tasks::Lost, telemetry};

/// Longest that a stop may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes configuration and directory; `plugins` is the rest of the configuration.
pub(crate) fn configure(folder: &Path, t_server: SocketAddr, directory: &str, plugins: &str) {
    let built = built();
    let built = built.display();
    let configuration = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n\
         [plugins]\ndirectory = '{built}'\nprivate-directory = 'private'\n{plugins}"
    );
    fs::write(folder.join("uc.toml"), configuration).unwrap();
    fs::write(folder.join("directory.toml"), directory).unwrap();
}

/// Where the build puts programs and plug-ins.
fn built() -> PathBuf {
    let program = env::current_exe().unwrap();
    program.parent().unwrap().parent().unwrap().to_owned()
}

/// It runs.
pub(crate) struct Product {
    pub(crate) addresses: Addresses,
    stop: CancellationToken,
    running: JoinHandle<Result<Drained, Lost>>,
}

impl Product {
    pub(crate) async fn start(folder: &Path) -> Self {
        let sound = inspect(&folder.join("uc.toml"));
        let sound = sound.unwrap_or_else(|problems| panic!("build the plug-ins first? {problems:?}"));
        static RECORDER: OnceLock<Process> = OnceLock::new();
        let process = RECORDER.get_or_init(|| Process { log: None, metrics: telemetry::metrics::install().unwrap() });
        let host = Host::build(sound, Process { log: None, metrics: process.metrics.clone() }).await.unwrap();
        let (addresses, stop) = (host.addresses(), CancellationToken::new());
        let running = tokio::spawn(host.run(stop.clone()));
        Self { addresses, stop, running }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.running).await.unwrap().unwrap().unwrap();
    }
}

/// It runs as a process of its own, which can be killed.
pub(crate) struct Service {
    folder: PathBuf,
    running: Child,
}

impl Service {
    /// Starts it; what it says goes to the file `log` beside its configuration.
    pub(crate) fn start(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), running: spawn(folder) }
    }

    /// Ends it in the middle of whatever it does (`kill -9`).
    pub(crate) async fn kill(&mut self) {
        assert_eq!(self.running.try_wait().unwrap(), None, "it ran until now: {}", self.log());
        self.running.kill().await.unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.running = spawn(&self.folder);
    }

    /// What it has said in all its lives.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }
}

fn spawn(folder: &Path) -> Child {
    let log = fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut program = Command::new(built().join("uc-connector"));
    program.arg("--config").arg(folder.join("uc.toml")).stdin(Stdio::null()).stderr(log).kill_on_drop(true);
    program.spawn().expect("build the workspace first")
}
