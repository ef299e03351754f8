//! Each part of the process lost in turn: the process ends with an error, so that systemd starts it again.

use crate::{
    program::stage,
    service::{Service, anywhere},
};
use std::{collections::BTreeSet, fs, path::Path};

/// Every part, as the log names it; `NAME` stands for what the configuration calls it.
const PARTS: &[(&str, &str)] = &[
    ("api tokens", "api tokens"),
    ("certificates", "host: certificates"),
    ("hanging plug-ins", "hanging plug-ins"),
    ("host", "host"),
    ("hub", "host: hub"),
    ("kept sessions", "host: web: kept sessions"),
    ("kept state", "kept state"),
    ("log", "log"),
    ("metrics", "metrics"),
    ("operator", "host: operator"),
    ("operators", "host: web: operators"),
    ("plug-in NAME", "host: operator: plug-in NAME"),
    ("preview link", "host: preview link"),
    ("sessions", "host: web: sessions"),
    ("stat-server", "stat-server"),
    ("store", "host: store"),
    ("store's readiness", "host: store's readiness"),
    ("t-server NAME", "host: t-server NAME"),
    ("users", "host: web: users"),
    ("web", "host: web"),
];

/// The part that is there only under systemd, lost in a test of its own.
const WATCHDOG: &str = "watchdog";

/// The parts that are there only with a `[cluster]`, likewise.
const CLUSTER: [&str; 2] = ["lease", "etcd"];

/// Those that are there only with partitions, likewise.
const NODES: [&str; 6] = ["directories", "node link", "node links", "offers", "pages", "sessions of all nodes"];

/// What NAME stands for in the configuration of the tests.
const NAMES: [(&str, &str); 2] = [("plug-in NAME", "standalone"), ("t-server NAME", "lab")];

fn named(part: &str, text: &str) -> String {
    let name = NAMES.iter().find(|(known, _)| *known == part).map_or("", |(_, name)| name);
    text.replace("NAME", name)
}

#[test]
fn whichever_part_is_lost_the_process_ends_with_70_and_names_it() {
    let with_all = |text: String| {
        let text = anywhere(&text).replace("[routing]", "[routing]\napi-token-file = \"tokens\"");
        text.replace("[web]", "[web]\nstate-dir = \"state\"")
    };
    let (folder, file) = stage(with_all);
    fs::write(folder.path().join("tokens"), "a-token-long-enough-to-be-safe\n").unwrap();
    for (part, way) in PARTS {
        let (lost, way) = (named(part, part), named(part, way));
        let mut service = Service::begin(&file, &[("UC_REHEARSE_LOSS", &lost), ("NOTIFY_SOCKET", "")]);
        let (code, log) = service.ended_with_log();
        assert_eq!(code, Some(70), "{lost}: {log}");
        let told = log.lines().any(|line| line.contains("ERROR") && line.contains(&way) && line.contains("was lost"));
        assert!(told, "{lost}: {log}");
    }
}

/// The names of the parts that this folder's sources begin: each is a text, or said to be one just above.
fn begun(folder: &Path, parts: &mut BTreeSet<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            begun(&path, parts);
        } else if path.file_name().is_some_and(|name| name != "tasks.rs") {
            let source = fs::read_to_string(&path).unwrap();
            for way in ["arts.begin(", "edge.begin(", "arts.begin_while_needed(", "supervisors.begin_while_needed("] {
                for (at, _) in source.match_indices(way) {
                    parts.insert(name_of(&source, at + way.len()));
                }
            }
        }
    }
}

/// The first argument of a call whose arguments begin at `at`.
fn name_of(source: &str, at: usize) -> String {
    let (before, arguments) = source.split_at(at);
    let text = if arguments.starts_with('"') || arguments.starts_with("format!(") {
        arguments
    } else {
        // A variable: its last assignment.
        let variable = arguments.split(',').next().unwrap();
        before.rsplit(&format!("let {variable} = ")).next().unwrap()
    };
    let name = text.split('"').nth(1).unwrap();
    let placeholder = name.find('{').map_or(name.to_owned(), |open| format!("{}NAME", &name[..open]));
    placeholder.trim().to_owned()
}

#[test]
fn every_part_that_is_begun_is_lost_here() {
    let mut parts = BTreeSet::new();
    begun(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut parts);
    let known = PARTS.iter().map(|(part, _)| *part).chain([WATCHDOG]).chain(CLUSTER).chain(NODES);
    let known: BTreeSet<_> = known.map(str::to_owned).collect();
    assert_eq!(parts, known);
}

#[test]
fn a_watchdog_that_is_lost_ends_the_process_too() {
    let (folder, file) = stage(|text| anywhere(&text));
    let socket = folder.path().join("notify");
    let _systemd = std::os::unix::net::UnixDatagram::bind(&socket).unwrap();
    let environment =
        [("UC_REHEARSE_LOSS", WATCHDOG), ("NOTIFY_SOCKET", socket.to_str().unwrap()), ("WATCHDOG_USEC", "30000000")];
    let (code, log) = Service::begin(&file, &environment).ended_with_log();
    assert_eq!(code, Some(70), "{log}");
}

#[cfg(feature = "etcd")]
#[test]
fn a_part_of_one_of_a_pair_that_is_lost_ends_the_process_too() {
    let cluster = "[cluster]\nnode = \"a\"\nendpoints = [\"http://127.0.0.1:1\"]\n[web]";
    let (_folder, file) = stage(|text| anywhere(&text).replace("[web]", cluster));
    for part in CLUSTER {
        let (code, log) = Service::begin(&file, &[("UC_REHEARSE_LOSS", part), ("NOTIFY_SOCKET", "")]).ended_with_log();
        assert_eq!(code, Some(70), "{part}: {log}");
    }
}

#[cfg(feature = "etcd")]
#[test]
fn a_part_of_one_of_many_nodes_that_is_lost_ends_the_process_too() {
    let cluster = "[cluster]\nnode = \"a\"\nendpoints = [\"http://127.0.0.1:1\"]\npartitions = 8\nlisten = \"127.0.0.1:0\"\n\
        address = \"127.0.0.1:1\"\n[cluster.node-tls]\nca = \"node.pem\"\ncert = \"node.pem\"\nkey = \"node.key\"\n[web]";
    let (folder, file) = stage(|text| anywhere(&text).replace("[web]", cluster));
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(folder.path().join("node.pem"), made.cert.pem()).unwrap();
    fs::write(folder.path().join("node.key"), made.signing_key.serialize_pem()).unwrap();
    for part in NODES {
        let (code, log) = Service::begin(&file, &[("UC_REHEARSE_LOSS", part), ("NOTIFY_SOCKET", "")]).ended_with_log();
        assert_eq!(code, Some(70), "{part}: {log}");
    }
}
