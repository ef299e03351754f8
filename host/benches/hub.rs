//! The hub alone: presence in, agent requests out, no edge. Prints requests per second, the time of one turn
//! (p50, p99), and memory per user. Run by `make bench`.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_connector::{
    agent_link::{
        AgentFacts, AgentStatus, Cause, Event as TEvent, EventKind, LinkId, Outgoing, RegisterMode, Report, Request,
    },
    clock::Clock,
    directory::{Directory, Kind, Line, Worker, WorkerId},
    hub::{Event, Hub, Outlets, Part, Settings, Works},
    kept::{KeptRedirect, Note},
    mode::Mode,
    plugins::{PluginArrival, PluginId},
    policy::{AgentMap, Mapping},
    routing::{asker::AskerId, message::Outcome},
    stat_server::Wanted,
    web::arrival::PageId,
    worker::{self, ChatRules, Kept, PastPreviews, Publishes},
};
use uc_plugin_api::{Availability, Command, Event as Edge, PluginInfo, Presence, PresenceUpdate, Role, UserHandle};

const LINK: LinkId = LinkId(0);
fn plugin() -> PluginId {
    PluginId::new("bench").expect("a name")
}

fn info(role: Role) -> PluginInfo {
    PluginInfo {
        name: "bench".into(),
        version: "1".into(),
        api_version: uc_plugin_api::API_VERSION.into(),
        roles: vec![role].into(),
        config_keys: Vec::new().into(),
        rustc: "".into(),
        unwinds: true,
    }
}
/// Updates per size and measure.
const UPDATES: u32 = 500_000;

/// Answers every request at once, as a willing T-Server.
#[derive(Default)]
struct TServer {
    answers: Vec<Report>,
    requests: u64,
}

impl Outlets for TServer {
    fn request(&mut self, _: LinkId, Outgoing { ticket, request, .. }: Outgoing) -> Result<(), Outgoing> {
        self.requests += 1;
        let agent = |status| EventKind::Agent(AgentFacts { status, ..AgentFacts::default() });
        let (this_dn, kind) = match request {
            Request::RegisterAddress { this_dn, .. } => {
                let agent = AgentFacts::default();
                (this_dn, EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false })
            }
            Request::AgentReady { this_dn, .. } => (this_dn, agent(AgentStatus::Ready)),
            Request::AgentLogin { this_dn, .. } | Request::AgentNotReady { this_dn, .. } => {
                (this_dn, agent(AgentStatus::NotReady))
            }
            _ => return Ok(()),
        };
        self.answers.push(Report::Event(TEvent { this_dn, kind }, Cause::Request(ticket)));
        Ok(())
    }

    fn command(&mut self, _: &PluginId, command: Command) -> Result<(), Box<Command>> {
        drop(black_box(command));
        Ok(())
    }

    fn take_back(&mut self, _: &PluginId, _: Vec<u64>) {}

    fn statistics(&mut self, _: Wanted) {}

    fn readiness(&mut self, _: Part<'_>, _: Works<'_>) {}

    fn note(&mut self, _: u64, _: Note) {}

    fn keep_redirect(&mut self, _: WorkerId, _: Option<KeptRedirect>, _: Option<PageId>) {}

    fn keep_worker(&mut self, _: &WorkerId, _: Option<Kept>) {}

    fn keep_past(&mut self, _: &WorkerId, _: Option<PastPreviews>) {}

    fn outcome(&mut self, _: AskerId, _: Outcome) {}

    fn forget(&mut self, _: &PluginId) {}

    fn page_for(&mut self, worker: &WorkerId) -> Option<String> {
        Some(format!("https://uc.example.com/join/{worker}"))
    }
}

fn main() {
    for users in [10_000, 100_000] {
        let [without, with] = [false, true].map(|keeps| measure(users, keeps));
        println!("hub users={users} cost_of_keeping={:.2}", without / with);
    }
}

