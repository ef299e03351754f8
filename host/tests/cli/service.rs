//! The service as a process, with its log read and signals sent.

use std::{
    io::{BufRead as _, BufReader, Read as _},
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

    /// Its exit code; none: a signal ended it.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.ended_with_log().0
    }

    /// Its exit code and what it still wrote to its log.
    pub(crate) fn ended_with_log(&mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        // Whoever writes a log that nobody reads may wait for ever.
        self.log.read_to_string(&mut rest).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), rest);
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
