//! Requests that have ended, for a while: what is still to come of them may carry their ReferenceID. Other clients count
//! from 1 too, and some T-Servers leave the asker's ID in everybody's copy, so an ID alone says little. Pure.

use crate::agent_link::{AgentStatus, Dn, Event, EventKind, Request};
use std::time::{Duration, Instant};

/// So long an event may still be what came of a request that has ended.
const KEPT: Duration = Duration::from_secs(120);

/// So many IDs are told apart: those of two minutes, at 500 requests a second. One that is further back is forgotten.
const MOST: usize = 1 << 16;

/// What was asked, and at which DN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    dn: Dn,
    sort: Sort,
}

/// What its event can be known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Registration,
    Work,
    Logout,
    Other,
}

/// The ended requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// The one of ID `n` is at `n % MOST`; as long as it has to be.
    places: Vec<Option<Place>>,
}

#[derive(Debug)]
struct Place {
    reference_id: i64,
    at: Instant,
    asked: Asked,
}

impl From<&Request> for Asked {
    fn from(request: &Request) -> Self {
        let sort = match request {
            Request::RegisterAddress { .. } | Request::UnregisterAddress { .. } => Sort::Registration,
            Request::AgentLogin { .. } | Request::AgentReady { .. } | Request::AgentNotReady { .. } => Sort::Work,
            Request::AgentLogout { .. } => Sort::Logout,
            _ => Sort::Other,
        };
        Self { dn: request.this_dn().clone(), sort }
    }
}

impl Asked {
    /// The event can have come of it. One more of an agent at work may come of a logout that is refused; nobody asks
    /// for a logout but by a logout.
    pub(super) fn fits(&self, event: &Event) -> bool {
        let of_its_sort = match &event.kind {
            EventKind::Agent(facts) if facts.status == AgentStatus::LoggedOut => self.sort == Sort::Logout,
            EventKind::Agent(_) | EventKind::QueueLogin(_) => matches!(self.sort, Sort::Work | Sort::Logout),
            EventKind::Registered { .. } | EventKind::RegisteredAlone | EventKind::Unregistered => {
                self.sort == Sort::Registration
            }
            _ => true,
        };
        of_its_sort && self.dn == event.this_dn
    }
}

impl Ended {
    /// Notes one that has ended.
    pub(super) fn note(&mut self, reference_id: i64, asked: Asked, at: Instant) {
        let index = index(reference_id);
        if self.places.len() <= index {
            self.places.resize_with(index + 1, || None);
        }
        self.places[index] = Some(Place { reference_id, at, asked });
    }

    /// The one with this ID, if it ended not long ago.
    pub(super) fn lately(&self, reference_id: i64, now: Instant) -> Option<&Asked> {
        let place = self.places.get(index(reference_id))?.as_ref()?;
        (place.reference_id == reference_id && now < place.at + KEPT).then_some(&place.asked)
    }
}

fn index(reference_id: i64) -> usize {
    reference_id.rem_euclid(MOST as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{AgentFacts, WorkMode};

    fn asked(dn: &str, sort: Sort) -> Asked {
        Asked { dn: dn.into(), sort }
    }

    fn agent(status: AgentStatus) -> EventKind {
        EventKind::Agent(AgentFacts { status, ..AgentFacts::default() })
    }

    #[test]
    fn an_event_can_have_come_of_what_was_asked_at_its_dn_alone() {
        use AgentStatus::{LoggedOut, NotReady, Ready};
        for (sort, kind, fits) in [
            (Sort::Work, agent(Ready), true),
            (Sort::Work, agent(NotReady), true),
            (Sort::Work, agent(LoggedOut), false),
            (Sort::Logout, agent(LoggedOut), true),
            (Sort::Logout, agent(NotReady), true),
            (Sort::Registration, agent(LoggedOut), false),
            (Sort::Registration, EventKind::Unregistered, true),
            (Sort::Work, EventKind::Unregistered, false),
            (Sort::Other, agent(NotReady), false),
            (Sort::Other, EventKind::Acknowledged, true),
        ] {
            for (dn, at_its_dn) in [("5002", true), ("5003", false)] {
                let event = Event { this_dn: dn.into(), kind: kind.clone() };
                assert_eq!(asked("5002", sort).fits(&event), fits && at_its_dn, "{sort:?} {event:?}");
            }
        }
    }

    #[test]
    fn what_ended_long_ago_or_so_many_requests_back_is_forgotten() {
        let (mut ended, now) = (Ended::default(), Instant::now());
        ended.note(3, asked("5002", Sort::Work), now);
        assert_eq!(ended.lately(3, now + KEPT / 2), Some(&asked("5002", Sort::Work)));
        assert_eq!((ended.lately(3, now + KEPT), ended.lately(4, now), ended.lately(-3, now)), (None, None, None));
        ended.note(3 + MOST as i64, asked("5003", Sort::Logout), now);
        assert_eq!((ended.lately(3, now), ended.places.len()), (None, 4));
    }

    #[test]
    fn each_request_is_of_its_sort() {
        let (dn, reasons): (Dn, std::sync::Arc<_>) = ("5002".into(), Default::default());
        let ready = Request::AgentReady {
            this_dn: dn.clone(),
            this_queue: None,
            work_mode: WorkMode::Unknown,
            extensions: std::sync::Arc::clone(&reasons),
            reasons,
        };
        let logout = Request::AgentLogout { this_dn: dn.clone(), this_queue: None };
        let call = Request::MakeCall { this_dn: dn.clone(), other_dn: dn.clone() };
        let unregister = Request::UnregisterAddress { this_dn: dn };
        for (request, sort) in
            [(ready, Sort::Work), (logout, Sort::Logout), (call, Sort::Other), (unregister, Sort::Registration)]
        {
            assert_eq!(Asked::from(&request), asked("5002", sort));
        }
    }
}
