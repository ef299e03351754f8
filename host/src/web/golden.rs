//! Golden frames: `golden/*.json` holds one example of every frame, and the client's tests read the same files.
//! `UC_GOLDEN=write cargo nextest run -p uc-connector golden` writes them anew after a deliberate change.

use super::{
    hotkeys::Hotkeys,
    message::{
        Call, CallButton, CallEnding, CallState, Channel, ClientFrame, Form, FormField, MenuEntry, Pair, PastPreview,
        Person, Preview, PreviewEnd, ServerFrame, ShownState, ShownStatistic, SignedIn, SignedOutWhy, Snapshot, Sounds,
        StateKind, Target, TargetKind, ValueFormat,
    },
};
use crate::remark::{Remark, Why};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, path::Path, sync::Arc};

pub(super) fn check<F: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, frame: &F) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/golden").join(format!("{name}.json"));
    // By way of a value: shared business data is written as it is, without the line breaks.
    let value = serde_json::to_value(frame).unwrap();
    let text = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
    if std::env::var_os("UC_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(golden, text, "{name} no longer serialises to its golden file");
    assert_eq!(&serde_json::from_str::<F>(&golden).unwrap(), frame, "{name} does not read back");
}

fn pair(key: &str, value: &str) -> Pair {
    Pair { key: key.into(), value: value.into(), link: None, cut: 0, edit: false, fixed: false, stays: false }
}

fn ready() -> ShownState {
    ShownState {
        id: "predefReady".into(),
        icon: "".into(),
        text: "Ready".into(),
        words: "".into(),
        kind: StateKind::Ready,
    }
}

fn lunch() -> ShownState {
    ShownState {
        id: "lunch".into(),
        icon: "icons/lunch.svg".into(),
        text: "Lunch".into(),
        words: "".into(),
        kind: StateKind::NotReady,
    }
}

fn menu() -> Vec<MenuEntry> {
    vec![
        MenuEntry { id: "available".into(), icon: "".into(), text: "Available".into(), ready: true },
        MenuEntry { id: "lunch".into(), icon: "icons/lunch.svg".into(), text: "Lunch".into(), ready: false },
    ]
}

fn channel(dn: &str, state: ShownState, problem: Option<&str>) -> Channel {
    Channel {
        dn: dn.into(),
        switch: "Berlin".into(),
        state,
        problem: problem.map(|words| Remark::with(Why::LineSays, words)),
        marked: problem.is_some(),
        dial: problem.is_none(),
    }
}

fn offer() -> Preview {
    Preview {
        id: 17,
        conn_id: "006a02a3f1b2c3d4".into(),
        media_type: "voice".into(),
        dn: "7001".into(),
        deadline: 1_700_000_030_000,
        length: 30_000,
        caller: "+493012345".into(),
        notes: "Asked for Kim by name".into(),
        data: vec![pair("Customer", "Ada Lovelace"), pair("Order.Number", "4711"), pair("Customer", "again")].into(),
        more: 0,
        broadcast: true,
        redirect: Some("+4971112345".into()),
    }
}

fn call() -> Call {
    Call {
        conn_id: "006a02a3f1b2c3d4".into(),
        dn: "7001".into(),
        state: CallState::Established,
        caller: "+493012345".into(),
        since: 1_700_000_012_345,
        data: vec![
            Pair { link: Some("https://crm.example.com/order/4711".into()), edit: true, ..pair("Order", "4711") },
            Pair { cut: 3_000, ..pair("Story", "Long ago") },
            pair("Customer", "Ada Lovelace"),
        ],
        more: 9_800,
        add: vec!["Result".into()],
        buttons: vec![CallButton::Hold, CallButton::Transfer, CallButton::Release],
        parties: vec!["+493012345".into(), "7099".into()],
        muted: false,
        consult_of: None,
        chat: None,
    }
}

fn consult_call() -> Call {
    Call {
        conn_id: "006a02a3f1b2c3d5".into(),
        caller: "7099".into(),
        data: Vec::new(),
        buttons: vec![CallButton::CompleteTransfer, CallButton::Reconnect, CallButton::Release],
        parties: vec!["7099".into()],
        muted: true,
        consult_of: Some("006a02a3f1b2c3d4".into()),
        chat: Some("00c4000000000001".into()),
        ..call()
    }
}

fn person() -> Person {
    Person { id: "kim".into(), name: "Kim Novák".into(), language: "cs".into() }
}

