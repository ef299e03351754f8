//! What goes on while a reload reads, and what it says.

use crate::{
    lent::Lent,
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The body of what the operator's address answers.
fn ask(address: &str, what: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").map_or(answer.clone(), |(_, body)| body.to_owned())
}

fn admin(serving: &str) -> String {
    serving.split("admin=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect(serving).to_owned()
}

#[test]
fn while_a_reload_waits_for_a_mount_everything_else_is_served_and_it_goes_on_afterwards() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let mut lent = Lent::new(&folder.path().join("uc.toml"));
    (0..3).for_each(|_| service.signal("-HUP"));
    lent.until_it_is_read();
    assert!(ask(&address, "GET /-/log-level").contains("info"));
    assert!(ask(&address, "GET /-/agents").starts_with('['));
    drop(lent);
    let report = service.wait_for("needs_restart");
    assert!(report.contains("changed=[]"), "{report}");
    assert!(ask(&address, "POST /-/reload").contains("\"errors\":[]"));
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn what_the_start_warns_of_each_reload_warns_of() {
    let (folder, file) = stage(|text| anywhere(&text));
    fs::remove_file(folder.path().join("presence.xml")).unwrap();
    let mut service = Service::begin(&file, &[]);
    let warned = service.wait_for("presence.xml");
    assert!(warned.contains("WARN"), "{warned}");
    let address = admin(&service.wait_for("serving"));
    service.signal("-HUP");
    let again = service.wait_for("presence.xml");
    assert!(again.contains("WARN"), "{again}");
    service.wait_for("needs_restart");
    let report = ask(&address, "POST /-/reload");
    assert!(report.contains("\"warnings\":[\"") && report.contains("presence.xml"), "{report}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}
