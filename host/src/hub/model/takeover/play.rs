//! One seed: what happens to the pair, and to those it speaks to.
//! Long, because it is the list of everything that can happen to them, a few lines each.

use super::{
    afterwards, check,
    node::{At, Does, Life, Node, Says},
    wires::{Arrives, Back, Call, Keeps, TServer, Told, UnderWay, at_store},
};
use crate::{
    agent_link::{Dn, Report},
    hub::{
        Event,
        tests::bench::{self, LINK},
    },
    mode::Mode,
    plugins::PluginArrival,
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng, seq::IndexedRandom as _};
use std::{collections::BTreeMap, time::Duration};
use uc_plugin_api::{
    AgentState, AgentStatus, Availability, Presence, PresenceUpdate, UserHandle, Wanted, Wish, WorkMode,
};
use uc_store::{Error, Store};

const STORM: Duration = Duration::from_secs(40);
/// Enough for every pause of a refused request.
const CALM: Duration = Duration::from_secs(100);

/// The workers, by handle.
pub(super) const WORKERS: [&str; 2] = ["kim", "lee"];

/// What a worker wishes, or their platform says, as the T-Server tells it.
pub(super) type Status = crate::agent_link::AgentStatus;

/// One seed on its way.
pub(super) struct Play {
    pub(super) mode: Mode,
    pub(super) now: Duration,
    pub(super) nodes: [Node; 2],
    pub(super) server: TServer,
    /// What each worker's agent may be in the end, numbered, the last word last.
    pub(super) wished: BTreeMap<UserHandle, Vec<(u64, Status)>>,
    words: u64,
    store: Store,
    /// The life that held the lease last.
    pub(super) holder: Life,
    under_way: UnderWay,
    pub(super) random: SmallRng,
    troubles: [Trouble; 2],
    /// What came for a process that is stopped.
    held: [Vec<Told>; 2],
    store_gone: Duration,
    lives: Life,
    told: bool,
}

/// What a node suffers, until when.
#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    stopped: Duration,
    dead: Duration,
    without_store: Duration,
    without_server: Duration,
    wakes: Option<Duration>,
}

