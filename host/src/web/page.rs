//! One open page: its WebSocket, from the first frame to the close code.
//! Long, because each way in which a page may end has its code, and all of them end the same loop.

use super::{
    arrival::{Frame, Frames, PageArrival, PageId, PageKind},
    message::{ClientFrame, ServerFrame},
    sessions::Session,
};
use crate::remark::Why;
use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::{future, num::NonZeroU32, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message, Utf8Bytes,
        error::CapacityError,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use tokio_util::sync::CancellationToken;

/// A page is asked for a sign of life this often; after two unanswered times it is gone.
const PING: Duration = Duration::from_secs(20);
/// A page whose socket takes no byte for this long is gone.
const STALL: Duration = Duration::from_secs(20);
/// Where several nodes may serve a page, it is sent a sign of life when it was sent nothing else for so long: it takes
/// twice as long without any for a lost connection, and goes to another node.
pub const ALIVE_SECONDS: u32 = 4;
/// How long a closing page may take to read its close code.
const LINGER: Duration = Duration::from_secs(1);
/// Frames that are no frames of ours, before the page is closed.
const MALFORMED: u32 = 10;

/// Everything a page needs while it is open.
pub(super) struct Page {
    pub(super) id: PageId,
    pub(super) socket: WebSocketStream<TokioIo<Upgraded>>,
    /// What the owner writes.
    pub(super) queue: mpsc::Receiver<Frame>,
    pub(super) arrivals: mpsc::Sender<PageArrival>,
    /// Its end is the page's.
    pub(super) session: Arc<Session>,
    /// The service stops.
    pub(super) stop: CancellationToken,
    pub(super) pace: Pace,
    /// The owner said that the session has ended.
    pub(super) signed_out: bool,
    pub(super) behind: Behind,
    pub(super) alive: Alive,
}

/// When the page is to be sent a sign of life.
#[derive(Debug)]
pub(super) struct Alive {
    /// None: never.
    due: Option<Instant>,
}

impl Alive {
    /// `of_several`: nodes share a store.
    pub(super) fn new(of_several: bool) -> Self {
        let mut alive = Self { due: of_several.then(Instant::now) };
        alive.was_shown();
        alive
    }

    /// A frame was sent.
    fn was_shown(&mut self) {
        if let Some(due) = &mut self.due {
            *due = Instant::now() + Duration::from_secs(ALIVE_SECONDS.into());
        }
    }

    async fn is_due(&self) {
        match self.due {
            Some(due) => sleep_until(due).await,
            None => future::pending().await,
        }
    }
}

/// Whether the page is too slow for what the owner writes: it drops a queue that is full.
#[derive(Debug, Default)]
pub(super) struct Behind(bool);

impl Behind {
    /// A frame was taken from the queue. One that was full when it was dropped gets no more, so that the first frame that
    /// is taken shows it; one that was emptied since was not dropped for that.
    fn took_from(&mut self, queue: &mpsc::Receiver<Frame>) {
        let was_full = queue.len() + 1 == queue.max_capacity();
        let caught_up = queue.is_empty() && !queue.is_closed();
        self.0 = (self.0 || was_full) && !caught_up;
    }

    /// Why a queue has ended.
    fn end(&self) -> End {
        if self.0 { End::Dropped } else { End::LetGo }
    }
}

/// How [`ServerFrame::SignedOut`] begins.
const SIGNED_OUT: &str = r#"{"type":"signedOut""#;

/// Why a page closes, and what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The page went, or its connection did.
    Gone,
    /// It answers no ping, or takes no byte.
    Dead,
    GoingAway,
    SignedOut,
    /// The owner dropped the queue, which was full.
    Dropped,
    /// The owner dropped the queue: another node serves the page, or is about to.
    LetGo,
    Protocol,
    Binary,
    NotUtf8,
    TooLarge,
    Malformed,
    TooFrequent,
    /// Nobody reads arrivals any more.
    Orphaned,
}

impl End {
    /// Close code (RFC 6455, 7.4; from 4000 on our own) and reason; none: there is nobody to tell.
    const fn code(self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::Gone | Self::Dead => return None,
            Self::GoingAway => (1001, "the service stops"),
            Self::LetGo => (1001, "another node takes over"),
            Self::Protocol => (1002, "not WebSocket"),
            Self::Binary => (1003, "text frames only"),
            Self::NotUtf8 => (1007, "not UTF-8"),
            Self::Malformed => (1008, "too many malformed frames"),
            Self::TooLarge => (1009, "frame too large"),
            Self::Orphaned => (1011, "the service failed"),
            Self::SignedOut => (4001, "signed out"),
            Self::Dropped => (4008, "too slow: reconnect for a snapshot"),
            Self::TooFrequent => (4029, "too many frames"),
        })
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Dead => "dead",
            Self::GoingAway => "going-away",
            Self::LetGo => "let-go",
            Self::Protocol => "protocol",
            Self::Binary => "binary",
            Self::NotUtf8 => "not-utf8",
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::Orphaned => "orphaned",
            Self::SignedOut => "signed-out",
            Self::Dropped => "dropped",
            Self::TooFrequent => "too-frequent",
        }
    }
}

