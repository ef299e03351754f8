//! All agents of one connection. Messages are sorted by the agent's address, which stands in To of requests and in From
//! of answers; registrations and publications wait in line for their turn; one index holds when each agent is due. No
//! I/O and no clock.
//!
//! An endpoint is a whole user agent of the SIP library, because that already registers, refreshes, subscribes and is
//! tested for it; what it costs in memory is held by a test.

use crate::{
    agent::{Agent, News, Phase},
    pace::Pace,
    show::Style,
    told::Told,
};
use bytes::{Bytes, BytesMut};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, UserHandle};
use uc_sip::{
    message::{Message, Response},
    silence::{Due, Patience, Silence},
    site::{self, Trouble, address},
    timers::Timers,
    user_agent::Settings as Endpoint,
};

/// Between two agents that sign out when all do: their number must fit into the host's patience.
const FAREWELL: Duration = Duration::from_micros(200);
/// Publications at once after a rest.
const BURST: u32 = 100;

/// Names an agent inside the crowd: one address, whichever numbers the host gives it one after the other.
type Id = u32;

/// How a crowd behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    pub(crate) style: Style,
    /// Between two registrations, and between two publications of all agents.
    pub(crate) between_registrations: Duration,
    pub(crate) between_publications: Duration,
    /// Between two publications of one agent in the long run, and how many may come at once.
    pub(crate) between_own: Duration,
    pub(crate) own_burst: u32,
    /// How long the server may say nothing.
    pub(crate) patience: Patience,
    /// Whether the connection is one agent's alone: his trouble is then the connection's.
    pub(crate) alone: bool,
    /// Whether there is another server to try.
    pub(crate) has_choice: bool,
}

/// How many agents stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) all: usize,
    pub(crate) registered: usize,
    pub(crate) failing: usize,
}

struct Link {
    address: String,
    transport: &'static str,
    silence: Silence,
    /// Whether any agent has registered over it.
    opened: bool,
}

/// The agents of one connection.
pub(crate) struct Crowd {
    manners: Manners,
    epoch: (Instant, SystemTime),
    agents: HashMap<Id, Box<Agent>>,
    next: Id,
    by_address: HashMap<Arc<str>, Id>,
    by_user: HashMap<UserHandle, Id>,
    timers: Timers<Id>,
    to_register: VecDeque<Id>,
    to_publish: VecDeque<Id>,
    registrations: Pace,
    publications: Pace,
    link: Option<Link>,
    out: BytesMut,
    told: Told,
    census: Census,
    trouble: Option<Trouble>,
}

impl Crowd {
    /// Nobody, without connection. `wall` is the time of day at `now`.
    pub(crate) fn new(manners: Manners, now: Instant, wall: SystemTime) -> Self {
        Self {
            epoch: (now, wall),
            agents: HashMap::new(),
            next: 0,
            by_address: HashMap::new(),
            by_user: HashMap::new(),
            timers: Timers::default(),
            to_register: VecDeque::new(),
            to_publish: VecDeque::new(),
            registrations: Pace::new(manners.between_registrations, 1, now),
            publications: Pace::new(manners.between_publications, BURST, now),
            manners,
            link: None,
            out: BytesMut::new(),
            told: Told::default(),
            census: Census::default(),
            trouble: None,
        }
    }

