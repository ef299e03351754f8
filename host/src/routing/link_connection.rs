//! Moves one preview link: bytes between the stream and the session, offers to the hub, outcomes back.

use super::{
    asker::{Askers, Waiting},
    cancel::Cancel,
    complaints::Complaints,
    link_session::{Closing, Limits, Session, Step},
    message::{Outcome, RoutingArrival, Withdrawal},
    preview_request::PreviewRequest,
};
use crate::wire::{LineError, LineReader, stream::farewell, unread::UNREAD};
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    sync::watch,
    time::{self, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long a withdrawal, and all those of a lost link together, may wait for room in the hub's queue.
const PATIENCE: Duration = Duration::from_secs(2);
/// Lines taken before answers are written.
const BATCH: usize = 64;

/// What a standby answers to any hello.
const STANDBY: &str = "this node is standby: connect to the other one";

/// What all links have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) askers: Askers,
    /// This node works.
    pub(super) serves: watch::Receiver<bool>,
    pub(super) limits: Limits,
    pub(super) max_line: usize,
    pub(super) complaints: Complaints,
}

struct Connection<'s, S> {
    shared: &'s Shared,
    session: Session,
    lines: LineReader<ReadHalf<S>>,
    writer: WriteHalf<S>,
    /// Nothing more can be written: the other side does not read, or is gone.
    unwritable: bool,
    /// The outcomes waited for.
    waiting: FuturesUnordered<Numbered>,
}

/// A wait, and the session's number for it.
struct Numbered(u64, Waiting);

impl Future for Numbered {
    type Output = (u64, Outcome);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.1).poll(context));
        Poll::Ready((self.0, outcome))
    }
}

/// Runs a link to its end; what it still waited for is withdrawn then. `refuses`: what its hello is answered instead.
/// Gives the name of the application at the other end, and why the link ended unless orderly.
pub(super) async fn run(
    stream: impl AsyncRead + AsyncWrite,
    shared: &Shared,
    refuses: Option<&'static str>,
    stop: &CancellationToken,
) -> (String, Result<(), Closing>) {
    let (reader, writer) = tokio::io::split(stream);
    let standby = (!*shared.serves.borrow()).then_some(STANDBY);
    let session = Session::new(shared.limits, refuses.or(standby), Instant::now());
    let lines = LineReader::new(reader, shared.max_line);
    let waiting = FuturesUnordered::new();
    let mut connection = Connection { shared, session, lines, writer, unwritable: false, waiting };
    let ended = connection.converse(stop).await;
    let Connection { session, writer, unwritable, waiting, .. } = connection;
    let last_words = async {
        // They say why we close.
        if !unwritable {
            farewell(writer, session.output).await;
        }
    };
    // The workers' windows do not wait for them.
    tokio::join!(leave(shared, waiting), last_words);
    (session.peer, ended)
}

/// Withdraws whatever was still waited for.
async fn leave(shared: &Shared, waiting: FuturesUnordered<Numbered>) {
    let patience = time::Instant::now() + PATIENCE;
    for Numbered(_, waiting) in waiting {
        if let Some(gone) = waiting.leave() {
            withdraw(shared, gone, patience).await;
        }
    }
}

impl<S: AsyncRead + AsyncWrite> Connection<'_, S> {
    async fn converse(&mut self, stop: &CancellationToken) -> Result<(), Closing> {
        // Whatever it waits for, a stop interrupts it.
        while let Some(open) = stop.run_until_cancelled(self.turn()).await {
            if !open? {
                return Ok(());
            }
        }
        self.last_answers();
        Ok(())
    }

    /// Writes what is to be written, then takes what comes next. False: the other side has closed.
    async fn turn(&mut self) -> Result<bool, Closing> {
        self.flush().await?;
        let due = self.session.deadline();
        tokio::select! {
            filled = self.lines.fill() => match filled {
                Ok(true) => self.take_lines().await?,
                Ok(false) => return Ok(false),
                Err(cause) => return Err(Closing(cause.to_string())),
            },
            Some((number, outcome)) = self.waiting.next() => self.session.answer(number, outcome),
            () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => {
                self.session.tick(Instant::now())?;
            }
        }
        Ok(true)
    }

    /// Outcomes that are there already: whoever stops the link has them decided first.
    fn last_answers(&mut self) {
        while let Some(Some((number, outcome))) = self.waiting.next().now_or_never() {
            self.session.answer(number, outcome);
        }
    }

    async fn take_lines(&mut self) -> Result<(), Closing> {
        let mut taken = 0;
        loop {
            let line = match self.lines.buffered() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                Err(LineError::TooLong(max)) => return Err(self.session.too_long(max)),
                Err(cause) => return Err(Closing(cause.to_string())),
            };
            let step = self.session.line(&line, Instant::now());
            self.shared.complaints.unreadable("link", &self.session.peer, &std::mem::take(&mut self.session.unread));
            match step? {
                Some(Step::Ask(number, request)) => self.ask(number, request),
                Some(Step::Withdraw(number, cancel)) => self.cancel(number, cancel).await,
                None => {}
            }
            taken += 1;
            // Answers to a flood of lines must not pile up.
            if taken % BATCH == 0 {
                self.flush().await?;
            }
        }
    }

    fn ask(&mut self, number: u64, request: PreviewRequest) {
        match self.shared.askers.ask(request) {
            Ok(waiting) => {
                metrics::counter!("uc_routing_previews_total", "way" => "link").increment(1);
                self.waiting.push(Numbered(number, waiting));
            }
            Err(why) => self.session.answer(number, Outcome::Error(why.to_string().into())),
        }
    }

    async fn cancel(&mut self, number: Option<u64>, cancel: Cancel) {
        let done = match cancel.why {
            Withdrawal::CallerGone => Outcome::CallerGone,
            Withdrawal::Cancelled | Withdrawal::AskerGone(_) => Outcome::Cancelled,
        };
        let told = withdraw(self.shared, cancel.into_arrival(), time::Instant::now() + PATIENCE).await;
        if let Some(number) = number {
            let outcome = if told { done } else { Outcome::Error("not withdrawn: the service is overloaded".into()) };
            self.session.answer(number, outcome);
        }
    }

    async fn flush(&mut self) -> Result<(), Closing> {
        if self.session.output.is_empty() {
            return Ok(());
        }
        let write = async {
            self.writer.write_all_buf(&mut self.session.output).await?;
            self.writer.flush().await
        };
        let failed = match timeout(UNREAD, write).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(cause)) => format!("writing failed: {cause}"),
            Err(_) => "the other side does not read".to_owned(),
        };
        self.unwritable = true;
        Err(Closing(failed))
    }
}

/// True when the hub has been told.
async fn withdraw(shared: &Shared, withdrawal: RoutingArrival, patience: time::Instant) -> bool {
    let told = shared.askers.withdraw(withdrawal, patience).await;
    if let Err(why) = told {
        tracing::debug!(%why, "preview not withdrawn, it runs into its deadline");
    }
    told.is_ok()
}

#[cfg(test)]
mod tests;
