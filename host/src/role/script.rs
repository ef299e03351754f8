//! The site's own programs at a change of roles, such as one that moves an address to this machine.

use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Command,
    time::timeout,
};

/// Lines of a program's output that are logged; the rest is only read.
const MOST_LINES: usize = 100;

/// Bytes of it that are read, and logged, at a time.
const LONGEST: usize = 500;

/// A program with its arguments.
#[derive(Clone, Debug, Default)]
pub struct Script {
    command: Vec<String>,
    deadline: Duration,
}

impl Script {
    /// This one, which is killed after `deadline`; an empty command is none.
    pub fn new(command: Vec<String>, deadline: Duration) -> Self {
        Self { command, deadline }
    }

    /// Runs it to its end or its deadline, and logs what it says and how it ends. It decides nothing: the role changes
    /// whatever becomes of it. `role`: the node's from now on, which it finds in `UC_CONNECTOR_ROLE`.
    pub async fn run(&self, role: super::Role) {
        let Some((program, arguments)) = self.command.split_first() else { return };
        let (script, deadline) = (program.as_str(), self.deadline);
        let started = Command::new(program)
            .args(arguments)
            .env("UC_CONNECTOR_ROLE", role.word())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return tracing::error!(script, %error, "the script cannot be started: see [standby]"),
        };
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let ends = async { tokio::join!(log(script, out), log(script, err), child.wait()).2 };
        match timeout(deadline, ends).await {
            Ok(Ok(status)) if status.success() => tracing::info!(script, "the script has ended"),
            Ok(Ok(status)) => {
                tracing::error!(script, %status, "the script has failed: what it is to do may not be done");
            }
            Ok(Err(error)) => tracing::error!(script, %error, "how the script ended is not known"),
            Err(_) => {
                tracing::error!(script, ?deadline, "the script takes too long and is killed: see script-deadline");
            }
        }
    }
}

async fn log(script: &str, output: Option<impl AsyncRead + Unpin>) {
    let Some(mut output) = output else { return };
    let (mut buffer, mut logged) = ([0; LONGEST], 0);
    while let Ok(read @ 1..) = output.read(&mut buffer).await {
        for line in buffer[..read].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if logged < MOST_LINES {
                let text = String::from_utf8_lossy(line);
                tracing::info!(script, says = text.trim_end().escape_debug().to_string());
            }
            logged += 1;
        }
    }
}
