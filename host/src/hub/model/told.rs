//! What the T-Servers told of each DN: what a page may show, for as long as it cannot be over.

use super::{
    business::ToldData,
    ledger::{At, line_at},
    outlets::Out,
    wishes::still,
};
use crate::{
    agent_link::{
        AgentFacts, AgentStatus, CallStep, Cause, ConnId, Event, EventKind, LinkId, Outgoing, PartyChange, Report,
        Request, Ticket,
    },
    hub::Hub,
    worker::{LineId, Question},
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The book of what was told.
#[derive(Debug, Default)]
pub(super) struct Told {
    facts: HashMap<At, AgentFacts>,
    calls: HashMap<LineId, BTreeSet<ConnId>>,
    pub(super) data: ToldData,
    /// DNs whose snapshot came, and nothing since that makes it doubtful.
    read: HashSet<At>,
    without_switch: HashSet<LinkId>,
    /// Lines whose snapshot came since their DN has been served.
    heard: HashSet<(At, LineId)>,
    /// DNs that were told to be out of service.
    out: HashSet<At>,
    /// Registrations under way.
    registering: HashMap<At, Ticket>,
    /// Lines whose registration ended without a snapshot.
    missing: HashMap<At, LineId>,
}

impl Told {
    /// What the T-Server said last of a DN, be it true or over.
    pub(super) fn last(&self, at: &At) -> Option<&AgentFacts> {
        self.facts.get(at)
    }

    /// Somebody is logged in there, as far as was told.
    pub(super) fn is_at_work(&self, at: &At) -> bool {
        self.facts.get(at).is_some_and(|facts| facts.status != AgentStatus::LoggedOut)
    }

    /// What is known of a DN to be true.
    pub(super) fn truth(&self, at: &At) -> Option<&AgentFacts> {
        self.facts.get(at).filter(|_| self.read.contains(at) && !self.without_switch.contains(&at.0))
    }

    /// The calls that were told of a line and not told to have ended.
    pub(super) fn calls(&self, line: LineId) -> Option<&BTreeSet<ConnId>> {
        self.calls.get(&line)
    }

    /// Whose they were got up from the line.
    pub(super) fn forget_calls(&mut self, line: LineId) {
        self.calls.remove(&line);
        self.data.keep(line, |_| false);
    }

    pub(super) fn request(&mut self, at: &At, outgoing: &Outgoing) {
        if let Request::RegisterAddress { .. } = outgoing.request {
            self.registering.insert(at.clone(), outgoing.ticket);
        }
    }

    pub(super) fn hears(&mut self, hub: &Hub, link: LinkId, report: &Report) {
        match report {
            Report::Up { .. } | Report::Down { .. } => {
                self.without_switch.remove(&link);
                self.heard.retain(|(at, _)| at.0 != link);
                self.out.retain(|at| at.0 != link);
                self.read.retain(|at| at.0 != link);
                self.registering.retain(|at, _| at.0 != link);
                self.missing.retain(|at, _| at.0 != link);
            }
            Report::Event(Event { kind: EventKind::CtiLink(connected), .. }, _) => self.switch(link, *connected),
            Report::Event(Event { this_dn, kind: EventKind::Unreadable(_) }, _) if this_dn.is_empty() => {
                self.read.retain(|at| at.0 != link);
            }
            Report::Event(event, cause) => {
                self.event(hub, &(link, event.this_dn.clone()), &event.kind, *cause);
            }
            Report::Refused(ticket, _) => self.ends_without(*ticket),
            Report::Standby | Report::Waiting { .. } | Report::Backup { .. } | Report::Room => {}
        }
    }

    fn switch(&mut self, link: LinkId, connected: bool) {
        self.heard.retain(|(at, _)| at.0 != link || connected != self.without_switch.contains(&link));
        if !connected {
            self.without_switch.insert(link);
        } else if self.without_switch.remove(&link) {
            self.read.retain(|at| at.0 != link);
        }
    }

    fn event(&mut self, hub: &Hub, at: &At, kind: &EventKind, cause: Cause) {
        match kind {
            EventKind::Agent(facts) => self.tell(at, facts, cause),
            EventKind::Registered { agent, out_of_service, .. } => {
                let goes_on = line_at(hub, at.0, &at.1).is_some_and(|line| line.reads_on(cause));
                let before = self.facts.get(at).filter(|_| goes_on);
                let agent = before.map_or_else(|| agent.clone(), |before| still(before, agent));
                self.tell(at, &agent, cause);
                self.registering.remove(at);
                self.missing.remove(at);
                if *out_of_service {
                    self.out.insert(at.clone());
                    self.read.remove(at)
                } else {
                    self.out.remove(at);
                    self.read.insert(at.clone())
                };
            }
            EventKind::QueueLogin(_) => drop(self.read.remove(at)),
            EventKind::OutOfService(false) if self.out.remove(at) => self.heard.retain(|(of, _)| of != at),
            EventKind::OutOfService(true) => {
                self.out.insert(at.clone());
                self.read.remove(at);
            }
            EventKind::Unreadable(_) | EventKind::ReadAgain => drop(self.read.remove(at)),
            EventKind::Unregistered if cause == Cause::Elsewhere => drop(self.read.remove(at)),
            EventKind::Acknowledged => {
                if let Cause::Request(ticket) = cause
                    && self.registering.get(at) == Some(&ticket)
                {
                    self.ends_without(ticket);
                }
            }
            _ => {}
        }
        self.call(hub, at, kind);
    }

    /// Who it is about may be left out: then it is whoever was there, unless it may answer their login.
    fn tell(&mut self, at: &At, facts: &AgentFacts, cause: Cause) {
        let before = self.facts.get(at).filter(|before| before.status != AgentStatus::LoggedOut);
        let mut facts = facts.clone();
        if facts.agent_id.is_none() && facts.status != AgentStatus::LoggedOut && cause == Cause::Elsewhere {
            facts.agent_id = before.and_then(|before| before.agent_id.clone());
        }
        self.facts.insert(at.clone(), facts);
    }

    fn ends_without(&mut self, ticket: Ticket) {
        let line = Question::from(ticket).line;
        let ended = self.registering.extract_if(|_, registering| *registering == ticket);
        self.missing.extend(ended.map(|(at, _)| (at, line)));
    }

    fn call(&mut self, hub: &Hub, at: &At, kind: &EventKind) {
        let Some(line) = line_at(hub, at.0, &at.1) else { return };
        let calls = self.calls.entry(line.id()).or_default();
        let before = predecessor(calls, kind);
        self.data.event(line.id(), kind, before, |conn_id| calls.contains(&conn_id));
        match kind {
            EventKind::Call(call, CallStep::Released) => drop(calls.remove(&call.conn_id)),
            EventKind::Call(call, _) => drop(calls.insert(call.conn_id)),
            EventKind::Party(call, PartyChange::Changed) => {
                if let Some(before) = before {
                    calls.remove(&before);
                    calls.insert(call.conn_id);
                }
            }
            EventKind::Registered { calls: Some(all), .. } => {
                *calls = all.iter().map(|(call, _)| call.conn_id).collect();
            }
            // Nothing was heard of them for a time, and nothing is.
            EventKind::Registered { calls: None, .. } if !self.heard.contains(&(at.clone(), line.id())) => {
                calls.clear();
            }
            _ => {}
        }
        self.data.keep(line.id(), |conn_id| calls.contains(&conn_id));
        if let EventKind::Registered { .. } = kind {
            self.heard.insert((at.clone(), line.id()));
        }
    }

    /// A DN that its T-Server does not serve is not passed over in silence: the link is not called well.
    pub(super) fn check_readiness(&self, hub: &Hub, out: &Out) {
        for (at, id) in &self.missing {
            let there = line_at(hub, at.0, &at.1).is_some_and(|line| line.id() == *id);
            assert!(!there || !out.links_well.contains(&at.0), "{} is not served, and the link is called well", at.1);
        }
    }
}

/// The call that goes on under the ConnID of the event: the one that it names, else the only one there is.
fn predecessor(calls: &BTreeSet<ConnId>, kind: &EventKind) -> Option<ConnId> {
    let EventKind::Party(call, PartyChange::Changed) = kind else { return None };
    let named = call.previous_conn_id.filter(|before| *before != call.conn_id && calls.contains(before));
    let only = || calls.iter().next().copied().filter(|_| calls.len() == 1);
    if calls.contains(&call.conn_id) { named } else { named.or_else(only) }
}

/// Where a request goes.
pub(super) fn goes_to(link: LinkId, request: &Request) -> At {
    (link, request.this_dn().clone())
}
