//! What every plug-in must bear. A plug-in's crate runs it against itself in one test:
//!
//! ```ignore
//! #[test]
//! fn conforms() {
//!     uc_plugin_api::conformance::check::<Lync>("server = \"fe.example.com\"");
//! }
//! ```

use crate::{
    abi::{API_VERSION, PluginError},
    agent::{AgentReport, AgentState, CallType},
    backend::Backend,
    message::{Action, Command, Event, Invitation, UserAction, WatchedUser},
    presence::{Availability, Presence, Publication, Standing, UserHandle},
    test_host::{Instance, TestHost},
};
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// What an instance gets to stop, and how much later it may be.
const STOP: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(1));
/// How long to listen for events that must not come.
const SILENCE: Duration = Duration::from_millis(100);
/// Handles that the plug-in is told of.
const KNOWN: std::ops::Range<u32> = 1..4;

/// Runs every check with settings that the plug-in accepts. They may name a platform that is not there: a plug-in
/// then reports its link as down.
///
/// # Panics
/// At the first rule that is broken, with the rule.
pub fn check<B: Backend>(settings: &str) {
    says_what_it_is::<B>();
    refuses_wrong_settings::<B>(settings);
    bears_every_command::<B>(settings);
    refuses_unknown_operations::<B>(settings);
    bears_a_full_host::<B>(settings);
    runs_beside_itself::<B>(settings);
}

fn says_what_it_is<B: Backend>() {
    let info = TestHost::<B>::new().info();
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let named = (1..=32).contains(&info.name.len()) && info.name.bytes().all(allowed);
    assert!(named, "the name is 1 to 32 of a-z, 0-9 and -: {:?}", info.name);
    assert!(!info.roles.is_empty(), "it has a role");
    assert_eq!(info.api_version, API_VERSION, "it says the API version it was built with");
    assert!(info.unwinds, "it is built with panic = \"unwind\"");
}

fn refuses_wrong_settings<B: Backend>(settings: &str) {
    let host = TestHost::<B>::new();
    let mut problems = host.check(settings);
    problems.retain(|problem| problem.warning().is_none());
    assert!(problems.is_empty(), "the settings given to the suite are accepted: {problems:?}");

    let misspelt = format!("\nno-such-key-anywhere = 1\n{settings}");
    let problems = host.check(&misspelt);
    let placed = problems.iter().any(|p| p.line == 2 && p.key == "no-such-key-anywhere" && p.file == "test.toml");
    assert!(placed, "an unknown key is refused with file, line and key: {problems:?}");
    let started = host.start(&misspelt).map(|_| ());
    assert!(matches!(started, Err(PluginError::Config(_))), "nothing starts with wrong settings: {started:?}");

    let problems = host.check("= 1\n");
    assert!(problems.first().is_some_and(|p| p.line == 1), "broken TOML is refused with its line: {problems:?}");
}

fn bears_every_command<B: Backend>(settings: &str) {
    let host = TestHost::<B>::new();
    let plugin = start(&host, settings);
    let strange = || vec![UserHandle(u32::MAX), UserHandle(0)];
    for command in [
        Command::Watch(KNOWN.map(user).collect()),
        Command::Watch(KNOWN.map(user).collect()),
        Command::Watch(Vec::new().into()),
        Command::Publish(KNOWN.map(|n| publication(UserHandle(n))).collect()),
        Command::Report(KNOWN.map(|n| report(UserHandle(n))).collect()),
        Command::Publish(strange().into_iter().map(publication).collect()),
        Command::Report(strange().into_iter().map(report).collect()),
        Command::Withdraw(strange().into()),
        Command::Unwatch(strange().into()),
        Command::Invite(Invitation { id: 1, user: UserHandle(u32::MAX), url: "https://x/".into(), text: "".into() }),
        Command::Act(UserAction { user: UserHandle(u32::MAX), action: Action::LogIn }),
        Command::Act(UserAction { user: UserHandle(1), action: Action::Choose("no such state".into()) }),
        Command::Withdraw(KNOWN.map(UserHandle).collect()),
        Command::Unwatch(KNOWN.map(UserHandle).collect()),
        Command::Unwatch(KNOWN.map(UserHandle).collect()),
    ] {
        plugin.submit(command).expect("a command finds room in an idle plug-in");
    }
    plugin.settle();
    assert!(!plugin.health().is_empty(), "it says how it is");
    stop(&host, &plugin);
    for event in host.events() {
        assert!(!matches!(event, Event::Failed(_)), "no command makes it fail: {event:?}");
        for handle in handles(&event) {
            assert!(KNOWN.contains(&handle.0), "it only speaks of users it was told of: {event:?}");
        }
    }
}

