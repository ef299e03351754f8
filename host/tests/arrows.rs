//! Who may import whom (`lib.rs`, "Who may import whom"): every `crate::` path in the source is held to one table.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{collections::BTreeSet, fs, path::Path};

/// Each module and what of the crate it may name. `a::b` allows that part alone; a module that is missing here may name
/// nothing. `host` joins everything, `cli` asks; nobody names those two.
const ARROWS: [(&str, &[&str]); 30] = [
    ("agent_link", &["wire"]),
    ("tlib", &["agent_link", "secret", "wire"]),
    ("stat_server", &["secret", "wire"]),
    ("policy", &["agent_link"]),
    ("preview_end", &[]),
    ("remark", &[]),
    ("worker", &["agent_link", "clock", "policy", "preview_end", "remark"]),
    ("desk", &["agent_link", "clock", "policy", "remark", "web::message", "worker"]),
    (
        "hub",
        &[
            "agent_link",
            "clock",
            "desk",
            "directory",
            "folded",
            "kept",
            "mode",
            "plugins",
            "policy",
            "remark",
            "routing::asker",
            "routing::message",
            "stat_server",
            "web::AgentRow",
            "web::NotRedirected",
            "web::RedirectChange",
            "web::RedirectOrder",
            "web::Shows",
            "web::arrival",
            "web::message",
            "web::pairs",
            "wire::Shown",
            "wire::Throttle",
            "worker",
        ],
    ),
    ("directory", &["agent_link", "config", "folded", "secret", "tasks", "web::accounts"]),
    (
        "config",
        &[
            "fingerprint",
            "plugins",
            "policy",
            "routing",
            "secret",
            "stat_server",
            "telemetry",
            "tlib",
            "web",
            "wire",
            "worker::ChatRules",
        ],
    ),
    ("check", &["config", "directory", "mode", "plugins", "policy", "texts", "web::SiteTexts"]),
    ("texts", &["config", "web::SiteTexts", "web::languages", "web::own_texts"]),
    ("reload", &["config", "directory", "web"]),
    ("routing", &["secret", "tasks", "wire"]),
    ("plugins", &["tasks", "wire::Shown"]),
    ("nodes", &["directory", "routing", "tasks", "web::Readiness", "web::arrival", "web::message", "wire"]),
    ("kept", &["clock", "role", "worker::Kept", "worker::PastPreviews"]),
    ("role", &[]),
    (
        "web",
        &[
            "fingerprint",
            "kept",
            "preview_end",
            "remark",
            "role::Role",
            "secret",
            "tasks",
            "wire::Shown",
            "wire::Throttle",
            "wire::listening",
            "wire::throttle",
        ],
    ),
    (
        "host",
        &[
            "agent_link",
            "check",
            "clock",
            "config",
            "directory",
            "etcd",
            "exit",
            "hub",
            "kept",
            "mode",
            "nodes",
            "plugins",
            "policy",
            "reload",
            "role",
            "routing",
            "signals",
            "stat_server",
            "tasks",
            "telemetry",
            "tlib",
            "web",
            "wire",
            "worker",
        ],
    ),
    ("etcd", &["config", "secret", "web::Readiness"]),
    ("live", &["agent_link", "config", "etcd", "stat_server", "tlib"]),
    (
        "cli",
        &[
            "agent_link",
            "check",
            "config",
            "exit",
            "live",
            "mode",
            "plugins",
            "policy",
            "role",
            "secret",
            "web",
            "wire",
        ],
    ),
    ("telemetry", &["tasks"]),
    ("signals", &["role::Role"]),
    ("secret", &[]),
    ("wire", &[]),
    ("clock", &[]),
    ("folded", &[]),
];

