//! A stop is heard whatever is being read.

use crate::{
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// What `drain-deadline` allows in the staged configuration, and what the process may take beyond it.
const LONGEST: Duration = Duration::from_secs(13);

/// A pipe that nobody writes to: reading it never ends, as on a mount that hangs.
fn pipe(path: &Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()));
}

/// Waits until a thread of the process waits in `open` or `read` of a pipe.
fn until_it_reads(service: &Service) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let waits = |task: fs::DirEntry| {
        let waits = fs::read_to_string(task.path().join("wchan")).unwrap_or_default();
        let call = fs::read_to_string(task.path().join("syscall")).unwrap_or_default();
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        // openat (257) where the kernel tells; else a thread that reads has its name.
        waits.contains("fifo") || call.starts_with("257 ") || ["check", "reload", "directory"].contains(&name.trim())
    };
    while Instant::now() < deadline {
        let tasks = fs::read_dir(format!("/proc/{}/task", service.id())).unwrap();
        if tasks.flatten().any(waits) {
            return;
        }
        std::thread::yield_now();
    }
    panic!("nothing is being read");
}

#[test]
fn a_start_that_reads_for_ever_is_stopped() {
    for name in ["uc.toml", "directory.toml"] {
        let (folder, file) = stage(|text| anywhere(&text));
        pipe(&folder.path().join(name));
        let mut service = Service::begin(&file, &[]);
        until_it_reads(&service);
        let begun = Instant::now();
        // A reload asked for by mistake ends nothing.
        service.signal("-HUP");
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0), "{name}");
        assert!(begun.elapsed() < LONGEST, "{name}");
    }
}

#[test]
fn a_reload_that_reads_for_ever_is_stopped() {
    for name in ["uc.toml", "directory.toml"] {
        let (folder, file) = stage(|text| anywhere(&text));
        let mut service = Service::start(&file);
        pipe(&folder.path().join(name));
        // More than may wait.
        (0..40).for_each(|_| service.signal("-HUP"));
        until_it_reads(&service);
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
