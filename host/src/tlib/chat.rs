//! Chats in private services and private events (PROTOCOL.md, section 10). T-Library carries both and leaves what they
//! mean to whoever uses them: the number and the keys are ours, and a bridge puts its site's in their place.

use super::reader::{Reader, told};
use crate::agent_link::{ChatAction, ChatEvent, ChatNews, ChatOpened, Dn, Escalation, EventKind, short};
use crate::wire::{ConnId, KvList, LineWriter, RecordError, Value};
use std::sync::Arc;

/// `privateMsgID` of everything that speaks of a chat.
pub const MESSAGE_ID: i64 = 7310;

/// Keys of `extensions`.
pub mod key {
    /// What is said or asked of the chat.
    pub const CHAT: &str = "UCC_CHAT";
    /// Who.
    pub const PARTY: &str = "UCC_CHAT_PARTY";
    /// A nested list: everybody who takes part, each under [`PARTY`].
    pub const PARTIES: &str = "UCC_CHAT_PARTIES";
    /// The writer's number for a line.
    pub const ID: &str = "UCC_CHAT_ID";
    /// What was written.
    pub const TEXT: &str = "UCC_CHAT_TEXT";
    /// Number in the chat, from 1.
    pub const SEQUENCE: &str = "UCC_CHAT_SEQUENCE";
    /// Milliseconds since 1970 UTC.
    pub const TIME: &str = "UCC_CHAT_TIME";
    /// What the chat is about.
    pub const SUBJECT: &str = "UCC_CHAT_SUBJECT";
    /// The call during which it was begun; in the data of a call, the chat that it belongs to.
    pub const CALL: &str = "UCC_CHAT_CALL";
    /// The first number that can still be told again.
    pub const FIRST: &str = "UCC_CHAT_FIRST";
    /// The last number given.
    pub const LAST: &str = "UCC_CHAT_LAST";
    /// Why, in words.
    pub const REASON: &str = "UCC_CHAT_REASON";
}

/// Highest number read: pages count in doubles, and no chat has as many lines.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Most parties read of one chat.
const MAX_PARTIES: usize = 64;

/// Reads EventPrivateInfo. One that is no chat's, or says nothing that is known of one, is any other event.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Result<EventKind, RecordError> {
    let other = Ok(EventKind::Other("EventPrivateInfo".into()));
    let number = reader.record.number("privateMsgID");
    if reader.optional(number) != Some(MESSAGE_ID) {
        return other;
    }
    let conn_id = reader.record.require("connID", reader.record.conn_id("connID"))?;
    let said = reader.list("extensions").unwrap_or_default();
    let Some(news) = news(reader, &said) else {
        reader.faults.push(reader.record.missing("extensions"));
        return other;
    };
    let (sequence, time) = (count(&said, key::SEQUENCE).filter(|number| *number > 0), count(&said, key::TIME));
    Ok(EventKind::Chat(ChatEvent { conn_id, sequence, time, news }))
}

fn news(reader: &mut Reader<'_, '_>, said: &KvList) -> Option<ChatNews> {
    let words = |key| Arc::<str>::from(short(said.first(key).and_then(Value::text).as_deref().unwrap_or_default()));
    let party = || words(key::PARTY);
    let number = |key| count(said, key);
    let escalation = |stands| ChatNews::Escalation(party(), stands, words(key::REASON));
    Some(match said.str(key::CHAT)? {
        "opened" => ChatNews::Opened(Box::new(ChatOpened {
            subject: said.first(key::SUBJECT).map(|_| words(key::SUBJECT)),
            parties: parties(said),
            user_data: reader.list("userData"),
            call: said.str(key::CALL).and_then(|call| call.parse().ok()),
            first: number(key::FIRST),
            last: number(key::LAST),
        })),
        "line" => {
            let text = said.first(key::TEXT)?.text()?.as_ref().into();
            ChatNews::Line { party: party(), id: words(key::ID), text }
        }
        "typing" => ChatNews::Typing(party()),
        "delivered" => ChatNews::Delivered(party(), number(key::LAST)?),
        "read" => ChatNews::Read(party(), number(key::LAST)?),
        "joined" => ChatNews::Joined(party()),
        "left" => ChatNews::Left(party()),
        "closed" => ChatNews::Closed(words(key::REASON)),
        "escalation-asked" => escalation(Escalation::Asked),
        "escalation-accepted" => escalation(Escalation::Accepted),
        "escalation-refused" => escalation(Escalation::Refused),
        _ => return None,
    })
}

fn count(said: &KvList, key: &str) -> Option<u64> {
    let number = u64::try_from(said.first(key)?.number()?).ok()?;
    (number <= MAX_NUMBER).then_some(number)
}

fn parties(said: &KvList) -> Option<Vec<Dn>> {
    let Value::List(list) = said.first(key::PARTIES)? else { return None };
    let named = list.0.iter().filter(|(key, _)| key == key::PARTY);
    Some(named.filter_map(|(_, party)| told(&party.text()?)).take(MAX_PARTIES).collect())
}

/// Writes RequestPrivateService.
pub(super) fn write<'b>(line: LineWriter<'b>, conn_id: ConnId, action: &ChatAction) -> LineWriter<'b> {
    let line = line.conn_id("connID", conn_id).int("privateMsgID", MESSAGE_ID);
    let mut said = KvList::default();
    said.push_str(key::CHAT, name(action));
    match action {
        ChatAction::Send { id, text } => {
            said.push_str(key::ID, &**id);
            said.push_str(key::TEXT, &**text);
        }
        ChatAction::Delivered(number) | ChatAction::Read(number) => push_number(&mut said, key::LAST, *number),
        ChatAction::Resume(number) => push_number(&mut said, key::FIRST, *number),
        ChatAction::Refuse(words) => said.push_str(key::REASON, &**words),
        ChatAction::Typing | ChatAction::Leave | ChatAction::Escalate => {}
    }
    line.kv_list("extensions", &said)
}

