//! Each message in both spellings, as strategies may write it, and the codec's laws.

use super::{
    cancel::Cancel,
    fields::{DecodeError, Fields, Unreadable},
    message::{Outcome, Target, Withdrawal},
    preview_error::PreviewError,
    preview_request::PreviewRequest,
    preview_result::PreviewResult,
    wire_message::{Echo, WireMessage},
};
use crate::wire::{ConnId, KvList, Members, Record, Value};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::time::Duration;

fn decode(message: &Json) -> Result<WireMessage, DecodeError> {
    WireMessage::decode(&Record::parse_str(&message.to_string()).unwrap(), 100, &mut Unreadable::default())
}

fn echo(message: &Json) -> Echo {
    Echo::of(Record::parse_str(&message.to_string()).unwrap().members(), &mut Unreadable::default())
}

fn result(message: &Json) -> Result<PreviewResult, DecodeError> {
    PreviewResult::decode(&Record::parse_str(&message.to_string()).unwrap())
}

fn request() -> WireMessage {
    let mut user_data = KvList::default();
    user_data.push_str("Caller", "Ms Grey");
    user_data.0.push(("Waiting".into(), Value::Int(42)));
    WireMessage::Preview(PreviewRequest {
        conn_id: ConnId(0x0067_02a3_94f5_8001),
        targets: vec![Target { agent: "KW1".into(), dn: Some("7001".into()), switch: Some("sip".into()) }],
        media_type: "voice".into(),
        user_data,
        timeout: None,
    })
}

#[test]
fn request_in_the_documented_spelling() {
    let message = json!({
        "messageName": "PreviewInteractionRequest", "agent": "KW1", "connId": "006702a394f58001", "dn": "7001",
        "mediaType": "voice", "switch": "sip",
        "userData": [{"key": "Caller", "type": "str", "value": "Ms Grey"}, {"key": "Waiting", "type": "int", "value": 42}]
    });
    assert_eq!(decode(&message), Ok(request()));
    assert_eq!(request().encode(None), message);
}

#[test]
fn request_in_the_cancels_spelling_with_an_object_and_the_misspelt_name() {
    let message = json!({
        "MessageName": "PreviewInterationRequest", "Agent": "KW1", "ConnID": "6702A394F58001", "DN": 7001,
        "MediaType": "voice", "Switch": "sip", "UserData": {"Caller": "Ms Grey", "Waiting": 42}, "Tenant": "unknown to us"
    });
    assert_eq!(decode(&message), Ok(request()));
}

#[test]
fn multiple_in_both_spellings() {
    let ours = json!({"messageName": "PreviewInteractionMultiple", "connId": "1f", "mediaType": "chat", "userData": [],
        "targets": "KW1^KW2", "timeout": 15});
    let theirs = json!({"MESSAGENAME": "previewinteractionmultiple", "ConnId": "1F", "MediaType": "chat",
        "UserData": {}, "Targets": "KW1@Stat_Server.A^KW2@Stat_Server.A", "Timeout": "15"});
    let expected = decode(&ours).unwrap();
    assert_eq!(decode(&theirs).as_ref(), Ok(&expected));
    let WireMessage::Preview(request) = &expected else { panic!("{expected:?}") };
    assert_eq!((request.targets.len(), request.timeout), (2, Some(Duration::from_secs(15))));
    assert_eq!(expected.encode(None)["targets"], "KW1^KW2");
}

#[test]
fn cancel_in_both_spellings() {
    let documented = json!({"messageName": "PreviewInteractionCancel", "Contact": "Anna", "ThisDN": "7001",
        "ConnID": "1f", "OtherDN": "5551234", "MediaType": "voice", "UserData": {}, "Message": "gone",
        "Status": "Caller-Gone", "StatusMessage": "The caller hung up"});
    let camel = json!({"messageName": "PreviewInteractionCancel", "contact": "Anna", "thisDN": "7001", "connId": "1F",
        "otherDN": "5551234", "mediaType": "voice", "userData": [], "message": "gone", "status": "abandoned",
        "statusMessage": "The caller hung up"});
    let cancel = Cancel {
        conn_id: ConnId(0x1f),
        agent: None,
        why: Withdrawal::CallerGone,
        text: Some("The caller hung up".into()),
    };
    assert_eq!(decode(&documented), Ok(WireMessage::Cancel(cancel.clone())));
    assert_eq!(decode(&camel), Ok(WireMessage::Cancel(cancel)));
    let plain = json!({"messageName": "PreviewInteractionCancel", "ConnID": "1f", "Message": "gone", "Status": 3});
    let WireMessage::Cancel(cancel) = decode(&plain).unwrap() else { panic!("no cancel") };
    assert_eq!((cancel.why, cancel.text.as_deref()), (Withdrawal::Cancelled, Some("gone")));
}

