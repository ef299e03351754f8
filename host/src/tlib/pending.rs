//! Requests that wait for an answer, by ReferenceID. Reads no clock.

use super::ended::{Asked, Ended};
use crate::agent_link::{Request, Ticket};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// ReferenceIDs are 32 bits with sign on the wire of most clients: 1 to 2³¹ - 1, then again from 1.
const RING: u64 = i32::MAX as u64;

/// Waiting requests. IDs are given in order and every request has the same patience, so a queue with holes is enough.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Serial number of the front entry; serial `n` travels as ReferenceID `n % RING + 1`.
    first: u64,
    waiting: VecDeque<Option<Waiting>>,
    open: usize,
    ended: Ended,
}

#[derive(Debug)]
struct Waiting {
    ticket: Ticket,
    deadline: Instant,
    asked: Asked,
}

/// Whom an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// The request waiting for it.
    Waiting(Ticket),
    /// A request of this connection that was answered, or given up, a while ago: events that fit it may carry its ID.
    Earlier(Asked),
    /// Nobody: no request of this connection has had the ID lately.
    Nobody,
}

impl Pending {
    /// Notes a request and gives it its ReferenceID.
    pub(super) fn add(&mut self, ticket: Ticket, request: &Request, deadline: Instant) -> i64 {
        let serial = self.first + self.waiting.len() as u64;
        self.waiting.push_back(Some(Waiting { ticket, deadline, asked: request.into() }));
        self.open += 1;
        reference_id(serial)
    }

    /// The request added last is not sent after all: the next one has its ReferenceID.
    pub(super) fn take_back(&mut self) {
        self.open -= usize::from(self.waiting.pop_back().flatten().is_some());
    }

    /// Who waits for the answer with this ID, and now waits no longer.
    pub(super) fn answer(&mut self, reference_id: i64, now: Instant) -> Asker {
        let Some(slot) = u64::try_from(reference_id).ok().filter(|id| (1..=RING).contains(id)) else {
            return Asker::Nobody;
        };
        let ahead = (slot - 1 + RING - self.first % RING) % RING;
        if let Some(waiting) = self.waiting.get_mut(ahead as usize).and_then(Option::take) {
            return Asker::Waiting(self.ends(waiting, reference_id, now));
        }
        self.ended.lately(reference_id, now).map_or(Asker::Nobody, |asked| Asker::Earlier(asked.clone()))
    }

    /// A request whose time is over at `now`.
    pub(super) fn expired(&mut self, now: Instant) -> Option<Ticket> {
        self.deadline().filter(|deadline| *deadline <= now)?;
        self.pop(now)
    }

    /// The oldest request, whatever its time.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Ticket> {
        let waiting = self.waiting.front_mut()?.take()?;
        Some(self.ends(waiting, reference_id(self.first), now))
    }

    /// When the oldest request's time is over.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waiting.front()?.as_ref().map(|waiting| waiting.deadline)
    }

    /// Gives every waiting request so much more time.
    pub(super) fn put_off(&mut self, pause: Duration) {
        self.waiting.iter_mut().flatten().for_each(|waiting| waiting.deadline += pause);
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.open
    }

    fn ends(&mut self, waiting: Waiting, reference_id: i64, now: Instant) -> Ticket {
        self.ended.note(reference_id, waiting.asked, now);
        self.open -= 1;
        self.trim();
        waiting.ticket
    }

    /// The front entry always waits.
    fn trim(&mut self) {
        while let Some(None) = self.waiting.front() {
            self.waiting.pop_front();
            self.first += 1;
        }
    }
}

/// As it travels.
fn reference_id(serial: u64) -> i64 {
    (serial % RING) as i64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn request() -> Request {
        Request::UnregisterAddress { this_dn: "5002".into() }
    }

    fn is_earlier(asker: &Asker) -> bool {
        matches!(asker, Asker::Earlier(_))
    }

    #[test]
    fn an_id_is_answered_once() {
        let now = Instant::now();
        let mut pending = Pending::default();
        assert_eq!(pending.answer(1, now), Asker::Nobody);
        let (first, second) = (pending.add(Ticket(10), &request(), now), pending.add(Ticket(20), &request(), now));
        assert_eq!((first, second), (1, 2));
        assert_eq!(pending.answer(second, now), Asker::Waiting(Ticket(20)));
        assert!(is_earlier(&pending.answer(second, now)));
        assert_eq!(pending.answer(first, now), Asker::Waiting(Ticket(10)));
        assert!(is_earlier(&pending.answer(first, now)));
        for foreign in [0, -1, 3, i64::MAX, i64::MIN] {
            assert_eq!(pending.answer(foreign, now), Asker::Nobody, "{foreign}");
        }
    }

    #[test]
    fn the_oldest_expires_first() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut pending = Pending::default();
        pending.add(Ticket(1), &request(), now);
        pending.add(Ticket(2), &request(), later);
        assert_eq!(pending.deadline(), Some(now));
        assert_eq!(pending.expired(now), Some(Ticket(1)));
        assert_eq!(pending.expired(now), None);
        assert_eq!(pending.expired(later), Some(Ticket(2)));
        assert_eq!((pending.deadline(), pending.len()), (None, 0));
    }

    #[test]
    fn ids_start_again_after_the_last() {
        let mut pending = Pending { first: RING - 1, ..Pending::default() };
        let now = Instant::now();
        assert_eq!(pending.add(Ticket(1), &request(), now), i64::from(i32::MAX));
        assert_eq!(pending.add(Ticket(2), &request(), now), 1);
        assert_eq!(pending.answer(1, now), Asker::Waiting(Ticket(2)));
        assert_eq!(pending.answer(i64::from(i32::MAX), now), Asker::Waiting(Ticket(1)));
    }

    #[test]
    fn a_late_answer_is_known_as_one_beyond_the_end_of_the_ring() {
        let (mut pending, now) = (Pending { first: RING - 2, ..Pending::default() }, Instant::now());
        let ids = (1..=4).map(|ticket| pending.add(Ticket(ticket), &request(), now)).collect::<Vec<_>>();
        assert_eq!(ids, [RING as i64 - 1, RING as i64, 1, 2]);
        for ticket in 1..=4 {
            assert_eq!(pending.expired(now), Some(Ticket(ticket)));
        }
        for id in ids {
            assert!(is_earlier(&pending.answer(id, now)), "{id}");
        }
        for id in [0, -1, 3, RING as i64 / 2, RING as i64 + 1, i64::from(u32::MAX), i64::MAX] {
            assert_eq!(pending.answer(id, now), Asker::Nobody, "{id}");
        }
        assert_eq!(pending.add(Ticket(5), &request(), now), 3);
        assert_eq!(pending.answer(3, now), Asker::Waiting(Ticket(5)));
        assert!(is_earlier(&pending.answer(3, now)));
    }

    proptest! {
        #[test]
        fn behaves_as_a_map(steps in prop::collection::vec((any::<bool>(), 1i64..40), 0..200)) {
            let now = Instant::now();
            let (mut pending, mut model) = (Pending::default(), HashMap::new());
            for (serial, (add, id)) in (0..).zip(steps) {
                if add {
                    model.insert(pending.add(Ticket(serial), &request(), now), Ticket(serial));
                } else {
                    let expected = model.remove(&id);
                    match pending.answer(id, now) {
                        Asker::Waiting(ticket) => prop_assert_eq!(Some(ticket), expected),
                        _ => prop_assert_eq!(None, expected),
                    }
                }
                prop_assert_eq!(pending.len(), model.len());
            }
        }
    }
}
