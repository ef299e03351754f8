//! One connection's life: everything that one read brings is worked through, then presence goes to the host in one
//! batch and answers leave in one write.

use crate::{
    documents::{self, Document},
    endpoint::{Change, Endpoint, Order},
    inviter::Inviter,
    subscriber::{News, Subscriber},
};
use bytes::Bytes;
use std::time::{Duration, Instant, SystemTime};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};
use uc_plugin_api::{LinkStatus, PresenceUpdate};
use uc_sip::{
    message::{Limits, Message, Name, Response},
    registration::Event as Registration,
    site::{Server, Trouble},
    subscription::Event as Subscription,
    transport::{LinkEnd, LinkSettings, Reader, Stream, split},
    user_agent::{Event, UserAgent},
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

/// Since the host was told last.
#[derive(Default)]
struct Counts {
    notifies: u64,
    unreadable: u64,
    strangers: u64,
    refused: u64,
}

/// What the link's state is made of.
#[derive(Clone, Default, PartialEq, Eq)]
struct Standing {
    signed_in: bool,
    services_down: bool,
    trouble: Option<String>,
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
        session.stand(Standing { signed_in: true, ..Standing::default() });
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
        [self.agent.poll_timeout(), self.subscriber.poll_timeout(), farewell].into_iter().flatten().min()
    }

    fn receive(&mut self, message: Message) {
        let now = Instant::now();
        self.agent.receive(message, now);
        self.events(now);
    }

    fn timeout(&mut self) {
        let now = Instant::now();
        self.agent.handle_timeout(now);
        self.subscriber.handle_timeout(&self.endpoint.roster, now);
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
                self.agent.receive_aside(incoming.message.clone(), now);
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
            self.subscriber.pump(&mut self.agent, &self.endpoint.roster, now);
        }
        self.endpoint.host.presence(self.reports.drain(..));
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
                Event::Subscription(id, Subscription::Notify(notify)) => {
                    self.notified(&notify, now);
                    self.subscriber.handle(id, &Subscription::Notify(notify), now);
                }
                Event::Subscription(id, event) => {
                    let news = self.subscriber.handle(id, &event, now);
                    news.into_iter().for_each(|news| self.news(news));
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
            let mut standing = self.standing.clone();
            standing.signed_in = true;
            standing.services_down = registered.user_services == Some(false);
            self.stand(standing);
        } else if let Some(trouble) = Trouble::of_registration(event) {
            self.end(trouble);
        }
    }

    fn news(&mut self, news: News) {
        match news {
            News::Fine => self.stand(Standing { trouble: None, ..self.standing.clone() }),
            News::Trouble(why) => self.stand(Standing { trouble: Some(why), ..self.standing.clone() }),
            News::Unknown(users) => {
                self.reports.extend(users.iter().filter_map(|user| self.endpoint.roster.unknown(*user)));
            }
        }
    }

    /// Reports the link's state if it is another.
    fn stand(&mut self, standing: Standing) {
        if standing == self.standing || !standing.signed_in {
            return;
        }
        self.standing = standing;
        let user = &self.endpoint.settings.registration.user;
        let (status, why) = match (&self.standing.trouble, self.standing.services_down) {
            (Some(why), _) => (LinkStatus::Degraded, format!("{user}: {why}")),
            (None, true) => (LinkStatus::Degraded, format!("{user}: user services of {} are down", self.server)),
            (None, false) => {
                let people = match self.endpoint.roster.len() {
                    1 => "one person".to_owned(),
                    people => format!("{people} people"),
                };
                (LinkStatus::Up, format!("{user} is signed in at {} and watches {people}", self.server))
            }
        };
        tracing::info!("{why}");
        self.endpoint.links.set(self.endpoint.number, status, why);
    }

    fn notified(&mut self, notify: &Message, now: Instant) {
        self.counts.notifies += 1;
        let kind = notify.get(Name::ContentType).unwrap_or_default();
        let Self { endpoint, subscriber, reports, counts, unreadable_told, .. } = self;
        documents::read(kind, notify.body(), |document| match document {
            Ok(Document::Categories(categories)) => match endpoint.roster.apply(categories) {
                Some(update) => reports.push(update),
                None => counts.strangers += 1,
            },
            Ok(Document::Resources(resources)) => {
                let unknown = subscriber.resources(&resources, &endpoint.roster, now);
                counts.refused += unknown.len() as u64;
                reports.extend(unknown.iter().filter_map(|user| endpoint.roster.unknown(*user)));
            }
            Err(error) => {
                counts.unreadable += 1;
                if !std::mem::replace(unreadable_told, true) {
                    tracing::warn!(
                        account = %endpoint.settings.registration.user, call_id = notify.call_id(), %error,
                        content_type = kind.chars().take(120).collect::<String>(), bytes = notify.body().len(),
                        "a presence document cannot be used; its people keep what was known of them. Further ones on \
                         this connection are only counted (lync_documents_unreadable_total): look at the server's trace"
                    );
                }
            }
        });
    }

    fn count(&mut self) {
        let Counts { notifies, unreadable, strangers, refused } = std::mem::take(&mut self.counts);
        let counted = [
            ("lync_notifies_total", notifies),
            ("lync_documents_unreadable_total", unreadable),
            ("lync_documents_of_unknown_people_total", strangers),
            ("lync_people_refused_total", refused),
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
