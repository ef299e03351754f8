//! Chats: what is asked of one that is not there is refused; in one that is there at the DN a line is there once, however
//! often it is asked for, and everything is told again.

use super::{Target, must};
use crate::peer::{Line, Peer, request};
use uc_connector::{
    tlib::{
        Message,
        chat::{MESSAGE_ID, key},
    },
    wire::{ConnId, KvList, Value},
};

/// A ConnID that no server has given.
const NO_CHAT: ConnId = ConnId(0x0001);

fn asks(dn: &str, chat: ConnId, word: &str, rest: &[(&str, Value)]) -> Message {
    let mut said = KvList::default();
    said.push_str(key::CHAT, word);
    said.0.extend(rest.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let request = request("RequestPrivateService", dn).with("connID", chat).with("privateMsgID", MESSAGE_ID);
    request.with("extensions", said)
}

fn line(dn: &str, chat: ConnId, id: &str) -> Message {
    let text = Value::Str("conformance <b>\n".to_owned());
    asks(dn, chat, "send", &[(key::ID, Value::Str(id.to_owned())), (key::TEXT, text)])
}

fn said<'m>(message: &'m Message, name: &str) -> Option<&'m Value> {
    message.kv_list("extensions")?.first(name)
}

fn is(message: &Message, word: &str) -> bool {
    matches!(said(message, key::CHAT), Some(Value::Str(said)) if said == word)
}

/// Of a chat that is not there nothing can be asked.
pub(super) async fn refuses_what_is_asked_of_no_chat(target: &Target) -> Result<(), String> {
    let mut peer = target.registered().await?;
    let from = [(key::FIRST, Value::Int(1))];
    for asked in [
        line(&target.dn, NO_CHAT, "conformance"),
        asks(&target.dn, NO_CHAT, "resume", &from),
        asks(&target.dn, NO_CHAT, "leave", &[]),
    ] {
        let error = peer.ask_for(asked, "EventError").await?;
        must(error.attributes.iter().any(|(name, _)| name == "errorCode"), "an errorCode", &error)?;
    }
    Ok(())
}

/// In a chat that is at the DN; without one there is nothing to check.
pub(super) async fn carries_lines(target: &Target) -> Result<(), String> {
    let (mut peer, chat) = match chat_at(target).await? {
        (peer, Some(chat)) => (peer, chat),
        _ => return Ok(()),
    };
    let id = format!("conformance-{}", std::process::id());
    let first = peer.done(line(&target.dn, chat, &id)).await?;
    let told = if is(&first, "line") { first } else { next(&mut peer, "line").await? };
    let number = said(&told, key::SEQUENCE).and_then(Value::number);
    let again = peer.done(line(&target.dn, chat, &id)).await?;
    let again = if is(&again, "line") { again } else { next(&mut peer, "line").await? };
    must(said(&again, key::SEQUENCE).and_then(Value::number) == number, "the number of the line before", &again)?;
    let Some(number) = number else { return Ok(()) };
    let from = [(key::FIRST, Value::Int(number))];
    let opened = peer.done(asks(&target.dn, chat, "resume", &from)).await?;
    let opened = if is(&opened, "opened") { opened } else { next(&mut peer, "opened").await? };
    let last = said(&opened, key::LAST).and_then(Value::number);
    must(last.is_none_or(|last| last >= number), "UCC_CHAT_LAST, or none", &opened)?;
    let told = next(&mut peer, "line").await?;
    must(said(&told, key::SEQUENCE).and_then(Value::number) == Some(number), "the line once more", &told)
}

/// The chat that is told of after EventRegistered, if one is.
async fn chat_at(target: &Target) -> Result<(Peer, Option<ConnId>), String> {
    let mut peer = target.registered().await?;
    let id = peer.send(request("RequestRegisterAddress", &target.dn)).await?;
    let mut found = None;
    loop {
        match peer.line("EventRegistered").await? {
            Line::Message(message) if message.reference_id() == Some(id) => return Ok((peer, found)),
            Line::Message(message) if is(&message, "opened") => found = found.or(message.conn_id("connID")),
            Line::Closed => return Err("closed instead of answering the registration".to_owned()),
            _ => {}
        }
    }
}

async fn next(peer: &mut Peer, word: &str) -> Result<Message, String> {
    loop {
        match peer.line(&format!("{word} of the chat")).await? {
            Line::Message(message) if is(&message, word) => return Ok(message),
            Line::Closed => return Err(format!("closed instead of telling {word}")),
            _ => {}
        }
    }
}
