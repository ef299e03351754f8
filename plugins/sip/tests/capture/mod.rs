//! The recorded conversations as messages. The files hold them with plain line ends and without CR.

#![allow(dead_code, clippy::unwrap_used)] // each test file uses what it needs

use uc_sip::message::{Limits, Message};

/// One recorded message.
pub(crate) struct Sent {
    /// Whether the real client sent it; else the lab server did.
    pub(crate) by_client: bool,
    pub(crate) message: Message,
}

/// The messages of `tests/captures/{name}.txt` in order.
pub(crate) fn messages(name: &str) -> Vec<Sent> {
    sections(name)
        .into_iter()
        .filter(|(title, _)| title.ends_with("->"))
        .map(|(title, text)| Sent { by_client: title.starts_with("CLIENT"), message: message(&text) })
        .collect()
}

/// Titles and texts of all sections.
pub(crate) fn sections(name: &str) -> Vec<(String, String)> {
    let path = format!("{}/tests/captures/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let sections = text.split("\n===== ").skip(1);
    sections
        .map(|section| section.split_once('\n').unwrap_or((section, "")))
        .map(|(title, text)| (title.to_owned(), text.to_owned()))
        .collect()
}

/// Restores the line ends of the head; the body is what follows, its recorded length left out of account.
fn message(text: &str) -> Message {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let head: Vec<_> = head.lines().filter(|line| !line.starts_with("Content-Length:")).collect();
    let body = body.trim_end_matches('\n').replace('\n', "\r\n");
    let whole = format!("{}\r\nContent-Length: {}\r\n\r\n{body}", head.join("\r\n"), body.len());
    Message::parse(whole.into(), &Limits::default()).unwrap()
}
