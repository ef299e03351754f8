//! Two T-Servers that tell the same, each at its own pace, in simulated time, and whoever listens to the pair.

use super::super::*;
use crate::agent_link::{AgentFacts, AgentStatus, Call, CallStep, ConnId, Dn, KvList, RegisterMode, WorkMode};
use crate::tlib::session::unsent;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

pub(super) type Sent = Rc<RefCell<[VecDeque<Outgoing>; 2]>>;

pub(super) struct Lines(Sent);

impl Ways for Lines {
    fn send(&self, side: Side, outgoing: Outgoing) -> Result<(), Outgoing> {
        self.0.borrow_mut()[side.index()].push_back(outgoing);
        Ok(())
    }
}

/// One DN, as the switch has it or as the owner knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phone {
    pub(super) agent: AgentFacts,
    pub(super) calls: BTreeMap<u64, CallStep>,
}

impl Phone {
    pub(super) fn apply(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Agent(facts) => self.agent = facts.clone(),
            EventKind::Call(call, CallStep::Released) => drop(self.calls.remove(&call.conn_id.0)),
            EventKind::Call(call, step) => drop(self.calls.insert(call.conn_id.0, *step)),
            EventKind::Registered { agent, calls, .. } => {
                self.agent = agent.clone();
                if let Some(calls) = calls {
                    self.calls = calls.iter().map(|(call, step)| (call.conn_id.0, *step)).collect();
                }
            }
            _ => {}
        }
    }

    pub(super) fn snapshot(&self) -> EventKind {
        let calls = self.calls.iter().map(|(id, step)| (Call::new(ConnId(*id)), *step)).collect();
        EventKind::Registered { agent: self.agent.clone(), calls: Some(calls), out_of_service: false }
    }
}

/// What one of the two has still to say, and what it is.
#[derive(Default)]
pub(super) struct Server {
    /// As far as it has told.
    pub(super) phones: BTreeMap<Dn, Phone>,
    pub(super) untold: VecDeque<(Dn, EventKind)>,
    pub(super) registered: Vec<Dn>,
    pub(super) connected: bool,
    pub(super) primary: bool,
    /// Its snapshots do not tell calls.
    pub(super) hides_calls: bool,
    pub(super) open: VecDeque<Outgoing>,
}

/// Everything.
pub(super) struct World {
    pub(super) exchange: Exchange<Lines>,
    pub(super) sent: Sent,
    pub(super) servers: [Server; 2],
    pub(super) now: Instant,
    pub(super) truth: BTreeMap<Dn, Phone>,
    pub(super) owner: BTreeMap<Dn, Phone>,
    pub(super) in_doubt: Vec<Dn>,
    /// Nothing was heard of these for a time: what their snapshots leave out is over.
    pub(super) afresh: Vec<Dn>,
    pub(super) up: bool,
    pub(super) user_events: Vec<i64>,
    pub(super) made: i64,
    pub(super) tickets: u64,
    pub(super) open: BTreeMap<u64, Request>,
    pub(super) carried_out: BTreeMap<String, u32>,
}

pub(super) const TIMES: Times = Times { copies: Duration::from_secs(28), logouts: Duration::from_secs(48) };

pub(super) fn dn(number: usize) -> Dn {
    format!("{number}").into()
}

pub(super) fn facts(number: i64) -> AgentFacts {
    let reasons = [("n", crate::agent_link::Value::Int(number))].into_iter().collect();
    let status = if number % 2 == 0 { AgentStatus::Ready } else { AgentStatus::NotReady };
    AgentFacts { status, agent_id: Some("a".into()), work_mode: WorkMode::Unknown, reasons, ..AgentFacts::default() }
}

impl World {
    pub(super) fn new() -> Self {
        let sent = Sent::default();
        let exchange = Exchange::new("hq", ["a:1", "b:1"], TIMES, Lines(Rc::clone(&sent)));
        let phones: BTreeMap<_, _> = (0..3).map(|number| (dn(number), Phone::default())).collect();
        let server = || Server { phones: phones.clone(), ..Server::default() };
        Self {
            exchange,
            sent,
            servers: [server(), server()],
            now: Instant::now(),
            truth: phones,
            owner: BTreeMap::new(),
            in_doubt: Vec::new(),
            afresh: Vec::new(),
            up: false,
            user_events: Vec::new(),
            made: 0,
            tickets: 0,
            open: BTreeMap::new(),
            carried_out: BTreeMap::new(),
        }
    }

    /// Both connected, the first primary, everything registered everywhere.
    pub(super) fn hot() -> Self {
        let mut world = Self::new();
        world.connects(Side::First, true);
        world.connects(Side::Second, false);
        world.run();
        assert!(world.servers.iter().all(|server| server.registered.len() == 3));
        world
    }

    pub(super) fn says(&mut self, side: Side, reports: Vec<Report>) {
        let told = self.exchange.reported(side, reports, self.now);
        self.told(told);
    }

