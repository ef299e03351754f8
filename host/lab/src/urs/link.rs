//! URS at its end of the preview link: asks, waits, withdraws; answers heartbeats.

use bytes::BytesMut;
use std::{collections::HashMap, io, time::Duration};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    sync::{mpsc, oneshot},
    time::timeout,
};
use uc_connector::{
    routing::{
        cancel::Cancel, link_session::PROTOCOL, link_session::VERSION, message::Outcome, preview_error::PreviewError,
        preview_request::PreviewRequest, preview_result::PreviewResult, wire_message::WireMessage,
    },
    wire::{
        ConnectError, Hello, LineError, LineReader, LinkMessage, MAX_LINE, Record, Stream, stream::connect,
        tls::ClientTls,
    },
};

/// How long the host may take for its hello.
const GREETING: Duration = Duration::from_secs(10);
/// Silence after which the host polls the link.
const ADDP_REMOTE: Duration = Duration::from_secs(10);

/// A preview brought no outcome.
#[derive(Debug, thiserror::Error)]
pub enum UrsError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The host does not take the link.
    #[error("the host refused the link: {0}")]
    Refused(String),
    /// The link broke, or the host closed it.
    #[error("the preview link is lost")]
    Lost,
    /// The host calls our message none: the lab's own fault.
    #[error("{}: {}", .0.error, .0.message)]
    Fault(PreviewError),
}

impl From<LineError> for UrsError {
    fn from(_: LineError) -> Self {
        Self::Lost
    }
}

impl From<io::Error> for UrsError {
    fn from(_: io::Error) -> Self {
        Self::Lost
    }
}

type Answer = Result<Outcome, UrsError>;

/// One preview link. Dropping the last clone closes it, and with it ends what it asked for.
#[derive(Clone, Debug)]
pub struct Urs(mpsc::Sender<(WireMessage, oneshot::Sender<Answer>)>);

impl Urs {
    /// Connects to a host's `[routing] listen` (`HOST:PORT`), over TLS if told how.
    ///
    /// # Errors
    /// [`UrsError::Connect`], [`UrsError::Refused`], and [`UrsError::Lost`] when something else answers there.
    pub async fn connect(address: &str, tls: Option<&ClientTls>) -> Result<Self, UrsError> {
        let (reader, mut writer) = tokio::io::split(connect(address, tls).await?);
        let mut lines = LineReader::new(reader, MAX_LINE);
        timeout(GREETING, greet(&mut lines, &mut writer)).await.map_err(|_| UrsError::Lost)??;
        let (sender, asked) = mpsc::channel(64);
        let link = Link { lines, writer, output: BytesMut::new(), references: 0, waiting: HashMap::new() };
        tokio::spawn(link.run(asked));
        Ok(Self(sender))
    }

    /// Asks, and waits for the outcome.
    ///
    /// # Errors
    /// [`UrsError::Lost`] and [`UrsError::Fault`].
    pub async fn preview(&self, request: PreviewRequest) -> Answer {
        self.say(WireMessage::Preview(request)).await
    }

    /// Withdraws; the outcome says only that the host took it.
    ///
    /// # Errors
    /// [`UrsError::Lost`] and [`UrsError::Fault`].
    pub async fn cancel(&self, cancel: Cancel) -> Answer {
        self.say(WireMessage::Cancel(cancel)).await
    }

    async fn say(&self, message: WireMessage) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.0.send((message, reply)).await.map_err(|_| UrsError::Lost)?;
        answer.await.map_err(|_| UrsError::Lost)?
    }
}

async fn greet(lines: &mut LineReader<ReadHalf<Stream>>, writer: &mut WriteHalf<Stream>) -> Result<(), UrsError> {
    let hello = Hello {
        protocol: PROTOCOL.into(),
        version: VERSION,
        name: "lab-urs".into(),
        password: None,
        role: None,
        addp_timeout: None,
        addp_remote_timeout: Some(ADDP_REMOTE),
    };
    let mut output = BytesMut::new();
    LinkMessage::Hello(hello).write(&mut output);
    writer.write_all(&output).await?;
    writer.flush().await?;
    let line = lines.next().await?.ok_or(UrsError::Lost)?;
    let record = Record::parse(&line).map_err(|_| UrsError::Lost)?;
    match LinkMessage::read(&record) {
        Ok(Some(LinkMessage::Hello(_))) => Ok(()),
        Ok(Some(LinkMessage::Refused { reason })) => Err(UrsError::Refused(reason)),
        _ => Err(UrsError::Refused(format!("LinkHello expected, {} came", record.name()))),
    }
}

struct Link {
    lines: LineReader<ReadHalf<Stream>>,
    writer: WriteHalf<Stream>,
    output: BytesMut,
    references: u64,
    waiting: HashMap<u64, oneshot::Sender<Answer>>,
}

impl Link {
    /// Until the other side closes or nobody can ask any more; whoever waits then learns it by the dropped reply.
    async fn run(mut self, mut asked: mpsc::Receiver<(WireMessage, oneshot::Sender<Answer>)>) -> Result<(), UrsError> {
        loop {
            tokio::select! {
                message = asked.recv() => match message {
                    Some((message, reply)) => self.send(&message, reply),
                    None => return Ok(self.writer.shutdown().await?),
                },
                line = self.lines.next() => match line? {
                    Some(line) => self.receive(&line),
                    None => return Ok(()),
                },
            }
            self.writer.write_all_buf(&mut self.output).await?;
            self.writer.flush().await?;
        }
    }

    fn send(&mut self, message: &WireMessage, reply: oneshot::Sender<Answer>) {
        self.references += 1;
        self.waiting.insert(self.references, reply);
        self.output.extend_from_slice(message.encode(Some(self.references)).to_string().as_bytes());
        self.output.extend_from_slice(b"\n");
    }

    fn receive(&mut self, line: &[u8]) {
        let Ok(message) = Record::parse(line) else { return };
        if let Ok(Some(LinkMessage::Heartbeat { number })) = LinkMessage::read(&message) {
            return LinkMessage::HeartbeatAck { number }.write(&mut self.output);
        }
        let (reference, answer) = match (PreviewResult::decode(&message), PreviewError::decode(&message)) {
            (Ok(result), _) => (result.reference, Ok(result.outcome)),
            (_, Ok(error)) => (error.reference, Err(UrsError::Fault(error))),
            _ => return tracing::warn!(name = message.name(), "a message that the lab's URS does not know"),
        };
        if let Some(reply) = reference.and_then(|reference| self.waiting.remove(&reference)) {
            // The strategy may have stopped waiting.
            reply.send(answer).ok();
        }
    }
}
