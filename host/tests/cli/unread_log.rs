//! A log that nobody reads, or that cannot be written, holds nobody up and is told of.

use crate::{
    program::stage,
    reloads::{admin, ask},
    rotation::free_port,
    service::{Service, anywhere},
};
use std::{
    fs,
    io::{Read, Write as _},
    net::TcpStream,
    path::Path,
    process::Command,
    sync::mpsc,
    time::{Duration, Instant},
};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// A service that logs to `uc.log`, and its address for operators.
fn logging(begin: impl FnOnce(&str) -> Service, more: &str) -> (tempfile::TempDir, Service, String) {
    let (folder, file) = stage(|text| format!("{}\n[log]\nfile = \"uc.log\"\n{more}", anywhere(&text)));
    let service = begin(&file);
    let log = folder.path().join("uc.log");
    let serving =
        || fs::read_to_string(&log).unwrap_or_default().lines().find(|line| line.contains("serving")).map(admin);
    until("it does not serve", || serving().is_some());
    let address = serving().unwrap();
    (folder, service, address)
}

fn is_told(address: &str, why: &str) {
    let shown = || ask(address, "GET /readyz?verbose");
    until(&format!("{why} is not shown"), || {
        shown().lines().any(|line| line.starts_with("[~] log: records are lost: ") && line.contains(why))
    });
    let metrics = ask(address, "GET /metrics");
    let counted = metrics.lines().find_map(|line| line.strip_prefix("uc_log_records_lost_total "));
    assert!(counted.is_some_and(|lost| lost != "0"), "{metrics}");
}

#[test]
fn a_standard_error_that_nobody_reads_holds_up_neither_answers_nor_the_end() {
    let (_folder, file) = stage(|text| format!("{}\n[log]\nlevel = \"trace\"\n", anywhere(&text)));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    // Together twice as much as a pipe takes.
    for _ in 0..60 {
        assert!(ask(&address, "POST /-/reload").contains("\"errors\":[]"));
    }
    assert_eq!(ask(&address, "GET /livez"), "alive\n");
    service.signal("-TERM");
    assert_eq!(service.ended_unread(), Some(0));
}

#[test]
fn a_start_that_is_refused_ends_although_nobody_reads_why() {
    type Edit = fn(&str) -> String;
    let cases: [(&str, i32, Edit); 4] = [
        ("a fault", 78, |text| format!("{text}\nno-such-key = 1\n")),
        ("a port that is taken", 69, |text| text.replacen("127.0.0.1:0", "TAKEN", 1)),
        ("no file", 78, |_| String::new()),
        ("no log", 78, |text| format!("{text}\n[log]\nfile = \"/dev/full/uc.log\"\n")),
    ];
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for (what, code, edit) in cases {
        let (folder, file) = stage(|text| anywhere(&text));
        let edited = edit(&fs::read_to_string(&file).unwrap());
        fs::write(&file, edited.replace("TAKEN", &taken.local_addr().unwrap().to_string())).unwrap();
        if edited.is_empty() {
            fs::remove_file(&file).unwrap();
        }
        let begun = Instant::now();
        // As much as a pipe takes.
        let mut service = Service::after("head -c 65536 /dev/zero >&2", &file);
        assert_eq!(service.ended_unread(), Some(code), "{what}: {folder:?}");
        assert!(begun.elapsed() < PATIENCE, "{what}");
    }
}

/// [`anywhere`], with operators at an address that is known.
fn with_operators_at(port: &str, text: &str) -> String {
    let operators = "[admin]\nlisten = \"127.0.0.1:0\"";
    anywhere(text).replace(operators, &operators.replace("127.0.0.1:0", port))
}

/// Reads on a thread of its own until somebody has seen so many reloads, and tells how many bytes came.
fn reads(mut from: impl Read + Send + 'static, reloads: usize) -> mpsc::Receiver<usize> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut read, mut piece) = (Vec::new(), [0; 4096]);
        while String::from_utf8_lossy(&read).matches("needs_restart").count() < reloads {
            match from.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(more) => read.extend_from_slice(&piece[..more]),
            }
        }
        let _ = tell.send(read.len());
    });
    told
}

#[test]
fn whoever_reads_late_finds_everything_in_whatever_kind_of_pipe() {
    const RELOADS: usize = 120;
    const NOT_BLOCKING: &str = "perl -e 'use Fcntl; fcntl(STDERR, F_SETFL, O_WRONLY | O_NONBLOCK) or die $!'";
    for named in [false, true] {
        let log = if named { "file = \"uc.log\"\nlevel = \"trace\"" } else { "level = \"trace\"" };
        let port = free_port().to_string();
        let (folder, file) = stage(|text| format!("{}\n[log]\n{log}\n", with_operators_at(&port, &text)));
        let pipe = folder.path().join("uc.log");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut service = Service::after(NOT_BLOCKING, &file);
        until("it does not serve", || TcpStream::connect(&port).is_ok());
        for _ in 0..RELOADS {
            assert!(ask(&port, "POST /-/reload").contains("\"errors\":[]"));
        }
        let lost = |metrics: &str| metrics.lines().any(|line| line.starts_with("uc_log_records_lost_total "));
        assert!(!lost(&ask(&port, "GET /metrics")), "{named}");
        let read = match named {
            true => reads(fs::File::open(&pipe).unwrap(), RELOADS),
            false => reads(service.log(), RELOADS),
        };
        assert!(read.recv_timeout(PATIENCE).expect("all of them come") > 65_536, "{named}");
        service.signal("-TERM");
        assert_eq!(service.ended_unread(), Some(0));
    }
}

