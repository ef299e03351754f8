//! The T-Servers of the model: the state of every DN, the requests that wait for an answer, and the client's promise
//! that every ticket ends exactly once.

use crate::{
    agent_link::{
        AgentFacts, AgentStatus, Behaviour, CallStep, Cause, ConnId, Dn, Event, EventKind, KvList, LinkId, Outgoing,
        Refusal, Report, Request, Ticket, WorkMode,
    },
    clock::Moment,
    hub::tests::bench::inbound,
};
use rand::{Rng, rngs::SmallRng};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// A ticket that is not answered ends after this.
const PATIENCE: Duration = Duration::from_secs(10);

/// The state of one DN.
#[derive(Clone, Debug, Default)]
pub(super) struct Device {
    pub(super) facts: AgentFacts,
    pub(super) out_of_service: bool,
}

/// One T-Server with its link.
#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) up: bool,
    pub(super) switch: bool,
    pub(super) devices: BTreeMap<Dn, Device>,
    /// Requests that wait, with the time at which the client gives them up.
    waiting: Vec<(Outgoing, Moment)>,
}

/// What is reported, and what the worker's page may show of it.
pub(super) type Reports = Vec<Report>;

impl Server {
    /// The link comes up.
    pub(super) fn comes_up(&mut self) -> Reports {
        (self.up, self.switch) = (true, true);
        vec![Report::Up { server: "model".into() }]
    }

    /// The link goes: whatever waits is refused before.
    pub(super) fn goes_down(&mut self) -> Reports {
        self.up = false;
        let mut reports: Reports = self.waiting.drain(..).map(|(outgoing, _)| unanswered(outgoing.ticket)).collect();
        reports.push(Report::Down { cause: "model".into() });
        reports
    }

    /// A request arrives; one that comes while the link is down is refused at once.
    pub(super) fn takes(&mut self, outgoing: Outgoing, now: Moment) -> Reports {
        if !self.up {
            return vec![unanswered(outgoing.ticket)];
        }
        self.waiting.push((outgoing, now + PATIENCE));
        Reports::new()
    }

    /// Requests that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The client gives up what has waited for too long.
    pub(super) fn gives_up(&mut self, now: Moment) -> Reports {
        let late = self.waiting.extract_if(.., |(_, until)| *until <= now);
        late.map(|(outgoing, _)| unanswered(outgoing.ticket)).collect()
    }

