//! The host's T-Library client against the simulated T-Server: what the hub will see, in good and in bad times.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};
use uc_connector::{
    tlib::{
        Behaviour, Client, ClientHandle, Config, LinkId, Outgoing, Refusal, Report, Ticket, WorkMode,
        event::{AgentFacts, AgentStatus, Call, CallStep, Event, EventKind},
        request::{CallAction, RegisterMode, Request},
    },
    wire::{ConnId, KvList, Role, tls::ClientConfigFiles, tls::ServerConfigFiles},
};
use uc_lab::t_server::{self, Direction, Fault, InitialState, Mood, SwitchFile, TServer};

const PATIENCE: Duration = Duration::from_secs(10);

/// A worker's desk: a client, its reports, and the T-Server behind.
struct Desk {
    server: TServer,
    client: ClientHandle,
    reports: mpsc::Receiver<(LinkId, Vec<Report>)>,
    unread: std::collections::VecDeque<Report>,
    tickets: u64,
}

fn switch() -> SwitchFile {
    SwitchFile::of_extensions(["5001", "5002", "5003"])
}

fn quick(server: &TServer) -> Config {
    Config {
        reconnect_min: Duration::from_millis(20),
        reconnect_max: Duration::from_millis(100),
        ..Config::new("hq", server.addr().to_string())
    }
}

async fn start(switch: SwitchFile) -> TServer {
    TServer::start(t_server::Config::new(switch)).await.unwrap()
}

impl Desk {
    async fn open() -> Self {
        let server = start(switch()).await;
        let config = quick(&server);
        Self::with(server, config).await
    }

    async fn with(server: TServer, config: Config) -> Self {
        let mut desk = Self::closed(server, config);
        desk.up().await;
        desk
    }

    fn closed(server: TServer, config: Config) -> Self {
        let (owner, reports) = mpsc::channel(64);
        let client = Client::spawn(LinkId(3), config, owner).unwrap();
        Self { server, client, reports, unread: Default::default(), tickets: 0 }
    }

    async fn next(&mut self) -> Report {
        while self.unread.is_empty() {
            let (link, batch) = timeout(PATIENCE, self.reports.recv()).await.expect("no report").expect("client ended");
            assert_eq!(link, LinkId(3));
            self.unread.extend(batch);
        }
        self.unread.pop_front().unwrap()
    }

    async fn up(&mut self) {
        let report = self.next().await;
        assert!(matches!(report, Report::Up { .. }), "{report:?}");
        let report = self.next().await;
        assert!(matches!(&report, Report::Event(Event { kind: EventKind::CtiLink(true), .. }, None)), "{report:?}");
    }

