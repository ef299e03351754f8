//! What a page shows: its frames folded as the page's own script folds them.

use uc_connector::web::message::{Call, CallEnding, Preview, ServerFrame, Snapshot, StateKind};

/// What a page shows.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The snapshot, kept up to date.
    pub now: Snapshot,
    /// Codes of the problems it was told.
    pub problems: Vec<String>,
    /// How previews ended.
    pub ends: Vec<(u64, uc_connector::web::message::PreviewEnd)>,
    /// How calls ended, by ConnID.
    pub endings: Vec<(String, CallEnding)>,
}

impl std::fmt::Display for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "state {}", self.now.state.id)?;
        for channel in &self.now.channels {
            write!(f, ", DN {} {} {:?}", channel.dn, channel.state.id, channel.problem)?;
        }
        for preview in &self.now.previews {
            write!(f, ", preview {}", preview.id)?;
        }
        for call in &self.now.calls {
            write!(f, ", call {} at {} {:?} with {:?}", call.conn_id, call.dn, call.state, call.buttons)?;
        }
        write!(f, "; problems {:?}; previews ended {:?}", self.problems, self.ends)
    }
}

impl Picture {
    pub(super) fn new(now: Snapshot) -> Self {
        Self { now, problems: Vec::new(), ends: Vec::new(), endings: Vec::new() }
    }

    pub(super) fn fold(&mut self, frame: ServerFrame) {
        let now = &mut self.now;
        match frame {
            ServerFrame::Snapshot(snapshot) => *now = *snapshot,
            ServerFrame::State { state, menu, log_in, log_out, channels, missed } => {
                now.missed = missed;
                (now.state, now.menu, now.channels) = (state, menu, channels);
                (now.log_in, now.log_out) = (log_in, log_out);
            }
            ServerFrame::PreviewOffer(preview) => {
                now.previews.retain(|open| open.id != preview.id);
                now.previews.push(preview);
            }
            ServerFrame::PreviewEnd { id, end, .. } => {
                now.previews.retain(|open| open.id != id);
                self.ends.push((id, end));
            }
            ServerFrame::Call(call) => self.replace(call),
            ServerFrame::CallEnd { conn_id, dn, ending } => {
                self.endings.push((conn_id.to_string(), ending));
                now.calls.retain(|call| (&call.conn_id, &call.dn) != (&conn_id, &dn));
            }
            ServerFrame::Problem { code, .. } => self.problems.push(code.to_string()),
            ServerFrame::SignedOut { .. } => {}
        }
    }

    fn replace(&mut self, call: Call) {
        let known = |have: &&mut Call| (&have.conn_id, &have.dn) == (&call.conn_id, &call.dn);
        match self.now.calls.iter_mut().find(known) {
            Some(have) => *have = call,
            None => self.now.calls.push(call),
        }
    }

    /// The kind of the status indicator.
    pub fn kind(&self) -> StateKind {
        self.now.state.kind
    }

    /// The oldest open preview.
    pub fn preview(&self) -> Option<&Preview> {
        self.now.previews.first()
    }

    /// The oldest call.
    pub fn call(&self) -> Option<&Call> {
        self.now.calls.first()
    }

    /// The consult call that was made from another call.
    pub fn consult(&self) -> Option<&Call> {
        self.now.calls.iter().find(|call| call.consult_of.is_some())
    }

    /// What the T-Server complains of at a DN.
    pub fn problem_of(&self, dn: &str) -> Option<&str> {
        let channel = self.now.channels.iter().find(|channel| &*channel.dn == dn)?;
        channel.problem.as_deref()
    }
}
