//! Any message of T-Library: its name and its attributes in order, unknown ones included. For logs, the lab and
//! bridges; the client's own path ([`super::encode`], [`super::decode`]) does without it.

use super::attribute::{Attribute, Kind, known};
use crate::wire::{ConnId, KvList, LineWriter, Record};
use bytes::BytesMut;
use std::borrow::Cow;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Name such as `RequestAgentNotReady`; known names in the spelling of [`super::names::NAMES`].
    pub name: Cow<'static, str>,
    /// Attributes in order; known names in the spelling of the table.
    pub attributes: Vec<(Cow<'static, str>, Attribute)>,
}

impl Message {
    /// A message without attributes.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), attributes: Vec::new() }
    }

    /// Adds an attribute.
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Attribute>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds an attribute when there is a value.
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Attribute>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Reads a message. Attributes that are not in the table, or not of the table's kind, are kept as they are, and so is
    /// null, which says the same as absence.
    pub fn read(record: &Record<'_>) -> Self {
        let name = match super::names::canonical(record.name()) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(record.name().to_owned()),
        };
        let mut message = Self { name, attributes: Vec::new() };
        for (name, json) in record.attributes() {
            let (name, value) = match known(name) {
                Some((name, kind)) => (Cow::Borrowed(name), read_known(json, kind)),
                None => (Cow::Owned(name.to_owned()), None),
            };
            let value = value.unwrap_or_else(|| read_unknown(json));
            message.attributes.push((name, value));
        }
        message
    }

    /// The attributes of the table that are there, and not of its kind.
    pub fn misfits(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().filter(|(name, value)| !fits(name, value)).map(|(name, _)| name.as_ref())
    }

    /// Writes it as one line.
    pub fn write(&self, output: &mut BytesMut) {
        let mut line = LineWriter::new(output, &self.name);
        for (name, value) in &self.attributes {
            line = match value {
                Attribute::Str(text) => line.str(name, text),
                Attribute::Int(number) => line.int(name, *number),
                Attribute::ConnId(id) => line.conn_id(name, *id),
                Attribute::List(list) => line.kv_list(name, list),
                Attribute::Other(json) => line.raw(name, json),
            };
        }
        line.end();
    }

    /// An attribute, by name in any case: the first of that name that is not null.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        let mut of_this_name = self.attributes.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        of_this_name.find(|(_, value)| !is_null(value)).map(|(_, value)| value)
    }

    /// A string attribute.
    pub fn str(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Attribute::Str(text) => Some(text),
            _ => None,
        }
    }

    /// An integer attribute.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Attribute::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A connection ID.
    pub fn conn_id(&self, name: &str) -> Option<ConnId> {
        match self.get(name)? {
            Attribute::ConnId(id) => Some(*id),
            _ => None,
        }
    }

    /// A key-value list.
    pub fn kv_list(&self, name: &str) -> Option<&KvList> {
        match self.get(name)? {
            Attribute::List(list) => Some(list),
            _ => None,
        }
    }

    /// AttributeReferenceID: which request this is, or which one it answers.
    pub fn reference_id(&self) -> Option<i64> {
        self.int("referenceID")
    }
}

/// The value, when it is of its kind.
fn read_known(json: &str, kind: Kind) -> Option<Attribute> {
    let text = || serde_json::from_str::<String>(json).ok();
    match kind {
        Kind::Str | Kind::Secret => text().map(Attribute::Str),
        Kind::Int => json.parse().ok().map(Attribute::Int),
        Kind::ConnId => text()?.parse().ok().map(Attribute::ConnId),
        Kind::List => serde_json::from_str(json).ok().map(Attribute::List),
        Kind::Name(_) => serde_json::from_str::<NameOrNumber>(json).ok().map(Attribute::from),
    }
}

fn read_unknown(json: &str) -> Attribute {
    serde_json::from_str::<NameOrNumber>(json).map_or_else(|_| Attribute::Other(json.to_owned()), Attribute::from)
}

/// True when an attribute of this name may have this value.
pub(super) fn fits(name: &str, value: &Attribute) -> bool {
    let Some((_, kind)) = known(name) else { return true };
    is_null(value)
        || matches!(
            (kind, value),
            (Kind::Str | Kind::Secret, Attribute::Str(_))
                | (Kind::Int, Attribute::Int(_))
                | (Kind::ConnId, Attribute::ConnId(_))
                | (Kind::List, Attribute::List(_))
                | (Kind::Name(_), Attribute::Str(_) | Attribute::Int(_))
        )
}

