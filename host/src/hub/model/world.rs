//! The T-Servers of the model: the state and the calls of every DN, the requests that wait for an answer, and the
//! client's promise that every ticket ends exactly once. What an odd one does is in [`odd`](super::odd).

use crate::{
    agent_link::{
        AgentFacts, AgentStatus, Behaviour, Call, CallAction, CallStep, Cause, ConnId, Dn, Event, EventKind, KvList,
        LinkId, Outgoing, PartyChange, Refusal, Report, Request, Ticket, WorkMode,
    },
    clock::Moment,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

/// A ticket that is not answered ends after this.
const PATIENCE: Duration = Duration::from_secs(10);

/// An agent of nobody's in the directory.
pub(super) const STRANGER: &str = "7777";

/// The state of one DN.
#[derive(Clone, Debug, Default)]
pub(super) struct Device {
    pub(super) facts: AgentFacts,
    pub(super) out_of_service: bool,
    pub(super) calls: BTreeMap<ConnId, CallStep>,
    /// Business data, by call.
    pub(super) data: BTreeMap<ConnId, KvList>,
}

/// What a T-Server does all its life.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    /// Its snapshots leave out why an agent is in a state, and calls.
    leaves_out: bool,
    /// It acknowledges, and tells the state behind that with the same ReferenceID.
    tells_behind: bool,
}

impl Habits {
    pub(super) fn of(seed: u64, at: u64) -> Self {
        let which = (seed / 16 + at) % 4;
        Self { leaves_out: which == 1, tells_behind: which == 2 }
    }
}

/// One T-Server with its link.
#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) habits: Habits,
    pub(super) up: bool,
    pub(super) switch: bool,
    pub(super) devices: BTreeMap<Dn, Device>,
    /// Requests that wait, with the time at which the client gives them up.
    pub(super) waiting: Vec<(Outgoing, Moment)>,
    /// Requests that were answered or given up, and are to be carried out all the same.
    pub(super) late: VecDeque<Request>,
    /// Requests that were open as the link went: what comes of them nobody is told by their ReferenceID.
    pub(super) lost: VecDeque<Request>,
}

/// What is reported, in the order of the wire.
pub(super) type Reports = Vec<Report>;

impl Server {
    /// The link comes up.
    pub(super) fn comes_up(&mut self) -> Reports {
        (self.up, self.switch) = (true, true);
        vec![Report::Up { server: "model".into() }]
    }

    /// The link goes: whatever waits is refused before. Of it, all is carried out without a word, or nothing.
    pub(super) fn goes_down(&mut self, carries_out: bool) -> Reports {
        self.up = false;
        let waiting = std::mem::take(&mut self.waiting);
        let mut reports: Reports = waiting.iter().map(|(outgoing, _)| unanswered(outgoing.ticket)).collect();
        reports.push(Report::Down { cause: "model".into() });
        let late = std::mem::take(&mut self.late);
        if carries_out {
            let waited = waiting.into_iter().map(|(outgoing, _)| outgoing.request);
            late.into_iter().chain(waited).for_each(|request| drop(self.carry_out(&request)));
        } else {
            let of_an_agent = |(outgoing, _): (Outgoing, _)| Some(outgoing.request).filter(is_of_an_agent);
            self.lost.extend(waiting.into_iter().filter_map(of_an_agent));
        }
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

    /// The client gives up what has waited for too long; the T-Server may carry it out later.
    pub(super) fn gives_up(&mut self, now: Moment) -> Reports {
        let given_up: Vec<_> = self.waiting.extract_if(.., |(_, until)| *until <= now).collect();
        let reports = given_up.iter().map(|(outgoing, _)| unanswered(outgoing.ticket)).collect();
        self.late.extend(given_up.into_iter().map(|(outgoing, _)| outgoing.request));
        reports
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
        let (Outgoing { ticket, request, .. }, _) = self.waiting.remove(0);
        let Some((_, kind)) = self.carry_out(&request) else { return vec![acknowledged(&request, ticket)] };
        self.tells(&request, ticket, kind)
    }

    /// The answer, as it should be.
    pub(super) fn tells(&self, request: &Request, ticket: Ticket, kind: EventKind) -> Reports {
        if self.habits.tells_behind && matches!(kind, EventKind::Agent(_)) {
            return vec![acknowledged(request, ticket), event(request.this_dn(), kind, Cause::EarlierRequest)];
        }
        vec![event(request.this_dn(), kind, Cause::Request(ticket))]
    }

    /// Whatever waits and whatever is odd goes: from here on the T-Server behaves.
    pub(super) fn behaves(&mut self) -> Reports {
        let mut reports = Reports::new();
        self.late.clear();
        self.lost.clear();
        for (dn, device) in &mut self.devices {
            if std::mem::take(&mut device.out_of_service) {
                reports.push(event(dn, EventKind::OutOfService(false), Cause::Elsewhere));
            }
            if device.facts.agent_id.as_deref() == Some(STRANGER) {
                device.facts = AgentFacts::default();
                reports.push(event(dn, EventKind::Agent(AgentFacts::default()), Cause::Elsewhere));
            }
        }
        if self.up { reports } else { Reports::new() }
    }

    pub(super) fn carry_out(&mut self, request: &Request) -> Option<(Dn, EventKind)> {
        let dn = request.this_dn().clone();
        let device = self.devices.entry(dn.clone()).or_default();
        match request {
            Request::RegisterAddress { .. } => return Some((dn, device.registered(self.habits))),
            Request::AgentLogin { agent_id, .. } => {
                device.facts = AgentFacts {
                    status: AgentStatus::NotReady,
                    agent_id: Some(agent_id.clone()),
                    ..AgentFacts::default()
                };
            }
            Request::AgentLogout { .. } => device.facts = AgentFacts::default(),
            Request::AgentReady { work_mode, reasons, extensions, .. } => {
                device.set(AgentStatus::Ready, *work_mode, reasons, extensions);
            }
            Request::AgentNotReady { work_mode, reasons, extensions, .. } => {
                device.set(AgentStatus::NotReady, *work_mode, reasons, extensions);
            }
            Request::Call { conn_id, action, .. } => return Some((dn, device.call_action(*conn_id, action)?)),
            _ => return None,
        }
        Some((dn, EventKind::Agent(device.facts.clone())))
    }
}

fn is_of_an_agent(request: &Request) -> bool {
    matches!(request, Request::AgentLogout { .. } | Request::AgentReady { .. } | Request::AgentNotReady { .. })
}

impl Device {
    fn set(&mut self, status: AgentStatus, work_mode: WorkMode, reasons: &Arc<KvList>, extensions: &Arc<KvList>) {
        if self.facts.status != AgentStatus::LoggedOut {
            self.facts.status = status;
            self.facts.work_mode = work_mode;
            self.facts.reasons = (**reasons).clone();
            self.facts.extensions = (**extensions).clone();
        }
    }

