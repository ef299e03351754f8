//! The bytes of one connection: moves them between a stream and its [`Session`], in batches both ways.

use super::{
    counters::Counters,
    queue::Queue,
    session::{Closing, Ended, Session, unsent},
};
use crate::agent_link::{LinkId, Outgoing, Permit, Report};
use crate::wire::{LineError, LineReader, Unread, stream::farewell, unread::UNREAD};
use bytes::BytesMut;
use std::{future::poll_fn, pin::Pin, task::Poll};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::mpsc::{self, error::TrySendError},
    time::{Duration, Instant, Sleep, sleep},
};

/// Requests taken from the queue at a time; those that find no room (`max-open`) wait there.
const BATCH: usize = 1024;
/// Unwritten bytes above which no more requests are taken: a stalled T-Server fills the queue, not the memory.
const MAX_OUTPUT: usize = 256 * 1024;
/// A timer is always armed; without any deadline it rings for nothing.
const IDLE: Duration = Duration::from_secs(3600);

/// Why nothing more is written.
const NOT_PERMITTED: &str = "another node works by now: what was not sent is not sent any more";

/// Where reports go.
pub(super) struct Reports {
    pub(super) link: LinkId,
    pub(super) owner: mpsc::Sender<(LinkId, Vec<Report>)>,
    pub(super) counters: Counters,
}

/// Nobody wants the link any more: the handles or the owner are gone.
pub(super) struct Unwanted;

/// One connection.
pub(super) struct Connection<'c, S> {
    lines: LineReader<ReadHalf<S>>,
    output: WriteHalf<S>,
    unflushed: bool,
    /// Bytes that went out, each flush counted as one.
    taken: u64,
    unread: Unread,
    timer: Pin<Box<Sleep>>,
    session: Session,
    queue: &'c mut Queue,
    reports: &'c Reports,
    batch: Vec<Outgoing>,
    permit: Permit,
    /// Some of what is not written yet acts: it is more than a registration or a sign of life.
    acts: bool,
}

enum Step {
    Filled(Result<bool, LineError>),
    Requests(usize),
    Written(std::io::Result<usize>),
    Time,
}

impl<'c, S: AsyncRead + AsyncWrite> Connection<'c, S> {
    pub(super) fn new(
        stream: S,
        session: Session,
        max_line: usize,
        queue: &'c mut Queue,
        reports: &'c Reports,
    ) -> Self {
        let (input, output) = tokio::io::split(stream);
        let (lines, timer) = (LineReader::new(input, max_line), Box::pin(sleep(IDLE)));
        let (unread, batch) = (Unread::default(), Vec::with_capacity(BATCH));
        let (permit, acts) = (Permit::default(), false);
        Self { lines, output, unflushed: false, taken: 0, unread, timer, session, queue, reports, batch, permit, acts }
    }

    /// What acts is written only while this holds.
    pub(super) fn permitted(self, permit: Permit) -> Self {
        Self { permit, ..self }
    }

