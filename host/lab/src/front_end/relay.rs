//! Requests on their way between endpoints: which answer belongs to whom, and how a fork ends (RFC 3261, section 16.7).
//! Pure.

use super::{connection::ConnectionId, endpoint::Endpoint};
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime},
};
use uc_sip::message::Message;

/// Most requests under way.
const MAX_LEGS: usize = 10_000;
/// How long a request may stay unanswered; a telephone rings no longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// One copy of a request, sent to one endpoint.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    fork: u64,
    pub(super) to: Destination,
    since: SystemTime,
}

/// Where something is sent.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) connection: ConnectionId,
    pub(super) opaque: Option<Box<str>>,
    pub(super) uri: Box<str>,
}

impl Destination {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        let (opaque, uri) = (endpoint.opaque.clone(), endpoint.contact.clone());
        Self { connection: endpoint.connection, opaque, uri }
    }
}

/// A request and all its copies.
#[derive(Debug)]
struct Fork {
    request: Message,
    connection: ConnectionId,
    opaque: Option<Box<str>>,
    branches: Vec<Box<str>>,
    answered: bool,
}

/// What to do with an answer.
pub(super) enum Verdict {
    /// Nobody waits for it.
    Stray,
    /// Another answer was first.
    Late,
    /// Other copies may still do better.
    Wait,
    /// Pass it on to who asked; cancel the other copies.
    Pass { connection: ConnectionId, opaque: Option<Box<str>>, cancel: Vec<(Box<str>, Destination)> },
}

/// All requests under way.
#[derive(Debug, Default)]
pub(super) struct Relay {
    legs: HashMap<Box<str>, Leg>,
    forks: HashMap<u64, Fork>,
    /// INVITEs that failed: Call-ID and CSeq number. Their ACKs end here.
    failed: HashSet<(Box<str>, u32)>,
    next: u64,
}

impl Relay {
    /// Takes in a request that is about to be copied to so many endpoints.
    pub(super) fn fork(&mut self, request: &Message, connection: ConnectionId, opaque: Option<Box<str>>) -> u64 {
        self.next += 1;
        let fork = Fork { request: request.clone(), connection, opaque, branches: Vec::new(), answered: false };
        self.forks.insert(self.next, fork);
        self.next
    }

    /// Notes a copy; gives its branch. None if too many are under way.
    pub(super) fn leg(&mut self, fork: u64, to: &Destination, now: SystemTime) -> Option<Box<str>> {
        let known = self.forks.get_mut(&fork).filter(|_| self.legs.len() < MAX_LEGS)?;
        let branch: Box<str> = format!("z9hG4bK{:016x}", rand::random::<u64>()).into();
        known.branches.push(branch.clone());
        self.legs.insert(branch.clone(), Leg { fork, to: to.clone(), since: now });
        Some(branch)
    }

    /// The copies of the INVITE that a CANCEL means, by Call-ID and number.
    pub(super) fn copies(&self, cancel: &Message) -> Vec<(Box<str>, Destination)> {
        let same = |fork: &&Fork| {
            fork.request.method() == "INVITE"
                && fork.request.call_id() == cancel.call_id()
                && fork.request.cseq().map(|cseq| cseq.number) == cancel.cseq().map(|cseq| cseq.number)
        };
        let forks = self.forks.values().filter(same);
        forks.flat_map(|fork| self.pending(&fork.branches)).collect()
    }

    fn pending(&self, branches: &[Box<str>]) -> Vec<(Box<str>, Destination)> {
        branches.iter().filter_map(|branch| Some((branch.clone(), self.legs.get(branch)?.to.clone()))).collect()
    }

    /// Where the copy with that branch went.
    pub(super) fn destination(&self, branch: &str) -> Option<Destination> {
        self.legs.get(branch).map(|leg| leg.to.clone())
    }

    /// Takes in an answer to a copy.
    pub(super) fn answer(&mut self, branch: &str, status: u16) -> Verdict {
        let Some(leg) = self.legs.get(branch) else { return Verdict::Stray };
        let (id, is_final) = (leg.fork, status >= 200);
        if is_final {
            self.legs.remove(branch);
        }
        let Some(fork) = self.forks.get(&id) else { return Verdict::Stray };
        let others = self.pending(&fork.branches);
        let verdict = match (fork.answered, status) {
            (true, _) => Verdict::Late,
            (false, 300..) if !others.is_empty() => Verdict::Wait,
            (false, _) => Verdict::Pass {
                connection: fork.connection,
                opaque: fork.opaque.clone(),
                cancel: if (200..300).contains(&status) { others.clone() } else { Vec::new() },
            },
        };
        self.close(id, status, others.is_empty() && is_final, matches!(verdict, Verdict::Pass { .. }));
        verdict
    }

    fn close(&mut self, id: u64, status: u16, done: bool, passed: bool) {
        let Some(fork) = self.forks.get_mut(&id) else { return };
        fork.answered |= passed && status >= 200;
        if passed && status >= 300 && fork.request.method() == "INVITE" && self.failed.len() < MAX_LEGS {
            let number = fork.request.cseq().map_or(0, |cseq| cseq.number);
            self.failed.insert((fork.request.call_id().unwrap_or_default().into(), number));
        }
        if done {
            self.forks.remove(&id);
        }
    }

    /// Whether an ACK belongs to an INVITE that failed, and therefore ends here.
    pub(super) fn absorbs(&mut self, ack: &Message) -> bool {
        let number = ack.cseq().map_or(0, |cseq| cseq.number);
        self.failed.remove(&(ack.call_id().unwrap_or_default().into(), number))
    }

    /// Forgets what was never answered.
    pub(super) fn expire(&mut self, now: SystemTime) {
        self.legs.retain(|_, leg| now < leg.since + PATIENCE);
        let legs = &self.legs;
        self.forks.retain(|_, fork| fork.branches.iter().any(|branch| legs.contains_key(branch)));
        if self.legs.is_empty() && self.failed.len() > MAX_LEGS / 2 {
            self.failed.clear();
        }
    }
}
