//! One seed: a hub, its T-Servers, its workers, and what happens to them.

use super::{
    check::Ledger,
    world::{Reports, Server, link},
};
use crate::{
    agent_link::{Cause, EventKind, LinkId, Outgoing, Report},
    clock::Moment,
    directory::{Directory, Line, Worker, WorkerId},
    hub::{Event, Hub, Outlets, Part, Works, tests::bench},
    plugins::{Arrival, PluginId},
    routing,
};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use uc_plugin_api::{
    AgentState, AgentStatus, Availability, Command, LinkStatus, Presence, PresenceUpdate, Role, UserHandle, Wanted,
    Wish,
};

/// Random steps of one seed.
const STEPS: usize = 40;
/// Enough for every pause to end.
const HORIZON: Duration = Duration::from_secs(4 * 3600);
const WORKERS: [(&str, &str); 3] = [("ann", "1001"), ("bob", "1002"), ("cyd", "1003")];
const DNS: [(&str, usize); 5] = [("5001", 0), ("5002", 0), ("5003", 0), ("6001", 1), ("6002", 1)];

/// Requests that go out, by link; a queue that is full now and then.
#[derive(Default)]
pub(super) struct Out {
    pub(super) requests: VecDeque<(LinkId, Outgoing)>,
    full: bool,
}

impl Outlets for Out {
    fn request(&mut self, link: LinkId, outgoing: Outgoing) -> Result<(), Outgoing> {
        if self.full {
            return Err(outgoing);
        }
        self.requests.push_back((link, outgoing));
        Ok(())
    }

    fn command(&mut self, _: &PluginId, _: Command) -> Result<(), Box<Command>> {
        Ok(())
    }

    fn readiness(&mut self, _: Part<'_>, _: Works<'_>) {}

    fn forget(&mut self, _: &PluginId) {}

    fn page_for(&mut self, _: &WorkerId) -> Option<String> {
        None
    }

    fn outcome(&mut self, _: routing::asker::AskerId, _: routing::message::Outcome) {}
}

/// One seed on its way.
pub(super) struct Play {
    pub(super) hub: Hub,
    pub(super) servers: [Server; 2],
    pub(super) now: Moment,
    pub(super) ledger: Ledger,
    out: Out,
    random: SmallRng,
    /// Every event and request is printed.
    told: bool,
}

impl Play {
    /// Begins with everybody in the directory, links down, nothing said.
    pub(super) fn new(seed: u64, told: bool) -> Self {
        let random = SmallRng::seed_from_u64(seed);
        let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
        let lines = |from: usize, to: usize| DNS[from..to].iter().map(line).collect();
        let workers = WORKERS.iter().zip([lines(0, 2), lines(2, 4), lines(4, 5)]);
        let directory: Vec<_> = workers.map(|((id, agent), lines)| worker(id, agent, lines)).collect();
        let mut ledger = Ledger::default();
        ledger.directory_changes(&directory, now);
        let hub = Hub::new(bench::settings(), &Arc::new(Directory::new(directory)), now);
        let mut play = Self { hub, servers: Default::default(), now, ledger, out: Out::default(), random, told };
        for (dn, at) in DNS {
            play.servers[at].devices.insert(dn.into(), Default::default());
        }
        let info = bench::info(&[Role::PresenceSource, Role::BrowserPresence]);
        play.happens(Event::Plugin(Arrival::Started { plugin: bench::plugin(), info }));
        play
    }

    /// Plays random steps, then lets everybody behave, and looks where that leads.
    pub(super) fn run(mut self) {
        for _ in 0..STEPS {
            self.step();
        }
        self.settles();
        self.check_the_end();
    }

    fn step(&mut self) {
        let at = self.random.random_range(0..2);
        match self.random.random_range(0..24) {
            0..8 => {
                let reports = self.servers[at].answers_somehow(&mut self.random);
                self.reports(at, reports);
            }
            8..12 => self.platform_speaks(),
            12 => self.worker_wishes(),
            13..16 => {
                let reports = self.servers[at].acts(&mut self.random);
                self.reports(at, reports);
            }
            16..18 => self.link_turns(at),
            18 => self.switch_turns(at),
            19 => self.platform_link_turns(),
            20 => self.directory_changes(),
            21 => self.out.full = self.random.random_bool(0.3),
            _ => {
                let pause = [10, 300, 1_500, 11_000, 40_000, 1_000_000].choose(&mut self.random).expect("six");
                self.passes(Duration::from_millis(*pause));
            }
        }
    }

    /// One event, with everything that it leads to here; requests wait at the T-Servers.
    fn happens(&mut self, event: Event) {
        if self.told {
            println!("{:?} {event:?}", self.now);
        }
        self.hub.handle(event, self.now);
        self.turn_ends();
    }

    fn turn_ends(&mut self) {
        self.hub.tick(self.now);
        self.hub.perform_all(&mut self.out, self.now);
        self.ledger.time(self.now);
        while let Some((link, outgoing)) = self.out.requests.pop_front() {
            if self.told {
                println!("    {link:?} {outgoing:?}");
            }
            self.ledger.request(&self.hub, link, &outgoing.request, self.now);
            let at = usize::from(link.0);
            let back = self.servers[at].takes(outgoing, self.now);
            self.reports(at, back);
        }
        super::check::after_a_step(&self.hub, &self.ledger, self.now);
    }

