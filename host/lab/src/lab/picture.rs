//! What a page shows: its frames folded as the page's own script folds them.

use std::{collections::BTreeMap, sync::Arc};
use uc_connector::web::message::{
    Call, CallEnding, Chat, ChatDeed, ChatEntries, ChatEntry, ClientFrame, Preview, ServerFrame, Snapshot, StateKind,
    Target,
};

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
    /// Why outcomes were asked for no longer.
    pub outcome_ends: Vec<(u64, uc_connector::web::message::OutcomeEnd)>,
    /// What its search has found, and for which query.
    pub found: Option<(Arc<str>, Vec<Target>)>,
    /// What was said in each chat, by ConnID.
    pub said: BTreeMap<String, Transcript>,
    /// Who was told to be writing.
    pub typing: Vec<String>,
}

/// What a page has of a chat.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    since: u64,
    revision: u64,
    asked: Option<u64>,
    /// In order.
    pub entries: Vec<ChatEntry>,
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
        for target in self.found.iter().flat_map(|(_, targets)| targets) {
            write!(f, ", found {} {:?}", target.id, target.statistics)?;
        }
        for chat in &self.now.chats {
            write!(
                f,
                ", chat {} {:?} revision {}, waiting {:?}",
                chat.conn_id, chat.state, chat.revision, chat.outbox
            )?;
        }
        write!(f, ", lines {:?}", self.lines().len())?;
        write!(f, "; problems {:?}; previews ended {:?}", self.problems, self.ends)
    }
}

impl Picture {
    pub(super) fn new(now: Snapshot) -> Self {
        Self {
            now,
            problems: Vec::new(),
            ends: Vec::new(),
            endings: Vec::new(),
            outcome_ends: Vec::new(),
            found: None,
            said: BTreeMap::new(),
            typing: Vec::new(),
        }
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
            ServerFrame::PreviewsSeen { ids } => {
                now.past.iter_mut().filter(|past| ids.contains(&past.id)).for_each(|past| past.seen = true);
            }
            ServerFrame::Call(call) => self.replace(call),
            ServerFrame::CallEnd { conn_id, dn, ending } => {
                self.endings.push((conn_id.to_string(), ending));
                now.calls.retain(|call| (&call.conn_id, &call.dn) != (&conn_id, &dn));
            }
            ServerFrame::Found { query, targets, .. } => self.found = Some((query, targets)),
            ServerFrame::Chat(chat) => {
                let known = |have: &Chat| (&have.conn_id, &have.dn) == (&chat.conn_id, &chat.dn);
                match now.chats.iter_mut().find(|have| known(have)) {
                    Some(have) => *have = *chat,
                    None => now.chats.push(*chat),
                }
            }
            ServerFrame::ChatEntries(entries) => self.take(entries),
            ServerFrame::ChatTyping { party, .. } => self.typing.push(party.to_string()),
            ServerFrame::ChatGone { conn_id, .. } => now.chats.retain(|chat| chat.conn_id != conn_id),
            ServerFrame::Outcome(outcome) => {
                now.outcomes.retain(|other| other.id != outcome.id);
                now.outcomes.push(outcome);
            }
            ServerFrame::OutcomeGone { id, end } => {
                now.outcomes.retain(|outcome| outcome.id != id);
                self.outcome_ends.push((id, end));
            }
            ServerFrame::Problem { code, .. } => self.problems.push(code.to_string()),
            ServerFrame::Alive | ServerFrame::SignedOut { .. } => {}
        }
    }

    fn take(&mut self, frame: ChatEntries) {
        let have = self.said.entry(frame.conn_id.to_string()).or_default();
        if have.since != frame.since {
            *have = Transcript { since: frame.since, ..Transcript::default() };
        }
        if frame.after > have.revision {
            return;
        }
        let revision = have.revision;
        have.entries.extend(frame.entries.into_iter().filter(|entry| entry.revision > revision));
        have.entries.sort_by_key(|entry| (entry.order, entry.revision));
        have.revision = revision.max(frame.up_to);
    }

    /// What is to be asked for, because the page lacks it.
    pub(super) fn lacks(&mut self) -> Vec<ClientFrame> {
        let mut asks = Vec::new();
        for chat in &self.now.chats {
            let have = self.said.entry(chat.conn_id.to_string()).or_default();
            if have.since != chat.since {
                *have = Transcript { since: chat.since, ..Transcript::default() };
            }
            if have.revision < chat.revision && have.asked != Some(have.revision) {
                have.asked = Some(have.revision);
                let deed = ChatDeed::Entries { after: have.revision };
                asks.push(ClientFrame::Chat { conn_id: chat.conn_id.clone(), dn: chat.dn.clone(), deed });
            }
        }
        asks
    }

    /// The oldest chat.
    pub fn chat(&self) -> Option<&Chat> {
        self.now.chats.first()
    }

    /// The lines of the oldest chat.
    pub fn lines(&self) -> Vec<&str> {
        let said = self.chat().and_then(|chat| self.said.get(&*chat.conn_id));
        let lines = said.into_iter().flat_map(|said| &said.entries);
        lines
            .filter(|entry| entry.kind == uc_connector::web::message::ChatEntryKind::Line)
            .map(|entry| &*entry.text)
            .collect()
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

    /// What the T-Server complains of at a DN, in English.
    pub fn problem_of(&self, dn: &str) -> Option<String> {
        let channel = self.now.channels.iter().find(|channel| &*channel.dn == dn)?;
        channel.problem.as_ref().map(ToString::to_string)
    }
}
