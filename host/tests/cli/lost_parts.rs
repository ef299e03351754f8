//! Each part of the process lost in turn: the process ends with an error, so that systemd starts it again.

use crate::{
    program::stage,
    service::{Service, anywhere},
};
use std::fs;

/// Every part that begins with the configuration below, as the log names it.
const PARTS: &[(&str, &str)] = &[
    ("api tokens", "api tokens"),
    ("host", "host"),
    ("hub", "host: hub"),
    ("operator", "host: operator"),
    ("operators", "host: web: operators"),
    ("plug-in standalone", "host: operator: plug-in standalone"),
    ("preview link", "host: preview link"),
    ("sessions", "host: web: sessions"),
    ("t-server lab", "host: t-server lab"),
    ("users", "host: web: users"),
    ("web", "host: web"),
];

#[test]
fn whichever_part_is_lost_the_process_ends_with_70_and_names_it() {
    let with_tokens = |text: String| anywhere(&text).replace("[routing]", "[routing]\napi-token-file = \"tokens\"");
    let (folder, file) = stage(with_tokens);
    fs::write(folder.path().join("tokens"), "a-token-long-enough-to-be-safe\n").unwrap();
    for (part, named) in PARTS {
        let mut service = Service::begin(&file, &[("UC_REHEARSE_LOSS", part), ("NOTIFY_SOCKET", "")]);
        let (code, log) = service.ended_with_log();
        assert_eq!(code, Some(70), "{part}: {log}");
        let told = log.lines().any(|line| line.contains("ERROR") && line.contains(named) && line.contains("was lost"));
        assert!(told, "{part}: {log}");
    }
}

#[test]
fn a_watchdog_that_is_lost_ends_the_process_too() {
    let (folder, file) = stage(|text| anywhere(&text));
    let socket = folder.path().join("notify");
    let _systemd = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    let environment =
        [("UC_REHEARSE_LOSS", "watchdog"), ("NOTIFY_SOCKET", socket.to_str().unwrap()), ("WATCHDOG_USEC", "30000000")];
    let (code, log) = Service::begin(&file, &environment).ended_with_log();
    assert_eq!(code, Some(70), "{log}");
}
