//! Recorded conversations of a real client: the files of plugins/sip/tests/captures, as texts to send again.

use std::collections::HashMap;
use uc_sip::message::{Limits, Message};

/// One recorded message, its line ends restored, its signature and length taken out.
pub(crate) struct Recorded {
    pub(crate) by_client: bool,
    pub(crate) text: String,
    pub(crate) message: Message,
    /// What the client said of itself to be believed, as it was.
    pub(crate) authorization: Option<String>,
}

/// The messages of a file, in order.
pub(crate) fn messages(name: &str) -> Vec<Recorded> {
    let path = format!("{}/../../plugins/sip/tests/captures/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let all = std::fs::read_to_string(path).unwrap();
    let sections = all.split("\n===== ").skip(1).filter_map(|section| section.split_once('\n'));
    sections
        .filter(|(title, _)| title.ends_with("->"))
        .map(|(title, text)| {
            let authorization = text.lines().find_map(|line| line.strip_prefix("Authorization: ")).map(str::to_owned);
            let text = whole(text);
            let message = Message::parse(text.clone().into(), &Limits::default()).unwrap();
            Recorded { by_client: title.starts_with("CLIENT"), text, message, authorization }
        })
        .collect()
}

fn whole(text: &str) -> String {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let own = ["Content-Length:", "Authorization:", "Authentication-Info:"];
    let head: Vec<_> = head.lines().filter(|line| !own.iter().any(|name| line.starts_with(name))).collect();
    let body = body.trim_end_matches('\n').replace('\n', "\r\n");
    // In these bodies a line break behind the last line does not count, but a multipart body ends with one.
    let body = if body.starts_with("--") { body + "\r\n" } else { body };
    format!("{}\r\nContent-Length: {}\r\n\r\n{body}", head.join("\r\n"), body.len())
}

/// The recorded final answer to a request.
pub(crate) fn answer_to<'r>(all: &'r [Recorded], request: &Message) -> &'r Message {
    let fits = |known: &&Recorded| {
        !known.by_client
            && known.message.status().is_some_and(|status| status >= 200)
            && known.message.call_id() == request.call_id()
            && known.message.cseq() == request.cseq()
    };
    &all.iter().find(fits).unwrap().message
}

/// Tags that the server of today gives where the recorded one gave another.
#[derive(Default)]
pub(crate) struct Tags(HashMap<String, (String, String)>);

impl Tags {
    /// Notes the tags of the same answer, recorded and of today.
    pub(crate) fn learn(&mut self, recorded: &Message, today: &Message) {
        if let (Some(old), Some(new)) = (recorded.to().unwrap().tag(), today.to().unwrap().tag()) {
            let call = recorded.call_id().unwrap().to_owned();
            self.0.insert(call, (old.to_owned(), new.to_owned()));
        }
    }

    /// A recorded request with today's tag.
    pub(crate) fn apply(&self, recorded: &Recorded) -> String {
        match self.0.get(recorded.message.call_id().unwrap()) {
            Some((old, new)) => recorded.text.replace(&format!(";tag={old}"), &format!(";tag={new}")),
            None => recorded.text.clone(),
        }
    }
}
