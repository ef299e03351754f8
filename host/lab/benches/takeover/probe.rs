//! A preview that is asked for at the other node alone, from the fault on.

use super::{previews::request, way::Address};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use uc_connector::routing::message::Outcome;
use uc_lab::urs::Urs;

/// Before it is asked for again.
const AGAIN: Duration = Duration::from_millis(5);
/// For the link.
const GREETS: Duration = Duration::from_millis(500);

/// Asks there until this worker has taken a call; how long after the fault that was.
pub(super) async fn serves(other: Address, first_call: u64, worker: usize, begun: Instant) -> Duration {
    let mut calls = (first_call..).step_by(2);
    loop {
        if let Ok(Ok(urs)) = timeout(GREETS, Urs::connect(&other.urs, None)).await {
            while let Ok(outcome) = urs.preview(request(calls.next().unwrap(), worker)).await {
                if matches!(outcome, Outcome::Accepted { .. }) {
                    return begun.elapsed();
                }
                sleep(AGAIN).await;
            }
        }
        sleep(AGAIN).await;
    }
}
