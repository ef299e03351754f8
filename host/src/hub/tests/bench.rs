//! A hub on a bench: a T-Server played by hand, pages as receivers, effects recorded.

use super::super::*;
use crate::{
    agent_link::{
        AgentFacts, AgentStatus, Call, CallType, Cause, Dn, Event as TEvent, EventKind, Outgoing, RegisterMode, Report,
        Request, Ticket,
    },
    directory::{Kind, Line, Worker, WorkerId},
    kept::{KeptRedirect, Note},
    mode::Mode,
    policy::{AgentMap, AgentRule, Mapping},
    routing::{
        asker::AskerId,
        message::{Offer, Outcome, Target},
    },
    stat_server::Wanted,
    web::{
        arrival::{Frame, PageArrival as Page, PageId, PageKind},
        message::{ClientFrame, ServerFrame, Sounds, StateKind},
    },
    wire::{ConnId, KvList},
    worker::{self, ChatRules, Kept, PastPreviews, Publishes},
};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use uc_plugin_api::{Availability, Command, LinkStatus, PluginInfo, Presence, PresenceUpdate};

pub(in crate::hub) const LINK: LinkId = LinkId(0);
pub(in crate::hub) fn plugin() -> PluginId {
    PluginId::new("bench").expect("a name")
}

pub(in crate::hub) fn info(roles: &[Role]) -> PluginInfo {
    PluginInfo {
        name: "bench".into(),
        version: "1".into(),
        api_version: uc_plugin_api::API_VERSION.into(),
        roles: roles.into(),
        config_keys: Vec::new().into(),
        rustc: "".into(),
        unwinds: true,
    }
}

#[derive(Default)]
pub(in crate::hub) struct Recorded {
    pub(in crate::hub) requests: Vec<Outgoing>,
    pub(in crate::hub) commands: Vec<Command>,
    pub(in crate::hub) full: bool,
    pub(in crate::hub) plugin_full: bool,
    /// Commands that were handed back.
    pub(in crate::hub) commands_back: usize,
    /// What the Stat Server is to have open.
    pub(in crate::hub) statistics: Wanted,
    pub(in crate::hub) askers: HashMap<AskerId, oneshot::Sender<Outcome>>,
    pub(in crate::hub) notes: Vec<(u64, Note)>,
    pub(in crate::hub) kept_redirects: Vec<(WorkerId, Option<KeptRedirect>)>,
    pub(in crate::hub) kept_workers: HashMap<WorkerId, Option<Kept>>,
    pub(in crate::hub) kept_past: HashMap<WorkerId, Option<PastPreviews>>,
    /// Invitations that were taken back.
    pub(in crate::hub) taken_back: Vec<u64>,
    /// How links and plug-ins work, as it was told last.
    pub(in crate::hub) works: HashMap<String, String>,
}

impl Outlets for Recorded {
    fn request(&mut self, _: LinkId, outgoing: Outgoing) -> Result<(), Outgoing> {
        if self.full {
            return Err(outgoing);
        }
        self.requests.push(outgoing);
        Ok(())
    }

    fn command(&mut self, _: &PluginId, command: Command) -> Result<(), Box<Command>> {
        if self.plugin_full {
            self.commands_back += 1;
            return Err(Box::new(command));
        }
        self.commands.push(command);
        Ok(())
    }

    fn take_back(&mut self, _: &PluginId, invitations: Vec<u64>) {
        self.taken_back.extend(invitations);
    }

    fn statistics(&mut self, wanted: Wanted) {
        self.statistics = wanted;
    }

    fn readiness(&mut self, part: Part<'_>, works: Works<'_>) {
        self.works.insert(format!("{part:?}"), format!("{works:?}"));
    }

    fn outcome(&mut self, asker: AskerId, outcome: Outcome) {
        let _ = self.askers.remove(&asker).expect("one outcome each").send(outcome);
    }

    fn note(&mut self, number: u64, note: Note) {
        self.notes.push((number, note));
    }

    fn keep_redirect(&mut self, worker: WorkerId, redirect: Option<KeptRedirect>, _: Option<PageId>) {
        self.kept_redirects.push((worker, redirect));
    }

    fn keep_worker(&mut self, worker: &WorkerId, kept: Option<Kept>) {
        self.kept_workers.insert(worker.clone(), kept);
    }

    fn keep_past(&mut self, worker: &WorkerId, past: Option<PastPreviews>) {
        self.kept_past.insert(worker.clone(), past);
    }

    fn forget(&mut self, _: &PluginId) {}

    fn page_for(&mut self, worker: &WorkerId) -> Option<String> {
        Some(format!("https://uc.example.com/join/{worker}"))
    }
}

pub(in crate::hub) struct Bench {
    pub(in crate::hub) hub: Hub,
    pub(in crate::hub) out: Recorded,
    pub(in crate::hub) now: Moment,
}

