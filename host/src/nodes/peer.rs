//! The link to one other node, which is asked for what is its to do.
//! Long, because what is open on a link, and what becomes of it when that is lost, is one state.

use super::{
    FORM, LONGEST, Name, PING, QUEUE, SILENCE,
    message::{Answer, As, Hello, Say, Why, line},
};
use crate::{
    routing::{
        fields::Fields,
        message::{Outcome, Verdict},
        preview_request::PreviewRequest,
        preview_result::decode_outcome,
    },
    tasks::contained,
    web::{Readiness, arrival::Frames, message::ClientFrame},
    wire::{
        ConnId, LineReader, Members,
        stream::{Stream, connect},
        tls::ClientTls,
    },
};
use futures_util::FutureExt as _;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncWriteExt as _, ReadHalf, WriteHalf, split},
    sync::{Notify, mpsc},
    time::{Instant, interval, sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

/// Pause before a link that was lost is opened again.
const AGAIN: Duration = Duration::from_millis(500);

/// What a node is asked for.
#[derive(Debug)]
pub(super) enum Order {
    Ask { asker: u64, request: Box<PreviewRequest>, r#as: Option<As>, outcomes: mpsc::UnboundedSender<Outcome> },
    Verdict { asker: u64, verdict: Verdict },
    End { asker: u64, why: Option<Why>, text: Option<Arc<str>> },
    Withdraw { conn_id: ConnId, agent: Option<Arc<str>>, why: Why, text: Option<Arc<str>>, relayed: bool },
    Open { page: u64, worker: Arc<str>, language: Arc<str>, extension: bool, frames: Frames },
    Frame { page: u64, frame: ClientFrame },
    Close { page: u64 },
}

/// The way to another node. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    orders: mpsc::Sender<Order>,
    /// There was no room.
    full: Arc<Notify>,
    /// In which form the other node speaks; 0: it cannot be reached.
    speaks: Arc<AtomicU32>,
}

impl Peer {
    /// One whose orders go to whoever holds the other end.
    #[cfg(test)]
    pub(super) fn without_a_link(speaks: u32) -> (Self, mpsc::Receiver<Order>) {
        let (orders, ordered) = mpsc::channel(QUEUE);
        (Self { orders, full: Arc::default(), speaks: Arc::new(speaks.into()) }, ordered)
    }

    /// The other node answers.
    pub(super) fn is_up(&self) -> bool {
        self.speaks.load(Ordering::Relaxed) > 0
    }

    /// It is of a version that decides nothing for other nodes.
    pub(super) fn is_of_form_1(&self) -> bool {
        self.speaks.load(Ordering::Relaxed) == 1
    }

    /// Waits for nothing: one node that hangs keeps nobody from the others. Where there is no room the link is lost.
    /// What does not arrive ends: whoever waits for an answer is told by the end of their channel.
    pub(super) fn send(&self, order: Order) -> Result<(), ()> {
        self.orders.try_send(order).map_err(|_| {
            metrics::counter!("uc_node_link_full_total").increment(1);
            self.full.notify_one();
        })
    }
}

/// A link that is opened, and opened again when it is lost. The work is done by the future.
pub(super) fn link(
    me: Name,
    (node, address): (Arc<str>, Arc<str>),
    tls: ClientTls,
    readiness: Readiness,
) -> (Peer, impl Future<Output = ()> + Send) {
    let (sender, orders) = mpsc::channel(QUEUE);
    let (full, speaks) = (Arc::new(Notify::new()), Arc::new(AtomicU32::new(0)));
    let peer = Peer { orders: sender, full: full.clone(), speaks: speaks.clone() };
    let (asked, pages) = (HashMap::new(), HashMap::new());
    let shown = Shown::new(readiness, &node);
    let run = Run { me, node, address, tls, shown, orders, full, speaks, asked, pages, said: None };
    (peer, run.run())
}

/// The link's line in readiness and its gauge, which go with the link.
struct Shown {
    readiness: Readiness,
    node: Arc<str>,
    line: Arc<str>,
}

impl Shown {
    fn new(readiness: Readiness, node: &str) -> Self {
        Self { readiness, node: node.into(), line: format!("link to node {node}").into() }
    }

    fn up(&self) {
        self.gauge().set(1.0);
        self.readiness.ready(self.line.clone());
    }

    fn down(&self, why: &str) {
        self.readiness.in_part(self.line.clone(), why);
    }

    fn gauge(&self) -> metrics::Gauge {
        metrics::gauge!("uc_node_link_up", "node" => self.node.to_string())
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.readiness.forget(&self.line);
        // A metric cannot be taken back: of a node that takes part no more it is no number.
        self.gauge().set(f64::NAN);
    }
}

/// Who waits for an outcome.
struct Waits {
    outcomes: mpsc::UnboundedSender<Outcome>,
    /// It stays open behind its outcome, until the other node says that it is over.
    stays: bool,
}

struct Run {
    me: Name,
    node: Arc<str>,
    address: Arc<str>,
    tls: ClientTls,
    shown: Shown,
    orders: mpsc::Receiver<Order>,
    full: Arc<Notify>,
    speaks: Arc<AtomicU32>,
    asked: HashMap<u64, Waits>,
    pages: HashMap<u64, Frames>,
    /// What was said last of why there is no link.
    said: Option<String>,
}

impl Run {
    async fn run(mut self) {
        loop {
            let ended = match self.open().await {
                Ok(stream) => self.serve(stream).await,
                Err(why) => Err(why),
            };
            self.speaks.store(0, Ordering::Relaxed);
            self.shown.gauge().set(0.0);
            // Their channels say that nothing comes any more.
            self.asked.clear();
            self.pages.clear();
            match ended {
                Ok(()) => return,
                Err(why) => self.say(why),
            }
            if !self.refuse_for(AGAIN).await {
                return;
            }
        }
    }

    fn say(&mut self, why: String) {
        if self.said.as_ref() != Some(&why) {
            tracing::warn!(node = %self.node, address = %self.address, why, "there is no link to the other node");
            self.shown.down(&why);
        }
        self.said = Some(why);
    }

    /// Nobody waits for a link that is not there. False: nobody needs it any more.
    async fn refuse_for(&mut self, pause: Duration) -> bool {
        let until = sleep(pause);
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = &mut until => return true,
                order = self.orders.recv() => if order.is_none() { return false },
            }
        }
    }

    async fn open(&mut self) -> Result<Stream, String> {
        let opening = timeout(SILENCE, connect(&self.address, Some(&self.tls)));
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => {
                    return opened.map_err(|_| "no connection in time".to_owned())?.map_err(|error| error.to_string());
                }
                Some(_refused) = self.orders.recv() => {}
            }
        }
    }

    /// Ok: nobody needs it any more.
    async fn serve(&mut self, stream: Stream) -> Result<(), String> {
        let (input, output) = split(stream);
        let mut lines = LineReader::new(input, LONGEST);
        // What is read waits for nothing that is written: two nodes that both write would wait for each other.
        let (outbox, to_write) = mpsc::channel(1);
        let mut writes = AbortOnDropHandle::new(tokio::spawn(contained("node link", write(output, to_write))));
        let hello = Hello { form: FORM, node: self.me.node.clone(), version: self.me.version.into() };
        let _ = outbox.send(line(&Say::Hello(hello))).await;
        let theirs =
            timeout(SILENCE, answer(&mut lines)).await.map_err(|_| "it does not say who it is".to_owned())??;
        self.greeted(theirs)?;
        let (mut pings, mut heard, mut ping) = (interval(PING), Instant::now(), false);
        let full = self.full.clone();
        // Of the link before.
        let _ = full.notified().now_or_never();
        loop {
            tokio::select! {
                answered = answer(&mut lines) => {
                    heard = Instant::now();
                    self.answered(answered?);
                }
                next = next(&mut self.orders, &outbox, &mut ping) => match next {
                    Some((room, Some(order))) => room.send(line(&self.ordered(order))),
                    Some((room, None)) => room.send(line(&Say::Ping)),
                    None if self.orders.is_closed() => return Ok(()),
                    None => return Err("it does not read".to_owned()),
                },
                () = full.notified() => return Err(format!("it takes too long: {QUEUE} messages wait")),
                _ = &mut writes => return Err("it does not read".to_owned()),
                _ = pings.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Err("it does not answer any more".to_owned());
                    }
                    ping = true;
                }
            }
        }
    }

    fn greeted(&mut self, answer: Answer) -> Result<(), String> {
        let Answer::Hello(Hello { form, node, version }) = answer else {
            return Err("it does not say who it is".to_owned());
        };
        if form.abs_diff(FORM) > 1 {
            return Err(format!(
                "its version {version} speaks form {form}, and this one ({}) form {FORM}: upgrade one release at a time",
                self.me.version
            ));
        }
        if node != self.node {
            return Err(format!("node `{node}` answers there: see address in [cluster] of both"));
        }
        self.speaks.store(form, Ordering::Relaxed);
        self.shown.up();
        tracing::info!(%node, %version, "the link to the other node is up");
        self.said = None;
        Ok(())
    }

    fn ordered(&mut self, order: Order) -> Say {
        match order {
            Order::Ask { asker, request, r#as, outcomes } => {
                let stays = r#as == Some(As::Share) && self.speaks.load(Ordering::Relaxed) > 1;
                self.asked.insert(asker, Waits { outcomes, stays });
                Say::Ask { asker, request: request.encode(None).to_string(), r#as }
            }
            Order::Verdict { asker, verdict } => verdict_for(self.speaks.load(Ordering::Relaxed), asker, verdict),
            Order::End { asker, why, text } => {
                if why.is_none() {
                    self.has_no_more(asker);
                }
                Say::End { asker, why, text }
            }
            Order::Withdraw { conn_id, agent, why, text, relayed } => {
                Say::Withdraw { conn_id: conn_id.to_string(), agent, why, text, relayed }
            }
            Order::Open { page, worker, language, extension, frames } => {
                self.pages.insert(page, frames);
                Say::Open { page, worker, language, extension }
            }
            Order::Frame { page, frame } => {
                Say::Frame { page, frame: serde_json::to_string(&frame).unwrap_or_default() }
            }
            Order::Close { page } => {
                self.pages.remove(&page);
                Say::Close { page }
            }
        }
    }

    /// But for a share, which stays.
    fn has_no_more(&mut self, asker: u64) {
        if self.asked.get(&asker).is_some_and(|waits| !waits.stays) {
            self.asked.remove(&asker);
        }
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Hello(_) | Answer::Pong => {}
            Answer::Outcome { asker, outcome } => {
                if let Some(waits) = self.asked.get(&asker) {
                    // They may have gone.
                    let _ = waits.outcomes.send(outcome_of(&outcome));
                }
                self.has_no_more(asker);
            }
            Answer::Over { asker } => drop(self.asked.remove(&asker)),
            Answer::Frame { page, frame } => {
                // A page that does not read is closed and rebuilds itself, as with a hub beside it.
                if self.pages.get(&page).is_some_and(|frames| frames.try_send(frame).is_err()) {
                    self.pages.remove(&page);
                }
            }
            Answer::Closed { page } => drop(self.pages.remove(&page)),
        }
    }
}