    /// Takes an agent on. Who is signing out under the same address stays, under this number.
    pub(crate) fn watch(&mut self, user: UserHandle, endpoint: &Endpoint, now: Instant) {
        let key = address::key(&endpoint.registration.user).unwrap_or_default();
        let id = match self.by_address.get(&*key) {
            Some(id) => *id,
            None => self.add(key.as_ref().into(), endpoint, now),
        };
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.stay(user);
            self.by_user.insert(user, id);
        }
        self.settle(id, now);
        self.pump(now);
    }

    fn add(&mut self, address: Arc<str>, endpoint: &Endpoint, now: Instant) -> Id {
        let id = self.next;
        self.next += 1;
        let pace = Pace::new(self.manners.between_own, self.manners.own_burst, now);
        let agent = Agent::new(address.clone(), endpoint.clone(), self.manners.style, pace, now, self.wall(now));
        self.agents.insert(id, Box::new(agent));
        self.by_address.insert(address, id);
        id
    }

    fn wall(&self, now: Instant) -> SystemTime {
        self.epoch.1 + now.saturating_duration_since(self.epoch.0)
    }

    /// Withdraws what is published for an agent, signs him out and forgets him.
    pub(crate) fn unwatch(&mut self, user: UserHandle, now: Instant) {
        self.of(user, now, Agent::unwatch);
        self.by_user.remove(&user);
        self.told.outcomes.remove(&user);
        self.told.chosen.remove(&user);
    }

    /// Shows something of an agent.
    pub(crate) fn publish(&mut self, publication: &Publication, now: Instant) {
        self.of(publication.user, now, |agent| agent.publish(publication));
    }

    /// Shows nothing of ours any more.
    pub(crate) fn withdraw(&mut self, user: UserHandle, now: Instant) {
        self.of(user, now, Agent::withdraw);
    }

    fn of(&mut self, user: UserHandle, now: Instant, act: impl FnOnce(&mut Agent)) {
        let Some(id) = self.by_user.get(&user).copied() else { return };
        if let Some(agent) = self.agents.get_mut(&id) {
            act(agent);
            self.settle(id, now);
            self.pump(now);
        }
    }

    /// Everybody withdraws and signs out; [`Self::is_gone`] says when that is done.
    pub(crate) fn leave(&mut self, now: Instant) {
        self.publications = Pace::new(FAREWELL, BURST, now);
        self.to_register.clear();
        let all: Vec<_> = self.agents.keys().copied().collect();
        for id in all {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.part();
                self.settle(id, now);
            }
        }
        self.pump(now);
    }

    /// Whether nobody is registered any more.
    pub(crate) fn is_gone(&self) -> bool {
        let here = |agent: &Agent| matches!(agent.phase(), Phase::Open | Phase::Registering | Phase::Leaving);
        self.link.is_none() || !self.agents.values().any(|agent| here(agent))
    }

    /// A connection stands. `address` is our end as `host:port`, `transport` is `TLS` or `TCP`.
    pub(crate) fn connected(&mut self, address: &str, transport: &'static str, now: Instant) {
        let silence = Silence::new(self.manners.patience, now);
        self.link = Some(Link { address: address.to_owned(), transport, silence, opened: false });
        let mut all: Vec<_> = self.agents.keys().copied().collect();
        all.sort_unstable();
        all.into_iter().for_each(|id| self.settle(id, now));
        self.pump(now);
    }

    /// The connection is gone.
    pub(crate) fn disconnected(&mut self, now: Instant) {
        self.link = None;
        self.out.clear();
        self.trouble = None;
        self.to_register.clear();
        self.to_publish.clear();
        let all: Vec<_> = self.agents.keys().copied().collect();
        for id in all {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.disconnected(now);
                self.settle(id, now);
            }
        }
        self.out.clear();
    }

    /// Takes a message that came over the connection.
    pub(crate) fn receive(&mut self, message: Message, now: Instant) {
        self.heard(now);
        let address = if message.is_request() { message.to() } else { message.from() };
        let key = address.and_then(|address| address::key(address.uri));
        let id = key.and_then(|key| self.by_address.get(&*key)).copied();
        let Some((id, agent)) = id.and_then(|id| Some((id, self.agents.get_mut(&id)?))) else {
            return self.stranger(&message);
        };
        agent.receive(message, now);
        self.settle(id, now);
        self.pump(now);
    }

    /// The server was heard.
    pub(crate) fn heard(&mut self, now: Instant) {
        if let Some(link) = &mut self.link {
            link.silence.heard(now);
        }
    }

    /// Somebody who is not, or no more, an agent here.
    fn stranger(&mut self, message: &Message) {
        self.told.counts.strangers += 1;
        if message.is_request() && !matches!(message.method(), "ACK" | "BENOTIFY") {
            let response = Response::to(message, 481, "Subscription Does Not Exist").tag("connector");
            if let Err(error) = response.write(&mut self.out) {
                tracing::debug!(%error, "a request for somebody unknown could not be answered");
            }
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        let waiting = |queue: &VecDeque<_>, pace: &Pace| pace.next().filter(|_| !queue.is_empty());
        [
            self.timers.first(),
            waiting(&self.to_register, &self.registrations),
            waiting(&self.to_publish, &self.publications),
            link.silence.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.timers.take_due(now) {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.handle_timeout(now);
                self.settle(id, now);
            }
        }
        self.silence(now);
        self.pump(now);
    }

    fn silence(&mut self, now: Instant) {
        match self.link.as_mut().and_then(|link| link.silence.handle_timeout(now)) {
            Some(Due::Ask) => self.ask(now),
            Some(Due::Gone) => {
                let all = self.manners.patience.all().as_secs();
                self.end(Trouble::soon(format!("the server has said nothing for {all} s")));
            }
            None => {}
        }
    }

    /// Asks for a sign of life as somebody who is registered. Where somebody registers, his REGISTER is the question;
    /// where nobody does either, the server has nothing to say.
    fn ask(&mut self, now: Instant) {
        let of = |phase| move |(_, agent): &(&Id, &mut Box<Agent>)| agent.phase() == phase;
        if let Some((id, agent)) = self.agents.iter_mut().find(of(Phase::Open)) {
            agent.ask(now);
            let id = *id;
            self.settle(id, now);
        } else if !self.agents.iter_mut().any(|entry| of(Phase::Registering)(&entry)) {
            self.heard(now);
        }
    }

    fn end(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
    }

    /// Lets those whose turn it is register and publish.
    fn pump(&mut self, now: Instant) {
        while !self.to_register.is_empty() && self.registrations.take(now) {
            self.register_next(now);
        }
        while !self.to_publish.is_empty() && self.publications.take(now) {
            let Some(id) = self.to_publish.pop_front() else { break };
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.waits = false;
                agent.publish_now(now);
                self.settle(id, now);
            }
        }
    }

    fn register_next(&mut self, now: Instant) {
        let (Some(id), Some(link)) = (self.to_register.pop_front(), &self.link) else { return };
        if let Some(agent) = self.agents.get_mut(&id).filter(|agent| agent.phase() == Phase::Queued) {
            agent.register(&link.address, link.transport, now);
            self.settle(id, now);
        }
    }

    /// Lets everything that happened to an agent have its effects.
    fn settle(&mut self, id: Id, now: Instant) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if self.link.is_some() && agent.wants_to_register() {
            agent.queue();
            self.to_register.push_back(id);
        }
        if !agent.waits && agent.wants_to_publish(now) {
            agent.waits = true;
            self.to_publish.push_back(id);
        }
        while let Some(bytes) = agent.poll_transmit() {
            self.out.extend_from_slice(&bytes);
        }
        self.timers.set(id, agent.poll_timeout());
        let (user, news) = (agent.user(), agent.take_news());
        self.count(id);
        news.into_iter().for_each(|news| self.tell(user, news));
        if self.agents.get(&id).is_some_and(|agent| agent.is_over()) {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: Id) {
        self.timers.set(id, None);
        if let Some(mut agent) = self.agents.remove(&id) {
            self.census.leave(&mut agent);
            self.by_address.remove(agent.address());
        }
    }

    fn count(&mut self, id: Id) {
        let Some(agent) = self.agents.get_mut(&id) else { return };
        if agent.phase() == Phase::Open
            && let Some(link) = &mut self.link
        {
            link.opened = true;
        }
        self.census.take(agent);
    }

    fn tell(&mut self, user: Option<UserHandle>, news: News) {
        let counts = &mut self.told.counts;
        match (news, user) {
            (News::Outcome(why), Some(user)) => drop(self.told.outcomes.insert(user, why)),
            (News::Chosen(choice), Some(user)) => {
                counts.chosen += 1;
                self.told.chosen.insert(user, choice.map(|choice| choice.presence()).unwrap_or_default());
            }
            (News::Outcome(_) | News::Chosen(_), None) => {}
            (News::Published, _) => counts.published += 1,
            (News::Conflict, _) => counts.conflicts += 1,
            (News::Refused, _) => counts.refused += 1,
            (News::NotTrusted(trouble), _) => self.end(trouble),
            (News::Trouble(trouble), _) => {
                let unopened = self.link.as_ref().is_some_and(|link| !link.opened);
                let passing = matches!(trouble.again, site::Again::Soon | site::Again::After(_));
                if self.manners.alone || (unopened && passing && self.manners.has_choice) {
                    self.end(trouble);
                }
            }
        }
    }

    /// What is to be sent now.
    pub(crate) fn poll_transmit(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| self.out.split().freeze())
    }

    /// Whether anybody has registered over this connection.
    pub(crate) fn has_opened(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.opened)
    }

    /// Whether there is nobody.
    pub(crate) fn is_empty(&self) -> bool {
        self.agents.is_empty()
    }

    /// Why the connection is of no use any more.
    pub(crate) fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// What the host has not been told yet.
    pub(crate) fn told(&mut self) -> &mut Told {
        &mut self.told
    }

    /// How many agents stand where.
    pub(crate) fn census(&self) -> Census {
        self.census
    }
}

impl Census {
    /// Counts an agent as he stands now, instead of as he stood.
    fn take(&mut self, agent: &mut Agent) {
        self.leave(agent);
        let (registered, failing) = (agent.phase() == Phase::Open, agent.is_failing());
        agent.counted = Some((registered, failing));
        self.all += 1;
        self.registered += usize::from(registered);
        self.failing += usize::from(failing);
    }

    fn leave(&mut self, agent: &mut Agent) {
        if let Some((registered, failing)) = agent.counted.take() {
            self.all -= 1;
            self.registered -= usize::from(registered);
            self.failing -= usize::from(failing);
        }
    }
}
