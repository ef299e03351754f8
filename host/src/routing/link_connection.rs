//! Moves one preview link: bytes between the stream and the session, offers to the hub, outcomes back.

use super::{
    cancel::Cancel,
    link_session::{Closing, Limits, Session, Step},
    message::{Arrival, Outcome, Withdrawal},
    preview_request::PreviewRequest,
};
use crate::wire::{LineError, LineReader, Stream};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    sync::{mpsc, oneshot},
    time::{sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long the other side may refuse to read.
const UNREAD: Duration = Duration::from_secs(10);
/// How long a withdrawal may wait for room in the hub's queue.
const PATIENCE: Duration = Duration::from_secs(2);
/// Lines taken before answers are written.
const BATCH: usize = 64;

/// What all links have in common.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) hub: mpsc::Sender<Arrival>,
    pub(super) limits: Limits,
    pub(super) max_line: usize,
}

struct Connection<'s> {
    shared: &'s Shared,
    session: Session,
    lines: LineReader<ReadHalf<Stream>>,
    writer: WriteHalf<Stream>,
    /// The replies waited for, by the session's number.
    replies: FuturesUnordered<BoxFuture<'static, (u64, Outcome)>>,
}

/// Runs a link to its end; what it still waited for is withdrawn then. Gives the name of the application at the other
/// end, and why the link ended unless orderly.
pub(super) async fn run(stream: Stream, shared: &Shared, stop: &CancellationToken) -> (String, Result<(), Closing>) {
    let (reader, writer) = tokio::io::split(stream);
    let session = Session::new(shared.limits, Instant::now());
    let lines = LineReader::new(reader, shared.max_line);
    let mut connection = Connection { shared, session, lines, writer, replies: FuturesUnordered::new() };
    let ended = connection.converse(stop).await;
    // Best effort: the last words say why we close.
    connection.flush().await.ok();
    timeout(PATIENCE, connection.writer.shutdown()).await.ok();
    let Connection { session, replies, .. } = connection;
    // Before the withdrawals: the hub ends what nobody waits for, and that shows in the dropped receivers.
    drop(replies);
    let name = session.peer.clone();
    for cancel in session.into_withdrawals() {
        withdraw(shared, cancel).await;
    }
    (name, ended)
}

impl Connection<'_> {
    async fn converse(&mut self, stop: &CancellationToken) -> Result<(), Closing> {
        loop {
            self.flush().await?;
            let due = self.session.deadline();
            tokio::select! {
                () = stop.cancelled() => {
                    self.last_answers();
                    return Ok(());
                }
                filled = self.lines.fill() => match filled {
                    Ok(true) => self.take_lines().await?,
                    Ok(false) => return Ok(()),
                    Err(cause) => return Err(Closing(cause.to_string())),
                },
                Some((number, outcome)) = self.replies.next() => self.session.answer(number, outcome),
                () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => {
                    self.session.tick(Instant::now())?;
                }
            }
        }
    }

    /// Outcomes that are there already: whoever stops the link has them decided first.
    fn last_answers(&mut self) {
        while let Some(Some((number, outcome))) = self.replies.next().now_or_never() {
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
            match self.session.line(&line, Instant::now())? {
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
        let (reply, answer) = oneshot::channel();
        match self.shared.hub.try_send(Arrival::Offer(request.into_offer(reply))) {
            Ok(()) => {
                metrics::counter!("uc_routing_previews_total", "way" => "link").increment(1);
                let stopping = |_| Outcome::Error("the service is stopping; ask the other node".into());
                self.replies.push(Box::pin(async move { (number, answer.await.unwrap_or_else(stopping)) }));
            }
            Err(_) => {
                self.session
                    .answer(number, Outcome::Error("too many previews at once, or the service is stopping".into()));
            }
        }
    }

    async fn cancel(&mut self, number: Option<u64>, cancel: Cancel) {
        let done = match cancel.why {
            Withdrawal::CallerGone => Outcome::CallerGone,
            Withdrawal::Cancelled | Withdrawal::AskerGone => Outcome::Cancelled,
        };
        let told = withdraw(self.shared, cancel).await;
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
        match timeout(UNREAD, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(cause)) => Err(Closing(format!("writing failed: {cause}"))),
            Err(_) => Err(Closing("the other side does not read".into())),
        }
    }
}

/// True when the hub has been told.
async fn withdraw(shared: &Shared, cancel: Cancel) -> bool {
    let conn_id = cancel.conn_id;
    let told = shared.hub.send_timeout(cancel.into_arrival(), PATIENCE).await.is_ok();
    if !told {
        metrics::counter!("uc_routing_withdrawals_lost_total").increment(1);
        tracing::warn!(%conn_id, "preview not withdrawn, it runs into its deadline: the hub takes no more");
    }
    told
}