impl Play {
    pub(super) fn new(seed: u64, told: bool) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let mode = if seed.is_multiple_of(2) { Mode::Standalone } else { Mode::Normal };
        let mut clock = || (Duration::from_secs(random.random_range(10_000..20_000)), random.random_range(0.95..1.05));
        let clocks = [clock(), clock()];
        let node = |at: At| Node::begin(mode, clocks[at], at as Life, Duration::ZERO, false);
        let mut server = TServer::default();
        (server.moody, server.logs_out) = (random.random_bool(0.7), random.random_bool(0.5));
        let wished = (0..2).map(|user| (UserHandle(user), vec![(0, Status::LoggedOut)])).collect();
        let mut play = Self {
            mode,
            now: Duration::ZERO,
            nodes: [node(0), node(1)],
            server,
            wished,
            words: 0,
            store: Store::in_memory(),
            holder: 0,
            under_way: UnderWay::default(),
            random,
            troubles: <[Trouble; 2]>::default(),
            held: <[Vec<Told>; 2]>::default(),
            store_gone: Duration::ZERO,
            lives: 2,
            told,
        };
        (0..2).for_each(|at| play.begins(at));
        play
    }

    pub(super) fn run(mut self) {
        while self.now < STORM {
            let pause = Duration::from_millis(self.random.random_range(1..1_500));
            self.passes(pause);
            self.something_happens();
        }
        self.passes(Duration::from_secs(15));
        self.server.moody = false;
        self.passes(CALM);
        check::the_end(&self);
        afterwards::somebody_decides(&mut self);
    }

    fn something_happens(&mut self) {
        let at = self.random.random_range(0..2);
        let until = self.now + Duration::from_millis(self.random.random_range(100..6_000));
        match self.random.random_range(0..12) {
            0 => self.dies(at, until),
            1 => self.troubles[at].stopped = until.max(self.troubles[at].stopped),
            2 => self.troubles[at].without_store = until,
            3 => self.loses_server(at, until),
            4 => self.store_gone = self.now + Duration::from_millis(self.random.random_range(100..2_500)),
            _ if self.mode == Mode::Standalone => self.somebody_wishes(),
            _ => self.platform_speaks(),
        }
    }

    fn somebody_wishes(&mut self) {
        let user = UserHandle(self.random.random_range(0..2));
        let status = *[AgentStatus::LoggedOut, AgentStatus::Ready, AgentStatus::NotReady]
            .choose(&mut self.random)
            .expect("three");
        let state = AgentState { status, work_mode: WorkMode::Unknown, reasons: Vec::new().into() };
        let wanted = Wanted { user, wish: Wish::State(state), explicit: true };
        for at in 0..2 {
            if matches!(self.nodes[at].does, Does::Works) {
                self.plugin_says(at, uc_plugin_api::Event::Wanted(vec![wanted.clone()].into()));
            }
        }
    }

    fn platform_speaks(&mut self) {
        let user = UserHandle(self.random.random_range(0..2));
        let status = *[Status::LoggedOut, Status::Ready, Status::NotReady].choose(&mut self.random).expect("three");
        self.wished.insert(user, vec![(0, status)]);
        (0..2).for_each(|at| self.tells(at, &[user]));
    }

    /// The platform tells a node's plug-in of those whom it watches.
    fn tells(&mut self, at: At, users: &[UserHandle]) {
        let watched = users.iter().filter(|user| self.nodes[at].watched.contains(user));
        let update = |user: &UserHandle| {
            let availability = match self.wished[user].last().expect("a word").1 {
                Status::Ready => Availability::Available,
                Status::NotReady => Availability::Busy,
                Status::LoggedOut => Availability::Offline,
            };
            PresenceUpdate { user: *user, presence: Presence { availability, ..Presence::default() } }
        };
        let updates: Vec<_> = watched.map(update).collect();
        if !updates.is_empty() {
            self.plugin_says(at, uc_plugin_api::Event::Presence(updates.into()));
        }
    }

    fn plugin_says(&mut self, at: At, event: uc_plugin_api::Event) {
        let event = Event::Plugin(PluginArrival::Event { plugin: bench::plugin(), event });
        self.in_order(at, self.nodes[at].life, Arrives::Told(Told::Hub(event)));
    }

    pub(super) fn dies(&mut self, at: At, until: Duration) {
        self.say(format_args!("{at} dies"));
        self.troubles[at] = Trouble { dead: until, ..Trouble::default() };
        self.another_life(at, false);
    }

    /// Its process is gone, and another comes.
    fn another_life(&mut self, at: At, was_primary: bool) {
        let back = self.server.gone((at, self.nodes[at].life));
        self.carries(back);
        self.held[at].clear();
        self.nodes[at] = Node::begin(self.mode, self.nodes[at].clock, self.lives, self.now, was_primary);
        self.lives += 1;
        self.begins(at);
    }

    fn begins(&mut self, at: At) {
        let (who, begins) = ((at, self.nodes[at].life), self.troubles[at].dead.max(self.now));
        self.troubles[at].wakes = Some(begins);
        self.under_way.send(begins, who, Arrives::Told(Told::Time));
        let connects = begins + self.delay();
        self.under_way.send(connects, who, Arrives::Connection);
    }

    fn loses_server(&mut self, at: At, until: Duration) {
        let who = (at, self.nodes[at].life);
        self.troubles[at].without_server = until;
        if self.server.has(who) {
            self.say(format_args!("{at} loses the T-Server"));
            let back = self.server.gone(who);
            self.carries(back);
            self.in_order(
                at,
                who.1,
                Arrives::Told(Told::Hub(Event::TServer(LINK, vec![Report::Down { cause: "cut".into() }]))),
            );
            self.under_way.send(until, who, Arrives::Connection);
        }
    }

    /// Somebody decides what their agent is at a DN, beside every node.
    pub(super) fn at_phone(&mut self, dn: &Dn, status: Status) {
        self.say(format_args!("T-Server: {dn} is {status:?} by its phone"));
        let back = self.server.at_phone(dn, status);
        self.carries(back);
    }

    fn delay(&mut self) -> Duration {
        Duration::from_micros(self.random.random_range(200..30_000))
    }

    fn in_order(&mut self, at: At, life: Life, what: Arrives) {
        let arrives = self.now + self.delay();
        self.under_way.send_in_order(arrives, (at, life), what);
    }

    /// Everything that arrives within this time.
    pub(super) fn passes(&mut self, pause: Duration) {
        let until = self.now + pause;
        while self.under_way.next().is_some_and(|next| next <= until) {
            let Some((now, at, life, what)) = self.under_way.take() else { break };
            self.now = now;
            self.arrives((at, life), what);
            check::one_works(self);
            check::is_read_first(&self.nodes[at]);
        }
        self.now = until;
    }

    fn arrives(&mut self, who: (At, Life), what: Arrives) {
        let (at, life) = who;
        match what {
            Arrives::Ask(call) => self.at_store(who, call),
            Arrives::Request(outgoing) => {
                self.say(format_args!("T-Server: {who:?} asks {outgoing:?}"));
                let back = self.server.takes(who, &outgoing, &mut self.random);
                self.carries(back);
            }
            _ if self.nodes[at].life != life => {}
            Arrives::Connection if self.troubles[at].without_server > self.now => {
                self.under_way.send(self.troubles[at].without_server, who, Arrives::Connection);
            }
            Arrives::Connection => {
                self.server.connect(who);
                let up = Event::TServer(LINK, vec![Report::Up { server: "model".into() }]);
                self.in_order(at, life, Arrives::Told(Told::Hub(up)));
            }
            Arrives::Continues if self.troubles[at].stopped > self.now => {
                self.under_way.send(self.troubles[at].stopped, who, Arrives::Continues);
            }
            Arrives::Continues => self.continues(who),
            Arrives::Told(told) if self.troubles[at].stopped > self.now || !self.held[at].is_empty() => {
                if self.held[at].is_empty() {
                    self.under_way.send(self.troubles[at].stopped, who, Arrives::Continues);
                }
                self.held[at].push(told);
            }
            Arrives::Told(Told::Time) if self.troubles[at].wakes.is_none_or(|wakes| wakes > self.now) => {}
            Arrives::Told(told) => self.turn(at, told),
        }
    }

    /// What came while the process was stopped, in its order.
    fn continues(&mut self, (at, life): (At, Life)) {
        for told in std::mem::take(&mut self.held[at]) {
            if self.nodes[at].life == life {
                self.turn(at, told);
            }
        }
    }

    fn turn(&mut self, at: At, told: Told) {
        if let Told::Hub(event) = &told {
            self.say(format_args!("{at} is told {event:?}"));
            self.counts(at, event);
        }
        let (now, mut says) = (self.now, Vec::new());
        let worked = matches!(self.nodes[at].does, Does::Works);
        let lives = self.nodes[at].turn(told, now, &mut says);
        if worked != matches!(self.nodes[at].does, Does::Works) {
            self.say(format_args!("{at} works"));
        }
        if self.nodes[at].holds(now).is_some() {
            self.holder = self.nodes[at].life;
        }
        says.into_iter().for_each(|says| self.says(at, says));
        if !lives {
            self.say(format_args!("{at} works no longer"));
            return self.another_life(at, true);
        }
        let wakes = self.nodes[at].wakes().max(now + Duration::from_micros(1));
        if self.troubles[at].wakes.is_none() || self.troubles[at].wakes.is_some_and(|set| wakes < set || set <= now) {
            self.troubles[at].wakes = Some(wakes);
            self.under_way.send(wakes, (at, self.nodes[at].life), Arrives::Told(Told::Time));
        }
    }

    /// A worker's word that a node takes is one from then on.
    fn counts(&mut self, at: At, event: &Event) {
        let Event::Plugin(PluginArrival::Event { event: uc_plugin_api::Event::Wanted(wishes), .. }) = event else {
            return;
        };
        if self.nodes[at].holds(self.now).is_none() {
            return;
        }
        for wanted in wishes.iter() {
            let Wish::State(state) = &wanted.wish else { continue };
            let status = match state.status {
                AgentStatus::Ready => Status::Ready,
                AgentStatus::LoggedOut => Status::LoggedOut,
                _ => Status::NotReady,
            };
            self.words += 1;
            self.nodes[at].words.insert(WORKERS[wanted.user.0 as usize].into(), self.words);
            self.wished.entry(wanted.user).or_default().push((self.words, status));
        }
    }

    fn says(&mut self, at: At, says: Says) {
        let life = self.nodes[at].life;
        match says {
            Says::ToTServer(outgoing) => {
                check::asks_in_order(&self.nodes[at], &outgoing.request);
                self.in_order(at, life, Arrives::Request(outgoing));
            }
            Says::Watches(users) if self.mode == Mode::Normal => self.tells(at, &users),
            Says::Watches(_) => {}
            Says::ToStore(call) => self.asks_store((at, life), call),
        }
    }

    /// Sometimes late, twice or never.
    fn asks_store(&mut self, who: (At, Life), call: Call) {
        if self.troubles[who.0].without_store > self.now {
            return;
        }
        let stormy = self.now < STORM;
        if stormy && self.random.random_bool(0.05) {
            let late = self.now + Duration::from_millis(self.random.random_range(30..3_000));
            self.under_way.send(late, who, Arrives::Ask(call.clone()));
        }
        if !(stormy && self.random.random_bool(0.05)) {
            let arrives = self.now + self.delay();
            self.under_way.send(arrives, who, Arrives::Ask(call));
        }
    }

    fn at_store(&mut self, who: (At, Life), call: Call) {
        let gone = || Error::OutOfReach("gone".into());
        let told = match (self.store_gone > self.now, call) {
            (true, Call::Lease(ask)) => Told::Lease(ask.number, Err(gone())),
            (true, Call::Read) => Told::Read(Err(gone())),
            (true, Call::Keep(_, _, keeps)) => Told::Kept(keeps.write, Err(gone())),
            (false, call) => {
                let keeps = if let Call::Keep(_, _, keeps) = &call { Some(keeps.clone()) } else { None };
                let told = at_store(&self.store, call);
                if let (Some(keeps), Told::Kept(_, Ok(_))) = (keeps, &told) {
                    check::may_write(self, who.1);
                    self.written(&keeps);
                }
                told
            }
        };
        let lost = self.now < STORM && self.random.random_bool(0.05);
        if self.troubles[who.0].without_store <= self.now && !lost {
            let arrives = self.now + self.delay();
            self.under_way.send(arrives, who, Arrives::Told(told));
        }
    }

    /// What was written down stands: no word before the last one in it counts any more.
    fn written(&mut self, keeps: &Keeps) {
        self.say(format_args!("written: {keeps:?}"));
        keeps.logins.iter().for_each(|dn| {
            self.server.unwritten.remove(dn);
        });
        for (user, id) in (0..).map(UserHandle).zip(WORKERS) {
            let word = keeps.words.iter().find(|(kept, _)| &**kept == id).map(|(_, word)| *word);
            if let Some(word) = word {
                self.wished.entry(user).or_default().retain(|(number, _)| *number >= word);
            }
        }
    }

    fn carries(&mut self, back: Back) {
        for ((at, life), report) in back {
            self.in_order(at, life, Arrives::Told(Told::Hub(Event::TServer(LINK, vec![report]))));
        }
    }

    fn say(&self, what: std::fmt::Arguments<'_>) {
        if self.told {
            println!("{:?} {what}", self.now);
        }
    }
}
