//! A client of a T-Server as strict as PROTOCOL.md allows, which knows nothing of the service's own client.

use bytes::BytesMut;
use std::{borrow::Cow, time::Duration};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    time::timeout,
};
use uc_connector::{
    tlib::{Message, PROTOCOL, VERSION},
    wire::{Hello, LineReader, LinkMessage, MAX_LINE, Record, Sequence, Stream, stream},
};

/// How long a server may take for anything: as long as the service waits for an answer (PROTOCOL.md, section 4).
const PATIENCE: Duration = Duration::from_secs(10);

/// One connection to the server under test.
pub(crate) struct Peer {
    lines: LineReader<ReadHalf<Stream>>,
    output: WriteHalf<Stream>,
    sequence: Sequence,
    reference_id: i64,
}

/// A line of the server.
#[derive(Debug)]
pub(crate) enum Line {
    Link(LinkMessage),
    Message(Message),
    Closed,
}

/// Our hello.
pub(crate) fn hello(name: &str, protocol: &str, addp_remote: Duration) -> LinkMessage {
    LinkMessage::Hello(Hello {
        protocol: protocol.to_owned(),
        version: VERSION,
        name: name.to_owned(),
        password: None,
        role: None,
        addp_timeout: None,
        addp_remote_timeout: Some(addp_remote),
    })
}

impl Peer {
    /// Connects without a word.
    pub(crate) async fn connect(address: &str) -> Result<Self, String> {
        let stream = within("a TCP connection", stream::connect(address, None)).await?;
        let (input, output) = tokio::io::split(stream.map_err(|error| error.to_string())?);
        Ok(Self { lines: LineReader::new(input, MAX_LINE), output, sequence: Sequence::default(), reference_id: 0 })
    }

    /// Connects, exchanges hellos and waits for EventLinkConnected.
    pub(crate) async fn open(name: &str, address: &str, addp_remote: Duration) -> Result<Self, String> {
        let mut peer = Self::connect(address).await?;
        peer.link(&hello(name, PROTOCOL, addp_remote)).await?;
        match peer.line("LinkHello").await? {
            Line::Link(LinkMessage::Hello(hello)) if hello.protocol == PROTOCOL && hello.version == VERSION => {}
            other => return Err(format!("LinkHello of `{PROTOCOL}` version {VERSION} expected, got {other:?}")),
        }
        peer.event("EventLinkConnected").await?;
        Ok(peer)
    }

    /// Sends raw bytes.
    pub(crate) async fn raw(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.output.write_all(bytes).await.map_err(|error| format!("writing failed: {error}"))?;
        self.output.flush().await.map_err(|error| format!("writing failed: {error}"))
    }

    /// Sends a message of the link.
    pub(crate) async fn link(&mut self, message: &LinkMessage) -> Result<(), String> {
        let mut bytes = BytesMut::new();
        message.write(&mut bytes);
        self.raw(&bytes).await
    }

    /// Sends a request and gives the ReferenceID it went with.
    pub(crate) async fn send(&mut self, request: Message) -> Result<i64, String> {
        self.reference_id += 1;
        let mut bytes = BytesMut::new();
        request.with("referenceID", self.reference_id).write(&mut bytes);
        self.raw(&bytes).await?;
        Ok(self.reference_id)
    }

    /// Sends a request and gives its answer, EventError included.
    pub(crate) async fn ask(&mut self, request: Message) -> Result<Message, String> {
        let name = request.name.clone();
        let id = self.send(request).await?;
        loop {
            match self.line(&format!("an answer to {name} with referenceID {id}")).await? {
                Line::Message(message) if message.reference_id() == Some(id) => return Ok(message),
                Line::Closed => return Err(format!("closed instead of answering {name}")),
                _ => {}
            }
        }
    }

    /// Sends a request whose answer must be this event.
    pub(crate) async fn ask_for(&mut self, request: Message, answer: &str) -> Result<Message, String> {
        let name = request.name.clone();
        match self.ask(request).await? {
            message if message.name == answer => Ok(message),
            other => Err(format!("{name} must be answered by {answer}, got\n{other}")),
        }
    }

    /// Sends a request that must be carried out: answered by any event but EventError.
    pub(crate) async fn done(&mut self, request: Message) -> Result<Message, String> {
        let name = request.name.clone();
        match self.ask(request).await? {
            error if error.name == "EventError" => Err(format!("{name} must be carried out, got\n{error}")),
            answer => Ok(answer),
        }
    }

    /// The next event of this name.
    pub(crate) async fn event(&mut self, name: &str) -> Result<Message, String> {
        loop {
            match self.line(name).await? {
                Line::Message(message) if message.name == name => return Ok(message),
                Line::Closed => return Err(format!("closed instead of sending {name}")),
                _ => {}
            }
        }
    }

    /// The next line, which has to come soon.
    pub(crate) async fn line(&mut self, wanted: &str) -> Result<Line, String> {
        within(wanted, self.next()).await?
    }

    /// The next line, whenever it comes. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Line, String> {
        // A reset is one way to close.
        let Some(line) = self.lines.next().await.ok().flatten() else { return Ok(Line::Closed) };
        let told = |error: &dyn std::fmt::Display| format!("{error}: {}", String::from_utf8_lossy(&line));
        let record = Record::parse(&line).map_err(|error| told(&error))?;
        if let Some(message) = LinkMessage::read(&record).map_err(|error| told(&error))? {
            return Ok(Line::Link(message));
        }
        let message = Message::read(&record);
        let number = message.int("linkSequence").and_then(|number| u64::try_from(number).ok());
        self.sequence.check(number).map_err(|error| told(&error))?;
        Ok(Line::Message(message))
    }
}

/// A request for a DN.
pub(crate) fn request(name: &'static str, dn: &str) -> Message {
    Message::new(Cow::Borrowed(name)).with("thisDN", dn)
}

async fn within<T>(wanted: &str, future: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, future).await.map_err(|_| format!("no {wanted} within {} s", PATIENCE.as_secs()))
}
