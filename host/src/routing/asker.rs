//! Who waits for an outcome. The hub knows an asker by a number alone; the way back stays here, at the edge.

use super::{
    message::{Offer, Outcome, RoutingArrival, Withdrawal},
    preview_request::PreviewRequest,
};
use crate::wire::ConnId;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, timeout_at},
};

/// One asker's request for a preview: never used twice while the process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AskerId(pub u64);

impl AskerId {
    /// A number nobody has had.
    pub fn fresh() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Why the hub was not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTold {
    /// The hub's queue, or the table of askers, is full. Nobody's fault; try again.
    #[error("too many previews at once; try again")]
    Busy,
    /// The service is ending.
    #[error("the service is stopping; ask the other node")]
    Stopping,
}

/// Everybody who waits, by number. Locked for single map operations, never across an await.
#[derive(Debug)]
struct Table {
    most: usize,
    waiting: Mutex<Waiters>,
}

#[derive(Debug, Default)]
struct Waiters {
    stopped: bool,
    by_id: HashMap<AskerId, oneshot::Sender<Outcome>>,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, Waiters> {
        // A panic under the lock leaves a map that is whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, asker: AskerId) -> Result<oneshot::Receiver<Outcome>, NotTold> {
        let mut waiters = self.lock();
        if waiters.stopped {
            return Err(NotTold::Stopping);
        }
        if waiters.by_id.len() >= self.most {
            return Err(NotTold::Busy);
        }
        let (way_back, outcome) = oneshot::channel();
        waiters.by_id.insert(asker, way_back);
        Ok(outcome)
    }

    fn remove(&self, asker: AskerId) -> Option<oneshot::Sender<Outcome>> {
        self.lock().by_id.remove(&asker)
    }
}

/// The routing edge's way to the hub: offers, withdrawals, and the table of who waits.
#[derive(Clone, Debug)]
pub struct Askers {
    hub: mpsc::Sender<RoutingArrival>,
    table: Arc<Table>,
}

impl Askers {
    /// Offers and withdrawals go to `hub`, outcomes come through [`Answers`]; at most `most` wait at once.
    pub fn new(hub: mpsc::Sender<RoutingArrival>, most: usize) -> (Self, Answers) {
        let table = Arc::new(Table { most, waiting: Mutex::default() });
        (Self { hub, table: table.clone() }, Answers(table))
    }

    /// Asks the hub.
    ///
    /// # Errors
    /// The hub has no room, or the service is stopping: nobody was asked.
    pub fn ask(&self, request: PreviewRequest) -> Result<Waiting, NotTold> {
        self.ask_as(request, RoutingArrival::Offer)
    }

    /// Asks the hub for those of the workers who are at this node; the others are asked elsewhere.
    ///
    /// # Errors
    /// Likewise.
    pub fn ask_share(&self, request: PreviewRequest) -> Result<Waiting, NotTold> {
        self.ask_as(request, RoutingArrival::Share)
    }

    fn ask_as(&self, request: PreviewRequest, arrival: fn(Offer) -> RoutingArrival) -> Result<Waiting, NotTold> {
        let (asker, conn_id) = (AskerId::fresh(), request.conn_id);
        let outcome = self.table.enter(asker)?;
        let waiting = Waiting { asker, conn_id, outcome, table: self.table.clone() };
        self.hub.try_send(arrival(request.into_offer(asker))).map_err(|refused| match refused {
            TrySendError::Full(_) => NotTold::Busy,
            TrySendError::Closed(_) => NotTold::Stopping,
        })?;
        Ok(waiting)
    }

    /// Tells the hub of a withdrawal; waits for room in its queue until `patience`.
    ///
    /// # Errors
    /// The hub was not told: the preview runs into its deadline.
    pub async fn withdraw(&self, withdrawal: RoutingArrival, patience: Instant) -> Result<(), NotTold> {
        let told = timeout_at(patience, self.hub.send(withdrawal)).await;
        let told = told.map_or(Err(NotTold::Busy), |sent| sent.map_err(|_| NotTold::Stopping));
        if told == Err(NotTold::Busy) {
            metrics::counter!("uc_routing_withdrawals_lost_total").increment(1);
        }
        told
    }
}

/// The hub's way back to the askers. Dropping it, as when the hub ends for whatever reason, tells everybody who still
/// waits that the service is stopping, and lets nobody new in.
#[derive(Debug)]
pub struct Answers(Arc<Table>);

impl Answers {
    /// Gives an asker the outcome. One who has left meanwhile gets nothing.
    pub fn answer(&self, asker: AskerId, outcome: Outcome) {
        if let Some(way_back) = self.0.remove(asker) {
            // The receiver may go between the two lines: that asker has left, too.
            let _ = way_back.send(outcome);
        }
    }

