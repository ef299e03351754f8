//! Key-value lists in JSON: an ordered array of `{key, type, value}` as in the vendor's REST interfaces
//! (host/docs/t-library.md, "Key-value lists"), duplicates kept. A plain object is accepted when reading. What is
//! neither string, integer nor list is carried as it came ([`super::AsItCame`]); [`super::kv_carried`] reads lists that
//! hold such values.

use super::{AsItCame, KvList, Value, kv_carried, write};
use bytes::{BufMut, BytesMut};
use serde::{
    Deserialize, Serialize, Serializer,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeStruct,
};
use serde_json::{Value as Json, json, value::RawValue};
use std::fmt;

/// Deepest nesting read: far above real data, far below any stack. What lies deeper is carried as it came.
pub(super) const MAX_DEPTH: usize = 16;

/// Writes the list as an array of `{key, type, value}`.
pub(super) fn write(output: &mut BytesMut, list: &KvList) {
    output.put_u8(b'[');
    for (index, (key, value)) in list.0.iter().enumerate() {
        output.put_slice(if index == 0 { b"{\"key\":" } else { b",{\"key\":" });
        write::string(output, key);
        match value {
            Value::Str(text) => {
                output.put_slice(b",\"type\":\"str\",\"value\":");
                write::string(output, text);
            }
            Value::Int(number) => {
                output.put_slice(b",\"type\":\"int\",\"value\":");
                write::integer(output, *number);
            }
            Value::List(inner) => {
                output.put_slice(b",\"type\":\"kvlist\",\"value\":");
                write(output, inner);
            }
            Value::Other(other) => write_other(output, other),
        }
        output.put_u8(b'}');
    }
    output.put_u8(b']');
}

fn write_other(output: &mut BytesMut, other: &AsItCame) {
    if !other.kind().is_empty() {
        output.put_slice(b",\"type\":");
        write::string(output, other.kind());
    }
    output.put_slice(b",\"value\":");
    output.put_slice(other.json().as_bytes());
}

/// Reads a list in either form. A value that is not of its type, and whatever else does not fit, is carried as it came.
///
/// # Errors
/// Neither an array nor an object: the sender's fault.
pub(super) fn read(json: &str) -> Result<KvList, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_str(json);
    let list = List { depth: MAX_DEPTH }.deserialize(&mut input).and_then(|list| input.end().map(|()| list));
    // Nearly every list is plain, and is read in one pass.
    list.or_else(|_| kv_carried::read(json))
}

impl KvList {
    /// Reads a list in either form, straight from its JSON. What is not read is carried as it came.
    ///
    /// # Errors
    /// Neither an array nor an object: the sender's fault.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        read(json)
    }
}

impl<'de> Deserialize<'de> for KvList {
    /// Only from JSON, of which it takes a copy: for what is kept, not for what comes over a link.
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        read(Box::<RawValue>::deserialize(input)?.get()).map_err(D::Error::custom)
    }
}

impl Serialize for KvList {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.collect_seq(self.0.iter().map(|(key, value)| Written { key, value }))
    }
}

impl KvList {
    /// The list as a JSON tree. What a tree cannot hold, as half of a surrogate pair or a number beyond all bounds, is in
    /// it as the text that came.
    pub fn to_json(&self) -> Json {
        self.0.iter().map(|(key, value)| value.pair(key)).collect()
    }
}

impl Value {
    fn pair(&self, key: &str) -> Json {
        match self {
            Self::Str(text) => json!({"key": key, "type": "str", "value": text}),
            Self::Int(number) => json!({"key": key, "type": "int", "value": number}),
            Self::List(inner) => json!({"key": key, "type": "kvlist", "value": inner.to_json()}),
            Self::Other(other) => match (serde_json::from_str::<Json>(other.json()), other.kind()) {
                (Ok(value), "") => json!({"key": key, "value": value}),
                (Ok(value), kind) => json!({"key": key, "type": kind, "value": value}),
                (Err(_), "") => json!({"key": key, "type": "unreadable", "value": other.json()}),
                (Err(_), kind) => json!({"key": key, "type": kind, "value": other.json()}),
            },
        }
    }
}

/// One pair on its way out through serde.
struct Written<'l> {
    key: &'l str,
    value: &'l Value,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        let mut pair = output.serialize_struct("Pair", 3)?;
        pair.serialize_field("key", self.key)?;
        match self.value {
            Value::Str(text) => {
                pair.serialize_field("type", "str")?;
                pair.serialize_field("value", text)?;
            }
            Value::Int(number) => {
                pair.serialize_field("type", "int")?;
                pair.serialize_field("value", number)?;
            }
            Value::List(inner) => {
                pair.serialize_field("type", "kvlist")?;
                pair.serialize_field("value", inner)?;
            }
            Value::Other(other) => {
                if other.kind().is_empty() {
                    pair.skip_field("type")?;
                } else {
                    pair.serialize_field("type", other.kind())?;
                }
                let json = RawValue::from_string(other.json().to_owned()).map_err(serde::ser::Error::custom)?;
                pair.serialize_field("value", &json)?;
            }
        }
        pair.end()
    }
}

/// Reads a plain [`KvList`] with `depth` levels left.
#[derive(Clone, Copy)]
struct List {
    depth: usize,
}

impl List {
    fn inner<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        depth.map(|depth| Self { depth }).ok_or_else(|| E::custom("nested more than 16 deep"))
    }
}

