//! One connection's life: everything that one read brings is worked through, then presence goes to the host in one
//! batch and answers leave in one write.

use crate::{
    endpoint::{Change, Endpoint, Order},
    inviter::Inviter,
    notify::{Counts, Notified},
    standing::Standing,
    subscriber::{self, Subscriber},
};
use bytes::Bytes;
use std::time::{Duration, Instant, SystemTime};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};
use uc_plugin_api::PresenceUpdate;
use uc_sip::{
    message::{Limits, Message, Name, Response},
    registration::Event as Registration,
    site::{Server, Trouble},
    subscription::Event as Subscription,
    transport::{LinkEnd, LinkSettings, Reader, Stream, split},
    user_agent::{Event, SubscriptionId, UserAgent},
};

/// Longest message: the first notify of a batch carries everybody in it, a thousand people with 16 KiB each at most.
pub(crate) const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// Messages that are worked through before anything is sent; bounds how late a report may be.
const MAX_AT_ONCE: usize = 256;
/// How long signing out may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why it is over.
pub(crate) enum Ended {
    Trouble(Trouble),
    Stopped,
}

/// What happens over one connection.
struct Session<'a> {
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
    /// The answer to a request that broke the stream.
    last_words: Option<Bytes>,
    leaving: Option<(oneshot::Sender<()>, Instant)>,
}

