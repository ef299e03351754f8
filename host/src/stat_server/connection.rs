//! The bytes of one connection: moves them between a stream and its [`Session`].

use super::{
    Report, Wanted,
    counters::Counters,
    session::{Closing, Ended, Session, closing},
};
use crate::wire::{LineError, LineReader, Unread, stream::farewell, unread::UNREAD};
use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::{
        mpsc::{self, Permit},
        watch,
    },
    time::{Duration, Instant, sleep_until},
};

/// A timer is always armed; without any deadline it rings for nothing.
const IDLE: Duration = Duration::from_secs(3600);

/// Reports that may wait for a slow owner; then nothing more is read.
const MAX_REPORTS: usize = 64;

/// Nobody wants the link any more.
pub(super) struct Unwanted;

/// One connection.
pub(super) struct Connection<'c, S> {
    lines: LineReader<ReadHalf<S>>,
    output: WriteHalf<S>,
    unflushed: bool,
    /// Bytes that went out, each flush counted as one.
    taken: u64,
    unread: Unread,
    session: Session,
    wanted: &'c mut watch::Receiver<Wanted>,
    reports: &'c mpsc::Sender<Report>,
}

enum Step<'c> {
    Filled(Result<bool, LineError>),
    Wanted(bool),
    Written(std::io::Result<usize>),
    Room(Option<Permit<'c, Report>>),
    Time,
}

impl<'c, S: AsyncRead + AsyncWrite> Connection<'c, S> {
    pub(super) fn new(
        stream: S,
        session: Session,
        max_line: usize,
        wanted: &'c mut watch::Receiver<Wanted>,
        reports: &'c mpsc::Sender<Report>,
    ) -> Self {
        let (input, output) = tokio::io::split(stream);
        let (lines, unread) = (LineReader::new(input, max_line), Unread::default());
        Self { lines, output, unflushed: false, taken: 0, unread, session, wanted, reports }
    }

    /// Serves until the connection ends, and says why. What was to be told before is told.
    ///
    /// # Errors
    /// [`Unwanted`].
    pub(super) async fn serve(mut self, counters: &Counters) -> Result<Ended, Unwanted> {
        loop {
            let waiting = self.session.output.len() as u64 + u64::from(self.unflushed);
            self.unread.note(self.taken, waiting, Instant::now().into_std());
            let step = self.step().await;
            let now = Instant::now().into_std();
            let done = match step {
                Step::Wanted(false) | Step::Room(None) => {
                    farewell(&mut self.output, &mut self.session.output).await;
                    return Err(Unwanted);
                }
                Step::Wanted(true) => {
                    let wanted = self.wanted.borrow_and_update().clone();
                    self.session.want(wanted, now);
                    Ok(())
                }
                Step::Room(Some(permit)) => {
                    permit.send(self.session.reports.remove(0));
                    Ok(())
                }
                Step::Filled(filled) => self.read(filled, counters, now),
                Step::Written(written) => self.written(written),
                Step::Time if self.unread.too_long(now) => {
                    Err(closing(format_args!("the Stat Server does not read since {} s", UNREAD.as_secs())))
                }
                Step::Time => self.session.tick(now),
            };
            if let Err(closing) = done {
                for report in std::mem::take(&mut self.session.reports) {
                    self.reports.send(report).await.map_err(|_| Unwanted)?;
                }
                return Ok(self.session.close(closing, now));
            }
        }
    }

    async fn step(&mut self) -> Step<'c> {
        let pending = !self.session.output.is_empty();
        let idle = || Instant::now() + IDLE;
        let deadline = [self.session.deadline(), self.unread.deadline()].into_iter().flatten().min();
        let told = self.session.reports.len();
        tokio::select! {
            filled = self.lines.fill(), if told < MAX_REPORTS => Step::Filled(filled),
            wanted = self.wanted.changed() => Step::Wanted(wanted.is_ok()),
            permit = self.reports.reserve(), if told > 0 => Step::Room(permit.ok()),
            written = write(&mut self.output, &mut self.session.output), if pending || self.unflushed => {
                Step::Written(written)
            }
            () = sleep_until(deadline.map_or_else(idle, Instant::from_std)) => Step::Time,
        }
    }

    fn read(
        &mut self,
        filled: Result<bool, LineError>,
        counters: &Counters,
        now: std::time::Instant,
    ) -> Result<(), Closing> {
        let broken = |error: LineError| {
            counters.too_long.increment(u64::from(matches!(error, LineError::TooLong(_))));
            closing(error)
        };
        if !filled.map_err(broken)? {
            return Err(closing("the Stat Server closed the connection"));
        }
        while let Some(line) = self.lines.buffered().map_err(broken)? {
            self.session.line(&line, now)?;
        }
        Ok(())
    }

    fn written(&mut self, written: std::io::Result<usize>) -> Result<(), Closing> {
        let count = written.map_err(|error| closing(format_args!("writing failed: {error}")))?;
        self.unflushed = count > 0;
        self.taken += count.max(1) as u64;
        Ok(())
    }
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
