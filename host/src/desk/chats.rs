//! Chats as pages show them, and what pages do in them.

use super::{Edits, shown_data, text::steers};
use crate::{
    agent_link::{Dn, Escalation},
    policy::{UserDataForm, Window},
    remark::Why,
    web::message::{
        Chat as Shown, ChatAsked, ChatDeed, ChatEntries, ChatEntry, ChatEntryKind, ChatEscalation, ChatOwn, ChatState,
    },
    worker::{
        Worker,
        chat::{Chat, Deed, Entry, Over, OwnState, Phase, What},
    },
};
use std::sync::Arc;

/// Most bytes of text in one frame of entries; the page asks for the rest.
const MOST_BYTES: usize = 128 * 1024;
/// Most bytes of a page's number for a line.
const LONGEST_ID: usize = 64;

/// All of a worker's, the oldest first.
pub(super) fn all(worker: &Worker, form: &UserDataForm, window: Window) -> Vec<Shown> {
    worker.chats().iter().map(|chat| shown(chat, form, window)).collect()
}

/// One of them.
pub(crate) fn shown(chat: &Chat, form: &UserDataForm, window: Window) -> Shown {
    let (state, words, until) = state(&chat.phase);
    let others = |party: &&Dn| **party != chat.dn;
    Shown {
        conn_id: chat.conn_id.to_string().into(),
        dn: chat.dn.clone(),
        since: chat.since.unix_ms(),
        subject: chat.subject.clone(),
        parties: chat.parties.iter().filter(others).cloned().collect(),
        state,
        words,
        until,
        call: chat.call.map(|call| call.to_string().into()).unwrap_or_default(),
        data: shown_data(&chat.user_data, form, window, Edits::default()).pairs,
        unread: chat.unread() as u64,
        revision: chat.transcript.revision(),
        dropped: chat.transcript.dropped(),
        missing: chat.transcript.missing(),
        delivered: chat.marks.delivered,
        read: chat.marks.read,
        outbox: chat.outbox.iter().map(own).collect(),
        escalation: chat.escalation.clone().map(|(state, words)| ChatEscalation { state: asked(state), words }),
    }
}

fn state(phase: &Phase) -> (ChatState, Arc<str>, u64) {
    let Phase::WrapUp(over, until) = phase else {
        let state = if *phase == Phase::Open { ChatState::Open } else { ChatState::Closing };
        return (state, "".into(), 0);
    };
    let (state, words) = match over {
        Over::Left => (ChatState::Left, "".into()),
        Over::Closed(words) => (ChatState::Closed, words.clone()),
        Over::Lost => (ChatState::Lost, "".into()),
        Over::DnGone => (ChatState::DnGone, "".into()),
    };
    (state, words, until.unix_ms())
}

fn own(own: &crate::worker::chat::Own) -> ChatOwn {
    let refused = own.state == OwnState::Refused;
    ChatOwn { id: own.id.clone(), text: own.text.clone(), refused, words: own.words.clone() }
}

fn asked(escalation: Escalation) -> ChatAsked {
    match escalation {
        Escalation::Asked => ChatAsked::Asked,
        Escalation::Accepted => ChatAsked::Accepted,
        Escalation::Refused => ChatAsked::Refused,
    }
}

/// What was said after this revision, as much as one frame takes; none: nothing was.
pub(crate) fn entries(chat: &Chat, after: u64) -> Option<ChatEntries> {
    let mut news: Vec<_> = chat.transcript.entries().filter(|entry| entry.revision > after).collect();
    news.sort_by_key(|entry| entry.revision);
    let mut bytes = 0;
    let fits = |entry: &&&Entry| {
        let first = bytes == 0;
        bytes += if let What::Line { text, .. } = &entry.what { text.len() } else { 0 } + size_of::<ChatEntry>();
        first || bytes <= MOST_BYTES
    };
    let all = news.len();
    let entries: Vec<_> = news.iter().take_while(fits).map(|entry| shown_entry(entry, &chat.dn)).collect();
    let whole = entries.len() == all;
    let last = if whole { chat.transcript.revision() } else { entries.last().map_or(after, |entry| entry.revision) };
    (last > after).then(|| ChatEntries {
        conn_id: chat.conn_id.to_string().into(),
        dn: chat.dn.clone(),
        since: chat.since.unix_ms(),
        after,
        up_to: last,
        entries,
    })
}

fn shown_entry(entry: &Entry, dn: &str) -> ChatEntry {
    let own = *entry.party == *dn;
    let none = Arc::<str>::default;
    let (kind, id, text, cut) = match &entry.what {
        What::Line { id, text, cut } => (ChatEntryKind::Line, id.clone(), text.clone(), *cut),
        What::Joined => (ChatEntryKind::Joined, none(), none(), 0),
        What::Left => (ChatEntryKind::Left, none(), none(), 0),
    };
    ChatEntry {
        order: entry.order,
        revision: entry.revision,
        time: entry.time,
        party: entry.party.clone(),
        own,
        kind,
        id: if own { id } else { none() },
        text,
        cut,
    }
}

/// What a page does in a chat, as the worker's step takes it; none: it only asks.
///
/// # Errors
/// Why it cannot be, for the worker.
pub(crate) fn deed(deed: ChatDeed, longest_line: usize) -> Result<Option<Deed>, Why> {
    Ok(Some(match deed {
        ChatDeed::Write { text, .. } if text.len() > longest_line => return Err(Why::TextLong),
        ChatDeed::Write { text, .. } if text.trim().is_empty() => return Err(Why::TextEmpty),
        ChatDeed::Write { text, .. } if steers(&text) => return Err(Why::TextControl),
        ChatDeed::Write { id, .. } if id.is_empty() || id.len() > LONGEST_ID => return Err(Why::Reload),
        ChatDeed::Write { id, text } => Deed::Write(id, text),
        ChatDeed::Drop { id } => Deed::Drop(id),
        ChatDeed::Typing {} => Deed::Typing,
        ChatDeed::Seen { revision, read } => Deed::Seen(revision, read),
        ChatDeed::Entries { .. } => return Ok(None),
        ChatDeed::Leave {} => Deed::Leave,
        ChatDeed::Escalate {} => Deed::Escalate,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_text_that_steers_nothing() {
        for (text, expected) in [
            ("two\nlines\tand a tab", Ok(true)),
            ("\u{7}", Err(Why::TextControl)),
            ("red \u{1b}[31m", Err(Why::TextControl)),
            ("a\r", Err(Why::TextControl)),
            ("a\u{85}", Err(Why::TextControl)),
            (" \n\t", Err(Why::TextEmpty)),
            ("more than twenty bytes", Err(Why::TextLong)),
        ] {
            let line = ChatDeed::Write { id: "1".into(), text: text.into() };
            assert_eq!(deed(line, 20).map(|deed| deed.is_some()), expected, "{text:?}");
        }
    }
}
