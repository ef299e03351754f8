//! One event about a preview, and where it goes. Pure.

use super::{Of, under_way::Call};
use crate::{
    agent_link::{ConnId, Dn, KvList, LinkId, Request},
    directory::WorkerId,
    kept::OpenReport,
    web::message::PreviewEnd,
};
use std::sync::Arc;

/// Key of the call's ConnID.
pub(super) const CONN_ID: &str = "UCC_ConnID";

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) request: Request,
    /// Whom it is about.
    pub(super) worker: WorkerId,
    /// Of which call, also where the request does not say so.
    conn_id: Option<ConnId>,
    does: Does,
    /// How often it was told and the T-Server did not take it, or did not say so.
    pub(super) tries: u8,
}

/// What an event does to a state.
#[derive(Clone, Debug)]
enum Does {
    /// It begins this one: what is to be noted before.
    Begins(Of, OpenReport),
    /// It ends this one.
    Ends(Of),
    /// It was to end one that has never begun.
    EndsNothing,
    /// No state depends on it.
    Nothing,
}

impl Report {
    pub(super) fn begins(place: &Place, of: Of, request: Request) -> Self {
        let (worker, open) = (of.1.clone(), place.open(&of));
        Self { request, worker, conn_id: Some(place.conn_id), does: Does::Begins(of, open), tries: 0 }
    }

    pub(super) fn ends(place: &Place, of: Of, reason: &str) -> Self {
        let request = place.event(flat(&place.state, "-", [("UCC_Reason", reason)]));
        Self { request, worker: of.1.clone(), conn_id: Some(place.conn_id), does: Does::Ends(of), tries: 0 }
    }

    /// No state depends on it.
    pub(super) fn of_nothing(worker: WorkerId, request: Request) -> Self {
        let conn_id = match &request {
            Request::DistributeUserEvent { conn_id, .. } => *conn_id,
            _ => None,
        };
        Self { request, worker, conn_id, does: Does::Nothing, tries: 0 }
    }

    /// The state that it begins.
    pub(super) fn begun(&self) -> Option<&Of> {
        match &self.does {
            Does::Begins(of, _) => Some(of),
            _ => None,
        }
    }

    /// What is to be noted before it is told.
    pub(super) fn opens(&self) -> Option<&OpenReport> {
        match &self.does {
            Does::Begins(_, open) => Some(open),
            _ => None,
        }
    }

    /// What it begins has ended for this reason before it was told.
    pub(super) fn ends_for(&mut self, reason: &str) {
        if let Does::Begins(_, open) = &mut self.does {
            open.reason = Some(reason.into());
        }
    }

    /// The state that it ends.
    pub(super) fn ended(&self) -> Option<&Of> {
        match &self.does {
            Does::Ends(of) => Some(of),
            _ => None,
        }
    }

    /// It says that a state ends, whether that has begun or not.
    pub(super) fn is_end(&self) -> bool {
        matches!(self.does, Does::Ends(_) | Does::EndsNothing)
    }

    /// The state that it ends has never begun.
    pub(super) fn ends_nothing(&mut self) {
        self.does = Does::EndsNothing;
    }

    /// The T-Server knows no such call, or does not any more: the event names it in its data alone. False: it did so
    /// before, or is not worth telling.
    pub(super) fn leave_call_out(&mut self) -> bool {
        let worth = !matches!(self.does, Does::EndsNothing);
        let Request::DistributeUserEvent { conn_id, user_data, .. } = &mut self.request else { return false };
        let Some(conn_id) = conn_id.take_if(|_| worth) else { return false };
        if user_data.first(CONN_ID).is_none() {
            user_data.push_str(CONN_ID, conn_id.to_string());
        }
        true
    }

    /// Where it is told, and of which call.
    pub(super) fn call_at(&self, link: LinkId) -> Call {
        (link, self.request.this_dn().clone(), self.conn_id)
    }
}

/// Where a start was sent: its end goes there too, whatever has become of the worker's DNs.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) link: LinkId,
    pub(super) dn: Dn,
    pub(super) conn_id: ConnId,
    pub(super) agent_id: Arc<str>,
    pub(super) state: Arc<str>,
}

impl Place {
    /// Where an earlier life has begun one.
    pub(super) fn of(left: &OpenReport) -> Self {
        Self {
            link: LinkId(left.link),
            dn: left.dn.clone(),
            conn_id: ConnId(left.conn_id),
            agent_id: left.agent_id.clone(),
            state: left.state.clone(),
        }
    }

    pub(super) fn open(&self, (preview, worker, begin): &Of) -> OpenReport {
        OpenReport {
            preview: *preview,
            worker: worker.clone(),
            begin: *begin,
            link: self.link.0,
            dn: self.dn.clone(),
            conn_id: self.conn_id.0,
            agent_id: self.agent_id.clone(),
            state: self.state.clone(),
            reason: None,
        }
    }

    pub(super) fn event(&self, user_data: KvList) -> Request {
        Request::DistributeUserEvent {
            this_dn: self.dn.clone(),
            conn_id: Some(self.conn_id),
            agent_id: Some(self.agent_id.clone()),
            user_data,
        }
    }
}

/// Texts under their keys, behind what begins or ends the state.
pub(super) fn flat<const N: usize>(state: &str, sign: &str, rest: [(&str, &str); N]) -> KvList {
    let mut data = KvList::default();
    data.push_str(state, sign);
    rest.into_iter().for_each(|(key, value)| data.push_str(key, value));
    data
}

/// `UCC_Reason`. The first two are the product's; it names no others.
pub(super) fn reason(end: PreviewEnd) -> &'static str {
    match end {
        PreviewEnd::Accepted => "Accepted",
        PreviewEnd::Rejected => "Rejected",
        PreviewEnd::TimedOut => "Timeout",
        PreviewEnd::Cancelled | PreviewEnd::Undeliverable => "Cancelled",
        PreviewEnd::CallerGone => "CallerGone",
        PreviewEnd::TakenByAnother => "TakenByAnother",
    }
}