fn snapshot() -> Snapshot {
    let broken = ShownState {
        id: "predefOutOfService".into(),
        icon: "".into(),
        text: "".into(),
        words: "switch".into(),
        kind: StateKind::OutOfService,
    };
    Snapshot {
        person: person(),
        state: ready(),
        menu: menu(),
        log_in: false,
        log_out: true,
        idle_after: 600,
        channels: vec![
            channel("7001", ready(), None),
            channel("7002", broken, Some("The T-Server does not know DN 7002")),
        ],
        previews: vec![offer()],
        calls: vec![call()],
        chats: vec![super::chat_tests::chat()],
        longest_line: 8000,
        server_time: 1_700_000_000_000,
        audio: Sounds {
            preview: "files/ring.ogg".into(),
            chat_preview: "files/knock.ogg".into(),
            call: "files/bell.ogg".into(),
            chat: "".into(),
        },
        note: true,
        outcomes: Vec::new(),
        missed: 3,
        redirect: Some(super::message::Redirect { number: "+4971112345".into(), on: true, locked: false }),
        alive_seconds: 4,
        past: vec![PastPreview {
            id: 16,
            at: 1_699_999_990_000,
            deadline: 1_699_999_995_000,
            caller: "+420 800".into(),
            dn: "7001".into(),
            end: PreviewEnd::TimedOut,
            seen: true,
        }],
        form: Form {
            fields: vec![FormField { key: "Order".into(), label: "Objednávka".into(), group: "Případ".into() }],
            fold_others: true,
        },
    }
}

fn found() -> ServerFrame {
    let value = |label: &str, format, value| ShownStatistic { label: label.into(), format, value };
    let colleague = Target {
        id: "worker:bo".into(),
        kind: TargetKind::Worker,
        name: "Bo Andersen".into(),
        group: "Billing, Claims".into(),
        number: "7002".into(),
        state: Some(ready()),
        busy: true,
        statistics: Vec::new(),
    };
    let queue = Target {
        id: "point:billing".into(),
        kind: TargetKind::Queue,
        name: "Účtárna".into(),
        group: "".into(),
        number: "8000".into(),
        state: None,
        busy: false,
        statistics: vec![
            value("Čeká", ValueFormat::Number, Some(3)),
            value("Doba čekání", ValueFormat::Seconds, None),
            value("Obsazeno", ValueFormat::Percent, Some(87)),
        ],
    };
    ServerFrame::Found { query: "ú b".into(), targets: vec![colleague, queue], more: true }
}

#[test]
fn server_frames() {
    let state = ServerFrame::State {
        state: lunch(),
        menu: menu(),
        log_in: false,
        log_out: true,
        channels: vec![channel("7001", lunch(), None)],
        missed: 3,
    };
    let end = ServerFrame::PreviewEnd { id: 17, end: PreviewEnd::TakenByAnother, text: "Robin was faster".into() };
    let problem =
        ServerFrame::Problem { code: "call-refused".into(), remark: Remark::with(Why::CallRefused, "Invalid DN") };
    check("server-snapshot", &ServerFrame::Snapshot(Box::new(snapshot())));
    check("server-state", &state);
    check("server-preview-offer", &ServerFrame::PreviewOffer(offer()));
    check("server-preview-end", &end);
    check("server-previews-seen", &ServerFrame::PreviewsSeen { ids: vec![16, 17] });
    check("server-call", &ServerFrame::Call(call()));
    check("server-call-consult", &ServerFrame::Call(consult_call()));
    let (conn_id, dn, ending) = ("006a02a3f1b2c3d4".into(), "7001".into(), CallEnding::Transferred);
    check("server-call-end", &ServerFrame::CallEnd { conn_id, dn, ending });
    check("server-found", &found());
    check("server-problem", &problem);
    check("server-alive", &ServerFrame::Alive);
    check("server-signed-out", &ServerFrame::SignedOut { why: SignedOutWhy::Expired });
}

#[test]
fn session() {
    let csrf: Arc<str> = "VGhpcyBpcyBub3QgYSByZWFsIHRva2VuLCBzb3JyeSE".into();
    let help_url = Some("https://help.example/".into());
    let hotkeys = Arc::new(Hotkeys { accept: "F8".into(), ..Hotkeys::default() });
    check("session", &SignedIn { person: person(), csrf: csrf.clone(), help_url, hotkeys: hotkeys.clone() });
    check("session-without-help", &SignedIn { person: person(), csrf, help_url: None, hotkeys });
}

