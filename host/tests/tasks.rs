//! Every task and thread of the host, the store, the SDK, the plug-ins and `plugins/sip` is watched: in the host begun through
//! [`uc_connector::tasks`], in a plug-in through `Host::spawn` of the SDK, or named here with the reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{collections::BTreeMap, fs, path::Path};

/// Ways to begin a task or a thread.
const WAYS: &[&str] =
    &["tokio::spawn(", ".spawn(", "spawn_scoped(", "spawn_blocking(", "thread::spawn(", "JoinSet::new("];

/// Whose loss is told by the way they are begun: a panic is counted, or fails the plug-in's instance.
const WATCHED: &[&str] = &["contained(", "host.spawn("];

/// Who begins any without [`uc_connector::tasks::Parts`] or [`uc_connector::tasks::aside`], how many times, and why that
/// is watched all the same.
const HOST: &[(&str, usize, &str)] = &[
    ("tasks.rs", 4, "the watching itself"),
    ("directory/raw.rs", 1, "readers within one call, which joins them and takes over their panic"),
    ("host/serve.rs", 1, "the start: whoever began it waits for it and ends with it"),
    ("live/genesys.rs", 3, "one look at a peer: whoever looks waits for it, and a panic is a fault of that look"),
    ("plugins/check.rs", 1, "the thread's answer is waited for, and its absence is a problem of that plug-in"),
    ("plugins/handle.rs", 1, "a round of invitations taken back: its panic is counted, and the next one begins anew"),
    ("plugins/host.rs", 1, "starts of instances: each is waited for, and a panic is a problem of that plug-in"),
    ("plugins/supervisor.rs", 1, "a start: the supervisor waits for it, and a panic is that plug-in's failure"),
    ("role/script.rs", 1, "a program of the site's: whoever runs it waits for its end"),
    ("telemetry/terminal.rs", 1, "a line on standard error, where nobody may read: it does nothing that can panic"),
    ("web/accept.rs", 1, "the set of connections, each of them contained"),
    ("web/assets.rs", 1, "a look for one file: whoever asks waits for it, and is answered 404 without it"),
    ("web/sign_in.rs", 1, "a password check: whoever signs in waits for it; its panic is counted"),
];

/// The same for the store.
const STORE: &[(&str, usize, &str)] = &[
    ("embedded/mod.rs", 1, "the thread that owns the file: after its end every call is told that the store has ended"),
    ("etcd/mod.rs", 3, "news of changes and of members alone: whoever reads does so at an interval besides"),
    ("etcd/surveying.rs", 2, "questions to members: whoever looks waits for them, and looks again soon"),
];

/// The same for what is linked into plug-ins.
const PLUGINS: &[(&str, usize, &str)] = &[
    ("plugin-api/src/sdk/host.rs", 2, "the watching itself"),
    ("plugins/lync-push/src/journal/mod.rs", 1, "one write: the journal's task waits for it, and fails with it"),
    ("plugins/sip/src/site/listener.rs", 3, "the set of connections fails whoever serves; a writer, its connection"),
    (
        "plugins/sip/src/site/trust.rs",
        1,
        "one look at files: the attempt to connect waits for it, and goes on without it",
    ),
    ("plugins/sip/src/site/session.rs", 1, "the writer: its panic is its session's"),
    ("plugins/sip/src/transport/link.rs", 1, "the writer: `Writing` tells its panic to whoever holds the connection"),
    (
        "plugins/standalone/src/standalone.rs",
        2,
        "looks at the document: their task waits for them, and fails with them",
    ),
];

fn sources(folder: &Path, found: &mut BTreeMap<String, usize>, root: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found, root);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let shipped = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let begins = |line: &&str| {
                let code = line.split("//").next().unwrap();
                WAYS.iter().any(|way| code.contains(way)) && !WATCHED.iter().any(|way| code.contains(way))
            };
            let count = shipped.lines().filter(begins).count();
            if count > 0 && !name.contains("test") {
                found.insert(name, count);
            }
        }
    }
}

fn all_are_watched(folders: &[&str], root: &Path, known: &[(&str, usize, &str)]) {
    let mut found = BTreeMap::new();
    folders.iter().for_each(|folder| sources(&root.join(folder), &mut found, root));
    let known = known.iter().map(|(file, count, _)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, known, "begin it so that its loss is told, or say here why it is watched");
}

#[test]
fn every_task_and_thread_of_the_host_is_watched() {
    all_are_watched(&[""], &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), HOST);
}

#[test]
fn every_task_and_thread_of_the_store_is_watched() {
    all_are_watched(&[""], &Path::new(env!("CARGO_MANIFEST_DIR")).join("store/src"), STORE);
}

#[test]
fn every_task_and_thread_in_a_plugin_is_watched() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let plugins =
        ["plugin-api/src", "plugins/lync/src", "plugins/lync-push/src", "plugins/sip/src", "plugins/standalone/src"];
    all_are_watched(&plugins, workspace, PLUGINS);
}
