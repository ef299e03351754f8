//! `uc-connector plugins`: every file in the plug-in folder, and why it is refused if it is.

use super::{Answer, Exit, print};
use crate::{
    check::report,
    config::{Config, Problem, Source},
    plugins::{Found, Outcome, discover},
};
use serde_json::{Value, json};

/// Answers the command. A refused file is an answer, no failure.
pub(super) fn plugins(answer: &Answer) -> Exit {
    let found = Config::load(&answer.file.config).and_then(|config| {
        let unreadable = |why| vec![Problem::with_file(&Source::unreadable(&config.file), why)];
        discover(&config.plugins.directory).map_err(unreadable)
    });
    match found {
        Ok(found) if answer.json => {
            print(&json!({ "files": found.iter().map(document).collect::<Vec<_>>() }).to_string())
        }
        Ok(found) if found.is_empty() => print("the plug-in folder holds no library"),
        Ok(found) => print(&found.iter().map(line).collect::<Vec<_>>().join("\n")),
        Err(problems) if answer.json => {
            print(&json!({ "problems": problems }).to_string());
            Exit::Config
        }
        Err(problems) => {
            report(&problems);
            Exit::Config
        }
    }
}

/// By the names that `check --json` has for the same things.
fn document(found: &Found) -> Value {
    let file = &found.file;
    match &found.outcome {
        Outcome::Refused { why } => json!({ "file": file, "state": "refused", "why": why }),
        Outcome::Loaded { name, version, api_version, roles, config_keys, sha256, rustc } => json!({
            "file": file,
            "state": "loaded",
            "name": name,
            "version": version,
            "apiVersion": api_version,
            "roles": roles,
            "configKeys": config_keys,
            "sha256": sha256,
            "rustc": rustc,
        }),
    }
}

fn line(found: &Found) -> String {
    let file = found.file.display();
    match &found.outcome {
        Outcome::Refused { why } => format!("{file}\trefused\t{why}"),
        Outcome::Loaded { name, version, api_version, roles, sha256, .. } => {
            format!("{file}\tloaded\t{name} {version} (API {api_version}; {})\tsha256 {sha256}", roles.join(", "))
        }
    }
}
