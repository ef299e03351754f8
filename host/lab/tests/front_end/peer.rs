//! A real SIPE client: peers/sipe.

use serde_json::Value;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// The client starts in a second or two on an idle machine.
const LIMIT: Duration = Duration::from_secs(90);

pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    /// Starts the client with these settings (see peers/sipe/drive.py).
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        assert!(
            Path::new("/usr/bin/finch").exists(),
            "finch is not installed, the real client of this test: make setup"
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/sipe/run-peer.sh");
        let mut command = Command::new("bash");
        command.arg(script).env("PEER_SECONDS", "120").env("PEER_PASSWORD", super::PASSWORD);
        command.env("PEER_USER", "alice@example.com").env("PEER_LOGIN", "EXAMPLE\\alice");
        command.envs(settings.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { input: child.stdin.take().unwrap(), events, child }
    }

    /// The next event that fits.
    pub(crate) async fn event(&mut self, wanted: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        let found = timeout(LIMIT, async {
            while let Some(line) = self.events.next_line().await.unwrap() {
                let event: Value = serde_json::from_str(&line).unwrap();
                if fits(&event) {
                    return Some(event);
                }
                seen.push(line);
            }
            None
        });
        let found = found.await.ok().flatten();
        found.unwrap_or_else(|| panic!("{wanted} never came; the client said {seen:#?}"))
    }

    /// Waits until the client shows a status and a text for a user.
    pub(crate) async fn shows(&mut self, user: &str, status: &str, text: &str) -> Value {
        let (uri, plain) = (format!("sip:{user}@example.com"), format!("{user}@example.com"));
        self.event(&format!("{user} {status} {text}"), |event| {
            event["event"] == "presence"
                && (event["uri"] == uri.as_str() || event["uri"] == plain.as_str())
                && event["status"] == status
                && event["text"].as_str().is_some_and(|shown| shown.contains(text))
        })
        .await
    }

    pub(crate) async fn happens(&mut self, event: &str) -> Value {
        self.event(event, |seen| seen["event"] == event).await
    }

    pub(crate) async fn command(&mut self, command: &str) {
        self.input.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    }

    /// Signs out and waits for the end of the client.
    pub(crate) async fn quit(mut self) {
        self.command("quit").await;
        self.happens("signed-out").await;
        timeout(LIMIT, self.child.wait()).await.unwrap().unwrap();
    }
}
