//! What `host/src/stat_server/PROTOCOL.md` demands of a Stat Server, or of a bridge in front of one, each sentence as a
//! check.

use super::Outcome;
use bytes::BytesMut;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    time::timeout,
};
use uc_connector::{
    stat_server::{
        Notify, ObjectType, PROTOCOL, Statistic, VERSION,
        decode::{Error, Incoming},
        encode::{Request, request},
    },
    wire::{Hello, LineReader, LinkMessage, MAX_LINE, Record, Stream, stream},
};

/// How long a server may take for anything.
const PATIENCE: Duration = Duration::from_secs(10);

/// The server under test, and a statistic that it knows.
#[derive(Clone, Debug)]
pub struct Target {
    /// `HOST:PORT`, plain TCP.
    pub address: String,
    /// An object that it knows.
    pub object: String,
    /// What the object is.
    pub object_type: ObjectType,
    /// A statistic of it.
    pub statistic: String,
}

/// What it must do.
const CHECKS: [&str; 9] = [
    "answers LinkHello with LinkHello",
    "refuses a client that speaks another protocol",
    "answers a second LinkHello with LinkRefused, and closes",
    "answers LinkHeartbeat with LinkHeartbeatAck and the same number",
    "closes at a line of more than 262,144 bytes",
    "opens a statistic, and tells its value without being asked",
    "tells the value when it is asked for it",
    "answers RequestCloseStatistic with EventStatisticClosed",
    "answers with EventError UnknownObject and UnknownStatistic, and goes on",
];

/// What it must do, to be printed.
pub fn must_do() -> impl Iterator<Item = &'static str> {
    CHECKS.into_iter()
}

/// Checks everything.
pub async fn run(target: &Target) -> Vec<Outcome> {
    let results = [
        Peer::open(target).await.map(drop),
        refuses_another_protocol(target).await,
        refuses_a_second_hello(target).await,
        answers_heartbeats(target).await,
        closes_at_a_long_line(target).await,
        opens(target).await.map(drop),
        peeks(target).await,
        closes(target).await,
        refuses_what_it_does_not_know(target).await,
    ];
    CHECKS.into_iter().zip(results).map(|(check, result)| Outcome { check, result }).collect()
}

async fn refuses_another_protocol(target: &Target) -> Result<(), String> {
    let mut peer = Peer::connect(target).await?;
    peer.link(&hello("something-else")).await?;
    peer.is_refused().await
}

async fn refuses_a_second_hello(target: &Target) -> Result<(), String> {
    let mut peer = Peer::open(target).await?;
    peer.link(&hello(PROTOCOL)).await?;
    peer.is_refused().await
}

async fn answers_heartbeats(target: &Target) -> Result<(), String> {
    let mut peer = Peer::open(target).await?;
    peer.link(&LinkMessage::Heartbeat { number: 4711 }).await?;
    match peer.line("LinkHeartbeatAck").await? {
        Some(Line::Link(LinkMessage::HeartbeatAck { number: 4711 })) => Ok(()),
        other => Err(format!("LinkHeartbeatAck 4711 expected, got {other:?}")),
    }
}

async fn closes_at_a_long_line(target: &Target) -> Result<(), String> {
    let mut peer = Peer::open(target).await?;
    // It may close before it has read all.
    let _ = peer.raw(&vec![b'x'; MAX_LINE + 100_000]).await;
    match peer.line("the end of the connection").await? {
        None => Ok(()),
        other => Err(format!("the connection should be closed, got {other:?}")),
    }
}

/// Opens the target's statistic under number 1, and waits for its first value.
async fn opens(target: &Target) -> Result<Peer, String> {
    let mut peer = Peer::open(target).await?;
    peer.ask(&Request::Open(1, target.statistic(&target.object, &target.statistic))).await?;
    match peer.event().await? {
        Incoming::Opened(1, Some(_)) | Incoming::Info(1, _) => Ok(peer),
        Incoming::Opened(1, None) => match peer.event().await? {
            Incoming::Info(1, _) => Ok(peer),
            other => Err(format!("EventInfo after EventStatisticOpened expected, got {other:?}")),
        },
        other => Err(format!("EventStatisticOpened expected, got {other:?}")),
    }
}

async fn peeks(target: &Target) -> Result<(), String> {
    let mut peer = opens(target).await?;
    peer.ask(&Request::Peek(1)).await?;
    match peer.event().await? {
        Incoming::Info(1, _) => Ok(()),
        other => Err(format!("EventInfo expected, got {other:?}")),
    }
}

async fn closes(target: &Target) -> Result<(), String> {
    let mut peer = opens(target).await?;
    peer.ask(&Request::Close(1)).await?;
    loop {
        match peer.event().await? {
            Incoming::Closed(1) => return Ok(()),
            // It was under way.
            Incoming::Info(1, _) => {}
            other => return Err(format!("EventStatisticClosed expected, got {other:?}")),
        }
    }
}

