//! What became of the last request of each DN, where the next one depends on it.

use super::{
    ledger::{At, line_at},
    wishes::{modes_fit, passes},
};
use crate::{
    agent_link::{AgentFacts, AgentStatus, Behaviour, Cause, EventKind, LinkId, Outgoing, Report, Request, Ticket},
    clock::Moment,
    hub::Hub,
    worker::Question,
};
use std::{collections::HashMap, time::Duration};

/// So often the same answer that is not what was asked is the T-Server's decision.
const DECIDES: u8 = 3;
/// So long at the least a decision is left alone while nothing changes; a quarter of an hour is meant.
const ALONE: Duration = Duration::from_secs(10 * 60);

/// What an answer tells of the next request.
#[derive(Clone, Debug)]
enum Next {
    Any,
    /// It was so already: not the same again.
    NotTheSame,
    /// It is said to be so, and is not as far as anybody knows: the state is read.
    Register,
}

#[derive(Clone, Debug)]
struct Last {
    ticket: Ticket,
    request: Request,
    /// Nothing was heard of the DN since it was asked.
    open: bool,
    /// So many answers in a row were not what was asked, and nothing else happened.
    otherwise: u8,
    /// It was acknowledged, and then its state was told.
    acknowledged: bool,
    told: bool,
    decided: Option<Moment>,
    next: Next,
}

/// The last request of every DN.
#[derive(Debug, Default)]
pub(super) struct Answered(HashMap<At, Last>);

impl Answered {
    /// Something happened that makes another try worth it.
    pub(super) fn reset(&mut self, at: &At) {
        self.0.remove(at);
    }

    /// Of the link as a whole.
    pub(super) fn reset_link(&mut self, link: LinkId) {
        self.0.retain(|at, _| at.0 != link);
    }

    /// A request that is no registration goes out.
    pub(super) fn request(&mut self, at: &At, outgoing: &Outgoing, leaving: bool, now: Moment) {
        let Outgoing { ticket, request, .. } = outgoing.clone();
        let registers = matches!(request, Request::RegisterAddress { .. });
        let last = self.0.get(at).filter(|_| !leaving);
        if let Some(last) = last {
            let alone = last.decided.is_some_and(|decided| now < decided + ALONE);
            assert!(registers || !alone, "the T-Server decided at {}, and is asked again: {request:?}", at.1);
            assert!(registers || !matches!(last.next, Next::Register), "{} is not read, but {request:?}", at.1);
            assert!(!registers || !last.told, "{} was told, and is read all the same", at.1);
            let same = matches!(last.next, Next::NotTheSame) && last.request == request;
            assert!(!same, "it is so already at {}: {request:?}", at.1);
        }
        if !registers {
            let otherwise = last.filter(|last| last.request == request).map_or(0, |last| last.otherwise);
            let (acknowledged, told) = (false, false);
            let last =
                Last { ticket, request, open: true, otherwise, acknowledged, told, decided: None, next: Next::Any };
            self.0.insert(at.clone(), last);
        }
    }

    /// `before`: what was told of an event's DN until now; `told`: of the DN whose request is refused.
    pub(super) fn hears(
        &mut self,
        hub: &Hub,
        (link, report): (LinkId, &Report),
        (before, told): (&AgentFacts, Option<&AgentFacts>),
        now: Moment,
    ) {
        match report {
            // It may be of any DN, or of the switch.
            Report::Event(event, _) if event.this_dn.is_empty() => {
                self.0.iter_mut().filter(|(at, _)| at.0 == link).for_each(|(_, last)| last.told = false);
            }
            Report::Event(event, cause) => {
                let at = (link, event.this_dn.clone());
                let Some(last) = self.0.get_mut(&at) else { return };
                let answers = last.open && *cause == Cause::Request(last.ticket);
                match &event.kind {
                    // With the mode the reason of the T-Server's decision has ended.
                    EventKind::Agent(facts) if passes(before) && !passes(facts) => drop(self.0.remove(&at)),
                    EventKind::Agent(facts) if answers && is_otherwise(&last.request, facts) => {
                        (last.open, last.otherwise) = (false, last.otherwise + 1);
                        last.decided = (last.otherwise >= DECIDES).then_some(now);
                    }
                    EventKind::Acknowledged if answers => {
                        *last = Last {
                            open: false,
                            otherwise: 0,
                            acknowledged: true,
                            decided: None,
                            next: Next::Any,
                            ..last.clone()
                        };
                    }
                    EventKind::Agent(_) if last.acknowledged && *cause == Cause::EarlierRequest => {
                        let doubtful = line_at(hub, at.0, &at.1).is_none_or(|line| line.reading().is_some());
                        (last.acknowledged, last.told) = (false, !doubtful && is_asking(hub, &at, last.ticket));
                    }
                    _ => drop(self.0.remove(&at)),
                }
            }
            Report::Refused(ticket, refusal) => {
                let Some((at, last)) = self.0.iter_mut().find(|(_, last)| last.ticket == *ticket) else { return };
                let answers = std::mem::take(&mut last.open) && is_asking(hub, at, *ticket);
                if answers && refusal.behaviour == Behaviour::AlreadySo {
                    let so = told.is_some_and(|told| !is_otherwise(&last.request, told));
                    last.next = if so { Next::NotTheSame } else { Next::Register };
                } else {
                    last.next = Next::Any;
                }
            }
            Report::Up { .. }
            | Report::Down { .. }
            | Report::Standby
            | Report::Waiting { .. }
            | Report::Backup { .. }
            | Report::Room => {}
        }
    }

    /// Where the request with this ticket went.
    pub(super) fn asked_at(&self, ticket: Ticket) -> Option<At> {
        self.0.iter().find(|(_, last)| last.ticket == ticket).map(|(at, _)| at.clone())
    }
}

/// The line that asked is still there.
fn is_asking(hub: &Hub, at: &At, ticket: Ticket) -> bool {
    line_at(hub, at.0, &at.1).is_some_and(|line| line.id() == Question::from(ticket).line && !line.is_leaving())
}

fn is_otherwise(request: &Request, told: &AgentFacts) -> bool {
    let status = told.status;
    match request {
        Request::AgentLogin { .. } => status == AgentStatus::LoggedOut,
        Request::AgentLogout { .. } => status != AgentStatus::LoggedOut,
        Request::AgentReady { work_mode, .. } => status != AgentStatus::Ready || !modes_fit(*work_mode, told.work_mode),
        Request::AgentNotReady { work_mode, .. } => {
            status != AgentStatus::NotReady || !modes_fit(*work_mode, told.work_mode)
        }
        _ => false,
    }
}
