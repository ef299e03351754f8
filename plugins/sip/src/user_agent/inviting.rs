//! The INVITEs of a user agent's owner after they were sent: cancelled while they ring (RFC 3261, section 9), and accepted
//! more than once (section 13.2.2.4).

use super::{BranchedRequest, Purpose, UserAgent};
use crate::{dialog::Dialog, message::Message, transaction::TransactionId};
use std::time::Instant;

impl UserAgent {
    /// Takes an INVITE back, whose answer is told to nobody then: a CANCEL goes out once it rings, and a client that has
    /// accepted it before is left at once. One that rings too long is taken back by itself.
    pub fn cancel(&mut self, id: TransactionId, now: Instant) {
        if let Some((purpose @ Purpose::Other, _)) = self.purposes.get_mut(&id) {
            *purpose = Purpose::Cancelling;
            self.rings(id, now);
        }
    }

    /// A provisional answer has come, perhaps to an INVITE that waits for one to be cancelled.
    pub(super) fn rings(&mut self, id: TransactionId, now: Instant) {
        if self.purposes.get(&id).is_some_and(|(purpose, _)| *purpose == Purpose::Cancelling)
            && self.transactions.cancel(id, now)
            && let Some((_, request)) = self.purposes.remove(&id)
        {
            self.send_cancel(id, request);
        }
    }

    /// A CANCEL that cannot be sent leaves the INVITE to its timers.
    pub(super) fn send_cancel(&mut self, id: TransactionId, invite: Box<BranchedRequest>) {
        let _ = self.write(&invite.request.cancel(), &invite.branch);
        self.purposes.insert(id, (Purpose::Cancelled, invite));
    }

    /// The first 2xx to an INVITE: whoever sends another one is told from this one.
    pub(super) fn accepted_first(&mut self, id: TransactionId, response: &Message) {
        if response.method() == "INVITE" && matches!(response.status(), Some(200..300)) {
            self.accepted.insert(id, tag_of(response));
        }
    }

    /// One more 2xx: its sender has not got our ACK, or is another client that the INVITE was forked to and has come too
    /// late.
    pub(super) fn accepted_again(&mut self, id: TransactionId, response: &Message, now: Instant) {
        match self.accepted.get(&id) {
            Some(first) if *first == tag_of(response) => {
                let _ = Dialog::of_response(response).map(|dialog| self.ack(&dialog.ack()));
            }
            _ => self.take_back(response, now),
        }
    }

    /// Whatever a client has accepted that nobody wants is acknowledged and ended.
    pub(super) fn take_back(&mut self, response: &Message, now: Instant) {
        let accepted = matches!(response.status(), Some(200..300));
        let Some(mut dialog) = Dialog::of_response(response).filter(|_| accepted) else { return };
        let _ = self.ack(&dialog.ack());
        let _ = self.send(dialog.request("BYE"), Purpose::Unheard, now);
    }
}

fn tag_of(response: &Message) -> String {
    response.to().and_then(|to| to.tag().map(str::to_owned)).unwrap_or_default()
}
