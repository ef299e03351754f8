//! One share of a preview: some workers of it, asked at one node.

use super::{
    LONGEST,
    message::Why,
    peer::{Order, Peer},
};
use crate::routing::{
    asker::{AskerId, Askers, Waiting},
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

/// Asked at this node, before this returns: what ends the preview may follow at once, and comes after it. The future
/// waits for the outcome.
pub(super) fn here(
    askers: Askers,
    request: PreviewRequest,
    ends: mpsc::Receiver<End>,
) -> impl Future<Output = Outcome> + Send + use<> {
    let asked = askers.ask(request);
    async move {
        match asked {
            Ok(waiting) => waited_for_here(&askers, waiting, ends).await,
            Err(not_told) => Outcome::Error(not_told.to_string().into()),
        }
    }
}

async fn waited_for_here(askers: &Askers, mut waiting: Waiting, mut ends: mpsc::Receiver<End>) -> Outcome {
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

/// Asked at another node, before this returns, as [`here`] does.
pub(super) fn there(
    peer: Option<Peer>,
    node: &str,
    request: PreviewRequest,
    ends: mpsc::Receiver<End>,
) -> impl Future<Output = Outcome> + Send + use<> {
    let lost = format!("node `{node}`, where the worker is, cannot be reached: ask again");
    let asked = match peer {
        Some(_) if request.encode(None).to_string().len() > LARGEST => {
            Err("the call's data are too large to ask a worker at another node".to_owned())
        }
        Some(peer) => asked_there(&peer, request).map(|asked| (peer, asked)).map_err(|()| lost.clone()),
        None => Err(lost.clone()),
    };
    async move {
        match asked {
            Ok((peer, asked)) => {
                waited_for_there(&peer, asked, ends).await.unwrap_or_else(|()| Outcome::Error(lost.into()))
            }
            Err(why) => Outcome::Error(why.into()),
        }
    }
}

/// By which number it is asked for there, and its outcome.
type AskedThere = (u64, oneshot::Receiver<Outcome>);

fn asked_there(peer: &Peer, request: PreviewRequest) -> Result<AskedThere, ()> {
    let (asker, (tell, told)) = (AskerId::fresh().0, oneshot::channel());
    peer.send(Order::Ask { asker, request: Box::new(request), outcome: tell })?;
    Ok((asker, told))
}

/// Err: the node cannot be reached any more.
async fn waited_for_there(
    peer: &Peer,
    (asker, mut told): AskedThere,
    mut ends: mpsc::Receiver<End>,
) -> Result<Outcome, ()> {
    loop {
        let end = tokio::select! {
            outcome = &mut told => return outcome.map_err(drop),
            end = ends.recv() => end,
        };
        let gone = end.is_none();
        let (why, text) = end.map_or((None, None), |End { why, text }| (Some(why), text));
        peer.send(Order::End { asker, why, text })?;
        if gone {
            return Ok(Outcome::Cancelled);
        }
    }
}
