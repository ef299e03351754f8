//! Which files are loaded, and in which words the others are refused.

use crate::fixtures::{Site, library, plugin};
use std::{fs, os::unix::fs::PermissionsExt};
use uc_connector::plugins::{Digest, Found, Outcome, check, discover};
use uc_plugin_api::{API_VERSION, Role};

/// What is said of this file.
fn why(found: &[Found], file: &str) -> String {
    let found = found.iter().find(|found| found.file.to_str() == Some(file)).expect("the file is listed");
    match &found.outcome {
        Outcome::Refused { why } => why.clone(),
        Outcome::Loaded { .. } => panic!("{file} was loaded"),
    }
}

#[test]
fn every_file_is_listed_with_its_state_and_why() {
    let site = Site::with(&["fixed", "awkward_aborts", "awkward_version", "awkward_layout"]);
    let good = fs::read(library("fixed")).unwrap();
    site.put("libempty.so", b"");
    site.put("libtext.so", b"#!/bin/sh\nexit 0\n");
    site.put("libnoise.so", &(0..9000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>());
    site.put("libcut.so", &good[..4096]);
    site.put("libalmost.so", &good[..good.len() - 1]);
    site.put("notes.txt", b"not looked at");
    let mut foreign = good.clone();
    foreign[18] = 8;
    site.put("libforeign.so", &foreign);
    std::os::unix::fs::symlink(library("fixed"), site.path().join("liboutside.so")).unwrap();
    std::os::unix::fs::symlink("libfixed.so", site.path().join("libinside.so")).unwrap();
    site.put("libopen.so", &good);
    fs::set_permissions(site.path().join("libopen.so"), fs::Permissions::from_mode(0o666)).unwrap();

    let found = discover(&site.directory()).unwrap();
    let loaded: Vec<_> =
        found.iter().filter(|f| matches!(f.outcome, Outcome::Loaded { .. })).map(|f| &f.file).collect();
    assert_eq!(loaded, ["libfixed.so", "libinside.so"]);
    assert_eq!(found.len(), 13, "{found:?}");
    let refused = |file, words: &str| {
        let why = why(&found, file);
        assert!(why.contains(words) && !why.contains('\n'), "{file}: {why}");
    };
    refused("libempty.so", "not a library");
    refused("libtext.so", "not a library");
    refused("libnoise.so", "not a library");
    refused("libcut.so", &format!("cut short: its headers promise {} bytes, it has 4096", good.len()));
    refused("libalmost.so", "cut short");
    refused("libforeign.so", "built for processor 8");
    refused("liboutside.so", "outside the plug-in directory");
    refused("libopen.so", "writable by everybody");
    refused("libawkward_aborts.so", "panic = \"abort\", this host needs panic = \"unwind\"");
    refused("libawkward_version.so", &format!("built for plug-in API 99.0.0, this host speaks {API_VERSION}"));
    refused("libawkward_layout.so", &format!("says plug-in API {API_VERSION} and this host {API_VERSION}"));
}

#[test]
fn what_is_listed_prints_as_json() {
    let site = Site::with(&["awkward"]);
    site.put("libempty.so", b"");
    let json = serde_json::to_value(discover(&site.directory()).unwrap()).unwrap();
    assert_eq!(json[0]["state"], "loaded");
    assert_eq!(json[0]["name"], "awkward");
    assert_eq!(json[0]["roles"], serde_json::json!(["presence-source", "presence-sink"]));
    assert_eq!(json[0]["config_keys"][0], "number");
    assert_eq!(json[1]["state"], "refused");
}

#[test]
fn a_library_that_is_no_plugin_is_not_even_loaded() {
    let libm = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6"];
    let libm = libm.iter().find_map(|path| fs::read(path).ok()).expect("this system has a libm");
    let site = Site::with(&[]);
    site.put("libm.so", &libm);
    assert!(why(&discover(&site.directory()).unwrap(), "libm.so").contains("no UC Connector plug-in"));
}

#[test]
fn the_allow_list_is_kept() {
    let site = Site::with(&["fixed", "awkward"]);
    let mut directory = site.directory();
    directory.allow = vec![Digest::of(&fs::read(library("fixed")).unwrap())];
    let found = discover(&directory).unwrap();
    let awkward = Digest::of(&fs::read(library("awkward")).unwrap());
    assert!(why(&found, "libawkward.so").contains(&awkward.to_string()));
    assert!(matches!(found[1].outcome, Outcome::Loaded { .. }));
}

#[test]
fn a_directory_that_everybody_can_write_is_refused() {
    let site = Site::with(&["fixed"]);
    fs::set_permissions(site.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(why(&discover(&site.directory()).unwrap(), "libfixed.so").contains("writable by everybody"));
}

#[test]
fn a_missing_directory_says_so() {
    let mut directory = Site::with(&[]).directory();
    directory.path = "/nowhere/plugins".into();
    assert!(discover(&directory).unwrap_err().contains("/nowhere/plugins cannot be read"));
}

#[test]
fn check_names_every_problem_with_file_line_and_key() {
    let site = Site::with(&["fixed", "awkward", "awkward_version"]);
    let lines = plugin("good", "fixed", "")
        + &plugin("settings", "awkward", "numbr = 1\nnumber = 1\nstop = \"clea\"")
        + &plugin("range", "awkward", "\nnumber = 20000")
        + &plugin("other", "awkward_version", "")
        + &plugin("absent", "absent", "");
    let checked = check(&site.config(&lines));
    let problems: Vec<_> = checked
        .problems
        .iter()
        .map(|p| p.to_string().replace(site.path().parent().unwrap().to_str().unwrap(), ""))
        .collect();
    let named = [
        "/uc.toml:10:1: numbr: unknown key, did you mean `number`? Allowed: number,",
        "/uc.toml:12:8: stop: unknown variant `clea`",
        "/uc.toml:18:1: number: 0 to 18500 (asked from ",
        "/uc.toml:21: plugin.file: plug-in other: libawkward_version.so: built for plug-in API 99.0.0",
        "/uc.toml:26: plugin.file: plug-in absent: libabsent.so: is not in the plug-in directory",
    ];
    assert_eq!(problems.len(), named.len(), "{problems:#?}");
    for (problem, named) in problems.iter().zip(named) {
        assert!(problem.starts_with(named), "{problem}\n{named}");
    }
    let roles: Vec<_> = checked.loaded.iter().map(|l| (l.plugin.as_str(), l.info.roles.to_vec())).collect();
    let awkward = vec![Role::PresenceSource, Role::PresenceSink];
    assert_eq!(roles, [("good", vec![Role::PresenceSource]), ("settings", awkward.clone()), ("range", awkward)]);
}

#[test]
fn a_check_that_hangs_is_given_up() {
    let site = Site::with(&["awkward"]);
    let checked = check(&site.config(&plugin("one", "awkward", "hang-in-check = true")));
    assert!(checked.problems[0].message.contains("did not return within 5 s"), "{:?}", checked.problems);
}
