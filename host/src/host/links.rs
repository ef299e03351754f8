//! Which links to T-Servers are up, for whoever decides which node works.

use crate::agent_link::LinkId;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// The links of this node. Clones are the same ones.
#[derive(Clone, Debug)]
pub(super) struct Links(Arc<watch::Sender<Up>>);

#[derive(Debug)]
struct Up {
    links: BTreeSet<LinkId>,
    /// Since when it is so that there are some, or none.
    since: Instant,
}

impl Links {
    /// None is up yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Up { links: BTreeSet::new(), since: Instant::now() })))
    }

    /// This one is up from now on, or down, or of no use.
    pub(super) fn set(&self, link: LinkId, up: bool) {
        self.0.send_if_modified(|now| {
            let some = !now.links.is_empty();
            let changed = if up { now.links.insert(link) } else { now.links.remove(&link) };
            if some == now.links.is_empty() {
                now.since = Instant::now();
            }
            changed
        });
    }

    /// Whether any is up.
    pub(super) fn is_any(&self) -> bool {
        !self.0.borrow().links.is_empty()
    }

    /// For how long none has been up; zero: one is.
    pub(super) fn without(&self) -> Duration {
        let up = self.0.borrow();
        if up.links.is_empty() { up.since.elapsed() } else { Duration::ZERO }
    }

    /// Waits until one is up.
    pub(super) async fn any(&self) {
        // The sender is here.
        let _ = self.0.subscribe().wait_for(|up| !up.links.is_empty()).await;
    }

    /// Waits until none has been up for so long.
    pub(super) async fn none_for(&self, long: Duration) {
        let mut seen = self.0.subscribe();
        loop {
            let since = seen.borrow_and_update().since;
            if self.is_any() {
                let _ = seen.changed().await;
                continue;
            }
            tokio::select! {
                () = sleep_until(since + long) => return,
                _ = seen.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{sleep, timeout};

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn none_is_up_for_long_when_none_has_been_all_the_time() {
        let links = Links::new();
        let [one, other] = [LinkId(0), LinkId(1)];
        links.none_for(LONG).await;
        assert_eq!((links.is_any(), links.without()), (false, LONG));
        links.set(one, true);
        links.set(other, true);
        links.any().await;
        sleep(LONG).await;
        links.set(one, false);
        assert_eq!((links.is_any(), links.without()), (true, Duration::ZERO));
        assert!(timeout(10 * LONG, links.none_for(LONG)).await.is_err(), "the other is up");
        links.set(other, false);
        let flap = async {
            sleep(LONG / 2).await;
            links.set(one, true);
            links.set(one, false);
            sleep(LONG / 2).await;
        };
        let waits = links.none_for(LONG);
        tokio::select! {
            () = waits => panic!("one was up in between"),
            () = flap => {}
        }
        links.none_for(LONG).await;
        assert_eq!(links.without(), LONG);
    }
}