    async fn down(&mut self) -> String {
        match self.next().await {
            Report::Down { cause } => cause.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn asks(&mut self, request: Request) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.client.send(Outgoing { ticket, request }).unwrap();
        ticket
    }

    async fn event(&mut self) -> (String, EventKind, Option<Ticket>) {
        match self.next().await {
            Report::Event(event, ticket) => (event.this_dn.to_string(), event.kind, ticket),
            other => panic!("{other:?}"),
        }
    }

    async fn agent(&mut self) -> (AgentFacts, Option<Ticket>) {
        match self.event().await {
            (_, EventKind::Agent(facts), ticket) => (facts, ticket),
            other => panic!("{other:?}"),
        }
    }

    async fn call(&mut self) -> (String, Call, CallStep, Option<Ticket>) {
        match self.event().await {
            (dn, EventKind::Call(call, step), ticket) => (dn, call, step, ticket),
            other => panic!("{other:?}"),
        }
    }

    async fn refusal(&mut self) -> (Ticket, Refusal) {
        match self.next().await {
            Report::Refused(ticket, refusal) => (ticket, refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Registers, and gives the snapshot.
    async fn registers(&mut self, dn: &str) -> (AgentFacts, Vec<(Call, CallStep)>, bool) {
        let asked = self.asks(Request::RegisterAddress { this_dn: dn.into(), mode: RegisterMode::Share });
        match self.event().await {
            (this_dn, EventKind::Registered { agent, calls, out_of_service }, ticket) => {
                assert_eq!((this_dn.as_str(), ticket), (dn, Some(asked)));
                (agent, calls, out_of_service)
            }
            other => panic!("{other:?}"),
        }
    }

    async fn logs_in(&mut self, dn: &str) {
        self.registers(dn).await;
        self.asks(log_in(dn, "12"));
        self.agent().await;
        self.agent().await;
    }
}

fn log_in(dn: &str, agent: &str) -> Request {
    Request::AgentLogin { this_dn: dn.into(), this_queue: None, agent_id: agent.into(), password: None }
}

fn not_ready(dn: &str, reason: &str) -> Request {
    let mut reasons = KvList::default();
    reasons.push_str("ReasonCode", reason);
    let (this_dn, extensions) = (dn.into(), KvList::default());
    Request::AgentNotReady { this_dn, this_queue: None, work_mode: WorkMode::AuxWork, reasons, extensions }
}

fn ready(dn: &str) -> Request {
    let (reasons, extensions) = Default::default();
    let (this_dn, work_mode) = (dn.into(), WorkMode::AutoIn);
    Request::AgentReady { this_dn, this_queue: None, work_mode, reasons, extensions }
}

fn call(dn: &str, conn_id: ConnId, action: CallAction) -> Request {
    Request::Call { this_dn: dn.into(), conn_id, action }
}

#[tokio::test]
async fn an_agent_logs_in_becomes_ready_and_not_ready_and_logs_out() {
    let mut desk = Desk::open().await;
    let (agent, calls, out_of_service) = desk.registers("5002").await;
    assert_eq!((agent.status, calls.len(), out_of_service), (AgentStatus::LoggedOut, 0, false));
    let ticket = desk.asks(log_in("5002", "12"));
    let (facts, answered) = desk.agent().await;
    assert_eq!((facts.status, facts.agent_id.as_deref(), answered), (AgentStatus::NotReady, Some("12"), Some(ticket)));
    assert_eq!(desk.agent().await.1, None);
    let ticket = desk.asks(ready("5002"));
    let (facts, answered) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode, answered), (AgentStatus::Ready, WorkMode::AutoIn, Some(ticket)));
    desk.asks(not_ready("5002", "lunch"));
    let (facts, _) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::AuxWork));
    assert_eq!(facts.reasons.str("ReasonCode"), Some("lunch"));
    desk.asks(Request::AgentLogout { this_dn: "5002".into(), this_queue: None });
    assert_eq!(desk.agent().await.0.status, AgentStatus::LoggedOut);
    assert_eq!(desk.server.agent("5002"), None);
}

#[tokio::test]
async fn the_t_server_decides_the_state_after_a_login() {
    let server = start(SwitchFile { initial_state: InitialState::Ready, ..switch() }).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.registers("5002").await;
    desk.asks(log_in("5002", "12"));
    let (login, _) = desk.agent().await;
    let (decided, _) = desk.agent().await;
    assert_eq!((login.status, decided.status), (AgentStatus::NotReady, AgentStatus::Ready));
}

#[tokio::test]
async fn a_call_with_data_from_ringing_to_release() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mut data = KvList::default();
    data.push_str("Customer", "Kim");
    data.push_str("Customer", "Lee");
    let id = desk.server.make_call("0199", "5002", data.clone()).unwrap();
    let (dn, ringing, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step, ringing.conn_id), ("5002", CallStep::Ringing, id));
    assert_eq!((ringing.ani.as_deref(), ringing.user_data), (Some("0199"), Some(data)));
    for (action, expected) in [
        (CallAction::Answer, CallStep::Established),
        (CallAction::Hold, CallStep::Held),
        (CallAction::Retrieve, CallStep::Established),
    ] {
        let ticket = desk.asks(call("5002", id, action));
        let (_, _, step, answered) = desk.call().await;
        assert_eq!((step, answered), (expected, Some(ticket)));
    }
    let mut more = KvList::default();
    more.push_str("Intent", "cancel");
    desk.server.attach(id, &more).unwrap();
    let (_, EventKind::CallChanged(changed), None) = desk.event().await else { panic!() };
    assert_eq!(changed.user_data.unwrap().0.len(), 3);
    desk.asks(call("5002", id, CallAction::Release));
    assert_eq!(desk.call().await.2, CallStep::Released);
    assert_eq!(desk.server.parties(id), None);
}