pub(in crate::hub) fn worker(id: &str, agent: &str, dns: &[&str]) -> Worker {
    let line = |dn: &&str| Line { dn: (*dn).into(), switch: "S".into(), link: LINK };
    Worker {
        id: id.into(),
        name: id.into(),
        kind: Kind::KnowledgeWorker,
        language: "".into(),
        agent_id: agent.into(),
        agent_password: None,
        place: "P".into(),
        lines: dns.iter().map(line).collect(),
        groups: Vec::new(),
        address: Some(format!("sip:{id}@example.com").into()),
        redirect_number: None,
        redirect_locked: false,
    }
}

/// When a bench begins, since 1970.
const START: Duration = Duration::from_secs(1_700_000_000);

/// A customer's call.
pub(in crate::hub) fn inbound(conn_id: ConnId) -> Call {
    Call { call_type: CallType::Inbound, ..Call::new(conn_id) }
}

pub(in crate::hub) fn settings() -> Settings {
    Settings {
        worker: worker_settings(),
        mode: Mode::Normal,
        login_rates: Default::default(),
        free_seating: true,
        preview_timeout: Duration::from_secs(50),
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
        audio: Sounds::default(),
        numbering_plan: None,
        alive_seconds: 0,
        keeps: true,
    }
}

fn worker_settings() -> worker::Settings {
    worker::Settings {
        register_mode: RegisterMode::Share,
        login_queue: None,
        publishes: Publishes::Nothing,
        follows_platforms: true,
        reports: true,
        presence_grace: Duration::from_secs(30),
        after_call_work_limit: Duration::ZERO,
        after_missed_previews: 0,
        mapping: Mapping::default(),
        agent_map: AgentMap::default(),
        chats: ChatRules::default(),
    }
}

impl Bench {
    pub(in crate::hub) fn new(role: Role) -> Self {
        Self::in_mode(Mode::Normal, &[role], Vec::new())
    }

    pub(in crate::hub) fn in_mode(mode: Mode, roles: &[Role], rules: Vec<AgentRule>) -> Self {
        let (register_mode, publishes) = match mode {
            Mode::PresencePropagation => (RegisterMode::Share, Publishes::BeyondPlatforms),
            Mode::PresenceConnector => (RegisterMode::Monitor, Publishes::Everything),
            Mode::Normal | Mode::Standalone => (RegisterMode::Share, Publishes::Nothing),
        };
        let agent_map = AgentMap::new(rules);
        let follows_platforms = mode.follows_platforms();
        let common = worker::Settings { register_mode, publishes, agent_map, follows_platforms, ..worker_settings() };
        let settings = Settings { mode, worker: common, ..settings() };
        let directory =
            Directory::new(vec![worker("kim", "1001", &["5001", "5002"]), worker("lee", "1002", &["5003"])]);
        let now = Moment::since_1970(START);
        let mut bench = Self { hub: Hub::new(settings, &Arc::new(directory), now), out: Recorded::default(), now };
        bench.turn(Event::Plugin(plugins::PluginArrival::Started { plugin: plugin(), info: info(roles) }));
        bench
    }

    pub(in crate::hub) fn turn(&mut self, event: Event) {
        self.hub.handle(event, self.now);
        self.hub.tick(self.now);
        self.hub.perform_all(&mut self.out, self.now);
    }

    pub(in crate::hub) fn later(&mut self, pause: Duration) {
        self.now += pause;
        self.hub.tick(self.now);
        self.hub.perform_all(&mut self.out, self.now);
    }