impl Page {
    /// Serves the page until it closes. The owner hears `Closed` exactly if it heard `Opened`.
    pub(super) async fn run(mut self, worker: Arc<str>, language: Arc<str>, kind: PageKind, frames: Frames) {
        let (id, arrivals) = (self.id, self.arrivals.clone());
        let opened = PageArrival::Opened { page: id, worker, language, kind, frames };
        if arrivals.send(opened).await.is_err() {
            return self.close(End::Orphaned).await;
        }
        let talk = AssertUnwindSafe(self.talk()).catch_unwind().await;
        // Told first: what follows may take a second, and the worker may be elsewhere by then.
        let _ = arrivals.send(PageArrival::Closed(id)).await;
        let end = talk.unwrap_or(End::Orphaned);
        metrics::counter!("uc_web_pages_closed_total", "reason" => end.word()).increment(1);
        tracing::debug!(page = id.0, reason = end.word(), "page closed");
        self.close(end).await;
    }

    async fn talk(&mut self) -> End {
        let arrivals = self.arrivals.clone();
        let mut ping = pings();
        let mut silent = 0;
        let mut pending = None;
        loop {
            let step = tokio::select! {
                () = self.stop.cancelled() => Err(self.last_words().await.err().unwrap_or(End::GoingAway)),
                () = self.session.ended.cancelled() => Err(End::SignedOut),
                frame = self.queue.recv() => match frame {
                    Some(frame) => self.write(frame).await,
                    None => Err(if self.signed_out { End::SignedOut } else { self.behind.end() }),
                },
                permit = arrivals.reserve(), if pending.is_some() => match (permit, pending.take()) {
                    (Ok(permit), Some(frame)) => {
                        permit.send(PageArrival::Frame(self.id, frame));
                        Ok(())
                    }
                    _ => Err(End::Orphaned),
                },
                // While the owner is behind, this page waits and its peer feels it; nothing piles up here.
                message = self.socket.next(), if pending.is_none() => {
                    silent = 0;
                    self.read(message, &mut pending).await
                }
                _ = ping.tick() => {
                    silent += u32::from(pending.is_none());
                    if silent > 2 { Err(End::Dead) } else { self.send(Message::Ping(Bytes::new())).await }
                }
                () = self.alive.is_due() => self.send_frame(&ServerFrame::Alive).await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// One message from the peer. A frame of ours goes to `pending`.
    async fn read(
        &mut self,
        message: Option<Result<Message, tungstenite::Error>>,
        pending: &mut Option<ClientFrame>,
    ) -> Result<(), End> {
        let message = message.ok_or(End::Gone)?.map_err(|error| end_of(&error))?;
        if !self.pace.take() {
            return Err(End::TooFrequent);
        }
        match message {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(frame) => *pending = Some(frame),
                Err(error) => return self.complain(&error).await,
            },
            Message::Binary(_) => return Err(End::Binary),
            Message::Close(_) => {
                // The answer to it is queued already.
                let _ = timeout(LINGER, self.socket.flush()).await;
                return Err(End::Gone);
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        Ok(())
    }

    /// Tells the page that it sent nonsense. Where, not what: the text may hold anything.
    async fn complain(&mut self, error: &serde_json::Error) -> Result<(), End> {
        metrics::counter!("uc_web_bad_frames_total").increment(1);
        self.pace.malformed += 1;
        if self.pace.malformed >= MALFORMED {
            return Err(End::Malformed);
        }
        tracing::debug!(column = error.column(), "a frame of a page cannot be read");
        self.send_frame(&ServerFrame::Problem { code: "bad-frame".into(), remark: Why::Reload.into() }).await
    }

    /// Writes a frame and what waits behind it, with one flush.
    async fn write(&mut self, frame: Frame) -> Result<(), End> {
        self.alive.was_shown();
        let Self { socket, queue, signed_out, behind, .. } = self;
        behind.took_from(queue);
        let write = async {
            *signed_out |= frame.starts_with(SIGNED_OUT);
            socket.feed(Message::Text(shared(frame))).await?;
            while let Ok(frame) = queue.try_recv() {
                behind.took_from(queue);
                *signed_out |= frame.starts_with(SIGNED_OUT);
                socket.feed(Message::Text(shared(frame))).await?;
            }
            socket.flush().await
        };
        outcome(timeout(STALL, write).await)
    }

    /// Writes what waits: it was said before the service began to stop.
    async fn last_words(&mut self) -> Result<(), End> {
        match self.queue.try_recv() {
            Ok(frame) => self.write(frame).await,
            Err(_) => Ok(()),
        }
    }

    async fn send_frame(&mut self, frame: &ServerFrame) -> Result<(), End> {
        self.alive.was_shown();
        let text = serde_json::to_string(frame).expect("frames have string keys only");
        self.send(Message::text(text)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        outcome(timeout(STALL, self.socket.send(message)).await)
    }

    /// Says goodbye, then waits a moment: a socket closed on unread input would take the close code with it.
    async fn close(mut self, end: End) {
        let Some((code, reason)) = end.code() else { return };
        let goodbye = async {
            if end == End::SignedOut && !self.signed_out {
                let _ = self.send_frame(&ServerFrame::SignedOut { why: self.session.why() }).await;
            }
            let frame = CloseFrame { code: CloseCode::from(code), reason: Utf8Bytes::from_static(reason) };
            self.send(Message::Close(Some(frame))).await.ok()?;
            let io = self.socket.get_mut();
            io.shutdown().await.ok()?;
            let mut rest = [0; 512];
            while io.read(&mut rest).await.ok()? > 0 {}
            Some(())
        };
        let _ = timeout(LINGER, goodbye).await;
    }
}

/// Spread over time, so that thousands of pages that came back together do not ping together.
fn pings() -> Interval {
    let first = PING.mul_f64(0.5 + rand::random::<f64>() / 2.0);
    let mut pings = interval_at(Instant::now() + first, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}

fn outcome<E>(sent: Result<Result<(), E>, tokio::time::error::Elapsed>) -> Result<(), End> {
    sent.map_err(|_| End::Dead)?.map_err(|_| End::Gone)
}

fn end_of(error: &tungstenite::Error) -> End {
    match error {
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }) => End::TooLarge,
        tungstenite::Error::Utf8(_) => End::NotUtf8,
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        tungstenite::Error::Protocol(_) | tungstenite::Error::Capacity(_) => End::Protocol,
        _ => End::Gone,
    }
}

/// A frame's bytes, shared with all pages that get it.
struct Shared(Frame);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn shared(frame: Frame) -> Utf8Bytes {
    Utf8Bytes::try_from(Bytes::from_owner(Shared(frame))).expect("an Arc<str> is UTF-8")
}

/// How fast a page may talk: a bucket of twice the rate a second.
#[derive(Debug)]
pub(super) struct Pace<C: Clock = DefaultClock> {
    bucket: RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>,
    malformed: u32,
}

impl Pace {
    pub(super) fn new(frames_per_second: NonZeroU32) -> Self {
        Self::by(frames_per_second, DefaultClock::default())
    }
}

impl<C: Clock> Pace<C> {
    fn by(frames_per_second: NonZeroU32, clock: C) -> Self {
        let twice = frames_per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1));
        let quota = Quota::per_second(frames_per_second).allow_burst(twice);
        Self { bucket: RateLimiter::direct_with_clock(quota, clock), malformed: 0 }
    }

    fn take(&self) -> bool {
        self.bucket.check().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::message::SignedOutWhy, *};
    use governor::clock::FakeRelativeClock;

    #[tokio::test(start_paused = true)]
    async fn a_sign_of_life_is_due_when_nothing_was_shown_for_so_long_and_never_where_there_is_one_node() {
        let four = Duration::from_secs(ALIVE_SECONDS.into());
        let mut alive = Alive::new(true);
        for _ in 0..3 {
            assert!(timeout(four - Duration::from_millis(10), alive.is_due()).await.is_err());
            alive.was_shown();
        }
        let begun = Instant::now();
        alive.is_due().await;
        assert!(begun.elapsed() >= four);
        assert!(timeout(Duration::from_secs(3600), Alive::new(false).is_due()).await.is_err());
    }

    #[test]
    fn a_burst_of_twice_the_rate_then_the_rate() {
        let clock = FakeRelativeClock::default();
        let pace = Pace::by(NonZeroU32::new(10).unwrap(), clock.clone());
        assert!((0..20).all(|_| pace.take()) && !pace.take());
        for _ in 0..1000 {
            clock.advance(Duration::from_millis(100));
            assert!(pace.take() && !pace.take());
        }
    }

    #[test]
    fn a_page_is_too_slow_when_its_queue_was_full_and_is_let_go_otherwise() {
        let frame = || Frame::from("{}");
        for (sent_before, taken_before, sent, too_slow) in
            [(0, 0, 0, false), (0, 0, 2, false), (0, 0, 3, true), (3, 1, 1, true), (3, 3, 1, false)]
        {
            let ((page, mut queue), mut behind) = (mpsc::channel(3), Behind::default());
            (0..sent_before).for_each(|_| page.try_send(frame()).unwrap());
            for _ in 0..taken_before {
                queue.try_recv().unwrap();
                behind.took_from(&queue);
            }
            (0..sent).for_each(|_| page.try_send(frame()).unwrap());
            drop(page);
            while queue.try_recv().is_ok() {
                behind.took_from(&queue);
            }
            let end = if too_slow { End::Dropped } else { End::LetGo };
            assert_eq!(behind.end(), end, "{sent_before} {taken_before} {sent}");
        }
    }

    #[test]
    fn the_last_word_is_known_when_it_passes() {
        let frame = ServerFrame::SignedOut { why: SignedOutWhy::Expired };
        assert!(serde_json::to_string(&frame).unwrap().starts_with(SIGNED_OUT));
    }

    #[test]
    fn a_shared_frame_is_not_copied() {
        let frame: Frame = "{}".into();
        assert_eq!(shared(frame.clone()).as_str().as_ptr(), frame.as_ptr());
    }
}
