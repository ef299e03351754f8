//! The whole plug-in under a recording host, as the service runs it.

use super::web_server::{ok, web_server};
use crate::standalone::Standalone;
use std::{fs, path::Path, time::Duration};
use uc_plugin_api::{
    Action, AgentReport, AgentState, AgentStatus, CallType, Command, Event, LinkStatus, StateMenu, UserAction,
    UserHandle, Wanted, WatchedUser, Wish,
    abi::TRY_NOW,
    conformance,
    test_host::{Instance, TestHost},
};

const KIM: UserHandle = UserHandle(7);

fn start(settings: &str) -> (TestHost<Standalone>, Instance) {
    let host = TestHost::new();
    let instance = host.start(settings).unwrap();
    (host, instance)
}

fn stop(instance: &Instance) {
    instance.stop(Duration::from_secs(5)).unwrap();
}

fn menu(host: &TestHost<Standalone>) -> StateMenu {
    host.until(|event| match event {
        Event::StateMenu(menu) => Some(menu.clone()),
        _ => None,
    })
}

fn ids(menu: &StateMenu) -> Vec<&str> {
    menu.states.iter().map(|state| state.id.as_str()).collect()
}

fn link(host: &TestHost<Standalone>, wanted: LinkStatus) -> String {
    host.until(|event| match event {
        Event::Link(status, text) if *status == wanted => Some(text.to_string()),
        _ => None,
    })
}

fn wanted(host: &TestHost<Standalone>) -> Vec<Wanted> {
    host.until(|event| match event {
        Event::Wanted(wanted) => Some(wanted.to_vec()),
        _ => None,
    })
}

fn watch(instance: &Instance) {
    let kim = WatchedUser { handle: KIM, id: "kim".into(), address: "".into(), language: "".into() };
    instance.submit(Command::Watch(vec![kim].into())).unwrap();
}

fn act(instance: &Instance, action: Action) {
    instance.submit(Command::Act(UserAction { user: KIM, action })).unwrap();
}

fn ready(instance: &Instance) {
    let state = AgentState { status: AgentStatus::Ready, ..AgentState::default() };
    instance.submit(Command::Report(vec![AgentReport { user: KIM, state, call: CallType::None }].into())).unwrap();
}

fn document(id: &str) -> String {
    format!(
        "<presence xmlns='http://genesyslab.com/schemas/ucc/presence'><state id='{id}'><display><menuText>{id}</menuText>\
         </display><genesysAgent ready='false'/></state></presence>"
    )
}

fn watching(path: &Path) -> String {
    format!("presence-location = '{}'\nreload-seconds = 1", path.display())
}

#[test]
fn it_conforms() {
    conformance::check::<Standalone>("user-auto-registration = true\nenable-logout-menu = true");
    conformance::check::<Standalone>("presence-location = 'no/such/file.xml'\nreload-seconds = 1");
}

#[test]
fn it_starts_with_the_compiled_in_states() {
    let (host, instance) = start("enable-logout-menu = true\nwhen-idle = { log-out-after-seconds = 90 }");
    let menu = menu(&host);
    assert_eq!(ids(&menu), ["dndOn", "dndOff"]);
    assert!(menu.log_out);
    assert_eq!(menu.idle_after_seconds, 90);
    assert!(link(&host, LinkStatus::Up).contains("compiled-in"));
    stop(&instance);
}

#[test]
fn a_changed_document_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presence.xml");
    fs::write(&path, document("first")).unwrap();
    let (host, instance) = start(&watching(&path));
    assert_eq!(ids(&menu(&host)), ["first"]);
    fs::write(&path, document("second")).unwrap();
    assert_eq!(ids(&menu(&host)), ["second"]);
    fs::write(&path, document("third").replace("</presence>", "")).unwrap();
    let why = link(&host, LinkStatus::Degraded);
    assert!(why.contains("line 1") && why.contains("stay in force"), "{why}");
    fs::remove_file(&path).unwrap();
    assert!(link(&host, LinkStatus::Degraded).contains("cannot be read"));
    fs::write(&path, document("third")).unwrap();
    assert_eq!(ids(&menu(&host)), ["third"]);
    link(&host, LinkStatus::Up);
    let menus = host.events().iter().filter(|event| matches!(event, Event::StateMenu(_))).count();
    assert_eq!(menus, 3, "a broken document changes no menu");
    assert_eq!(host.metric("presence_document_refused_total"), Some(2.0));
    stop(&instance);
}

