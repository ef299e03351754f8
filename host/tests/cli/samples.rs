//! The files in `config/` are what they say.

use crate::program::{built, run, samples};
use std::fs;

/// The sample with the plug-in folder set to where cargo builds.
fn check(name: &str) -> crate::program::Ran {
    let folder = tempfile::tempdir().unwrap();
    for beside in ["directory.toml", "presence.xml"] {
        fs::copy(samples().join(beside), folder.path().join(beside)).unwrap();
    }
    let text = fs::read_to_string(samples().join(name)).unwrap();
    let plugins = format!("[plugins]\ndirectory = {:?}\n", built());
    let file = folder.path().join(name);
    fs::write(&file, format!("{text}\n{plugins}")).unwrap();
    run(&["check", "--config", file.to_str().unwrap()])
}

#[test]
fn every_mode_has_a_file_that_is_ready_for_use() {
    for (file, mode) in [
        ("standalone", "standalone"),
        ("normal", "normal"),
        ("propagation", "presence propagation"),
        ("connector", "presence connector"),
    ] {
        let ran = check(&format!("{file}.toml"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(&format!("mode: {mode}")), "{}", ran.out);
    }
}

#[test]
fn the_reference_runs_in_the_right_place() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(samples().join("reference.toml")).unwrap();
    let text = text.replace("\"/usr/lib/uc-connector/plugins\"", &format!("{:?}", built()));
    let file = folder.path().join("reference.toml");
    fs::write(&file, text.replace("name = \"north\"", "name = \"lab\"")).unwrap();
    fs::copy(samples().join("directory.toml"), folder.path().join("directory.toml")).unwrap();
    let ran = run(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "the plug-in accepts the settings it is said to have: {ran:?}");
}

#[test]
fn the_demo_passwords_are_those_of_the_comment() {
    let config = uc_connector::config::Config::load(&samples().join("lab/standalone.toml"));
    let names = config.map(|config| config.t_server_names()).unwrap_or_else(|_| vec!["lab".into()]);
    let loaded = uc_connector::directory::load(&samples().join("directory.toml"), &names).unwrap();
    for user in ["kim", "lee", "robin"] {
        assert!(loaded.accounts.verify(user, format!("demo-{user}").as_bytes()).is_some(), "{user}");
    }
}

#[test]
fn check_shows_what_each_mode_publishes() {
    let connector = check("connector.toml").out;
    for part in [
        "published: 2 of 3 workers",
        "1 without sip-address",
        "then, on a call: on a call → automatic, 6500, on-the-phone",
    ] {
        assert!(connector.contains(part), "{part}: {connector}");
    }
    let propagation = check("propagation.toml").out;
    assert!(
        propagation.contains("then, after call work: not-ready, after-call-work → automatic, 15500"),
        "{propagation}"
    );
    assert!(!propagation.contains("then, on a call"), "calls are the platform's own business: {propagation}");
}
