//! The control port: a line, an answer.

use super::{Mood, StatServer, mood::MOODS};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use uc_connector::wire::Role;

const HELP: &str = "set OBJECT STATISTIC VALUE | mood MOOD | moods | calm | open | primary | backup | raw LINE | help";

/// Serves until the task is aborted.
pub async fn serve(listener: TcpListener, server: StatServer) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(talk(stream, server.clone()));
    }
}

async fn talk(stream: TcpStream, server: StatServer) {
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if output.write_all(format!("{}\n", answer(&server, line.trim())).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Carries out a line of a script or of the control port.
pub(super) fn answer(server: &StatServer, line: &str) -> String {
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<_> = rest.split_whitespace().collect();
    match (command, words.as_slice()) {
        ("set", [object, statistic, value]) => match value.parse() {
            Ok(value) => {
                server.set(object, statistic, value);
                "done".to_owned()
            }
            Err(_) => "a value is a whole number".to_owned(),
        },
        ("mood", [word]) => match word.parse::<Mood>() {
            Ok(mood) => {
                server.mood(mood);
                "done".to_owned()
            }
            Err(why) => why,
        },
        ("moods", []) => MOODS.iter().map(|(word, _, what)| format!("{word}: {what}")).collect::<Vec<_>>().join("\n"),
        ("calm", []) => {
            server.calm();
            "done".to_owned()
        }
        ("open", []) => format!("{:?}", server.open()),
        ("primary", []) => {
            server.role(Role::Primary);
            "done".to_owned()
        }
        ("backup", []) => {
            server.role(Role::Backup);
            "done".to_owned()
        }
        ("raw", _) => {
            server.send_raw(rest);
            "done".to_owned()
        }
        ("help", _) => HELP.to_owned(),
        _ => format!("not understood; there is: {HELP}"),
    }
}

impl StatServer {
    /// Carries out a script: a line of the control port each, empty ones and those after `#` left out.
    ///
    /// # Errors
    /// The first line that cannot be carried out, and why.
    pub fn script(&self, text: &str) -> Result<(), String> {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let said = answer(self, line);
            if said != "done" {
                return Err(format!("{line:?}: {said}"));
            }
        }
        Ok(())
    }
}
