//! The product in this process, started from its configuration.

use super::LabError;
use crate::PATIENCE;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{io, path::Path, sync::OnceLock};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uc_connector::{Addresses, Host, Process, check::inspect, signals::Drained, tasks::Lost, telemetry};

/// A running product; it ends with this value.
pub struct Product {
    /// Where it listens.
    pub addresses: Addresses,
    stop: CancellationToken,
    running: Option<JoinHandle<Result<Drained, Lost>>>,
}

impl Drop for Product {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Product {
    /// Starts it with this configuration.
    ///
    /// # Errors
    /// The configuration is wrong, a plug-in has not been built, or an address is taken.
    pub async fn start(config: &Path) -> Result<Self, LabError> {
        let sound = inspect(config).map_err(LabError::Wrong)?;
        let host = Host::build(sound, Process { log: None, metrics: metrics() }).await?;
        let (addresses, stop) = (host.addresses(), CancellationToken::new());
        let running = Some(tokio::spawn(host.run(stop.clone())));
        Ok(Self { addresses, stop, running })
    }

    /// Asks it to stop, as SIGTERM does.
    pub fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has stopped.
    ///
    /// # Errors
    /// [`LabError::Late`], or [`LabError::Lost`] when a part of it was.
    pub async fn stopped(&mut self) -> Result<(), LabError> {
        let Some(running) = self.running.take() else { return Ok(()) };
        let ended = timeout(PATIENCE, running).await;
        let ended = ended.map_err(|_| LabError::Late("the product has stopped".into()))?.map_err(io::Error::other)?;
        ended.map(drop).map_err(LabError::Lost)
    }

    /// Stops it.
    ///
    /// # Errors
    /// As [`Self::stopped`].
    pub async fn stop(mut self) -> Result<(), LabError> {
        self.ask_to_stop();
        self.stopped().await
    }
}

/// The recorder of this process: there can be only one.
fn metrics() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || telemetry::metrics::install().expect("nothing else in a process of the lab records metrics");
    RECORDER.get_or_init(install).clone()
}
