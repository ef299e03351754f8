//! The previews asked for over HTTP: which are open, how the others ended, and which Idempotency-Key means which.
//! Pure: takes `now`, reads no clock.

use super::{asker::AskerId, message::Outcome};
use crate::wire::ConnId;
use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

/// Held by whoever waits for a preview; when the last one is dropped, the preview is withdrawn.
pub(super) type Interest = mpsc::Sender<Infallible>;

/// One preview, open or ended.
#[derive(Clone, Debug)]
pub(super) struct Preview {
    /// Its name in URLs; random, so that it cannot be guessed.
    pub(super) id: Uuid,
    /// Which interaction.
    pub(super) conn_id: ConnId,
    /// Who asked the hub for it.
    pub(super) asker: AskerId,
    /// How it ended; none: still open.
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// Lets a second waiter join.
    pub(super) interest: mpsc::WeakSender<Infallible>,
}

impl Preview {
    /// How it ended, as of now.
    pub(super) fn ended(&self) -> Option<Outcome> {
        self.outcome.borrow().clone()
    }
}

/// A client's name for its request, and the digest of the body it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdempotencyKey {
    /// The header's value.
    pub(super) key: Arc<str>,
    /// SHA-256 of the body.
    pub(super) body: [u8; 32],
}

/// What an Idempotency-Key leads to.
#[derive(Debug)]
pub(super) enum Known {
    /// Nothing yet.
    No,
    /// The preview of the same request.
    Same(Preview),
    /// A preview of another request: the client's fault.
    OtherBody,
}

#[derive(Debug)]
struct Entry {
    preview: Preview,
    key: Option<IdempotencyKey>,
    /// Keeps a preview open that nobody waits for: the asker will come back for the result.
    kept: Option<Interest>,
    ended: bool,
}

/// At most `max` previews; ended ones are forgotten after `ttl`, or earlier when room is needed.
#[derive(Debug)]
pub(super) struct PreviewTable {
    max: usize,
    ttl: Duration,
    entries: HashMap<Uuid, Entry>,
    keys: HashMap<Arc<str>, Uuid>,
    /// Ended ones, oldest first.
    ended: VecDeque<(Instant, Uuid)>,
}

impl PreviewTable {
    /// An empty table.
    pub(super) fn new(max: usize, ttl: Duration) -> Self {
        Self { max, ttl, entries: HashMap::new(), keys: HashMap::new(), ended: VecDeque::new() }
    }

    /// The preview of that name.
    pub(super) fn find(&mut self, id: Uuid, now: Instant) -> Option<Preview> {
        self.expire(now);
        self.entries.get(&id).map(|entry| entry.preview.clone())
    }

    /// What the client's key leads to.
    pub(super) fn known(&mut self, asked: &IdempotencyKey, now: Instant) -> Known {
        self.expire(now);
        let entry = self.keys.get(&asked.key).and_then(|id| self.entries.get(id));
        match entry {
            None => Known::No,
            Some(entry) if entry.key.as_ref() == Some(asked) => Known::Same(entry.preview.clone()),
            Some(_) => Known::OtherBody,
        }
    }

    /// Whether another preview fits, forgetting the oldest ended one if need be.
    pub(super) fn make_room(&mut self, now: Instant) -> bool {
        self.expire(now);
        if self.entries.len() >= self.max
            && let Some((_, oldest)) = self.ended.pop_front()
        {
            metrics::counter!("uc_routing_results_evicted_total").increment(1);
            self.forget(oldest);
        }
        self.entries.len() < self.max
    }

    /// Adds an open preview. A key that led elsewhere leads here now.
    pub(super) fn insert(&mut self, preview: Preview, key: Option<IdempotencyKey>) {
        if let Some(key) = &key {
            self.keys.insert(key.key.clone(), preview.id);
        }
        self.entries.insert(preview.id, Entry { preview, key, kept: None, ended: false });
    }

    /// Keeps an open preview although nobody waits.
    pub(super) fn keep(&mut self, id: Uuid, interest: Interest) {
        if let Some(entry) = self.entries.get_mut(&id).filter(|entry| !entry.ended) {
            entry.kept = Some(interest);
        }
    }

    /// Notes that it ended; its time to be forgotten begins.
    pub(super) fn end(&mut self, id: Uuid, now: Instant) {
        if let Some(entry) = self.entries.get_mut(&id).filter(|entry| !entry.ended) {
            entry.kept = None;
            entry.ended = true;
            self.ended.push_back((now, id));
        }
    }

    /// Frees the key of a preview whose waiters are gone: the same request again starts anew.
    pub(super) fn free_key(&mut self, id: Uuid) {
        let key = self.entries.get_mut(&id).and_then(|entry| entry.key.take());
        if let Some(key) = key
            && self.keys.get(&key.key) == Some(&id)
        {
            self.keys.remove(&key.key);
        }
    }

    fn expire(&mut self, now: Instant) {
        while let Some((ended, id)) = self.ended.front().copied()
            && now.duration_since(ended) >= self.ttl
        {
            self.ended.pop_front();
            self.forget(id);
        }
    }

    fn forget(&mut self, id: Uuid) {
        self.free_key(id);
        self.entries.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_secs(10);

    fn preview(id: u128) -> Preview {
        let outcome = watch::channel(None).1;
        let interest = mpsc::channel(1).0.downgrade();
        Preview { id: Uuid::from_u128(id), conn_id: ConnId(1), asker: AskerId::fresh(), outcome, interest }
    }

    fn key(body: u8) -> IdempotencyKey {
        IdempotencyKey { key: "k".into(), body: [body; 32] }
    }

    #[test]
    fn ended_previews_expire_open_ones_do_not() {
        let (mut table, now) = (PreviewTable::new(9, TTL), Instant::now());
        table.insert(preview(1), None);
        table.insert(preview(2), None);
        table.end(Uuid::from_u128(1), now);
        assert!(table.find(Uuid::from_u128(1), now + TTL / 2).is_some());
        assert!(table.find(Uuid::from_u128(1), now + TTL).is_none());
        assert!(table.find(Uuid::from_u128(2), now + TTL * 9).is_some());
    }

    #[test]
    fn room_is_made_from_ended_previews_only() {
        let (mut table, now) = (PreviewTable::new(2, TTL), Instant::now());
        for id in [1, 2] {
            assert!(table.make_room(now));
            table.insert(preview(id), None);
        }
        assert!(!table.make_room(now));
        table.end(Uuid::from_u128(2), now);
        assert!(table.make_room(now));
        assert!(table.find(Uuid::from_u128(1), now).is_some());
        assert!(table.find(Uuid::from_u128(2), now).is_none());
    }

    #[test]
    fn a_key_means_one_request_until_it_is_freed() {
        let (mut table, now) = (PreviewTable::new(9, TTL), Instant::now());
        assert!(matches!(table.known(&key(1), now), Known::No));
        table.insert(preview(1), Some(key(1)));
        assert!(matches!(table.known(&key(1), now), Known::Same(found) if found.id == Uuid::from_u128(1)));
        assert!(matches!(table.known(&key(2), now), Known::OtherBody));
        table.insert(preview(2), Some(key(1)));
        table.free_key(Uuid::from_u128(1));
        assert!(matches!(table.known(&key(1), now), Known::Same(found) if found.id == Uuid::from_u128(2)));
        table.free_key(Uuid::from_u128(2));
        assert!(matches!(table.known(&key(1), now), Known::No));
    }
}
