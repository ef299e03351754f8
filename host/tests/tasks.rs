//! Every task and thread of the host is watched: begun through [`uc_connector::tasks`], or named here with the reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{collections::BTreeMap, fs, path::Path};

/// Ways to begin a task or a thread.
const WAYS: &[&str] =
    &["tokio::spawn(", ".spawn(", "spawn_scoped(", "spawn_blocking(", "thread::spawn(", "JoinSet::new("];

/// Who begins any without [`uc_connector::tasks::Parts`] or [`uc_connector::tasks::aside`], how many times, and why that
/// is watched all the same. A line that names `contained(` counts its panic and needs no word here.
const KNOWN: &[(&str, usize, &str)] = &[
    ("tasks.rs", 4, "the watching itself"),
    ("directory/raw.rs", 1, "readers within one call, which joins them and takes over their panic"),
    ("host/serve.rs", 1, "the start: whoever began it waits for it and ends with it"),
    ("plugins/check.rs", 1, "the thread's answer is waited for, and its absence is a problem of that plug-in"),
    ("plugins/host.rs", 1, "starts of instances: each is waited for, and a panic is a problem of that plug-in"),
    ("plugins/supervisor.rs", 1, "a start: the supervisor waits for it, and a panic is that plug-in's failure"),
    ("web/accept.rs", 1, "the set of connections, each of them contained"),
    ("web/sign_in.rs", 1, "a password check: whoever signs in waits for it; its panic is counted"),
];

fn sources(folder: &Path, found: &mut BTreeMap<String, usize>, root: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found, root);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let shipped = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let begins = |line: &&str| {
                let code = line.split("//").next().unwrap();
                WAYS.iter().any(|way| code.contains(way)) && !code.contains("contained(")
            };
            let count = shipped.lines().filter(begins).count();
            if count > 0 && !name.contains("test") {
                found.insert(name, count);
            }
        }
    }
}

#[test]
fn every_task_and_thread_is_watched() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    sources(&root, &mut found, &root);
    let known = KNOWN.iter().map(|(file, count, _)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, known, "begin it through `tasks`, or say here why it is watched");
}
