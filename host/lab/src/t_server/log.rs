//! What passed, in order: printed, remembered, waited for.

use crate::PATIENCE;
use std::{
    collections::VecDeque,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{sync::Notify, time::timeout};
use uc_connector::{tlib::Message, wire::Shown};

/// Messages remembered; the oldest are forgotten.
const MAX_ENTRIES: usize = 200_000;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a client.
    Received,
    /// To a client.
    Sent,
}

/// One message that passed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Counts from 0 over the life of the server.
    pub number: usize,
    /// Which way.
    pub direction: Direction,
    /// The client's name, with its connection's number: `uc-connector#1`.
    pub client: Arc<str>,
    /// What.
    pub message: Arc<Message>,
}

/// Nothing of the kind passed in time.
#[derive(Debug, thiserror::Error)]
#[error("waited in vain for {wanted}; the log holds:\n{log}")]
pub struct NeverCame {
    wanted: String,
    log: String,
}

/// The log.
pub(super) struct Log {
    print: bool,
    record: bool,
    state: Mutex<State>,
    grown: Notify,
}

#[derive(Default)]
struct State {
    entries: VecDeque<Entry>,
    count: usize,
}

impl Log {
    pub(super) fn new(print: bool, record: bool) -> Self {
        Self { print, record, state: Mutex::default(), grown: Notify::new() }
    }

    /// True when somebody reads what is added.
    pub(super) fn wanted(&self) -> bool {
        self.print || self.record
    }

    pub(super) fn add(&self, direction: Direction, client: &Arc<str>, message: Message) {
        if self.print {
            print(direction, client, &message);
        }
        if self.record {
            self.remember(direction, Arc::clone(client), message);
        }
    }

    /// A line of a client that is no message: printed as it came.
    pub(super) fn unreadable(&self, client: u64, line: &[u8]) {
        if self.print {
            let text = String::from_utf8_lossy(line);
            let _ = writeln!(std::io::stdout().lock(), "not readable, from client {client}: {}\n", Shown::new(&text));
        }
    }

    fn remember(&self, direction: Direction, client: Arc<str>, message: Message) {
        let mut state = self.lock();
        let number = state.count;
        state.count += 1;
        if state.entries.len() == MAX_ENTRIES {
            state.entries.pop_front();
        }
        state.entries.push_back(Entry { number, direction, client, message: Arc::new(message) });
        drop(state);
        self.grown.notify_waiters();
    }

    /// How many messages passed.
    pub(super) fn count(&self) -> usize {
        self.lock().count
    }

    /// What is remembered from number `from` on.
    pub(super) fn since(&self, from: usize) -> Vec<Entry> {
        let state = self.lock();
        let forgotten = state.count - state.entries.len();
        state.entries.iter().skip(from.saturating_sub(forgotten)).cloned().collect()
    }

    /// The first message from number `from` on that `fits`, waiting for it when it has not passed yet.
    pub(super) async fn wait_for(
        &self,
        from: usize,
        wanted: &str,
        fits: impl Fn(&Entry) -> bool,
    ) -> Result<Entry, NeverCame> {
        let found = async {
            loop {
                let grown = self.grown.notified();
                if let Some(entry) = self.since(from).into_iter().find(&fits) {
                    return entry;
                }
                grown.await;
            }
        };
        timeout(PATIENCE, found).await.map_err(|_| NeverCame { wanted: wanted.to_owned(), log: self.text(from) })
    }

    fn text(&self, from: usize) -> String {
        let entries = self.since(from);
        entries.iter().map(|entry| format!("{:?} {}\n{}\n", entry.direction, entry.client, entry.message)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One header line, the message, an empty line.
fn print(direction: Direction, client: &str, message: &Message) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (now.as_secs() % 86_400, now.subsec_millis());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let way = match direction {
        Direction::Received => "received from",
        Direction::Sent => "sent to",
    };
    // A closed standard output is no reason to stop serving.
    let _ = writeln!(
        std::io::stdout().lock(),
        "{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z {way} {client}\n{message}\n"
    );
}