impl<'de> DeserializeSeed<'de> for List {
    type Value = KvList;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<KvList, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List {
    type Value = KvList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key-value list: an array of {key, type, value}, or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<KvList, A::Error> {
        let mut list = KvList::default();
        while let Some(pair) = input.next_element_seed(Pair(self.inner()?))? {
            list.0.push(pair);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<KvList, A::Error> {
        let mut list = KvList::default();
        while let Some(key) = input.next_key::<String>()? {
            let value = input.next_value_seed(AnyValue(self.inner()?));
            let value = value.map_err(|cause| A::Error::custom(format_args!("key `{key}`: {cause}")))?;
            list.0.push((key, value));
        }
        Ok(list)
    }
}

/// Reads one `{key, type, value}`; the order and the case of the names do not matter, others are ignored.
struct Pair(List);

impl<'de> DeserializeSeed<'de> for Pair {
    type Value = (String, Value);

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pair {
    type Value = (String, Value);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pair {key, type, value}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let (mut key, mut kind, mut value) = (None, None, None);
        while let Some(name) = input.next_key::<String>()? {
            match name.to_ascii_lowercase().as_str() {
                "key" => key = Some(input.next_value::<String>()?),
                "type" => kind = Some(input.next_value::<String>()?),
                "value" => value = Some(input.next_value_seed(AnyValue(self.0))?),
                _ => drop(input.next_value::<serde::de::IgnoredAny>()?),
            }
        }
        let key = key.ok_or_else(|| A::Error::missing_field("key"))?;
        let value = value.ok_or_else(|| A::Error::custom(format_args!("key `{key}` has no value")))?;
        let fits = match kind.as_deref() {
            None => true,
            Some("str") => matches!(value, Value::Str(_)),
            Some("int") => matches!(value, Value::Int(_)),
            Some("kvlist") => matches!(value, Value::List(_)),
            Some(other) => {
                return Err(A::Error::custom(format_args!("key `{key}`: type `{other}` is not str, int or kvlist")));
            }
        };
        if fits {
            Ok((key, value))
        } else {
            Err(A::Error::custom(format_args!("key `{key}`: value is not of its type")))
        }
    }
}

/// Reads a string, an integer or a nested list.
struct AnyValue(List);

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, an integer or a key-value list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Int).map_err(|_| E::custom("the integer does not fit 64 bits with sign"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, input: A) -> Result<Value, A::Error> {
        self.0.visit_seq(input).map(Value::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, input: A) -> Result<Value, A::Error> {
        self.0.visit_map(input).map(Value::List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lists() -> impl Strategy<Value = KvList> {
        let other = prop_oneof![Just("null"), Just("1.50"), Just("true"), Just("1e400"), Just("99999999999999999999")];
        let bytes = Just(Value::Other(AsItCame::new("bin", "\"AQID\"").unwrap()));
        let leaf = prop_oneof![
            ".*".prop_map(Value::Str),
            any::<i64>().prop_map(Value::Int),
            other.prop_map(|json| Value::Other(AsItCame::new("", json).unwrap())),
            bytes,
        ];
        let value = leaf.prop_recursive(4, 24, 4, |inner| {
            prop::collection::vec(("[a-c]{0,2}", inner), 0..4).prop_map(|pairs| Value::List(KvList(pairs)))
        });
        prop::collection::vec(("[a-c]{0,2}", value), 0..6).prop_map(KvList)
    }

    proptest! {
        #[test]
        fn round_trip_keeps_order_duplicates_and_what_is_not_read(list in lists()) {
            let mut out = BytesMut::new();
            write(&mut out, &list);
            prop_assert_eq!(read(std::str::from_utf8(&out).unwrap()).unwrap(), list);
        }

        #[test]
        fn any_list_has_a_tree_that_reads_back_as_itself(list in lists()) {
            let tree = list.to_json();
            prop_assert_eq!(KvList::parse(&tree.to_string()).unwrap().to_json(), tree);
        }

        #[test]
        fn serde_writes_and_reads_the_same(list in lists()) {
            let text = serde_json::to_string(&list).unwrap();
            prop_assert_eq!(&serde_json::from_str::<KvList>(&text).unwrap(), &list);
        }
    }

    #[test]
    fn what_no_tree_can_hold_is_in_it_as_the_text_that_came() {
        let half = r#"{"a":"\udfff"}"#;
        for (kind, came, shown) in [("", half, "unreadable"), ("bin", half, "bin"), ("", "1e400", "unreadable")] {
            let list = KvList(vec![("k".into(), Value::Other(AsItCame::new(kind, came).unwrap()))]);
            assert_eq!(list.to_json(), json!([{"key": "k", "type": shown, "value": came}]));
        }
    }

    #[test]
    fn a_plain_object_is_accepted() {
        let list = read(r#"{"name":"Kim","n":3,"sub":{"a":"b"},"arr":[{"key":"k","value":"v"}]}"#).unwrap();
        assert_eq!(list.str("name"), Some("Kim"));
        assert_eq!(list.first("n"), Some(&Value::Int(3)));
        assert!(matches!(list.first("sub"), Some(Value::List(inner)) if inner.str("a") == Some("b")));
        assert!(matches!(list.first("arr"), Some(Value::List(inner)) if inner.str("k") == Some("v")));
        let tree = serde_json::json!({"name": "Kim", "n": 3});
        assert_eq!(KvList::deserialize(&tree).unwrap().str("name"), Some("Kim"));
    }
}
