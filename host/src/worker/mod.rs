//! One worker, whole: the agent on each of their lines, what their sources say, their hold, what is published of them,
//! their calls. Pure: [`Worker::step`] takes one input and the time, and returns what is to be done; it reads no
//! clock and sends nothing.
//!
//! | Input | Through | Outputs |
//! |---|---|---|
//! | presence | [`hold`] (is it ours? are they held?) → [`appearing`] (for our endpoint's sake?) → rules → [`overtaken`] (by a choice of theirs?) → [`sources`] → wish | requests |
//! | a choice or wish of theirs | [`sources`], [`hold`], [`overtaken`] → wish | requests |
//! | a preview that is over, that they are back | [`missed`] → wish | requests, state |
//! | link, agent event, refusal | [`line`] → [`hold`] | requests, state, report, publication |
//! | call event | [`line`] → [`calls`] | call, report, publication |
//! | a button of the call strip, a number to dial | [`call_control`] | call request |
//! | chat event, what the worker does in a chat | [`chat`] | chat request, chat |
//! | what a sink says | [`publication`], [`hold`] | |
//! | the directory's entry changed | [`lines`] come and go | requests, lines that have left |
//! | time | whichever waited for it | as above |
//!
//! Each step ends in [`Worker::settle`], where every line whose wished and confirmed state differ yields its next
//! request. Nothing else sends an agent request.

mod agent;
mod answers;
mod appearing;
mod call_control;
mod call_rules;
pub(crate) mod calls;
pub(crate) mod chat;
mod chatting;
mod choice;
mod given_up;
mod hold;
mod input;
mod kept;
mod line;
mod lines;
mod lost_requests;
mod missed;
mod old_login;
mod output;
mod overtaken;
mod pace;
mod past_previews;
mod place;
mod publication;
mod publish;
mod registration;
mod report;
mod settings;
mod sources;
mod step;
mod under_way;
mod whole;

use appearing::Appearing;
pub(crate) use call_control::refused;
pub use chat::ChatRules;
use hold::Hold;
pub(crate) use input::Input;
pub use kept::Kept;
pub(crate) use kept::KeptLine;
pub(crate) use line::Line;
use missed::Missed;
pub(crate) use output::Output;
use overtaken::Overtaken;
pub(crate) use past_previews::PastPreview;
pub use past_previews::PastPreviews;
pub(crate) use place::{LineId, Login, Place, Question};
pub(crate) use publication::{PublicationState, Shows};
#[cfg(test)]
pub(crate) use registration::Reading;
pub use settings::{Publishes, Settings};
pub(crate) use whole::Standing;

use crate::{
    agent_link::{CallKinds, ConnId, LinkId, Password},
    policy::Want,
};
use calls::LiveCall;
use publication::Publication;
use sources::Sources;
use std::sync::Arc;
use uc_plugin_api::{AgentReport, UserHandle};

/// Who a worker is, as far as their state depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// User name.
    pub(crate) id: Arc<str>,
    /// AgentID: the login code.
    pub(crate) agent_id: Arc<str>,
    /// Password of the agent login.
    pub(crate) password: Option<Password>,
    /// SIP address, or why there is none that could be published to.
    pub(crate) address: Result<Arc<str>, Arc<str>>,
}

/// One worker.
#[derive(Debug)]
pub struct Worker {
    handle: UserHandle,
    profile: Profile,
    lines: Vec<Line>,
    /// What is wished last, for lines still to come.
    wish: Want,
    sources: Sources,
    /// Presence propagation alone has one.
    hold: Option<Box<Hold>>,
    /// It is of a life before, and stands, and so does its limit, until a snapshot says how the agent is.
    hold_is_old: bool,
    appearing: Appearing,
    overtaken: Overtaken,
    missed: Missed,
    past: PastPreviews,
    /// They differ from what is kept of them.
    past_changed: bool,
    publication: Publication,
    /// Empty, where the UC platform carries them.
    chats: chat::Chats,
    /// What browser plug-ins were told last: only changes are reported.
    reported: Option<AgentReport>,
    /// Something changed that the publication and the report depend on.
    publication_due: bool,
    /// The publication is to be looked at when the turn ends.
    publication_listed: bool,
}

impl Worker {
    /// A worker of whom nothing was said yet, without lines.
    pub(crate) fn new(handle: UserHandle, profile: Profile, settings: &Settings) -> Self {
        let holds = settings.publishes == Publishes::BeyondPlatforms && !profile.is_nobody();
        Self {
            handle,
            profile,
            lines: Vec::new(),
            wish: Want::Observe,
            sources: Sources::default(),
            hold: holds.then(Box::default),
            hold_is_old: false,
            appearing: Appearing::default(),
            overtaken: Overtaken::default(),
            missed: Missed::default(),
            past: PastPreviews::default(),
            past_changed: false,
            publication: Publication::default(),
            chats: chat::Chats::default(),
            reported: None,
            publication_due: false,
            publication_listed: false,
        }
    }

    /// Who they are.
    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Their lines, the main one first; those they are leaving are not among them.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.is_leaving())
    }

    /// Every line, those that are being left included.
    pub(crate) fn all_lines(&self) -> &[Line] {
        &self.lines
    }

    /// The line with this DN; of several on different switches the one that has this call.
    pub(crate) fn line_of(&self, dn: &str, call: Option<ConnId>) -> Option<&Line> {
        let lines = || self.lines().filter(|line| *line.place().dn == *dn);
        let has_it = |line: &&Line| call.is_some_and(|conn_id| line.calls().get(conn_id).is_some());
        lines().find(has_it).or_else(|| lines().next())
    }

    /// A line.
    pub(crate) fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id() == id)
    }

    fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.id() == id)
    }

    /// Their calls with the line of each, oldest first. Those of another agent at their DN are not theirs.
    pub(crate) fn calls(&self) -> Vec<(&Line, &LiveCall)> {
        let of_line = |line| Line::calls(line).iter().map(move |live| (line, live));
        let mut calls: Vec<_> = self.lines().filter(|line| !line.is_anothers()).flat_map(of_line).collect();
        calls.sort_by_key(|(_, live)| live.appeared);
        calls
    }

    /// One of them.
    pub(crate) fn call(&self, line: LineId, conn_id: ConnId) -> Option<(&Line, &LiveCall)> {
        let line = self.lines().find(|theirs| theirs.id() == line && !theirs.is_anothers())?;
        Some((line, line.calls().get(conn_id)?))
    }

    /// The T-Server of this link has refused these requests as not offered, before they have asked for any.
    pub(crate) fn learn_lacking(&mut self, link: LinkId, kinds: CallKinds) {
        self.lines.iter_mut().filter(|line| line.place().link == link).for_each(|line| line.lacking = kinds);
    }

    /// What browser plug-ins were told last.
    pub(crate) fn reported(&self) -> Option<&AgentReport> {
        self.reported.as_ref()
    }

    /// What sinks were told last; none: nothing of ours.
    pub(crate) fn published(&self) -> Option<&Shows> {
        self.publication.told()
    }

    /// Where the publication is.
    pub(crate) fn publication_state(&self) -> &PublicationState {
        self.publication.state()
    }

    /// The platform drives no line of theirs.
    pub(crate) fn is_held(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.is_held())
    }
}
