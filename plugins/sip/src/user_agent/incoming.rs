//! What a user agent receives.

use super::{Event, Purpose, SubscriptionId, UserAgent, verdict, verdict::ALLOW};
use crate::auth::{Credentials, Distrust, SignInError, Trust};
use crate::message::{Message, Name, Response};
use crate::registration;
use crate::subscription::token;
use crate::transaction::{Answer, Received, TransactionId};
use bytes::{Bytes, BytesMut};
use std::time::Instant;

impl UserAgent {
    /// Reads a request that came over another connection, one that the server opened, and that [`verdict::of`] let
    /// pass. Let its events have their effects, then send [`Self::take_aside`] there: answers go where the request came
    /// from (RFC 3261, section 18.2.2). It says nothing about this endpoint's own connection.
    pub fn receive_aside(&mut self, request: Message, now: Instant) {
        self.aside = Some(BytesMut::new());
        self.admitted(request, now);
    }

    /// As [`Self::receive_aside`], of a request that [`verdict::of`] has answered: it says no more than that something
    /// was to be said.
    pub fn receive_refused(&mut self, request: &Message, now: Instant) {
        self.missed(request, now);
        self.pump(now);
    }

    /// The answers since [`Self::receive_aside`].
    pub fn take_aside(&mut self, now: Instant) -> Bytes {
        let answers = self.aside.take().unwrap_or_default();
        self.pump(now);
        answers.freeze()
    }

    pub(super) fn incoming(&mut self, message: Message, now: Instant) {
        if let Some(response) = verdict::refusal(&message) {
            if let Some(response) = response {
                // Requests inside dialogs have a To tag already; the answer keeps it.
                let tag = token(5);
                self.try_reply(&response.tag(&tag), now);
            }
            return self.missed(&message, now);
        }
        self.admitted(message, now);
    }

    /// A notify may not be acted upon: nobody knows what it would have said of those whom its subscription covers.
    pub(super) fn missed(&mut self, notify: &Message, now: Instant) {
        if !matches!(notify.method(), "NOTIFY" | "BENOTIFY") {
            return;
        }
        if let Some(id) = notify.call_id().and_then(|call_id| self.dialogs.get(call_id)).copied() {
            self.miss(id, now);
        }
    }

    /// A notify may not be acted upon, and nobody can tell whose it was.
    pub fn miss_everywhere(&mut self, now: Instant) {
        let all: Vec<_> = self.dialogs.values().copied().collect();
        all.into_iter().for_each(|id| self.miss(id, now));
        self.pump(now);
    }

    /// Whether a subscription has the dialog with that Call-ID.
    pub fn has_dialog(&self, call_id: &str) -> bool {
        self.dialogs.contains_key(call_id)
    }

    fn miss(&mut self, id: SubscriptionId, now: Instant) {
        if let Some(subscription) = self.subscriptions.get_mut(&id) {
            let lost = subscription.miss(now);
            self.tell(id, lost.into_iter().collect());
        }
    }

    /// Acts upon a message that [`verdict`] let pass.
    pub(super) fn admitted(&mut self, message: Message, now: Instant) {
        match self.authenticator.verify(&message) {
            Ok(Trust::Signed | Trust::Unneeded) => {}
            Err(distrust @ (Distrust::BadSignature | Distrust::Replayed(_))) => {
                metrics::counter!("sip_bad_signatures_total").increment(1);
                self.events.push_back(Event::Drop(distrust));
                return;
            }
            Err(distrust) => {
                metrics::counter!("sip_unsigned_messages_total").increment(1);
                tracing::debug!(%distrust, sip = message.summary(), "ignored");
                return;
            }
        }
        if message.is_request() { self.request_in(message, now) } else { self.response_in(message, now) }
    }

    fn response_in(&mut self, response: Message, now: Instant) {
        let (id, ack) = match self.transactions.receive(&response, now) {
            Answer::Final { id, ack } => (id, ack),
            Answer::Provisional(id) => return self.rings(id, now),
            Answer::Again(id) => return self.accepted_again(id, &response, now),
            Answer::Stray => {
                metrics::counter!("sip_stray_responses_total").increment(1);
                return;
            }
        };
        let Some((purpose, request)) = self.purposes.remove(&id) else { return };
        if ack {
            self.acknowledge(&request, &response);
        }
        self.accepted_first(id, &response);
        if matches!(response.status(), Some(401 | 407)) {
            self.challenged(id, purpose, &response, now);
            return;
        }
        match purpose {
            Purpose::Registration => self.registration_answered(&response, now),
            Purpose::Subscription(subscription) => {
                if response.status() == Some(481) {
                    self.registration.doubt(now);
                }
                if let Some(known) = self.subscriptions.get_mut(&subscription) {
                    let before = known.call_id().to_owned();
                    let events = known.handle_response(response, now);
                    self.follow(subscription, &before);
                    self.tell(subscription, events);
                }
            }
            Purpose::Cancelling | Purpose::Cancelled => self.take_back(&response, now),
            Purpose::Probe | Purpose::Unheard => {}
            Purpose::Other => self.events.push_back(Event::Response(id, response)),
        }
    }

    /// A subscription that began afresh has another Call-ID. What is answered to a request of the one before is no answer
    /// to it.
    pub(super) fn follow(&mut self, id: SubscriptionId, before: &str) {
        if self.subscriptions.get(&id).is_none_or(|known| known.call_id() != before) {
            self.dialogs.remove(before);
            self.purposes.retain(|_, (purpose, _)| *purpose != Purpose::Subscription(id));
        }
    }