#[test]
fn faults_name_the_field() {
    let fault = |message: Json| decode(&message).unwrap_err().to_string();
    let name = "PreviewInteractionRequest";
    assert!(fault(json!({"messageName": "RequestMakeCall"})).contains("unknown message `RequestMakeCall`"));
    assert!(fault(json!({"messageName": name, "connId": "1"})).contains("`agent` is missing"));
    assert!(fault(json!({"messageName": name, "agent": "a"})).contains("`connId` is missing"));
    assert!(fault(json!({"messageName": name, "agent": "a", "connId": 12})).contains("`connId`: a string"));
    assert!(fault(json!({"messageName": name, "agent": "a", "connId": "xyz"})).contains("`connId`: 1 to 16"));
    assert!(
        fault(json!({"messageName": "PreviewInteractionMultiple", "connId": "1"})).contains("`targets` is missing")
    );
}

/// No optional attribute of a wrong kind costs a preview, or what else is said in it; each is told.
#[test]
fn an_optional_attribute_that_cannot_be_read_costs_nothing_but_itself() {
    let text = [json!(1.5), json!(true), json!([1]), json!({"a": 1}), json!("x".repeat(3000))];
    let time = [json!(1.5), json!(true), json!([1]), json!({}), json!("soon"), json!(-1), json!(0)];
    let list = [json!(1.5), json!(true), json!(7), json!("text")];
    let request = json!({"messageName": "PreviewInteractionRequest", "agent": "KW1", "connId": "1f", "dn": "7001",
        "switch": "sip", "mediaType": "chat", "timeout": 7, "userData": {"a": "b"}});
    let several = json!({"messageName": "PreviewInteractionMultiple", "connId": "1f", "mediaType": "chat",
        "timeout": 7, "userData": {"a": "b"}, "targets": [{"agent": "KW1", "dn": "7001", "switch": "sip"}]});
    let cancel = json!({"messageName": "PreviewInteractionCancel", "connId": "1f", "agent": "KW1",
        "status": "abandoned", "statusMessage": "gone", "message": "lost"});
    let table: [(&Json, &str, &[Json]); 13] = [
        (&request, "/dn", &text),
        (&request, "/switch", &text),
        (&request, "/mediaType", &text),
        (&request, "/timeout", &time),
        (&request, "/userData", &list),
        (&several, "/targets/0/dn", &text),
        (&several, "/targets/0/switch", &text),
        (&several, "/mediaType", &text),
        (&several, "/timeout", &time),
        (&several, "/userData", &list),
        (&cancel, "/status", &text),
        (&cancel, "/statusMessage", &text),
        (&cancel, "/message", &text),
    ];
    for (whole, path, wrong) in table {
        for value in wrong {
            let (mut faulty, mut absent, mut unread) = (whole.clone(), whole.clone(), Unreadable::default());
            *faulty.pointer_mut(path).unwrap() = value.clone();
            *absent.pointer_mut(path).unwrap() = Json::Null;
            let line = faulty.to_string();
            let read = WireMessage::decode(&Record::parse_str(&line).unwrap(), 100, &mut unread);
            assert_eq!(read, decode(&absent), "{path}, {value}");
            assert!(read.is_ok(), "{path}, {value}: {read:?}");
            let told: Vec<_> = unread.0.iter().map(|fault| fault.field().unwrap().to_lowercase()).collect();
            assert_eq!(told, [path.rsplit('/').next().unwrap().to_lowercase()], "{value}");
        }
    }
}

#[test]
fn what_is_needed_and_cannot_be_read_refuses() {
    let request = json!({"messageName": "PreviewInteractionRequest", "agent": "KW1", "connId": "1f"});
    let several = json!({"messageName": "PreviewInteractionMultiple", "connId": "1f", "targets": [{"agent": "KW1"}]});
    let cancel = json!({"messageName": "PreviewInteractionCancel", "connId": "1f", "agent": "KW1"});
    let needed = [
        (&request, "/agent"),
        (&request, "/connId"),
        (&several, "/targets"),
        (&several, "/targets/0/agent"),
        (&cancel, "/connId"),
        (&cancel, "/agent"),
    ];
    for (whole, path) in needed {
        for value in [json!(1.5), json!(true), json!([[]]), json!({"b": 1})] {
            let mut faulty = whole.clone();
            *faulty.pointer_mut(path).unwrap() = value.clone();
            assert!(decode(&faulty).is_err(), "{path}, {value}");
        }
    }
}

