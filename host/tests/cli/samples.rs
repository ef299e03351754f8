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
fn the_modes_whose_plug_ins_are_built_are_ready_for_use() {
    for mode in ["standalone", "normal"] {
        let ran = check(&format!("{mode}.toml"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(&format!("mode: {mode}")), "{}", ran.out);
    }
}

/// Their plug-ins belong to later releases; the day they are built, this test asks for the samples to be finished.
#[test]
fn modes_without_their_plug_ins_say_so_and_nothing_else_is_wrong() {
    for name in ["propagation.toml", "connector.toml"] {
        let text = fs::read_to_string(samples().join(name)).unwrap();
        assert!(text.contains("NOT USABLE YET"), "{name}");
        let ran = check(name);
        assert_eq!(ran.code, 78, "{ran:?}");
        assert!(ran.err.ends_with("1 problem\n") && ran.err.contains("libuc_lync_push.so"), "{}", ran.err);
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
    let config = uc_connector::config::Config::load(&samples().join("lab.toml"));
    let names = config.map(|config| config.t_server_names()).unwrap_or_else(|_| vec!["lab".into()]);
    let loaded = uc_connector::directory::load(&samples().join("directory.toml"), &names).unwrap();
    for user in ["kim", "lee", "robin"] {
        assert!(loaded.accounts.verify(user, format!("demo-{user}").as_bytes()).is_some(), "{user}");
    }
}
