//! The product in its folder: configured and started.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::{Child, Command};
use uc_lab::lab::{Product, plugin_directory};

/// Writes configuration and directory; `plugins` is the rest of the configuration.
pub(crate) fn configure(folder: &Path, t_server: SocketAddr, directory: &str, plugins: &str) {
    let built = plugin_directory().unwrap();
    let built = built.display();
    let configuration = format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '{t_server}'\n\
         reconnect-min = 0.05\nreconnect-max = 0.5\n\
         [plugins]\ndirectory = '{built}'\nprivate-directory = 'private'\n{plugins}"
    );
    fs::write(folder.join("uc.toml"), configuration).unwrap();
    fs::write(folder.join("directory.toml"), directory).unwrap();
}

/// Starts the product in its folder.
pub(crate) async fn start(folder: &Path) -> Product {
    Product::start(&folder.join("uc.toml")).await.unwrap_or_else(|error| panic!("build the plug-ins first? {error}"))
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
    let mut program = Command::new(plugin_directory().unwrap().join("uc-connector"));
    program.arg("--config").arg(folder.join("uc.toml")).stdin(Stdio::null()).stderr(log).kill_on_drop(true);
    program.spawn().expect("build the workspace first")
}
