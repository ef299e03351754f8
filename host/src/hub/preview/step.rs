//! What the pages and the routing side are told of a preview, and what a worker answers.

use super::{Candidate, InvitationId, PreviewId};
use crate::{
    clock::Moment,
    directory::WorkerId,
    plugins::PluginId,
    routing::{asker::AskerId, message::Outcome},
    web::message::PreviewEnd,
};
use std::sync::Arc;

/// What has to happen, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) enum Step {
    /// Open the window of this preview at this worker's pages.
    Show(PreviewId, WorkerId),
    /// A page that this worker opened shows it.
    Found(PreviewId, WorkerId),
    /// It is shown nowhere any more: their last page closed, or they left.
    Away(PreviewId, WorkerId),
    /// Make their UC client open a page.
    Invite(InvitationId, PluginId, WorkerId),
    /// Take back these invitations of a plug-in's, which nobody needs any more.
    TakeBack(PluginId, Vec<InvitationId>),
    /// Close it.
    Close(PreviewId, WorkerId, PreviewEnd, Arc<str>),
    /// It is over for this worker.
    Over(WorkerId, Box<Over>),
    /// Answer the asker.
    Outcome(AskerId, Outcome),
}

/// A preview that is over for one worker, who may not have seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) struct Over {
    /// Which.
    pub id: PreviewId,
    /// When it would have timed out.
    pub deadline: Moment,
    /// Caller's number.
    pub caller: Arc<str>,
    /// The worker's part.
    pub candidate: Candidate,
    /// How it ended for them.
    pub end: PreviewEnd,
    /// Their pages showed it to the end.
    pub shown: bool,
}

/// Where an accepted call goes, as of the acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) struct Delivery {
    /// Agent ID.
    pub agent: Arc<str>,
    /// The DN.
    pub dn: Arc<str>,
    /// Its switch.
    pub switch: Arc<str>,
    /// Outside number in its place.
    pub redirect: Option<Arc<str>>,
}

impl From<Delivery> for Outcome {
    fn from(Delivery { agent, dn, switch, redirect }: Delivery) -> Self {
        Self::Accepted { agent, dn, switch, redirect }
    }
}

/// A worker's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::hub) enum Reply {
    /// They take it; none: they have no DN that it could go to.
    Accept(Option<Delivery>),
    /// They do not.
    Decline,
}

/// The answer came too late: the preview is closed, or was never offered to this worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hub) struct Closed;