#[test]
fn over_http_agent_and_targets_exclude_each_other() {
    let both = Members::parse(r#"{"agent": "a", "targets": "b^c", "connId": "1"}"#).unwrap();
    let fault = PreviewRequest::decode_either(&Fields::of(&both), 10, &mut Unreadable::default()).unwrap_err();
    assert!(fault.to_string().contains("either `agent` or `targets`"));
}

#[test]
fn over_http_what_is_unset_is_absent_and_a_withdrawal_is_none_of_these() {
    let read = |message: &Json| {
        let text = message.to_string();
        let members = Members::parse(&text).unwrap();
        PreviewRequest::decode_either(&Fields::of(&members), 2, &mut Unreadable::default())
    };
    for (agent, targets) in [(json!("kim"), json!("")), (json!(""), json!("kim")), (json!(" "), json!(["kim"]))] {
        let request = read(&json!({"agent": agent, "targets": targets, "connId": "1"})).unwrap();
        assert_eq!(request.single().unwrap().agent.as_ref(), "kim", "{agent} {targets}");
    }
    for name in ["PreviewInteractionRequest", "previewinterationrequest", "PreviewInteractionMultiple", ""] {
        assert!(read(&json!({"messageName": name, "agent": "kim", "connId": "1"})).is_ok(), "{name}");
    }
    for name in ["PreviewInteractionCancel", "RequestMakeCall"] {
        let fault = read(&json!({"messageName": name, "agent": "kim", "connId": "1"})).unwrap_err();
        assert!(fault.field() == Some("messageName") && fault.to_string().contains("DELETE"), "{fault}");
    }
}

#[test]
fn a_conn_id_of_zero_is_none_in_every_message() {
    for conn_id in ["0", "0000000000000000", "", " "] {
        for message in [
            json!({"messageName": "PreviewInteractionRequest", "agent": "a", "connId": conn_id}),
            json!({"messageName": "PreviewInteractionMultiple", "targets": "a", "connId": conn_id}),
            json!({"messageName": "PreviewInteractionCancel", "ConnID": conn_id}),
        ] {
            assert_eq!(decode(&message).map(drop), Err(DecodeError::Missing("connId")), "{message}");
        }
    }
}

#[test]
fn a_faulty_message_is_still_echoed() {
    let faulty = echo(&json!({"messageName": "x", "ReferenceId": 7, "ConnID": "1f", "agent": []}));
    assert_eq!(faulty, Echo { reference: Some(7), conn_id: Some(ConnId(0x1f)) });
    assert_eq!(echo(&json!({"messageName": "x", "referenceID": [], "connId": [7]})), Echo::default());
}

#[test]
fn result_as_the_strategy_reads_it() {
    let outcome = Outcome::Accepted { agent: "KW1".into(), dn: "7001".into(), switch: "sip".into(), redirect: None };
    let result = PreviewResult { reference: Some(7), conn_id: Some(ConnId(0x1f)), outcome };
    let expected = json!({"messageName": "PreviewInteractionResult", "referenceID": 7, "connId": "000000000000001f",
        "result": "accepted", "agent": "KW1", "dn": "7001", "switch": "sip"});
    assert_eq!(result.encode(), expected);
}

fn name() -> impl Strategy<Value = std::sync::Arc<str>> {
    "[A-Za-z0-9_.-]{1,20}".prop_map(|text| text.as_str().into())
}

fn target() -> impl Strategy<Value = Target> {
    (name(), proptest::option::of(name()), proptest::option::of(name())).prop_map(|(agent, dn, switch)| Target {
        agent,
        dn,
        switch,
    })
}

fn kv_list() -> impl Strategy<Value = KvList> {
    let leaf = prop_oneof![".{0,12}".prop_map(Value::Str), any::<i64>().prop_map(Value::Int)];
    let value = leaf.prop_recursive(2, 8, 3, |inner| {
        proptest::collection::vec((".{0,6}", inner), 0..3).prop_map(|pairs| Value::List(KvList(pairs)))
    });
    proptest::collection::vec((".{0,8}", value), 0..4).prop_map(KvList)
}

fn preview() -> impl Strategy<Value = PreviewRequest> {
    let targets = proptest::collection::vec(target(), 1..4).prop_map(|mut targets| {
        let mut seen = std::collections::HashSet::new();
        targets.retain(|target| seen.insert(target.agent.clone()));
        targets
    });
    (1..=u64::MAX, targets, name(), kv_list(), proptest::option::of(1..100_000u64)).prop_map(
        |(conn_id, targets, media_type, user_data, timeout)| PreviewRequest {
            conn_id: ConnId(conn_id),
            targets,
            media_type,
            user_data,
            timeout: timeout.map(Duration::from_secs),
        },
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        (name(), name(), name(), proptest::option::of(name()))
            .prop_map(|(agent, dn, switch, redirect)| Outcome::Accepted { agent, dn, switch, redirect }),
        Just(Outcome::Rejected),
        Just(Outcome::TimedOut),
        Just(Outcome::Cancelled),
        Just(Outcome::CallerGone),
        Just(Outcome::NoClient),
        name().prop_map(Outcome::Error),
    ]
}

/// The same message with every name in another case.
fn shouted(message: &Json) -> Json {
    let members = message.as_object().unwrap().iter().map(|(name, value)| (name.to_uppercase(), value.clone()));
    Json::Object(members.collect())
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[a-zA-Z0-9^@|. ]{0,10}".prop_map(Json::from),
    ];
    let known = prop_oneof![
        Just("agent".to_owned()),
        Just("connId".into()),
        Just("targets".into()),
        Just("userData".into()),
        Just("key".into()),
        Just("type".into()),
        Just("value".into()),
        Just("dn".into()),
        "[a-z]{1,4}",
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec((known.clone(), inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(request in preview(), reference in proptest::option::of(any::<u64>())) {
        let message = WireMessage::Preview(request).encode(reference);
        let read = decode(&message).unwrap();
        prop_assert_eq!(&read.encode(reference), &message);
        prop_assert_eq!(echo(&message).reference, reference);
    }

    #[test]
    fn the_case_of_names_does_not_matter(request in preview()) {
        let message = WireMessage::Preview(request).encode(Some(1));
        prop_assert_eq!(decode(&shouted(&message)), decode(&message));
    }

    #[test]
    fn results_are_read_back(reference in proptest::option::of(any::<u64>()), conn_id in proptest::option::of(any::<u64>()), outcome in outcome()) {
        let told = PreviewResult { reference, conn_id: conn_id.map(ConnId), outcome };
        prop_assert_eq!(result(&told.encode()), Ok(told));
    }

    #[test]
    fn nothing_panics_the_decoder(mut message in any_json(), name in 0..4usize) {
        let names = ["PreviewInteractionRequest", "PreviewInteractionMultiple", "PreviewInteractionCancel", "other"];
        let Some(members) = message.as_object_mut() else { return Ok(()) };
        members.insert("messageName".into(), names[name].into());
        members.entry("connId").or_insert("1f".into());
        let _ = (decode(&message), echo(&message), result(&message));
    }

    /// Any words of ours, whatever they repeat of a peer's or a directory's.
    #[test]
    fn what_went_wrong_is_always_read_back(words in ".{0,3000}") {
        let told = PreviewResult { reference: Some(1), conn_id: None, outcome: Outcome::Error(words.as_str().into()) };
        let read = result(&told.encode());
        prop_assert!(matches!(&read, Ok(PreviewResult { outcome: Outcome::Error(_), .. })), "{read:?}");
        let fault = PreviewError { reference: None, error: "malformed".into(), message: words.into() }.encode();
        let read = PreviewError::decode(&Record::parse_str(&fault.to_string()).unwrap());
        prop_assert!(read.is_ok(), "{read:?}");
    }
}

/// One value that is odd, wherever it stands, costs that value and nothing else.
#[test]
fn an_odd_value_takes_no_request_with_it() {
    for (odd, shown) in [
        (r#""M\ud800ller""#, r#""M\ud800ller""#),
        ("1e400", "1e400"),
        ("null", "null"),
        ("1.5", "1.5"),
        ("99999999999999999999", "99999999999999999999"),
    ] {
        let line = format!(
            r#"{{"messageName":"PreviewInteractionRequest","agent":"KW1","connId":"1f","unknown":{odd},"userData":{{"a":"1","odd":{odd},"z":2}}}}"#
        );
        let message = WireMessage::decode(&Record::parse_str(&line).unwrap(), 1, &mut Unreadable::default());
        let Ok(WireMessage::Preview(request)) = message else { panic!("{odd}: {message:?}") };
        assert_eq!((request.user_data.str("a"), request.user_data.first("z")), (Some("1"), Some(&Value::Int(2))));
        let Some(Value::Other(other)) = request.user_data.first("odd") else { panic!("{odd}") };
        assert_eq!(other.json(), shown);
    }
    let line = r#"{"messageName":"PreviewInteractionRequest","agent":"KW1","connId":"1f","mediaType":"x\ud800","timeout":1e400}"#;
    let Ok(WireMessage::Preview(request)) =
        WireMessage::decode(&Record::parse_str(line).unwrap(), 1, &mut Unreadable::default())
    else {
        panic!("{line}")
    };
    assert!(request.media_type.starts_with("x\u{fffd}") && request.timeout.is_some());
}