#[test]
fn a_reader_that_waits_for_a_pipe_reads_it_to_the_end() {
    let port = free_port().to_string();
    let (folder, file) = stage(|text| format!("{}\n[log]\nfile = \"uc.log\"\n", with_operators_at(&port, &text)));
    let pipe = folder.path().join("uc.log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    assert_eq!(crate::program::run(&["check", "--config", &file]).code, 0);
    assert!(!reader.is_finished(), "a look is no end");
    let mut service = Service::begin(&file, &[]);
    until("it does not serve", || TcpStream::connect(&port).is_ok());
    assert_eq!(ask(&port, "GET /livez"), "alive\n");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
    let said = reader.join().unwrap();
    assert!(said.contains("serving") && said.contains("draining"), "{said}");
}

#[test]
fn a_full_disk_under_the_log_is_told_and_what_was_lost_is_counted_in_the_log() {
    let (folder, mut service, address) = logging(|file| Service::begin(file, &[]), "");
    let log = folder.path().join("uc.log");
    let put = |there: &Path| {
        fs::remove_file(&log).unwrap();
        std::os::unix::fs::symlink(there, &log).unwrap();
        service.signal("-HUP");
    };
    put(Path::new("/dev/full"));
    is_told(&address, "uc.log cannot be written: No space left on device");
    let room = folder.path().join("room.log");
    put(&room);
    until("what was lost is not told", || {
        let text = fs::read_to_string(&room).unwrap_or_default();
        text.lines().any(|line| line.contains("records of the log were lost") && line.contains(" records="))
    });
    until("it is still shown", || !ask(&address, "GET /readyz?verbose").contains(" log: "));
    service.signal("-TERM");
    let (code, said) = service.ended_with_log();
    assert_eq!((code, said.matches("cannot be written").count()), (Some(0), 1), "{said}");
}

#[test]
fn a_log_that_may_not_grow_further_is_told_and_ends_nobody() {
    // Blocks of 512 or 1024 bytes, as the shell counts.
    let (folder, mut service, address) = logging(|file| Service::after("ulimit -f 16", file), "");
    let mut log = fs::File::options().append(true).open(folder.path().join("uc.log")).unwrap();
    log.write_all(&[b'\n'; 16 * 1024]).unwrap();
    assert!(ask(&address, "POST /-/reload").contains("\"errors\":[]"));
    is_told(&address, "File too large");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_log_that_cannot_be_begun_anew_is_shown_and_told_on_standard_error() {
    let (folder, mut service, address) = logging(|file| Service::begin(file, &[]), "");
    let log = folder.path().join("uc.log");
    fs::rename(&log, folder.path().join("uc.log.1")).unwrap();
    fs::create_dir(&log).unwrap();
    service.signal("-HUP");
    let told = service.wait_for("cannot write the log file");
    assert!(told.contains("uc.log"), "{told}");
    let shown = || ask(&address, "GET /readyz?verbose");
    until("it is not shown", || shown().contains("[~] log: cannot write the log file"));
    fs::remove_dir(&log).unwrap();
    service.signal("-HUP");
    until("it is still shown", || !shown().contains(" log: "));
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn what_is_said_before_an_end_by_an_error_is_written() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_folder, file) =
        stage(|text| text.replace("127.0.0.1:8080", &address).replace("127.0.0.1:7200", "127.0.0.1:0"));
    let (code, said) = Service::begin(&file, &[]).ended_with_log();
    assert_eq!(code, Some(69), "{said}");
    assert!(said.contains("open files") && said.contains("error: ") && said.contains(&address), "{said}");
}

#[test]
fn a_store_that_may_not_grow_further_ends_nobody_either() {
    let (folder, file) = stage(|text| anywhere(&text).replace("[web]", "[web]\nstate-dir = \"state\""));
    fs::create_dir(folder.path().join("state")).unwrap();
    let mut service = Service::after("ulimit -f 8", &file);
    let address = admin(&service.wait_for("serving"));
    until("it is not shown", || ask(&address, "GET /readyz?verbose").contains("[~] store"));
    service.signal("-TERM");
    let (code, log) = service.ended_with_log();
    assert!(code.is_some(), "no signal has ended it: {log}");
}
