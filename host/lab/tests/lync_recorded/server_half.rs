//! The server's half of recorded conversations, sent to the product. What the product chose itself (Via, tags, Call-ID,
//! CSeq) takes the place of what the recorded client chose; all else is sent as it was recorded.

use crate::{
    front_end::recording::Recorded,
    lync::{RawPeer, Wire},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use uc_lab::PATIENCE;
use uc_sip::message::{Frame, Framer, Limits, Message};

/// One connection of the product.
pub(crate) struct ServerHalf {
    stream: Box<dyn Wire>,
    framer: Framer,
}

impl ServerHalf {
    pub(crate) async fn accept(peer: &RawPeer) -> Self {
        Self { stream: peer.accept().await.stream, framer: Framer::new(Limits::default()) }
    }

    /// What the product sends next, none when it closes the connection.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            match self.framer.take().unwrap() {
                Some(Frame::Message(message)) => return Some(message),
                Some(Frame::KeepAlive) => {}
                Some(Frame::Skipped(malformed)) => panic!("the product sent {malformed}"),
                None => {
                    let mut bytes = [0; 8192];
                    // A connection that is cut is closed as well.
                    let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("bytes of the product");
                    match read.unwrap_or(0) {
                        0 => return None,
                        count => self.framer.buffer().extend_from_slice(&bytes[..count]),
                    }
                }
            }
        }
    }

    /// The next message, which must be a request of that kind.
    pub(crate) async fn request(&mut self, method: &str) -> Message {
        let message = self.next().await.unwrap_or_else(|| panic!("closed instead of {method}"));
        assert!(message.is_request() && message.method() == method, "{method} is expected: {message:?}");
        message
    }

    /// Sends recorded text.
    pub(crate) async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Answers a request as the recorded one was answered.
    pub(crate) async fn answer(&mut self, recorded: &Recorded, request: &Message) {
        self.send(&in_answer_to(recorded, request)).await;
    }

    /// Takes a request and answers it.
    pub(crate) async fn exchange(&mut self, method: &str, recorded: &Recorded) -> Message {
        let request = self.request(method).await;
        self.answer(recorded, &request).await;
        request
    }
}

/// A recorded answer, to another request.
pub(crate) fn in_answer_to(recorded: &Recorded, request: &Message) -> String {
    let (head, body) = recorded.text.split_once("\r\n\r\n").unwrap();
    let field = |name: &str| request.named(name).unwrap().to_owned();
    let tag = recorded.message.to().unwrap().tag().map(|tag| format!(";tag={tag}")).unwrap_or_default();
    let line = |line: &str| match line.split_once(':').map(|(name, _)| name) {
        Some("To") if !field("To").contains(";tag=") => format!("To: {}{tag}", field("To")),
        Some(name @ ("Via" | "From" | "To" | "Call-ID" | "CSeq")) => format!("{name}: {}", field(name)),
        _ => line.to_owned(),
    };
    format!("{}\r\n\r\n{body}", head.lines().map(line).collect::<Vec<_>>().join("\r\n"))
}
