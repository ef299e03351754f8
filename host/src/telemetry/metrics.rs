//! The metrics recorder: counted anywhere in the process, rendered for Prometheus by the admin listener.

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::time::Duration;
use tokio::time::sleep;

/// Buckets of every time in seconds: from 50 µs, where a state change begins to be slow, to 60 s.
const SECONDS: &[f64] =
    &[0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

/// How often what histograms were given is put in its buckets.
const UPKEEP: Duration = Duration::from_secs(5);

/// Installs the recorder of this process. Its handle renders the exposition text; whoever has it runs [`upkeep`].
///
/// # Errors
/// A recorder is installed already: a bug of the caller.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(SECONDS)?.install_recorder()?;
    super::described::describe();
    metrics::gauge!("uc_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// Puts what histograms were given in their buckets, for as long as its owner lives: without it they keep each value
/// until somebody reads `/metrics`, which nobody may ever do.
pub async fn upkeep(recorded: PrometheusHandle) {
    loop {
        sleep(UPKEEP).await;
        recorded.run_upkeep();
    }
}
