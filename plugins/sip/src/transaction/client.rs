//! Client transactions over a reliable transport (RFC 3261, section 17.1): nothing is sent twice, so what is
//! left is matching answers, and giving up.

use crate::message::Message;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Timers B and F, 64 × T1.
pub const TIMEOUT: Duration = Duration::from_secs(32);
/// How long an INVITE may ring (timer C, section 16.6).
pub const RINGING: Duration = Duration::from_secs(180);
/// Transactions under way at once.
pub const MAX_PENDING: usize = 16 * 1024;

/// Names a client transaction of one [`ClientTransactions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId(u64);

/// Too many requests wait for an answer: wait for some, or for the link to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{MAX_PENDING} requests wait for an answer already")]
pub struct TooMany;

/// What an answer is to its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 1xx: the final one is to come.
    Provisional(TransactionId),
    /// The transaction ends. `ack` says that an ACK of this transaction is due (an INVITE refused).
    Final {
        /// Which transaction.
        id: TransactionId,
        /// Send an ACK with the branch of the request.
        ack: bool,
    },
    /// One more 2xx to an INVITE, repeated or of another branch of a fork (section 13.2.2.4).
    Again(TransactionId),
    /// Nobody waits for it: late, repeated, or meant for somebody else. To be dropped.
    Stray,
}

#[derive(Debug)]
struct Pending {
    method: String,
    deadline: Instant,
    /// An INVITE that a provisional answer has come to, so that it may be cancelled.
    rings: bool,
    /// A CANCEL is on its way.
    cancelled: bool,
    /// An INVITE that was accepted, which others may be, too.
    accepted: bool,
}

/// All client transactions of one connection.
#[derive(Debug)]
pub struct ClientTransactions {
    salt: u32,
    next: u64,
    pending: HashMap<u64, Pending>,
    deadlines: BTreeSet<(Instant, u64)>,
}

impl Default for ClientTransactions {
    fn default() -> Self {
        Self { salt: rand::random(), next: 1, pending: HashMap::new(), deadlines: BTreeSet::new() }
    }
}

impl ClientTransactions {
    /// Begins a transaction; the second value is the branch for the request's Via.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn begin(&mut self, method: &str, now: Instant) -> Result<(TransactionId, String), TooMany> {
        if self.pending.len() >= MAX_PENDING {
            return Err(TooMany);
        }
        let id = self.next;
        self.next += 1;
        let deadline = now + TIMEOUT;
        let (rings, cancelled, accepted) = (false, false, false);
        self.pending.insert(id, Pending { method: method.to_owned(), deadline, rings, cancelled, accepted });
        self.deadlines.insert((deadline, id));
        Ok((TransactionId(id), format!("z9hG4bK{:08x}.{id:x}", self.salt)))
    }

    /// Finds the transaction of an answer (section 17.1.3).
    pub fn receive(&mut self, response: &Message, now: Instant) -> Answer {
        let (Some(status), Some(id)) = (response.status(), self.of(response)) else { return Answer::Stray };
        let Some(pending) = self.pending.get_mut(&id) else { return Answer::Stray };
        if response.method() != pending.method {
            return Answer::Stray;
        }
        let invite = pending.method == "INVITE";
        match status {
            _ if pending.accepted => {
                return if (200..300).contains(&status) { Answer::Again(TransactionId(id)) } else { Answer::Stray };
            }
            200..300 if invite => {
                pending.accepted = true;
                self.wait(id, now + TIMEOUT);
                return Answer::Final { id: TransactionId(id), ack: false };
            }
            200.. => {
                self.forget(id);
                return Answer::Final { id: TransactionId(id), ack: invite };
            }
            _ => {}
        }
        pending.rings = invite;
        if invite && !pending.cancelled {
            self.wait(id, now + RINGING);
        }
        Answer::Provisional(TransactionId(id))
    }

    fn wait(&mut self, id: u64, until: Instant) {
        if let Some(pending) = self.pending.get_mut(&id) {
            self.deadlines.remove(&(pending.deadline, id));
            pending.deadline = until;
            self.deadlines.insert((until, id));
        }
    }

    /// An INVITE is given up: whether a CANCEL may be sent now, after which the final answer has the usual time (section
    /// 9.1).
    pub fn cancel(&mut self, id: TransactionId, now: Instant) -> bool {
        let rings = |pending: &&mut Pending| pending.rings && !pending.accepted && !pending.cancelled;
        let Some(pending) = self.pending.get_mut(&id.0).filter(rings) else { return false };
        pending.cancelled = true;
        self.wait(id.0, now + TIMEOUT);
        true
    }

    fn of(&self, response: &Message) -> Option<u64> {
        let (salt, id) = response.top_via()?.branch()?.get(7..)?.split_once('.')?;
        let ours = u32::from_str_radix(salt, 16).ok()? == self.salt;
        u64::from_str_radix(id, 16).ok().filter(|_| ours)
    }

    fn forget(&mut self, id: u64) {
        if let Some(pending) = self.pending.remove(&id) {
            self.deadlines.remove(&(pending.deadline, id));
        }
    }

    /// Ends a transaction whose request could not be sent: no answer will come.
    pub fn withdraw(&mut self, id: TransactionId) {
        self.forget(id.0);
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The next transaction whose time is over; call it until it gives none. It has ended, unless it is an INVITE that
    /// rings: that one is to be cancelled (the second value).
    pub fn handle_timeout(&mut self, now: Instant) -> Option<(TransactionId, bool)> {
        let (_, id) = *self.deadlines.first().filter(|(deadline, _)| *deadline <= now)?;
        let cancel = self.cancel(TransactionId(id), now);
        if !cancel {
            self.forget(id);
        }
        Some((TransactionId(id), cancel))
    }

    /// Ends all transactions, because the connection is gone.
    pub fn end_all(&mut self) -> Vec<TransactionId> {
        self.deadlines.clear();
        let mut ended: Vec<_> = self.pending.drain().map(|(id, _)| TransactionId(id)).collect();
        ended.sort_unstable();
        ended
    }

    /// Gives back the memory of transactions that are over, if none is under way.
    pub fn release_memory(&mut self) {
        if self.pending.is_empty() {
            (self.pending, self.deadlines) = (HashMap::new(), BTreeSet::new());
        }
    }

    /// Transactions under way.
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
}
