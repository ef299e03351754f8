//! `run`: signals and addresses, on the real program.

use crate::{
    program::{run, stage},
    service::{Service, anywhere},
};
use std::net::TcpListener;

#[test]
fn a_reload_is_answered_in_the_log_and_a_stop_ends_with_0() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::start(&file);
    let directory = folder.path().join("directory.toml");
    let good = std::fs::read_to_string(&directory).unwrap();
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("[web]", "[web]\nsession-hours = 3"))
        .unwrap();
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    assert!(report.contains("web.session-hours"), "{report}");
    std::fs::write(&directory, good.replace("place = \"desk-lee\"", "place = \"desk-le\"")).unwrap();
    service.signal("-HUP");
    let refused = service.wait_for("desk-le");
    assert!(refused.contains("there is no place"), "{refused}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn an_address_that_is_taken_ends_with_69() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_folder, file) = stage(|text| anywhere(&text.replace("127.0.0.1:8080", &address)));
    let ran = run(&["run", "--config", &file]);
    assert_eq!(ran.code, 69, "{ran:?}");
    assert!(ran.err.contains(&address), "the message names the address: {ran:?}");
}

#[test]
fn a_log_that_was_moved_away_is_begun_anew_by_a_hang_up() {
    let (folder, file) = stage(|text| format!("{}\n[log]\nfile = \"uc.log\"\n", anywhere(&text)));
    let (log, moved) = (folder.path().join("uc.log"), folder.path().join("uc.log.1"));
    let mut service = Service::begin(&file, &[]);
    let holds = |path: &std::path::Path, text: &str| {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !std::fs::read_to_string(path).unwrap_or_default().contains(text) {
            assert!(std::time::Instant::now() < deadline, "{} does not say {text:?}", path.display());
            std::thread::yield_now();
        }
    };
    holds(&log, "serving");
    holds(&log, "open files");
    std::fs::rename(&log, &moved).unwrap();
    service.signal("-HUP");
    holds(&log, "needs_restart");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
    assert!(!std::fs::read_to_string(&moved).unwrap().contains("draining"));
}

#[test]
fn every_file_whose_content_changed_is_named() {
    let with_files = |text: String| {
        let text = anywhere(&text).replace("[admin]", "[admin]\ntoken-file = \"admin.token\"");
        let text = text.replace("[routing]", "[routing]\napi-token-file = \"routing.token\"");
        text.replace("[[t-server]]", "[[t-server]]\npassword-file = \"t-server.secret\"")
    };
    let (folder, file) = stage(|text| text);
    let files = ["admin.token", "routing.token", "t-server.secret", "presence.xml"];
    for name in &files[..3] {
        std::fs::write(folder.path().join(name), "a-token-long-enough-to-be-safe\n").unwrap();
    }
    std::fs::write(&file, with_files(std::fs::read_to_string(&file).unwrap())).unwrap();
    let mut service = Service::start(&file);
    for name in files {
        let path = folder.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap().replace("safe", "sure") + "\n";
        std::fs::write(path, text).unwrap();
    }
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    let (changed, needs_restart) = report.split_once("needs_restart").unwrap();
    for taken_over in ["routing.api-token-file (content)", "presence-location (content)"] {
        assert!(changed.contains(taken_over), "{report}");
    }
    for kept in ["admin.token-file (content)", "t-server[lab].password-file (content)"] {
        assert!(needs_restart.contains(kept), "{report}");
    }
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}
