//! One share of a preview: some workers of it, asked at one node.

use super::{
    LONGEST,
    message::Why,
    peer::{Order, Peer},
};
use crate::routing::{
    asker::{AskerId, Askers},
    message::{Arrival, Outcome},
    preview_request::PreviewRequest,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

/// A withdrawal may wait so long for room in the hub's queue.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Most bytes of a request that goes to another node: it goes as text in text, which may double it.
const LARGEST: usize = LONGEST / 2 - 1024;

/// It ends before it is decided. Whoever drops the sender is gone.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) why: Why,
    pub(super) text: Option<Arc<str>>,
}

/// Asked at this node.
pub(super) async fn here(askers: Askers, request: PreviewRequest, mut ends: mpsc::Receiver<End>) -> Outcome {
    let mut waiting = match askers.ask(request) {
        Ok(waiting) => waiting,
        Err(not_told) => return Outcome::Error(not_told.to_string().into()),
    };
    let asker = waiting.asker();
    loop {
        let end = tokio::select! {
            outcome = &mut waiting => return outcome,
            end = ends.recv() => end,
        };
        let patience = Instant::now() + PATIENCE;
        let Some(End { why, text }) = end else {
            if let Some(gone) = waiting.leave() {
                // The preview runs into its deadline otherwise; it is counted there.
                let _ = askers.withdraw(gone, patience).await;
            }
            return Outcome::Cancelled;
        };
        let _ = askers.withdraw(Arrival::End { asker, why: why.into(), text }, patience).await;
    }
}

/// Asked at another node.
pub(super) async fn there(
    peer: Option<Peer>,
    node: Arc<str>,
    request: PreviewRequest,
    mut ends: mpsc::Receiver<End>,
) -> Outcome {
    let lost = || Outcome::Error(format!("node `{node}`, where the worker is, cannot be reached: ask again").into());
    let Some(peer) = peer else { return lost() };
    if request.encode(None).to_string().len() > LARGEST {
        return Outcome::Error("the call's data are too large to ask a worker at another node".into());
    }
    let (asker, (tell, mut told)) = (AskerId::fresh().0, oneshot::channel());
    if peer.send(Order::Ask { asker, request: Box::new(request), outcome: tell }).is_err() {
        return lost();
    }
    loop {
        let end = tokio::select! {
            outcome = &mut told => return outcome.unwrap_or_else(|_| lost()),
            end = ends.recv() => end,
        };
        let gone = end.is_none();
        let (why, text) = end.map_or((None, None), |End { why, text }| (Some(why), text));
        if peer.send(Order::End { asker, why, text }).is_err() {
            return lost();
        }
        if gone {
            return Outcome::Cancelled;
        }
    }
}