/// In what a node of this form reads. One of form 1 has let whoever accepted there win already.
fn verdict_for(form: u32, asker: u64, verdict: Verdict) -> Say {
    let why = (verdict == Verdict::Taken).then_some(Why::Cancelled);
    if form > 1 { Say::Verdict { asker, verdict } } else { Say::End { asker, why, text: None } }
}

fn outcome_of(text: &str) -> Outcome {
    let read = Members::parse(text).ok().and_then(|members| decode_outcome(&Fields::of(&members)).ok());
    read.unwrap_or_else(|| Outcome::Error("the other node's answer cannot be read: see the versions of both".into()))
}

async fn answer(lines: &mut LineReader<ReadHalf<Stream>>) -> Result<Answer, String> {
    let line = lines.next().await.map_err(|error| error.to_string())?.ok_or("it has closed the connection")?;
    serde_json::from_slice(&line).map_err(|error| format!("it says what this version does not read: {error}"))
}

/// The next order, or none where a sign of life is due first, and room for it. None: nobody gives any, or nothing can be
/// written.
async fn next<'a>(
    orders: &mut mpsc::Receiver<Order>,
    outbox: &'a mpsc::Sender<Vec<u8>>,
    ping: &mut bool,
) -> Option<(mpsc::Permit<'a, Vec<u8>>, Option<Order>)> {
    let room = outbox.reserve().await.ok()?;
    if std::mem::take(ping) {
        return Some((room, None));
    }
    Some((room, Some(orders.recv().await?)))
}

