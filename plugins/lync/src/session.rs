//! One connection's life: everything that one read brings is worked through, then presence goes to the host in one
//! batch and answers leave in one write.

use crate::{
    endpoint::{Endpoint, Order},
    inviter::Inviter,
    notify::{Counts, Notified},
    standing::Standing,
    subscriber::{self, Subscriber},
};
use bytes::Bytes;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::oneshot;
use uc_plugin_api::PresenceUpdate;
use uc_sip::{
    message::{Message, Name, Response},
    registration::Event as Registration,
    site::{self, Server, Trouble},
    subscription::Event as Subscription,
    user_agent::{Event, SubscriptionId, UserAgent, verdict::unattended},
};

/// Longest message.
pub(crate) const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// How long signing out may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// What happens over one connection.
pub(crate) struct Session<'a> {
    endpoint: &'a mut Endpoint,
    server: String,
    agent: UserAgent,
    subscriber: Subscriber,
    inviter: Inviter,
    reports: Vec<PresenceUpdate>,
    counts: Counts,
    /// An unreadable document of this connection has been logged.
    unreadable_told: bool,
    standing: Standing,
    ended: Option<Trouble>,
    leaving: Option<(oneshot::Sender<()>, Instant)>,
}

impl site::Session for Session<'_> {
    type News = Option<Order>;
    /// The first notify of a batch carries everybody in it, a thousand people with 16 KiB each at most.
    const MAX_MESSAGE: usize = MAX_MESSAGE;

    fn begin(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.agent.connected(address, transport, now);
        self.standing.signed_in = !self.endpoint.settings.registers;
    }

    fn needs_ticket(&self, message: &Message) -> bool {
        self.agent.needs_ticket(message)
    }

    fn receive(&mut self, message: Message, now: Instant) {
        self.agent.receive(message, now);
        self.events(now);
    }

    fn lost_notify(&mut self, notify: Option<Message>, now: Instant) {
        match notify {
            Some(notify) => self.agent.receive_refused(&notify, now),
            None => self.agent.miss_everywhere(now),
        }
        self.events(now);
    }

    async fn news(&mut self) -> Option<Order> {
        self.endpoint.orders.recv().await
    }

    fn take(&mut self, order: Option<Order>, now: Instant) {
        self.order(order, now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let all = [self.agent.poll_timeout(), self.subscriber.poll_timeout(), self.standing.poll_timeout()];
        all.into_iter().flatten().min()
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.standing.asks_for_services(now) {
            self.agent.confirm(now);
        }
        self.agent.handle_timeout(now);
        self.subscriber.handle_timeout(now);
    }

    fn settle(&mut self, now: Instant) {
        self.events(now);
        if self.agent.is_open() && self.leaving.is_none() {
            self.subscriber.pump(&mut self.agent, &mut self.endpoint.roster, now);
        }
        self.report_changed();
        self.endpoint.host.presence(self.reports.drain(..));
        self.stand(now);
        self.count();
    }

    fn poll_transmit(&mut self) -> Option<Bytes> {
        self.agent.poll_transmit()
    }

    fn take_trouble(&mut self) -> Option<Trouble> {
        self.ended.take()
    }

    fn leaves_until(&self) -> Option<Instant> {
        self.leaving.as_ref().map(|(_, until)| *until)
    }

    /// Signed out is trouble too: the server has ended the registration.
    fn has_left(&self) -> bool {
        false
    }
}

impl<'a> Session<'a> {
    /// Over a connection to that server.
    pub(crate) fn new(endpoint: &'a mut Endpoint, server: &Server) -> Self {
        let own = &endpoint.settings.registration.user;
        let subscriber = Subscriber::new(own, endpoint.batch, endpoint.identity.clone(), &endpoint.roster);
        Self {
            agent: UserAgent::new(endpoint.settings.clone(), Instant::now(), SystemTime::now()),
            endpoint,
            server: server.to_string(),
            subscriber,
            inviter: Inviter::default(),
            reports: Vec::new(),
            counts: Counts::default(),
            unreadable_told: false,
            standing: Standing::default(),
            ended: None,
            leaving: None,
        }
    }

    fn order(&mut self, order: Option<Order>, now: Instant) {
        match order {
            Some(Order::Watch(users)) => {
                let changes = self.endpoint.roster.watch(&users);
                self.subscriber.follow(&changes);
            }
            Some(Order::Unwatch(users)) => {
                let changes = self.endpoint.roster.unwatch(&users);
                self.subscriber.follow(&changes);
            }
            Some(Order::Invite(invitation)) => {
                let key = self.endpoint.roster.address(invitation.user).cloned();
                let failed = match key {
                    Some(key) => self.inviter.invite(&invitation, &key, &mut self.agent, now),
                    None => vec![crate::invitation::came_to(invitation.id, "the worker has no SIP address")],
                };
                failed.into_iter().for_each(|invited| self.endpoint.invited(invited));
            }
            Some(Order::EndInvitations(ids)) => self.inviter.take_back(&ids, &mut self.agent, now),
            Some(Order::Incoming(incoming)) => {
                match incoming.admitted {
                    true => self.agent.receive_aside(incoming.message.clone(), now),
                    false => self.agent.receive_refused(&incoming.message, now),
                }
                self.events(now);
                incoming.answer(self.agent.take_aside(now));
            }
            Some(Order::TryNow) => self.subscriber.try_now(),
            Some(Order::Stop(done)) => {
                // Without a registration there is no answer to wait for.
                let wait = if self.endpoint.settings.registers { FAREWELL } else { Duration::ZERO };
                self.leaving = Some((done, now + wait));
                let taken_back = self.inviter.leave_all(&mut self.agent, now);
                taken_back.into_iter().for_each(|invited| self.endpoint.invited(invited));
                self.agent.leave(now);
            }
            None => self.ended = Some(Trouble::soon("the plug-in ended")),
        }
    }

