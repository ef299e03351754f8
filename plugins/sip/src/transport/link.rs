//! One connection: a reader that cuts frames and a writer that joins what waits, both bounded.

use super::{Stream, Writing};
use crate::message::{Frame, Framer, Limits, Malformed, Message};
use bytes::{Bytes, BytesMut};
use std::io;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

/// Memory taken for reading when what is left is short of [`SPARE`]: many messages share one piece.
const READ: usize = 64 * 1024;
/// Room for a read, about three notifies.
const SPARE: usize = 4 * 1024;
/// Bytes written at once; more than a few TLS records gain nothing.
const WRITE: usize = 256 * 1024;

/// Bounds on one connection.
#[derive(Clone, Copy, Debug)]
pub struct LinkSettings {
    /// Bounds on messages.
    pub limits: Limits,
    /// A message that has begun must be complete after that time, however slowly its bytes trickle in.
    pub message_timeout: Duration,
    /// Writing that makes no progress for that time means that the peer is gone.
    pub write_timeout: Duration,
    /// Messages that wait to be written; a sender waits beyond it.
    pub queue: usize,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            message_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(20),
            queue: 1024,
        }
    }
}

/// Why a connection ended.
#[derive(Debug, Error)]
pub enum LinkEnd {
    /// The peer closed it between messages.
    #[error("the peer closed the connection")]
    Closed,
    /// The peer closed it in the middle of a message.
    #[error("the peer closed the connection in the middle of a message")]
    Cut,
    /// Bytes after which nobody knows where the next message begins. The peer's fault.
    #[error("the stream is unreadable: {0}")]
    Unreadable(Malformed),
    /// A message that trickles in for too long. The peer's fault.
    #[error("a message was not complete after {0:?}")]
    Slow(Duration),
    /// The network, or the peer's TLS.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What has come.
// A box would cost the allocation that the inline index of a message saves.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Arrived {
    /// A message.
    Message(Message),
    /// A notify that cannot be read, and has been answered: what is left of it, which says whose it was. None: nobody
    /// can tell.
    LostNotify(Option<Message>),
}

/// The reading half.
#[derive(Debug)]
pub struct Reader {
    stream: ReadHalf<Stream>,
    framer: Framer,
    settings: LinkSettings,
    /// Until when the message that has begun must be complete.
    deadline: Option<Instant>,
    /// Empty lines that came since [`Reader::keep_alives`] was asked.
    keep_alives: u32,
    /// Where answers to requests go that cannot be read.
    answers: Option<mpsc::Sender<Bytes>>,
}

/// The writing half.
#[derive(Debug)]
pub struct Writer {
    stream: WriteHalf<Stream>,
    settings: LinkSettings,
}

/// Splits a connection.
pub fn split(stream: Stream, settings: LinkSettings) -> (Reader, Writer) {
    let (read, write) = tokio::io::split(stream);
    let framer = Framer::new(settings.limits);
    (
        Reader { stream: read, framer, settings, deadline: None, keep_alives: 0, answers: None },
        Writer { stream: write, settings },
    )
}

impl Reader {
    /// The next message. Keep-alives are counted and stepped over; what is no message but has a length is counted
    /// and stepped over too, but for the word that it was a notify. Cancel-safe.
    ///
    /// # Errors
    /// [`LinkEnd`]: the connection is to be closed, after [`Self::linger`] if somebody is to read a last answer.
    pub async fn next(&mut self) -> Result<Arrived, LinkEnd> {
        loop {
            if let Some(arrived) = self.ready()? {
                return Ok(arrived);
            }
            self.fill().await?;
        }
    }

