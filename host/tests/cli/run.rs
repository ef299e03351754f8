//! `run`: signals and addresses, on the real program.

use crate::program::{run, stage};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};

/// The service, started; ended with the test.
struct Service {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Service {
    fn start(file: &str) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_uc-connector"));
        let mut child = program.args(["--config", file]).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut service = Self { child, log };
        service.wait_for("serving");
        service
    }

    /// Reads the log up to a line with `text`.
    fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        for line in self.log.by_ref().lines().map(Result::unwrap) {
            seen += &line;
            if line.contains(text) {
                return line;
            }
        }
        panic!("the service ended without saying {text:?}: {seen}");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    fn ended(&mut self) -> Option<i32> {
        // Whoever writes a log that nobody reads may wait for ever.
        for _ in self.log.by_ref().lines() {}
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::yield_now();
        }
        panic!("the service does not end");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every listener on any free port; the T-Server is not there.
fn anywhere(text: &str) -> String {
    let text = text.replace("127.0.0.1:7200", "127.0.0.1:0").replace("127.0.0.1:8080", "127.0.0.1:0");
    format!("{text}\n[admin]\nlisten = \"127.0.0.1:0\"\n")
}

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
