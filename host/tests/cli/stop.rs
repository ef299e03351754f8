//! A stop is heard whatever is being read.

use crate::{
    lent::Lent,
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// What `drain-deadline` allows in the staged configuration, and what the process may take beyond it.
const LONGEST: Duration = Duration::from_secs(13);

#[test]
fn a_start_that_reads_for_ever_is_stopped() {
    for name in ["uc.toml", "directory.toml"] {
        let (folder, file) = stage(|text| anywhere(&text));
        let path = folder.path().join(name);
        let mut lent = Lent::new(&path);
        let mut service = Service::begin(&file, &[]);
        lent.until_it_is_read();
        let begun = Instant::now();
        // A reload asked for by mistake ends nothing.
        service.signal("-HUP");
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0), "{name}");
        assert!(begun.elapsed() < LONGEST, "{name}");
    }
}

/// Other files that a start reads, with the lines that name them.
const NAMED: [(&str, &str, &str); 3] = [
    ("web.pem", "[web]", "[web]\ntls-cert = 'web.pem'\ntls-key = 'web.key'"),
    ("routing.token", "[routing]", "[routing]\napi-token-file = 'routing.token'"),
    ("presence.xml", "[web]", "[web]"),
];

#[test]
fn a_start_that_reads_a_named_file_for_ever_is_stopped() {
    for (name, section, lines) in NAMED {
        let (folder, file) = stage(|text| anywhere(&text).replace(section, lines));
        fs::write(folder.path().join("web.key"), "read after the certificate").unwrap();
        let path = folder.path().join(name);
        fs::File::options().append(true).create(true).open(&path).unwrap();
        let mut lent = Lent::new(&path);
        let mut service = Service::begin(&file, &[]);
        lent.until_it_is_read();
        let begun = Instant::now();
        service.signal("-TERM");
        let (code, log) = service.ended_with_log();
        assert_eq!(code, Some(0), "{name}: {log}");
        assert!(begun.elapsed() < LONGEST, "{name}");
    }
}

#[test]
fn a_reload_that_reads_for_ever_is_stopped() {
    for name in ["uc.toml", "directory.toml"] {
        let (folder, file) = stage(|text| anywhere(&text));
        let mut service = Service::start(&file);
        let path = folder.path().join(name);
        let mut lent = Lent::new(&path);
        // More than may wait.
        (0..40).for_each(|_| service.signal("-HUP"));
        lent.until_it_is_read();
        let begun = Instant::now();
        service.signal("-TERM");
        let (code, log) = service.ended_with_log();
        assert_eq!(code, Some(0), "{name}: {log}");
        assert!(log.contains("plug-in stopped"), "the plug-ins were put away: {log}");
        assert!(begun.elapsed() < LONGEST, "{name}");
    }
}

#[test]
fn a_drain_that_its_deadline_cuts_is_told_by_the_exit_code() {
    let (_folder, file) =
        stage(|text| anywhere(&text).replace("[uc-connector]", "[uc-connector]\ndrain-deadline = 0.2"));
    let mut service = Service::begin(&file, &[]);
    let line = service.wait_for("serving");
    let address = line.split("web=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect(&line);
    let mut open = TcpStream::connect(address).unwrap();
    // Half a request, whose rest the service waits for.
    open.write_all(b"POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
    // Answered after it, so the half was taken.
    let mut other = TcpStream::connect(address).unwrap();
    other.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    other.read_to_end(&mut Vec::new()).unwrap();
    service.signal("-TERM");
    let (code, log) = service.ended_with_log();
    assert_eq!(code, Some(75), "{log}");
    assert!(log.contains("the drain deadline has passed"), "{log}");
}
