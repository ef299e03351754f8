//! The readable form of a message, as the vendor's own trace shows it (host/docs/requirements.md, "The request", names
//! an example).

use super::{
    attribute::{Attribute, Kind, known},
    message::{Message, fits, is_null},
    names,
};
use crate::wire::{
    KvList, Shown, Value,
    password::{before_secret, is_secret},
};
use std::fmt::{self, Display, Formatter};

impl Display for Message {
    /// One line `message: Name (number)`, then a line an attribute, without a line end after the last. What is secret by
    /// its name is masked, control characters are escaped: a peer cannot forge log lines. What is not of its kind is
    /// shown as it came, and marked.
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
        (_, Some(Kind::Secret)) => return f.write_str("[str] = \"***\""),
        _ if is_secret(name) => return f.write_str("[str] = \"***\""),
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
        (Attribute::Other(json), _) => write!(f, "[json] = {}", Raw(json)),
    }?;
    match fits(name, value) {
        _ if is_null(value) => f.write_str(ABSENT),
        true => Ok(()),
        false => f.write_str(MISFIT),
    }
}

/// Marks an attribute, or a pair of a list, that is not of the kind that the documents or it itself name.
const MISFIT: &str = "    <- not of its kind";
/// Marks an attribute that counts for nothing.
const ABSENT: &str = "    <- as if it were left out";

fn pairs(f: &mut Formatter<'_>, list: &KvList, depth: usize) -> fmt::Result {
    for (key, value) in &list.0 {
        write!(f, "\n{:indent$}'{}' ", "", key.escape_debug(), indent = 4 * depth)?;
        match value {
            _ if is_secret(key) => f.write_str("[str] = \"***\"")?,
            Value::Str(text) => write!(f, "[str] = {}", Quoted(text))?,
            Value::Int(number) => write!(f, "[int] = {number}")?,
            Value::List(inner) => {
                f.write_str("[lst] = KVList:")?;
                pairs(f, inner, depth + 1)?;
            }
            Value::Other(other) => match other.kind() {
                "" => write!(f, "[json] = {}{MISFIT}", Raw(other.json()))?,
                kind @ ("str" | "int" | "kvlist") => write!(f, "[{kind}] = {}{MISFIT}", Raw(other.json()))?,
                kind => write!(f, "[{}] = {}", Shown::up_to(kind, MAX_KIND), Raw(other.json()))?,
            },
        }
    }
    Ok(())
}

/// Letters shown of a type of tomorrow.
const MAX_KIND: usize = 20;

/// Letters shown of what does not fit.
const MAX_RAW: usize = 2000;

/// What a peer sent, as it came: escaped, cut, and without what follows the name of a secret.
pub(super) struct Raw<'t>(pub(super) &'t str);

impl Display for Raw<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match before_secret(self.0) {
            None => Shown::up_to(self.0, MAX_RAW).fmt(f),
            Some(text) => write!(f, "{}***", Shown::up_to(text, MAX_RAW)),
        }
    }
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
    use proptest::prelude::*;

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
        let message = Message::read(&Record::parse(&line).unwrap());
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

    fn shown(line: &str) -> String {
        Message::read(&Record::parse_str(line).unwrap()).to_string()
    }

    #[test]
    fn what_does_not_fit_is_shown_and_marked() {
        let text = shown(concat!(
            r#"{"messageName":"EventRinging","thisDNRole":2,"thisDN":{"a":"b"},"callState":[0],"callUuid":null,"z":null,"#,
            r#""userData":[{"key":"k","type":"bin","value":"AQID"},{"key":"n","value":null},{"key":"m","value":1.50},"#,
            r#"{"key":"s","type":"int","value":"7"}]}"#
        ));
        let expected = concat!(
            "message: EventRinging (60)\n",
            "AttributeThisDNRole [int] = 2    <- not of its kind\n",
            "AttributeThisDN [json] = {\"a\":\"b\"}    <- not of its kind\n",
            "AttributeCallState [json] = [0]    <- not of its kind\n",
            "AttributeCallUuid [json] = null    <- as if it were left out\n",
            "AttributeZ [json] = null    <- as if it were left out\n",
            "AttributeUserData [bstr] = KVList:\n",
            "    'k' [bin] = \"AQID\"\n",
            "    'n' [json] = null    <- not of its kind\n",
            "    'm' [json] = 1.50    <- not of its kind\n",
            "    's' [int] = \"7\"    <- not of its kind",
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn no_secret_is_shown() {
        let text = shown(concat!(
            r#"{"messageName":"RequestRegisterClient","applicationPassword":"geheim","password":["geheim"],"#,
            r#""clientSecret":"geheim","session":{"accessToken":"geheim"},"x":[1,{"key":"Password","value":"geheim"}],"#,
            r#""extensions":[{"key":"API-KEY","value":{"a":"geheim"}},{"key":"in","value":{"Token":1,"pin":"geheim?"}}]}"#
        ));
        assert_eq!(text.matches("geheim").count(), 1, "{text}");
        assert!(text.contains("'pin' [str] = \"geheim?\""), "{text}");
        assert!(text.contains("AttributeSession [json] = {\"accessToken***"), "{text}");
    }

    proptest! {
        #[test]
        fn a_peer_cannot_forge_log_lines(name in any::<String>(), key in any::<String>(), text in any::<String>()) {
            let list = [(key.clone(), Value::Str(text.clone()))].into_iter().collect::<KvList>();
            let message = Message::new(name).with(key, text.clone()).with("userData", list);
            let shown = message.with("x", Attribute::Other(text)).to_string();
            prop_assert_eq!(shown.lines().count(), 5);
            prop_assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'));
        }
    }
}
