//! All agents of one connection. Messages are sorted by the agent's address, which stands in To of requests and in From
//! of answers; registrations and publications wait in line for their turn; one index holds when each agent is due. No
//! I/O and no clock.
//!
//! An endpoint is a whole user agent of the SIP library, because that already registers, refreshes, subscribes and is
//! tested for it; what it costs in memory is held by a test.

mod census;
mod remembering;
mod silence;
mod strangers;
mod turns;

use crate::{
    agent::{Agent, Habits, Phase},
    journal::Change,
    pace::Pace,
    record::Recalled,
    show::Style,
    told::Told,
};
use bytes::{Bytes, BytesMut};
pub(crate) use census::Census;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{Publication, UserHandle};
use uc_sip::{
    message::Message,
    silence::{Patience, Silence},
    site::{Trouble, address},
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
    /// Whether agents register as soon as they can, and not first when something is to be shown of them.
    pub(crate) at_start: bool,
    /// Until when what an earlier life remembered waits for the host's word.
    pub(crate) wait: Duration,
    /// Between two registrations, and between two publications of all agents.
    pub(crate) between_registrations: Duration,
    pub(crate) between_publications: Duration,
    /// Between two publications of one agent in the long run, and how many may come at once.
    pub(crate) between_own: Duration,
    pub(crate) own_burst: u32,
    /// How long the server may say nothing.
    pub(crate) patience: Patience,
    /// Whether the connection is one agent's alone: the agent's trouble is then the connection's.
    pub(crate) alone: bool,
    /// Whether there is another server to try.
    pub(crate) has_choice: bool,
}

struct Link {
    address: String,
    transport: &'static str,
    silence: Silence,
    /// Whether any agent has registered over it.
    opened: bool,
    /// Whether the server has been asked if it trusts the connection, and whether it has not answered yet.
    probed: bool,
    probing: bool,
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
    memory: Vec<Change>,
    /// A subscription whose word may be wrong has been logged.
    doubt_told: bool,
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
            memory: Vec::new(),
            doubt_told: false,
        }
    }

    /// Takes an agent on. Who is signing out under the same address stays, under this number. `recalled`: what an
    /// earlier life left.
    pub(crate) fn watch(&mut self, user: UserHandle, endpoint: &Endpoint, recalled: Option<Recalled>, now: Instant) {
        let id = self.find_or_add(endpoint, recalled, now);
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.stay(user);
            self.by_user.insert(user, id);
        }
        self.settle(id, now);
        self.pump(now);
        self.probe_once(now);
    }

    fn find_or_add(&mut self, endpoint: &Endpoint, recalled: Option<Recalled>, now: Instant) -> Id {
        let key = address::key(&endpoint.registration.user).unwrap_or_default();
        let id = match self.by_address.get(&*key) {
            Some(id) => *id,
            None => self.add(key.as_ref().into(), endpoint, now),
        };
        if let Some(agent) = self.agents.get_mut(&id) {
            agent.recall(recalled, self.epoch.0 + self.manners.wait);
        }
        id
    }

    fn add(&mut self, address: Arc<str>, endpoint: &Endpoint, now: Instant) -> Id {
        let id = self.next;
        self.next += 1;
        let pace = Pace::new(self.manners.between_own, self.manners.own_burst, now);
        let Manners { style, at_start, alone, .. } = self.manners;
        let habits = Habits { style, at_start, alone };
        let agent = Agent::new(address.clone(), endpoint.clone(), habits, pace, now, self.wall(now));
        self.agents.insert(id, Box::new(agent));
        self.by_address.insert(address, id);
        id
    }

    fn wall(&self, now: Instant) -> SystemTime {
        self.epoch.1 + now.saturating_duration_since(self.epoch.0)
    }

    /// Withdraws what is published for an agent, signs them out and forgets them.
    pub(crate) fn unwatch(&mut self, user: UserHandle, now: Instant) {
        self.of(user, now, Agent::unwatch);
        self.by_user.remove(&user);
        self.told.outcomes.remove(&user);
        self.told.endpoints.remove(&user);
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
            if self.link.is_none() {
                agent.tell_of_waiting();
            }
            self.settle(id, now);
            self.pump(now);
        }
    }

    /// Whoever waits after a refusal no longer does.
    pub(crate) fn try_now(&mut self, now: Instant) {
        let mut all: Vec<_> = self.agents.keys().copied().collect();
        all.sort_unstable();
        for id in all {
            if let Some(agent) = self.agents.get_mut(&id) {
                agent.try_now();
            }
            self.settle(id, now);
        }
        self.pump(now);
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
        self.link = Some(Link {
            address: address.to_owned(),
            transport,
            silence,
            opened: false,
            probed: false,
            probing: false,
        });
        let mut all: Vec<_> = self.agents.keys().copied().collect();
        all.sort_unstable();
        all.into_iter().for_each(|id| self.settle(id, now));
        self.pump(now);
        self.probe_once(now);
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

    /// Whether taking this message asks a KDC for a ticket.
    pub(crate) fn needs_ticket(&self, message: &Message) -> bool {
        let agent = self.find(message).and_then(|id| self.agents.get(&id));
        agent.is_some_and(|agent| agent.needs_ticket(message))
    }

    /// Takes a message that came over the connection.
    pub(crate) fn receive(&mut self, message: Message, now: Instant) {
        self.heard(now);
        if let Some(link) = &mut self.link {
            link.probing = false;
        }
        let Some((id, agent)) = self.find(&message).and_then(|id| Some((id, self.agents.get_mut(&id)?))) else {
            self.stranger(&message);
            return self.receive_refused(&message, now);
        };
        agent.receive(message, now);
        self.settle(id, now);
        self.pump(now);
    }

    /// Takes a request that came over a connection of the server's own making. What is to be sent back over it, none if
    /// it is for nobody here; it says nothing about this connection.
    pub(crate) fn receive_aside(&mut self, message: Message, now: Instant) -> Option<Bytes> {
        let id = self.find(&message)?;
        let answers = self.agents.get_mut(&id)?.receive_aside(message, now);
        self.settle(id, now);
        self.pump(now);
        Some(answers)
    }

    /// Takes a request that may not be acted upon, and has been answered. A notify with another address in To than it
    /// should have is of a dialog all the same.
    pub(crate) fn receive_refused(&mut self, message: &Message, now: Instant) {
        let id = self.find(message).or_else(|| self.notified(message));
        if let Some((id, agent)) = id.and_then(|id| Some((id, self.agents.get_mut(&id)?))) {
            agent.receive_refused(message, now);
            self.settle(id, now);
            self.pump(now);
        }
    }

    /// The agent whose address stands in To of a request, or in From of an answer.
    fn find(&self, message: &Message) -> Option<Id> {
        let address = if message.is_request() { message.to() } else { message.from() };
        self.by_address.get(&*address::key(address?.uri)?).copied()
    }

    /// The server was heard.
    pub(crate) fn heard(&mut self, now: Instant) {
        if let Some(link) = &mut self.link {
            link.silence.heard(now);
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

    fn end(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
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
