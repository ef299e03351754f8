//! The Front End of `peers/front_end`, as a process.

use serde_json::Value;
use std::{
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::watch,
    time::timeout,
};

/// Longest wait for anything that it says.
const LIMIT: Duration = Duration::from_secs(60);
/// How long the window is in which SUBSCRIBEs for one person are counted, in seconds.
const MINUTE: f64 = 60.0;

/// A running one.
pub(crate) struct Peer {
    _process: Child,
    orders: ChildStdin,
    events: watch::Receiver<Arc<Vec<Value>>>,
    pub(crate) port: u16,
}

impl Peer {
    /// Starts it with these arguments.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/front_end/front_end.py");
        let mut command = Command::new("python3");
        command.arg("-B").arg(script).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("python3 runs the Front End of this test: make setup installs it");
        let orders = process.stdin.take().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (told, events) = watch::channel(Arc::new(Vec::new()));
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let event = serde_json::from_str(&line).unwrap();
                told.send_modify(|all| Arc::make_mut(all).push(event));
            }
        });
        let mut peer = Self { _process: process, orders, events, port: 0 };
        let listening = peer.says(0, "where it listens", |event| event["event"] == "listening").await;
        peer.port = u16::try_from(listening["port"].as_u64().unwrap()).unwrap();
        peer
    }

    /// Orders something, which has happened afterwards.
    pub(crate) async fn order(&mut self, order: &str) {
        let mark = self.mark();
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        self.says(mark, order, |event| event["event"] == "done").await;
    }

    /// How much it has said.
    pub(crate) fn mark(&self) -> usize {
        self.events.borrow().len()
    }

    /// Waits for the first thing that fits from this mark on.
    pub(crate) async fn says(&self, mark: usize, wanted: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut events = self.events.clone();
        let found = timeout(LIMIT, async {
            loop {
                let found = events.borrow_and_update().iter().skip(mark).find(|event| fits(event)).cloned();
                match found {
                    Some(found) => return found,
                    None => events.changed().await.expect("it runs until the test ends"),
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("{wanted} never came; it said {:#?}", self.events.borrow()))
    }

    /// Seconds at which somebody was asked for.
    pub(crate) fn asked(&self, user: &str) -> Vec<f64> {
        let of = |event: &Value| event["whom"].as_array().is_some_and(|whom| whom.iter().any(|one| one == user));
        self.events.borrow().iter().filter(|event| of(event)).filter_map(|event| event["at"].as_f64()).collect()
    }

    /// Most SUBSCRIBEs for somebody within any minute.
    pub(crate) fn most_in_a_minute(&self, user: &str) -> usize {
        let asked = self.asked(user);
        let from = |at: &f64| asked.iter().filter(|other| (0.0..MINUTE).contains(&(*other - at))).count();
        asked.iter().map(from).max().unwrap_or(0)
    }

    /// How often it has said this.
    pub(crate) fn count(&self, event: &str) -> usize {
        self.events.borrow().iter().filter(|said| said["event"] == event).count()
    }

    /// The last thing that fits since this mark.
    pub(crate) fn last_from(&self, mark: usize, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        self.events.borrow().iter().skip(mark).rfind(|event| fits(event)).cloned()
    }

    /// Nothing that the client did was against the specifications.
    pub(crate) fn is_content(&self, case: &str) {
        let events = self.events.borrow();
        let wrong: Vec<_> = events.iter().filter(|event| event["event"] == "wrong").collect();
        assert!(wrong.is_empty(), "{case}: {wrong:#?}");
    }
}

/// Waits for that moment.
pub(crate) async fn until(moment: Instant) {
    tokio::time::sleep_until(moment.into()).await;
}
