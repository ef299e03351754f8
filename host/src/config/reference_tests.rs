//! `config/reference.toml` is the manual: it names every key of the code, and its values are the code's defaults.

use super::*;
use std::collections::BTreeSet;
use toml::{Spanned, de::DeValue};

const REFERENCE: &str = include_str!("../../../config/reference.toml");

/// Every section with a key that no section has: the complaints list the keys that there are.
const STRANGER: &str = "\
zzz = 1
[uc-connector]\nzzz = 1
[directory]\nzzz = 1
[[t-server]]\nzzz = 1
[t-server.tls]\nzzz = 1
[[presence-rule]]\nzzz = 1
[[agent-rule]]\nzzz = 1
[[user-data]]\nzzz = 1
[stat-server]\nzzz = 1
[stat-server.tls]\nzzz = 1
[[statistic]]\nzzz = 1
[[contact-point]]\nzzz = 1
[cluster]\nzzz = 1
[cluster.tls]\nzzz = 1
[cluster.node-tls]\nzzz = 1
[standby]\nzzz = 1
[numbering-plan]\nzzz = 1
[outcome]\nzzz = 1
[[disposition]]\nzzz = 1
[routing]\nzzz = 1
[routing.tls]\nzzz = 1
[web]\nzzz = 1
[web.hotkeys]\nzzz = 1
[web.limits]\nzzz = 1
[admin]\nzzz = 1
[log]\nzzz = 1
[plugins]\nzzz = 1
[[plugin]]\nzzz = 1
";

fn source(text: impl Into<String>) -> Arc<Source> {
    Arc::new(Source { path: "reference.toml".into(), text: text.into() })
}

/// The reference with its examples in force.
fn uncommented() -> String {
    let example = |line: &str| {
        line.strip_prefix('#')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
            .map(str::to_owned)
    };
    REFERENCE.lines().map(|line| example(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// The place of an absent key is that of the table above it.
fn is_there(root: &Spanned<DeValue<'_>>, path: &str) -> bool {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    section::locate(root, path) != section::locate(root, above)
}

fn sections(text: &str) -> Result<Sections, Vec<Problem>> {
    let source = source(text);
    let root = section::parse(&source)?;
    let mut problems = Vec::new();
    section::read(&source, &root, "", &mut problems).ok_or(problems)
}

#[test]
fn every_key_of_the_code_is_in_the_reference() {
    let reference = source(uncommented());
    let root = section::parse(&reference).unwrap();
    let complaints = sections(STRANGER).unwrap_err();
    let strangers: Vec<_> = complaints.iter().filter(|problem| problem.message == "no such key").collect();
    assert_eq!(strangers.len(), STRANGER.matches("zzz").count(), "{complaints:#?}");
    for stranger in strangers {
        let section = stranger.key.trim_end_matches("zzz").trim_end_matches('.');
        for key in stranger.allowed.as_deref().unwrap().split(", ") {
            let path = section::join(section, key);
            assert!(is_there(&root, &path), "config/reference.toml lacks {path}");
        }
    }
}

#[test]
fn every_key_of_the_reference_is_in_the_code() {
    sections(&uncommented()).map(drop).expect("the reference is read with its examples in force");
}

#[test]
fn no_value_of_any_key_may_break_a_line_or_hold_a_nul() {
    let text = uncommented();
    let plain = source(text.as_str());
    let mut strings = Vec::new();
    files::walk(&mut section::parse(&plain).unwrap(), "", &mut |value, key| {
        if value.get_ref().is_str() && !files::is_setting(key) {
            strings.push((key.to_owned(), value.span()));
        }
    });
    assert!(strings.len() > 50, "{}", strings.len());
    for (key, span) in strings.iter().filter(|(key, _)| key != "uc-connector.preview-state-name") {
        for value in [r#""a\nb""#, r#""a\u0000b""#] {
            let mut broken = text.clone();
            broken.replace_range(span.clone(), value);
            let problems = Config::read(&source(broken)).unwrap_err();
            let named = |problem: &Problem| problem.key == *key;
            assert!(problems.iter().any(named), "{key} = {value}: {problems:#?}");
        }
    }
}

#[test]
fn the_values_of_the_reference_are_the_defaults() {
    let reference = sections(REFERENCE).unwrap();
    let least = "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'north'\naddress = '127.0.0.1:7100'\n";
    let default = sections(least).unwrap();
    assert_eq!(default.uc_connector, reference.uc_connector);
    assert_eq!(default.directory, reference.directory);
    assert_eq!(default.t_server, reference.t_server);
    assert_eq!(default.routing, reference.routing);
    assert_eq!(default.web.unwrap_or_default(), reference.web.unwrap_or_default());
    assert_eq!(default.admin.unwrap_or_default(), reference.admin.unwrap_or_default());
    assert_eq!(default.log, reference.log);
    assert_eq!(format!("{:?}", default.plugins), format!("{:?}", reference.plugins));
}

#[test]
fn every_key_says_why() {
    let is_key = |line: &&str| line.contains(" = ") && !line.starts_with("# ");
    let silent: BTreeSet<_> = REFERENCE.lines().filter(is_key).filter(|line| !line.contains(" # ")).collect();
    let speaking = ["#activity", "#ca", "#Code", "#tls-key", "pages-per-worker", "format"];
    let silent: Vec<_> = silent.into_iter().filter(|line| !speaking.iter().any(|key| line.starts_with(key))).collect();
    assert!(silent.is_empty(), "no word why: {silent:#?}");
}