fn refuses_unknown_operations<B: Backend>(settings: &str) {
    let host = TestHost::<B>::new();
    let plugin = start(&host, settings);
    let answer = plugin.call("conformance: no such operation", b"\xff");
    assert!(matches!(answer, Err(PluginError::Unsupported(_))), "an unknown operation is Unsupported: {answer:?}");
    stop(&host, &plugin);
}

/// A host without room must not hold up commands or the end.
fn bears_a_full_host<B: Backend>(settings: &str) {
    let host = TestHost::<B>::new();
    let plugin = start(&host, settings);
    host.set_full(true);
    let sent = plugin.submit(Command::Watch(KNOWN.map(user).collect()));
    sent.expect("a command finds room in an idle plug-in");
    plugin.settle();
    stop(&host, &plugin);
}

/// An update runs beside its predecessor for a while, and a stopped plug-in can start again.
fn runs_beside_itself<B: Backend>(settings: &str) {
    let host = TestHost::<B>::new();
    let (one, two) = (start(&host, settings), start(&host, settings));
    stop_only(&one);
    stop(&host, &two);
    let three = start(&host, settings);
    stop(&host, &three);
}

fn start<B: Backend>(host: &TestHost<B>, settings: &str) -> Instance {
    host.start(settings).unwrap_or_else(|e| panic!("it starts with good settings, its platform there or not: {e}"))
}

fn stop<B: Backend>(host: &TestHost<B>, plugin: &Instance) {
    stop_only(plugin);
    host.set_full(false);
    let before = host.events().len();
    sleep(SILENCE);
    let after = host.events().split_off(before);
    assert!(after.is_empty(), "no event comes after stop: {after:?}");
    let handed_back = plugin.submit(Command::Unwatch(Vec::new().into()));
    assert!(handed_back.is_err(), "a stopped plug-in hands commands back");
}

fn stop_only(plugin: &Instance) {
    let before = Instant::now();
    plugin.stop(STOP.0).unwrap_or_else(|e| panic!("it stops within {:?}: {e}", STOP.0));
    assert!(before.elapsed() < STOP.0 + STOP.1, "stop returns at its deadline");
    plugin.stop(STOP.0).expect("a second stop is harmless");
}

fn user(handle: u32) -> WatchedUser {
    WatchedUser {
        handle: UserHandle(handle),
        id: format!("user{handle}").into(),
        // Some people have no address.
        address: if handle == KNOWN.start { "".into() } else { format!("sip:user{handle}@example.com").into() },
        language: "en".into(),
    }
}

fn report(user: UserHandle) -> AgentReport {
    AgentReport { user, state: AgentState::default(), call: CallType::None }
}

fn publication(user: UserHandle) -> Publication {
    let presence = Presence { availability: Availability::Busy, number: 6500, ..Presence::default() };
    Publication { user, presence, standing: Standing::Automatic }
}

fn handles(event: &Event) -> Vec<UserHandle> {
    match event {
        Event::Presence(updates) | Event::Chosen(updates) => updates.iter().map(|update| update.user).collect(),
        Event::Wanted(wanted) => wanted.iter().map(|wanted| wanted.user).collect(),
        Event::Published(results) => {
            // A result for somebody unknown may say just that.
            results.iter().filter(|result| result.error.is_empty()).map(|result| result.user).collect()
        }
        _ => Vec::new(),
    }
}
