//! What decides whether this node works, by the configuration.

use super::{StartError, lives, nodes::Nodes};
use crate::{
    clock::Clock,
    config::{Arbiter, Config},
    role::{Decider, Primacy},
    tasks::Parts,
};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uc_store::{
    Store,
    lease::{self, Lease, Timing},
    nodes::{self, Partitions},
};

/// Name of the lease.
pub(super) const LEASE: &str = "primary";

/// What decides whether this node works.
pub(super) struct RoleSource {
    pub primacy: Primacy,
    /// With `partitions`.
    pub nodes: Option<Nodes>,
    /// With `arbiter = "external"`.
    pub decider: Option<Decider>,
    /// Keeps the lease until this is cancelled, and then lets another have it.
    pub lets_go: CancellationToken,
    /// This process, among all that ever want the lease.
    pub life: u64,
}

impl RoleSource {
    /// As configured. Within a runtime: a lease is kept from now on. `clock`: the hub's.
    pub(super) fn begin(config: &Config, store: &Store, parts: &mut Parts, clock: Clock) -> Result<Self, StartError> {
        let (lets_go, life) = (CancellationToken::new(), rand::random());
        let arbiter = config.standby.as_ref().map(|standby| standby.arbiter);
        let parted = config.cluster.as_ref().and_then(|cluster| Some((cluster, Partitions::new(cluster.partitions?)?)));
        if let Some((cluster, partitions)) = parted {
            let nodes = Nodes::begin(cluster, partitions, config, store, (parts, lets_go.clone()), clock)?;
            let primacy = Primacy::shared(nodes.part.clone(), partitions);
            return Ok(Self { primacy, nodes: Some(nodes), decider: None, lets_go, life });
        }
        let (primacy, decider) = match (&config.cluster, arbiter) {
            (Some(cluster), _) => {
                let lease = Lease::new(LEASE, &cluster.node, life, Timing::DEFAULT).map_err(StartError::Store)?;
                let before = lives::lost_before();
                let lease = before
                    .into_iter()
                    .fold(lease, Lease::after)
                    .unless(nodes::cluster_key().map_err(StartError::Store)?);
                let (holding, work) = lease::keep(store.clone(), lease, lets_go.clone());
                // Whoever has just let it go lets others look first. Who has lost it has let others look long enough.
                let lets_by = lives::is_not_the_first() && before.is_none();
                let pause = if lets_by { 2 * Timing::DEFAULT.takes } else { Duration::ZERO };
                parts.begin_while_needed("lease", async move {
                    sleep(pause).await;
                    work.await;
                });
                (Primacy::leased(holding), None)
            }
            (None, Some(Arbiter::External)) => {
                let (decider, primacy) = Decider::new();
                (primacy, Some(decider))
            }
            (None, _) => (Primacy::alone(), None),
        };
        Ok(Self { primacy, nodes: None, decider, lets_go, life })
    }
}