#[tokio::test]
async fn a_customer_who_gives_up_and_one_who_is_transferred() {
    let mut desk = Desk::open().await;
    desk.registers("5002").await;
    desk.registers("5003").await;
    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.server.customer_hangs_up(id).unwrap();
    assert_eq!(desk.call().await.2, CallStep::Released);

    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.asks(call("5002", id, CallAction::Answer));
    desk.call().await;
    desk.asks(call("5002", id, CallAction::SingleStepTransfer("5003".into())));
    let (dn, _, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step), ("5002", CallStep::Released));
    let (dn, ringing, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step, ringing.other_dn.as_deref()), ("5003", CallStep::Ringing, Some("0199")));
}

#[tokio::test]
async fn a_call_waits_at_a_route_point_until_it_is_routed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/dns.toml")).unwrap();
    let server = start(SwitchFile::parse(&text).unwrap()).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.registers("5003").await;
    let id = desk.server.make_call("0199", "9000", KvList::default()).unwrap();
    desk.server.route(id, "5003").unwrap();
    let (_, routed, step, _) = desk.call().await;
    assert_eq!((step, routed.conn_id, routed.dnis.as_deref()), (CallStep::Ringing, id, Some("9000")));
}

#[tokio::test]
async fn several_clients_see_each_others_events() {
    let mut one = Desk::open().await;
    let config = quick(&one.server);
    let mut other = Desk::with(one.server.clone(), config).await;
    one.logs_in("5002").await;
    let (seen, ..) = other.registers("5002").await;
    assert_eq!((seen.status, seen.agent_id.as_deref()), (AgentStatus::NotReady, Some("12")));
    let ticket = one.asks(ready("5002"));
    assert_eq!(one.agent().await.1, Some(ticket));
    let (facts, answered) = other.agent().await;
    assert_eq!((facts.status, answered), (AgentStatus::Ready, None));
    let mut user_data = KvList::default();
    user_data.push_str("EventName", "Offer");
    let dn = "5002".into();
    other.asks(Request::DistributeUserEvent {
        this_dn: dn,
        conn_id: None,
        agent_id: None,
        user_data: user_data.clone(),
    });
    assert_eq!(one.event().await.1, EventKind::UserEvent { user_data: user_data.clone() });
    assert_eq!(other.event().await.1, EventKind::UserEvent { user_data });
}

#[tokio::test]
async fn every_refusal_has_its_behaviour() {
    let mut desk = Desk::open().await;
    let ticket = desk.asks(Request::RegisterAddress { this_dn: "7777".into(), mode: RegisterMode::Share });
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code, refusal.behaviour), (ticket, Some(59), Behaviour::Permanent));
    desk.asks(ready("5002"));
    assert_eq!(desk.refusal().await.1.code, Some(41));
    desk.logs_in("5002").await;
    desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.1.behaviour, Behaviour::AlreadySo);
    let fault = Fault::Error { request: "RequestAgentReady".to_owned(), code: 58, count: 1 };
    desk.server.fault(fault);
    desk.asks(ready("5002"));
    let refusal = desk.refusal().await.1;
    assert_eq!((refusal.code, refusal.behaviour, &*refusal.message), (Some(58), Behaviour::Retry, "as ordered"));
    desk.asks(ready("5002"));
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
}

#[tokio::test]
async fn a_monitoring_client_gets_events_and_may_not_ask() {
    let mut desk = Desk::open().await;
    desk.asks(Request::RegisterAddress { this_dn: "5002".into(), mode: RegisterMode::Monitor });
    desk.event().await;
    desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.1.code, Some(41));
}

