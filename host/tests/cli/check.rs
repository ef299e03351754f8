//! `check`, `plugins`, and that `run` refuses what `check` refuses.

use crate::program::{run, stage};
use std::fs;

#[test]
fn a_sound_configuration_is_summed_up() {
    let (_folder, file) = stage(|text| text);
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in ["nothing wrong", "mode: standalone", "workers: 3", "plug-in standalone: standalone"] {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    let json = run(&["check", "--json", "--config", &file]).json();
    assert_eq!((json["ok"].as_bool(), json["mode"].as_str()), (Some(true), Some("standalone")));
    assert_eq!(json["plugins"][0]["roles"][0], "browser-presence");
}

#[test]
fn every_problem_of_every_file_is_told_at_once() {
    let (folder, file) = stage(|text| text.replace("login-queue", "login-queeu"));
    let directory = folder.path().join("directory.toml");
    let text = fs::read_to_string(&directory).unwrap();
    fs::write(&directory, text.replace("place = \"desk-lee\"", "place = \"desk-le\"")).unwrap();
    for command in ["check", "run"] {
        let ran = run(&[command, "--config", &file]);
        assert_eq!((ran.code, ran.out.as_str()), (78, ""), "{ran:?}");
        for part in ["login-queeu", "did you mean `login-queue`?", "desk-le", "did you mean `desk-lee`?", "2 problems"]
        {
            assert!(ran.err.contains(part), "{}", ran.err);
        }
    }
    let json = run(&["check", "--json", "--config", &file]).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["problems"][0]["suggestion"], "login-queue");
    assert!(json["problems"][1]["file"].as_str().unwrap().ends_with("directory.toml"));
}

#[test]
fn an_agent_rule_that_nobody_can_show_is_a_warning_with_its_place() {
    let rule =
        "\n[[agent-rule]]\nreason = \"7\"\npublish = \"automatic\"\navailability = \"busy\"\nactivity = \"juggling\"\n";
    let (_folder, file) = stage(|text| text + rule);
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("usable, with warnings"), "{}", ran.out);
    for part in ["warning", "agent-rule[0].activity", "juggling", "nothing is published", "on-the-phone", "1 warning"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    let json = run(&["check", "--json", "--config", &file]).json();
    let warning = &json["warnings"][0];
    let line = fs::read_to_string(&file).unwrap().lines().position(|line| line.contains("juggling")).unwrap() + 1;
    assert_eq!((json["ok"].as_bool(), warning["line"].as_u64()), (Some(true), Some(line as u64)), "{json}");
    let mapped = run(&["map", "--agent-state", "NotReady", "--reason", "7", "--config", &file]);
    assert!(mapped.out.contains("the rule is wrong") && mapped.out.contains("rule: agent-rule[0]"), "{mapped:?}");
}

#[test]
fn a_condition_that_nobody_can_read_is_refused() {
    let (_folder, file) = stage(|text| text + "\n[[agent-rule]]\nwork-mode = [\"lunch\"]\npublish = \"nothing\"\n");
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("agent-rule[0].work-mode") && ran.err.contains("after-call-work"), "{}", ran.err);
}

#[test]
fn map_tells_what_an_agents_state_shows() {
    let (_folder, file) = stage(|text| text);
    let map = |asked: &[&str]| run(&[&["map", "--config", &file], asked].concat());
    let ran = map(&["--agent-state", "NotReady", "--work-mode", "AfterCallWork"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in
        ["15500 (away)", "After call work", "rule: default for after call work", "presence propagation: the same"]
    {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    let json = map(&["--agent-state", "ready", "--call-type", "inbound", "--json"]).json();
    assert_eq!(json["publication"]["activity"], "on-the-phone", "{json}");
    assert_eq!(map(&["--agent-state", "Ready", "--availability", "6500"]).code, map(&[]).code, "one of the two");
}

#[test]
fn without_arguments_it_runs_and_a_missing_file_ends_with_78() {
    let ran = run(&["--config", "/nonexistent/uc.toml"]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("/nonexistent/uc.toml"), "{ran:?}");
}

#[test]
fn plug_ins_that_make_no_mode_are_refused_with_the_four_modes() {
    let (_folder, file) =
        stage(|text| format!("{text}\n[[plugin]]\nname = \"again\"\nfile = \"libuc_standalone.so\"\n"));
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("standalone (browser presence); again (browser presence)"), "{}", ran.err);
    assert!(ran.err.contains("presence propagation"), "{}", ran.err);
}

#[test]
fn a_plug_ins_own_complaint_points_at_the_line() {
    let (_folder, file) = stage(|text| text.replace("enable-logout-menu", "enable-logut-menu"));
    let line = fs::read_to_string(&file).unwrap().lines().position(|line| line.contains("logut")).unwrap() + 1;
    let json = run(&["check", "--json", "--config", &file]).json();
    let problem = &json["problems"][0];
    assert_eq!(problem["line"].as_u64(), Some(line as u64), "{json}");
    assert_eq!(problem["key"], "enable-logut-menu", "{json}");
    assert!(problem["message"].as_str().unwrap().contains("did you mean `enable-logout-menu`"), "{json}");
}

#[test]
fn a_missing_plug_in_is_named_precisely() {
    let (_folder, file) = stage(|text| text.replace("libuc_standalone.so", "libuc_missing.so"));
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("libuc_missing.so") && ran.err.contains("1 problem"), "{}", ran.err);
}

#[test]
fn every_file_of_the_folder_is_listed_with_its_fate() {
    let (folder, file) = stage(|text| {
        let end = text.find("directory = \"/").unwrap();
        let rest = &text[end..];
        let line = rest.lines().next().unwrap();
        text.replace(line, "directory = \"libraries\"")
    });
    let libraries = folder.path().join("libraries");
    fs::create_dir(&libraries).unwrap();
    let library = crate::program::built().join("libuc_standalone.so");
    fs::copy(&library, libraries.join("libuc_standalone.so")).unwrap();
    fs::write(libraries.join("garbage.so"), "not a library").unwrap();
    let bytes = fs::read(&library).unwrap();
    fs::write(libraries.join("cut.so"), &bytes[..4096]).unwrap();
    let ran = run(&["plugins", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    assert!(lines[0].starts_with("cut.so\trefused\t") && lines[1].starts_with("garbage.so\trefused\t"), "{}", ran.out);
    assert!(lines[2].starts_with("libuc_standalone.so\tloaded\tstandalone "), "{}", ran.out);
    let json = run(&["plugins", "--json", "--config", &file]).json();
    assert_eq!(json["files"][0]["state"], "refused");
    let loaded = &json["files"][2];
    assert!(loaded["apiVersion"].is_string() && loaded["configKeys"].is_array(), "named as by `check`: {loaded}");
}