    /// Whether this asker still waits.
    pub fn waits(&self, asker: AskerId) -> bool {
        self.0.lock().by_id.contains_key(&asker)
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        let left = {
            let mut waiters = self.0.lock();
            waiters.stopped = true;
            std::mem::take(&mut waiters.by_id)
        };
        let stopping: Arc<str> = NotTold::Stopping.to_string().into();
        for way_back in left.into_values() {
            let _ = way_back.send(Outcome::Error(stopping.clone()));
        }
    }
}

/// One asker's wait for the outcome. Dropping it takes the asker out of the table; who leaves early also sends what
/// [`Waiting::leave`] gives.
#[derive(Debug)]
#[must_use = "dropping it loses the outcome"]
pub struct Waiting {
    asker: AskerId,
    conn_id: ConnId,
    outcome: oneshot::Receiver<Outcome>,
    table: Arc<Table>,
}

impl Waiting {
    /// Who waits.
    pub fn asker(&self) -> AskerId {
        self.asker
    }

    /// Which interaction.
    pub fn conn_id(&self) -> ConnId {
        self.conn_id
    }

    /// Gives up. The withdrawal to send, unless the outcome has come already.
    pub fn leave(self) -> Option<RoutingArrival> {
        self.table.remove(self.asker)?;
        let why = Withdrawal::AskerGone(self.asker);
        Some(RoutingArrival::Withdraw { conn_id: self.conn_id, agent: None, why, text: None })
    }
}

impl Future for Waiting {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let stopping = |_| Outcome::Error(NotTold::Stopping.to_string().into());
        Pin::new(&mut self.outcome).poll(context).map(|outcome| outcome.unwrap_or_else(stopping))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.table.remove(self.asker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn request() -> PreviewRequest {
        let members = crate::wire::Members::parse(r#"{"agent":"KW1","connId":"1f"}"#).unwrap();
        PreviewRequest::decode_single(&super::super::fields::Fields::of(&members), &mut Default::default()).unwrap()
    }

    fn waiters(askers: &Askers) -> usize {
        askers.table.lock().by_id.len()
    }

    #[test]
    fn numbers_are_never_used_twice_and_each_asker_gets_its_own_outcome() {
        let (hub, mut arrivals) = mpsc::channel(8);
        let (askers, answers) = Askers::new(hub, 8);
        let mut waiting: Vec<_> = (0..3).map(|_| askers.ask(request()).unwrap()).collect();
        let ids: Vec<_> = std::iter::from_fn(|| match arrivals.try_recv() {
            Ok(RoutingArrival::Offer(offer)) => Some(offer.asker),
            _ => None,
        })
        .collect();
        assert!(ids.is_sorted_by(|a, b| a < b) && ids.len() == 3);
        answers.answer(ids[1], Outcome::Rejected);
        answers.answer(ids[1], Outcome::TimedOut);
        let outcomes: Vec<_> = waiting.iter_mut().map(FutureExt::now_or_never).collect();
        assert_eq!(outcomes, [None, Some(Outcome::Rejected), None]);
        assert_eq!(waiters(&askers), 2);
    }

    #[test]
    fn whoever_goes_is_forgotten_and_withdraws_what_has_no_outcome_yet() {
        let (hub, _arrivals) = mpsc::channel(8);
        let (askers, answers) = Askers::new(hub, 8);
        let (early, late) = (askers.ask(request()).unwrap(), askers.ask(request()).unwrap());
        let asker = early.asker;
        let Some(RoutingArrival::Withdraw { why, .. }) = early.leave() else { panic!("a withdrawal") };
        assert_eq!(why, Withdrawal::AskerGone(asker));
        assert!(!answers.waits(asker));
        answers.answer(late.asker, Outcome::NoClient);
        assert!(late.leave().is_none(), "there is nothing to withdraw any more");
        assert_eq!(waiters(&askers), 0);
    }

    #[test]
    fn a_full_table_or_queue_refuses_and_keeps_nothing() {
        let (hub, mut arrivals) = mpsc::channel(1);
        let (askers, _answers) = Askers::new(hub, 2);
        let first = askers.ask(request()).unwrap();
        assert_eq!(askers.ask(request()).unwrap_err(), NotTold::Busy, "the queue is full");
        assert_eq!(waiters(&askers), 1);
        arrivals.try_recv().unwrap();
        let _second = askers.ask(request()).unwrap();
        arrivals.try_recv().unwrap();
        assert_eq!(askers.ask(request()).unwrap_err(), NotTold::Busy, "the table is full");
        drop(first);
        assert!(askers.ask(request()).is_ok());
    }

    #[test]
    fn a_hub_that_ends_answers_everybody() {
        let (hub, _arrivals) = mpsc::channel(8);
        let (askers, answers) = Askers::new(hub, 8);
        let mut waiting = askers.ask(request()).unwrap();
        drop(answers);
        assert!(matches!((&mut waiting).now_or_never(), Some(Outcome::Error(text)) if text.contains("stopping")));
        assert_eq!(askers.ask(request()).unwrap_err(), NotTold::Stopping);
    }
}