    /// When that is.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.waiting.iter().map(|(_, until)| *until).min()
    }

    /// Carries out the oldest request as it should.
    pub(super) fn obeys(&mut self) -> Reports {
        if self.waiting.is_empty() {
            return Reports::new();
        }
        let (Outgoing { ticket, request }, _) = self.waiting.remove(0);
        let Some((dn, kind)) = self.carry_out(&request) else { return vec![acknowledged(&request, ticket)] };
        vec![event(&dn, kind, Cause::Request(ticket))]
    }

    /// Answers any request in any way.
    pub(super) fn answers_somehow(&mut self, random: &mut SmallRng) -> Reports {
        if self.waiting.is_empty() {
            return Reports::new();
        }
        let at = random.random_range(0..self.waiting.len());
        let (Outgoing { ticket, request }, _) = self.waiting.remove(at);
        let cause = Cause::Request(ticket);
        match random.random_range(0..18) {
            0 => vec![refused(ticket, Behaviour::Retry)],
            1 => vec![refused(ticket, Behaviour::Permanent)],
            2 => vec![refused(ticket, Behaviour::AlreadySo)],
            3 => vec![acknowledged(&request, ticket)],
            4 => vec![unanswered(ticket)],
            // Done, and only acknowledged.
            5 => {
                self.carry_out(&request);
                vec![acknowledged(&request, ticket)]
            }
            // Done, and answered without reference: the ticket ends later, unanswered.
            6 => match self.carry_out(&request) {
                Some((dn, kind)) => vec![event(&dn, kind, Cause::Elsewhere), unanswered(ticket)],
                None => vec![unanswered(ticket)],
            },
            // Given up, and done all the same.
            7 => match self.carry_out(&request) {
                Some((dn, kind)) => vec![unanswered(ticket), event(&dn, kind, Cause::EarlierRequest)],
                None => vec![unanswered(ticket)],
            },
            // Done and answered twice.
            8 => match self.carry_out(&request) {
                Some((dn, kind)) => {
                    vec![event(&dn, kind.clone(), cause), event(&dn, kind, Cause::EarlierRequest)]
                }
                None => vec![unanswered(ticket)],
            },
            // Another decision.
            9 | 10 => self.decides_otherwise(&request, cause, random),
            // By an event of a call, at the same DN.
            16 => vec![event(this_dn(&request), EventKind::Call(inbound(ConnId(7)), CallStep::Ringing), cause)],
            // By the snapshot of the DN.
            17 => {
                self.carry_out(&request);
                let device = self.devices.entry(this_dn(&request).clone()).or_default();
                vec![event(this_dn(&request), registered(device), cause)]
            }
            // For another DN, or for none.
            11 => vec![event(&"".into(), EventKind::Other("EventUserEvent".into()), cause)],
            12 => self.answers_for_another(cause, random),
            // As it should, without or with what is optional.
            number => match self.carry_out(&request) {
                Some((dn, kind)) => vec![event(&dn, without_options(kind, number == 13), cause)],
                None => vec![acknowledged(&request, ticket)],
            },
        }
    }

    fn decides_otherwise(&mut self, request: &Request, cause: Cause, random: &mut SmallRng) -> Reports {
        let (dn, facts) = (this_dn(request).clone(), any_facts(own_agent(request), random));
        let device = self.devices.entry(dn.clone()).or_default();
        if facts.status != AgentStatus::LoggedOut && device.facts.agent_id.is_some() {
            device.facts = AgentFacts { agent_id: device.facts.agent_id.clone(), ..facts };
        } else {
            device.facts = facts;
        }
        vec![event(&dn, EventKind::Agent(device.facts.clone()), cause)]
    }

    fn answers_for_another(&mut self, cause: Cause, random: &mut SmallRng) -> Reports {
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        vec![event(&dn, EventKind::Agent(device.facts.clone()), cause)]
    }

    fn any_device(&mut self, random: &mut SmallRng) -> Option<(Dn, &mut Device)> {
        let dns: Vec<Dn> = self.devices.keys().cloned().collect();
        let dn = dns.get(random.random_range(0..dns.len().max(1)))?.clone();
        let device = self.devices.get_mut(&dn)?;
        Some((dn, device))
    }

    /// Something that nobody here asked for.
    pub(super) fn acts(&mut self, random: &mut SmallRng) -> Reports {
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        let kind = match random.random_range(0..8) {
            0 => {
                device.out_of_service = !device.out_of_service;
                EventKind::OutOfService(device.out_of_service)
            }
            1 if random.random_bool(0.3) => EventKind::Unregistered,
            1 => EventKind::Unreadable("the model made it unreadable".into()),
            2 => {
                device.facts = any_facts(Some("7777".into()), random);
                EventKind::Agent(device.facts.clone())
            }
            3 => {
                device.facts = AgentFacts::default();
                EventKind::Agent(device.facts.clone())
            }
            _ => {
                let agent_id = device.facts.agent_id.clone();
                device.facts = any_facts(agent_id, random);
                EventKind::Agent(device.facts.clone())
            }
        };
        // Whoever is told may have been told by an event that is lost in a switchover.
        if self.up { vec![event(&dn, kind, Cause::Elsewhere)] } else { vec![] }
    }

    /// Whatever waits and whatever is odd goes: from here on the T-Server behaves.
    pub(super) fn behaves(&mut self) -> Reports {
        let mut reports = Reports::new();
        for (dn, device) in &mut self.devices {
            if std::mem::take(&mut device.out_of_service) {
                reports.push(event(dn, EventKind::OutOfService(false), Cause::Elsewhere));
            }
            if device.facts.agent_id.as_deref() == Some("7777") {
                device.facts = AgentFacts::default();
                reports.push(event(dn, EventKind::Agent(AgentFacts::default()), Cause::Elsewhere));
            }
        }
        if self.up { reports } else { Reports::new() }
    }

    fn carry_out(&mut self, request: &Request) -> Option<(Dn, EventKind)> {
        let dn = this_dn(request).clone();
        let device = self.devices.entry(dn.clone()).or_default();
        match request {
            Request::RegisterAddress { .. } => return Some((dn, registered(device))),
            Request::AgentLogin { agent_id, .. } => {
                device.facts = AgentFacts {
                    status: AgentStatus::NotReady,
                    agent_id: Some(agent_id.clone()),
                    ..AgentFacts::default()
                };
            }
            Request::AgentLogout { .. } => device.facts = AgentFacts::default(),
            Request::AgentReady { work_mode, reasons, .. } => set(device, AgentStatus::Ready, *work_mode, reasons),
            Request::AgentNotReady { work_mode, reasons, .. } => {
                set(device, AgentStatus::NotReady, *work_mode, reasons);
            }
            _ => return None,
        }
        Some((dn, EventKind::Agent(device.facts.clone())))
    }
}

