//! Free seating: others sit down at DNs that are nobody's by configuration. The book takes whose such a DN is from the hub,
//! and here it is held to what the T-Servers said of it.

use super::{
    ledger::{At, at, line_at},
    play::Play,
    scene::WORKERS,
    told::Told,
    world::{event, link},
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Cause, EventKind, Request},
    directory::{Line, Worker, WorkerId},
    hub::Hub,
    worker::{self, LineId},
};
use rand::{Rng, seq::IndexedRandom};
use std::{collections::HashMap, sync::Arc};
use uc_plugin_api::{LinkStatus, Role};

impl Play {
    /// A worker logs in at a free seat, by a phone or a desktop that is not ours.
    pub(super) fn somebody_sits_down(&mut self) {
        let free: Vec<_> = self.hub.directory.free().iter().map(Line::at).collect();
        let Some((link, dn)) = free.choose(&mut self.random).cloned() else { return };
        let agent = WORKERS.choose(&mut self.random).expect("three").1;
        let status = if self.random.random_bool(0.5) { AgentStatus::Ready } else { AgentStatus::NotReady };
        let facts = AgentFacts { status, agent_id: Some(agent.into()), ..AgentFacts::default() };
        let server = &mut self.servers[usize::from(link.0)];
        server.devices.entry(dn.clone()).or_default().facts = facts.clone();
        if server.up {
            let told = event(&dn, EventKind::Agent(facts), Cause::Elsewhere);
            self.reports(usize::from(link.0), vec![told]);
        }
    }

    /// Nobody gets a seat without the link to the platform.
    pub(super) fn platform_is_up(&mut self) {
        if self.seats && self.has(Role::PresenceSource) {
            self.plugin_says(uc_plugin_api::Event::Link(LinkStatus::Up, "".into()));
        }
    }

    /// In the end whoever is logged in at a free seat has it, and nobody else.
    pub(super) fn check_seats(&self) {
        for at in self.hub.directory.free().iter().map(Line::at) {
            let known = line_at(&self.hub, at.0, &at.1);
            assert!(known.is_some_and(worker::Line::in_service), "nobody listens to the free seat {}", at.1);
            let there = self.ledger.told.truth(&at).filter(|_| self.has(Role::PresenceSource));
            let sitter = there.and_then(|facts| sits(&self.hub, facts));
            let Some(sitter) = sitter else { continue };
            assert_eq!(self.hub.seating.holder(&at), Some(&sitter.id), "who has the seat {}", at.1);
            assert!(has_line(&self.hub, sitter, &at), "{} sits at {}, and does not have it", sitter.id, at.1);
        }
    }
}

/// Which worker facts say to be logged in.
fn sits<'h>(hub: &'h Hub, facts: &AgentFacts) -> Option<&'h Arc<Worker>> {
    let agent = facts.agent_id.as_ref().filter(|_| facts.status != AgentStatus::LoggedOut)?;
    hub.directory.login(agent)
}

fn has_line(hub: &Hub, worker: &Worker, seat: &At) -> bool {
    let user = hub.by_worker.get(&worker.id).and_then(|handle| hub.user(*handle));
    user.is_some_and(|user| user.worker.lines().any(|line| at(line) == *seat))
}

/// Whose each line is; none: a free seat's.
pub(super) fn homes(hub: &Hub) -> HashMap<LineId, Option<WorkerId>> {
    let mut homes = HashMap::new();
    for handle in (0..2).flat_map(|at| hub.dns.holders(link(at))) {
        let lines = hub.roster.worker(handle).into_iter().flat_map(worker::Worker::all_lines);
        let whose = hub.user(handle).map(|user| user.entry.id.clone());
        homes.extend(lines.map(|line| (line.id(), whose.clone())));
    }
    homes
}

/// Who has a seat is there, by the T-Server's last word.
pub(super) fn are_of_who_is_there(hub: &Hub, told: &Told) {
    for at in hub.directory.free().iter().map(Line::at) {
        let (Some(holder), Some(facts)) = (hub.seating.holder(&at), told.last(&at)) else { continue };
        assert_ne!(facts.status, AgentStatus::LoggedOut, "{holder} has {}, and is logged out there", at.1);
        let agent = hub.directory.worker(holder).map(|worker| &worker.agent_id);
        let other = facts.agent_id.as_ref().is_some_and(|there| Some(there) != agent);
        assert!(!other, "{holder} has {}, and {facts:?} is there", at.1);
    }
}

/// At a seat that nobody has nothing is asked of any agent.
pub(super) fn is_only_watched(hub: &Hub, seat: &At, request: &Request) {
    let registers = matches!(request, Request::RegisterAddress { .. } | Request::UnregisterAddress { .. });
    let leaving = line_at(hub, seat.0, &seat.1).is_none_or(worker::Line::is_leaving);
    assert!(registers || leaving, "nobody has the seat {}: {request:?}", seat.1);
}