/// Writes until nobody has anything to say any more, or the other side does not read.
async fn write(mut output: WriteHalf<Stream>, mut outbox: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = outbox.recv().await {
        let written = async {
            output.write_all(&bytes).await?;
            output.flush().await
        };
        if !matches!(timeout(SILENCE, written).await, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tls::ClientConfigFiles;
    use tokio::{
        io::{AsyncBufReadExt as _, BufReader},
        net::{TcpListener, TcpStream},
    };

    /// A node that says who it is, and reads nothing any more.
    async fn hangs(listener: TcpListener) -> TcpStream {
        let (stream, _) = listener.accept().await.unwrap();
        let (mut stream, mut hello) = (BufReader::new(stream), String::new());
        stream.read_line(&mut hello).await.unwrap();
        let theirs = Answer::Hello(Hello { form: FORM, node: "b".into(), version: "1".into() });
        stream.write_all(&line(&theirs)).await.unwrap();
        stream.into_inner()
    }

    #[tokio::test]
    async fn a_node_that_hangs_holds_up_nobody_and_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, orders) = mpsc::channel(QUEUE);
        let (full, speaks) = (Arc::new(Notify::new()), Arc::new(AtomicU32::new(0)));
        let peer = Peer { orders: sender, full: full.clone(), speaks: speaks.clone() };
        let mut run = Run {
            me: Name { node: "a".into(), version: "1" },
            node: "b".into(),
            address: address.to_string().into(),
            tls: ClientTls::load(&ClientConfigFiles::default()).unwrap(),
            shown: Shown::new(Readiness::default(), "b"),
            orders,
            full,
            speaks,
            asked: HashMap::new(),
            pages: HashMap::new(),
            said: None,
        };
        let stream = TcpStream::connect(address).await.unwrap();
        let serves = tokio::spawn(async move { run.serve(Stream::Left(stream)).await });
        let _open = hangs(listener).await;
        let text: Arc<str> = "x".repeat(4096).into();
        let withdraw = || {
            let (conn_id, text) = (ConnId(7), Some(text.clone()));
            Order::Withdraw { conn_id, agent: None, why: Why::Cancelled, text, relayed: false }
        };
        // None of them waits.
        while peer.send(withdraw()).is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(peer.is_up(), "it has answered");
        let ended = timeout(SILENCE, serves).await.expect("it is given up").unwrap();
        assert!(ended.unwrap_err().starts_with("it takes too long"));
    }

    #[test]
    fn a_node_of_form_1_is_told_a_verdict_in_its_own_words() {
        for (form, verdict, why) in [
            (1, Verdict::Taken, Some(Some(Why::Cancelled))),
            (1, Verdict::Lost, Some(None)),
            (1, Verdict::Won, Some(None)),
            (2, Verdict::Won, None),
        ] {
            let expected = match why {
                Some(why) => Say::End { asker: 7, why, text: None },
                None => Say::Verdict { asker: 7, verdict },
            };
            assert_eq!(verdict_for(form, 7, verdict), expected, "form {form}");
        }
    }

    #[tokio::test]
    async fn a_node_that_is_out_of_reach_is_shown_as_long_as_it_takes_part_and_takes_nobody_out_of_service() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let me = Name { node: "a".into(), version: "1" };
        let tls = ClientTls::load(&ClientConfigFiles::default()).unwrap();
        let readiness = Readiness::default();
        let (peer, work) = link(me, ("b".into(), free.to_string().into()), tls, readiness.clone());
        let tries = tokio::spawn(work);
        while !readiness.report().contains("link to node b") {
            sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(readiness.missing(), []);
        assert!(!peer.is_up());
        tries.abort();
        assert!(tries.await.is_err(), "it is tried for ever");
        assert!(!readiness.report().contains("link to node b"));
    }
}