fn set(device: &mut Device, status: AgentStatus, work_mode: WorkMode, reasons: &Arc<KvList>) {
    if device.facts.status != AgentStatus::LoggedOut {
        device.facts.status = status;
        device.facts.work_mode = work_mode;
        device.facts.reasons = (**reasons).clone();
    }
}

fn registered(device: &Device) -> EventKind {
    let (agent, out_of_service) = (device.facts.clone(), device.out_of_service);
    EventKind::Registered { agent, calls: Vec::new(), out_of_service }
}

fn any_facts(agent_id: Option<Arc<str>>, random: &mut SmallRng) -> AgentFacts {
    let status = [AgentStatus::LoggedOut, AgentStatus::Ready, AgentStatus::NotReady][random.random_range(0..3)];
    let work_mode = [WorkMode::Unknown, WorkMode::AuxWork, WorkMode::AfterCallWork][random.random_range(0..3)];
    let mut reasons = KvList::default();
    if random.random_bool(0.3) {
        reasons.push_str("ReasonCode", random.random_range(0..3_u8).to_string());
    }
    if status == AgentStatus::LoggedOut {
        return AgentFacts::default();
    }
    AgentFacts { status, agent_id, work_mode, reasons, extensions: KvList::default() }
}

fn without_options(kind: EventKind, leave_out: bool) -> EventKind {
    match kind {
        EventKind::Agent(facts) if leave_out => {
            EventKind::Agent(AgentFacts { status: facts.status, ..AgentFacts::default() })
        }
        kind => kind,
    }
}

pub(super) fn event(dn: &Dn, kind: EventKind, cause: Cause) -> Report {
    Report::Event(Event { this_dn: dn.clone(), kind }, cause)
}

fn acknowledged(request: &Request, ticket: Ticket) -> Report {
    event(this_dn(request), EventKind::Acknowledged, Cause::Request(ticket))
}

fn unanswered(ticket: Ticket) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: "not answered".into(), behaviour: Behaviour::Retry })
}

fn refused(ticket: Ticket, behaviour: Behaviour) -> Report {
    Report::Refused(ticket, Refusal { code: Some(50), message: "refused".into(), behaviour })
}

fn own_agent(request: &Request) -> Option<Arc<str>> {
    match request {
        Request::AgentLogin { agent_id, .. } => Some(agent_id.clone()),
        _ => None,
    }
}

/// Which DN a request is for.
pub(super) fn this_dn(request: &Request) -> &Dn {
    match request {
        Request::RegisterAddress { this_dn, .. }
        | Request::UnregisterAddress { this_dn }
        | Request::AgentLogin { this_dn, .. }
        | Request::AgentLogout { this_dn, .. }
        | Request::AgentReady { this_dn, .. }
        | Request::AgentNotReady { this_dn, .. }
        | Request::Call { this_dn, .. }
        | Request::DistributeUserEvent { this_dn, .. } => this_dn,
    }
}

/// The link with this number.
pub(super) fn link(number: usize) -> LinkId {
    LinkId(u16::try_from(number).expect("two links"))
}
