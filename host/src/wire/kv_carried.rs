//! Key-value lists that hold more than strings, integers and lists: one value that is not read takes nothing with it.

use super::{AsItCame, KvList, Value, kv_json::MAX_DEPTH, members::Members};
use serde_json::value::RawValue;

/// Reads any array or object as a list.
///
/// # Errors
/// It is neither: the sender's fault.
pub(super) fn read(json: &str) -> Result<KvList, serde_json::Error> {
    list(json.trim_start(), MAX_DEPTH)
}

fn list(json: &str, depth: usize) -> Result<KvList, serde_json::Error> {
    if json.starts_with('{') {
        let Members(members) = serde_json::from_str(json)?;
        return Ok(members.into_iter().map(|(key, raw)| (key.into_owned(), value(raw, depth))).collect());
    }
    let items = serde_json::from_str::<Vec<&RawValue>>(json).map_err(|cause| no_list(&cause))?;
    Ok(items.into_iter().map(|item| pair(item, depth)).collect())
}

fn no_list(cause: &serde_json::Error) -> serde_json::Error {
    let told = "a key-value list is an array of {key, type, value}, or an object";
    serde::de::Error::custom(format_args!("{told}: {cause}"))
}

/// `{key, type, value}` in any order and case. What is no pair goes under the empty key; a missing value is null.
fn pair(item: &RawValue, depth: usize) -> (String, Value) {
    let members = serde_json::from_str(item.get()).map_or_else(|_| Vec::new(), |Members(members)| members);
    let find = |name: &str| members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, raw)| *raw);
    let Some(key) = find("key") else { return (String::new(), value(item, depth)) };
    (text(key), typed(find("type"), find("value").unwrap_or(RawValue::NULL), depth))
}

/// The value, when it is of its type or none is given; else as it came. An empty type is none: so it is written again.
fn typed(kind: Option<&RawValue>, raw: &RawValue, depth: usize) -> Value {
    let read = value(raw, depth);
    let kind = kind.filter(|kind| kind.get() != "null").map(text);
    let Some(kind) = kind.filter(|kind| !kind.is_empty()) else { return read };
    match (&*kind, &read) {
        ("str", Value::Str(_)) | ("int", Value::Int(_)) | ("kvlist", Value::List(_)) => read,
        _ => Value::Other(AsItCame::carry(&kind, raw.get())),
    }
}

fn value(raw: &RawValue, depth: usize) -> Value {
    let json = raw.get();
    let read = match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).ok().map(Value::Str),
        Some(b'{' | b'[') => depth.checked_sub(1).and_then(|depth| list(json, depth).ok()).map(Value::List),
        _ => json.parse().ok().map(Value::Int),
    };
    read.unwrap_or_else(|| Value::Other(AsItCame::carry("", json)))
}

/// A JSON string's text, or the JSON of anything else.
fn text(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::kv_json;
    use bytes::BytesMut;
    use proptest::prelude::*;

    fn other(kind: &str, json: &str) -> Value {
        Value::Other(AsItCame::new(kind, json).unwrap())
    }

    #[test]
    fn what_does_not_fit_is_carried_beside_what_does() {
        for (json, expected) in [
            (r#"{"key":"k","type":"bin","value":"AQID"}"#, ("k", other("bin", "\"AQID\""))),
            (r#"{"key":"k","type":"int","value":"v"}"#, ("k", other("int", "\"v\""))),
            (r#"{"key":"k","type":"str","value":5}"#, ("k", other("str", "5"))),
            (r#"{"key":"k","type":"","value":0}"#, ("k", Value::Int(0))),
            (r#"{"key":"k","type":null,"value":"v"}"#, ("k", Value::Str("v".into()))),
            (r#"{"key":"k","type":"","value":null}"#, ("k", other("", "null"))),
            (r#"{"key":"k","type":5,"value":0}"#, ("k", other("5", "0"))),
            (r#"{"key":"k","value":null}"#, ("k", other("", "null"))),
            (r#"{"key":"k","value":1.50}"#, ("k", other("", "1.50"))),
            (r#"{"key":"k","value":1e400}"#, ("k", other("", "1e400"))),
            (r#"{"key":"k","value":99999999999999999999}"#, ("k", other("", "99999999999999999999"))),
            (r#"{"key":"k","value":"\ud800"}"#, ("k", other("", r#""\ud800""#))),
            (r#"{"KEY":7,"value":"v"}"#, ("7", Value::Str("v".into()))),
            (r#"{"key":"k"}"#, ("k", other("", "null"))),
            (r#"{"value":7}"#, ("", Value::List([("value", Value::Int(7))].into_iter().collect()))),
            ("5", ("", Value::Int(5))),
            ("true", ("", other("", "true"))),
        ] {
            let list = kv_json::read(&format!(r#"[{{"key":"before","value":1}},{json},{{"key":"after","value":2}}]"#));
            let [before, got, after] = <[_; 3]>::try_from(list.unwrap().0).unwrap();
            assert_eq!((before.1, after.1), (Value::Int(1), Value::Int(2)));
            assert_eq!((got.0.as_str(), got.1), expected, "{json}");
        }
    }

    #[test]
    fn an_object_keeps_what_it_can() {
        let list = kv_json::read(r#"{"a":"1","b":{"c":null,"d":"2"},"e":[true]}"#).unwrap();
        assert_eq!(list.str("a"), Some("1"));
        assert!(matches!(list.first("b"), Some(Value::List(inner)) if inner.str("d") == Some("2")));
        assert_eq!(list.0.len(), 3);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for json in ["5", "\"text\"", "true", "1.5"] {
            assert!(kv_json::read(json).unwrap_err().to_string().contains("a key-value list is"), "{json}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nest = |depth: usize| format!("{}{{}}{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        let mut list = kv_json::read(&nest(10_000)).or_else(|_| kv_json::read(&nest(100))).unwrap();
        let mut levels = 0;
        while let Some((_, Value::List(inner))) = list.0.pop() {
            (list, levels) = (inner, levels + 1);
        }
        assert_eq!(levels, MAX_DEPTH);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value as Json;
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            ".{0,4}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let name = prop_oneof!["[a-c]", Just("key".to_owned()), Just("type".to_owned()), Just("value".to_owned())];
            let kind = prop_oneof![
                Just("\"\""),
                Just("null"),
                Just("\"str\""),
                Just("\"int\""),
                Just("\"kvlist\""),
                Just("5")
            ];
            let kind = kind.prop_map(|kind| serde_json::from_str::<Json>(kind).unwrap());
            let pair = (kind, inner.clone())
                .prop_map(|(kind, value)| serde_json::json!({ "key": "k", "type": kind, "value": value }));
            prop_oneof![
                pair,
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec((name, inner), 0..4).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_array_or_object_is_a_list_and_is_written_as_it_was_read(json in json()) {
            let read = kv_json::read(&json.to_string());
            prop_assert_eq!(read.is_ok(), json.is_array() || json.is_object());
            let Ok(list) = read else { return Ok(()) };
            let mut out = BytesMut::new();
            kv_json::write(&mut out, &list);
            prop_assert_eq!(kv_json::read(std::str::from_utf8(&out).unwrap()).unwrap(), list);
        }
    }
}
