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
