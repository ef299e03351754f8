//! The product in its folder: configured, started, stopped, started again.

use std::{env, fs, net::SocketAddr, path::Path, sync::OnceLock};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uc_connector::{Addresses, Host, Process, check::inspect, tasks::Lost, telemetry};
use uc_lab::PATIENCE;

/// Writes configuration and directory; `plugins` is the rest of the configuration.
pub(crate) fn configure(folder: &Path, t_server: SocketAddr, directory: &str, plugins: &str) {
    let program = env::current_exe().unwrap();
    let built = program.parent().unwrap().parent().unwrap().display();
    let configuration = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n\
         [plugins]\ndirectory = '{built}'\nprivate-directory = 'private'\n{plugins}"
    );
    fs::write(folder.join("uc.toml"), configuration).unwrap();
    fs::write(folder.join("directory.toml"), directory).unwrap();
}

/// It runs.
pub(crate) struct Product {
    pub(crate) addresses: Addresses,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Lost>>,
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
