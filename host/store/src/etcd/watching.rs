//! What others change, as etcd tells it. A stream that ends or has a gap is no loss: whoever watches reads everything
//! then.

use super::{calls, failure::Failure, members::Members};
use crate::{Changed, watch::Feed};
use etcd_client::{Event, EventType, ResponseHeader, WatchOptions, WatchResponse};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};
use uc_backoff::Backoff;

/// Pauses before another stream is opened: the first, and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(3));

/// Opening one may take so long.
const OPENS: Duration = Duration::from_secs(1);

/// Follows as long as it is not dropped.
pub(super) async fn follow(members: Arc<Members>, feed: Arc<Feed>) {
    let mut pauses = Backoff::new(AGAIN.0, AGAIN.1);
    loop {
        if let Err(why) = stream(&members, &feed, &mut pauses).await {
            tracing::debug!(?why, "the watch of etcd has ended; it is opened again");
        }
        feed.gap();
        sleep(pauses.fail(Instant::now())).await;
    }
}

async fn stream(members: &Members, feed: &Feed, pauses: &mut Backoff) -> Result<(), Failure> {
    if members.may_ask().await.is_err() {
        return Ok(());
    }
    let opened = async {
        let mut client = members.client(members.turn()).await?;
        let options = WatchOptions::new().with_prefix().with_progress_notify();
        client.watch(members.prefix(), Some(options)).await.map_err(|error| Failure::of(&error))
    };
    let Ok(opened) = timeout(OPENS, opened).await else { return Ok(()) };
    let mut stream = opened?;
    pauses.succeed();
    // What changed before it was open.
    feed.gap();
    while let Some(response) = stream.message().await.map_err(|error| Failure::of(&error))? {
        let cluster = response.header().map_or(0, ResponseHeader::cluster_id);
        // Compacted under it, or it was at a member that left; or at one of another etcd.
        if response.canceled() || members.is_ours(cluster).is_err() {
            break;
        }
        feed.tell(changes(members.prefix(), &response));
    }
    Ok(())
}

fn changes(prefix: &str, response: &WatchResponse) -> Vec<Changed> {
    response.events().iter().filter_map(|event| changed(prefix, event)).collect()
}

fn changed(prefix: &str, event: &Event) -> Option<Changed> {
    let kv = event.kv()?;
    let value = (event.event_type() == EventType::Put).then(|| kv.value().to_vec().into());
    Some(Changed { key: calls::own(prefix, kv.key())?, revision: calls::revision(kv), value })
}
