//! An offer as the preview machine takes it: whom to ask, how they can be reached, what they are shown.

use crate::{agent_link::ConnId, directory::WorkerId, routing::asker::AskerId, web::pairs::Pairs};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// One worker of an offer, as the strategy named them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::hub) struct Candidate {
    /// The worker.
    pub worker: WorkerId,
    /// The strategy's word for them: a later withdrawal uses it, whatever their agent ID is by then.
    pub asked_as: Arc<str>,
    /// The DN that the strategy wants to route to; none: the main one. Decided when the worker accepts.
    pub dn: Option<Arc<str>>,
    /// That DN's switch.
    pub switch: Option<Arc<str>>,
}

/// What a preview shows, the same to all its workers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::hub) struct Shown {
    /// Media type.
    pub media_type: Arc<str>,
    /// Caller's number.
    pub caller: Arc<str>,
    /// In the window that asks.
    pub window: ShownData,
    /// In the extension window of a UC client.
    pub extension: ShownData,
}

/// What one kind of window shows of the business data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::hub) struct ShownData {
    /// The agent's notes.
    pub notes: Arc<str>,
    /// The rest.
    pub data: Pairs,
    /// How many pairs there are beyond them.
    pub more: u32,
}

/// How a worker can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hub) enum Reach {
    /// A page is open.
    Page,
    /// The last page closed less than the grace time ago: it may be reloading.
    Returning,
    /// No page, but their UC client can be made to open one (requirements F34).
    Invitation,
    /// Not at all.
    Nothing,
}

/// An offer whose targets are resolved.
#[derive(Debug)]
pub(in crate::hub) struct Proposal {
    /// Which interaction.
    pub conn_id: ConnId,
    /// Whom to ask, and how each can be reached now; not empty. One named twice is asked once.
    pub candidates: Vec<(Candidate, Reach)>,
    /// Who else is asked, at other nodes; empty: all are asked here.
    pub elsewhere: BTreeSet<WorkerId>,
    /// What is shown.
    pub shown: Shown,
    /// How long.
    pub length: Duration,
    /// Gets the outcome.
    pub asker: AskerId,
}

impl Proposal {
    /// Everybody who is asked, here and at other nodes.
    pub(super) fn everybody(&self) -> BTreeSet<&WorkerId> {
        self.candidates.iter().map(|(candidate, _)| &candidate.worker).chain(&self.elsewhere).collect()
    }
}
