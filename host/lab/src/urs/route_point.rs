//! A route point of the lab's T-Server with a strategy on it: customers call it, a worker is asked, the call is routed.

use super::{Call, Strategy, Urs, UrsError};
use crate::t_server::{Refused, TServer};
use std::sync::Arc;
use uc_connector::{
    routing::message::Outcome,
    wire::{ConnId, KvList},
};

/// A call did not get through.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The T-Server refused the call or its routing.
    #[error("the T-Server refused: {0}")]
    TServer(#[from] Refused),
    /// The preview link failed.
    #[error(transparent)]
    Urs(#[from] UrsError),
}

/// A route point. Cheap to clone: all clones are the same one.
#[derive(Clone)]
pub struct RoutePoint {
    t_server: TServer,
    urs: Urs,
    dn: Arc<str>,
    strategy: Arc<Strategy>,
}

impl RoutePoint {
    /// The route point `dn` of `t_server`, whose calls `strategy` routes after asking over `urs`.
    pub fn new(t_server: TServer, urs: Urs, dn: &str, strategy: Strategy) -> Self {
        Self { t_server, urs, dn: dn.into(), strategy: Arc::new(strategy) }
    }

    /// A customer with the number `from` calls. The call waits at the route point; [`Self::route`] brings it on.
    ///
    /// # Errors
    /// [`RouteError::TServer`].
    pub fn customer_calls(&self, from: &str, user_data: KvList) -> Result<Call, RouteError> {
        let conn_id = self.t_server.make_call(from, &self.dn, user_data.clone())?;
        Ok(Call { user_data, ..Call::new(conn_id) })
    }

    /// Asks for a worker and routes the call to the DN of the one who accepts. When the customer hangs up meanwhile, the
    /// preview is withdrawn and the call ends.
    ///
    /// # Errors
    /// Any [`RouteError`].
    pub async fn route(&self, call: &Call) -> Result<Outcome, RouteError> {
        let outcome = self.strategy.run(&self.urs, call).await?;
        match &outcome {
            Outcome::Accepted { dn, redirect, .. } => {
                self.t_server.route(call.conn_id, redirect.as_ref().unwrap_or(dn))?;
            }
            Outcome::CallerGone => self.hung_up(call.conn_id)?,
            _ => {}
        }
        Ok(outcome)
    }

    fn hung_up(&self, call: ConnId) -> Result<(), Refused> {
        match self.t_server.parties(call) {
            Some(_) => self.t_server.customer_hangs_up(call),
            None => Ok(()),
        }
    }
}
