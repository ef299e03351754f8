//! What an odd T-Server does: answers of any kind, at any time, and what nobody here asked for.

use super::world::{Device, Habits, Reports, STRANGER, Server, acknowledged, event, refused, unanswered};
use crate::agent_link::{
    AgentFacts, AgentStatus, Behaviour, Call, CallStep, Cause, ConnId, Dn, EventKind, KvList, Outgoing, PartyChange,
    Request, WorkMode,
};
use rand::{Rng, rngs::SmallRng};
use std::sync::Arc;

/// Ways of answering.
pub(super) const WAYS: u8 = 24;

impl Server {
    /// Answers any request in any way.
    pub(super) fn answers_somehow(&mut self, random: &mut SmallRng) -> Reports {
        if self.waiting.is_empty() {
            return Reports::new();
        }
        let at = random.random_range(0..self.waiting.len());
        let way = random.random_range(0..WAYS);
        self.answers(at, way, random)
    }

    /// Answers everything that waits in one and the same way.
    pub(super) fn answers_in_this_way(&mut self, way: u8, random: &mut SmallRng) -> Reports {
        if self.waiting.is_empty() { Reports::new() } else { self.answers(0, way, random) }
    }

    fn answers(&mut self, at: usize, way: u8, random: &mut SmallRng) -> Reports {
        let (Outgoing { ticket, request, .. }, _) = self.waiting.remove(at);
        let (dn, cause) = (request.this_dn().clone(), Cause::Request(ticket));
        match way {
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
            6 => self.done(&request, |kind| vec![event(&dn, kind, Cause::Elsewhere), unanswered(ticket)]),
            // Given up, and done all the same: at once, or some time.
            7 => self.done(&request, |kind| vec![unanswered(ticket), event(&dn, kind, Cause::EarlierRequest)]),
            8 => {
                self.late.push_back(request);
                vec![unanswered(ticket)]
            }
            // Done and answered, and once more: at once, or some time.
            9 => self
                .done(&request, |kind| vec![event(&dn, kind.clone(), cause), event(&dn, kind, Cause::EarlierRequest)]),
            10 => {
                self.late.push_back(request.clone());
                self.done(&request, |kind| vec![event(&dn, kind, cause)])
            }
            // Another decision.
            11 | 12 => self.decides_otherwise(&request, cause, random),
            // By an event of a call, at the same DN.
            13 => {
                self.device(&dn).calls.insert(ConnId(7), CallStep::Ringing);
                vec![event(&dn, EventKind::Call(self.device(&dn).told(ConnId(7)), CallStep::Ringing), cause)]
            }
            // By the snapshot of the DN.
            14 => {
                self.carry_out(&request);
                vec![event(&dn, self.device(&dn).registered(Habits::default()), cause)]
            }
            // For another DN, or for none.
            15 => vec![event(&"".into(), EventKind::Other("EventUserEvent".into()), cause)],
            16 => self.answers_for_another(cause, random),
            17 => vec![event(&dn, EventKind::Unreadable("the model made the answer unreadable".into()), cause)],
            // Nothing is done, and it answers by how the agent is.
            21..24 => vec![event(&dn, EventKind::Agent(self.device(&dn).facts.clone()), cause)],
            20 => self.does_in_another_mode(&request, cause),
            // As it should, without what is optional.
            18 => self.done(&request, |kind| vec![event(&dn, without_options(kind), cause)]),
            _ => {
                let kind = self.carry_out(&request).map_or(EventKind::Acknowledged, |(_, kind)| kind);
                self.tells(&request, ticket, kind)
            }
        }
    }

    fn device(&mut self, dn: &Dn) -> &mut Device {
        self.devices.entry(dn.clone()).or_default()
    }

    /// Carries a request out; what has no event of its own is acknowledged.
    fn done(&mut self, request: &Request, tells: impl FnOnce(EventKind) -> Reports) -> Reports {
        let kind = self.carry_out(request).map_or(EventKind::Acknowledged, |(_, kind)| kind);
        tells(kind)
    }