/// It was written, and says that there is nothing.
pub(super) fn is_null(value: &Attribute) -> bool {
    matches!(value, Attribute::Other(json) if json == "null")
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum NameOrNumber {
    Name(String),
    Number(i64),
}

impl From<NameOrNumber> for Attribute {
    fn from(value: NameOrNumber) -> Self {
        match value {
            NameOrNumber::Name(name) => Self::Str(name),
            NameOrNumber::Number(number) => Self::Int(number),
        }
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<ConnId> for Attribute {
    fn from(id: ConnId) -> Self {
        Self::ConnId(id)
    }
}

impl From<KvList> for Attribute {
    fn from(list: KvList) -> Self {
        Self::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(line: &[u8]) -> Message {
        Message::read(&Record::parse(line).unwrap())
    }

    fn messages() -> impl Strategy<Value = Message> {
        let attribute = prop_oneof![
            (".*").prop_map(|text| (Cow::Borrowed("thisDN"), Attribute::Str(text))),
            any::<i64>().prop_map(|number| (Cow::Borrowed("referenceID"), Attribute::Int(number))),
            any::<u64>().prop_map(|id| (Cow::Borrowed("connID"), Attribute::ConnId(ConnId(id)))),
            prop::collection::vec((".{0,4}", ".*"), 0..4).prop_map(|pairs| {
                let list = pairs.into_iter().map(|(key, text)| (key, crate::wire::Value::Str(text))).collect();
                (Cow::Borrowed("userData"), Attribute::List(list))
            }),
            ("x[a-z]{0,6}", "[a-z\"\\\\]*").prop_map(|(name, text)| (Cow::Owned(name), Attribute::Str(text))),
        ];
        let distinct = |attributes: Vec<(Cow<'static, str>, Attribute)>| {
            let mut seen = std::collections::HashSet::new();
            attributes.into_iter().filter(|(name, _)| seen.insert(name.clone())).collect()
        };
        ("[A-Z][a-z]{3,9}", prop::collection::vec(attribute, 0..8))
            .prop_map(move |(name, attributes)| Message { name: name.into(), attributes: distinct(attributes) })
    }

    proptest! {
        #[test]
        fn round_trip(message in messages()) {
            let mut out = BytesMut::new();
            message.write(&mut out);
            prop_assert_eq!(read(out.strip_suffix(b"\n").unwrap()), message);
        }
    }

    #[test]
    fn unknown_messages_and_attributes_are_kept_in_order() {
        let message = read(br#"{"new":[1,{"a":2}],"messageName":"EventOfTomorrow","thisdn":"7","flag":true,"z":1}"#);
        assert_eq!(message.name, "EventOfTomorrow");
        let names: Vec<_> = message.attributes.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["new", "thisDN", "flag", "z"]);
        assert_eq!(message.get("new"), Some(&Attribute::Other("[1,{\"a\":2}]".to_owned())));
    }

    #[test]
    fn null_travels_as_it_came_and_is_nobodys_misfit() {
        let line = r#"{"messageName":"EventRinging","callUuid":null,"tomorrow":null}"#;
        let message = read(line.as_bytes());
        assert_eq!((message.str("callUuid"), message.misfits().next()), (None, None));
        let mut out = BytesMut::new();
        message.write(&mut out);
        assert_eq!(std::str::from_utf8(&out).unwrap().trim_end(), line);
        let repeated = read(br#"{"messageName":"EventRinging","thisDN":null,"thisDN":"5001","thisDN":"5002"}"#);
        assert_eq!(repeated.str("thisDN"), Some("5001"));
    }

    #[test]
    fn what_is_not_of_its_kind_travels_as_it_came() {
        let line = concat!(
            r#"{"messageName":"EventRinging","thisDNRole":2,"otherTrunk":"T1","thisDN":{"a":1},"callType":[],"#,
            r#""connID":7,"userData":[{"key":"k","type":"bin","value":"AQID"}],"z":1.50}"#
        );
        let message = read(line.as_bytes());
        assert_eq!(message.misfits().collect::<Vec<_>>(), ["thisDNRole", "otherTrunk", "thisDN", "callType", "connID"]);
        let mut out = BytesMut::new();
        message.write(&mut out);
        assert_eq!(std::str::from_utf8(&out).unwrap().trim_end(), line);
    }
}
