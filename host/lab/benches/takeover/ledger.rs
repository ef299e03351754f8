//! What the T-Server's log of a run tells: who asked, who was made ready by which word, what ICON was told.

use super::words::{Said, worker_at};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uc_connector::tlib::Message;
use uc_lab::t_server::{Direction, Entry, TServer};

/// An agent may be made ready so long after the worker said otherwise to a node that died or was cut off: the other one
/// goes by what is kept and by what the platform tells it, until a page or the platform says the newer word again.
const BEHIND: Duration = Duration::from_secs(5);
/// What the node that works alone may ask; others register and look.
const OF_THE_PRIMARY: [&str; 2] = ["RequestDistributeUserEvent", "RequestPrivateService"];

/// One run's.
pub(super) struct Ledger {
    mark: usize,
    /// Whose connection asked last, and whose asked before the other node did.
    last: Arc<str>,
    over: BTreeSet<Arc<str>>,
    /// What ICON was told of each call: whether a state began.
    told: BTreeMap<u64, Vec<bool>>,
    /// The longest that an agent was made ready after the worker had said otherwise.
    pub(super) behind: Duration,
    faults: Vec<String>,
}

impl Ledger {
    /// From now on.
    pub(super) fn open(t_server: &TServer) -> Self {
        let (mark, last, over) = (t_server.mark(), "".into(), BTreeSet::new());
        Self { mark, last, over, told: BTreeMap::new(), behind: Duration::ZERO, faults: Vec::new() }
    }

    /// How often another node went on.
    pub(super) fn takeovers(&self) -> usize {
        self.over.len()
    }

    /// Reads on. The log forgets what is old, so it is read again and again.
    pub(super) fn read(&mut self, t_server: &TServer, said: &Said) {
        for entry in t_server.log_since(self.mark) {
            assert_eq!(entry.number, self.mark, "the T-Server's log was not read for too long");
            self.mark += 1;
            match entry.direction {
                Direction::Received => self.received(&entry),
                Direction::Sent if entry.message.name == "EventAgentReady" => self.ready(&entry.message, said),
                Direction::Sent => {}
            }
        }
    }

    fn received(&mut self, entry: &Entry) {
        let message = &entry.message;
        if !message.name.starts_with("RequestAgent") && !OF_THE_PRIMARY.contains(&&*message.name) {
            return;
        }
        let client = &entry.client;
        if *client != self.last {
            let before = std::mem::replace(&mut self.last, Arc::clone(client));
            if !before.is_empty() {
                self.over.insert(before);
            }
            if self.over.contains(client) {
                self.faults.push(format!("{client} asked when the other node worked: {message}"));
            }
        }
        let data = message.kv_list("userData").and_then(|data| data.str("UCC_Preview"));
        if let (Some(state), Some(call)) = (data, message.conn_id("connID")) {
            self.told.entry(call.0).or_default().push(state == "+");
        }
    }

    fn ready(&mut self, event: &Message, said: &Said) {
        let Some(worker) = event.str("thisDN").and_then(worker_at) else { return };
        let part = |name| u64::try_from(event.int(name).unwrap_or_default()).unwrap_or_default();
        let at: SystemTime =
            UNIX_EPOCH + Duration::from_secs(part("timeinSecs")) + Duration::from_micros(part("timeinuSecs"));
        let behind = said.not_ready_for(worker, at);
        if behind > BEHIND {
            self.faults.push(format!("worker {worker} was made ready {behind:?} after they had said otherwise"));
        } else {
            self.behind = behind.max(self.behind);
        }
    }

    /// What was wrong, now that everything is over: a state that began and did not end, or began twice.
    pub(super) fn faults(mut self) -> Vec<String> {
        for (call, told) in self.told {
            // An end too many means nothing to ICON: what a kill hits between noting and telling is ended without having
            // begun, or twice (host/docs/requirements.md, "Reporting of previews").
            let begins_twice = told.windows(2).any(|pair| pair == [true, true]);
            if begins_twice || told.last() == Some(&true) {
                let told: String = told.iter().map(|begins| if *begins { '+' } else { '-' }).collect();
                self.faults.push(format!("ICON was told of preview {call}: `{told}`"));
            }
        }
        self.faults
    }
}