    fn decides_otherwise(&mut self, request: &Request, cause: Cause, random: &mut SmallRng) -> Reports {
        let (dn, facts) = (request.this_dn().clone(), any_facts(own_agent(request), random));
        let device = self.device(&dn);
        if facts.status != AgentStatus::LoggedOut && device.facts.agent_id.is_some() {
            device.facts = AgentFacts { agent_id: device.facts.agent_id.clone(), ..facts };
        } else {
            device.facts = facts;
        }
        vec![event(&dn, EventKind::Agent(device.facts.clone()), cause)]
    }

    /// Carries out, and whoever is not ready is so in another work mode than was asked for.
    fn does_in_another_mode(&mut self, request: &Request, cause: Cause) -> Reports {
        let dn = request.this_dn().clone();
        let mut kind = self.carry_out(request).map_or(EventKind::Acknowledged, |(_, kind)| kind);
        if let (Request::AgentNotReady { work_mode, .. }, EventKind::Agent(facts)) = (request, &mut kind)
            && facts.status == AgentStatus::NotReady
        {
            facts.work_mode = if *work_mode == WorkMode::AuxWork { WorkMode::WalkAway } else { WorkMode::AuxWork };
            self.device(&dn).facts = facts.clone();
        }
        vec![event(&dn, kind, cause)]
    }

    fn answers_for_another(&mut self, cause: Cause, random: &mut SmallRng) -> Reports {
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        vec![event(&dn, EventKind::Agent(device.facts.clone()), cause)]
    }

    /// Another client changes business data of a call.
    pub(super) fn data_changes(&mut self, random: &mut SmallRng) -> Reports {
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        let change = device.others_change_data(random);
        change.filter(|_| self.up).map(|kind| event(&dn, kind, Cause::Elsewhere)).into_iter().collect()
    }

    fn any_device(&mut self, random: &mut SmallRng) -> Option<(Dn, &mut Device)> {
        let dns: Vec<Dn> = self.devices.keys().cloned().collect();
        let dn = dns.get(random.random_range(0..dns.len().max(1)))?.clone();
        let device = self.devices.get_mut(&dn)?;
        Some((dn, device))
    }

    /// Carries out what was given up, or answered, long ago.
    pub(super) fn carries_out_late(&mut self) -> Reports {
        let Some(request) = self.late.pop_front().filter(|_| self.up) else { return Reports::new() };
        self.done(&request, |kind| vec![event(request.this_dn(), kind, Cause::EarlierRequest)])
    }

    /// Carries out what was open as a link went, and tells it as nobody's doing.
    pub(super) fn carries_out_lost(&mut self) -> Reports {
        let Some(request) = self.lost.pop_front().filter(|_| self.up) else { return Reports::new() };
        self.done(&request, |kind| vec![event(request.this_dn(), kind, Cause::Elsewhere)])
    }

    /// An event that may be about any DN.
    pub(super) fn speaks_of_no_dn(&self) -> Reports {
        let kind = EventKind::Unreadable("the model made it unreadable".into());
        if self.up { vec![event(&"".into(), kind, Cause::Elsewhere)] } else { vec![] }
    }

    /// Whoever is logged in at a DN logs in at one more queue, and is as they were.
    pub(super) fn one_more_queue(&mut self, told: impl Fn(&Dn) -> bool, random: &mut SmallRng) -> Reports {
        let up = self.up;
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        let (status, agent_id) = (AgentStatus::NotReady, device.facts.agent_id.clone());
        if !up || device.facts.status == AgentStatus::LoggedOut || !told(&dn) {
            return vec![];
        }
        let kind = EventKind::QueueLogin(AgentFacts { status, agent_id, ..AgentFacts::default() });
        vec![event(&dn, kind, Cause::Elsewhere)]
    }

