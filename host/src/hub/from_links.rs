//! What T-Servers report.

use super::{
    Hub, Now,
    calls::Change,
    effect::Effect,
    ticket::{Home, Purpose},
};
use crate::{
    agent_link::{AgentFacts, Call, CallStep, Cause, Event, EventKind, LinkId, Refusal, Report, Ticket},
    web::message::ServerFrame,
};
use std::sync::Arc;
use uc_plugin_api::{Command, Role, UserHandle};

impl Hub {
    pub(super) fn link_report(&mut self, link: LinkId, report: Report, now: Now) {
        match report {
            Report::Up { server } => {
                tracing::info!(link = link.0, %server, "T-Server link is up");
                self.effects.push(Effect::LinkReadiness(link, None));
                self.link_changed(link, true, now);
            }
            Report::Down { cause } => {
                tracing::warn!(link = link.0, %cause, "T-Server link is down: states are shown as out of service");
                self.effects.push(Effect::LinkReadiness(link, Some(cause)));
                self.link_changed(link, false, now);
            }
            Report::Event(event, cause) => self.event(link, event, cause, now),
            Report::Refused(ticket, refusal) => self.refused(ticket, &refusal, now),
            // What found no room is tried again as after a refusal.
            Report::Room => {}
        }
    }

    fn link_changed(&mut self, link: LinkId, up: bool, now: Now) {
        if up {
            self.links_up.insert(link);
        } else {
            self.links_up.remove(&link);
        }
        let mut homes: Vec<_> = self.by_dn.get(&link).into_iter().flat_map(|dns| dns.values().copied()).collect();
        homes.sort_unstable();
        for (user, line) in homes {
            if let Some(found) = self.line_mut(user, line) {
                if up { found.agent.link_up() } else { found.agent.link_down() }
            }
            self.reconcile(user, line, now);
            self.lines_changed(user, now);
        }
    }

    fn event(&mut self, link: LinkId, event: Event, cause: Cause, now: Now) {
        self.hear(link, &event, now);
        let answer = match cause {
            Cause::Request(ticket) => Some(Home::from(ticket)),
            Cause::EarlierRequest | Cause::Elsewhere => None,
        };
        let Some((user, line)) = self.at(link, &event.this_dn) else {
            return self.event_of_nobody(&event);
        };
        let own = answer.is_some_and(|home| home.user == user && home.line == line);
        match event.kind {
            EventKind::Registered { agent, calls, out_of_service } => {
                self.registered(user, line, agent, out_of_service, now);
                self.replace_calls(user, line, calls, now);
            }
            EventKind::Agent(facts) => {
                let agent_answer = own && answer.is_some_and(|home| home.purpose == Purpose::Agent);
                self.on_line(user, line, false, now, |agent| agent.event(facts, agent_answer));
            }
            EventKind::OutOfService(out) => self.on_line(user, line, false, now, |agent| agent.service(out)),
            EventKind::Call(call, step) => self.call_step(user, line, call, step, now),
            EventKind::CallChanged(call) => self.call_changed(user, line, call),
            EventKind::Acknowledged
            | EventKind::Unreadable(_)
            | EventKind::Unregistered
            | EventKind::UserEvent { .. }
            | EventKind::CtiLink(_)
            | EventKind::Other(_) => {}
        }
    }

    fn event_of_nobody(&self, event: &Event) {
        if let EventKind::CtiLink(up) = event.kind {
            let link = if up { "up" } else { "down: states may be stale until it is back" };
            tracing::info!(link, "the T-Server reports the link to its switch");
        } else if !event.this_dn.is_empty() {
            metrics::counter!("uc_hub_events_of_unknown_dns_total").increment(1);
        }
    }

    fn registered(&mut self, user: UserHandle, line: u8, facts: AgentFacts, out_of_service: bool, now: Now) {
        self.on_line(user, line, true, now, |agent| agent.registered(facts, out_of_service));
    }

    fn on_line(
        &mut self,
        user: UserHandle,
        line: u8,
        snapshot: bool,
        now: Now,
        act: impl FnOnce(&mut super::AgentLine),
    ) {
        if let Some(found) = self.line_mut(user, line) {
            act(&mut found.agent);
        }
        // Before the next request: what drove him would end his After Call Work.
        self.t_server_word(user, snapshot, now);
        self.reconcile(user, line, now);
        self.lines_changed(user, now);
    }