    pub(super) fn told(&mut self, told: Vec<Report>) {
        for report in told {
            match report {
                Report::Up { .. } => {
                    assert!(!std::mem::replace(&mut self.up, true));
                    self.in_doubt = (0..3).map(dn).collect();
                    self.afresh = self.in_doubt.clone();
                }
                Report::Down { .. } => self.up = false,
                Report::Refused(ticket, refusal) => {
                    let request = self.open.remove(&ticket.0).expect("each request has one end");
                    if request.is_of_registration() {
                        assert_eq!(refusal.behaviour, Behaviour::Unsent);
                        self.in_doubt.push(request.this_dn().clone());
                    }
                }
                Report::Event(event, cause) => self.hears(&event, cause),
                Report::Standby | Report::Waiting { .. } | Report::Backup { .. } | Report::Room => {}
            }
        }
        // As the hub does: what is in doubt is read again, before anything else.
        let in_doubt = if self.up { std::mem::take(&mut self.in_doubt) } else { Vec::new() };
        for this_dn in in_doubt {
            self.asks(Request::RegisterAddress { this_dn, mode: RegisterMode::Share });
        }
    }

    pub(super) fn hears(&mut self, event: &Event, cause: Cause) {
        assert!(self.up, "{event:?}");
        if let Cause::Request(ticket) = cause {
            self.open.remove(&ticket.0).expect("each request has one end");
        }
        match &event.kind {
            EventKind::ReadAgain => self.in_doubt.push(event.this_dn.clone()),
            EventKind::OutOfService(false) => {
                self.in_doubt.push(event.this_dn.clone());
                self.afresh.push(event.this_dn.clone());
            }
            EventKind::UserEvent { user_data } => match user_data.0[0].1 {
                crate::agent_link::Value::Int(number) => self.user_events.push(number),
                _ => unreachable!(),
            },
            EventKind::CtiLink(_) | EventKind::OutOfService(_) => {}
            kind => {
                let phone = self.owner.entry(event.this_dn.clone()).or_default();
                let reads = matches!(kind, EventKind::Registered { .. });
                if reads && self.afresh.extract_if(.., |dn| *dn == event.this_dn).count() > 0 {
                    phone.calls.clear();
                }
                phone.apply(kind);
            }
        }
    }

    pub(super) fn asks(&mut self, request: Request) {
        self.tickets += 1;
        self.open.insert(self.tickets, request.clone());
        let outgoing = Outgoing::of(Ticket(self.tickets), request);
        let told = self.exchange.send(vec![outgoing]);
        self.told(told);
    }

    pub(super) fn connects(&mut self, side: Side, primary: bool) {
        let server = &mut self.servers[side.index()];
        (server.connected, server.primary) = (true, primary);
        // What it had to tell nobody was there to be told.
        while let Some((dn, kind)) = server.untold.pop_front() {
            server.phones.entry(dn).or_default().apply(&kind);
        }
        let first = if primary { Report::Up { server: "t".into() } } else { Report::Standby };
        let cti = Event { this_dn: "".into(), kind: EventKind::CtiLink(true) };
        self.says(side, vec![first, Report::Event(cti, Cause::Elsewhere)]);
    }

    /// One of them has its link to the switch, or has it no longer.
    pub(super) fn switch(&mut self, side: Side, connected: bool) {
        if self.servers[side.index()].connected {
            let event = Event { this_dn: "".into(), kind: EventKind::CtiLink(connected) };
            self.says(side, vec![Report::Event(event, Cause::Elsewhere)]);
        }
    }

    pub(super) fn closes(&mut self, side: Side) {
        let server = &mut self.servers[side.index()];
        if std::mem::take(&mut server.connected) {
            server.primary = false;
            server.registered.clear();
            let refused = self.refuses_all(side);
            self.says(side, refused);
            self.says(side, vec![Report::Down { cause: "closed".into() }]);
        }
    }

    pub(super) fn role(&mut self, side: Side, primary: bool) {
        let server = &mut self.servers[side.index()];
        if !server.connected || std::mem::replace(&mut server.primary, primary) == primary {
            return;
        }
        if primary {
            return self.says(side, vec![Report::Up { server: "t".into() }]);
        }
        let mut reports = self.refuses_all(side);
        reports.push(Report::Standby);
        self.says(side, reports);
    }

    /// What was under way there ends; what had not left goes back.
    pub(super) fn refuses_all(&mut self, side: Side) -> Vec<Report> {
        let lost = |outgoing: &Outgoing| {
            Report::Refused(outgoing.ticket, Refusal { code: None, message: LOST.into(), behaviour: Behaviour::Retry })
        };
        let mut reports: Vec<_> = self.servers[side.index()].open.drain(..).map(|outgoing| lost(&outgoing)).collect();
        reports.extend(self.sent.borrow_mut()[side.index()].drain(..).map(|outgoing| unsent(outgoing.ticket, "down")));
        reports
    }

    /// Something happens at the switch: both have it to tell.
    pub(super) fn happens(&mut self, dn: &Dn, kind: &EventKind) {
        self.truth.entry(dn.clone()).or_default().apply(kind);
        for server in &mut self.servers {
            server.untold.push_back((dn.clone(), kind.clone()));
        }
    }

