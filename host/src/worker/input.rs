//! Everything that can happen to one worker.

use super::{LineId, PastPreview, Profile, Question, chat::Deed};
use crate::agent_link::{CallAction, CallKind, Cause, ConnId, Dn, EventKind, LinkId, Refusal};
use std::sync::Arc;
use uc_plugin_api::{Presence, Wanted, own_endpoints::OwnEndpoint};

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    /// A T-Server link came up or went down.
    Link(LinkId, bool),
    /// The T-Server of a link lost its switch, or is connected to it again.
    Switch(LinkId, bool),
    /// What is known of any DN of a link may be over: an event that could not be read may have been about it.
    LinkInDoubt(LinkId, &'a Arc<str>),
    /// Whoever had the DN of this line before has left; whether its link is up.
    DnFree(LineId, bool),
    /// A line where their agent ID was logged in has left, be it theirs or another's: what was refused for it is worth
    /// another try.
    AgentFree,
    /// An event for a line.
    Event(LineId, EventKind, Cause),
    /// An event of another DN, or of none, has answered this question.
    AnsweredElsewhere(Question),
    /// A request was not sent: there was no room. [`Input::Time`] follows when there is.
    Unsent(Question),
    /// A login was not sent: others come before it. [`Input::Time`] follows when it may be.
    LoginWaits(Question),
    /// A request was refused, or not answered.
    Refused(Question, &'a Refusal),
    /// The platform's word; in presence propagation it may be our own, or come while they are held.
    Presence(&'a Presence),
    /// What the platform said may be over: its link is down, it is only asked from now on, or another instance is.
    PresenceStale,
    /// What they wish to be, from the browser.
    Wish(&'a Wanted),
    /// A preview is over for them; whether their pages showed it.
    PreviewOver(PastPreview, bool),
    /// They have looked at these previews that are over.
    PreviewsSeen(&'a [u64]),
    /// They say that they are back, after they have missed previews.
    Returns,
    /// What they chose on the platform while a publication of ours stood there.
    Chosen(&'a Presence),
    /// The sink says how publishing goes.
    Published(Result<(), Arc<str>>),
    /// A sink, or its link, failed: nobody knows what of ours stands there.
    PublicationInDoubt,
    /// What a sink says of the endpoint that it signs in as them.
    OwnEndpoint(OwnEndpoint),
    /// A sink starts: it knows nothing yet.
    SinkStarts,
    /// Their entry in the directory changed.
    Profile(Profile),
    /// They leave the directory: all lines are given up.
    Leave,
    /// A button of the call strip.
    Call(LineId, ConnId, CallAction),
    /// A call to this number is to be made from a line.
    Dial(LineId, Dn),
    /// Something that they do in the chat with this ConnID at this DN.
    Chat(&'a str, ConnId, Deed),
    /// The T-Server of a link does not offer this.
    Lacks(LinkId, CallKind),
    /// The turn ends: what is published is looked at now.
    TurnEnds,
    /// A line came or went, or time has passed.
    Time,
}
