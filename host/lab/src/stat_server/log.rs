//! What passed: for tests that wait for it, and for people who watch.

use crate::PATIENCE;
use std::sync::{Mutex, PoisonError};
use tokio::{sync::Notify, time::timeout};

/// A line that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// A client sent it.
    pub from_client: bool,
    /// The line.
    pub line: String,
}

/// Every line in order.
pub(super) struct Log {
    lines: Mutex<Vec<Heard>>,
    more: Notify,
    print: bool,
}

impl Log {
    pub(super) fn new(print: bool) -> Self {
        Self { lines: Mutex::default(), more: Notify::new(), print }
    }

    #[allow(clippy::print_stdout, reason = "whoever starts it alone watches it")]
    pub(super) fn note(&self, from_client: bool, line: &str) {
        if self.print {
            println!("{} {line}", if from_client { "←" } else { "→" });
        }
        let heard = Heard { from_client, line: line.to_owned() };
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(heard);
        self.more.notify_waiters();
    }

    pub(super) fn all(&self) -> Vec<Heard> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first line from a client, from this place on, with all of these words in it.
    pub(super) async fn wait_for(&self, from: usize, words: &[&str]) -> Result<Heard, String> {
        let fits = |heard: &Heard| heard.from_client && words.iter().all(|word| heard.line.contains(word));
        let search = async {
            loop {
                let more = self.more.notified();
                if let Some(found) = self.all().into_iter().skip(from).find(fits) {
                    return found;
                }
                more.await;
            }
        };
        let waited = timeout(PATIENCE, search).await;
        waited.map_err(|_| format!("no line with {words:?} came; these did: {:#?}", self.all()))
    }
}
