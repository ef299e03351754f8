//! The three documented strategies (host/docs/requirements.md, "Strategies"): one worker, round robin, broadcast. Each
//! ends when the customer hangs up.

use super::{Customer, Urs, UrsError};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uc_connector::{
    routing::{
        cancel::Cancel,
        message::{Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    wire::{ConnId, KvList},
};

/// A call that a strategy has in hand.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its ConnID.
    pub conn_id: ConnId,
    /// Its media type.
    pub media_type: Arc<str>,
    /// Its attached data.
    pub user_data: KvList,
    /// How long a worker has; none: the host's default.
    pub timeout: Option<Duration>,
    /// Who called.
    pub customer: Customer,
}

impl Call {
    /// A voice call without data.
    pub fn new(conn_id: ConnId) -> Self {
        let customer = Customer::new();
        Self { conn_id, media_type: "voice".into(), user_data: KvList::default(), timeout: None, customer }
    }

    fn request(&self, targets: Vec<Target>) -> PreviewRequest {
        PreviewRequest {
            conn_id: self.conn_id,
            targets,
            media_type: self.media_type.clone(),
            user_data: self.user_data.clone(),
            timeout: self.timeout,
        }
    }
}

/// How a worker is chosen for a call.
#[derive(Debug)]
pub enum Strategy {
    /// This one.
    OneWorker(Target),
    /// One after the other.
    RoundRobin(RoundRobin),
    /// All at once; the first to accept wins.
    Broadcast(Vec<Target>),
}

impl Strategy {
    /// Asks until the call has a worker, or cannot get one.
    ///
    /// # Errors
    /// The preview link failed.
    pub async fn run(&self, urs: &Urs, call: &Call) -> Result<Outcome, UrsError> {
        match self {
            Self::OneWorker(target) => preview(urs, call, vec![target.clone()]).await,
            Self::RoundRobin(targets) => targets.run(urs, call).await,
            Self::Broadcast(targets) => preview(urs, call, targets.clone()).await,
        }
    }
}

/// Each call begins with the worker after the last call's first.
#[derive(Debug)]
pub struct RoundRobin {
    targets: Vec<Target>,
    first: AtomicUsize,
}

impl RoundRobin {
    /// Over these workers.
    pub fn new(targets: Vec<Target>) -> Self {
        Self { targets, first: AtomicUsize::new(0) }
    }

    /// Until one accepts, the preview is withdrawn, or everybody has been asked: then the last one's outcome.
    async fn run(&self, urs: &Urs, call: &Call) -> Result<Outcome, UrsError> {
        let first = self.first.fetch_add(1, Ordering::Relaxed);
        let mut last = Outcome::NoClient;
        for index in 0..self.targets.len() {
            let target = self.targets[(first + index) % self.targets.len()].clone();
            last = preview(urs, call, vec![target]).await?;
            if matches!(last, Outcome::Accepted { .. } | Outcome::Cancelled | Outcome::CallerGone) {
                break;
            }
        }
        Ok(last)
    }
}

async fn preview(urs: &Urs, call: &Call, targets: Vec<Target>) -> Result<Outcome, UrsError> {
    let mut asking = Box::pin(urs.preview(call.request(targets)));
    tokio::select! {
        biased;
        outcome = &mut asking => outcome,
        () = call.customer.gone() => {
            let text = Some("The caller hung up".into());
            urs.cancel(Cancel { conn_id: call.conn_id, agent: None, why: Withdrawal::CallerGone, text }).await?;
            // A worker may have accepted in the same moment: what the host says counts.
            asking.await
        }
    }
}