    /// Serves until the connection ends, and says why.
    ///
    /// # Errors
    /// [`Unwanted`].
    pub(super) async fn serve(mut self) -> Result<Ended, Unwanted> {
        loop {
            self.unread.note(self.taken, self.unwritten(), Instant::now().into_std());
            self.arm();
            let step = self.step().await;
            let now = Instant::now().into_std();
            let done = match step {
                Step::Requests(0) => return Err(self.finish().await),
                Step::Requests(_) => {
                    for outgoing in self.batch.drain(..) {
                        if outgoing.permit.holds() {
                            self.acts |= !outgoing.request.is_of_registration();
                            self.session.send(&outgoing, now);
                        } else {
                            metrics::counter!("uc_t_server_requests_of_other_nodes_total").increment(1);
                            self.session.reports.push(unsent(outgoing.ticket, "another node works for this worker"));
                        }
                    }
                    self.session.reports.extend(self.queue.has_room_again());
                    Ok(())
                }
                Step::Filled(filled) => self.read(filled, now),
                Step::Written(written) => self.written(written),
                Step::Time => self.time(now),
            };
            let ended = done.err().map(|closing| self.session.close(closing, now));
            self.deliver().await?;
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
    }

    async fn step(&mut self) -> Step {
        let pending = !self.session.output.is_empty();
        let room = if self.session.output.len() < MAX_OUTPUT { self.session.room().min(BATCH) } else { 0 };
        tokio::select! {
            filled = self.lines.fill() => Step::Filled(filled),
            count = self.queue.requests.recv_many(&mut self.batch, room), if room > 0 => Step::Requests(count),
            written = permitted(&self.permit, self.acts, write(&mut self.output, &mut self.session.output)),
                if pending || self.unflushed => Step::Written(written),
            () = &mut self.timer => Step::Time,
        }
    }

    fn read(&mut self, filled: Result<bool, LineError>, now: std::time::Instant) -> Result<(), Closing> {
        if !filled.map_err(|error| self.broken(&error))? {
            return Err(Closing("the T-Server closed the connection".into()));
        }
        while let Some(line) = self.lines.buffered().map_err(|error| self.broken(&error))? {
            self.session.line(&line, now)?;
        }
        Ok(())
    }

    fn written(&mut self, written: std::io::Result<usize>) -> Result<(), Closing> {
        let count = written.map_err(|error| Closing(format!("writing failed: {error}").into()))?;
        // What TLS still holds goes out with the flush, once nothing more is to be written.
        self.unflushed = count > 0;
        self.acts &= self.unflushed || !self.session.output.is_empty();
        self.taken += count.max(1) as u64;
        Ok(())
    }

    fn time(&mut self, now: std::time::Instant) -> Result<(), Closing> {
        if self.unread.too_long(now) {
            let (count, seconds) = (self.unwritten(), UNREAD.as_secs());
            return Err(Closing(format!("the T-Server does not read: {count} bytes wait since {seconds} s").into()));
        }
        self.session.tick(now)
    }

    fn unwritten(&self) -> u64 {
        self.session.output.len() as u64 + u64::from(self.unflushed)
    }

    /// Writes what was asked of us before the handles were dropped.
    async fn finish(&mut self) -> Unwanted {
        let farewell = async {
            farewell(&mut self.output, &mut self.session.output).await;
            Ok(())
        };
        let _ = permitted(&self.permit, self.acts, farewell).await;
        Unwanted
    }

    fn broken(&self, error: &LineError) -> Closing {
        if matches!(error, LineError::TooLong(_)) {
            self.reports.counters.too_long.increment(1);
        }
        Closing(error.to_string().into())
    }

    async fn deliver(&mut self) -> Result<(), Unwanted> {
        if self.session.reports.is_empty() {
            return Ok(());
        }
        let since = Instant::now();
        if self.reports.deliver(std::mem::take(&mut self.session.reports)).await? {
            let now = Instant::now();
            self.session.paused(now - since, now.into_std());
            self.unread.put_off(now - since);
        }
        Ok(())
    }

    /// Deadlines mostly move away: the timer is left to ring too early rather than moved with every message.
    fn arm(&mut self) {
        let idle = || Instant::now() + IDLE;
        let deadline = [self.session.deadline(), self.unread.deadline()].into_iter().flatten().min();
        let deadline = deadline.map_or_else(idle, Instant::from_std);
        if self.timer.is_elapsed() || deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
    }
}

impl Reports {
    /// Hands reports to the owner, waiting for it when it is slow: then, true.
    pub(super) async fn deliver(&self, reports: Vec<Report>) -> Result<bool, Unwanted> {
        match self.owner.try_send((self.link, reports)) {
            Ok(()) => Ok(false),
            Err(TrySendError::Closed(_)) => Err(Unwanted),
            Err(TrySendError::Full(batch)) => {
                self.counters.slow_owner.increment(1);
                self.owner.send(batch).await.map(|()| true).map_err(|_| Unwanted)
            }
        }
    }
}

/// Writes on only while it is permitted, asked each time that there is something to write to.
async fn permitted<T>(
    permit: &Permit,
    acts: bool,
    writing: impl Future<Output = std::io::Result<T>>,
) -> std::io::Result<T> {
    let mut writing = std::pin::pin!(writing);
    poll_fn(|context| {
        if acts && !permit.holds() {
            return Poll::Ready(Err(std::io::Error::other(NOT_PERMITTED)));
        }
        writing.as_mut().poll(context)
    })
    .await
}

/// Writes some bytes, or flushes when there are none: then, 0.
async fn write(output: &mut (impl AsyncWrite + Unpin), bytes: &mut BytesMut) -> std::io::Result<usize> {
    if bytes.is_empty() {
        return output.flush().await.map(|()| 0);
    }
    match output.write_buf(bytes).await? {
        0 => Err(std::io::ErrorKind::WriteZero.into()),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests;