#[tokio::test]
async fn killed_and_back_on_the_same_port_every_ticket_was_answered() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    desk.server.fault(Fault::Ignore { request: "RequestAgentReady".to_owned(), count: 9 });
    let mark = desk.server.mark();
    let open = desk.asks(ready("5002"));
    let arrived = |entry: &t_server::Entry| entry.message.name == "RequestAgentReady";
    desk.server.wait_for(mark, "the request", arrived).await.unwrap();
    desk.server.kill().await;
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code, refusal.behaviour), (open, None, Behaviour::Retry));
    desk.down().await;
    let meanwhile = desk.asks(ready("5002"));
    loop {
        // Connection attempts fail meanwhile; each cause is told once.
        match desk.next().await {
            Report::Refused(ticket, _) => break assert_eq!(ticket, meanwhile),
            Report::Down { cause } => assert!(cause.contains("cannot connect"), "{cause}"),
            other => panic!("{other:?}"),
        }
    }
    desk.server.restart(true).await.unwrap();
    loop {
        match desk.next().await {
            Report::Down { .. } => {}
            Report::Up { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    desk.event().await;
    let (agent, ..) = desk.registers("5002").await;
    assert_eq!(agent.status, AgentStatus::LoggedOut);
}

#[tokio::test]
async fn a_snapshot_after_reconnecting_shows_agent_and_call() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mut data = KvList::default();
    data.push_str("k", "v");
    let id = desk.server.make_call("0199", "5002", data.clone()).unwrap();
    desk.call().await;
    desk.server.close_connections();
    desk.down().await;
    desk.up().await;
    let (agent, calls, _) = desk.registers("5002").await;
    assert_eq!(agent.status, AgentStatus::NotReady);
    let [(call, CallStep::Ringing)] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.conn_id, call.user_data.as_ref()), (id, Some(&data)));
}

