//! A worker's desk: a client of a simulated T-Server, and what it reports.

use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use uc_connector::agent_link::{AgentFacts, Call, CallStep, Event, EventKind};
use uc_connector::agent_link::{CallAction, RegisterMode, Request};
use uc_connector::wire::{ConnId, KvList};
use uc_connector::{
    agent_link::{Cause, LinkId, Outgoing, Refusal, Report, Ticket, WorkMode},
    tlib::{Client, ClientHandle, Config, Pair},
};
use uc_lab::{
    PATIENCE,
    t_server::{self, SwitchFile, TServer},
};

/// A worker's desk: a client, its reports, and the T-Server behind.
pub(crate) struct Desk {
    pub(crate) server: TServer,
    pub(crate) client: ClientHandle,
    pub(crate) reports: mpsc::Receiver<(LinkId, Vec<Report>)>,
    pub(crate) unread: std::collections::VecDeque<Report>,
    pub(crate) tickets: u64,
}

pub(crate) fn switch() -> SwitchFile {
    SwitchFile::of_extensions(["5001", "5002", "5003"])
}

pub(crate) fn quick(server: &TServer) -> Config {
    Config {
        reconnect_min: Duration::from_millis(20),
        reconnect_max: Duration::from_millis(100),
        ..Config::new("hq", server.addr().to_string())
    }
}

pub(crate) async fn start(switch: SwitchFile) -> TServer {
    TServer::start(t_server::Config::new(switch)).await.unwrap()
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let server = start(switch()).await;
        let config = quick(&server);
        Self::with(server, config).await
    }

    pub(crate) async fn with(server: TServer, config: Config) -> Self {
        let mut desk = Self::closed(server, config);
        desk.up().await;
        desk
    }

    pub(crate) fn closed(server: TServer, config: Config) -> Self {
        let (owner, reports) = mpsc::channel(64);
        let client = match config.backup_address.clone() {
            None => {
                let (running, client) = Client::new(LinkId(3), config, owner).unwrap();
                tokio::spawn(running.run());
                client
            }
            Some(backup) => {
                let (running, client) = Pair::new(LinkId(3), &config, &backup, owner).unwrap();
                tokio::spawn(running.run());
                client
            }
        };
        Self { server, client, reports, unread: Default::default(), tickets: 0 }
    }

    /// The next report, but for what is said of a backup, and of one without its switch.
    pub(crate) async fn next(&mut self) -> Report {
        while self.unread.is_empty() {
            let (link, batch) = timeout(PATIENCE, self.reports.recv()).await.expect("no report").expect("client ended");
            assert_eq!(link, LinkId(3));
            let aside =
                |report: &Report| matches!(report, Report::Standby | Report::Waiting { .. } | Report::Backup { .. });
            self.unread.extend(batch.into_iter().filter(|report| !aside(report)));
        }
        self.unread.pop_front().unwrap()
    }

    pub(crate) async fn up(&mut self) {
        let report = self.next().await;
        assert!(matches!(report, Report::Up { .. }), "{report:?}");
        let report = self.next().await;
        assert!(
            matches!(&report, Report::Event(Event { kind: EventKind::CtiLink(true), .. }, Cause::Elsewhere)),
            "{report:?}"
        );
    }

    pub(crate) async fn down(&mut self) -> String {
        match self.next().await {
            Report::Down { cause } => cause.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn asks(&mut self, request: Request) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.client.send(Outgoing::of(ticket, request)).unwrap();
        ticket
    }

    pub(crate) async fn event(&mut self) -> (String, EventKind, Option<Ticket>) {
        match self.next().await {
            Report::Event(event, Cause::Request(ticket)) => (event.this_dn.to_string(), event.kind, Some(ticket)),
            Report::Event(event, _) => (event.this_dn.to_string(), event.kind, None),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn agent(&mut self) -> (AgentFacts, Option<Ticket>) {
        match self.event().await {
            (_, EventKind::Agent(facts), ticket) => (facts, ticket),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn call(&mut self) -> (String, Call, CallStep, Option<Ticket>) {
        match self.event().await {
            (dn, EventKind::Call(call, step), ticket) => (dn, call, step, ticket),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn refusal(&mut self) -> (Ticket, Refusal) {
        match self.next().await {
            Report::Refused(ticket, refusal) => (ticket, refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Registers, and gives the snapshot.
    pub(crate) async fn registers(&mut self, dn: &str) -> (AgentFacts, Vec<(Call, CallStep)>, bool) {
        let asked = self.asks(Request::RegisterAddress { this_dn: dn.into(), mode: RegisterMode::Share });
        match self.event().await {
            (this_dn, EventKind::Registered { agent, calls, out_of_service }, ticket) => {
                assert_eq!((this_dn.as_str(), ticket), (dn, Some(asked)));
                (agent, calls.expect("it tells calls"), out_of_service)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn logs_in(&mut self, dn: &str) {
        self.registers(dn).await;
        self.asks(log_in(dn, "12"));
        self.agent().await;
        self.agent().await;
    }
}

pub(crate) fn log_in(dn: &str, agent: &str) -> Request {
    Request::AgentLogin { this_dn: dn.into(), this_queue: None, agent_id: agent.into(), password: None }
}

pub(crate) fn not_ready(dn: &str, reason: &str) -> Request {
    let mut reasons = KvList::default();
    reasons.push_str("ReasonCode", reason);
    let (this_dn, reasons, extensions) = (dn.into(), reasons.into(), Default::default());
    Request::AgentNotReady { this_dn, this_queue: None, work_mode: WorkMode::AuxWork, reasons, extensions }
}

pub(crate) fn ready(dn: &str) -> Request {
    let (reasons, extensions) = Default::default();
    let (this_dn, work_mode) = (dn.into(), WorkMode::AutoIn);
    Request::AgentReady { this_dn, this_queue: None, work_mode, reasons, extensions }
}

pub(crate) fn call(dn: &str, conn_id: ConnId, action: CallAction) -> Request {
    Request::Call { this_dn: dn.into(), conn_id, action }
}
