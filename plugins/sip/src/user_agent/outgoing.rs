//! What a user agent sends.

use super::{BranchedRequest, CannotSend, Purpose, UserAgent};
use crate::auth::SignedFields;
use crate::message::{BadPart, Limits, Message, Name, Request, Response, values::unfold};
use crate::subscription::{self, token};
use crate::transaction::{InviteKey, TransactionId};
use bytes::BytesMut;
use std::time::Instant;

impl UserAgent {
    /// A request to somebody outside any dialog, from this endpoint.
    pub fn own_request(&self, method: &'static str, to: &str) -> Request {
        let own = &self.settings.registration;
        Request::new(method, to)
            .field("From", format!("<{}>;tag={};epid={}", own.user, token(5), own.epid))
            .field("To", format!("<{to}>"))
            .field("Call-ID", token(16))
            .field("CSeq", format!("1 {method}"))
            .field("Contact", format!("<{}>", self.contact))
    }

    pub(super) fn send(
        &mut self,
        request: Request,
        purpose: Purpose,
        now: Instant,
    ) -> Result<TransactionId, CannotSend> {
        if self.link.is_none() {
            return Err(CannotSend::NotSignedIn);
        }
        let (id, branch) = self.transactions.begin(&request.method, now)?;
        self.write(&request, &branch).inspect_err(|_| self.transactions.withdraw(id))?;
        self.purposes.insert(id, (purpose, Box::new(BranchedRequest { request, branch })));
        Ok(id)
    }

    pub(super) fn write(&mut self, request: &Request, branch: &str) -> Result<(), CannotSend> {
        let Some(link) = &self.link else { return Err(CannotSend::NotSignedIn) };
        let request = request
            .clone()
            .field("Via", format!("SIP/2.0/{} {};branch={branch}", link.transport, link.address))
            .with(rsip::headers::MaxForwards::from(70_u32))
            .with(rsip::headers::UserAgent::from(self.settings.product.as_str()));
        let mut out = std::mem::take(&mut self.out);
        let before = out.len();
        let written = self.write_signed(&request, &mut out);
        if written.is_err() {
            out.truncate(before);
        }
        self.out = out;
        written
    }

    fn write_signed(&mut self, request: &Request, out: &mut BytesMut) -> Result<(), CannotSend> {
        let mut signed = Ok(());
        request.write_with(out, |head, out| {
            // Read back what was written, so that exactly that is signed.
            let limits = Limits::with_message(usize::MAX);
            let message = Message::parse_head((head.to_owned() + "\r\n").into(), &limits).ok();
            if let Some(fields) = message.as_ref().and_then(SignedFields::of) {
                signed = self.authenticator.authorize(&fields, out);
            }
        })?;
        Ok(signed?)
    }

    /// Answers a request, signed if there is an association.
    ///
    /// # Errors
    /// [`CannotSend`].
    pub fn reply(&mut self, response: &Response<'_>, now: Instant) -> Result<(), CannotSend> {
        if self.link.is_none() {
            return Err(CannotSend::NotSignedIn);
        }
        if response.request().method() == "INVITE"
            && let Some(key) = InviteKey::of(response.request())
        {
            self.invites.answered(&key, response.status(), now);
        }
        let mut signed = Ok(());
        let (authenticator, out) = (&mut self.authenticator, self.aside.as_mut().unwrap_or(&mut self.out));
        let before = out.len();
        let written: Result<(), BadPart> = response.write_with(out, |out| {
            if !authenticator.is_silent()
                && let Some(fields) = SignedFields::of_response(response)
            {
                signed = authenticator.authorize(&fields, out);
            }
        });
        if signed.is_err() {
            out.truncate(before);
        }
        written?;
        Ok(signed?)
    }

    /// The ACK of a refused INVITE: same branch, To of the answer (RFC 3261, section 17.1.1.3).
    pub(super) fn acknowledge(&mut self, invite: &BranchedRequest, response: &Message) {
        let ack = (|| {
            let cseq = response.cseq()?.number;
            let from = unfold(response.get(Name::From)?);
            let to = unfold(response.get(Name::To)?);
            let request = Request::new("ACK", invite.request.uri.clone())
                .field("From", from)
                .field("To", to)
                .field("Call-ID", response.call_id()?)
                .field("CSeq", format!("{cseq} ACK"));
            Some(request)
        })();
        if let Some(ack) = ack {
            // An ACK that cannot be sent leaves the server to its timer H.
            let _ = self.write(&ack, &invite.branch);
        }
    }