    /// A request was refused, not answered, or not even sent.
    pub(super) fn refused(&mut self, ticket: Ticket, refusal: &Refusal, now: Now) {
        let Home { user, line, purpose } = ticket.into();
        metrics::counter!("uc_hub_requests_refused_total").increment(1);
        if purpose == Purpose::Call {
            let text = format!("the call request was refused: {}", refusal.message);
            return self.problem(user, "call-refused", &text);
        }
        let Some(found) = self.line_mut(user, line) else { return };
        let dn = found.line.dn.clone();
        found.agent.refused(purpose == Purpose::Registration, refusal, now.mono);
        tracing::debug!(%dn, code = refusal.code, message = %refusal.message, "request refused");
        if found.agent.deadline().is_none() && found.agent.problem().is_some() {
            tracing::warn!(%dn, code = refusal.code, message = %refusal.message,
                "the T-Server refuses for good: correct the DN or the agent login, then reload");
        }
        self.reconcile(user, line, now);
        self.lines_changed(user, now);
    }

    fn replace_calls(&mut self, user: UserHandle, line: u8, calls: Vec<(Call, CallStep)>, now: Now) {
        let Some(found) = self.user_mut(user) else { return };
        let before = found.calls.iter().filter(|live| live.line == line).count();
        let any = before > 0 || !calls.is_empty();
        found.calls.replace(line, calls, now);
        if any {
            self.snapshot_pages(user, now);
            self.report(user);
        }
    }

    fn call_step(&mut self, user: UserHandle, line: u8, call: Call, step: CallStep, now: Now) {
        let Some(found) = self.user_mut(user) else { return };
        let change = found.calls.step(line, call, step, now);
        self.show_call(user, line, change);
        self.report(user);
    }

    fn call_changed(&mut self, user: UserHandle, line: u8, call: Call) {
        let Some(found) = self.user_mut(user) else { return };
        let merged = call.previous_conn_id.filter(|id| *id != call.conn_id && found.calls.get(line, *id).is_some());
        let change = found.calls.change(line, call);
        merged.into_iter().for_each(|old| self.show_call(user, line, Change::Ended(old)));
        self.show_call(user, line, change);
    }

    fn show_call(&mut self, user: UserHandle, line: u8, change: Change) {
        let Some(found) = self.user(user).filter(|user| !user.pages.is_empty()) else { return };
        let Some(at) = found.lines.get(line as usize) else { return };
        let frame = match change {
            Change::Nothing => return,
            Change::Ended(conn_id) => {
                ServerFrame::CallEnd { conn_id: conn_id.to_string().into(), dn: at.line.dn.clone() }
            }
            Change::Shown(conn_id) => match found.calls.get(line, conn_id) {
                Some(live) => ServerFrame::Call(live.frame(&at.line.dn, at.agent.in_service())),
                None => return,
            },
        };
        self.frame_to_all(user, &frame);
    }

    /// A line's state changed: pages and plug-ins hear of it.
    pub(super) fn lines_changed(&mut self, user: UserHandle, now: Now) {
        self.show_state(user);
        let calls = self.user(user).map_or(0, |user| user.calls.iter().count());
        if calls > 0 {
            // The buttons of a call depend on the line being in service.
            self.snapshot_pages(user, now);
        }
        self.report(user);
    }

    /// Tells plug-ins what the T-Server reports, when it changed.
    pub(super) fn report(&mut self, user: UserHandle) {
        self.agent_changed(user);
        if !self.anybody_has(&[Role::BrowserPresence]) {
            return;
        }
        let Some(report) = self.user_mut(user).and_then(|found| found.news(user)) else { return };
        self.command_roles(&[Role::BrowserPresence], |_| Command::Report(vec![report.clone()].into()));
    }

    /// Tells a worker that his action did not work.
    pub(super) fn problem(&mut self, user: UserHandle, code: &str, text: &str) {
        let frame = ServerFrame::Problem { code: code.into(), text: Arc::from(text) };
        self.frame_to_all(user, &frame);
    }

    pub(super) fn frame_to_all(&mut self, user: UserHandle, frame: &ServerFrame) {
        let Some(found) = self.users.get(user.0 as usize).and_then(Option::as_ref) else { return };
        if !found.pages.is_empty() {
            let frame = super::pages::serialise(frame);
            self.effects.extend(found.pages.iter().map(|page| Effect::Frame(*page, frame.clone())));
        }
    }
}
