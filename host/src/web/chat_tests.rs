//! An example of every frame of chats, held to golden files as the others are.

use super::{
    golden::check,
    message::{
        Chat, ChatAsked, ChatDeed, ChatEntries, ChatEntry, ChatEntryKind, ChatEscalation, ChatOwn, ChatState,
        ClientFrame, Pair, ServerFrame,
    },
};

/// A chat in which everything is filled in.
pub(super) fn chat() -> Chat {
    Chat {
        conn_id: "00c4000000000001".into(),
        dn: "7001".into(),
        since: 1_700_000_000_000,
        subject: "Invoice".into(),
        parties: vec!["7050".into()],
        state: ChatState::Open,
        words: "".into(),
        until: 0,
        call: "006a02a3f1b2c3d4".into(),
        data: vec![Pair {
            key: "Order".into(),
            value: "4711".into(),
            link: None,
            cut: 0,
            edit: false,
            fixed: false,
            stays: false,
        }],
        unread: 1,
        revision: 3,
        dropped: 0,
        missing: 2,
        delivered: 2,
        read: 1,
        outbox: vec![ChatOwn {
            id: "k9".into(),
            text: "One moment".into(),
            refused: true,
            words: "invalid attribute value".into(),
        }],
        escalation: Some(ChatEscalation { state: ChatAsked::Refused, words: "Not now".into() }),
    }
}

fn entry(revision: u64, own: bool, kind: ChatEntryKind, text: &str) -> ChatEntry {
    let party = if own { "7001" } else { "7050" }.into();
    let id = if own { "k8" } else { "" }.into();
    ChatEntry {
        order: revision + 2,
        revision,
        time: 1_700_000_000_500,
        party,
        own,
        kind,
        id,
        text: text.into(),
        cut: 0,
    }
}

#[test]
fn server_frames() {
    let (conn_id, dn) = (chat().conn_id, chat().dn);
    check("server-chat", &ServerFrame::Chat(Box::new(chat())));
    let over = Chat {
        state: ChatState::Closed,
        words: "The customer is gone".into(),
        until: 1_700_000_300_000,
        call: "".into(),
        outbox: Vec::new(),
        escalation: None,
        ..chat()
    };
    check("server-chat-over", &ServerFrame::Chat(Box::new(over)));
    let entries = vec![
        entry(1, false, ChatEntryKind::Joined, ""),
        entry(2, true, ChatEntryKind::Line, "<b>Which invoice?</b>"),
        ChatEntry { cut: 9, ..entry(3, false, ChatEntryKind::Line, "The last one") },
    ];
    let entries =
        ChatEntries { conn_id: conn_id.clone(), dn: dn.clone(), since: chat().since, after: 0, up_to: 3, entries };
    check("server-chat-entries", &ServerFrame::ChatEntries(entries));
    let typing = ServerFrame::ChatTyping { conn_id: conn_id.clone(), dn: dn.clone(), party: "7050".into() };
    check("server-chat-typing", &typing);
    check("server-chat-gone", &ServerFrame::ChatGone { conn_id, dn });
}

#[test]
fn client_frames() {
    let deed = |name: &str, deed| {
        check(&format!("client-chat-{name}"), &ClientFrame::Chat { conn_id: chat().conn_id, dn: chat().dn, deed });
    };
    deed("write", ChatDeed::Write { id: "k9".into(), text: "One moment".into() });
    deed("drop", ChatDeed::Drop { id: "k9".into() });
    deed("typing", ChatDeed::Typing {});
    deed("seen", ChatDeed::Seen { revision: 3, read: true });
    deed("entries", ChatDeed::Entries { after: 3 });
    deed("leave", ChatDeed::Leave {});
    deed("escalate", ChatDeed::Escalate {});
}
