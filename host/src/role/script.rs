//! The site's own programs at a change of roles, such as one that moves an address to this machine.

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
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
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => return tracing::error!(script, %error, "the script cannot be started: see [standby]"),
        };
        let mut group = Group::of(child.id());
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let ends = async { tokio::join!(log(script, out), log(script, err), child.wait()).2 };
        let ended = timeout(deadline, ends).await;
        if ended.is_ok() {
            // What it has left running, and let go of, is meant to run.
            group.0 = None;
        }
        match ended {
            Ok(Ok(status)) if status.success() => tracing::info!(script, "the script has ended"),
            Ok(Ok(status)) => {
                tracing::error!(script, %status, "the script has failed: what it is to do may not be done");
            }
            Ok(Err(error)) => tracing::error!(script, %error, "how the script ended is not known"),
            Err(_) => {
                tracing::error!(
                    script,
                    ?deadline,
                    "the script takes too long and is killed, with what it started: see script-deadline"
                );
            }
        }
    }
}

/// The program and whatever it started: killed together, unless it ended in time.
struct Group(Option<Pid>);

impl Group {
    fn of(leader: Option<u32>) -> Self {
        Self(leader.and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Whoever of it has ended meanwhile is not there to be killed.
            let _ = killpg(group, Signal::SIGKILL);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;
    use std::fs;

    /// Runs a line of shell for up to a second; the process that it has started beside itself.
    async fn left_by(folder: &tempfile::TempDir, line: &str) -> i32 {
        let file = folder.path().join("started");
        let line = format!("sleep 300 > /dev/null 2>&1 & echo $! > {}; {line}", file.display());
        let command = ["sh", "-c", &line].map(str::to_owned).to_vec();
        Script::new(command, Duration::from_secs(1)).run(Role::Primary).await;
        fs::read_to_string(file).unwrap().trim().parse().unwrap()
    }

    fn runs(process: i32) -> bool {
        fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z"))
    }

    #[tokio::test]
    async fn what_a_script_that_hangs_has_started_is_killed_with_it_and_what_another_leaves_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let killed = left_by(&folder, "sleep 300").await;
        timeout(Duration::from_secs(20), async {
            while runs(killed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .expect("it ends");
        let left = left_by(&folder, "true").await;
        assert!(runs(left));
        killpg(nix::unistd::getpgid(Some(Pid::from_raw(left))).unwrap(), Signal::SIGKILL).unwrap();
    }
}