    pub(in crate::hub) fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.out.requests).into_iter().map(|outgoing| outgoing.request).collect()
    }

    /// The requests, each of which the T-Server acknowledges.
    pub(in crate::hub) fn acknowledged(&mut self) -> Vec<Request> {
        let asked = std::mem::take(&mut self.out.requests);
        let answered = |Outgoing { ticket, request, .. }| {
            self.t_server(request.this_dn(), EventKind::Acknowledged, Some(ticket));
            request
        };
        asked.into_iter().map(answered).collect()
    }

    pub(in crate::hub) fn t_server(&mut self, dn: &str, kind: EventKind, ticket: Option<Ticket>) {
        let event = TEvent { this_dn: dn.into(), kind };
        self.turn(Event::TServer(LINK, vec![Report::Event(event, ticket.map_or(Cause::Elsewhere, Cause::Request))]));
    }

    /// Plays a willing T-Server until nothing is asked any more; returns the agent requests.
    pub(in crate::hub) fn play(&mut self) -> Vec<Request> {
        let mut agent_requests = Vec::new();
        while !self.out.requests.is_empty() {
            for Outgoing { ticket, request, .. } in std::mem::take(&mut self.out.requests) {
                if let Some((dn, kind)) = willing(&request) {
                    self.t_server(&dn, kind, Some(ticket));
                }
                if !matches!(request, Request::RegisterAddress { .. }) {
                    agent_requests.push(request);
                }
            }
        }
        agent_requests
    }

    pub(in crate::hub) fn link_up(&mut self) {
        self.turn(Event::TServer(LINK, vec![Report::Up { server: "lab".into() }]));
        self.play();
    }

    pub(in crate::hub) fn plugin_says(&mut self, event: uc_plugin_api::Event) {
        self.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    }

    pub(in crate::hub) fn presence(&mut self, user: u32, availability: Availability) {
        let presence = Presence { availability, ..Presence::default() };
        let update = PresenceUpdate { user: UserHandle(user), presence };
        let event = uc_plugin_api::Event::Presence(vec![update].into());
        self.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    }

    pub(in crate::hub) fn platform(&mut self, status: LinkStatus) {
        let event = uc_plugin_api::Event::Link(status, "".into());
        self.turn(Event::Plugin(plugins::PluginArrival::Event { plugin: plugin(), event }));
    }

    pub(in crate::hub) fn open(&mut self, page: u64, worker: &str) -> mpsc::Receiver<Frame> {
        self.open_in(page, worker, PageKind::Browser)
    }

    pub(in crate::hub) fn open_in(&mut self, page: u64, worker: &str, kind: PageKind) -> mpsc::Receiver<Frame> {
        let (frames, received) = mpsc::channel(64);
        let opened = Page::Opened { page: PageId(page), worker: worker.into(), language: "".into(), kind, frames };
        self.turn(Event::Page(opened));
        received
    }

    pub(in crate::hub) fn choose(&mut self, page: u64, state: &str) {
        self.turn(Event::Page(Page::Frame(PageId(page), ClientFrame::Choose { state: state.into() })));
    }

    pub(in crate::hub) fn asker(&mut self) -> (AskerId, oneshot::Receiver<Outcome>) {
        let (asker, (reply, outcome)) = (AskerId::fresh(), oneshot::channel());
        self.out.askers.insert(asker, reply);
        (asker, outcome)
    }

    pub(in crate::hub) fn offer(&mut self, conn_id: u64, agents: &[&str]) -> oneshot::Receiver<Outcome> {
        self.offer_of("voice", conn_id, agents)
    }

    /// The same of another medium.
    pub(in crate::hub) fn offer_of(
        &mut self,
        media_type: &str,
        conn_id: u64,
        agents: &[&str],
    ) -> oneshot::Receiver<Outcome> {
        let (asker, outcome) = self.asker();
        let target = |agent: &&str| Target { agent: (*agent).into(), dn: None, switch: None };
        let mut user_data = KvList::default();
        user_data.push_str("Notes", "wants a refund");
        let targets = agents.iter().map(target).collect();
        let (conn_id, media_type, timeout) = (ConnId(conn_id), media_type.into(), None);
        let offer = Offer { conn_id, targets, media_type, user_data, timeout, asker };
        self.turn(Event::Routing(crate::routing::message::RoutingArrival::Offer(offer)));
        outcome
    }

    /// The number of the first preview.
    pub(in crate::hub) fn first_preview() -> u64 {
        START.as_millis() as u64 + 1
    }

    pub(in crate::hub) fn answer(&mut self, page: u64, id: u64, accept: bool) {
        self.turn(Event::Page(Page::Frame(PageId(page), ClientFrame::PreviewAnswer { id, accept, redirect: None })));
    }
}

pub(in crate::hub) fn facts(status: AgentStatus, reasons: KvList) -> EventKind {
    EventKind::Agent(AgentFacts { status, reasons, ..AgentFacts::default() })
}

pub(in crate::hub) fn willing(request: &Request) -> Option<(Dn, EventKind)> {
    Some(match request {
        Request::RegisterAddress { this_dn, .. } => {
            let agent = AgentFacts::default();
            (this_dn.clone(), EventKind::Registered { agent, calls: Some(Vec::new()), out_of_service: false })
        }
        Request::AgentLogin { this_dn, .. } => (this_dn.clone(), facts(AgentStatus::NotReady, KvList::default())),
        Request::AgentLogout { this_dn, .. } => (this_dn.clone(), facts(AgentStatus::LoggedOut, KvList::default())),
        Request::AgentReady { this_dn, reasons, .. } => {
            (this_dn.clone(), facts(AgentStatus::Ready, (**reasons).clone()))
        }
        Request::AgentNotReady { this_dn, reasons, .. } => {
            (this_dn.clone(), facts(AgentStatus::NotReady, (**reasons).clone()))
        }
        _ => return None,
    })
}

pub(in crate::hub) fn frames(received: &mut mpsc::Receiver<Frame>) -> Vec<ServerFrame> {
    let next = || received.try_recv().ok().map(|frame| serde_json::from_str(&frame).expect("a frame"));
    std::iter::from_fn(next).collect()
}

pub(in crate::hub) fn state_kind(frames: &[ServerFrame]) -> Option<StateKind> {
    frames.iter().rev().find_map(|frame| match frame {
        ServerFrame::State { state, .. } => Some(state.kind),
        ServerFrame::Snapshot(snapshot) => Some(snapshot.state.kind),
        _ => None,
    })
}