    pub(super) fn agent_changes(&mut self, number: usize) {
        self.made += 1;
        self.happens(&dn(number), &EventKind::Agent(facts(self.made)));
    }

    pub(super) fn user_event(&mut self, number: usize) {
        self.made += 1;
        let user_data: KvList = [("n", crate::agent_link::Value::Int(self.made))].into_iter().collect();
        self.happens(&dn(number), &EventKind::UserEvent { user_data });
    }

    pub(super) fn call(&mut self, number: usize, id: u64, step: CallStep) {
        self.happens(&dn(number), &EventKind::Call(Call::new(ConnId(id)), step));
    }

    /// One of them tells the next thing that it has to tell.
    pub(super) fn tells(&mut self, side: Side) {
        let server = &mut self.servers[side.index()];
        let Some((this_dn, kind)) = server.untold.pop_front() else { return };
        server.phones.entry(this_dn.clone()).or_default().apply(&kind);
        if server.connected && server.registered.contains(&this_dn) {
            self.says(side, vec![Report::Event(Event { this_dn, kind }, Cause::Elsewhere)]);
        }
    }

    /// Requests arrive at one of them.
    pub(super) fn arrive(&mut self, side: Side) {
        let sent: Vec<_> = self.sent.borrow_mut()[side.index()].drain(..).collect();
        for outgoing in sent {
            let server = &mut self.servers[side.index()];
            if !server.connected || !(server.primary || outgoing.request.is_of_registration()) {
                self.says(side, vec![unsent(outgoing.ticket, "down")]);
            } else {
                server.open.push_back(outgoing);
            }
        }
    }

    /// One of them carries out the next request.
    pub(super) fn answers(&mut self, side: Side) {
        let Some(outgoing) = self.servers[side.index()].open.pop_front() else { return };
        let server = &mut self.servers[side.index()];
        let this_dn = outgoing.request.this_dn().clone();
        match &outgoing.request {
            Request::RegisterAddress { .. } => {
                server.registered.retain(|dn| *dn != this_dn);
                server.registered.push(this_dn.clone());
                let mut kind = server.phones[&this_dn].snapshot();
                if let EventKind::Registered { calls, .. } = &mut kind {
                    calls.take_if(|_| server.hides_calls);
                }
                self.says(side, vec![Report::Event(Event { this_dn, kind }, Cause::Request(outgoing.ticket))]);
            }
            Request::UnregisterAddress { .. } => {
                server.registered.retain(|dn| *dn != this_dn);
                let kind = EventKind::Unregistered;
                self.says(side, vec![Report::Event(Event { this_dn, kind }, Cause::Request(outgoing.ticket))]);
            }
            Request::AgentReady { reasons, .. } => {
                let Some(crate::agent_link::Value::Int(number)) = reasons.first("n") else { unreachable!() };
                *self.carried_out.entry(number.to_string()).or_default() += 1;
                let kind = EventKind::Agent(facts(*number));
                self.happens(&this_dn, &kind);
                // Its answer comes after all that it has to tell.
                let mut untold = std::mem::take(&mut self.servers[side.index()].untold);
                untold.pop_back();
                for (this_dn, kind) in untold {
                    self.servers[side.index()].untold.push_back((this_dn, kind));
                    self.tells(side);
                }
                self.servers[side.index()].phones.entry(this_dn.clone()).or_default().apply(&kind);
                self.says(side, vec![Report::Event(Event { this_dn, kind }, Cause::Request(outgoing.ticket))]);
            }
            other => unreachable!("{other:?}"),
        }
    }

    pub(super) fn wants(&mut self, number: usize) {
        self.made += 2;
        self.made += self.made % 2;
        let reasons: KvList = [("n", crate::agent_link::Value::Int(self.made))].into_iter().collect();
        let (this_dn, extensions) = (dn(number), Default::default());
        let work_mode = WorkMode::Unknown;
        self.asks(Request::AgentReady { this_dn, this_queue: None, work_mode, reasons: reasons.into(), extensions });
    }

    pub(super) fn passes(&mut self, time: Duration) {
        self.now += time;
        let told = self.exchange.tick(self.now);
        self.told(told);
    }

    /// Until nobody has anything to say.
    pub(super) fn run(&mut self) {
        for _ in 0..200 {
            for side in Side::BOTH {
                self.arrive(side);
                while !self.servers[side.index()].open.is_empty() {
                    self.answers(side);
                }
                while !self.servers[side.index()].untold.is_empty() {
                    self.tells(side);
                }
            }
            if self.sent.borrow().iter().all(VecDeque::is_empty) {
                return;
            }
        }
        panic!("it never ends");
    }

    pub(super) fn assert_right(&self) {
        assert_eq!(self.owner, self.truth);
        assert!(self.open.is_empty(), "{:?}", self.open);
    }

    pub(super) fn registrations(&self) -> usize {
        self.open.values().filter(|request| request.is_of_registration()).count()
    }
}
