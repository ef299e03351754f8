//! The SDK under a plug-in of every temper, and the conformance suite on one that behaves.
#![cfg(feature = "test-host")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::Path,
    time::{Duration, Instant},
};
use uc_plugin_api::{
    Backend, CallError, Command, Complaint, Event, Host, LinkStatus, PluginError, Presence, PresenceUpdate, Role,
    UserHandle, WatchedUser, conformance, test_host::TestHost,
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    number: u32,
    stop: String,
    touchy: bool,
    refuses: bool,
    /// Its own work comes back at once.
    hasty: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { number: 3500, stop: String::new(), touchy: false, refuses: false, hasty: false }
    }
}

struct Tested {
    settings: Settings,
    host: Host,
    woken: tokio::time::Interval,
}

impl Backend for Tested {
    const NAME: &'static str = "tested-with-a-long-name";
    const ROLES: &'static [Role] = &[Role::PresenceSource];
    type Config = Settings;

    fn check(settings: &Settings, directory: &Path) -> Vec<Complaint> {
        assert_eq!(directory, Path::new(""));
        if settings.number == 666 { vec![Complaint::new("number", "not this one")] } else { Vec::new() }
    }

    async fn start(settings: Settings, host: Host) -> Result<Self, String> {
        if settings.refuses {
            return Err("not now".to_owned());
        }
        tracing::info!(number = settings.number, "here I am");
        tracing::trace!("nobody wants to read this");
        host.link(LinkStatus::Up, "at hand");
        Ok(Self { settings, host, woken: tokio::time::interval(Duration::from_millis(1)) })
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Watch(users) => self.report(&users),
            Command::Withdraw(_) if self.settings.touchy => panic!("in a command"),
            Command::Publish(_) if self.settings.touchy => return Err("cannot go on".to_owned()),
            _ => {}
        }
        Ok(())
    }

    async fn wake(&mut self) -> Result<(), String> {
        if !self.settings.hasty {
            self.woken.tick().await;
            self.host.count("woken_total", 1);
        }
        Ok(())
    }

    async fn call(&mut self, op: &str, body: &[u8]) -> Result<Vec<u8>, CallError> {
        match op {
            "thread" => Ok(std::thread::current().name().unwrap_or_default().as_bytes().to_vec()),
            "echo" => Ok(body.to_vec()),
            "own thread" => {
                std::thread::spawn(|| tracing::info!("from a thread of my own")).join().unwrap();
                Ok(Vec::new())
            }
            "path" => Ok(self.host.resolve("presence.xml").display().to_string().into_bytes()),
            _ => Err(CallError::Unsupported),
        }
    }

    async fn stop(&mut self) {
        match self.settings.stop.as_str() {
            "waits" => std::future::pending().await,
            "panics" => panic!("in its stop"),
            _ => {}
        }
    }
}

impl Tested {
    fn report(&self, users: &[WatchedUser]) {
        let presence = |number| Presence { number, ..Presence::default() };
        // Two values each: only the last one may be what the host ends with.
        for number in [1, self.settings.number] {
            self.host
                .presence(users.iter().map(|user| PresenceUpdate { user: user.handle, presence: presence(number) }));
        }
    }
}

fn watch(handles: std::ops::Range<u32>) -> Command {
    let user =
        |handle| WatchedUser { handle: UserHandle(handle), id: "".into(), address: "".into(), language: "".into() };
    Command::Watch(handles.map(user).collect())
}

const DEADLINE: Duration = Duration::from_millis(500);

#[test]
fn a_plugin_that_behaves_conforms() {
    conformance::check::<Tested>("number = 6500\n");
}

#[test]
fn complaints_carry_the_line_of_their_key() {
    let problems = TestHost::<Tested>::new().check("\n\nnumber = 666");
    assert_eq!(problems[0].to_string(), "test.toml:3:1: number: not this one");
}

#[test]
fn presence_waits_for_room_and_only_the_latest_arrives_however_hasty_the_plug_ins_own_work_is() {
    for settings in ["", "hasty = true"] {
        presence_waits_for_room(settings);
    }
}