#[test]
fn every_import_follows_an_arrow() {
    let mut wrong = BTreeSet::new();
    each_import(&mut |module, file, path| {
        if !allowed(module).iter().any(|arrow| follows(path, arrow)) {
            wrong.insert(format!("{file}: {module} → {path}"));
        }
    });
    assert!(wrong.is_empty(), "not in the table of arrows:\n{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_arrow_is_followed_by_an_import() {
    let all = ARROWS.iter().flat_map(|(module, allowed)| allowed.iter().map(|arrow| (*module, *arrow)));
    let mut unused: BTreeSet<_> = all.collect();
    each_import(&mut |module, _, path| unused.retain(|(from, arrow)| *from != module || !follows(path, arrow)));
    assert!(unused.is_empty(), "nobody goes this way: {unused:?}");
}

#[test]
fn no_arrow_leads_back() {
    let mut left: Vec<(&str, BTreeSet<&str>)> = Vec::new();
    for (module, allowed) in ARROWS {
        let modules = allowed.iter().map(|arrow| arrow.split("::").next().unwrap());
        left.push((module, modules.filter(|to| *to != module).collect()));
    }
    // Whoever names nobody that is left can be built; when nobody is, the rest goes round.
    while let Some(at) = left.iter().position(|(_, to)| left.iter().all(|(module, _)| !to.contains(module))) {
        left.remove(at);
    }
    assert!(left.is_empty(), "these name each other in a circle, or lead into one: {left:?}");
}

fn allowed(module: &str) -> &'static [&'static str] {
    ARROWS.iter().find(|(name, _)| *name == module).map_or(&[], |(_, allowed)| allowed)
}

fn follows(path: &str, arrow: &str) -> bool {
    path == arrow || path.starts_with(&format!("{arrow}::"))
}

/// What each module names of the others: the module, the file, the path.
fn each_import(each: &mut impl FnMut(&str, &str, &str)) {
    each_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |module, file, source| {
        for path in paths(source).iter().filter(|path| path.split("::").next() != Some(module)) {
            each(module, file, path);
        }
    });
}

/// Source files with the module of the crate they belong to, tests apart.
fn each_file(folder: &Path, each: &mut impl FnMut(&str, &str, &str)) {
    fn walk(folder: &Path, root: &Path, each: &mut impl FnMut(&str, &str, &str)) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" && name != "model" {
                walk(&path, root, each);
            }
            let is_test = ["tests", "model", "golden"].contains(&&*name) || name.ends_with("_tests");
            if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
                let file = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                let module = file.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
                if module != "lib" && module != "main" {
                    let source = fs::read_to_string(&path).unwrap();
                    each(&module, &file, source.split("#[cfg(test)]\nmod tests").next().unwrap());
                }
            }
        }
    }
    walk(folder, folder, each);
}

/// Every path below `crate::`, use trees spread out, comments left out.
fn paths(source: &str) -> Vec<String> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let tree = &code[at + "crate::".len()..];
        spread(tree, "", &mut found);
    }
    found
}

/// Reads one use tree, or one path, from the start of `text`; returns what is left behind it.
fn spread<'t>(text: &'t str, prefix: &str, found: &mut Vec<String>) -> &'t str {
    let mut rest = text.trim_start();
    let mut path = prefix.to_owned();
    loop {
        if let Some(inner) = rest.strip_prefix('{') {
            rest = inner;
            loop {
                rest = spread(rest, &path, found).trim_start();
                rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
                if let Some(after) = rest.strip_prefix('}') {
                    return after;
                }
            }
        }
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word != "self" {
            path = if path.is_empty() { word.to_owned() } else { format!("{path}::{word}") };
        }
        match after.strip_prefix("::") {
            Some(next) if next.starts_with(|letter: char| letter.is_alphanumeric() || "_{".contains(letter)) => {
                rest = next;
            }
            _ => {
                found.push(path);
                return after.strip_prefix(" as ").map_or(after, |alias| {
                    alias.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_')
                });
            }
        }
    }
}

#[test]
fn use_trees_are_spread_out() {
    let source = "use crate::{a::{self, B as C, d::E}, f};\n// crate::no\nfn x() { crate::g::h(1) }";
    assert_eq!(paths(source), ["a", "a::B", "a::d::E", "f", "g::h"]);
}
