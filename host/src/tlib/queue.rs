//! The queue of requests between their owner and the client of a T-Server, and word of its having room again.

use crate::agent_link::{Outgoing, Report};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Sends requests to one T-Server. The client ends when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct ClientHandle {
    requests: mpsc::Sender<Outgoing>,
    overfull: Arc<AtomicBool>,
}

/// The client's end.
pub(super) struct Queue {
    pub(super) requests: mpsc::Receiver<Outgoing>,
    /// A request was handed back since the queue had room last.
    overfull: Arc<AtomicBool>,
}

/// A queue for so many requests.
pub(super) fn queue(size: usize) -> (ClientHandle, Queue) {
    let (sender, requests) = mpsc::channel(size);
    let overfull = Arc::new(AtomicBool::new(false));
    (ClientHandle { requests: sender, overfull: Arc::clone(&overfull) }, Queue { requests, overfull })
}

impl ClientHandle {
    /// Queues a request. Its answer comes as a [`Report`] with its ticket, exactly one.
    ///
    /// # Errors
    /// Hands the request back when `max-queued` requests wait already: no report of it follows, but [`Report::Room`]
    /// does as soon as half of the queue is free. Also when the client has ended, and then nothing follows.
    pub fn send(&self, outgoing: Outgoing) -> Result<(), Outgoing> {
        let outgoing = match self.requests.try_send(outgoing) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(outgoing)) => return Err(outgoing),
            Err(TrySendError::Full(outgoing)) => outgoing,
        };
        self.overfull.store(true, Ordering::SeqCst);
        // The client may have emptied the queue before it could see the mark: once more, and it either fits or is seen.
        self.requests.try_send(outgoing).map_err(TrySendError::into_inner)
    }
}

impl Queue {
    /// To be asked after requests were taken: says once that there is room after some were handed back.
    pub(super) fn has_room_again(&self) -> Option<Report> {
        let room = || self.requests.len() <= self.requests.max_capacity() / 2;
        let told = self.overfull.load(Ordering::SeqCst) && room() && self.overfull.swap(false, Ordering::SeqCst);
        told.then_some(Report::Room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{Request, Ticket};

    fn outgoing(ticket: u64) -> Outgoing {
        Outgoing::of(Ticket(ticket), Request::UnregisterAddress { this_dn: "1".into() })
    }

    #[test]
    fn what_finds_no_room_comes_back_and_room_is_told_once() {
        let (handle, mut queue) = queue(4);
        (0..4).for_each(|ticket| handle.send(outgoing(ticket)).unwrap());
        assert!(queue.has_room_again().is_none());
        assert_eq!(handle.send(outgoing(4)).unwrap_err().ticket, Ticket(4));
        queue.requests.try_recv().unwrap();
        assert!(queue.has_room_again().is_none());
        queue.requests.try_recv().unwrap();
        assert!(matches!(queue.has_room_again(), Some(Report::Room)));
        assert!(queue.has_room_again().is_none());
        drop(queue);
        assert_eq!(handle.send(outgoing(5)).unwrap_err().ticket, Ticket(5));
    }
}
