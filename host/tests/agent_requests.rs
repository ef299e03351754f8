//! Nothing but the reconciling of a line asks anything of an agent: in what is shipped, requests for agents are made in
//! `worker/line.rs` alone. The T-Server's protocol only writes them.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::{fs, path::Path};

/// Where they may be named with what is in them.
const WHERE: [&str; 2] = ["worker/line.rs", "tlib/"];

fn sources(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_test = ["tests", "model"].contains(&&*name) || name.ends_with("_tests");
        if path.is_dir() && !is_test {
            sources(&path, each);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
            let text = fs::read_to_string(&path).unwrap();
            each(&path, text.split("#[cfg(test)]\nmod tests {").next().unwrap());
        }
    }
}

/// Places where such a request is made; a pattern that looks at nothing in it makes none.
fn makes(source: &str) -> usize {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let requests = code.match_indices("Request::Agent").map(|(at, _)| &code[at + "Request::Agent".len()..]);
    let named =
        requests.filter(|rest| ["Login", "Logout", "Ready", "NotReady"].iter().any(|name| rest.starts_with(name)));
    named.filter(|rest| !rest.split_once(' ').is_some_and(|(_, rest)| rest.starts_with("{ .. }"))).count()
}

#[test]
fn nothing_but_the_reconciling_of_a_line_makes_a_request_for_an_agent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut elsewhere, mut there) = (Vec::new(), 0);
    sources(&root, &mut |path, source| {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        match makes(source) {
            0 => {}
            found if WHERE.iter().any(|place| file.starts_with(place)) => there += found,
            _ => elsewhere.push(file),
        }
    });
    assert_eq!(elsewhere, Vec::<String>::new());
    assert!(there >= 4, "the sources could not be read");
}

#[test]
fn a_pattern_makes_no_request() {
    assert_eq!(makes("Request::AgentLogin { .. } => Request::AgentReady { this_dn, ..request }"), 1);
    assert_eq!(makes("AdminRequest::Agents(ticket)"), 0);
    assert_eq!(makes("    /// [`Request::AgentLogin`]"), 0);
}