    /// Over, whyever; whether it ever signed in.
    pub(crate) fn close(mut self) -> bool {
        for invited in self.inviter.abandon() {
            self.endpoint.invited(invited);
        }
        if let Some((done, _)) = self.leaving.take() {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
        self.standing.signed_in
    }

    fn events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            match event {
                Event::Registration(event) => self.registration(&event, now),
                Event::SignIn(error) => self.end(Trouble::from(&error)),
                Event::Subscription(id, Subscription::Notify(notify)) => self.notified(id, &notify, now),
                Event::Subscription(id, event) => {
                    self.subscriber.handle(id, &event, &mut self.endpoint.roster, now);
                }
                Event::Response(id, response) => {
                    let invited = self.inviter.answered(id, &response, &mut self.agent, now);
                    invited.into_iter().for_each(|invited| self.endpoint.invited(invited));
                }
                Event::NoResponse(id) => {
                    let invited = self.inviter.unanswered(id, &mut self.agent, now);
                    invited.into_iter().for_each(|invited| self.endpoint.invited(invited));
                }
                Event::Request(request) => self.request(&request, now),
                Event::Drop(distrust) => {
                    self.end(Trouble::soon(format!("connection dropped: {distrust}")));
                }
                Event::Silent(patience) => {
                    let all = patience.all().as_secs();
                    self.end(Trouble::soon(format!("the server has said nothing for {all} s")));
                }
            }
        }
    }

    fn end(&mut self, trouble: Trouble) {
        self.ended.get_or_insert(trouble);
    }

    fn registration(&mut self, event: &Registration, now: Instant) {
        match event {
            Registration::Registered(registered) => {
                self.standing.signed_in = true;
                self.services(registered.user_services != Some(false), now);
            }
            Registration::UserServices { up } => self.services(*up, now),
            other => Trouble::of_registration(other).into_iter().for_each(|trouble| self.end(trouble)),
        }
    }

    /// The server says whether its user services are up. Whoever they told of may be another by now, whether they went
    /// or came back.
    fn services(&mut self, up: bool, now: Instant) {
        if self.standing.services(up, now) {
            let why = if up { "were down" } else { "are down" };
            self.subscriber.ask_for_everybody_again(&format!("the server's user services {why}"), now);
        }
    }

    /// Reports who is known now, or not any more.
    fn report_changed(&mut self) {
        let coverage = self.subscriber.coverage();
        for user in coverage.take_changed() {
            self.reports.push(self.endpoint.roster.report(user, coverage.knows(user)));
        }
    }

    /// Reports the link's state if it is another.
    fn stand(&mut self, now: Instant) {
        let people = self.endpoint.roster.len();
        self.standing.watching(people, &self.subscriber);
        let user = &self.endpoint.settings.registration.user;
        if let Some((status, why)) = self.standing.news(user, &self.server, now) {
            tracing::info!("{why}");
            self.endpoint.links.set(self.endpoint.number, status, why);
        }
    }

    fn notified(&mut self, id: SubscriptionId, notify: &Message, now: Instant) {
        let Some(at) = self.subscriber.pool(id) else { return };
        self.subscriber.heard(at, !notify.is_request(), now);
        let Self { endpoint, subscriber, reports, counts, .. } = self;
        let fault = Notified { subscriber, roster: &mut endpoint.roster, reports, counts }.take(at, notify, now);
        let Some(error) = fault.filter(|_| !std::mem::replace(&mut self.unreadable_told, true)) else { return };
        let kind = notify.get(Name::ContentType).unwrap_or_default();
        tracing::warn!(
            account = %self.endpoint.settings.registration.user, call_id = notify.call_id(), %error,
            content_type = kind.chars().take(120).collect::<String>(), bytes = notify.body().len(),
            "a presence document cannot be used as it is; who may be meant is unknown until the server says it again. \
             Further ones on this connection are only counted (lync_documents_unreadable_total): look at the server's trace"
        );
    }

    fn count(&mut self) {
        let Counts { notifies, unreadable, strangers } = std::mem::take(&mut self.counts);
        let subscriber::Counts { refused, lost, renumbered, skipped } = self.subscriber.take_counts();
        let counted = [
            ("lync_notifies_total", notifies),
            ("lync_documents_unreadable_total", unreadable),
            ("lync_documents_of_unknown_people_total", strangers),
            ("lync_people_refused_total", refused),
            ("lync_subscriptions_lost_total", lost),
            ("lync_subscriptions_renumbered_total", renumbered),
            ("lync_numbers_skipped_total", skipped),
        ];
        for (name, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            self.endpoint.host.count(name, count);
        }
    }

    /// People may answer our messages, and nobody is here to talk to.
    fn request(&mut self, request: &Message, now: Instant) {
        let ours = self.inviter.knows(request);
        if ours && request.method() == "BYE" {
            let told = self.inviter.left(request, &mut self.agent, now);
            told.into_iter().for_each(|invited| self.endpoint.invited(invited));
        }
        let Some((status, reason)) = unattended(request, ours) else { return };
        let response = Response::to(request, status, reason).tag("connector");
        if let Err(error) = self.agent.reply(&response, now) {
            tracing::debug!(%error, "a request could not be answered");
        }
    }
}