/// Updates a second; what is printed besides.
fn measure(users: u32, keeps: bool) -> f64 {
    let before = resident();
    let mut t_server = TServer::default();
    let mut hub = Hub::new(Settings { keeps, ..settings() }, &Arc::new(directory(users)), Clock::start().now());
    turn(&mut hub, &mut t_server, Event::TServer(LINK, vec![Report::Up { server: "bench".into() }]));
    turn(
        &mut hub,
        &mut t_server,
        Event::Plugin(PluginArrival::Started { plugin: plugin(), info: info(Role::PresenceSource) }),
    );
    let all: Vec<_> = (0..users).map(|user| (user, Availability::Away)).collect();
    present(&mut hub, &mut t_server, &all);
    let per_user = resident().saturating_sub(before) / u64::from(users);
    let mut random = Xorshift(12345);
    let mut ready = vec![false; users as usize];
    let mut next = || {
        let user = random.next() % users;
        let now = &mut ready[user as usize];
        *now = !*now;
        (user, if *now { Availability::Available } else { Availability::Busy })
    };
    let batches: Vec<Vec<_>> = (0..UPDATES / 64).map(|_| (0..64).map(|_| next()).collect()).collect();
    let singles: Vec<Vec<_>> = (0..UPDATES / 10).map(|_| vec![next()]).collect();
    t_server.requests = 0;
    let start = Instant::now();
    batches.iter().for_each(|batch| present(&mut hub, &mut t_server, batch));
    let rate = f64::from(UPDATES) / start.elapsed().as_secs_f64();
    let mut turns: Vec<Duration> = Vec::with_capacity(singles.len());
    for single in &singles {
        let start = Instant::now();
        present(&mut hub, &mut t_server, single);
        turns.push(start.elapsed());
    }
    turns.sort_unstable();
    let at = |share: f64| turns[(turns.len() as f64 * share) as usize].as_nanos();
    println!(
        "hub users={users} keeps={keeps} updates_per_s={rate:.0} requests={} turn_p50_ns={} turn_p99_ns={} bytes_per_user={per_user}",
        t_server.requests,
        at(0.5),
        at(0.99)
    );
    rate
}

fn present(hub: &mut Hub, t_server: &mut TServer, batch: &[(u32, Availability)]) {
    let update = |&(user, availability)| PresenceUpdate {
        user: UserHandle(user),
        presence: Presence { availability, ..Presence::default() },
    };
    let event = Edge::Presence(batch.iter().map(update).collect::<Vec<_>>().into());
    turn(hub, t_server, Event::Plugin(PluginArrival::Event { plugin: plugin(), event }));
}

/// One event, and everything that follows from it.
fn turn(hub: &mut Hub, t_server: &mut TServer, event: Event) {
    let now = Clock::start().now();
    hub.handle(event, now);
    hub.tick(now);
    hub.perform_all(t_server, now);
    while !t_server.answers.is_empty() {
        hub.handle(Event::TServer(LINK, std::mem::take(&mut t_server.answers)), now);
        hub.perform_all(t_server, now);
    }
}

fn directory(users: u32) -> Directory {
    let worker = |user: u32| Worker {
        id: format!("user{user}").into(),
        name: format!("Worker {user}").into(),
        kind: Kind::KnowledgeWorker,
        language: "".into(),
        agent_id: format!("{}", 100_000 + user).into(),
        agent_password: None,
        place: format!("place{user}").into(),
        lines: vec![Line { dn: format!("{}", 500_000 + user).into(), switch: "S".into(), link: LINK }],
        groups: Vec::new(),
        address: Some(format!("sip:user{user}@example.com").into()),
        redirect_number: None,
        redirect_locked: false,
    };
    Directory::new((0..users).map(worker).collect())
}

fn settings() -> Settings {
    Settings {
        worker: worker::Settings {
            register_mode: RegisterMode::Share,
            login_queue: None,
            publishes: Publishes::Nothing,
            follows_platforms: true,
            reports: false,
            presence_grace: Duration::from_secs(30),
            after_call_work_limit: Duration::ZERO,
            after_missed_previews: 0,
            mapping: Mapping::default(),
            agent_map: AgentMap::default(),
            chats: ChatRules::default(),
        },
        mode: Mode::Normal,
        login_rates: Default::default(),
        free_seating: false,
        preview_timeout: Duration::from_secs(20),
        longest_preview: Duration::from_secs(60),
        preview_state: None,
        page_grace: Duration::from_secs(10),
        notes_key: "Notes".into(),
        user_data: Default::default(),
        caller_key: "ANI".into(),
        transfer_note_key: "TransferNote".into(),
        outcome: Arc::default(),
        contact_points: Default::default(),
        close_statistics_after: Some(Duration::from_secs(30)),
        most_statistics: 2000,
        language: "en".into(),
        audio: Default::default(),
        numbering_plan: None,
        alive_seconds: 0,
        keeps: false,
    }
}

/// Proportional resident memory of this process, bytes.
fn resident() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = rollup.lines().find(|line| line.starts_with("Pss:"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

struct Xorshift(u32);

impl Xorshift {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}