    /// What has already arrived whole, none if the network must be asked. Lets an owner work through
    /// everything that one read brought before it writes.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn ready(&mut self) -> Result<Option<Arrived>, LinkEnd> {
        loop {
            match self.framer.take().map_err(|fault| self.unreadable(fault))? {
                Some(Frame::Message(message)) => {
                    self.deadline = None;
                    return Ok(Some(Arrived::Message(message)));
                }
                Some(Frame::Skipped(fault)) => {
                    self.deadline = None;
                    self.answer(fault);
                    metrics::counter!("sip_malformed_messages_total").increment(1);
                    tracing::debug!(%fault, "bytes that are no message were stepped over");
                    if let Some(notify) = self.framer.lost_notify() {
                        return Ok(Some(Arrived::LostNotify(notify)));
                    }
                }
                Some(Frame::KeepAlive) => self.keep_alives = self.keep_alives.saturating_add(1),
                None => return Ok(None),
            }
        }
    }

    async fn fill(&mut self) -> Result<(), LinkEnd> {
        let limit = self.settings.message_timeout;
        if self.framer.is_partial() {
            self.deadline.get_or_insert_with(|| Instant::now() + limit);
        }
        let buffer = self.framer.buffer();
        if buffer.capacity() - buffer.len() < SPARE {
            buffer.reserve(READ);
        }
        let read = self.stream.read_buf(buffer);
        let count = match self.deadline {
            Some(deadline) => timeout_at(deadline, read).await.map_err(|_| LinkEnd::Slow(limit))??,
            None => read.await?,
        };
        match count {
            0 if self.framer.is_partial() => Err(LinkEnd::Cut),
            0 => Err(LinkEnd::Closed),
            _ => Ok(()),
        }
    }

    /// Empty lines since this was asked last.
    pub fn keep_alives(&mut self) -> u32 {
        std::mem::take(&mut self.keep_alives)
    }

    /// Answers requests that cannot be read over the writer's queue (RFC 3261, section 21.4: 400, 513), instead of
    /// stepping over them in silence.
    #[must_use]
    pub fn answering(self, answers: mpsc::Sender<Bytes>) -> Self {
        Self { answers: Some(answers), ..self }
    }

    fn unreadable(&mut self, fault: Malformed) -> LinkEnd {
        self.answer(fault);
        LinkEnd::Unreadable(fault)
    }

    fn answer(&mut self, fault: Malformed) {
        let Some(answers) = &self.answers else { return };
        if let Some(answer) = self.framer.last_word(fault)
            && answers.try_send(answer).is_err()
        {
            metrics::counter!("sip_answers_dropped_total").increment(1);
        }
    }

    /// Lets the peer read the last answer: a connection closed over bytes that nobody took is reset, and the answer
    /// with it. Reads on and throws away until the peer closes, or for that time.
    pub async fn linger(mut self, limit: Duration) {
        // The writer says goodbye once nobody can send anything more.
        self.answers = None;
        let mut waste = vec![0; SPARE];
        let _ =
            timeout(limit, async { while self.stream.read(&mut waste).await.is_ok_and(|count| count > 0) {} }).await;
    }
}

impl Writer {
    /// Writes bytes that are whole messages.
    ///
    /// # Errors
    /// The network's, or a peer that takes nothing for too long.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let limit = self.settings.write_timeout;
        for piece in bytes.chunks(WRITE) {
            timeout(limit, self.stream.write_all(piece)).await.map_err(|_| stalled(limit))??;
        }
        timeout(limit, self.stream.flush()).await.map_err(|_| stalled(limit))?
    }

    /// Says goodbye.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn close(&mut self) -> io::Result<()> {
        let limit = self.settings.write_timeout;
        timeout(limit, self.stream.shutdown()).await.map_err(|_| stalled(limit))?
    }

    /// Runs the writer on a task of its own behind a bounded queue; what waits is joined into one write. The
    /// task ends, and the connection's writing half with it, when all senders are gone or writing fails.
    pub fn spawn(mut self) -> (mpsc::Sender<Bytes>, Writing) {
        let (sender, mut queue) = mpsc::channel::<Bytes>(self.settings.queue);
        let task = tokio::spawn(async move {
            let mut waiting = Vec::new();
            let mut joined = BytesMut::new();
            while queue.recv_many(&mut waiting, 256).await > 0 {
                if let [only] = &waiting[..] {
                    self.write(only).await?;
                } else {
                    joined.clear();
                    waiting.iter().for_each(|bytes| joined.extend_from_slice(bytes));
                    self.write(&joined).await?;
                }
                waiting.clear();
            }
            self.close().await
        });
        (sender, Writing::new(task))
    }
}

fn stalled(limit: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("the peer takes nothing for {limit:?}"))
}