fn push_number(list: &mut KvList, key: &str, number: u64) {
    list.0.push((key.to_owned(), Value::Int(i64::try_from(number).unwrap_or(i64::MAX))));
}

/// The word for what is asked.
fn name(action: &ChatAction) -> &'static str {
    match action {
        ChatAction::Send { .. } => "send",
        ChatAction::Typing => "typing",
        ChatAction::Delivered(_) => "delivered",
        ChatAction::Read(_) => "read",
        ChatAction::Leave => "leave",
        ChatAction::Resume(_) => "resume",
        ChatAction::Escalate => "escalate",
        ChatAction::Refuse(_) => "refuse",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent_link::{Event, Request},
        tlib::decode::{Content, Incoming},
        wire::Record,
    };
    use bytes::BytesMut;

    fn event(said: &str) -> EventKind {
        let line = format!(
            "{{\"messageName\":\"EventPrivateInfo\",\"thisDN\":\"5002\",\"connID\":\"1f\",\"privateMsgID\":7310,\
             \"extensions\":{said}}}"
        );
        let read = Incoming::read(&Record::parse(line.as_bytes()).unwrap());
        let Content::Event(Event { kind, .. }) = read.content else { panic!("{read:?}") };
        kind
    }

    fn news(said: &str) -> ChatNews {
        let EventKind::Chat(event) = event(said) else { panic!("{said}") };
        event.news
    }

    #[test]
    fn what_is_told_of_a_chat_is_read() {
        let text = r#"{"UCC_CHAT":"line","UCC_CHAT_PARTY":"7001","UCC_CHAT_ID":"a","UCC_CHAT_TEXT":"<b>","UCC_CHAT_SEQUENCE":3}"#;
        let EventKind::Chat(line) = event(text) else { panic!() };
        assert_eq!((line.conn_id, line.sequence, line.time), (ConnId(0x1f), Some(3), None));
        assert_eq!(line.news, ChatNews::Line { party: "7001".into(), id: "a".into(), text: "<b>".into() });
        let opened = news(
            r#"{"UCC_CHAT":"opened","UCC_CHAT_PARTIES":{"UCC_CHAT_PARTY":"7001"},"UCC_CHAT_CALL":"ab","UCC_CHAT_LAST":7}"#,
        );
        let ChatNews::Opened(opened) = opened else { panic!("{opened:?}") };
        assert_eq!(
            (&*opened.parties.as_ref().unwrap()[0], opened.call, opened.last),
            ("7001", Some(ConnId(0xab)), Some(7))
        );
        assert_eq!(news(r#"{"UCC_CHAT":"read","UCC_CHAT_PARTY":"7001","UCC_CHAT_LAST":"4"}"#), {
            ChatNews::Read("7001".into(), 4)
        });
        for (number, read) in [(MAX_NUMBER, Some(MAX_NUMBER)), (1 << 62, None)] {
            let text = format!(r#"{{"UCC_CHAT":"left","UCC_CHAT_SEQUENCE":{number},"UCC_CHAT_TIME":{number}}}"#);
            let EventKind::Chat(left) = event(&text) else { panic!() };
            assert_eq!((left.sequence, left.time), (read, read));
        }
        let refused = news(r#"{"UCC_CHAT":"escalation-refused","UCC_CHAT_REASON":"later","UCC_CHAT_PARTY":"7001"}"#);
        assert_eq!(refused, ChatNews::Escalation("7001".into(), Escalation::Refused, "later".into()));
    }

    #[test]
    fn what_is_no_chats_is_any_other_event() {
        for said in ["[]", r#"{"UCC_CHAT":"sung"}"#, r#"{"UCC_CHAT":"line"}"#, r#"{"UCC_CHAT":"read"}"#, "7"] {
            assert!(matches!(event(said), EventKind::Other(_)), "{said}");
        }
    }

    #[test]
    fn what_is_asked_of_a_chat_is_written() {
        let line = |action| {
            let mut output = BytesMut::new();
            let request = Request::Chat { this_dn: "5002".into(), conn_id: ConnId(0x1f), action };
            super::super::encode::request(&mut output, &request, 7);
            String::from_utf8(output.to_vec()).unwrap()
        };
        let head = "{\"messageName\":\"RequestPrivateService\",\"referenceID\":7,\"thisDN\":\"5002\",\
            \"connID\":\"000000000000001f\",\"privateMsgID\":7310,\"extensions\":";
        for (action, rest) in [
            (
                ChatAction::Send { id: "a".into(), text: "x\ny".into() },
                r#"[{"key":"UCC_CHAT","type":"str","value":"send"},{"key":"UCC_CHAT_ID","type":"str","value":"a"},{"key":"UCC_CHAT_TEXT","type":"str","value":"x\ny"}]"#,
            ),
            (
                ChatAction::Resume(4),
                r#"[{"key":"UCC_CHAT","type":"str","value":"resume"},{"key":"UCC_CHAT_FIRST","type":"int","value":4}]"#,
            ),
            (ChatAction::Leave, r#"[{"key":"UCC_CHAT","type":"str","value":"leave"}]"#),
        ] {
            assert_eq!(line(action), format!("{head}{rest}}}\n"));
        }
    }
}