fn presence_waits_for_room(settings: &str) {
    let host = TestHost::<Tested>::new();
    let plugin = host.start(settings).unwrap();
    host.set_full(true);
    plugin.submit(watch(1..3000)).unwrap();
    plugin.settle();
    assert!(host.refused() > 0);
    host.set_full(false);
    let mut missing = 2999;
    host.until(|event| {
        let Event::Presence(updates) = event else { return None };
        assert!(updates.iter().all(|update| update.presence.number == 3500));
        missing -= updates.len();
        (missing == 0).then_some(())
    });
    plugin.stop(DEADLINE).unwrap();
}

#[test]
fn a_user_no_longer_watched_is_forgotten_while_waiting() {
    let host = TestHost::<Tested>::new();
    let plugin = host.start("").unwrap();
    host.set_full(true);
    plugin.submit(watch(1..3)).unwrap();
    plugin.submit(Command::Unwatch(vec![UserHandle(1)].into())).unwrap();
    plugin.settle();
    host.set_full(false);
    let users = host.until(|event| match event {
        Event::Presence(updates) => Some(updates.iter().map(|update| update.user).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(users, [UserHandle(2)]);
}

#[test]
fn a_failure_is_one_event_with_the_reason() {
    for (command, expected) in [
        (Command::Withdraw(vec![].into()), "panicked (a bug in the plug-in): in a command"),
        (Command::Publish(vec![].into()), "cannot go on"),
    ] {
        let host = TestHost::<Tested>::new();
        let plugin = host.start("touchy = true").unwrap();
        plugin.submit(command).unwrap();
        let why = host.until(|event| match event {
            Event::Failed(why) => Some(why.to_string()),
            _ => None,
        });
        assert_eq!(why, expected);
        plugin.stop(DEADLINE).unwrap();
    }
}

#[test]
fn a_stop_that_misbehaves_is_named_and_ends() {
    for stop in ["waits", "panics"] {
        let host = TestHost::<Tested>::new();
        let plugin = host.start(&format!("stop = \"{stop}\"")).unwrap();
        let before = Instant::now();
        let stopped = plugin.stop(DEADLINE);
        assert!(before.elapsed() < DEADLINE * 4, "{stop}");
        match stop {
            "waits" => assert!(matches!(stopped, Err(PluginError::Deadline(_))), "{stopped:?}"),
            _ => assert_eq!(stopped, Err(PluginError::Panicked("in its stop".into()))),
        }
    }
}

#[test]
fn a_full_command_queue_hands_back() {
    let host = TestHost::<Tested>::new();
    let plugin = host.start("").unwrap();
    plugin.stop(DEADLINE).unwrap();
    let command = watch(1..2);
    assert_eq!(plugin.submit(command.clone()), Err(command));
}

#[test]
fn logs_and_counts_and_names_reach_the_host() {
    let host = TestHost::<Tested>::new();
    let plugin = host.start("number = 7").unwrap();
    assert_eq!(plugin.call("thread", b""), Ok(b"plg-tested-with".to_vec()));
    assert_eq!(plugin.call("path", b""), Ok(b"presence.xml".to_vec()));
    assert_eq!(plugin.health(), "link up: at hand");
    let woken = (0..10_000).any(|_| {
        plugin.settle();
        host.metric("woken_total").is_some()
    });
    assert!(woken, "its own timer comes round");
    plugin.stop(DEADLINE).unwrap();
    assert!(host.log().iter().any(|line| line.starts_with("INFO") && line.ends_with("here I am number=7")));
    assert!(!host.log().iter().any(|line| line.starts_with("TRACE")));
}

/// Instances of other tests come and go beside this one.
#[test]
fn records_of_own_threads_are_of_the_newest_instance_that_lives_also_after_a_start_that_failed() {
    let host = TestHost::<Tested>::new();
    let plugin = host.start("").unwrap();
    assert!(TestHost::<Tested>::new().start("refuses = true").is_err());
    let begun = Instant::now();
    while !host.log().iter().any(|line| line.contains("from a thread of my own")) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", host.log());
        plugin.call("own thread", b"").unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    plugin.stop(DEADLINE).unwrap();
}

#[test]
fn own_work_that_waits_for_nothing_is_told_once_and_takes_nobodys_turn() {
    let host = TestHost::<Tested>::new();
    let plugin = host.start("hasty = true").unwrap();
    let begun = Instant::now();
    let told = || host.log().iter().filter(|line| line.contains("ten thousand times in a row")).count();
    while told() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", host.log());
        plugin.settle();
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(told(), 1);
    plugin.stop(DEADLINE).unwrap();
}
