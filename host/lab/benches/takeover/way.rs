//! The way to whichever node works, for pages and strategies: as a load balancer finds it, which asks `/health/primary`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use uc_lab::lab::Http;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);
/// A node that is stopped takes connections and never answers.
const ANSWERS: Duration = Duration::from_millis(200);

/// Where a node serves in its present life.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) users: Http,
    pub(super) urs: String,
}

/// Where both nodes serve.
pub(super) type Addresses = Arc<Mutex<[Option<Address>; 2]>>;

/// The node that says that it works, and how often that has changed.
#[derive(Clone)]
pub(super) struct Works {
    pub(super) node: usize,
    pub(super) address: Address,
}

/// Looks for it until it is dropped.
pub(super) struct Balancer {
    pub(super) works: watch::Receiver<Option<Works>>,
    task: JoinHandle<()>,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Balancer {
    pub(super) fn between(addresses: Addresses) -> Self {
        let (found, works) = watch::channel(None);
        let task = tokio::spawn(async move {
            loop {
                let (first, second) = tokio::join!(asked(&addresses, 0), asked(&addresses, 1));
                let present = found.borrow().as_ref().map(|works: &Works| works.node);
                // A node that is cut off may not know yet that it works no more.
                let newest = [first, second].into_iter().flatten().max_by_key(|works| Some(works.node) != present);
                if let Some(works) = newest.filter(|works| Some(works.node) != present) {
                    found.send_replace(Some(works));
                }
                sleep(LOOK).await;
            }
        });
        Self { works, task }
    }
}

/// The node, if it says that it works.
async fn asked(addresses: &Addresses, node: usize) -> Option<Works> {
    let address = addresses.lock().unwrap_or_else(PoisonError::into_inner)[node].clone()?;
    let answer = timeout(ANSWERS, address.users.ask("GET", "/health/primary", &[], "")).await.ok()?.ok()?;
    (answer.status == 200).then_some(Works { node, address })
}
