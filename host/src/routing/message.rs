//! The preview service's vocabulary: what URS and ORS ask, and what they get (requirements F6–F8, F32, F42;
//! host/docs/requirements.md, "Preview messages").

use super::asker::AskerId;
use crate::wire::{ConnId, KvList};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// `mediaType` of calls, and where the strategy names none.
pub const VOICE: &str = "voice";

/// One worker to preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `agent`: agent ID, or the worker's user name.
    pub agent: Arc<str>,
    /// `dn`: where the call would be delivered; none: the worker's main DN.
    pub dn: Option<Arc<str>>,
    /// `switch` of that DN.
    pub switch: Option<Arc<str>>,
}

/// A request for a preview: PreviewInteractionRequest has one target, PreviewInteractionMultiple several.
#[derive(Debug)]
pub struct Offer {
    /// Which interaction.
    pub conn_id: ConnId,
    /// Whom to ask. The first to accept wins.
    pub targets: Vec<Target>,
    /// `mediaType`, as the T-Server assigned it.
    pub media_type: Arc<str>,
    /// Business data to show.
    pub user_data: KvList,
    /// How long to wait, cut to the configured longest; none: the configured default.
    pub timeout: Option<Duration>,
    /// Gets the outcome, once. Several askers for the same ConnID and agent share one preview.
    pub asker: AskerId,
}

/// Why the asker withdraws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// PreviewInteractionCancel or DELETE: the preview ends, whoever else waits for it.
    Cancelled,
    /// The customer hung up: the preview ends likewise.
    CallerGone,
    /// This asker is gone (link lost, HTTP client disconnected). Ends, as cancelled, only a preview that nobody else
    /// waits for: a URS that has reconnected and asked again keeps its own.
    AskerGone(AskerId),
}

/// What became of a broadcast over several nodes, for one share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// A worker has accepted at another node: who has not accepted here is told so. An acceptance here waits on.
    Taken,
    /// The acceptance here has won.
    Won,
    /// Another worker's has: whoever accepted here has done so in vain.
    Lost,
}

/// What arrives from the routing side.
#[derive(Debug)]
pub enum RoutingArrival {
    /// Ask a worker, or several.
    Offer(Offer),
    /// Ask those of them who are at this node: the others are asked elsewhere. Its outcome does not end it, since the
    /// others may still be asked: a [`Verdict`] does, or an asker that goes.
    Share(Offer),
    /// What became of the broadcast, for the share that this asker waits for.
    Verdict {
        /// Whose.
        asker: AskerId,
        /// What.
        verdict: Verdict,
    },
    /// End the preview of this interaction: for one agent, or for all when none is named. An asker that is gone ends
    /// its own share in a preview, whatever else is said here.
    Withdraw {
        /// Which interaction.
        conn_id: ConnId,
        /// Whose window; none: everybody's.
        agent: Option<Arc<str>>,
        /// Why.
        why: Withdrawal,
        /// `Message` or `StatusMessage`: shown to the worker.
        text: Option<Arc<str>>,
    },
    /// End the preview that this asker waits for, whoever else waits for it, and no other of its interaction.
    End {
        /// Whose.
        asker: AskerId,
        /// Why.
        why: Withdrawal,
        /// Shown to the worker.
        text: Option<Arc<str>>,
    },
}

/// What is wrong with a request for some of the workers whom another open preview of the same interaction asks.
pub const OPEN_WITH_OTHERS: &str = "a preview of this interaction is open with other workers: cancel it first";

/// What is wrong when nobody is left but workers who have accepted and have no DN. Told to the asker and to the worker.
pub const UNDELIVERABLE: &str = "the worker accepted, and has no DN any more that the call could go to";

/// How a preview ended. Exactly one per preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// This worker takes the interaction.
    Accepted {
        /// Agent ID.
        agent: Arc<str>,
        /// Where to route the call.
        dn: Arc<str>,
        /// The DN's switch.
        switch: Arc<str>,
        /// Outside number to route to in the place of the DN: the worker saw it when they accepted.
        redirect: Option<Arc<str>>,
    },
    /// Declined: by the one worker, or by all.
    Rejected,
    /// Nobody answered in time.
    TimedOut,
    /// Withdrawn.
    Cancelled,
    /// The customer hung up.
    CallerGone,
    /// No worker has a page open, and none could be invited.
    NoClient,
    /// The request cannot be carried out: what is wrong with it.
    Error(Arc<str>),
}

impl Outcome {
    /// The request was refused because of another one's open preview, at whatever node that is.
    pub fn is_open_with_others(&self) -> bool {
        matches!(self, Self::Error(words) if **words == *OPEN_WITH_OTHERS)
    }

    /// Who accepted has no DN any more.
    pub fn is_undeliverable(&self) -> bool {
        matches!(self, Self::Error(words) if **words == *UNDELIVERABLE)
    }

    /// The word on the wire and in metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Rejected => "rejected",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::CallerGone => "caller-gone",
            Self::NoClient => "no-client",
            Self::Error(_) => "error",
        }
    }
}
