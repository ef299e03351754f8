//! Everything one worker's step asks of the world.

use super::{LineId, Question, Shows};
use crate::{
    agent_link::{CallKind, ConnId, Dn, Ending, LinkId, Request},
    clock::Moment,
    remark::Remark,
};
use std::sync::Arc;
use uc_plugin_api::AgentReport;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// A request to a T-Server.
    Request(LinkId, Question, Request),
    /// Step again at this time.
    Wake(Moment),
    /// What pages show of the state changed.
    StateChanged,
    /// A call appeared or changed.
    CallChanged(LineId, ConnId),
    /// A call is gone; none: it goes on as another call.
    CallEnded(Dn, ConnId, Option<Ending>),
    /// Pages are told of chats when the turn ends.
    ChatsChanged,
    /// The T-Server does not offer this: nobody on its link needs to ask again.
    Lacks(LinkId, CallKind),
    /// Calls came or went together, or what is allowed with them changed: pages start from a snapshot.
    CallsChanged,
    /// The T-Server refuses for good what a line asks; thousands of lines may say the same.
    RefusedForGood {
        /// Whose T-Server.
        link: LinkId,
        /// Where.
        dn: Dn,
        /// The T-Server's code.
        code: Option<i64>,
        /// Its words.
        message: Arc<str>,
    },
    /// A line asks again what the T-Server has not done twice; thousands of lines may.
    AskedInVain {
        /// Whose T-Server.
        link: LinkId,
        /// Where.
        dn: Dn,
        /// What came of it.
        what: Remark,
    },
    /// The platform does not show what sinks were told; it may be so for everybody.
    NotShown(Arc<str>),
    /// They have looked at these previews that are over, at one of their pages.
    PreviewsSeen(Vec<u64>),
    /// An action of theirs did not work.
    Problem(&'static str, Remark),
    /// Browser plug-ins are told.
    Report(AgentReport),
    /// The publication is to be looked at when the turn ends.
    LookAtPublication,
    /// Sinks show this from now on; none: nothing of ours.
    Publish(Option<Shows>),
    /// The line has nothing left to do: it is gone, its DN free, and so is the agent ID that logged in there.
    Left(LineId, LinkId, Dn, Arc<str>),
}