    fn registration_answered(&mut self, response: &Message, now: Instant) {
        let Some(event) = self.registration.handle_response(response, now) else { return };
        if let registration::Event::Registered(registered) = &event {
            if let Some(gruu) = &registered.gruu {
                self.contact.clone_from(gruu);
            }
            if let Some(link) = &mut self.link {
                link.keep_alive = registered.keep_alive.map(|interval| (interval, now + interval));
            }
            self.opened(now);
        }
        self.events.push_back(Event::Registration(event));
    }

    fn opened(&mut self, now: Instant) {
        let life = self.settings.association_life;
        let established = self.authenticator.is_established();
        let Some(link) = &mut self.link else { return };
        if established && link.renew_association.is_none() {
            link.renew_association = now.checked_add(life);
        }
        if !link.open {
            link.open = true;
            // After a new association on the same connection the dialogs still stand.
            let fresh: Vec<_> =
                self.subscriptions.iter().filter(|(_, known)| known.is_suspended()).map(|(id, _)| *id).collect();
            for id in fresh {
                if let Some(subscription) = self.subscriptions.get_mut(&id) {
                    subscription.begin(&self.contact, now);
                }
            }
            self.stirred.extend(self.subscriptions.keys().copied());
        }
    }

    fn challenged(&mut self, id: TransactionId, purpose: Purpose, response: &Message, now: Instant) {
        if purpose == Purpose::Probe && !self.is_open() && matches!(self.settings.credentials, Credentials::Trusted) {
            return self.events.push_back(Event::SignIn(SignInError::NotTrusted));
        }
        if purpose != Purpose::Registration && self.settings.registers {
            // The server lost the association: sign in anew; what was refused goes out again afterwards. Of many
            // requests in flight only the first one begins that.
            if let Some(link) = self.link.as_mut().filter(|link| link.open) {
                link.open = false;
                link.renew_association = None;
                self.authenticator.renew();
                self.registration.again(now);
            }
        } else if let Err(error) = self.authenticator.challenged(response, self.wall(now)) {
            self.registration.suspend();
            self.events.push_back(Event::SignIn(error));
            return;
        }
        match purpose {
            Purpose::Registration => self.registration.again(now),
            Purpose::Subscription(subscription) => {
                if let Some(known) = self.subscriptions.get_mut(&subscription) {
                    let events = known.handle_response(response.clone(), now);
                    self.tell(subscription, events);
                }
            }
            Purpose::Probe | Purpose::Unheard | Purpose::Cancelling | Purpose::Cancelled => {}
            Purpose::Other => self.events.push_back(Event::Response(id, response.clone())),
        }
    }

    fn request_in(&mut self, request: Message, now: Instant) {
        match request.method() {
            "NOTIFY" | "BENOTIFY" => self.notified(&request, now),
            "OPTIONS" => {
                let response = Response::to(&request, 200, "OK").field("Allow", ALLOW);
                self.try_reply(&response, now);
            }
            "INVITE" | "CANCEL" | "ACK" => self.invited(request, now),
            // What is not served has been answered.
            _ => self.events.push_back(Event::Request(request)),
        }
    }

    fn invited(&mut self, request: Message, now: Instant) {
        match self.invites.receive(&request) {
            Received::Invite(_) => self.events.push_back(Event::Request(request)),
            Received::Cancel(_) => {
                self.answer(&request, 200, "OK", now);
                self.events.push_back(Event::Request(request));
            }
            Received::LateCancel => self.answer(&request, 481, "Call/Transaction Does Not Exist", now),
            Received::Full => self.answer(&request, 503, "Service Unavailable", now),
            Received::Other => self.events.push_back(Event::Request(request)),
            Received::Repeated | Received::Ack => {}
        }
    }

    fn notified(&mut self, notify: &Message, now: Instant) {
        let id = notify.call_id().and_then(|call_id| self.dialogs.get(call_id)).copied();
        if let Some((id, subscription)) = id.and_then(|id| Some((id, self.subscriptions.get_mut(&id)?))) {
            // The message is shared, not copied: the answer echoes it while the body goes up.
            let notified = subscription.handle_notify(notify.clone(), now);
            if let Some((status, reason)) = notified.answer {
                self.answer(notify, status, reason, now);
            }
            self.follow(id, notify.call_id().unwrap_or_default());
            self.tell(id, notified.events);
            return;
        }
        if notify.get(Name::Event).is_some_and(is_of_registration) {
            self.answer(notify, 200, "OK", now);
            let event = self.registration.handle_notify(notify, now);
            self.events.extend(event.map(Event::Registration));
            return;
        }
        metrics::counter!("sip_notifies_without_subscription_total").increment(1);
        if notify.method() == "NOTIFY" {
            self.answer(notify, 481, "Subscription Does Not Exist", now);
        }
    }

    fn answer(&mut self, request: &Message, status: u16, reason: &str, now: Instant) {
        // Requests inside dialogs have a To tag already; only the others need one made.
        let tag = if request.to().is_some_and(|to| to.tag().is_some()) { String::new() } else { token(5) };
        self.try_reply(&Response::to(request, status, reason).tag(&tag), now);
    }

    fn try_reply(&mut self, response: &Response<'_>, now: Instant) {
        if let Err(error) = self.reply(response, now) {
            tracing::warn!(%error, status = response.status(), "a request could not be answered");
        }
    }
}

/// The event type, whatever parameters follow it (RFC 6665, section 8.2.1).
fn is_of_registration(event: &str) -> bool {
    event.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("registration-notify")
}