    /// Sends the ACK of a 2xx to an INVITE, which has no transaction of its own.
    ///
    /// # Errors
    /// [`CannotSend`].
    pub fn ack(&mut self, ack: &Request) -> Result<(), CannotSend> {
        let branch = format!("z9hG4bK{}", token(8));
        self.write(ack, &branch)
    }

    /// Sends whatever is due.
    pub(super) fn pump(&mut self, now: Instant) {
        if self.link.is_none() {
            self.stirred.clear();
            return;
        }
        if let Some(register) = self.registration.poll_transmit(now)
            && let Err(error) = self.send(register, Purpose::Registration, now)
        {
            tracing::error!(%error, "REGISTER could not be sent");
            let event = self.registration.handle_no_response();
            self.events.push_back(super::Event::Registration(event));
        }
        if !self.is_open() {
            return;
        }
        while let Some(id) = self.stirred.pop_front() {
            self.pump_subscription(id, now);
            self.timers.set(id, self.subscriptions.get(&id).and_then(|known| known.poll_timeout()));
        }
        if !self.out.is_empty()
            && let Some((interval, due)) = self.link.as_mut().and_then(|link| link.keep_alive.as_mut())
        {
            *due = now + *interval;
        }
    }

    fn pump_subscription(&mut self, id: super::SubscriptionId, now: Instant) {
        let Some(subscription) = self.subscriptions.get_mut(&id) else { return };
        if subscription.is_over() {
            self.dialogs.remove(subscription.call_id());
            self.subscriptions.remove(&id);
            return;
        }
        if subscription.is_expired(now) {
            let before = subscription.call_id().to_owned();
            let over = subscription.expire(now);
            self.dialogs.remove(&before);
            return self.tell(id, vec![over]);
        }
        let Some(request) = subscription.poll_transmit(now) else { return };
        if subscription.is_refreshing() {
            self.events.push_back(super::Event::Subscription(id, subscription::Event::Refreshing));
        }
        self.dialogs.insert(subscription.call_id().to_owned(), id);
        if let Err(error) = self.send(request, Purpose::Subscription(id), now) {
            tracing::warn!(%error, "SUBSCRIBE could not be sent, it is tried again");
            self.not_subscribed(id, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::Credentials, ms::Epid, registration, user_agent::Settings};
    use std::time::{Duration, SystemTime};

    fn trusted() -> Settings {
        let (domain, user) = ("sip:example.com".to_owned(), "sip:alice@example.com".to_owned());
        Settings {
            registration: registration::Settings { domain, user, epid: Epid::new("46b45a2a3940").unwrap() },
            credentials: Credentials::Trusted,
            registers: false,
            contact: None,
            sent_by: None,
            product: "test".into(),
            association_life: Duration::from_secs(3600),
            patience: None,
        }
    }

    #[test]
    fn a_subscribe_that_can_never_be_sent_is_tried_for_ever_and_leaves_no_dialog_behind() {
        let mut now = Instant::now();
        let mut agent = UserAgent::new(trusted(), now, SystemTime::now());
        agent.connected("127.0.0.1:1", "TLS", now);
        let settings = subscription::Settings {
            target: "sip:no\r\nline".into(),
            watcher: String::new(),
            epid: String::new(),
            contact: String::new(),
            event: "presence".into(),
            fields: Vec::new(),
            expires: None,
            margin: Duration::from_secs(1),
            renews: true,
        };
        agent.subscribe(settings, None, now);
        for _ in 0..50 {
            now = agent.poll_timeout().unwrap();
            agent.handle_timeout(now);
        }
        assert!(agent.transactions.is_empty(), "nobody answers what was not sent");
        let told = std::iter::from_fn(|| agent.poll_event()).count();
        assert!(told > 50 && agent.poll_transmit().is_none(), "{told}");
        assert!(agent.dialogs.len() <= 1, "{} Call-IDs are kept", agent.dialogs.len());
    }
}
