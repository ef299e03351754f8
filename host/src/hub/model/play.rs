//! One seed: a hub, its T-Servers, its workers and its plug-in, and what happens to them.
//! Long, because it is the list of everything that can happen, a few lines each.

use super::{
    desk::{Desk, is_no_news, is_refused_call, late_at, reader},
    ledger::Ledger,
    odd::WAYS,
    outlets::Out,
    scene::{self, DNS, WORKERS, line, worker},
    world::{Habits, Reports, Server, event, link},
};
use crate::{
    agent_link::{Cause, EventKind, Report, Request},
    clock::Moment,
    directory::{Directory, Line, WorkerId},
    hub::{Event, Hub, tests::bench},
    mode::Mode,
    plugins::PluginArrival,
    preview_end::PreviewEnd,
    worker::{Input, PastPreview},
};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use uc_plugin_api::{
    AgentState, AgentStatus, Availability, LinkStatus, Presence, PresenceUpdate, Reason, Role, UserHandle, Wanted,
    Wish, WorkMode,
};

/// Random steps of one seed.
const STEPS: usize = 40;
/// Every so many turns everybody is looked at.
const EVERYBODY: u32 = 16;

/// One that was answered, or that timed out.
fn past_preview(answered: bool, at: Moment) -> PastPreview {
    let end = if answered { PreviewEnd::Accepted } else { PreviewEnd::TimedOut };
    PastPreview { id: 1, at, deadline: at, caller: "".into(), dn: "".into(), end, seen: false }
}

/// One seed on its way.
pub(super) struct Play {
    pub(super) hub: Hub,
    pub(super) servers: [Server; 2],
    pub(super) now: Moment,
    pub(super) ledger: Ledger,
    pub(super) out: Out,
    pub(super) desk: Desk,
    pub(super) random: SmallRng,
    /// What came later has numbers of its own, so that it changes nothing of the rest: business data, the pace of
    /// logins.
    data: SmallRng,
    /// The same of work modes.
    modes: SmallRng,
    /// DNs that are nobody's are free seats.
    pub(super) seats: bool,
    /// Every event and request is printed.
    told: bool,
    turns: u32,
}

