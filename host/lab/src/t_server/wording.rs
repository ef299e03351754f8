//! How messages are worded in each mood: optional attributes left out, foreign ones added, numbers for names.

use super::mood::Mood;
use std::borrow::Cow;
use uc_connector::{
    agent_link::WorkMode,
    tlib::{Message, attribute::Attribute},
    wire::{AsItCame, KvList, Value},
};

/// The first number of a T-Server that has run for a while.
const MILLIONS: u64 = 48_113_207;

/// What no event can do without (PROTOCOL.md, section 6).
const NEEDED: [&str; 5] = ["thisDN", "connID", "referenceID", "errorCode", "linkSequence"];

/// A server-wide number for each event, with gaps.
pub(super) fn sequence_number(events: u64) -> i64 {
    (MILLIONS + events * 3 + events % 2) as i64
}

/// Words a message as a mood wants it; other moods leave it alone.
pub(super) fn worded(message: Message, mood: &Mood) -> Message {
    match mood {
        Mood::Terse => terse(message, &["EventRegistered", "EventAddressInfo"]),
        Mood::Bare => terse(message, &["EventAddressInfo"]),
        Mood::Foreign => foreign(message),
        Mood::Numbers => numbers(message),
        Mood::NoAgentStatus => with_extensions(message, |key| key != "AgentStatus"),
        Mood::NoCalls => with_extensions(message, |key| !is_of_a_call(key)),
        _ => message,
    }
}

/// `snapshots`: whose extensions stay.
fn terse(mut message: Message, snapshots: &[&str]) -> Message {
    // A user event is its data.
    let kept = match &*message.name {
        name if snapshots.contains(&name) => "extensions",
        "EventUserEvent" => "userData",
        _ => "",
    };
    message.attributes.retain(|(name, _)| NEEDED.contains(&&**name) || *name == kept);
    message
}

/// With those of its extensions whose keys are wanted.
fn with_extensions(mut message: Message, wanted: impl Fn(&str) -> bool) -> Message {
    for (_, value) in message.attributes.iter_mut().filter(|(name, _)| name == "extensions") {
        if let Attribute::List(list) = value {
            list.0.retain(|(key, _)| wanted(key));
        }
    }
    message
}

/// Keys of a snapshot's calls end in the call's number.
fn is_of_a_call(key: &str) -> bool {
    key.rsplit_once('-').is_some_and(|(_, number)| number.parse::<u8>().is_ok())
}

fn foreign(mut message: Message) -> Message {
    let mut listed = false;
    for (_, value) in &mut message.attributes {
        if let Attribute::List(list) = value {
            list.0.extend(foreign_pairs());
            listed = true;
        }
    }
    if !listed && message.name.starts_with("EventAgent") {
        message = message.with("reasons", foreign_pairs().collect::<KvList>());
    }
    let other = |json: &str| Attribute::Other(json.to_owned());
    message
        .with("thisDNRole", 2)
        .with("sessionID", "S-4711")
        .with("otherTrunk", "T1")
        .with("customerID", other("null"))
        .with("callUuid", other("[1.5,{\"deep\":[null]}]"))
        .with("ofTomorrow", other("{\"a\":[1.50,null,true],\"b\":\"\\u001b[2J\\n\"}"))
}

fn foreign_pairs() -> impl Iterator<Item = (String, Value)> {
    let pairs = [("photo", "bin", "\"AQID\""), ("none", "", "null"), ("share", "", "0.25"), ("yes", "bool", "true")];
    let value = |kind, json| AsItCame::new(kind, json).ok().map(Value::Other);
    pairs.into_iter().filter_map(move |(key, kind, json)| Some((key.to_owned(), value(kind, json)?)))
}

fn numbers(mut message: Message) -> Message {
    for (name, value) in &mut message.attributes {
        let Attribute::Str(text) = &*value else { continue };
        let number = match name {
            Cow::Borrowed("agentWorkMode") => WorkMode::from_name(text).map(WorkMode::number),
            Cow::Borrowed("callType") => ["Unknown", "Internal", "Inbound", "Outbound", "Consult"]
                .iter()
                .position(|known| known == text)
                .map(|at| at as i64),
            // Not what would lose a leading zero.
            _ => text.parse().ok().filter(|number: &i64| number.to_string() == *text),
        };
        if let Some(number) = number {
            *value = Attribute::Int(number);
        }
    }
    message
}
