//! The readable form of a message, as the vendor's own trace shows it (requirements 5.2 has an example).

use super::{
    attribute::{Attribute, Kind, known},
    message::Message,
    names,
};
use crate::wire::{KvList, Value};
use std::fmt::{self, Display, Formatter};

impl Display for Message {
    /// One line `message: Name (number)`, then a line an attribute, without a line end after the last. Passwords are
    /// masked, control characters escaped: a peer cannot forge log lines.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "message: {}", self.name.escape_debug())?;
        if let Some(number) = names::number(&self.name) {
            write!(f, " ({number})")?;
        }
        self.attributes.iter().try_for_each(|(name, value)| attribute(f, name, value))
    }
}

fn attribute(f: &mut Formatter<'_>, name: &str, value: &Attribute) -> fmt::Result {
    let kind = known(name).map(|(_, kind)| kind);
    let mut letters = name.escape_debug();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    write!(f, "\nAttribute{}{letters} ", first.map(String::from).unwrap_or_default())?;
    match (value, kind) {
        (_, Some(Kind::Secret)) => f.write_str("[str] = \"***\""),
        (Attribute::Str(text), Some(Kind::Name(number))) => match number(text) {
            Some(number) => write!(f, "[int] = {number} ({text})"),
            None => write!(f, "[int] = {}", Quoted(text)),
        },
        (Attribute::Str(text), _) => write!(f, "[str] = {}", Quoted(text)),
        (Attribute::Int(number), _) => write!(f, "[int] = {number}"),
        (Attribute::ConnId(id), _) => write!(f, "[long] = {id}"),
        (Attribute::List(list), _) => {
            f.write_str("[bstr] = KVList:")?;
            pairs(f, list, 1)
        }
        (Attribute::Other(json), _) => write!(f, "[json] = {}", json.replace(char::is_control, " ")),
    }
}

fn pairs(f: &mut Formatter<'_>, list: &KvList, depth: usize) -> fmt::Result {
    for (key, value) in &list.0 {
        write!(f, "\n{:indent$}'{}' ", "", key.escape_debug(), indent = 4 * depth)?;
        match value {
            Value::Str(_) if key.eq_ignore_ascii_case("password") => f.write_str("[str] = \"***\"")?,
            Value::Str(text) => write!(f, "[str] = {}", Quoted(text))?,
            Value::Int(number) => write!(f, "[int] = {number}")?,
            Value::List(inner) => {
                f.write_str("[lst] = KVList:")?;
                pairs(f, inner, depth + 1)?;
            }
        }
    }
    Ok(())
}

/// Text in double quotes, control characters escaped and letters of every language left alone.
struct Quoted<'t>(&'t str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent_link::{Request, WorkMode},
        tlib::encode,
        wire::{ConnId, Record},
    };
    use bytes::BytesMut;

    /// Origin: the product documentation's own trace.
    const ON_THE_PHONE: &str = include_str!("golden/notify-on-the-phone.txt");

    #[test]
    fn the_documented_request_is_shown_as_documented() {
        let mut reasons = KvList::default();
        reasons.push_str("KW_UC_STATUS", "busy");
        reasons.push_str("KW_UC_NOTE", "");
        let request = Request::AgentNotReady {
            this_dn: "5002".into(),
            this_queue: None,
            work_mode: WorkMode::Unknown,
            reasons: reasons.into(),
            extensions: std::sync::Arc::default(),
        };
        let mut line = BytesMut::new();
        encode::request(&mut line, &request, 13);
        let message = Message::read(&Record::parse(&line).unwrap()).unwrap();
        assert_eq!(message.to_string(), ON_THE_PHONE.trim_end());
    }

    #[test]
    fn every_kind_of_value() {
        let mut inner = KvList::default();
        inner.push_str("a", "1");
        let list: KvList = [("n", Value::Int(-4)), ("sub", Value::List(inner)), ("after", Value::Str("ü\n".into()))]
            .into_iter()
            .collect();
        let message = Message::new("EventOfTomorrow")
            .with("agentWorkMode", "LegalGuard")
            .with("callType", "New")
            .with("connID", ConnId(0xa1))
            .with("password", "secret")
            .with("extensions", list)
            .with("flag", Attribute::Other("true".to_owned()));
        let expected = concat!(
            "message: EventOfTomorrow\n",
            "AttributeAgentWorkMode [int] = 2 (LegalGuard)\n",
            "AttributeCallType [int] = \"New\"\n",
            "AttributeConnID [long] = 00000000000000a1\n",
            "AttributePassword [str] = \"***\"\n",
            "AttributeExtensions [bstr] = KVList:\n",
            "    'n' [int] = -4\n",
            "    'sub' [lst] = KVList:\n",
            "        'a' [str] = \"1\"\n",
            "    'after' [str] = \"ü\\n\"\n",
            "AttributeFlag [json] = true",
        );
        assert_eq!(message.to_string(), expected);
    }

    #[test]
    fn a_peer_cannot_forge_log_lines() {
        let message = Message::new("Event\nmessage: Forged").with("x\ny", "a\nb");
        assert_eq!(message.to_string().lines().count(), 2);
    }
}