#[test]
fn client_frames() {
    let call = |button, to: Option<&str>| ClientFrame::Call {
        button,
        conn_id: "006a02a3f1b2c3d4".into(),
        dn: "7001".into(),
        state: CallState::Established,
        to: to.map(Into::into),
        note: None,
    };
    check("client-choose", &ClientFrame::Choose { state: "lunch".into() });
    check("client-log-in", &ClientFrame::LogIn {});
    check("client-log-out", &ClientFrame::LogOut {});
    check("client-preview-answer", &ClientFrame::PreviewAnswer { id: 17, accept: true, redirect: None });
    let redirected = ClientFrame::PreviewAnswer { id: 17, accept: true, redirect: Some("+4971112345".into()) };
    check("client-preview-answer-redirect", &redirected);
    check("client-redirect", &ClientFrame::Redirect { number: "0711 12345".into(), on: true });
    check("client-call", &call(CallButton::Hold, None));
    check("client-call-transfer", &call(CallButton::Transfer, Some("7099")));
    let mut noted = call(CallButton::ConsultTransfer, Some("7099"));
    if let ClientFrame::Call { note, .. } = &mut noted {
        *note = Some("She waits for her order since Monday".into());
    }
    check("client-call-note", &noted);
    check("client-search", &ClientFrame::Search { query: "ann b".into(), keep: vec!["worker:bo".into()] });
    check("client-search-end", &ClientFrame::SearchEnd {});
    check("client-previews-seen", &ClientFrame::PreviewsSeen { ids: vec![16, 17] });
    check("client-dial", &ClientFrame::Dial { dn: "7001".into(), to: "7099".into() });
    let data = |was: Option<&str>, value: Option<&str>| ClientFrame::UserData {
        conn_id: "006a02a3f1b2c3d4".into(),
        dn: "7001".into(),
        key: "Order".into(),
        was: was.map(Into::into),
        value: value.map(Into::into),
    };
    check("client-user-data", &data(Some("4711"), Some("4712")));
    check("client-user-data-add", &data(None, Some("4711")));
    check("client-user-data-remove", &data(Some("4711"), None));
    check("client-idle", &ClientFrame::Idle { idle: true });
    check("client-back", &ClientFrame::Back {});
    check("client-resync", &ClientFrame::Resync {});
}

#[test]
fn nothing_of_a_page_is_overlooked() {
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/golden")).unwrap();
    let pages = files.map(|file| file.unwrap().path()).filter(|path| path.to_str().unwrap().contains("client-"));
    let mut read = 0;
    for path in pages {
        let frame: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(serde_json::from_value::<ClientFrame>(frame.clone()).is_ok(), "{}", path.display());
        for place in ["", "/deed"].into_iter().filter(|place| frame.pointer(place).is_some()) {
            let mut more = frame.clone();
            more.pointer_mut(place).unwrap()["more"] = 1.into();
            assert!(serde_json::from_value::<ClientFrame>(more).is_err(), "{} {place}", path.display());
        }
        read += 1;
    }
    assert!(read > 20);
}

/// The words of the closed enums: `golden/words.json` lists every one.
#[test]
fn words() {
    use CallEnding::{Abandoned, Conferenced, Ended, Failed, Merged, NoAnswer, Redirected, Transferred, Unreachable};
    use CallState::{Dialing, Established, Held, NetworkReached, Ringing};
    use SignedOutWhy::{Account, Asked, Expired, TooMany};
    use {CallButton::*, PreviewEnd::*, StateKind::*};
    let words = Words {
        kinds: vec![LoggedOut, OutOfService, Ready, PartReady, NotReady],
        preview_ends: vec![Accepted, Rejected, TakenByAnother, TimedOut, Cancelled, Undeliverable, CallerGone],
        call_states: vec![Ringing, Dialing, NetworkReached, CallState::Busy, Established, Held],
        call_endings: vec![
            Ended,
            Transferred,
            Conferenced,
            Merged,
            Redirected,
            CallEnding::Busy,
            NoAnswer,
            Abandoned,
            Unreachable,
            Failed,
        ],
        buttons: vec![
            Answer,
            Release,
            Hold,
            Retrieve,
            Transfer,
            Conference,
            Redirect,
            ConsultTransfer,
            ConsultConference,
            CompleteTransfer,
            CompleteConference,
            Alternate,
            Reconnect,
            Digits,
            Mute,
            Unmute,
        ],
        signed_out: vec![Asked, Expired, TooMany, Account],
        reasons: Why::ALL.to_vec(),
    };
    check("words", &words);
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Words {
    kinds: Vec<StateKind>,
    preview_ends: Vec<PreviewEnd>,
    call_states: Vec<CallState>,
    call_endings: Vec<CallEnding>,
    buttons: Vec<CallButton>,
    signed_out: Vec<SignedOutWhy>,
    reasons: Vec<Why>,
}

#[test]
fn unknown_frames_and_fields_are_refused() {
    for text in [
        r#"{"type":"fly"}"#,
        r#"{"type":"choose"}"#,
        r#"{"type":"choose","state":"x","extra":1}"#,
        r#"{"type":"previewAnswer","id":-1,"accept":true}"#,
        r#"{"type":"call","button":"shout","connId":"1","dn":"2"}"#,
        r#"{"state":"x"}"#,
        "[]",
        "",
    ] {
        assert!(serde_json::from_str::<ClientFrame>(text).is_err(), "{text}");
    }
}
