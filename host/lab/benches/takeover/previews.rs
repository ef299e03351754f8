//! Strategies that ask for previews over preview links, and ask again at the other node when theirs has nothing to say any
//! more.

use super::{page::is_accepted, way::Works};
use std::time::Duration;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use uc_connector::{
    routing::{
        message::{Outcome, Target},
        preview_request::PreviewRequest,
    },
    wire::{ConnId, KvList},
};
use uc_lab::urs::{Urs, UrsError};

/// Before a node that refused the link is asked again.
const AGAIN: Duration = Duration::from_millis(10);
/// A node that is stopped takes connections and never answers.
const GREETS: Duration = Duration::from_millis(500);

/// What a node says that ends, or works no more.
const ASK_THERE: &str = "ask the other node";

/// The link to the node that works, one for all strategies, and to which node.
pub(super) struct Links {
    present: watch::Receiver<Option<(usize, Urs)>>,
    task: JoinHandle<()>,
}

impl Drop for Links {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Links {
    pub(super) fn to(mut works: watch::Receiver<Option<Works>>) -> Self {
        let (link, present) = watch::channel(None);
        let task = tokio::spawn(async move {
            loop {
                let now = works.borrow_and_update().clone();
                if let Some(Works { node, address }) = now {
                    match timeout(GREETS, Urs::connect(&address.urs, None)).await {
                        Ok(Ok(urs)) => drop(link.send_replace(Some((node, urs)))),
                        _ => {
                            sleep(AGAIN).await;
                            continue;
                        }
                    }
                }
                if works.changed().await.is_err() {
                    return;
                }
            }
        });
        Self { present, task }
    }

    /// Asks for the calls that go to these workers, each of its own.
    pub(super) fn ask(&self, calls: impl IntoIterator<Item = (u64, usize)>) -> Asked {
        let mut askers = JoinSet::new();
        for (call, worker) in calls {
            askers.spawn(asks(self.present.clone(), call, worker));
        }
        Asked(askers)
    }
}

/// Strategies under way.
pub(super) struct Asked(JoinSet<Ended>);

/// What a strategy got.
struct Ended {
    call: u64,
    outcome: Result<Outcome, UrsError>,
    /// What it asked for at nodes that work no more.
    given_up: Vec<JoinHandle<Result<Outcome, UrsError>>>,
}

impl Asked {
    /// What was wrong with them; waits for so long at most.
    pub(super) async fn faults(mut self, patience: Duration) -> Vec<String> {
        let mut faults = Vec::new();
        let all = async {
            while let Some(ended) = self.0.join_next().await {
                let Ended { call, outcome, given_up } = ended.unwrap();
                let is_right = match &outcome {
                    Ok(Outcome::Accepted { .. }) => is_accepted(&ConnId(call).to_string()),
                    Ok(Outcome::Rejected) => !is_accepted(&ConnId(call).to_string()),
                    _ => false,
                };
                if !is_right {
                    faults.push(format!("preview {call} ended otherwise than by the worker's answer: {outcome:?}"));
                }
                for other in given_up {
                    // A link that is still open may have nothing to say for long.
                    match timeout(AGAIN, other).await {
                        Ok(Ok(Ok(Outcome::Error(why)))) if why.contains(ASK_THERE) => {}
                        Ok(Ok(Ok(twice))) => faults.push(format!("preview {call} ended twice: {outcome:?}, {twice:?}")),
                        Ok(Ok(Err(_)) | Err(_)) | Err(_) => {}
                    }
                }
            }
        };
        let waited = timeout(patience, all).await;
        if waited.is_err() {
            faults.push(format!("{} previews never ended", self.0.len()));
        }
        faults
    }
}

async fn asks(mut present: watch::Receiver<Option<(usize, Urs)>>, call: u64, worker: usize) -> Ended {
    let mut given_up = Vec::new();
    loop {
        let urs = present.borrow_and_update().as_ref().map(|(_, urs)| urs.clone());
        if let Some(urs) = urs {
            let mut asked = tokio::spawn(async move { urs.preview(request(call, worker)).await });
            tokio::select! {
                // The node's answer counts, if it came before its end.
                biased;
                outcome = &mut asked => match outcome.unwrap() {
                    Err(UrsError::Lost) => {}
                    Ok(Outcome::Error(why)) if why.contains(ASK_THERE) => {}
                    outcome => return Ended { call, outcome, given_up },
                },
                changed = present.changed() => {
                    given_up.push(asked);
                    if changed.is_ok() {
                        continue;
                    }
                }
            }
        }
        if present.changed().await.is_err() {
            return Ended { call, outcome: Err(UrsError::Lost), given_up };
        }
    }
}

/// Of a call to this worker.
pub(super) fn request(call: u64, worker: usize) -> PreviewRequest {
    PreviewRequest {
        conn_id: ConnId(call),
        targets: vec![Target { agent: (1000 + worker).to_string().into(), dn: None, switch: None }],
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: Some(Duration::from_secs(120)),
    }
}