#[test]
fn a_document_on_a_web_server_is_looked_at_again_whenever_somebody_says_so() {
    let gone = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec();
    let address = web_server(vec![gone, ok(document("first").as_bytes()), ok(document("second").as_bytes())]);
    let (host, instance) = start(&format!("presence-location = '{address}/presence.xml'\nreload-seconds = 0"));
    assert!(link(&host, LinkStatus::Degraded).contains("404"));
    for id in ["first", "second"] {
        instance.call(TRY_NOW, b"").unwrap();
        assert_eq!(ids(&menu(&host)), [id]);
    }
    stop(&instance);
}

#[test]
fn a_missing_document_leaves_the_compiled_in_states() {
    let (host, instance) = start("presence-location = 'no/such/presence.xml'\nreload-seconds = 0");
    assert_eq!(ids(&menu(&host)), ["dndOn", "dndOff"]);
    assert!(link(&host, LinkStatus::Degraded).contains("no/such/presence.xml"));
    stop(&instance);
}

#[test]
fn dropped_states_are_named_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presence.xml");
    fs::write(&path, include_str!("../../golden/faulty.xml")).unwrap();
    let (host, instance) = start(&watching(&path));
    assert_eq!(ids(&menu(&host)), ["good", "late", "lateTwin"]);
    let log = host.log().join("\n");
    assert!(log.contains("WARN") && log.contains("line 10: state \"oddMode\" is dropped"), "{log}");
    stop(&instance);
}

#[test]
fn a_document_comes_from_a_web_server() {
    let address = web_server(vec![ok(document("first").as_bytes()), ok(b"<html/>"), ok(document("second").as_bytes())]);
    let (host, instance) = start(&format!("presence-location = '{address}/presence.xml'\nreload-seconds = 1"));
    assert_eq!(ids(&menu(&host)), ["first"]);
    assert!(link(&host, LinkStatus::Degraded).contains("no element presence"));
    assert_eq!(ids(&menu(&host)), ["second"]);
    stop(&instance);
}

#[test]
fn actions_become_wishes() {
    let (host, instance) = start("user-auto-registration = true");
    watch(&instance);
    assert_eq!(wanted(&host), [Wanted { user: KIM, wish: Wish::LogIn, explicit: false }]);
    act(&instance, Action::Choose("dndOff".into()));
    let state = AgentState { status: AgentStatus::Ready, ..AgentState::default() };
    assert_eq!(wanted(&host), [Wanted { user: KIM, wish: Wish::State(state), explicit: true }]);
    act(&instance, Action::LogOut);
    instance.settle();
    assert_eq!(host.metric("refused_actions_total"), Some(1.0), "the log-out menu is off");
    stop(&instance);
}

#[test]
fn who_closes_their_pages_becomes_away_by_the_clock() {
    let (host, instance) = start("when-pages-closed = { away-after-seconds = 1 }\naway-state = 'dndOn'");
    watch(&instance);
    ready(&instance);
    act(&instance, Action::PagesClosed);
    let away = AgentState { status: AgentStatus::NotReady, ..AgentState::default() };
    assert_eq!(wanted(&host), [Wanted { user: KIM, wish: Wish::State(away), explicit: false }]);
    stop(&instance);
}

#[test]
fn wishes_survive_a_full_host() {
    let (host, instance) = start("user-auto-registration = true");
    host.set_full(true);
    watch(&instance);
    act(&instance, Action::Choose("dndOn".into()));
    instance.settle();
    assert!(host.refused() > 0);
    host.set_full(false);
    let late = wanted(&host);
    assert_eq!(late.len(), 1, "the latest wish counts");
    assert!(late[0].explicit);
    stop(&instance);
}

#[test]
fn contradicting_options_are_found_by_a_check() {
    let host = TestHost::<Standalone>::new();
    let problems = host.check("when-idle = { away-after-seconds = 60 }\naway-state = 'lunch'");
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].key.as_str(), problems[0].line), ("away-state", 2));
    assert!(problems[0].message.contains("it has: dndOn"));
    assert!(!host.check("when-idle = { away-after-seconds = 60 }").is_empty());
    let missing = host.check("presence-location = 'missing.xml'");
    assert!(missing.len() == 1 && missing[0].warning().is_some(), "a missing document stops nobody: {missing:?}");
}
