//! How many agents stand where, over all connections, as the plug-in's gauges.

use crate::crowd::Census;
use std::sync::{Arc, Mutex, PoisonError};
use uc_plugin_api::Host;

/// Shared by the connections of one instance.
#[derive(Clone)]
pub(crate) struct Tally(Arc<Mutex<Vec<Census>>>);

impl Tally {
    /// For so many connections.
    pub(crate) fn new(connections: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![Census::default(); connections])))
    }

    /// Sets a connection's numbers; the gauges follow if they are others.
    pub(crate) fn set(&self, connection: usize, census: Census, host: &Host) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut all[connection], census) == census {
            return;
        }
        let sum = |of: fn(&Census) -> usize| all.iter().map(of).sum::<usize>() as f64;
        host.gauge("lync_push_agents", sum(|census| census.all));
        host.gauge("lync_push_agents_registered", sum(|census| census.registered));
        host.gauge("lync_push_agents_failing", sum(|census| census.failing));
    }
}
