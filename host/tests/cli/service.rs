//! The service as a process, with its log read and signals sent.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::fd::OwnedFd,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};

/// The service, started; ended with the test.
pub(crate) struct Service {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Service {
    pub(crate) fn start(file: &str) -> Self {
        let mut service = Self::begin(file, &[]);
        service.wait_for("serving");
        service
    }

    /// Begins it, with these variables in its environment.
    pub(crate) fn begin(file: &str, environment: &[(&str, &str)]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_uc-connector"));
        program.args(["--config", file]).envs(environment.iter().copied()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    /// Begins it from a shell that has done this before.
    pub(crate) fn after(done: &str, file: &str) -> Self {
        let script = format!("{done} && exec {} --config {file}", env!("CARGO_BIN_EXE_uc-connector"));
        let mut child = Command::new("sh").args(["-c", &script]).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads the log up to a line with `text`.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let mut seen = String::new();
        for line in self.log.by_ref().lines().map(Result::unwrap) {
            seen += &line;
            if line.contains(text) {
                return line;
            }
        }
        panic!("the service ended without saying {text:?}: {seen}");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    /// What it says from now on, for somebody else to read.
    pub(crate) fn log(&mut self) -> BufReader<ChildStderr> {
        let nothing = OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        std::mem::replace(&mut self.log, BufReader::new(ChildStderr::from(nothing)))
    }

    /// Its exit code; none: a signal ended it.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.ended_with_log().0
    }

    /// Its exit code and what it still wrote to its log.
    pub(crate) fn ended_with_log(&mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.ended_unread(), rest)
    }

    /// Its exit code, while nobody reads its log.
    pub(crate) fn ended_unread(&mut self) -> Option<i32> {
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
pub(crate) fn anywhere(text: &str) -> String {
    let text = text.replace("127.0.0.1:7200", "127.0.0.1:0").replace("127.0.0.1:8080", "127.0.0.1:0");
    format!("{text}\n[admin]\nlisten = \"127.0.0.1:0\"\n")
}
