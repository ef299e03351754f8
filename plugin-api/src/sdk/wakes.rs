//! How a plug-in's own work takes its turns: one that comes back at once, again and again, must not have the instance's one
//! thread for itself. A burst of work is no such fault, so pauses come late, stay short, and end with the first wait.

use super::host::Host;
use crate::{abi::Level, backend::Backend};
use std::time::Duration;
use tokio::{
    task::yield_now,
    time::{Instant, sleep_until},
};

/// Whoever comes back within less has waited for nothing.
const AT_ONCE: Duration = Duration::from_millis(1);
/// So many in a row without a pause.
const BURST: u32 = 100;
/// Longest pause.
const LONGEST: Duration = Duration::from_millis(10);
/// So many in a row are told.
const TOLD: u32 = 10_000;

/// The turns that [`Backend::wake`] had.
pub(super) struct Wakes {
    /// That came back at once, in a row.
    at_once: u32,
    not_before: Instant,
    told: bool,
}

impl Wakes {
    pub(super) fn new() -> Self {
        Self { at_once: 0, not_before: Instant::now(), told: false }
    }

    /// Gives it its turn. May be dropped wherever it waits, as the author's own may.
    pub(super) async fn wake<B: Backend>(&mut self, backend: &mut B, host: &Host) -> Result<(), String> {
        if self.at_once > 0 {
            yield_now().await;
            if Instant::now() < self.not_before {
                sleep_until(self.not_before).await;
            }
        }
        let begun = Instant::now();
        let outcome = backend.wake().await;
        self.came_back(begun, Instant::now());
        if self.at_once > TOLD && !std::mem::replace(&mut self.told, true) {
            host.log(
                Level::Warn,
                "wake",
                "its `wake` came back at once ten thousand times in a row: it is to wait for a timer or a channel; it \
                 gets its turns with pauses",
            );
        }
        outcome
    }

    fn came_back(&mut self, begun: Instant, now: Instant) {
        self.at_once = if now - begun < AT_ONCE { self.at_once.saturating_add(1) } else { 0 };
        if self.at_once > 0 && self.at_once.is_multiple_of(BURST) {
            self.not_before = now + Duration::from_millis((self.at_once / BURST).into()).min(LONGEST);
        }
    }
}
