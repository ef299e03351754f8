//! One share of a preview: some workers of it, asked at one node; or all of it, asked there whole.

use super::{
    LONGEST,
    message::{As, Why},
    peer::{Order, Peer},
};
use crate::routing::{
    asker::{AskerId, Askers, Waiting},
    message::{Outcome, RoutingArrival, Verdict, Withdrawal},
    preview_request::PreviewRequest,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// A withdrawal may wait so long for room in the hub's queue.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Most bytes of a request that goes to another node: it goes as text in text, which may double it.
const LARGEST: usize = LONGEST / 2 - 1024;

/// What is said of a share while it is open. Whoever drops the sender is gone, or has no more to say.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It ends before it is decided.
    Withdrawn { why: Why, text: Option<Arc<str>> },
    /// What became of the whole.
    Decided(Verdict),
}

impl End {
    fn at_hub(self, asker: AskerId) -> RoutingArrival {
        match self {
            Self::Withdrawn { why, text } => RoutingArrival::End { asker, why: why.into(), text },
            Self::Decided(verdict) => RoutingArrival::Verdict { asker, verdict },
        }
    }

    fn at_node(self, asker: u64) -> Order {
        match self {
            Self::Withdrawn { why, text } => Order::End { asker, why: Some(why), text },
            Self::Decided(verdict) => Order::Verdict { asker, verdict },
        }
    }
}

/// Who is told the outcome. A share goes on after it: the others may still be asked. Whoever drops it has nothing open any
/// more; and who was left has told nothing, for nobody has said what it comes to.
pub(super) type Tell = Box<dyn Fn(Outcome) + Send>;

/// Asked at this node, before this returns: what ends the preview may follow at once, and comes after it. The future
/// tells the outcome; of a share it goes on until nobody has more to say of it, and the hub was told so.
pub(super) fn here(
    askers: Askers,
    (request, is_share): (PreviewRequest, bool),
    ends: mpsc::Receiver<End>,
    tell: Tell,
) -> impl Future<Output = ()> + Send + use<> {
    let asked = if is_share { askers.ask_share(request) } else { askers.ask(request) };
    async move {
        match asked {
            Ok(waiting) => waited_for_here(&askers, waiting, ends, (tell, is_share)).await,
            Err(not_told) => tell(Outcome::Error(not_told.to_string().into())),
        }
    }
}

async fn waited_for_here(
    askers: &Askers,
    mut waiting: Waiting,
    mut ends: mpsc::Receiver<End>,
    (tell, is_share): (Tell, bool),
) {
    let (asker, conn_id, mut has_told) = (waiting.asker(), waiting.conn_id(), false);
    loop {
        let end = tokio::select! {
            outcome = &mut waiting, if !has_told => {
                tell(outcome);
                if !is_share {
                    return;
                }
                has_told = true;
                continue;
            }
            end = ends.recv() => end,
        };
        let Some(end) = end else { break };
        // It is counted where it is lost, and the preview runs into its deadline.
        let _ = askers.withdraw(end.at_hub(asker), Instant::now() + PATIENCE).await;
    }
    // An outcome on its way ends a preview, and not a share.
    if waiting.leave().is_some() || is_share {
        let gone = RoutingArrival::Withdraw { conn_id, agent: None, why: Withdrawal::AskerGone(asker), text: None };
        let _ = askers.withdraw(gone, Instant::now() + PATIENCE).await;
    }
}

/// Asked at another node, before this returns, as [`here`] does. A node that is lost with the question has no client any
/// more; one that was not there to be asked is an error, which says to ask again.
pub(super) fn there(
    peer: Option<Peer>,
    node: &str,
    (request, r#as): (PreviewRequest, Option<As>),
    ends: mpsc::Receiver<End>,
    tell: Tell,
) -> impl Future<Output = ()> + Send + use<> {
    let decides = r#as == Some(As::Decider);
    let what = if decides { "which decides over this preview" } else { "where the worker is" };
    let lost = format!("node `{node}`, {what}, cannot be reached: ask again");
    let asked = match peer {
        Some(_) if request.encode(None).to_string().len() > LARGEST => {
            Err("the call's data are too large to ask a worker at another node".to_owned())
        }
        Some(peer) => asked_there(&peer, request, r#as).map(|asked| (peer, asked)).map_err(|()| lost.clone()),
        None => Err(lost.clone()),
    };
    async move {
        match asked {
            Ok((peer, asked)) => {
                // Of those whom the other was to ask some may be at nodes that are there.
                let ended = if asked.was_there && !decides { Outcome::NoClient } else { Outcome::Error(lost.into()) };
                waited_for_there(&peer, asked, ends, (tell, ended)).await;
            }
            Err(why) => tell(Outcome::Error(why.into())),
        }
    }
}

/// A question to another node.
struct AskedThere {
    /// By which number it is asked there.
    asker: u64,
    /// Ends when nothing of it is open there any more, or the link is lost.
    told: mpsc::UnboundedReceiver<Outcome>,
    /// The node could be reached when it was asked: without a link the question ends where it waits.
    was_there: bool,
}

fn asked_there(peer: &Peer, request: PreviewRequest, r#as: Option<As>) -> Result<AskedThere, ()> {
    let (asker, was_there, (outcomes, told)) = (AskerId::fresh().0, peer.is_up(), mpsc::unbounded_channel());
    peer.send(Order::Ask { asker, request: Box::new(request), r#as, outcomes })?;
    Ok(AskedThere { asker, told, was_there })
}

/// `lost`: what it comes to when the node cannot be reached any more before it has told. A link that is lost takes its
/// questions back.
async fn waited_for_there(
    peer: &Peer,
    AskedThere { asker, mut told, .. }: AskedThere,
    mut ends: mpsc::Receiver<End>,
    (tell, lost): (Tell, Outcome),
) {
    let mut lost = Some(lost);
    loop {
        let end = tokio::select! {
            outcome = told.recv() => match outcome {
                Some(outcome) => {
                    lost = None;
                    tell(outcome);
                    continue;
                }
                None => break,
            },
            end = ends.recv() => end,
        };
        let Some(end) = end else {
            let _ = peer.send(Order::End { asker, why: None, text: None });
            while told.recv().await.is_some() {}
            return;
        };
        if peer.send(end.at_node(asker)).is_err() {
            break;
        }
    }
    lost.into_iter().for_each(tell);
}

#[cfg(test)]
mod tests;