#[tokio::test]
async fn a_stalled_or_half_open_t_server_is_noticed_by_its_silence() {
    for mood in [Mood::Stalled, Mood::HalfOpen] {
        let server = start(switch()).await;
        let config = Config { addp_timeout: Duration::from_millis(200), ..quick(&server) };
        let mut desk = Desk::with(server, config).await;
        desk.registers("5002").await;
        desk.server.mood(mood);
        let open = desk.asks(log_in("5002", "12"));
        assert_eq!(desk.refusal().await.0, open);
        assert!(desk.down().await.contains("silent"));
        desk.server.mood(Mood::Serving);
        loop {
            match desk.next().await {
                Report::Down { .. } => {}
                Report::Up { .. } => break,
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_idle_link_stays_up_by_heartbeats_of_both_sides() {
    let server = start(switch()).await;
    let timeouts = Duration::from_millis(60);
    let config = Config { addp_timeout: timeouts, addp_remote_timeout: timeouts, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    // Several periods of both timers, in which nothing may happen.
    let quiet = timeout(Duration::from_millis(600), desk.reports.recv()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    desk.registers("5002").await;
}

#[tokio::test]
async fn a_slow_answer_within_the_timeout_is_an_answer() {
    let mut desk = Desk::open().await;
    let time = Duration::from_millis(100);
    desk.server.fault(Fault::Delay { request: "RequestRegisterAddress".to_owned(), time });
    desk.registers("5002").await;
}

#[tokio::test]
async fn no_answer_within_the_timeout_is_a_refusal() {
    let server = start(switch()).await;
    let config = Config { request_timeout: Duration::from_millis(100), ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.server.fault(Fault::Ignore { request: "RequestRegisterAddress".to_owned(), count: 1 });
    let ticket = desk.asks(Request::RegisterAddress { this_dn: "5002".into(), mode: RegisterMode::Share });
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code), (ticket, None));
    assert!(refusal.message.contains("request-timeout"));
    desk.registers("5002").await;
}

#[tokio::test]
async fn bad_lines_disturb_nothing_and_an_oversized_one_costs_the_connection() {
    let server = start(switch()).await;
    let config = Config { max_line: 4096, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.registers("5002").await;
    desk.server.send_raw("nonsense\n{\"messageName\":\"EventRinging\",\"thisDN\":\"5002\",\"connID\":7}\n");
    desk.server.send_raw("{\"messageName\":\"EventOfTomorrow\",\"thisDN\":\"5002\",\"x\":[1]}\n");
    assert_eq!(desk.event().await.1, EventKind::Other("EventOfTomorrow".into()));
    desk.server.send_raw("{\"messageName\":\"EventAgentReady\",\"referenceID\":4711,\"thisDN\":\"5002\"}\n");
    assert!(matches!(desk.event().await, (_, EventKind::Agent(_), None)));
    desk.server.send_raw(format!("{{\"messageName\":\"{}\"}}\n", "x".repeat(5000)));
    assert!(desk.down().await.contains("more than 4096 bytes"));
    desk.up().await;
}

#[tokio::test]
async fn a_backup_is_not_up_until_it_is_promoted() {
    let server = start(switch()).await;
    server.role(Role::Backup);
    let config = quick(&server);
    let mut desk = Desk::closed(server, config);
    let early = desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.0, early);
    let linked = |entry: &t_server::Entry| entry.message.name == "EventLinkConnected";
    desk.server.wait_for(0, "EventLinkConnected", linked).await.unwrap();
    desk.server.role(Role::Primary);
    assert!(matches!(desk.next().await, Report::Up { .. }));
    desk.registers("5002").await;
    desk.server.role(Role::Backup);
    assert!(desk.down().await.contains("backup"));
}

#[tokio::test]
async fn an_unwelcome_client_is_told_why() {
    let application =
        t_server::config::Application { name: "uc-connector".to_owned(), password: Some("right".to_owned()) };
    let server = start(SwitchFile { client: vec![application], ..switch() }).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "wrong\n").unwrap();
    let config = Config { password_file: Some(file.clone()), ..quick(&server) };
    let mut desk = Desk::closed(server, config);
    assert!(desk.down().await.contains("wrong password"));
    std::fs::write(&file, "right\n").unwrap();
    let config = Config { password_file: Some(file), ..quick(&desk.server) };
    Desk::with(desk.server, config).await;
}

#[tokio::test]
async fn a_slow_owner_slows_the_t_server_and_loses_nothing() {
    let mut desk = Desk::open().await;
    desk.registers("5002").await;
    let mut data = KvList::default();
    data.push_str("filler", "x".repeat(1000));
    // Far more than the owner's queue holds, while the owner looks away.
    for _ in 0..3000 {
        desk.server.user_event("5002", data.clone()).unwrap();
    }
    for _ in 0..3000 {
        assert!(matches!(desk.event().await.1, EventKind::UserEvent { .. }));
    }
}

#[tokio::test]
async fn wrap_up_follows_a_call_when_the_switch_wants_it() {
    let server = start(SwitchFile { wrap_up_time: 1, ..switch() }).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.logs_in("5002").await;
    desk.asks(ready("5002"));
    desk.agent().await;
    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.server.answer(id, "5002").unwrap();
    desk.call().await;
    desk.server.customer_hangs_up(id).unwrap();
    assert_eq!(desk.call().await.2, CallStep::Released);
    let (facts, _) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::AfterCallWork));
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
}

#[tokio::test]
async fn the_same_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(file("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(file("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let tls = ServerConfigFiles { cert: file("cert.pem"), key: file("key.pem"), client_ca: None };
    let server = TServer::start(t_server::Config { tls: Some(tls), ..t_server::Config::new(switch()) }).await.unwrap();
    let tls = ClientConfigFiles {
        ca: Some(file("cert.pem")),
        server_name: Some("localhost".to_owned()),
        ..ClientConfigFiles::default()
    };
    let config = Config { tls: Some(tls), ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    desk.logs_in("5002").await;
}

#[tokio::test]
async fn the_log_shows_the_messages_of_the_documented_trace() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mark = desk.server.mark();
    desk.asks(not_ready("5002", "busy"));
    let request = |entry: &t_server::Entry| {
        entry.direction == Direction::Received && entry.message.name == "RequestAgentNotReady"
    };
    let entry = desk.server.wait_for(mark, "RequestAgentNotReady", request).await.unwrap();
    let text = entry.message.to_string();
    let expected =
        "message: RequestAgentNotReady (11)\nAttributeReferenceID [int] = 3\nAttributeThisDN [str] = \"5002\"";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.ends_with("AttributeReasons [bstr] = KVList:\n    'ReasonCode' [str] = \"busy\""), "{text}");
}
