//! Asking the hub for a preview over HTTP and following it to its end: exactly one outcome each, withdrawn when nobody
//! waits any more.

use super::{
    asker::{Askers, Waiting},
    message::{Outcome, RoutingArrival, Withdrawal},
    preview_request::PreviewRequest,
    preview_table::{IdempotencyKey, Interest, Known, Preview, PreviewTable},
    problem::Problem,
};
use crate::tasks::contained;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    time,
};
use uuid::Uuid;

/// How long a withdrawal may wait for room in the hub's queue.
const PATIENCE: Duration = Duration::from_secs(2);

/// The previews of the HTTP service.
#[derive(Clone, Debug)]
pub(super) struct Previews {
    askers: Askers,
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
    /// Asks for previews through `askers`; at most `max_results` previews are remembered, ended ones for `ttl`.
    pub(super) fn new(askers: Askers, max_results: usize, ttl: Duration) -> Self {
        Self { askers, table: Arc::new(Mutex::new(PreviewTable::new(max_results, ttl))) }
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
        let conn_id = request.conn_id;
        let waiting = self.askers.ask(request)?;
        let (interest, interested) = mpsc::channel(1);
        let (ended, outcome) = watch::channel(None);
        let (id, asker) = (Uuid::new_v4(), waiting.asker());
        let preview = Preview { id, conn_id, asker, outcome, interest: interest.downgrade() };
        table.insert(preview.clone(), key);
        tokio::spawn(contained("preview over HTTP", self.clone().follow(preview.clone(), waiting, interested, ended)));
        Ok(Asked { preview, interest: Some(interest) })
    }

    async fn follow(
        self,
        preview: Preview,
        mut waiting: Waiting,
        mut interested: mpsc::Receiver<std::convert::Infallible>,
        ended: watch::Sender<Option<Outcome>>,
    ) {
        let outcome = tokio::select! {
            biased;
            outcome = &mut waiting => outcome,
            _ = interested.recv() => {
                self.table().free_key(preview.id);
                self.leave(waiting).await;
                Outcome::Cancelled
            }
        };
        metrics::counter!("uc_routing_outcomes_total", "way" => "http", "outcome" => outcome.word()).increment(1);
        if matches!(outcome, Outcome::Error(_)) {
            // Nobody was asked to an end, and whoever asks again means it.
            self.table().free_key(preview.id);
        }
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

    /// Withdraws the preview, and no other of its interaction.
    pub(super) async fn withdraw(
        &self,
        preview: &Preview,
        why: Withdrawal,
        text: Option<Arc<str>>,
    ) -> Result<(), Problem> {
        let end = RoutingArrival::End { asker: preview.asker, why, text };
        Ok(self.askers.withdraw(end, time::Instant::now() + PATIENCE).await?)
    }

    async fn leave(&self, waiting: Waiting) {
        let conn_id = waiting.conn_id();
        if let Some(gone) = waiting.leave()
            && let Err(why) = self.askers.withdraw(gone, time::Instant::now() + PATIENCE).await
        {
            tracing::debug!(%conn_id, %why, "preview not withdrawn, it runs into its deadline");
        }
    }

    fn table(&self) -> MutexGuard<'_, PreviewTable> {
        // A panic under the lock leaves maps that are whole, if perhaps one entry short.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
