//! The product, as a process of its own.

use std::{
    io,
    net::SocketAddr,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};
use uc_connector::wire::CannotListen;

/// Whoever listens where the product is to would be taken for it.
pub(super) fn finds_free(address: SocketAddr) -> Result<(), String> {
    let free = std::net::TcpListener::bind(address).map(drop);
    free.map_err(|cause| format!("`listen` of the product's configuration: {}", CannotListen { address, cause }))
}

/// A running product. Dropping it kills it.
pub(super) struct Product(Child);

impl Product {
    /// Starts it; its log goes where ours goes.
    pub(super) fn start(program: &Path, config: &Path) -> Result<Self, String> {
        let started = Command::new(program)
            .arg("run")
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        match started {
            Ok(child) => Ok(Self(child)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(format!("{} is not there: build the workspace first (`make demo` does)", program.display()))
            }
            Err(error) => Err(format!("{} does not start: {error}", program.display())),
        }
    }

    /// Waits until it listens there.
    pub(super) async fn serves(&mut self, address: SocketAddr, patience: Duration) -> Result<(), String> {
        let listening = async {
            while TcpStream::connect(address).await.is_err() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            ended = self.0.wait() => Err(format!("the product ended at once: {}", words(ended))),
            waited = timeout(patience, listening) => waited.map_err(|_| format!("the product does not listen on {address}")),
        }
    }

    /// Waits until it ends, and says how.
    pub(super) async fn ended(&mut self) -> String {
        words(self.0.wait().await)
    }

    /// Asks it to drain and end; kills it when it takes too long.
    pub(super) async fn end(mut self, patience: Duration) {
        if let Some(id) = self.0.id() {
            // Sending a signal without the command would need unsafe code.
            let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        }
        if timeout(patience, self.0.wait()).await.is_err() {
            let _ = self.0.kill().await;
        }
    }
}

fn words(ended: io::Result<ExitStatus>) -> String {
    ended.map_or_else(|error| error.to_string(), |status| status.to_string())
}
