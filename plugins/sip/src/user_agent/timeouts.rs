//! What a user agent does when time passes.

use super::{Event, Purpose, SubscriptionId, UserAgent};
use crate::silence::{self, Silence};
use crate::transaction::TransactionId;
use std::time::Instant;

impl UserAgent {
    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        [
            self.registration.poll_timeout(),
            self.transactions.poll_timeout(),
            self.invites.poll_timeout(),
            self.timers.first().filter(|_| link.open),
            link.renew_association,
            link.keep_alive.map(|(_, due)| due),
            link.silence.as_ref().and_then(Silence::poll_timeout),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((id, cancel)) = self.transactions.handle_timeout(now) {
            self.accepted.remove(&id);
            let Some((purpose, request)) = self.purposes.remove(&id) else { continue };
            if cancel {
                self.send_cancel(id, request);
            }
            self.no_response(id, purpose, now);
        }
        self.invites.handle_timeout(now);
        self.renew_association(now);
        if self.is_open() {
            self.stirred.extend(std::iter::from_fn(|| self.timers.take_due(now)));
        }
        self.pump(now);
        self.keep_alive(now);
        self.silence(now);
    }

    /// Asks a silent server for a sign of life, and gives up the one that gives none. Before the endpoint is signed
    /// in the REGISTER under way is the question.
    fn silence(&mut self, now: Instant) {
        let due = self.link.as_mut().and_then(|link| link.silence.as_mut()?.handle_timeout(now));
        match due {
            Some(silence::Due::Ask) if self.is_open() => {
                if let Err(error) = self.probe(now) {
                    tracing::debug!(%error, "a silent server could not be asked");
                }
            }
            Some(silence::Due::Gone) => self.events.extend(self.settings.patience.map(Event::Silent)),
            Some(silence::Due::Ask) | None => {}
        }
    }

    /// The server was heard: a message that [`Self::receive`] is not given, or a keep-alive.
    pub fn heard(&mut self, now: Instant) {
        if let Some(silence) = self.link.as_mut().and_then(|link| link.silence.as_mut()) {
            silence.heard(now);
        }
    }

    /// An empty line on an idle connection (RFC 5626, section 3.5.1).
    fn keep_alive(&mut self, now: Instant) {
        if let Some((interval, due)) = self.link.as_mut().and_then(|link| link.keep_alive.as_mut())
            && *due <= now
        {
            *due = now + *interval;
            self.out.extend_from_slice(b"\r\n\r\n");
        }
    }

    fn renew_association(&mut self, now: Instant) {
        if let Some(link) = &mut self.link
            && link.renew_association.is_some_and(|at| at <= now)
        {
            // From now on unsigned requests are challenged; the REGISTER goes first and makes the new one.
            link.renew_association = None;
            link.open = !self.settings.registers;
            self.authenticator.renew();
            self.registration.again(now);
        }
    }

    /// No answer to a SUBSCRIBE came, or it could not be sent.
    pub(super) fn not_subscribed(&mut self, id: SubscriptionId, now: Instant) {
        if let Some(known) = self.subscriptions.get_mut(&id) {
            let before = known.call_id().to_owned();
            let events = known.handle_no_response(now);
            self.follow(id, &before);
            self.tell(id, events);
        }
    }

    fn no_response(&mut self, id: TransactionId, purpose: Purpose, now: Instant) {
        match purpose {
            Purpose::Registration => {
                let event = self.registration.handle_no_response();
                self.events.push_back(Event::Registration(event));
            }
            Purpose::Subscription(subscription) => self.not_subscribed(subscription, now),
            // What silence means is told by the clock of silence.
            Purpose::Probe | Purpose::Unheard | Purpose::Cancelling | Purpose::Cancelled => {}
            Purpose::Other => self.events.push_back(Event::NoResponse(id)),
        }
    }
}