/// Serves a connection to its end. Also says whether it ever signed in.
pub(crate) async fn run(endpoint: &mut Endpoint, stream: Stream, server: &Server) -> (Ended, bool) {
    let address = match stream.local_addr() {
        Ok(address) => address.to_string(),
        Err(error) => return (Ended::Trouble(Trouble::soon(error.to_string())), false),
    };
    let transport = stream.transport();
    let settings = LinkSettings { limits: Limits::with_message(MAX_MESSAGE), ..LinkSettings::default() };
    let (mut reader, writer) = split(stream, settings);
    let (output, _writing) = writer.spawn();
    let mut session = Session::new(endpoint, server);
    session.agent.connected(&address, transport, Instant::now());
    if !session.endpoint.settings.registers {
        session.standing.signed_in = true;
    }
    loop {
        if let Some(ended) = session.settle(&output).await {
            let signed_in = session.standing.signed_in;
            session.close();
            return (ended, signed_in);
        }
        let due = session.due();
        tokio::select! {
            read = reader.next() => {
                let mut read = read.map(Some);
                for _ in 0..MAX_AT_ONCE {
                    match read {
                        Ok(Some(message)) => session.receive(message),
                        Ok(None) => break,
                        Err(end) => {
                            session.lost(&end, &reader);
                            break;
                        }
                    }
                    read = reader.ready();
                }
            }
            order = session.endpoint.orders.recv() => session.order(order),
            () = until(due) => session.timeout(),
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

impl<'a> Session<'a> {
    fn new(endpoint: &'a mut Endpoint, server: &Server) -> Self {
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
            last_words: None,
            leaving: None,
        }
    }

    fn due(&self) -> Option<Instant> {
        let farewell = self.leaving.as_ref().map(|(_, until)| *until);
        let all = [self.agent.poll_timeout(), self.subscriber.poll_timeout(), self.standing.poll_timeout(), farewell];
        all.into_iter().flatten().min()
    }

    fn receive(&mut self, message: Message) {
        let now = Instant::now();
        self.agent.receive(message, now);
        self.events(now);
    }

    fn timeout(&mut self) {
        let now = Instant::now();
        self.agent.handle_timeout(now);
        self.subscriber.handle_timeout(now);
    }

    fn lost(&mut self, end: &LinkEnd, reader: &Reader) {
        if let LinkEnd::Unreadable(fault) = end {
            self.last_words = reader.last_answer(*fault);
        }
        let Trouble { why, again } = Trouble::from(end);
        self.ended.get_or_insert_with(|| Trouble { why: format!("{}: {why}", self.server), again });
    }

    fn order(&mut self, order: Option<Order>) {
        let now = Instant::now();
        match order {
            Some(Order::Watch(users)) => {
                let changes = self.endpoint.watch(&users);
                self.change(&changes);
            }
            Some(Order::Unwatch(users)) => {
                let changes = self.endpoint.unwatch(&users);
                self.change(&changes);
            }
            Some(Order::Invite(invitation)) => {
                let key = self.endpoint.roster.address(invitation.user).cloned();
                let failed = match key {
                    Some(key) => self.inviter.invite(&invitation, &key, &mut self.agent, now),
                    None => Some(crate::inviter::failed(invitation.id, "the worker has no SIP address")),
                };
                failed.into_iter().for_each(|invited| self.endpoint.invited(invited));
            }
            Some(Order::Incoming(incoming)) => {
                match incoming.admitted {
                    true => self.agent.receive_aside(incoming.message.clone(), now),
                    false => self.agent.receive_refused(&incoming.message, now),
                }
                self.events(now);
                incoming.answer(self.agent.take_aside(now));
            }
            Some(Order::Stop(done)) => {
                // Without a registration there is no answer to wait for.
                let wait = if self.endpoint.settings.registers { FAREWELL } else { Duration::ZERO };
                self.leaving = Some((done, now + wait));
                self.inviter.leave_all(&mut self.agent, now);
                self.agent.leave(now);
            }
            None => self.ended = Some(Trouble::soon("the plug-in ended")),
        }
    }

    fn change(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Added(user) => self.subscriber.add(*user),
                Change::Removed(user, address) => self.subscriber.remove(*user, address),
            }
        }
    }

    /// Lets everything that happened have its effects. Some when it is over.
    async fn settle(&mut self, output: &mpsc::Sender<Bytes>) -> Option<Ended> {
        let now = Instant::now();
        self.events(now);
        if self.agent.is_open() && self.leaving.is_none() {
            self.subscriber.pump(&mut self.agent, &mut self.endpoint.roster, now);
        }
        self.report_changed();
        self.endpoint.host.presence(self.reports.drain(..));
        self.stand(now);
        self.count();
        while let Some(bytes) = self.agent.poll_transmit().or_else(|| self.last_words.take()) {
            if output.send(bytes).await.is_err() {
                self.ended.get_or_insert_with(|| Trouble::soon(format!("{}: the server takes nothing", self.server)));
                break;
            }
        }
        if self.leaving.as_ref().is_some_and(|(_, until)| self.ended.is_some() || *until <= now) {
            return Some(Ended::Stopped);
        }
        self.ended.take().map(Ended::Trouble)
    }

    /// Over, whyever.
    fn close(mut self) {
        for invited in self.inviter.abandon() {
            self.endpoint.invited(invited);
        }
        if let Some((done, _)) = self.leaving.take() {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
    }

    fn events(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            match event {
                Event::Registration(event) => self.registration(&event),
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
                    self.end(Trouble::soon(format!("{}: connection dropped: {distrust}", self.server)));
                }
                Event::Silent(patience) => {
                    let all = patience.all().as_secs();
                    self.end(Trouble::soon(format!("{}: the server has said nothing for {all} s", self.server)));
                }
            }
        }
    }

    fn end(&mut self, trouble: Trouble) {
        self.ended.get_or_insert(trouble);
    }

    fn registration(&mut self, event: &Registration) {
        if let Registration::Registered(registered) = event {
            self.standing.signed_in = true;
            self.standing.services_down = registered.user_services == Some(false);
        } else if let Some(trouble) = Trouble::of_registration(event) {
            self.end(trouble);
        }
    }

    /// Reports who is known now, or not any more.
    fn report_changed(&mut self) {
        let coverage = self.subscriber.coverage();
        for user in coverage.take_changed() {
            self.reports.extend(self.endpoint.roster.report(user, coverage.knows(user)));
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
        self.subscriber.heard(at, now);
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
        let subscriber::Counts { refused, lost, renumbered } = self.subscriber.take_counts();
        let counted = [
            ("lync_notifies_total", notifies),
            ("lync_documents_unreadable_total", unreadable),
            ("lync_documents_of_unknown_people_total", strangers),
            ("lync_people_refused_total", refused),
            ("lync_subscriptions_lost_total", lost),
            ("lync_subscriptions_renumbered_total", renumbered),
        ];
        for (name, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
            self.endpoint.host.count(name, count);
        }
    }

    /// People may answer our messages, and nobody is here to talk to.
    fn request(&mut self, request: &Message, now: Instant) {
        let (status, reason) = match request.method() {
            "ACK" | "CANCEL" => return,
            "INVITE" => (480, "Temporarily Unavailable"),
            "BYE" => {
                self.inviter.left(request, &mut self.agent, now);
                (200, "OK")
            }
            _ => (200, "OK"),
        };
        let response = Response::to(request, status, reason).tag("connector");
        if let Err(error) = self.agent.reply(&response, now) {
            tracing::debug!(%error, "a request could not be answered");
        }
    }
}
