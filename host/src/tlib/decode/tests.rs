//! Lines of a T-Server, plain ones and such as no T-Server should send.

use super::*;
use crate::wire::ConnId;
use proptest::prelude::*;

fn read(line: &str) -> Incoming {
    Incoming::read(&Record::parse_str(line).unwrap())
}

fn event(line: &str) -> Event {
    match read(line).content {
        Content::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_agent_event() {
    let incoming = read(concat!(
        r#"{"messageName":"EventAgentNotReady","referenceID":7,"thisDN":"5002","agentID":"12","agentWorkMode":2,"#,
        r#""reasons":[{"key":"ReasonCode","type":"str","value":"lunch"}],"eventSequenceNumber":48113207,"linkSequence":3}"#
    ));
    assert_eq!((incoming.reference_id, incoming.link_sequence), (Some(7), Some(3)));
    let Content::Event(Event { this_dn, kind: EventKind::Agent(facts) }) = incoming.content else { panic!() };
    assert_eq!(&*this_dn, "5002");
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::LegalGuard));
    assert_eq!(facts.agent_id.as_deref(), Some("12"));
    assert_eq!(facts.reasons.str("ReasonCode"), Some("lunch"));
}

#[test]
fn nobody_is_the_other_party_of_their_own_call() {
    for (other, told) in [("5002", None), ("5003", Some("5003"))] {
        let line = format!(r#"{{"messageName":"EventPartyAdded","thisDN":"5002","connID":"a1","otherDN":"{other}"}}"#);
        let EventKind::Party(call, _) = event(&line).kind else { panic!("{line}") };
        assert_eq!(call.other_dn.as_deref(), told);
    }
}

#[test]
fn a_login_at_a_queue_is_told_apart_from_one_at_the_dn() {
    for (queue, at_a_queue) in [("", false), (r#","thisQueue":"8000""#, true), (r#","thisQueue":"""#, false)] {
        let line = format!(r#"{{"messageName":"EventAgentLogin","thisDN":"5002","agentID":"12"{queue}}}"#);
        let facts = AgentFacts { agent_id: Some("12".into()), status: AgentStatus::NotReady, ..AgentFacts::default() };
        let kind = if at_a_queue { EventKind::QueueLogin(facts) } else { EventKind::Agent(facts) };
        assert_eq!(event(&line).kind, kind, "{line}");
    }
}

#[test]
fn names_in_any_case_and_in_the_other_spelling() {
    let event = event(r#"{"messagename":"EVENTAGENTREADY","THISDN":"1","workmode":"autoin"}"#);
    let EventKind::Agent(facts) = event.kind else { panic!() };
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::Ready, WorkMode::AutoIn));
}

#[test]
fn a_call_event() {
    let event = event(concat!(
        r#"{"messageName":"EventRinging","thisDN":"5002","connID":"a1","callType":"Inbound","otherDN":"0199","#,
        r#""aNI":"0199","dNIS":"800","userData":{"Name":"Kim"}}"#
    ));
    let EventKind::Call(call, CallStep::Ringing) = event.kind else { panic!() };
    assert_eq!((call.conn_id, call.call_type), (ConnId(0xa1), CallType::Inbound));
    assert_eq!((call.ani.as_deref(), call.dnis.as_deref()), (Some("0199"), Some("800")));
    assert_eq!(call.user_data.unwrap().str("Name"), Some("Kim"));
}

#[test]
fn an_error_answers_also_without_its_code() {
    for (line, code, told) in [
        (r#"{"messageName":"EventError","referenceID":0,"errorCode":59}"#, Some(59), None),
        (r#"{"messageName":"EventError","errorCode":"59"}"#, Some(59), None),
        (r#"{"messageName":"EventError"}"#, None, Some("EventError: attribute `errorCode` is missing")),
        (r#"{"messageName":"EventError","errorCode":[]}"#, None, Some("`errorCode` must be an integer")),
    ] {
        let incoming = read(line);
        assert_eq!(incoming.reference_id, None);
        assert_eq!(incoming.content, Content::Error { code, message: "".into() });
        let faults = incoming.faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(faults.iter().map(String::as_str).all(|fault| told.is_some_and(|told| fault.contains(told))), "{line}");
        assert_eq!(faults.len(), usize::from(told.is_some()), "{line}");
    }
    let forged = read(r#"{"messageName":"EventError","errorCode":50,"errorMessage":"a\nb\u001b[2J"}"#);
    assert_eq!(forged.content, Content::Error { code: Some(50), message: "a\\nb\\u{1b}[2J".into() });
}

#[test]
fn what_is_optional_takes_no_event_with_it() {
    let event = event(concat!(
        r#"{"messageName":"EventRinging","thisDN":5002,"connID":"a1","thisDNRole":2,"otherTrunk":"T1","sessionID":"x","#,
        r#""callID":1.5,"callType":{},"otherDN":199,"aNI":[],"previousConnID":7,"callUuid":null,"#,
        r#""userData":[{"key":"photo","type":"bin","value":"AQID"},{"key":"Name","type":"str","value":"Kim"}]}"#
    ));
    assert_eq!(&*event.this_dn, "5002");
    let EventKind::Call(call, CallStep::Ringing) = event.kind else { panic!() };
    assert_eq!((call.call_type, call.other_dn.as_deref(), call.ani.as_deref()), (CallType::Unknown, Some("199"), None));
    let data = call.user_data.unwrap();
    assert_eq!((data.0.len(), data.str("Name")), (2, Some("Kim")));
    let incoming = read(
        r#"{"messageName":"EventAgentNotReady","thisDN":"1","agentID":12,"workMode":[],"reasons":"lunch","extensions":5}"#,
    );
    let Content::Event(Event { kind: EventKind::Agent(facts), .. }) = incoming.content else { panic!() };
    assert_eq!((facts.agent_id.as_deref(), facts.work_mode), (Some("12"), WorkMode::Unknown));
    assert_eq!(incoming.faults.len(), 3);
}

#[test]
fn what_is_needed_puts_the_dn_in_doubt() {
    for (line, told) in [
        (r#"{"messageName":"EventRinging","thisDN":"1"}"#, "EventRinging: attribute `connID` is missing"),
        (r#"{"messageName":"EventRinging","thisDN":"1","connID":5}"#, "`connID` must be a string"),
        (r#"{"messageName":"EventPartyChanged","thisDN":"1","connID":"xyz"}"#, "`connID` must be a string"),
        (r#"{"messageName":"EventRegistered","thisDN":"1","extensions":5}"#, "`extensions` must be a key-value list"),
        (r#"{"messageName":"EventRegistered","thisDN":"1","extensions":{"AgentStatus":[]}}"#, "AgentStatus"),
    ] {
        let event = event(line);
        let EventKind::Unreadable(words) = event.kind else { panic!("{line}") };
        assert!(&*event.this_dn == "1" && words.contains(told), "{words}");
    }
}

#[test]
fn an_event_of_no_dn_says_nothing_where_one_is_needed() {
    for dn in
        [r#""thisDN":{}"#, r#""thisDN":null"#, r#""thisDN":"""#, r#""thisDN":" ""#, r#""thisDN":true"#, r#""x":1"#]
    {
        for name in ["EventAgentReady", "EventRegistered", "EventUnregistered", "EventDNOutOfService", "EventRinging"] {
            let incoming = read(&format!(r#"{{"messageName":"{name}",{dn},"referenceID":3}}"#));
            assert_eq!((incoming.content, incoming.reference_id), (Content::OfNoDn, Some(3)), "{name} {dn}");
            assert!(!incoming.faults.is_empty());
        }
        for name in ["EventACK", "EventUserEvent", "EventLinkConnected", "EventOffHook", "EventOfTomorrow"] {
            let incoming = read(&format!(r#"{{"messageName":"{name}",{dn}}}"#));
            assert!(matches!(incoming.content, Content::Event(_)), "{name} {dn}");
        }
    }
}

#[test]
fn no_reference_id_loses_the_event() {
    for (json, expected) in [
        ("4294967295", Some(4_294_967_295)),
        ("\"7\"", Some(7)),
        ("-1", Some(-1)),
        ("0", None),
        ("null", None),
        ("1.5", None),
        ("\"x\"", None),
        ("99999999999999999999", None),
        ("[]", None),
    ] {
        let incoming = read(&format!(r#"{{"messageName":"EventAgentReady","thisDN":"1","referenceID":{json}}}"#));
        assert_eq!(incoming.reference_id, expected, "{json}");
        assert!(matches!(incoming.content, Content::Event(Event { kind: EventKind::Agent(_), .. })));
    }
}

#[test]
fn unknown_things_are_no_faults() {
    let other = event(r#"{"messageName":"EventOfTomorrow","thisDN":"1","new":[[]]}"#);
    assert_eq!(other.kind, EventKind::Other("EventOfTomorrow".into()));
    let incoming = read(r#"{"messageName":"EventAgentReady","thisDN":"1","agentWorkMode":"NewMode","callType":77}"#);
    assert!(incoming.faults.is_empty());
}

/// The attributes that the decoder reads.
const READ: [&str; 16] = [
    "thisDN",
    "connID",
    "previousConnID",
    "callType",
    "otherDN",
    "aNI",
    "dNIS",
    "userData",
    "agentID",
    "agentWorkMode",
    "workMode",
    "reasons",
    "extensions",
    "referenceID",
    "linkSequence",
    "errorCode",
];

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f32>().prop_map(|number| serde_json::to_string(&number).unwrap()),
        Just("1e400".to_owned()),
        Just("99999999999999999999".to_owned()),
        Just("\"\\ud800\"".to_owned()),
        ".{0,6}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        "[0-9]{1,4}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let name = prop_oneof!["[a-c]", Just("key".to_owned()), Just("type".to_owned()), Just("value".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| {
                let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

proptest! {
    /// Whatever stands in an attribute: the event arrives, or its DN is in doubt, or what answers its request does, and
    /// nothing is left out without a fault to be counted.
    #[test]
    fn nothing_is_lost_in_silence(
        name in prop::sample::select(&names::NAMES[50..]),
        attributes in prop::collection::hash_map(prop::sample::select(&READ[..]), json(), 0..6),
    ) {
        let named = attributes.iter().map(|(name, json)| format!(",\"{name}\":{json}")).collect::<String>();
        let line = format!("{{\"messageName\":\"{name}\"{named}}}");
        let incoming = read(&line);
        match &incoming.content {
            Content::Event(event) => {
                if let EventKind::Unreadable(_) = event.kind {
                    prop_assert!(!event.this_dn.is_empty() && !incoming.faults.is_empty(), "{}", line);
                }
                let dn = attributes.get("thisDN").and_then(|json| serde_json::from_str::<String>(json).ok());
                if let Some(dn) = dn {
                    let told = if dn.trim().is_empty() { "" } else { dn.as_str() };
                    prop_assert_eq!(&*event.this_dn, told, "{}", line);
                }
            }
            Content::Error { code, .. } => prop_assert!(code.is_some() || !incoming.faults.is_empty(), "{}", line),
            Content::OfNoDn => prop_assert!(!incoming.faults.is_empty(), "{}", line),
        }
        let answers = attributes.get("referenceID").and_then(|json| json.parse::<i64>().ok()).filter(|id| *id != 0);
        prop_assert!(answers.is_none() || incoming.reference_id == answers, "{}", line);
    }
}

#[test]
fn each_call_event_says_what_became_of_the_call() {
    let kind = |name: &str, rest: &str| {
        event(&format!(r#"{{"messageName":"{name}","thisDN":"5002","connID":"a1"{rest}}}"#)).kind
    };
    for (name, step) in [
        ("EventDialing", CallStep::Dialing),
        ("EventNetworkReached", CallStep::NetworkReached),
        ("EventDestinationBusy", CallStep::Busy),
    ] {
        assert!(matches!(kind(name, ""), EventKind::Call(_, told) if told == step), "{name}");
    }
    for (state, ending) in [
        (r#""Transferred""#, Ending::Transferred),
        ("1", Ending::Transferred),
        (r#""conferenced""#, Ending::Conferenced),
        ("22", Ending::Redirected),
        (r#""Busy""#, Ending::Busy),
        (r#""Droppednoanswer""#, Ending::NoAnswer),
        (r#""SitInvalidnum""#, Ending::Unreachable),
        (r#""SystemError""#, Ending::Failed),
        (r#""OfTomorrow""#, Ending::Ended),
        ("{}", Ending::Ended),
    ] {
        let EventKind::Call(call, CallStep::Released) = kind("EventReleased", &format!(r#","callState":{state}"#))
        else {
            panic!("{state}")
        };
        assert_eq!(call.ending, ending, "{state}");
    }
    let gave_up = kind("EventAbandoned", r#","callState":"Ok""#);
    assert!(matches!(gave_up, EventKind::Call(call, CallStep::Released) if call.ending == Ending::Abandoned));
    for (name, change) in [
        ("EventPartyAdded", PartyChange::Added),
        ("EventPartyDeleted", PartyChange::Deleted),
        ("EventPartyChanged", PartyChange::Changed),
    ] {
        let EventKind::Party(call, told) = kind(name, r#","otherDN":"5003","thirdPartyDN":"5004""#) else {
            panic!("{name}")
        };
        assert_eq!(
            (told, call.other_dn.as_deref(), call.third_party_dn.as_deref()),
            (change, Some("5003"), Some("5004"))
        );
    }
    assert!(matches!(kind("EventMuteOn", ""), EventKind::Muted(ConnId(0xa1), true)));
    assert!(matches!(kind("EventMuteOff", ""), EventKind::Muted(ConnId(0xa1), false)));
}

#[test]
fn a_consult_call_names_the_call_that_it_was_made_from_by_either_attribute() {
    for (rest, from) in [
        (r#""transferConnID":"a1""#, Some(ConnId(0xa1))),
        (r#""previousConnID":"a1""#, Some(ConnId(0xa1))),
        (r#""previousConnID":"a9","transferConnID":"a1""#, Some(ConnId(0xa1))),
        (r#""previousConnID":"a1","transferConnID":"0""#, Some(ConnId(0xa1))),
        (r#""previousConnID":"a1","transferConnID":"a2""#, Some(ConnId(0xa1))),
        (r#""previousConnID":"0000000000000000""#, None),
        (r#""previousConnID":"a2""#, None),
        (r#""x":1"#, None),
    ] {
        let event = event(&format!(r#"{{"messageName":"EventDialing","thisDN":"1","connID":"a2",{rest}}}"#));
        let EventKind::Call(call, _) = event.kind else { panic!("{rest}") };
        assert_eq!(call.made_from().into_iter().flatten().next(), from, "{rest}");
    }
}

#[test]
fn what_is_beyond_all_measure_is_cut_where_it_is_read() {
    let (huge, cut) = ("ü".repeat(100_000), "ü".repeat(256));
    let names = ["agentID", "otherDN", "thirdPartyDN", "aNI", "dNIS"];
    let texts =
        [vec![format!(r#""thisDN":"x{huge}""#)], names.map(|name| format!(r#""{name}":"{huge}""#)).into()].concat();
    let line = |name: &str| format!(r#"{{"messageName":"{name}","connID":"a1",{}}}"#, texts.join(","));
    let ringing = event(&line("EventRinging"));
    let EventKind::Call(call, _) = ringing.kind else { panic!("{:?}", ringing.kind) };
    let parts = [call.other_dn, call.third_party_dn, call.ani, call.dnis];
    assert!(
        ringing.this_dn.chars().count() == 256 && parts.iter().all(|part| part.as_deref() == Some(&*cut)),
        "{parts:?}"
    );
    let EventKind::Agent(facts) = event(&line("EventAgentReady")).kind else { panic!() };
    assert_eq!(facts.agent_id.as_deref(), Some(&*cut));
    let snapshot = format!(
        r#"{{"messageName":"EventRegistered","thisDN":"5002","extensions":{{"conn-1":"a1","odn-1":"{huge}","ani-1":"{huge}","dnis-1":"{huge}"}}}}"#
    );
    let EventKind::Registered { calls, .. } = event(&snapshot).kind else { panic!() };
    let (call, _) = &calls.as_ref().unwrap()[0];
    assert!([&call.other_dn, &call.ani, &call.dnis].iter().all(|part| part.as_deref() == Some(&*cut)));
}

#[test]
fn what_is_told_by_an_empty_string_or_by_blanks_is_not_told() {
    let call = |kind| match kind {
        EventKind::Call(call, _) => call,
        other => panic!("{other:?}"),
    };
    let agent = |kind| match kind {
        EventKind::Agent(facts) => facts,
        other => panic!("{other:?}"),
    };
    type Told<'t> = &'t dyn Fn(EventKind) -> Option<Arc<str>>;
    let table: [(&str, &str, Told<'_>); 5] = [
        ("EventAgentReady", "agentID", &|kind| agent(kind).agent_id),
        ("EventHeld", "otherDN", &|kind| call(kind).other_dn),
        ("EventHeld", "thirdPartyDN", &|kind| call(kind).third_party_dn),
        ("EventHeld", "aNI", &|kind| call(kind).ani),
        ("EventHeld", "dNIS", &|kind| call(kind).dnis),
    ];
    for (name, attribute, told) in table {
        for (value, expected) in [("", None), (" ", None), ("\\t ", None), ("0", Some("0"))] {
            let line = format!(r#"{{"messageName":"{name}","thisDN":"1","connID":"a1","{attribute}":"{value}"}}"#);
            assert_eq!(told(event(&line).kind).as_deref(), expected, "{line}");
        }
    }
}

#[test]
fn after_call_work_has_an_event_of_its_own() {
    for (rest, mode) in [("", WorkMode::AfterCallWork), (r#","agentWorkMode":"AuxWork""#, WorkMode::AuxWork)] {
        let line = format!(r#"{{"messageName":"EventAgentAfterCallWork","thisDN":"5002","agentID":"12"{rest}}}"#);
        let EventKind::Agent(facts) = event(&line).kind else { panic!("{rest}") };
        assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, mode), "{rest}");
    }
}