    fn reports(&mut self, at: usize, reports: Reports) {
        for report in reports {
            let settled = self.ledger.before(&self.hub, link(at), &report);
            self.ledger.cause(link(at), &report, self.now);
            self.happens_told(at, report, settled);
        }
    }

    fn happens_told(&mut self, at: usize, report: Report, settled: bool) {
        self.ledger.after(&self.hub, link(at), &report, settled);
        self.happens(Event::TServer(link(at), vec![report]));
    }

    fn platform_speaks(&mut self) {
        use Availability::{Available, Away, Busy, Offline, Unknown};
        let availability = *[Available, Available, Busy, Away, Offline, Unknown].choose(&mut self.random).expect("six");
        let Some((id, user)) = self.anybody() else { return };
        self.ledger.platform_said(&id, availability, self.now);
        let presence = Presence { availability, ..Presence::default() };
        let update = PresenceUpdate { user, presence };
        self.plugin_says(uc_plugin_api::Event::Presence(vec![update].into()));
    }

    fn worker_wishes(&mut self) {
        let status = [AgentStatus::LoggedOut, AgentStatus::Ready, AgentStatus::NotReady];
        let status = *status.choose(&mut self.random).expect("three");
        let Some((id, user)) = self.anybody() else { return };
        self.ledger.wished(&id, status, self.now);
        let wish = Wish::State(AgentState { status, ..AgentState::default() });
        self.plugin_says(uc_plugin_api::Event::Wanted(vec![Wanted { user, wish, explicit: true }].into()));
    }

    fn anybody(&mut self) -> Option<(WorkerId, UserHandle)> {
        let mut all: Vec<_> = self.hub.by_worker.iter().map(|(id, handle)| (id.clone(), *handle)).collect();
        all.sort();
        all.choose(&mut self.random).cloned()
    }

    fn plugin_says(&mut self, event: uc_plugin_api::Event) {
        self.happens(Event::Plugin(Arrival::Event { plugin: bench::plugin(), event }));
    }

    fn platform_link_turns(&mut self) {
        let status = if self.random.random_bool(0.5) { LinkStatus::Down } else { LinkStatus::Up };
        if status == LinkStatus::Down {
            self.ledger.platform_is_gone(self.now);
        }
        self.plugin_says(uc_plugin_api::Event::Link(status, "".into()));
    }

    fn link_turns(&mut self, at: usize) {
        let up = self.servers[at].up;
        let reports = if up { self.servers[at].goes_down() } else { self.servers[at].comes_up() };
        self.reports(at, reports);
    }

    fn switch_turns(&mut self, at: usize) {
        if self.servers[at].up {
            self.servers[at].switch ^= true;
            let kind = EventKind::CtiLink(self.servers[at].switch);
            self.reports(at, vec![super::world::event(&"".into(), kind, Cause::Elsewhere)]);
        }
    }

    /// Workers come and go, DNs go from one to another, logins change.
    fn directory_changes(&mut self) {
        let mut workers = Vec::new();
        let mut dns: VecDeque<_> = DNS.iter().collect();
        for _ in 0..self.random.random_range(0..DNS.len()) {
            dns.rotate_left(1);
        }
        for (id, agent) in WORKERS {
            let lines: Vec<Line> = dns.drain(..self.random.random_range(0..=2.min(dns.len()))).map(line).collect();
            let agent = if self.random.random_bool(0.1) { format!("9{agent}") } else { agent.to_owned() };
            if self.random.random_bool(0.85) {
                workers.push(worker(id, &agent, lines));
            }
        }
        self.ledger.directory_changes(&workers, self.now);
        self.happens(Event::Directory(Arc::new(Directory::new(workers))));
    }

    fn passes(&mut self, pause: Duration) {
        let until = self.now + pause;
        while let Some(next) = self.next_moment().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            for at in 0..2 {
                let late = self.servers[at].gives_up(self.now);
                self.reports(at, late);
            }
            self.turn_ends();
        }
        self.now = until;
        self.turn_ends();
    }

    fn next_moment(&self) -> Option<Moment> {
        let patience = self.servers.iter().filter_map(Server::deadline).min();
        self.hub.timers.next().into_iter().chain(patience).min()
    }

    /// From here on everybody behaves.
    fn settles(&mut self) {
        self.out.full = false;
        for at in 0..2 {
            if !self.servers[at].up {
                self.link_turns(at);
            }
            if !self.servers[at].switch {
                self.switch_turns(at);
            }
            let reports = self.servers[at].behaves();
            self.reports(at, reports);
        }
        let until = self.now + HORIZON;
        loop {
            for at in 0..2 {
                while self.servers[at].waiting() > 0 {
                    let reports = self.servers[at].obeys();
                    self.reports(at, reports);
                }
            }
            match self.hub.timers.next().filter(|next| *next <= until) {
                Some(next) => self.now = self.now.max(next),
                None => break,
            }
            self.turn_ends();
        }
    }
}

fn line((dn, at): &(&str, usize)) -> Line {
    Line { dn: (*dn).into(), switch: "S".into(), link: link(*at) }
}

fn worker(id: &str, agent: &str, lines: Vec<Line>) -> Worker {
    Worker { lines, ..bench::worker(id, agent, &[]) }
}
