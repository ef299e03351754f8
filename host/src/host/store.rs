//! Where what outlives the process is kept, by the configuration.

use super::{StartError, lives};
use crate::{config::Config, etcd, tasks::Lost};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uc_backoff::Backoff;
use uc_store::{Key, Span, Store};

/// Pauses before it is read again: the first and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// The store of this configuration. `folder`: where the only node keeps its own; none: nothing outlives the process.
pub(super) fn of(config: &Config, folder: Option<&Path>) -> Result<Store, StartError> {
    match &config.cluster {
        Some(cluster) => {
            let store = etcd::connect(cluster).map_err(StartError::Store)?;
            Ok(store.after(lives::history_before()))
        }
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

/// Waits until the only node's store can be read, for so long at most: a backup, or the process before, may have its file
/// for a moment, and whoever began without what is kept would sign everybody out. False: it cannot be.
pub(super) async fn wait_until_readable(store: &Store, patience: Duration) -> bool {
    let (Ok(any), begun) = (Key::new("any"), Instant::now()) else { return true };
    let (mut pauses, mut said) = (Backoff::new(AGAIN.0, AGAIN.1), false);
    while let Err(error) = store.get(&Span::One(any.clone())).await {
        if !error.may_pass() || begun.elapsed() >= patience {
            tracing::error!(%error, "what was kept cannot be read: the service begins without it");
            return false;
        }
        if !std::mem::replace(&mut said, true) {
            tracing::warn!(%error, "what is kept cannot be read, and nothing begins before; it is tried again");
        }
        sleep(pauses.fail(Instant::now())).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_that_another_process_has_for_a_moment_is_waited_for_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let [other, ours] = [(); 2].map(|()| Store::embedded(folder.path()));
        assert!(wait_until_readable(&other, Duration::ZERO).await);
        assert!(!wait_until_readable(&ours, Duration::ZERO).await);
        let closes = async {
            sleep(Duration::from_millis(300)).await;
            other.close().await;
        };
        let (read, ()) = tokio::join!(wait_until_readable(&ours, Duration::from_secs(30)), closes);
        assert!(read);
    }
}
