//! Where what outlives the process is kept, by the configuration.

use super::StartError;
use crate::{config::Config, etcd, tasks::Lost};
use std::path::Path;
use tokio_util::sync::CancellationToken;
use uc_store::Store;

/// The store of this configuration. `folder`: where the only node keeps its own; none: nothing outlives the process.
pub(super) fn of(config: &Config, folder: Option<&Path>) -> Result<Store, StartError> {
    match &config.cluster {
        Some(cluster) => etcd::connect(cluster).map_err(StartError::Store),
        None => Ok(folder.map_or_else(Store::in_memory, Store::embedded)),
    }
}

/// Ends with an error when the store is lost to this process, and in order when everything is `kept`.
pub(super) async fn serves(store: Store, kept: CancellationToken) -> Result<(), Lost> {
    tokio::select! {
        () = store.lost() => Err(Lost { part: "store".into(), why: "its thread has panicked".to_owned() }),
        () = kept.cancelled() => Ok(()),
    }
}
