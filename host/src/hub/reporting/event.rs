//! One event about a preview, and where it goes. Pure.

use super::Of;
use crate::{
    agent_link::{ConnId, Dn, KvList, LinkId, Request},
    directory::WorkerId,
    kept::OpenReport,
    web::message::PreviewEnd,
};
use std::sync::Arc;

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Report {
    pub(super) request: Request,
    /// Whom it is about.
    pub(super) worker: WorkerId,
    /// The state that it begins or ends; none: it does neither.
    state_of: Option<Of>,
    /// It begins a state: what is to be noted before.
    pub(super) begins: Option<OpenReport>,
    /// How often it was told and the T-Server did not take it, or did not say so.
    pub(super) tries: u8,
}

impl Report {
    pub(super) fn begins(place: &Place, of: Of, request: Request) -> Self {
        let begins = Some(place.open(&of));
        Self { request, worker: of.1.clone(), state_of: Some(of), begins, tries: 0 }
    }

    pub(super) fn ends(place: &Place, of: Of, reason: &str) -> Self {
        let request = place.event(flat(&place.state, "-", [("UCC_Reason", reason)]));
        Self { request, worker: of.1.clone(), state_of: Some(of), begins: None, tries: 0 }
    }

    /// No state depends on it.
    pub(super) fn of_nothing(worker: WorkerId, request: Request) -> Self {
        Self { request, worker, state_of: None, begins: None, tries: 0 }
    }

    /// The state that it begins.
    pub(super) fn begun(&self) -> Option<&Of> {
        self.state_of.as_ref().filter(|_| self.begins.is_some())
    }

    /// The state that it ends.
    pub(super) fn ended(&self) -> Option<&Of> {
        self.state_of.as_ref().filter(|_| self.begins.is_none())
    }

    /// The state that it ends has never begun.
    pub(super) fn ends_nothing(&mut self) {
        self.state_of = None;
    }

    /// At which DN, and of which call.
    pub(super) fn about(&self) -> (Dn, Option<ConnId>) {
        match &self.request {
            Request::DistributeUserEvent { this_dn, conn_id, .. } => (this_dn.clone(), *conn_id),
            other => (other.this_dn().clone(), None),
        }
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

    fn open(&self, (preview, worker): &Of) -> OpenReport {
        OpenReport {
            preview: *preview,
            worker: worker.clone(),
            link: self.link.0,
            dn: self.dn.clone(),
            conn_id: self.conn_id.0,
            agent_id: self.agent_id.clone(),
            state: self.state.clone(),
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