async fn refuses_what_it_does_not_know(target: &Target) -> Result<(), String> {
    let mut peer = Peer::open(target).await?;
    let unknown = "uc-conformance-knows-no-such";
    for (id, object, statistic, expected) in
        [(1, unknown, &*target.statistic, Error::UnknownObject), (2, &*target.object, unknown, Error::UnknownStatistic)]
    {
        peer.ask(&Request::Open(id, target.statistic(object, statistic))).await?;
        match peer.event().await? {
            Incoming::Error(of, error, _) if (of, error) == (id, expected) => {}
            other => return Err(format!("EventError {expected:?} expected, got {other:?}")),
        }
    }
    peer.ask(&Request::Open(3, target.statistic(&target.object, &target.statistic))).await?;
    match peer.event().await? {
        Incoming::Opened(3, _) | Incoming::Info(3, _) => Ok(()),
        other => Err(format!("EventStatisticOpened expected, got {other:?}")),
    }
}

impl Target {
    fn statistic(&self, object: &str, name: &str) -> Arc<Statistic> {
        let (object, name) = (object.into(), name.into());
        let notify = Notify::OnChange(Duration::from_secs(1));
        Arc::new(Statistic { object, object_type: self.object_type, name, notify })
    }
}

/// A line of the server.
#[derive(Debug)]
enum Line {
    Link(LinkMessage),
    Event(Incoming),
}

/// One connection to the server under test.
struct Peer {
    lines: LineReader<ReadHalf<Stream>>,
    output: WriteHalf<Stream>,
}

fn hello(protocol: &str) -> LinkMessage {
    LinkMessage::Hello(Hello {
        protocol: protocol.to_owned(),
        version: VERSION,
        name: "uc-conformance".to_owned(),
        password: None,
        role: None,
        addp_timeout: None,
        addp_remote_timeout: Some(Duration::ZERO),
    })
}

impl Peer {
    async fn connect(target: &Target) -> Result<Self, String> {
        let stream = within("a TCP connection", stream::connect(&target.address, None)).await?;
        let (input, output) = tokio::io::split(stream.map_err(|error| error.to_string())?);
        Ok(Self { lines: LineReader::new(input, MAX_LINE), output })
    }

    async fn open(target: &Target) -> Result<Self, String> {
        let mut peer = Self::connect(target).await?;
        peer.link(&hello(PROTOCOL)).await?;
        match peer.line("LinkHello").await? {
            Some(Line::Link(LinkMessage::Hello(hello))) if hello.protocol == PROTOCOL && hello.version == VERSION => {
                Ok(peer)
            }
            other => Err(format!("LinkHello of `{PROTOCOL}` version {VERSION} expected, got {other:?}")),
        }
    }

    async fn raw(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.output.write_all(bytes).await.map_err(|error| format!("writing failed: {error}"))?;
        self.output.flush().await.map_err(|error| format!("writing failed: {error}"))
    }

    async fn link(&mut self, message: &LinkMessage) -> Result<(), String> {
        let mut bytes = BytesMut::new();
        message.write(&mut bytes);
        self.raw(&bytes).await
    }

    async fn ask(&mut self, what: &Request) -> Result<(), String> {
        let mut bytes = BytesMut::new();
        request(&mut bytes, what);
        self.raw(&bytes).await
    }

    /// The next message about a statistic.
    async fn event(&mut self) -> Result<Incoming, String> {
        loop {
            match self.line("an answer").await? {
                Some(Line::Event(event)) => return Ok(event),
                Some(Line::Link(_)) => {}
                None => return Err("closed instead of answering".to_owned()),
            }
        }
    }

    /// LinkRefused and the end of the connection, or the end alone.
    async fn is_refused(&mut self) -> Result<(), String> {
        loop {
            match self.line("LinkRefused, or the end of the connection").await? {
                None => return Ok(()),
                Some(Line::Link(LinkMessage::Refused { .. })) => {}
                other => return Err(format!("LinkRefused expected, got {other:?}")),
            }
        }
    }

    /// The next line, which has to come soon; none: the connection is closed.
    async fn line(&mut self, wanted: &str) -> Result<Option<Line>, String> {
        // A reset is one way to close.
        let Some(line) = within(wanted, self.lines.next()).await?.ok().flatten() else { return Ok(None) };
        let told = |error: &dyn std::fmt::Display| format!("{error}: {}", String::from_utf8_lossy(&line));
        let record = Record::parse(&line).map_err(|error| told(&error))?;
        let link = LinkMessage::read(&record).map_err(|error| told(&error))?;
        Ok(Some(link.map_or_else(|| Line::Event(Incoming::read(&record)), Line::Link)))
    }
}

async fn within<T>(wanted: &str, future: impl Future<Output = T>) -> Result<T, String> {
    timeout(PATIENCE, future).await.map_err(|_| format!("no {wanted} within {} s", PATIENCE.as_secs()))
}