impl Play {
    /// Begins with everybody in the directory, links down, nothing said.
    pub(super) fn new(seed: u64, told: bool) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
        let limit = Duration::from_secs(if random.random_bool(0.3) { 60 } else { 0 });
        let (mut settings, workers) = (scene::settings(scene::mode(seed), limit), scene::workers());
        let (mut data, modes) = (SmallRng::seed_from_u64(!seed), SmallRng::seed_from_u64(seed.rotate_left(32)));
        if data.random_bool(0.1) {
            settings.login_rates = scene::slow_logins();
        }
        let mut ledger = Ledger::of(scene::mode(seed));
        ledger.directory_changes(&workers, &[], now);
        let hub = Hub::new(settings, &Arc::new(Directory::new(workers)), now);
        let (servers, out, desk) = Default::default();
        let mut play = Self { hub, servers, now, ledger, out, desk, random, data, modes, seats: false, told, turns: 0 };
        for (at, server) in (0..).zip(&mut play.servers) {
            server.habits = Habits::of(seed, at);
        }
        for (dn, at) in DNS {
            play.servers[at].devices.insert(dn.into(), Default::default());
        }
        play.plugin_turns();
        play
    }

    /// The same, and DNs that are nobody's are free seats.
    pub(super) fn with_free_seats(seed: u64, told: bool) -> Self {
        let mut play = Self { seats: true, ..Self::new(seed, told) };
        play.directory_changes();
        play
    }

    /// Plays random steps, then lets everybody behave, and looks where that leads.
    pub(super) fn run(mut self) {
        for _ in 0..STEPS {
            self.step();
        }
        super::check::after_a_turn(&self, None);
        self.settles();
        self.check_the_end();
    }

    fn step(&mut self) {
        if self.seats && self.random.random_bool(0.15) {
            return self.somebody_sits_down();
        }
        let at = self.random.random_range(0..2);
        match self.random.random_range(0..44) {
            0..8 => {
                let reports = self.servers[at].answers_somehow(&mut self.random);
                self.reports(at, reports);
            }
            8..12 => self.platform_speaks(),
            12..14 => self.worker_wishes(),
            14..18 => {
                let reports = self.servers[at].acts(&mut self.random);
                self.reports(at, reports);
                if self.data.random_bool(0.2) {
                    let reports = self.servers[at].data_changes(&mut self.data);
                    self.reports(at, reports);
                }
                if self.modes.random_bool(0.05) {
                    let reports = self.servers[at].speaks_of_no_dn();
                    self.reports(at, reports);
                }
                if self.modes.random_bool(0.3) {
                    let reports = self.servers[at].carries_out_lost();
                    self.reports(at, reports);
                }
                if self.modes.random_bool(0.1) {
                    let told = |dn: &_| self.ledger.told.is_at_work(&(link(at), Clone::clone(dn)));
                    let reports = self.servers[at].one_more_queue(told, &mut self.modes);
                    self.reports(at, reports);
                }
            }
            18 | 19 => {
                let reports = self.servers[at].carries_out_late();
                self.reports(at, reports);
            }
            20 | 21 => self.link_turns(at),
            22 => self.switch_turns(at),
            23 => self.platform_link_turns(),
            24 => self.directory_changes(),
            25 => {
                let room = if self.random.random_bool(0.3) { Some(self.random.random_range(0..3)) } else { None };
                self.queue_takes(at, room);
            }
            26 => self.out.plugin.full = self.random.random_bool(0.3),
            27 if self.random.random_bool(0.3) => self.plugin_turns(),
            28 => self.user_chooses(),
            29..=31 => {
                let way = self.random.random_range(0..WAYS);
                self.passes(Duration::from_secs(90), Some(way));
            }
            // For a while the T-Servers do what they are asked.
            32 | 33 => self.passes(Duration::from_secs(20), Some(WAYS)),
            34 => self.page_turns(),
            35..=37 => self.presses_a_button(),
            38 => self.previews_end(),
            39 => self.comes_back(),
            _ => {
                let pause = [10, 300, 1_500, 11_000, 40_000, 1_000_000].choose(&mut self.random).expect("six");
                self.passes(Duration::from_millis(*pause), None);
            }
        }
    }

    /// One event, with everything that it leads to here; requests wait at the T-Servers.
    fn happens(&mut self, event: Event) {
        self.happens_to(None, event);
    }

    /// What a T-Server says of a DN concerns its user alone; what else there is, everybody.
    fn happens_to(&mut self, whom: Option<UserHandle>, event: Event) {
        if self.told {
            println!("{:?} {event:?}", self.now);
        }
        self.hub.handle(event, self.now);
        self.turn_ends(whom);
    }

    pub(super) fn turn_ends(&mut self, whom: Option<UserHandle>) {
        self.hub.tick(self.now);
        self.hub.perform_all(&mut self.out, self.now);
        super::check::waits_for_room(&self.hub, &std::mem::take(&mut self.out.back));
        self.desk.reads(&self.hub);
        self.ledger.time(self.now);
        self.ledger.holds(&self.hub, self.now);
        self.ledger.seats_change(&self.hub, self.now);
        while let Some((link, outgoing)) = self.out.requests.pop_front() {
            if self.told {
                println!("    {link:?} {outgoing:?}");
            }
            match &outgoing.request {
                Request::Call { this_dn, .. } => self.desk.call_request(link, outgoing.ticket, this_dn),
                _ => self.ledger.request(&self.hub, link, &outgoing, self.now),
            }
            let at = usize::from(link.0);
            let back = self.servers[at].takes(outgoing, self.now);
            self.reports(at, back);
        }
        // What concerned one user alone has changed nobody else: now and then that is looked at.
        self.turns += 1;
        super::check::after_a_turn(self, whom.filter(|_| !self.turns.is_multiple_of(EVERYBODY)));
        self.uncover();
    }

    /// Where ours went, the platform shows the user's own presence.
    fn uncover(&mut self) {
        let Some(user) = self.out.plugin.uncovered.pop() else { return };
        let known = self.hub.user(user).filter(|user| !user.retired).map(|user| user.entry.id.clone());
        if let Some(id) = known.filter(|_| self.has(Role::PresenceSource)) {
            self.platform_says(&id, user, self.ledger.own_word(&id));
        }
        self.uncover();
    }

    fn platform_says(&mut self, id: &WorkerId, user: UserHandle, availability: Availability) {
        self.ledger.platform_said(id, availability, self.now);
        let presence = Presence { availability, ..Presence::default() };
        self.plugin_says(uc_plugin_api::Event::Presence(vec![PresenceUpdate { user, presence }].into()));
    }

    pub(super) fn reports(&mut self, at: usize, reports: Reports) {
        for report in reports {
            if let Report::Up { .. } | Report::Down { .. } = report {
                self.desk.forget_link(link(at));
            }
            let settled = self.ledger.before(&self.hub, link(at), &report, self.now);
            self.ledger.after(&self.hub, link(at), &report, settled, self.now);
            let (reader, no_news) = (reader(&self.hub, at, &report), is_no_news(&self.hub, link(at), &report));
            let (before, of_a_call) = (self.desk.got(&self.hub, reader), is_refused_call(&report));
            let late = late_at(link(at), &report);
            let text = if no_news { format!("{report:?}") } else { String::new() };
            self.happens_to(reader, Event::TServer(link(at), vec![report]));
            let after = self.desk.got(&self.hub, reader);
            assert!(!no_news || before.frames == after.frames, "told of nothing new: {text}");
            let told = before.problems < after.problems || before == after && !self.desk.is_open(&self.hub, reader);
            assert!(!of_a_call || told, "the page is not told that its button failed");
            late.iter().for_each(|at| super::check::a_late_answer_ends_no_wish(self, at));
        }
    }

    fn page_turns(&mut self) {
        let Some((id, _)) = self.anybody() else { return };
        let event = self.desk.turns(&id);
        self.happens(event);
    }

    /// A button of the call strip.
    fn presses_a_button(&mut self) {
        let Some((id, user)) = self.anybody() else { return };
        let Some(event) = self.desk.presses(&self.hub, &id, &mut self.random, &mut self.data) else { return };
        let before = self.desk.got(&self.hub, Some(user));
        self.happens(event);
        let told = self.desk.got(&self.hub, Some(user)).problems > before.problems;
        self.desk.answered(&self.hub, told);
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.out.plugin.running && scene::roles(self.hub.settings.mode).contains(&role)
    }

    /// The user's own presence, or what stands of ours there.
    fn platform_speaks(&mut self) {
        use Availability::{Available, Away, BeRightBack, Busy, DoNotDisturb, Offline, Unknown};
        // In propagation no word looks like a publication of ours: what is by chance the same is nobody's to tell.
        let propagation = self.hub.settings.mode == Mode::PresencePropagation;
        let not_ready = if propagation { [DoNotDisturb, BeRightBack] } else { [Busy, Away] };
        let words = [Available, Available, not_ready[0], not_ready[1], Offline, Unknown];
        let availability = *words.choose(&mut self.random).expect("six");
        let echo = self.random.random_bool(0.3);
        let Some((id, user)) = self.anybody().filter(|_| self.has(Role::PresenceSource)) else { return };
        let published = self.hub.user(user).and_then(|user| user.worker.published());
        let stands = self.out.plugin.shown.get(&user).filter(|shown| echo && Some(*shown) == published).cloned();
        match stands {
            Some((presence, _)) => {
                self.ledger.echoed(&id);
                self.plugin_says(uc_plugin_api::Event::Presence(vec![PresenceUpdate { user, presence }].into()));
            }
            None => self.platform_says(&id, user, availability),
        }
    }

    /// A state, perhaps with a reason, or to be logged in; by the worker, or by a timer or a start-up rule.
    fn worker_wishes(&mut self) {
        let status = [AgentStatus::LoggedOut, AgentStatus::Ready, AgentStatus::NotReady];
        let status = *status.choose(&mut self.random).expect("three");
        let (logs_in, explicit) = (self.random.random_bool(0.2), self.random.random_bool(0.7));
        let mut reason = |hardware| Reason {
            key: "ReasonCode".into(),
            value: self.random.random_range(0..2_u8).to_string().into(),
            hardware,
        };
        let mut reasons = vec![reason(false), reason(true)];
        reasons.truncate(self.random.random_range(0..3));
        let Some((id, user)) = self.anybody().filter(|_| self.has(Role::BrowserPresence)) else { return };
        let mode = *[WorkMode::Unknown, WorkMode::AuxWork, WorkMode::WalkAway].choose(&mut self.modes).expect("three");
        let work_mode = if status == AgentStatus::NotReady { mode } else { WorkMode::Unknown };
        let state = AgentState { status, work_mode, reasons: reasons.into() };
        let wanted = Wanted { user, wish: if logs_in { Wish::LogIn } else { Wish::State(state) }, explicit };
        self.ledger.wished(&id, &wanted, self.now);
        self.plugin_says(uc_plugin_api::Event::Wanted(vec![wanted].into()));
    }

    /// While a publication of ours stands, the user chooses a state on the platform: that ends their hold.
    fn user_chooses(&mut self) {
        let availability = if self.random.random_bool(0.5) { Availability::Available } else { Availability::Busy };
        let Some((id, user)) = self.anybody().filter(|_| self.has(Role::PresenceSink)) else { return };
        self.ledger.chose(&id, availability, self.now);
        let presence = Presence { availability, ..Presence::default() };
        self.plugin_says(uc_plugin_api::Event::Chosen(vec![PresenceUpdate { user, presence }].into()));
    }

    /// A preview that somebody was shown timed out, or was answered.
    fn previews_end(&mut self) {
        let Some((id, user)) = self.anybody() else { return };
        let answered = self.random.random_bool(0.3);
        self.ledger.previewed(&id, answered, self.now);
        self.hub.step(user, Input::PreviewOver(past_preview(answered, self.now), true), self.now);
        self.turn_ends(Some(user));
    }

    /// Somebody says at their page that they are back.
    fn comes_back(&mut self) {
        let Some((id, user)) = self.anybody() else { return };
        self.ledger.returns(&id, user, self.now);
        self.hub.step(user, Input::Returns, self.now);
        self.turn_ends(Some(user));
    }

    fn anybody(&mut self) -> Option<(WorkerId, UserHandle)> {
        let mut all: Vec<_> = self.hub.by_worker.iter().map(|(id, handle)| (id.clone(), *handle)).collect();
        all.sort();
        all.choose(&mut self.random).cloned()
    }

    pub(super) fn plugin_says(&mut self, event: uc_plugin_api::Event) {
        self.happens(Event::Plugin(PluginArrival::Event { plugin: bench::plugin(), event }));
    }

    fn platform_link_turns(&mut self) {
        let status = if self.random.random_bool(0.5) { LinkStatus::Down } else { LinkStatus::Up };
        if !self.out.plugin.running {
            return;
        }
        if status == LinkStatus::Down && self.has(Role::PresenceSource) {
            self.ledger.platform_is_gone(self.now);
        }
        self.plugin_says(uc_plugin_api::Event::Link(status, "".into()));
    }

    /// The plug-in fails, or starts again.
    pub(super) fn plugin_turns(&mut self) {
        let (plugin, roles) = (bench::plugin(), scene::roles(self.hub.settings.mode));
        if self.has(Role::PresenceSource) {
            self.ledger.platform_is_gone(self.now);
        }
        self.out.plugin.turns();
        let failed = || ("it panicked".to_owned(), Duration::from_secs(1));
        self.happens(Event::Plugin(if self.out.plugin.running {
            PluginArrival::Started { plugin, info: bench::info(roles) }
        } else {
            let (why, retry_in) = failed();
            PluginArrival::Failed { plugin, why, retry_in }
        }));
        if self.has(Role::BrowserPresence) {
            self.plugin_says(uc_plugin_api::Event::StateMenu(scene::menu()));
        }
    }

    pub(super) fn link_turns(&mut self, at: usize) {
        let carries_out = self.random.random_bool(0.5);
        let server = &mut self.servers[at];
        let reports = if server.up { server.goes_down(carries_out) } else { server.comes_up() };
        self.reports(at, reports);
    }

    pub(super) fn switch_turns(&mut self, at: usize) {
        if self.servers[at].up {
            self.servers[at].switch ^= true;
            let kind = EventKind::CtiLink(self.servers[at].switch);
            self.reports(at, vec![event(&"".into(), kind, Cause::Elsewhere)]);
        }
    }

    /// The queue to a link takes so many requests more; word of room comes, or is late.
    pub(super) fn queue_takes(&mut self, at: usize, room: Option<usize>) {
        if self.out.takes(at, room) && self.random.random_bool(0.7) {
            self.reports(at, vec![Report::Room]);
            super::check::nobody_waits(&self.hub, link(at));
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
        dns.retain(|_| self.seats && self.random.random_bool(0.8));
        let free: Vec<Line> = dns.into_iter().map(line).collect();
        self.ledger.directory_changes(&workers, &free, self.now);
        self.happens(Event::Directory(Arc::new(Directory::new(workers).with_free(free))));
    }
}