    /// What a worker asks of a call; none: it is over.
    fn call_action(&mut self, conn_id: ConnId, action: &CallAction) -> Option<EventKind> {
        let step = match action {
            CallAction::Answer | CallAction::Retrieve => CallStep::Established,
            CallAction::Hold => CallStep::Held,
            CallAction::MuteOn => return Some(EventKind::Muted(conn_id, true)),
            CallAction::MuteOff => return Some(EventKind::Muted(conn_id, false)),
            CallAction::SendDtmf(_) => return Some(EventKind::Other("EventDTMFSent".into())),
            CallAction::SingleStepConference(to) => {
                let call = Call { other_dn: Some(to.clone()), ..self.told(conn_id) };
                return Some(EventKind::Party(call, PartyChange::Added));
            }
            CallAction::UserData(change) => return self.data_change(conn_id, change),
            CallAction::InitiateTransfer(_) | CallAction::InitiateConference(_) | CallAction::Alternate(_) => {
                CallStep::Held
            }
            CallAction::Release
            | CallAction::SingleStepTransfer(_)
            | CallAction::Redirect(_)
            | CallAction::CompleteTransfer(_)
            | CallAction::CompleteConference(_)
            | CallAction::Reconnect(_) => CallStep::Released,
        };
        *self.calls.get_mut(&conn_id)? = step;
        self.calls.retain(|_, step| *step != CallStep::Released);
        Some(EventKind::Call(self.told(conn_id), step))
    }

    /// The snapshot.
    pub(super) fn registered(&self, habits: Habits) -> EventKind {
        let (mut agent, out_of_service) = (self.facts.clone(), self.out_of_service);
        let calls: Vec<_> = self.calls.iter().map(|(conn_id, step)| (self.told(*conn_id), *step)).collect();
        if habits.leaves_out {
            (agent.reasons, agent.extensions) = Default::default();
        }
        let calls = Some(calls).filter(|calls| !habits.leaves_out || calls.is_empty());
        EventKind::Registered { agent, calls, out_of_service }
    }
}

pub(super) fn event(dn: &Dn, kind: EventKind, cause: Cause) -> Report {
    Report::Event(Event { this_dn: dn.clone(), kind }, cause)
}

pub(super) fn acknowledged(request: &Request, ticket: Ticket) -> Report {
    event(request.this_dn(), EventKind::Acknowledged, Cause::Request(ticket))
}

pub(super) fn unanswered(ticket: Ticket) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: "not answered".into(), behaviour: Behaviour::Retry })
}

pub(super) fn refused(ticket: Ticket, behaviour: Behaviour) -> Report {
    Report::Refused(ticket, Refusal { code: Some(50), message: "refused".into(), behaviour })
}

/// The link with this number.
pub(super) fn link(number: usize) -> LinkId {
    LinkId(u16::try_from(number).expect("two links"))
}
