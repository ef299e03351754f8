//! Asking the hub for a preview over HTTP and following it to its end: exactly one outcome each, withdrawn when nobody
//! waits any more.

use super::{
    message::{Arrival, Outcome, Withdrawal},
    preview_request::PreviewRequest,
    preview_table::{IdempotencyKey, Interest, Known, Preview, PreviewTable},
    problem::Problem,
};
use crate::tasks::contained;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, mpsc::error::TrySendError, oneshot, watch};
use uuid::Uuid;

/// How long a withdrawal may wait for room in the hub's queue.
const PATIENCE: Duration = Duration::from_secs(2);

/// The previews of the HTTP service.
#[derive(Clone, Debug)]
pub(super) struct Previews {
    hub: mpsc::Sender<Arrival>,
    /// Held for a few map operations per call and never across an await.
    table: Arc<Mutex<PreviewTable>>,
}

/// A preview, and the share in it that keeps it open; none once it has ended.
#[derive(Debug)]
pub(super) struct Asked {
    /// Which.
    pub(super) preview: Preview,
    /// Dropping the last one withdraws the preview.
    pub(super) interest: Option<Interest>,
}

impl Previews {
    /// Offers go to `hub`; at most `max_results` previews are remembered, ended ones for `ttl`.
    pub(super) fn new(hub: mpsc::Sender<Arrival>, max_results: usize, ttl: Duration) -> Self {
        Self { hub, table: Arc::new(Mutex::new(PreviewTable::new(max_results, ttl))) }
    }

    /// Asks the hub, or joins the preview that the same request with the same key has begun.
    pub(super) fn ask(&self, request: PreviewRequest, key: Option<IdempotencyKey>) -> Result<Asked, Problem> {
        let mut table = self.table();
        let now = Instant::now();
        match key.as_ref().map_or(Known::No, |key| table.known(key, now)) {
            Known::OtherBody => return Err(Problem::KeyReused),
            Known::Same(preview) => {
                let interest = preview.interest.upgrade();
                if interest.is_some() || preview.ended().is_some() {
                    return Ok(Asked { preview, interest });
                }
            }
            Known::No => {}
        }
        self.begin(&mut table, request, key, now)
    }

    fn begin(
        &self,
        table: &mut PreviewTable,
        request: PreviewRequest,
        key: Option<IdempotencyKey>,
        now: Instant,
    ) -> Result<Asked, Problem> {
        if !table.make_room(now) {
            return Err(Problem::Busy);
        }
        let (conn_id, agent) = (request.conn_id, request.single().map(|target| target.agent.clone()));
        let (reply, answer) = oneshot::channel();
        self.hub.try_send(Arrival::Offer(request.into_offer(reply))).map_err(|full| refused(&full))?;
        let (interest, interested) = mpsc::channel(1);
        let (ended, outcome) = watch::channel(None);
        let preview = Preview { id: Uuid::new_v4(), conn_id, agent, outcome, interest: interest.downgrade() };
        table.insert(preview.clone(), key);
        tokio::spawn(contained("preview over HTTP", self.clone().follow(preview.clone(), answer, interested, ended)));
        Ok(Asked { preview, interest: Some(interest) })
    }

    async fn follow(
        self,
        preview: Preview,
        mut answer: oneshot::Receiver<Outcome>,
        mut interested: mpsc::Receiver<std::convert::Infallible>,
        ended: watch::Sender<Option<Outcome>>,
    ) {
        let outcome = tokio::select! {
            biased;
            outcome = &mut answer => outcome.unwrap_or_else(|_| Outcome::Error("the service is stopping".into())),
            _ = interested.recv() => {
                drop(answer);
                self.table().free_key(preview.id);
                self.withdraw(&preview, Withdrawal::AskerGone, None).await.ok();
                Outcome::Cancelled
            }
        };
        metrics::counter!("uc_routing_outcomes_total", "way" => "http", "outcome" => outcome.word()).increment(1);
        self.table().end(preview.id, Instant::now());
        ended.send_replace(Some(outcome));
    }

    /// The preview of that name.
    pub(super) fn find(&self, id: Uuid) -> Option<Preview> {
        self.table().find(id, Instant::now())
    }

    /// Keeps an open preview for an asker who will come back for its result.
    pub(super) fn keep(&self, asked: Asked) {
        if let Some(interest) = asked.interest {
            self.table().keep(asked.preview.id, interest);
        }
    }

    /// Withdraws the preview: its one worker's, or all of its interaction's.
    pub(super) async fn withdraw(
        &self,
        preview: &Preview,
        why: Withdrawal,
        text: Option<Arc<str>>,
    ) -> Result<(), Problem> {
        let withdraw = Arrival::Withdraw { conn_id: preview.conn_id, agent: preview.agent.clone(), why, text };
        self.hub.send_timeout(withdraw, PATIENCE).await.map_err(|fault| match fault {
            mpsc::error::SendTimeoutError::Timeout(_) => Problem::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => Problem::Stopping,
        })
    }

    fn table(&self) -> MutexGuard<'_, PreviewTable> {
        // A panic under the lock leaves maps that are whole, if perhaps one entry short.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(full: &TrySendError<Arrival>) -> Problem {
    match full {
        TrySendError::Full(_) => Problem::Busy,
        TrySendError::Closed(_) => Problem::Stopping,
    }
}