    /// Something that nobody here asked for.
    pub(super) fn acts(&mut self, random: &mut SmallRng) -> Reports {
        let Some((dn, device)) = self.any_device(random) else { return vec![] };
        let kind = match random.random_range(0..11) {
            0 => {
                device.out_of_service = !device.out_of_service;
                EventKind::OutOfService(device.out_of_service)
            }
            1 if random.random_bool(0.3) => EventKind::Unregistered,
            1 if random.random_bool(0.3) => EventKind::ReadAgain,
            1 => EventKind::Unreadable("the model made it unreadable".into()),
            2 => {
                device.facts = any_facts(Some(STRANGER.into()), random);
                EventKind::Agent(device.facts.clone())
            }
            3 => {
                device.facts = AgentFacts::default();
                EventKind::Agent(device.facts.clone())
            }
            4..7 => device.call_changes(random),
            // Who it is about may be left out.
            7 => without_options(EventKind::Agent(device.facts.clone())),
            _ => {
                let agent_id = device.facts.agent_id.clone();
                device.facts = any_facts(agent_id, random);
                EventKind::Agent(device.facts.clone())
            }
        };
        // Whoever is told may have been told by an event that is lost in a switchover.
        if self.up { vec![event(&dn, kind, Cause::Elsewhere)] } else { vec![] }
    }
}

impl Device {
    /// A call comes, goes on, is merged into another, or ends.
    fn call_changes(&mut self, random: &mut SmallRng) -> EventKind {
        let (one, other) = (ConnId(random.random_range(1..4)), ConnId(random.random_range(4..7)));
        let step = [CallStep::Ringing, CallStep::Established, CallStep::Held, CallStep::Released];
        let step = step[random.random_range(0..4)];
        match self.calls.get(&one).copied() {
            Some(before) if random.random_bool(0.2) => {
                self.calls.remove(&one);
                let goes_on = self.calls.get(&other).copied().unwrap_or(before);
                self.calls.insert(other, goes_on);
                self.data_goes_on(one, other);
                // Left out, or of a call that is nowhere, where nobody can take another call for the one that goes on.
                let alone = self.calls.len() == 1;
                let odd = [Some(other), Some(ConnId(99)), None][random.random_range(0..3)];
                let before = if alone && random.random_bool(0.3) { odd } else { Some(one) };
                let call = Call { previous_conn_id: before, ..self.told(other) };
                EventKind::Party(call, PartyChange::Changed)
            }
            _ if step == CallStep::Released => {
                self.calls.remove(&one);
                EventKind::Call(self.told(one), step)
            }
            _ => {
                self.calls.insert(one, step);
                EventKind::Call(self.told(one), step)
            }
        }
    }
}

fn any_facts(agent_id: Option<Arc<str>>, random: &mut SmallRng) -> AgentFacts {
    let status = [AgentStatus::LoggedOut, AgentStatus::Ready, AgentStatus::NotReady][random.random_range(0..3)];
    let work_mode = [WorkMode::Unknown, WorkMode::AuxWork, WorkMode::AfterCallWork][random.random_range(0..3)];
    let mut list = |chance| {
        let mut list = KvList::default();
        if random.random_bool(chance) {
            list.push_str("ReasonCode", random.random_range(0..3_u8).to_string());
        }
        list
    };
    let (reasons, extensions) = (list(0.3), list(0.2));
    if status == AgentStatus::LoggedOut {
        return AgentFacts::default();
    }
    AgentFacts { status, agent_id, work_mode, reasons, extensions }
}

fn without_options(kind: EventKind) -> EventKind {
    match kind {
        EventKind::Agent(facts) => EventKind::Agent(AgentFacts { status: facts.status, ..AgentFacts::default() }),
        EventKind::Call(call, step) => EventKind::Call(Call { user_data: None, ..call }, step),
        EventKind::CallChanged(call) => EventKind::CallChanged(Call { user_data: None, ..call }),
        kind => kind,
    }
}

fn own_agent(request: &Request) -> Option<Arc<str>> {
    match request {
        Request::AgentLogin { agent_id, .. } => Some(agent_id.clone()),
        _ => None,
    }
}
